"""Weights, heights and surfaces that no patient of that age has: slips of the decimal point.

The limits are cited in `growth.yaml`. They are held against a value where it enters the plan, with
the age on the day of the measurement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from msgspec import Struct

from regimen.checks.measuring import IMPLAUSIBLE
from regimen.engine.formulas import mosteller
from regimen.finding import Finding
from regimen.language.nodes import read_nodes
from regimen.language.shapes import Shape, block, key, reads, several
from regimen.language.shaping import shaped
from regimen.plan import Plan
from regimen.protocol import Age, AgeOn, Dated, Protocol
from regimen.quantity import BY_UCUM, Quantity, read_quantity
from regimen.timing import CalendarSpan, SpanUnit, read_calendar_span

_TENFOLD = 10
_RANGE = re.compile(r"(?P<low>.+) to (?P<high>.+)")
_SIZES = ("weight", "height", "bsa")


class Limits(Struct, frozen=True):
    """The least and the greatest size."""

    low: Quantity
    high: Quantity


def read_limits(text: str) -> Limits:
    match = _RANGE.fullmatch(text)
    assert match is not None  # the package's own table
    return Limits(read_quantity(match["low"]), read_quantity(match["high"]))


def read_row_age(text: str) -> CalendarSpan:
    return CalendarSpan(0, SpanUnit.DAY) if text == "birth" else read_calendar_span(text)


def _written(text: str) -> str:
    return text


class Row(Shape):
    """A row of the table: from this age on, up to the row after it."""

    age: CalendarSpan = key(reads(read_row_age), "the age")
    sex: str = key(reads(_written), "female or male")
    weight: Limits = key(reads(read_limits), "the least and the greatest weight")
    height: Limits = key(reads(read_limits), "the least and the greatest length or height")


class _Table(Shape):
    """The table."""

    sources: tuple[str, ...] = key(several(reads(_written)), "where the limits come from")
    rows: tuple[Row, ...] = key(several(block(Row)), "the rows, the youngest first")


@cache
def rows() -> tuple[Row, ...]:
    """The rows of the table, each sex from the youngest to the oldest."""
    data = Path(__file__).with_name("growth.yaml").read_bytes()  # a part of the package
    return shaped(read_nodes(data, "growth.yaml"), _Table).rows


def limits_of(measure: str, age: AgeOn, sex: str | None) -> Limits:
    """Between which sizes a patient of that age, of that sex or of either, may lie: the lower
    limits of the age before and the upper limits of the age after."""
    found = [_of_sex(measure, age, each) for each in ("female", "male") if sex in (None, each)]
    return Limits(min(each.low for each in found), max(each.high for each in found))


def _of_sex(measure: str, age: AgeOn, sex: str) -> Limits:
    mine = [row for row in rows() if row.sex == sex]
    younger = [row for row in mine if age.reached(row.age)] or mine[:1]
    older = mine[len(younger) : len(younger) + 1] or mine[-1:]
    below, above = younger[-1], older[0]
    if measure == "weight":
        return Limits(below.weight.low, above.weight.high)
    if measure == "height":
        return Limits(below.height.low, above.height.high)
    return Limits(
        _surface(below.weight.low, below.height.low), _surface(above.weight.high, above.height.high)
    )


def _surface(weight: Quantity, height: Quantity) -> Quantity:
    size = mosteller(weight.to(BY_UCUM["kg"]).value, height.to(BY_UCUM["cm"]).value)
    return Quantity(size, BY_UCUM["m2"])


def beyond(protocol: Protocol, plan: Plan, age: Age) -> Iterator[Finding]:
    """Sizes outside of what is possible at the patient's age; each value once."""
    born, sex = age.birth(plan.start.day), plan.answers.get("sex")
    for name in _SIZES:
        parameter = protocol.parameters.get(name)
        if parameter is None or parameter.taken is None or name not in plan.answers:
            continue
        for day, size in _measured(plan.answers[name].value, plan.start.day):
            limits = limits_of(name, AgeOn(born, day), None if sex is None else str(sex.value))
            if not limits.low <= size <= limits.high:
                yield _finding(name, size, AgeOn(born, day), limits)


def _measured(given: object, start: date) -> tuple[tuple[date, Quantity], ...]:
    if isinstance(given, Dated):
        return given.values
    assert isinstance(given, Quantity)
    return ((start, given),)


def _finding(name: str, size: Quantity, age: AgeOn, limits: Limits) -> Finding:
    low, high = limits.low.shown, limits.high.shown
    meant = size.times(_TENFOLD) if size < limits.low else size.times(Fraction(1, _TENFOLD))
    slip = f"; was {meant} meant?" if limits.low <= meant <= limits.high else ""
    return Finding(
        IMPLAUSIBLE,
        f"{name} {size} is not that of a patient of {age}, {low} to {high}{slip}",
        "check the value, its unit and the age; if they are right, the prescriber records an"
        " override with a reason",
        about=f"{name}: {size} at {age}",
    )
