"""What a protocol says about each phase, the nearest level first, with the plan's answers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.properties.reference.measures import Measures, NotYet, When
from tests.properties.reference.tables import RowText, holds, row_of
from tests.properties.reference.texts import as_list, read_moment
from tests.properties.reference.timed_doses import names_of
from tests.properties.reference.values import Gap, Moment, Refused, Undecided

T = TypeVar("T")
RANGE = re.compile(r"\d+( \w+)? to \d+ \w+")

DAYS = ("every", "times_per_week", "on", "days", "offsets")
EXTENT = ("for", "doses", "cycles", "before", "through", "until", "whichever_first")
TIMES = ("at", "times_per_day")
DOSING = ("dose", "taper")
# every question that a phase answers; what rests on an open decision has no days yet
GROUPS = (DAYS, EXTENT, TIMES, DOSING, ("cycle",), ("max",), ("round",), ("over",), ("route",))


@dataclass(eq=False)
class Phase:
    """A phase as it stands in its course, or one of its rounds. `levels` is where its keys may
    stand, the nearest first; `before` are the earlier ones beside it that are present. A round has
    its first moment in `begun`, and `scope` is what names mean in it; `origin` is the same for all
    rounds of what is written once."""

    course: str
    key: str
    levels: list[dict[str, Any]]
    before: list[Phase]
    answer: Callable[[str], str]
    begun: Moment | None = None
    scope: dict[str, Phase] = field(default_factory=dict, repr=False)
    origin: str = ""
    around: tuple[str, ...] = ()  # the names of the groups around it
    takes_clock: bool = False  # it begins at a clock time that its doses take
    known: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def comes_again(self) -> bool:
        return "repeat" in self.own or ".each" in self.own.get("begins", "")

    @property
    def is_group(self) -> bool:
        return "phases" in self.own

    @property
    def has_parts(self) -> bool:
        return self.comes_again or self.is_group

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
        self._units: dict[str, list[Phase]] = {}

    def courses(self) -> list[str]:
        return [name for name in self.protocol["courses"] if self.is_present(name)]

    def visits(self) -> list[str]:
        return [name for name in self.protocol.get("visits", {}) if self.is_present(name)]

    def is_present(self, name: str) -> bool:
        """Also where that is not decided yet."""
        with contextlib.suppress(Undecided):
            return self.applies(self.written(name)) and bool(self.units(name))
        return True

    def written(self, name: str) -> dict[str, Any]:
        """A course, or a visit, which has the words of a phase."""
        found: dict[str, Any] = {**self.protocol["courses"], **self.protocol.get("visits", {})}
        if name not in found:
            raise Refused(f"{name} is not present")
        of_it: dict[str, Any] = found[name]
        return of_it

    def may_apply(self, stated: dict[str, Any]) -> bool:
        with contextlib.suppress(Undecided):
            return self.applies(stated)
        return True

    def applies(self, stated: dict[str, Any]) -> bool:
        return all(
            any(self.answer(name) == row or holds(row, self.answer(name)) for row in as_list(rows))
            for name, rows in stated.get("when", {}).items()
        )

    def text(self, value: Any) -> str:
        """What a value says to this patient."""
        said: str = row_of(value, self.answer)
        return self.answer(said[1:]) if said.startswith("$") else said

    def filled(
        self, phase: Phase, key: str, value: Any, answer: Callable[[str], str] | None = None
    ) -> str:
        """The value, or what the plan says: for a parameter, a range, or what is not stated; the
        rows of tables by an answer of one day, where that is handed over."""
        value = row_of(value, answer or self.answer)
        if value == "not stated" or RANGE.fullmatch(value):
            rows = value.rows if isinstance(value, RowText) else ()
            found = self.pinned(phase, ".".join([key, *rows]).replace(" ", "-"))
            if found is None:
                raise Gap(f"{phase.course}.{phase.key}.{key}")
            return found
        return self.text(value)

    @property
    def measures(self) -> Measures:
        return Measures(self.protocol.get("measures", {}), self.raw_answer)

    def answer(self, name: str) -> str:
        """What the plan says, or what measures come to. Raises NotYet for one that is taken again."""
        if not self.measures.has(name):
            return self.raw_answer(name)
        if self.measures.is_retaken(name):
            raise NotYet(name)
        return self.measures.text(name, When(self.start.day, self.start.day, [], None))

    def answer_at(self, name: str, when: When) -> str:
        """The same for a dose on a day, for which measures may be taken again."""
        return self.measures.text(name, when) if self.measures.has(name) else self.answer(name)

    def raw_answer(self, name: str) -> str:
        if name not in self.answers:
            if "decided" in self.protocol.get("parameters", {}).get(name, {}):
                raise Undecided(name)
            raise Refused(f"no answer for {name}")
        return self.answers[name]

    def refuse_undecided(self, value: Any) -> None:
        """Raises Undecided where the value, in the rows that this patient takes, rests on something
        that is not decided yet."""
        with contextlib.suppress(NotYet):  # every row then
            value = row_of(value, self.answer)
        for name in re.findall(r"\$(\w+)", value) if isinstance(value, str) else ():
            self.answer(name)
        for part in value.values() if isinstance(value, dict) else ():
            self.refuse_undecided(part)
        for part in value if isinstance(value, list) else ():
            self.refuse_undecided(part)

    def is_drawn_up_to_a_horizon(self, key: str, value: Any) -> bool:
        """Whether an end is a date that is not known yet, and the plan says how far to draw."""
        name = value[1:] if key in ("before", "through") and isinstance(value, str) else ""
        return (
            name in self.protocol.get("parameters", {})
            and name not in self.answers
            and "horizon" in self.answers
        )

    def least(self, phase: Phase, key: str, value: Any) -> str | None:
        """How long it is at the least, where that is to be decided and its limits say so."""
        if key not in ("for", "doses", "cycles") or not isinstance(value, str):
            return None
        name = value[1:] if value.startswith("$") else ""
        stated = self.protocol.get("parameters", {}).get(name, {})
        if "decided" not in stated or name in self.answers:
            return None
        if value in phase.stated_as_written(DAYS).values():
            return None
        if "in all" in str(phase.stated_as_written(DOSING).get("dose")):
            return None
        least: str | None = stated.get("at_least")
        return least

    def pinned(self, phase: Phase, key: str) -> str | None:
        """What the plan says to a question that the words leave open, for the phase or course."""
        names = [name.replace(" ", "-") for name in (phase.key, *reversed(phase.around))]
        asked = [*(f"{phase.course}.{name}.{key}" for name in names), f"{phase.course}.{key}"]
        return next((self.answers[each] for each in asked if each in self.answers), None)

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

    def units(self, course: str) -> list[Phase]:
        raise NotImplementedError

    def begin(self, phase: Phase) -> Moment:
        raise NotImplementedError

    def point(self, phase: Phase, point: str) -> Moment:
        raise NotImplementedError

    def anchored(self, phase: Phase, text: str) -> Moment:
        raise NotImplementedError
