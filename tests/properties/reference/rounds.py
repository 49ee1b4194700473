"""What comes again: rounds of a phase or group, and after each dose of something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.properties.reference.from_where import OFFSET, edge_of
from tests.properties.reference.how_much import DoseReader
from tests.properties.reference.months import moved, without_clock
from tests.properties.reference.stated import Phase
from tests.properties.reference.texts import read_any_span
from tests.properties.reference.values import Gap, GoesOn, Moment, NeverBegun, Refused
from tests.properties.reference.zones import minutes_after


class RoundsReader(DoseReader):
    def parts(self, phase: Phase) -> list[Phase]:
        """The rounds of what comes again; the phases of a group."""
        return self.once("parts", phase, self._parts)

    def _parts(self, phase: Phase) -> list[Phase]:
        if not phase.comes_again:
            found = self.children(phase, self.begun(phase))
            found[0].takes_clock = self._gives_clock(phase)
            return found
        if "repeat" in phase.own:
            moments = self._rounds(phase)
        else:
            moments = self._each(phase, phase.own["begins"])
        rounds = [self.round_at(phase, moment) for moment in moments]
        for each in rounds:
            each.takes_clock = self._gives_clock(phase)
        return rounds

    def _gives_clock(self, phase: Phase) -> bool:
        """Whether it begins some hours after something, or at its finish: then its doses take the
        clock time, in each of its rounds."""
        text = self.begins_by(phase) or ""
        offset = OFFSET.fullmatch(text)
        if offset is None:
            return phase.takes_clock or text.endswith(".finish")
        return read_any_span(self.text(offset[1])).unit == "minutes"

    def rule(self, phase: Phase) -> Phase:
        """The rule of the rounds, as a phase whose places are their first moments."""
        own = _with_doses(phase.own["repeat"])
        if "whichever_first" in own:
            own["whichever_first"] = [_with_doses(end) for end in own["whichever_first"]]
        shared = {"month_end": self.month_end(phase)}
        return Phase("", "", [own, shared], [], self.answer, self.begun(phase))

    def _rounds(self, phase: Phase) -> list[Moment]:
        rule = self.rule(phase)
        begin = self.begun(phase)
        moments = [place.at for place in self.places(rule)]
        for n, at in enumerate(moments):
            if at.clock is None and at.day == begin.day:
                moments[n] = replace(at, clock=begin.clock, instant=begin.instant)
            elif at.clock is None and self._gives_clock(phase):
                moments[n] = replace(at, clock=begin.clock)
        return moments

    def _each(self, phase: Phase, text: str) -> list[Moment]:
        """The moments that `12 hours before a.each` means."""
        offset = OFFSET.fullmatch(text)
        anchor = text if offset is None else offset[3]
        found = []
        for at in self._doses(phase, anchor):
            if offset is None:
                found.append(at)
                continue
            span, times = read_any_span(self.text(offset[1])), 1 if offset[2] == "after" else -1
            if span.unit == "minutes":
                found.append(minutes_after(at, times * span.count, self.zone))
            else:
                found.append(without_clock(moved(at, span, times, self.month_end(phase))))
        return found

    def _doses(self, phase: Phase, anchor: str) -> list[Moment]:
        """Every dose of a course, of a phase or of the phase before; or its finish."""
        found, still_open = [], False
        for leaf in self._known_leaves(self._meant(phase, anchor)):
            if leaf is None:
                still_open = True
                continue
            for place in self.places(leaf):
                over = self.over(leaf)
                if anchor.endswith(".finish"):
                    if over is None:
                        raise Refused("no infusion")
                    found.append(minutes_after(place.at, over.count, self.zone))
                else:
                    found.append(place.at)
        if not found and still_open:
            raise Gap(f"{anchor} means no dose yet")
        if not found:
            raise Refused(f"{anchor} means no dose")
        return sorted(found, key=lambda at: (at.day, at.clock is not None, at.clock))

    def _meant(self, phase: Phase, anchor: str) -> list[Phase]:
        """What `.each` names: a course, a phase of it, or the phase before."""
        course, *rest = anchor.removesuffix(".finish").removesuffix(".each").split(".")
        if course == "previous":
            return phase.before[-1:]
        if rest:
            inside = phase.scope.get(rest[0]) if course == phase.course else None
            return self.named(course, rest[0]) if inside is None else [inside]
        return self.units(course) if self.is_present(course) else []

    def _known_leaves(self, units: list[Phase]) -> Iterator[Phase | None]:
        """Every phase that has days, and None for what has none yet."""
        for unit in units:
            leaves = self._leaves(unit)
            while True:
                try:
                    leaf = next(leaves, None)
                    if leaf is None:
                        break
                    self.places(leaf)
                except NeverBegun:
                    continue
                except Gap:
                    yield None
                else:
                    yield leaf

    def latest(self, course: str, rest: list[str]) -> Moment:
        """The last dose that has a day so far, of a course or of one of its phases."""
        units = self.named(course, rest[0]) if rest else self.units(course)
        known = [leaf for leaf in self._known_leaves(units) if leaf is not None]
        if not known:
            raise Gap(f"{course} has no dose yet")
        return edge_of([self.places(leaf)[-1].at for leaf in known], "last")

    def leaves(self, phase: Phase) -> list[Phase]:
        """Every phase in it, round by round."""
        return [*self._leaves(phase)]

    def _leaves(self, phase: Phase) -> Iterator[Phase]:
        if not phase.has_parts:
            yield phase
            return
        for part in self.parts(phase):
            yield from self._leaves(part)

    def phases(self, course: str) -> list[Phase]:
        return [*self.each_of(course)]

    def each_of(self, course: str) -> Iterator[Phase]:
        for unit in self.units(course):
            yield from self._leaves(unit)

    def point_of_parts(self, phase: Phase, point: str) -> Moment:
        if point == "end":
            if "repeat" in phase.own:
                return self.point(self.rule(phase), "end")
            if phase.comes_again:
                raise Refused("after each dose of something, and nothing says where it ends")
            return self.point(self.parts(phase)[-1], "end")
        if point != "first" and self._comes_on(phase):
            drawn = "repeat" in phase.own and self.is_drawn(self.rule(phase))
            raise GoesOn(f"rounds of {phase.key}") if drawn else Gap(f"rounds of {phase.key}")
        return self.point_of_all(self.leaves(phase), point)

    def _comes_on(self, phase: Phase) -> bool:
        """Whether rounds of it, or of something in it, go on after the horizon."""
        if "repeat" in phase.own and self.goes_on(self.rule(phase)):
            return True
        if "repeat" not in phase.own and phase.comes_again:
            anchor = phase.own["begins"].rpartition(" ")[2]
            meant = self._meant(phase, anchor)
            leaves = [*self._known_leaves(meant)]
            if any(leaf is None or self.goes_on(leaf) for leaf in leaves):
                return True
            if any(unit.has_parts and self._comes_on(unit) for unit in meant):
                return True
        return any(part.has_parts and self._comes_on(part) for part in self.parts(phase))

    def named(self, course: str, key: str) -> list[Phase]:
        """What has this name in the course: a phase or group, or one of a group's, in all rounds."""
        if not self.is_present(course):
            raise Refused(f"{course} is not present")
        for unit in self.units(course):
            if unit.key == key:
                return [unit]
        found = [each for unit in self.units(course) for each in self._inside(unit, key)]
        if not found:
            raise Refused(f"{course}.{key} is not present")
        return found

    def goes_on_around(self, course: str, key: str) -> bool:
        """Whether a group that holds what has this name goes on after the horizon."""
        return any(
            unit.has_parts and unit.key != key and self._inside(unit, key) and self._comes_on(unit)
            for unit in self.units(course)
        )

    def _inside(self, phase: Phase, key: str) -> list[Phase]:
        if phase.key == key:
            return [phase]
        parts = self.parts(phase) if phase.has_parts else []
        return [found for part in parts for found in self._inside(part, key)]

    def same(self, phase: Phase) -> list[Phase]:
        """All rounds of what is written once."""
        return [each for unit in self.units(phase.course) for each in self._same(unit, phase)]

    def _same(self, part: Phase, phase: Phase) -> Iterator[Phase]:
        if not part.has_parts and part.origin == phase.origin:
            yield part
        elif part.has_parts and f"{phase.origin}/".startswith(f"{part.origin}/"):
            for each in self.parts(part):
                yield from self._same(each, phase)


def _with_doses(rule: dict[str, Any]) -> dict[str, Any]:
    """How often it comes is to the rule what a number of doses is to a phase."""
    return {"doses" if key == "times" else key: value for key, value in rule.items()}
