"""What a protocol says about each phase, the nearest level first, with the plan's answers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.properties.reference.tables import RowText, row_of
from tests.properties.reference.texts import as_list, read_moment
from tests.properties.reference.timed_doses import names_of
from tests.properties.reference.values import Gap, Moment, Refused, Undecided

T = TypeVar("T")
RANGE = re.compile(r"\d+( \w+)? to \d+ \w+")

DAYS = ("every", "times_per_week", "on", "days", "offsets")
EXTENT = ("for", "doses", "cycles", "before", "through")
TIMES = ("at", "times_per_day")
DOSING = ("dose", "taper")
# every question that a phase answers; what rests on an open decision has no days yet
GROUPS = (DAYS, EXTENT, TIMES, DOSING, ("cycle",), ("max",), ("round",), ("over",), ("route",))
OFTEN = {"1": "once", "2": "twice", "3": "three times", "4": "four times", "5": "five times"}
VISITED = ("cycle", "cycles", "first_day", "month_end")


@dataclass(eq=False)
class Phase:
    """A phase as it stands in its course. `levels` is where its keys may stand, the nearest first;
    `before` are the earlier phases of its course that are present."""

    course: str
    key: str
    levels: list[dict[str, Any]]
    before: list[Phase]
    answer: Callable[[str], str]
    known: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> dict[str, Any]:
        return self.levels[0]

    def stated(self, group: tuple[str, ...]) -> dict[str, Any]:
        """What the nearest level says about one question; of doses on times, the times."""
        said = self.stated_as_written(group)
        return {key: names_of(key, row_of(value, self.answer)) for key, value in said.items()}

    def stated_as_written(self, group: tuple[str, ...]) -> dict[str, Any]:
        for level in self.levels:
            said = {key: level[key] for key in group if key in level}
            if said:
                return said
        return {}


class StatedReader:
    """One protocol, one set of answers, one start."""

    def __init__(self, protocol: dict[str, Any], answers: dict[str, str], start: str) -> None:
        self.protocol = protocol
        self.answers = answers
        self.start: Moment = read_moment(start)
        self.zone = answers.get("zone", "Etc/UTC")
        self._working: list[tuple[str, int]] = []
        self._phases: dict[str, list[Phase]] = {}

    def courses(self) -> list[str]:
        return [name for name in self.protocol["courses"] if self.is_present(name)]

    def visits(self) -> list[str]:
        return [name for name in self.protocol.get("visits", {}) if self.is_present(name)]

    def is_present(self, name: str) -> bool:
        """Also where that is not decided yet."""
        with contextlib.suppress(Undecided):
            return self.applies(self.written(name)) and bool(self.phases(name))
        return True

    def written(self, name: str) -> dict[str, Any]:
        """A course, or a visit, which has the words of a phase."""
        found: dict[str, Any] = {**self.protocol["courses"], **self.protocol.get("visits", {})}
        if name not in found:
            raise Refused(f"{name} is not present")
        of_it: dict[str, Any] = found[name]
        return of_it

    def phases(self, course: str) -> list[Phase]:
        """The phases that are present, in order."""
        if course not in self._phases:
            if course in self.protocol.get("visits", {}):
                self._phases[course] = [self._visit(course)]
                return self._phases[course]
            whole = self.written(course)
            found: list[Phase] = []
            for n, own in enumerate(whole.get("phases", [{}]), start=1):
                for name, levels in self._by_frequency(
                    own.get("name"), [own, whole, self.protocol]
                ):
                    if self.may_apply(own):
                        key = name or str(n)
                        found.append(Phase(course, key, levels, list(found), self.answer))
            self._phases[course] = found
        return self._phases[course]

    def _by_frequency(
        self, name: str | None, levels: list[dict[str, Any]]
    ) -> list[tuple[str | None, list[dict[str, Any]]]]:
        """A taper by frequency is a phase for each of its levels, one at once after the other."""
        taper: dict[str, Any] = next((lv["taper"] for lv in levels if "taper" in lv), {})
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
        for phase in self.phases(course) if self.is_present(course) else []:
            if phase.key == key:
                return phase
        raise Refused(f"{course}.{key} is not present")

    def may_apply(self, stated: dict[str, Any]) -> bool:
        with contextlib.suppress(Undecided):
            return self.applies(stated)
        return True

    def applies(self, stated: dict[str, Any]) -> bool:
        return all(
            self.answer(parameter) in as_list(choices)
            for parameter, choices in stated.get("when", {}).items()
        )

    def text(self, value: Any) -> str:
        """What a value says to this patient."""
        said: str = row_of(value, self.answer)
        return self.answer(said[1:]) if said.startswith("$") else said

    def filled(self, phase: Phase, key: str, value: Any) -> str:
        """The value, or what the plan says: for a parameter, a range, or what is not stated."""
        value = row_of(value, self.answer)
        if value == "not stated" or RANGE.fullmatch(value):
            rows = value.rows if isinstance(value, RowText) else ()
            found = self.pinned(phase, ".".join([key, *rows]).replace(" ", "-"))
            if found is None:
                raise Gap(f"{phase.course}.{phase.key}.{key}")
            return found
        return self.text(value)

    def answer(self, name: str) -> str:
        if name not in self.answers:
            if "decided" in self.protocol.get("parameters", {}).get(name, {}):
                raise Undecided(name)
            raise Refused(f"no answer for {name}")
        return self.answers[name]

    def refuse_undecided(self, value: Any) -> None:
        """Raises Undecided where the value, in the rows that this patient takes, rests on something
        that is not decided yet."""
        value = row_of(value, self.answer)
        for name in re.findall(r"\$(\w+)", value) if isinstance(value, str) else ():
            self.answer(name)
        for part in value.values() if isinstance(value, dict) else ():
            self.refuse_undecided(part)
        for part in value if isinstance(value, list) else ():
            self.refuse_undecided(part)

    def pinned(self, phase: Phase, key: str) -> str | None:
        """What the plan says to a question that the words leave open, for the phase or course."""
        name = phase.key.replace(" ", "-")
        return self.answers.get(
            f"{phase.course}.{name}.{key}", self.answers.get(f"{phase.course}.{key}")
        )

    def month_end(self, phase: Phase) -> str:
        found: str = phase.stated(("month_end",)).get("month_end", "clamp")
        return found

    def once(self, what: str, phase: Phase, work: Callable[[Phase], T]) -> T:
        """Worked out once; a question that comes back to itself is refused."""
        if what not in phase.known:
            question = (what, id(phase))
            if question in self._working:
                raise Refused("anchors in a circle")
            self._working.append(question)
            try:
                phase.known[what] = work(phase)
            finally:
                self._working.pop()
        found: T = phase.known[what]
        return found

    # answered further down the walk

    def begin(self, phase: Phase) -> Moment:
        raise NotImplementedError

    def point(self, phase: Phase, point: str) -> Moment:
        raise NotImplementedError

    def anchored(self, phase: Phase, text: str) -> Moment:
        raise NotImplementedError
