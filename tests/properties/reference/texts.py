"""The small texts of the language, read on their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import Any

from tests.properties.reference.units import known_unit
from tests.properties.reference.values import WEEKDAYS, Moment, Refused, Span


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def split(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


def read_count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d*", text):
        raise Refused(f"{text!r} is no count")
    return int(text)


def number_range(text: str) -> range:
    """`8`, or `1-5` with both ends."""
    low, _, high = text.partition("-")
    return range(int(low), int(high or low) + 1)


SPAN_UNITS = {
    "minute": (1, "minutes"),
    "hour": (60, "minutes"),
    "day": (1, "days"),
    "week": (7, "days"),
    "month": (1, "months"),
    "year": (12, "months"),
}


def read_any_span(text: str) -> Span:
    """`8 hours`, `2 weeks`; `0 days` too."""
    match = re.fullmatch(r"(0|[1-9]\d*) (minute|hour|day|week|month|year)s?", text)
    if match is None:
        raise Refused(f"{text!r} is no span")
    each, unit = SPAN_UNITS[match[2]]
    return Span(int(match[1]) * each, unit)


def read_span(text: str) -> Span:
    """A span of days or longer, of real time not."""
    span = read_any_span(text)
    if span.unit == "minutes" or span.count == 0:
        raise Refused(f"{text!r} is no span of days or longer")
    return span


def read_moment(text: str) -> Moment:
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?", text)
    if match is None:
        raise Refused(f"{text!r} is no date")
    day = date.fromisoformat(match[1])
    return Moment(day, read_clock(match[2]) if match[2] else None, day, 0)


def read_clock(text: str) -> time:
    if re.fullmatch(r"\d\d:\d\d", text) is None:
        raise Refused(f"{text!r} is no clock time")
    return time.fromisoformat(text)


def read_weekdays(text: str) -> tuple[int, ...]:
    days = [WEEKDAYS.index(word[:3].lower()) for word in split(text)]
    if not days or len(set(days)) != len(days):
        raise Refused(f"{text!r} is no list of weekdays")
    return tuple(sorted(days))


# --- amounts

NUMBER = r"(\d+(?:\.\d+)?|\d+/\d+)"


@dataclass(frozen=True)
class Stated:
    """A dose as stated: the amount, what it scales by (a measure or ""), per what it is stated, and
    whether it is what an hour of an infusion gives."""

    amount: Fraction
    unit: str
    scale: str = ""
    per: str = ""
    hourly: bool = False


def read_amount(text: str) -> tuple[Fraction, str]:
    match = re.fullmatch(NUMBER + r"\s*([A-Za-zµ][^/]*(?:/(?:dL|L|min|h))?)", text)
    if match is None:
        raise Refused(f"{text!r} is no amount")
    return Fraction(match[1]), known_unit(match[2])


def read_part(text: str) -> Fraction:
    """`10 %` is a tenth."""
    match = re.fullmatch(NUMBER + r" ?%", text)
    if match is None:
        raise Refused(f"{text!r} is no part")
    return Fraction(match[1]) / 100


DOSE = re.compile(
    NUMBER + r"\s*([A-Za-zµ][^/]*?)(/kg|/m2|/m²)?(/h|/hour)?"
    r"(/dose|/day|/week|/cycle| in all| lifetime)?"
)


def read_dose(text: str) -> Stated:
    """`100 mcg`, `6 mg/kg/day by dosing_weight`, `3 g in all`, `AUC 5 by clearance`."""
    words, _, measure = text.partition(" by ")
    if words.startswith("AUC "):
        return Stated(Fraction(words.removeprefix("AUC ")), "mg", measure)
    match = DOSE.fullmatch(words)
    if match is None:
        raise Refused(f"{text!r} is no dose")
    scale = measure or {"/kg": "weight", None: ""}.get(match[3], "bsa")
    per = (match[5] or "").strip(" /")
    return Stated(Fraction(match[1]), known_unit(match[2]), scale, per, match[4] is not None)


@dataclass(frozen=True)
class Rounding:
    """`how` is as units.on_grid has it; `grid` is an amount or `piece`; `within` is the largest
    change, as part of the dose; `over_week` where a week's sum is rounded."""

    how: str
    grid: str
    within: Fraction = Fraction(1, 10)
    over_week: bool = False


def read_rounding(text: str) -> Rounding:
    head, *clauses = text.split(", ")
    match = re.fullmatch(r"(nearest|up to|down to) (.+)", head)
    if match is None:
        raise Refused(f"{text!r} is no way to round")
    ties = [clause for clause in clauses if clause in ("ties up", "ties down")]
    parts = [read_part(clause[7:]) for clause in clauses if clause.startswith("within ")]
    weekly = clauses.count("over the week")
    if len(ties) + len(parts) + weekly != len(clauses) or max(len(parts), weekly) > 1:
        raise Refused(f"{text!r} is no way to round")
    if len(ties) != (match[1] == "nearest"):
        raise Refused("ties are not said, or said in vain")
    how = ", ".join([match[1], *ties])
    return Rounding(how, match[2], (parts or [Fraction(1, 10)])[0], weekly == 1)
