"""From where: anchors, junctions, and the points of a phase."""

from __future__ import annotations

import contextlib
import functools
import re
from datetime import time

from tests.properties.reference.months import is_before, moved, without_clock
from tests.properties.reference.stated import GROUPS, Phase
from tests.properties.reference.texts import read_any_span, read_moment
from tests.properties.reference.values import (
    Gap,
    GoesOn,
    Moment,
    NeverBegun,
    Place,
    Refused,
    Span,
)
from tests.properties.reference.which_days import DaysReader
from tests.properties.reference.zones import minutes_after

POINTS = ("begin", "first", "last", "end", "finish")


OFFSET = re.compile(r"(.+?) (after|before) (.+)")


class AnchorReader(DaysReader):
    def places(self, phase: Phase) -> list[Place]:
        raise NotImplementedError

    def period_end(self, phase: Phase) -> Moment | None:
        raise NotImplementedError

    def point_of_parts(self, phase: Phase, point: str) -> Moment:
        raise NotImplementedError

    def parts(self, phase: Phase) -> list[Phase]:
        raise NotImplementedError

    def begin(self, phase: Phase) -> Moment:
        if phase.comes_again:
            return self.begin(self.parts(phase)[0])
        return self.begun(phase)

    def begun(self, phase: Phase) -> Moment:
        """Where it begins to be counted; of what comes again, where its rounds are counted from."""
        try:
            return self.once("begin", phase, self._begin)
        except GoesOn as gap:  # of something else: when this begins is not known at all
            raise Gap(str(gap)) from None

    def begin_clock(self, phase: Phase) -> time | None:
        """The clock time of what begins some hours after a moment, or at the finish of an infusion."""
        if phase.takes_clock:
            return self.begin(phase).clock
        text = self.begins_by(phase) or ""
        offset = OFFSET.fullmatch(text)
        timed = text.endswith(".finish")
        if offset is not None:
            timed = read_any_span(self.text(offset[1])).unit == "minutes"
        return self.begin(phase).clock if timed else None

    def begins_by(self, phase: Phase) -> str | None:
        found: str | None = phase.own.get("begins")
        if found is None and not phase.before and phase.begun is None:
            found = self.written(phase.course).get("begins", "start")
        return found

    def _begin(self, phase: Phase) -> Moment:
        for level in phase.levels[:2]:
            self.applies(level)  # whether it does may not be decided yet
        for group in GROUPS:
            for key, value in phase.stated_as_written(group).items():
                certain = self.least(phase, key, value)
                if certain is None and not self.is_drawn_up_to_a_horizon(key, value):
                    self.refuse_undecided(value)
        begins = self.begins_by(phase)
        if begins is not None:
            return self.anchored(phase, begins)
        if not phase.before:
            assert phase.begun is not None
            return phase.begun
        junction = phase.stated(("junctions",)).get("junctions")
        if junction == "at once":
            return self.anchored(phase, "previous.end")
        if junction == "wait":
            return self._waited(phase)
        if junction is not None:
            raise Refused(f"junctions: {junction}")
        at_once = self.anchored(phase, "previous.end")
        if at_once != self._waited(phase):
            raise Refused("how this phase follows the one before is not said")
        return at_once

    def _waited(self, phase: Phase) -> Moment:
        last = self.point(self._previous(phase), "last")
        lead = self.lead(phase)
        pattern, gap = self.pattern(lead), self.gap(lead)
        if gap is None:
            raise Refused("a single dose has no interval to wait")
        if gap.unit == "minutes":
            return minutes_after(last, gap.count, self.zone)
        first = without_clock(moved(last, gap, 1, self.month_end(phase)))
        while pattern.kind == "weekdays" and first.day.weekday() not in pattern.places:
            first = moved(first, Span(1, "days"), 1, "clamp")
        return first

    def _previous(self, phase: Phase) -> Phase:
        if not phase.before:
            raise Refused("nothing before it")
        return phase.before[-1]

    def anchored(self, phase: Phase, text: str) -> Moment:
        """`[<span> after|before] <anchor>`, as a phase of this course writes it."""
        offset = OFFSET.fullmatch(text)
        if offset is None:
            return self._anchor(phase, text)
        anchor = self._anchor(phase, offset[3])
        return self.shifted(phase, f"{offset[1]} {offset[2]}", anchor)

    def shifted(self, phase: Phase, offset: str, anchor: Moment) -> Moment:
        """`2 weeks after` a moment; nothing is the moment itself."""
        if not offset:
            return anchor
        words, _, side = offset.rpartition(" ")
        span, times = read_any_span(self.text(words)), 1 if side == "after" else -1
        if span.unit == "minutes":
            return minutes_after(anchor, times * span.count, self.zone)
        return without_clock(moved(anchor, span, times, self.month_end(phase)))

    def _anchor(self, phase: Phase, text: str) -> Moment:
        if text == "start":
            return self.start
        if text.startswith("$"):
            return read_moment(self.text(text))
        parts = text.split(".")
        if parts[-1] not in POINTS:
            raise Refused(f"{text} names no point")
        if parts[:-1] == ["previous"]:
            return self.point(self._previous(phase), parts[-1])
        if not self.is_present(parts[0]):
            raise Refused(f"{parts[0]} is not present")
        if len(parts) == 3:
            return self._named(phase, parts[0], parts[1], parts[2])
        return self.point_of_all(self.units(parts[0]), parts[-1])

    def _named(self, phase: Phase, course: str, key: str, point: str) -> Moment:
        """In a round, a name means what stands in the same round."""
        if course == phase.course and key in phase.scope:
            return self.point(phase.scope[key], point)
        found = self.named(course, key)
        if point not in ("begin", "first") and self.goes_on_around(course, key):
            raise GoesOn(f"rounds around {course}.{key}")
        return self.point_of_all(found, point)

    def named(self, course: str, key: str) -> list[Phase]:
        raise NotImplementedError

    def goes_on_around(self, course: str, key: str) -> bool:
        raise NotImplementedError

    def point_of_all(self, phases: list[Phase], point: str) -> Moment:
        """Of all rounds of a phase, seen from outside."""
        if point == "begin":
            return self.point(phases[0], "begin")
        if point == "end":
            try:
                return self.point(phases[-1], "end")
            except Gap as gap:
                raise self._end_of(phases, gap) from None
        points: dict[Phase, Moment] = {}
        gaps: list[Gap] = []
        for each in phases:
            try:
                points[each] = self.point(each, "first" if point == "first" else "last")
            except NeverBegun:  # stopped before its first dose
                continue
            except Gap as gap:
                if point != "first" or not points or self._may_precede(each, points):
                    gaps.append(gap)
        if gaps:  # what goes on does so whatever is decided
            raise next((each for each in gaps if isinstance(each, GoesOn)), gaps[0])
        if not points:
            raise Refused("nothing ever begins")
        edge = edge_of(list(points.values()), point)
        return self.point(next(each for each in points if points[each] == edge), point)

    def _end_of(self, phases: list[Phase], gap: Gap) -> Gap:
        """Why the end is not known: because one of them goes on, whatever else is open."""
        for each in phases:
            with contextlib.suppress(Gap):
                rule = self.rule(each) if "repeat" in each.own else each
                if (rule is not each or not each.has_parts) and self.is_drawn(rule):
                    return GoesOn(str(gap))
        return gap

    def _may_precede(self, phase: Phase, points: dict[Phase, Moment]) -> bool:
        """Whether what is still open begins before the others, by what is known."""
        text = phase.own.get("begins", "previous")
        anchor = text.rpartition(" ")[2]
        if anchor != "start" and not anchor.startswith("$"):
            return False
        with contextlib.suppress(Gap):
            return is_before(self.anchored(phase, text), edge_of([*points.values()], "first"))
        return False

    def over(self, phase: Phase) -> Span | None:
        """The length of an infusion."""
        stated = phase.stated(("over",)).get("over")
        return None if stated is None else read_any_span(self.filled(phase, "over", stated))

    def _finish(self, phase: Phase) -> Moment:
        over = self.over(phase)
        if over is None:
            raise Refused("no infusion")
        return minutes_after(self.places(phase)[-1].at, over.count, self.zone)

    def end_of_cycle(self, phase: Phase) -> Moment:
        raise NotImplementedError

    def rule(self, phase: Phase) -> Phase:
        raise NotImplementedError

    def is_drawn(self, phase: Phase) -> bool:
        raise NotImplementedError

    def goes_on(self, phase: Phase) -> bool:
        raise NotImplementedError

    def point(self, phase: Phase, point: str) -> Moment:
        if point == "begin":
            return self.begin(phase)
        if phase.has_parts:
            return self.point_of_parts(phase, point)
        if point == "first":
            return self.places(phase)[0].at
        if self.goes_on(phase):
            where = f"{phase.course}.{phase.key}.{point}"
            raise GoesOn(where) if self.is_drawn(phase) else Gap(where)
        if point == "last":
            return self.places(phase)[-1].at
        if point == "finish":
            return self._finish(phase)
        end = self.period_end(phase)
        return self.next_place(phase, self.places(phase)[-1].at) if end is None else end

    def next_place(self, phase: Phase, last: Moment) -> Moment:
        pattern = self.pattern(phase)
        if pattern.is_finite:
            raise Refused("it has no end")
        if pattern.kind == "listed":
            return self.end_of_cycle(phase)
        for at in (place.at for place in self.all_places(phase)):
            if pattern.is_elapsed:
                if is_before(last, at):
                    return at
            elif at.day == last.day and at.clock is not None and last.clock is not None:
                if at.clock > last.clock:
                    return at
            elif at.day > last.day:
                return without_clock(at)
        raise AssertionError("a pattern has a next place")


def edge_of(points: list[Moment], which: str) -> Moment:
    """The first of them, or the last."""
    return functools.reduce(_earlier if which == "first" else _later, points)


def _earlier(one: Moment, other: Moment) -> Moment:
    return other if is_before(other, one) else one


def _later(one: Moment, other: Moment) -> Moment:
    return other if is_before(one, other) else one
