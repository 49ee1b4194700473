"""Which phases a course has: as listed, by frequency, in groups, and visits."""

from __future__ import annotations

from typing import Any

from tests.properties.reference.stated import DAYS, Phase, StatedReader
from tests.properties.reference.values import Moment, Refused

OFTEN = {"1": "once", "2": "twice", "3": "three times", "4": "four times", "5": "five times"}
VISITED = ("cycle", "cycles", "first_day", "month_end")
# what a group, or a phase that comes again, keeps to itself
KEPT = ("phases", "repeat", "begins", "when", "name")


class ListingReader(StatedReader):
    def units(self, course: str) -> list[Phase]:
        """The phases and groups that are listed and present, in order."""
        if course not in self._units:
            self._units[course] = self._course_units(course)
        return self._units[course]

    def _course_units(self, course: str) -> list[Phase]:
        if course in self.protocol.get("visits", {}):
            return [self._visit(course)]
        whole = self.written(course)
        if "repeat" in whole or ".each" in whole.get("begins", ""):
            if not self.may_apply(whole):
                return []
            return [Phase(course, course, [whole, self.protocol], [], self.answer)]
        return self.listed(course, whole.get("phases", [{}]), [whole, self.protocol])

    def listed(
        self,
        course: str,
        written: list[dict[str, Any]],
        levels: list[dict[str, Any]],
        begun: Moment | None = None,
        scope: dict[str, Phase] | None = None,
        origin: str = "",
    ) -> list[Phase]:
        """These phases, one after the other; in a group each knows the others by name."""
        found: list[Phase] = []
        scope = {} if scope is None else scope
        for n, own in enumerate(written, start=1):
            for name, own_levels in self._by_frequency(own.get("name"), [own, *levels]):
                if self.may_apply(own):
                    key = name or str(n)
                    phase = Phase(course, key, own_levels, list(found), self.answer, begun, scope)
                    phase.origin = f"{origin}/{n} {key}"
                    scope[key] = phase
                    found.append(phase)
        return found

    def children(self, group: Phase, begun: Moment | None) -> list[Phase]:
        """The phases of a group that begins here."""
        handed = {key: value for key, value in group.own.items() if key not in KEPT}
        levels, scope = [handed, *group.levels[1:]], {**group.scope, group.key: group}
        found = self.listed(group.course, group.own["phases"], levels, begun, scope, group.origin)
        for each in found:
            each.around = (*group.around, group.key)
        return found

    def round_at(self, phase: Phase, begun: Moment) -> Phase:
        """One round of what comes again: the same, once, from here."""
        own = {k: v for k, v in phase.own.items() if k not in ("repeat", "begins", "when")}
        levels = [own, *phase.levels[1:]]
        round_ = Phase(phase.course, phase.key, levels, [], self.answer, begun, phase.scope)
        round_.origin, round_.around = phase.origin, phase.around
        return round_

    def lead(self, phase: Phase) -> Phase:
        """The phase that a group begins with."""
        return self.lead(self.children(phase, None)[0]) if phase.is_group else phase

    def _by_frequency(
        self, name: str | None, levels: list[dict[str, Any]]
    ) -> list[tuple[str | None, list[dict[str, Any]]]]:
        """A taper by frequency is a phase for each of its levels, one at once after the other."""
        nearest = next((level for level in levels if {"taper", "dose"} & level.keys()), {})
        taper: dict[str, Any] = nearest.get("taper", {})
        if "times_per_day" not in taper:
            return [(name, levels)]
        rest = [
            {key: value for key, value in level.items() if key not in ("taper", "phases", "begins")}
            for level in levels
        ]
        found: list[tuple[str | None, list[dict[str, Any]]]] = []
        for times in taper["times_per_day"]:
            key = " ".join(filter(None, [name, OFTEN.get(times, f"{times} times"), "a day"]))
            own = {**rest[0], "times_per_day": times, "for": taper["each"]}
            if found:
                own = {**own, "junctions": "at once"}
            elif "begins" in levels[0]:
                own = {**own, "begins": levels[0]["begins"]}
            found.append((key, [own, *rest[1:]]))
        return found

    def _visit(self, name: str) -> Phase:
        """One day, if it says no days; of the protocol's keys only a cycle is meant for it."""
        own = self.written(name)
        if "times" in own:
            own = {**own, "doses": own["times"]}
        if not any(key in own for key in DAYS):
            own = {**own, "doses": "1"}
        shared = {key: self.protocol[key] for key in VISITED if key in self.protocol}
        return Phase(name, "1", [own, shared], [], self.answer)

    def decisions(self) -> dict[str, Phase]:
        """The days on which something is decided, as visits."""
        parameters = self.protocol.get("parameters", {})
        return {
            name: Phase(name, "1", [{"begins": stated["decided"], "doses": "1"}], [], self.answer)
            for name, stated in parameters.items()
            if stated.get("decided", "later") != "later"
        }

    def phase(self, course: str, key: str) -> Phase:
        """The phase of this name, or a group's first or a round's, seen from outside."""
        for unit in self.units(course) if self.is_present(course) else []:
            if unit.key == key:
                return unit
        raise Refused(f"{course}.{key} is not present")
