"""Doses far outside what is usual for their drug and route: slips of a factor of three or more.

The table is cited row by row in `usual_ranges.yaml`. A drug that it lacks is shown as not checked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path

from msgspec import Struct

from regimen import rules
from regimen.finding import Finding, Misread, Reader, Rule, Severity, quoted
from regimen.language.nodes import read_nodes
from regimen.language.schema import AMOUNT, TEXT
from regimen.language.shapes import Shape, block, key, one_or_several, reads, several
from regimen.language.shaping import shaped
from regimen.plan import Plan
from regimen.protocol import Course, Measure, Taper
from regimen.quantity import Quantity
from regimen.route import Route, read_route
from regimen.schedule import Administration, AppliedPhase, RangeCheck, Schedule, often

_WHY = "a slip between mcg and mg, or of the decimal point, is a tenfold or thousandfold dose"
FAR_OUTSIDE = Rule("far-outside-range", Severity.ERROR, Reader.PLAN, _WHY, may_override=True)
OUTSIDE = Rule("outside-range", Severity.WARNING, Reader.PLAN, _WHY, may_override=True)
FAR = 3  # how many times beyond the usual range is far

PER_DOSE, PER_DAY, PER_KG_DAY = "dose", "day", "kg/day"


def read_per(text: str) -> str:
    if text not in (PER_DOSE, PER_DAY, PER_KG_DAY):
        raise Misread(
            rules.UNKNOWN_WORD, f"{quoted(text)} is not a basis", "write dose, day or kg/day"
        )
    return text


def _read_row_route(text: str) -> Route | None:
    """None stands for every route by injection."""
    return None if text == "injection" else read_route(text)


class _Row(Shape):
    """A row of the table."""

    drug: str = key(TEXT, "its usual name")
    also: tuple[str, ...] = key(one_or_several(TEXT), "its other names", absent=())
    route: Route | None = key(reads(_read_row_route), "a route, or injection for all of them")
    population: str = key(TEXT, "for whom the range is usual")
    per: str = key(reads(read_per), "what the amounts are per")
    low: Quantity = key(AMOUNT, "the least that is usual")
    high: Quantity = key(AMOUNT, "the most that is usual")
    source: str = key(TEXT, "where that is written")

    def is_for(self, drug: str, route: Route | None) -> bool:
        names = [name.lower() for name in (self.drug, *self.also)]
        if drug.lower() not in names or route is None:
            return False
        if self.route is None:
            return route.by_injection
        return route is self.route or (route is Route.PARENTERAL and self.route.by_injection)

    def words(self) -> str:
        return f"{self.low} to {self.high} per {self.per}, {self.population}"


class _Table(Shape):
    """The table."""

    rows: tuple[_Row, ...] = key(several(block(_Row)), "the rows")


@cache
def usual_doses() -> tuple[_Row, ...]:
    """The rows of the table, each with its source."""
    data = Path(__file__).with_name("usual_ranges.yaml").read_bytes()  # a part of the package
    return shaped(read_nodes(data, "usual_ranges.yaml"), _Table).rows


class _Compared(Struct, frozen=True):
    """A dose of a phase against one row; `amount` is on the row's basis."""

    phase: AppliedPhase
    row: _Row
    amount: Quantity
    tapering: bool

    @property
    def far(self) -> bool:
        return self.amount > self.row.high.times(FAR) or (
            not self.tapering and self.amount.times(FAR) < self.row.low
        )

    @property
    def outside(self) -> bool:
        return self.amount > self.row.high or (not self.tapering and self.amount < self.row.low)


