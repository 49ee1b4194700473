"""The whole reader: administrations, points, clashes."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tests.properties.reference.from_where import POINTS
from tests.properties.reference.months import is_before
from tests.properties.reference.rounds import RoundsReader
from tests.properties.reference.stated import Phase
from tests.properties.reference.values import LONGEST_WALK, Gap, Given, Moment, Refused, Span
from tests.properties.reference.zones import minutes_after, shown_at


class Reader(RoundsReader):
    def schedule(self) -> dict[str, list[Given]]:
        """Every administration of every course that is present, in order."""
        return {course: self.course(course) for course in self.courses()}

    def course(self, course: str) -> list[Given]:
        found: list[Given] = []
        for phase in self.certain(course):
            with contextlib.suppress(Gap):  # what has no days is left out
                found += self.administrations(phase)
        return sorted(found, key=_order)

    def certain(self, course: str) -> Iterator[Phase]:
        """Every phase of the course of whose rounds it is known which there are."""
        for unit in self.units(course):
            yield from self._certain(unit)

    def _certain(self, phase: Phase) -> Iterator[Phase]:
        if not phase.has_parts:
            yield phase
            return
        with contextlib.suppress(Gap):
            for part in self.parts(phase):
                yield from self._certain(part)

    def visit_days(self) -> dict[str, list[Given]]:
        """The same of the visits, which have no dose."""
        found = {name: self.course(name) for name in self.visits()}
        for name, phase in self.decisions().items():
            with contextlib.suppress(Refused):  # what it hangs on is open, or will never be
                at = self.begin(phase)
                day, clock, instant = shown_at(at, self.zone)
                found[name] = [Given(day, clock, None, None, phase.key, instant)]
        return found

    def administrations(self, phase: Phase) -> list[Given]:
        found, over = [], self.over(phase)
        self.refuse_rows(phase, self.places(phase)[0])
        for place in self.places(phase):
            amount, unit = self.dose(phase, place) or (None, None)
            day, clock, instant = shown_at(place.at, self.zone)
            given = Given(day, clock, amount, unit, phase.key, instant)
            if over is not None:
                given = self._with_finish(given, place.at, over)
            if self.pattern(phase).kind == "listed" and self.pattern(phase).span is not None:
                given = replace(given, cycle=place.cycle + 1)
            found.append(given)
        return found

    def _with_finish(self, given: Given, at: Moment, over: Span) -> Given:
        if at.clock is None:
            hours, minutes = divmod(over.count, 60)
            parts = [(hours, "hour"), (minutes, "minute")]
            words = [f"{n} {word}{'s' * (n != 1)}" for n, word in parts if n]
            return replace(given, finish=f"over {' '.join(words)}")
        day, clock, instant = shown_at(minutes_after(at, over.count, self.zone), self.zone)
        return replace(given, finish=f"to {day} {clock:%H:%M}", finish_instant=instant)

    def points(self) -> dict[tuple[str, str], dict[str, Moment]]:
        """The begin, first, last and (where there is one) end of every phase that is present."""
        found: dict[tuple[str, str], dict[str, Moment]] = {}
        for course in self.courses():
            for phase in self.units(course):
                with contextlib.suppress(Gap):  # it has no days yet
                    marks = {point: self.point(phase, point) for point in POINTS[:2]}
                    for point in POINTS[2:]:
                        with contextlib.suppress(Refused):  # it goes on; a single dose, no infusion
                            marks[point] = self.point(phase, point)
                    found[course, phase.key] = marks
        return found

    def clashes(self) -> list[str]:
        """Where two neighbouring phases of a course overlap or their doses come too close.

        Stricter than the rules need (a month counts as 28 days, what `begins` says openly is not
        excused), because its use is to keep doubtful protocols out of a generator.
        """
        found = []
        for course in self.courses():
            for before, after in itertools.pairwise(self.phases(course)):
                with contextlib.suppress(Gap):  # what goes on, and what follows it
                    found += self._clash(before, after)
        return found

    def _clash(self, before: Phase, after: Phase) -> list[str]:
        last, begin = self.point(before, "last"), self.point(after, "begin")
        first = self.point(after, "first")
        words = f"{after.course}: {after.key} %s {before.key}"
        if is_before(begin, self.stops(before)) or not is_before(last, first):
            return [words % "overlaps"]
        gaps = (self.shortest_gap(before), self.shortest_gap(after))
        shortest = min(LONGEST_WALK if gap is None else gap for gap in gaps)
        if shortest == 1 and last.clock is not None and first.clock is not None:
            return []  # neighbouring clock times of a daily course may share a day
        return [words % "comes too close after"] * ((first.day - last.day).days < shortest)


def _order(given: Given) -> tuple[object, ...]:
    return (given.day, given.instant or datetime.min.replace(tzinfo=UTC))
