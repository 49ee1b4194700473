"""A protocol in the making."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings

from tests.properties import reference
from tests.properties.reference import Refused
from tests.properties.reference.stated import Phase as ReadPhase
from tests.properties.reference.tables import row_of
from tests.properties.reference.values import Gap
from tests.properties.strategies.texts import decimal, to_yaml

Phase = dict[str, Any]
Points = dict[tuple[str, str], dict[str, reference.Moment]]

COURSES = ("alpha", "beta", "gamma")
NAMES = ("loading", "building", "holding", "leaving")
DAYS_OF = {"day": 1, "week": 7, "month": 31, "year": 366}
SLOTS = (
    ["08:00"],
    ["08:00", "20:00"],
    ["06:00", "14:00", "22:00"],
    ["09:30"],
    ["07:15", "19:45"],
    ["02:30"],
    ["00:00", "01:45", "12:00"],
)
STARTS = (
    date(2026, 3, 2),
    date(2026, 1, 31),
    date(2027, 1, 4),
    date(2027, 1, 29),
    date(2027, 8, 31),
    date(2027, 12, 31),
    date(2028, 1, 30),
    date(2028, 2, 29),
    date(2024, 2, 29),
    date(2032, 2, 29),
    date(2028, 5, 31),
    date(2029, 2, 28),
    date(2029, 10, 30),
    # a day or two before clocks change, somewhere
    date(2026, 3, 28),
    date(2026, 10, 24),
    date(2026, 3, 7),
    date(2026, 10, 31),
    date(2026, 4, 4),
    date(2026, 10, 3),
    date(2026, 2, 14),
    date(2026, 3, 21),
    date(2026, 4, 23),
    date(2026, 10, 29),
)
RESPONSES = ("good", "fair", "poor")
WEIGHTS = ("7.5 kg", "12 kg", "68.4 kg")
# for the laws that need fewer samples than the agreement of engine and reference does
assert settings.default is not None
EXAMPLES = settings.default.max_examples
FEWER = settings(max_examples=max(15, EXAMPLES // 4))
EVENINGS = ("18:00", "12:30", "08:00", "00:30", "01:30", "02:15", "23:45")
# Half an hour, no change at all, a change at midnight, a winter that is the exception; each of
# Apia's days is early or late by one.
ZONES = (
    "Etc/UTC",
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Europe/Dublin",
    "Pacific/Apia",
)


@cache
def changes_of(zone: str) -> tuple[date, ...]:
    """The days of some years on which its clocks change."""

    def east(day: date) -> timedelta | None:
        return datetime.combine(day, time(), ZoneInfo(zone)).utcoffset()

    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(4 * 365))
    return tuple(day for day in days if east(day) != east(day + timedelta(days=1)))


FIRST_START, LAST_START = date(2026, 1, 1), date(2029, 12, 31)
MOST_DOSES = 60  # of one phase

# Questions whose answer may be written further out once every phase inside states it.
GROUPS = (
    reference.DAYS,
    reference.EXTENT,
    reference.TIMES,
    ("dose",),
    ("max",),
    ("round",),
    ("junctions",),
    ("month_end",),
    ("cycle",),
    ("over",),
    ("first_day",),
)


# Less than tenfold apart, so that no age is asked for.
_MEASURES = {
    "weight": {"taken": "once", "at_least": "7.5 kg", "at_most": "70 kg"},
    "bsa": {"taken": "once", "at_least": "0.3 m2", "at_most": "2.5 m2"},
}


@dataclass(frozen=True)
class Sample:
    """One protocol with all that is needed to expand it."""

    protocol: dict[str, Any]
    answers: dict[str, str]
    start: str

    def __repr__(self) -> str:
        return f"start: {self.start}\nanswers: {self.answers}\n{to_yaml(self.protocol)}"


@dataclass(frozen=True)
class Scope:
    """What may occur; each switch takes one construct out."""

    courses: int = 3
    phases: int = 4
    months: bool = True
    clocks: bool = True
    evening_starts: bool = True
    pins: bool = True
    tapers: bool = True
    parameters: bool = True
    branches: bool = True
    month_ends: bool = True
    inheritance: bool = True
    unstated_junctions: bool = True
    anchors: bool = True
    lists: bool = True
    offsets: bool = True
    hours: bool = True
    tables: bool = True
    infusions: bool = True
    timed_doses: bool = True
    rounds: bool = True
    decisions: bool = True
    ends: bool = True
    open_ends: bool = True
    sharing: bool = True
    visits: bool = True


WHOLE_SCOPE = Scope()


@dataclass
class Making:
    """A protocol in the making. Whatever is drawn comes of one number of Hypothesis's: drawn one by
    one, choices come in clumps of the same, and what is rare is not met."""

    random: Random
    scope: Scope
    start: str
    answers: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    courses: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, Any] = field(default_factory=dict)

    def protocol(self) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "regimen": "1",
            "id": "random",
            "title": "A random protocol",
            "status": "local",
            "sources": [{"cite": "none: made up by a machine"}],
        }
        if self.parameters:
            whole["parameters"] = self.parameters
        measures = {name: _MEASURES[name] for name in _MEASURES if name in self.answers}
        if measures:
            whole["measures"] = measures
        whole |= {"route": "oral", **self.top, "courses": tidied(self.courses)}
        return {**whole, "visits": self.visits} if self.visits else whole

    def chance(self, of: int) -> bool:
        """True once in so many."""
        return self.random.randrange(of) == 0

    def pick(self, options: Any) -> Any:
        return self.random.choice(list(options))

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def fine(self) -> bool:
        """Whether what stands so far has one reading, of a bearable size, without clashes."""
        reader = self.reader()
        try:
            reader.schedule()
            reader.visit_days()
            return not reader.clashes() and all(
                self._is_bearable(reader, phase)
                for course in reader.courses()
                for phase in reader.phases(course)
            )
        except Refused:
            return False

    def _is_bearable(self, reader: reference.Reader, phase: ReadPhase) -> bool:
        try:
            return len(reader.places(phase)) <= MOST_DOSES
        except Gap:  # what rests on an end that is open has no days yet
            return True

    def reader(self) -> reference.Reader:
        return reference.Reader(self.protocol(), self.answers, self.start)

    def maybe_asked(self, type_: str, text: str, *, may_be_tabled: bool = True, **more: str) -> Any:
        """The text itself, or a reference to a new parameter that is answered with it, or a table
        in which this patient's row says it."""
        if self.scope.tables and may_be_tabled and self.chance(12):
            return self.tabled(text)
        if not self.scope.parameters or not self.chance(6):
            return text
        return self.asked(type_, text, **more)

    def tabled(self, text: str) -> dict[str, Any]:
        """Rows by a measure or a choice; only this patient's says the text."""
        count, _, unit = text.partition(" ")
        near = Fraction(count) + (-1 if count == "7" else 1)
        other = f"{decimal(near)} {unit}".strip()
        if self.scope.branches and self.chance(3):
            self.ask_response()
            answer = self.answers["response"]
            rows = {choice: text if choice == answer else other for choice in RESPONSES}
            return {"by response": rows}
        weight = self.answers.setdefault("weight", self.pick(WEIGHTS))
        number = weight.removesuffix(" kg")
        rows = self.pick(
            (
                {f"under {weight}": other, f"from {weight}": text},
                {f"up to {weight}": text, f"over {weight}": other},
                {"under 2 kg": other, f"2 to under {weight}": other, f"from {weight}": text},
                {f"up to {weight}": text, f"over {number} up to 300 kg": other},
                {"1 to under 2 kg": other, "2 to under 400 kg": text},
            )
        )
        return {"by weight": rows}

    def ask_response(self) -> None:
        if "response" not in self.parameters:
            self.parameters["response"] = {
                "type": "choice",
                "ask": "How was the response?",
                "choices": dict.fromkeys(RESPONSES, "so"),
            }
            self.answers["response"] = self.pick(RESPONSES)

    def asked(self, type_: str, text: str, **more: str) -> str:
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = {"type": type_, "ask": f"What is {name}?", **more}
        self.answers[name] = text
        return f"${name}"


def tidied(courses: dict[str, Any]) -> dict[str, Any]:
    """The courses, without junctions on phases that say where they begin: it is refused."""
    courses = copy.deepcopy(courses)
    for course in courses.values():
        tidy(course)
    return courses


def tidy(part: dict[str, Any]) -> None:
    for phase in part.get("phases", ()):
        if "begins" in phase:
            phase.pop("junctions", None)
        tidy(phase)


def literal(making: Making, value: Any) -> str:
    """What a reference or a table stands for."""
    text: str = row_of(value, making.answers.__getitem__)
    return making.answers[text[1:]] if text.startswith("$") else text