def outside(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course and amount outside the usual range."""
    for course in schedule.protocol.courses:
        seen: dict[str, Finding] = {}
        for compared in _comparisons(course, schedule):
            if compared.outside or compared.far:
                finding = _finding(compared)
                seen.setdefault(finding.about, finding)
        yield from seen.values()


def _finding(compared: _Compared) -> Finding:
    phase, row, amount = compared.phase, compared.row, compared.amount
    way = "above" if amount > row.high else "below"
    times = amount.over(row.high) if way == "above" else row.low.over(amount)
    factor = (
        f"{_factor(times)} the limit"
        if way == "above"
        else f"the limit is {_factor(times)} as much"
    )
    return Finding(
        FAR_OUTSIDE if compared.far else OUTSIDE,
        f"{phase.drug} {amount} {phase.route} per {row.per} is {way} the usual {row.words()}"
        f" ({factor})",
        "check the amount and its unit against the prescription; if it is meant, the prescriber"
        " records an override with a reason",
        phase.written.place_of("dose", "taper"),
        about=f"{phase.course}: {amount} {phase.route} per {row.per}",
    )


def _factor(times: Fraction) -> str:
    whole = floor(times)
    return f"{'exactly' if whole == times else 'more than'} {often(whole)}"


def results(schedule: Schedule) -> Iterator[RangeCheck]:
    """For every course, whether its doses were held against a usual range, and against which."""
    for course in schedule.protocol.courses:
        compared = list(_comparisons(course, schedule))
        if not compared:
            yield RangeCheck(course.key, course.drug, False, _not_checked(course, schedule))
            continue
        row = compared[0].row
        out = any(each.outside for each in compared)
        yield RangeCheck(
            course.key,
            course.drug,
            True,
            f"usual range {'NOT kept' if out else 'kept'}: {row.words()}"
            f"{_unchecked(course, schedule, compared)}",
            row.source,
        )


def _unchecked(course: Course, schedule: Schedule, compared: list[_Compared]) -> str:
    """What the table says nothing of, where it speaks of another part of the course."""
    spoken_of = [id(each.phase) for each in compared]
    left = [
        phase.title
        for phase in schedule.phases
        if phase.course == course.key and id(phase) not in spoken_of
    ]
    return f"; range not checked of {', '.join(left)}" if left else ""


def _not_checked(course: Course, schedule: Schedule) -> str:
    if not any(each.dose for each in schedule.of_course(course.key)):
        return "range not checked: no dose is stated"
    routes = {phase.route for phase in schedule.phases if phase.course == course.key}
    if any(row.is_for(course.drug, route) for row in usual_doses() for route in routes):
        return "range not checked: the table's row needs the weight, or another kind of unit"
    return f"range not checked: no row for {course.drug} by this route"


def _comparisons(course: Course, schedule: Schedule) -> Iterator[_Compared]:
    for phase in schedule.phases:
        if phase.course != course.key:
            continue
        given = [
            each for each in schedule.of_course(course.key) if each.phase is phase and each.dose
        ]
        rows = [row for row in usual_doses() if row.is_for(phase.drug, phase.route)]
        for row in rows:
            amounts = _amounts(row, given, schedule.plan)
            if amounts is not None:
                tapering = isinstance(phase.written.dose, Taper)
                for amount in dict.fromkeys(amounts):
                    yield _Compared(phase, row, amount, tapering)
                break


def _amounts(row: _Row, given: list[Administration], plan: Plan) -> list[Quantity] | None:
    """The doses on the row's basis; None where they cannot be compared with it."""
    doses = [(each.day, each.dose.ordered) for each in given if each.dose]
    if not doses or any(dose.unit.dimension is not row.high.unit.dimension for _, dose in doses):
        return None
    if row.per == PER_DOSE:
        return [dose for _, dose in doses]
    days: dict[date, list[Quantity]] = defaultdict(list)
    for day, dose in doses:
        days[day].append(dose)
    whole = max(len(amounts) for amounts in days.values())  # an evening start has less, once
    sums = [_sum(amounts) for amounts in days.values() if len(amounts) == whole]
    if row.per == PER_DAY:
        return sums
    weight = plan.answers.get(Measure.WEIGHT)
    if weight is None:
        return None
    assert isinstance(weight.value, Quantity)
    per_kg = 1000 / weight.value.base
    return [amount.times(per_kg) for amount in sums]


def _sum(amounts: list[Quantity]) -> Quantity:
    result = amounts[0]
    for amount in amounts[1:]:
        result += amount
    return result
