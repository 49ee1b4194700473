"""Doses outside what is usual for their drug and route, or over a limit: slips of a unit or a
decimal point.

The table is cited row by row in `usual_ranges.yaml`; a site may add a file of its own. Doses of
one drug are added up over all courses that give it. A drug that the table lacks is shown as not
checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor

from msgspec import Struct

from regimen.checks.ranges import DOSE, LIFETIME, NO_SITE, WEEK, Basis, Ranges, Row
from regimen.engine.inputs import size_on
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.plan import Plan
from regimen.protocol import Age, AgeOn, Course, DoseExpression, Taper
from regimen.protocol.inputs import given_before
from regimen.protocol.words import often
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import Administration, RangeCheck, Schedule

_WHY = "a slip between mcg and mg, or of the decimal point, is a tenfold or thousandfold dose"
FAR_OUTSIDE = Rule("far-outside-range", Severity.ERROR, Reader.PLAN, _WHY, may_override=True)
OUTSIDE = Rule("outside-range", Severity.WARNING, Reader.PLAN, _WHY, may_override=True)
OVER_LIMIT = Rule(
    "over-limit",
    Severity.ERROR,
    Reader.PLAN,
    "more than a drug's limit harms, whichever courses it comes from",
    may_override=True,
)
OTHER_UNIT = Rule(
    "other-unit",
    Severity.ERROR,
    Reader.PLAN,
    "mg written for units, or units for mg, is another dose altogether",
    may_override=True,
)
FAR = 3  # how many times beyond the usual range is far
# Units that are mistaken for each other; the first is larger.
_LOOK_ALIKE = (("mg", "ug"), ("g", "mg"), ("ug", "ng"), ("10*6.[iU]", "[iU]"))


class Compared(Struct, frozen=True):
    """What is given together, against one row: `amount` is on the row's basis, `sizes` the kg or m²
    of the patient on the day of each dose (none where it does not scale), and `whole` says whether
    it is no less than usual by its place alone, as the last evening of a phase is. `before` is what
    was given before the plan, as part of the amount, where a lifetime is limited and the plan says
    it."""

    given: tuple[Administration, ...]
    row: Row
    amount: Quantity
    sizes: tuple[Fraction, ...]
    whole: bool
    before: Quantity | None = None

    @property
    def above(self) -> Fraction:
        """How many times the most that is usual, or that may be given."""
        most = self.row.limit or self.row.high
        assert most is not None  # every row says one of them
        return self.amount.over(most)

    @property
    def below(self) -> Fraction:
        """How many times the amount the least that is usual is; nothing in a taper."""
        tapering = any(isinstance(each.phase.written.dose, Taper) for each in self.given)
        if self.row.low is None or tapering or not self.whole:
            return Fraction(0)
        return self.row.low.over(self.amount)

    @property
    def times(self) -> Fraction:
        """How many times beyond the row; up to one is inside it."""
        return max(self.above, self.below)


def outside(schedule: Schedule, ranges: Ranges = NO_SITE) -> Iterator[Finding]:
    """One finding per course and amount outside the usual range, or over a limit."""
    seen: dict[str, Finding] = {}
    for compared in comparisons(schedule, ranges):
        if compared.times > 1:
            finding = _finding(compared)
            seen.setdefault(f"{finding.code} {finding.about}", finding)
    yield from seen.values()


def in_another_unit(schedule: Schedule, ranges: Ranges = NO_SITE) -> Iterator[Finding]:
    """Doses in a unit that the drug is not known in, where the number would be usual in the other:
    40 mg of what is given by 40 units."""
    seen: dict[str, Finding] = {}
    for given in _by_drug(schedule, ranges):
        for row in ranges.about([given[0].drug]):
            if row.low is None or row.high is None or row.per != _PER_DOSE:
                continue
            for each in given:
                finding = _other_unit(each, row, row.low, row.high)
                if finding is not None:
                    seen.setdefault(finding.about, finding)
    yield from seen.values()


_PER_DOSE = Basis(DOSE)


def _other_unit(given: Administration, row: Row, low: Quantity, high: Quantity) -> Finding | None:
    assert given.dose is not None
    dose, usual = given.dose.of(given.drug), high.unit
    meant = Quantity(dose.value, usual)
    kind = dose.unit.dimension
    if kind is usual.dimension or kind.is_counted or not row.by(given.phase.route):
        return None
    if not low <= meant <= high:
        return None
    return Finding(
        OTHER_UNIT,
        f"{given.drug} {dose} {given.phase.route} is not in the unit that is usual: {row.words()};"
        f" {meant} would be usual: was {dose.unit.name} written for {usual.name}?",
        "check the unit against the prescription; no conversion is assumed between them; if it is"
        " meant, the prescriber records an override with a reason",
        given.phase.written.place_of("dose", "taper"),
        about=f"{given.course}: {dose} {given.phase.route}",
    )


def _finding(compared: Compared) -> Finding:
    row = compared.row
    first, above = compared.given[0], compared.above > 1
    way = "above" if above else "below"
    factor = f"{_factor(compared.above)} the limit"
    if not above:
        factor = f"the limit is {_factor(compared.below)} as much"
    where = f"{way} the usual {row.words()}"
    if row.limit is not None:
        where = f"over the limit of {row.words().removeprefix('at most ')}"
    rule = FAR_OUTSIDE if compared.times > FAR else OUTSIDE
    what = f"{compared.amount} {first.phase.route} per {row.per}"
    before = f", {compared.before} of it before this plan," if compared.before else ""
    return Finding(
        rule if row.limit is None else OVER_LIMIT,
        f"{first.drug} {what}{before} is {where} ({factor}{_slip(compared)})",
        "check the amount and its unit against the prescription; if it is meant, the prescriber"
        " records an override with a reason",
        first.phase.written.place_of("dose", "taper"),
        about=f"{' + '.join(_courses(compared))}: {what}",
    )


def _factor(times: Fraction) -> str:
    whole = floor(times)
    return f"{'exactly' if whole == times else 'more than'} {often(whole)}"


def _slip(compared: Compared) -> str:
    """`; 100 mcg would be usual: was mg written for mcg?`"""
    row, amount = compared.row, compared.amount
    for pair in _LOOK_ALIKE:
        for written, meant in (pair, pair[::-1]):
            other = Quantity(amount.value, BY_UCUM[meant])
            if amount.unit.ucum == written and _holds(row, other):
                return (
                    f"; {other} would be usual: was {amount.unit.name} written for"
                    f" {other.unit.name}?"
                )
    return ""


def _holds(row: Row, amount: Quantity) -> bool:
    if row.low is None or row.high is None:
        return False
    return row.low.base <= amount.base <= row.high.base


# --- what is held against what


def comparisons(schedule: Schedule, ranges: Ranges) -> Iterator[Compared]:
    """All that is given together, against the row that it fits best, and against every limit."""
    for given in _by_drug(schedule, ranges):
        alternatives: dict[tuple[str, tuple[int, ...]], list[Row]] = {}
        for row in ranges.about([given[0].drug]):
            about = tuple(id(each) for each in given if row.by(each.phase.route))
            if about and _counts(row, schedule.plan) and _of_one_kind(row, given):
                alternatives.setdefault((row.per.time, about), []).append(row)
        for (time, about), rows in alternatives.items():
            mine = [each for each in given if id(each) in about]
            for together, whole in _windows(time, mine):
                yield from _against(rows, together, schedule, whole=whole)


def _against(
    rows: list[Row], together: tuple[Administration, ...], schedule: Schedule, *, whole: bool
) -> Iterator[Compared]:
    """What is given together against the usual row that it fits best, and against every limit."""
    compared = [
        Compared(together, row, _on_basis(together, sizes, before), sizes, whole, before)
        for row in rows
        if (sizes := _sizes(row, together, schedule)) is not None
        for before in (_before(row, together, schedule.plan),)
    ]
    usual = [each for each in compared if each.row.limit is None]
    if usual:
        yield min(usual, key=lambda each: each.times)
    yield from (each for each in compared if each.row.limit is not None)


def _by_drug(schedule: Schedule, ranges: Ranges) -> list[list[Administration]]:
    """The stated doses of each drug, by whatever name it goes, over all courses."""
    rows = ranges.about({phase.drug for phase in schedule.phases})
    found: dict[str, list[Administration]] = {}
    for each in schedule.administrations:
        if each.dose is not None:
            name = each.drug.lower()
            known = next((row.names[0] for row in rows if name in row.names), name)
            found.setdefault(known, []).append(each)
    return list(found.values())


def _counts(row: Row, plan: Plan) -> bool:
    """Whether the row is about this patient, as far as that is known; the age is that at the
    start."""
    if row.without is not None and row.without in plan.answers:
        return False
    age = plan.answers.get("age")
    if row.age is None or age is None or not isinstance(age.value, Age):
        return True
    start = plan.start.day
    return row.age.holds(AgeOn(age.value.birth(start), start))


def _of_one_kind(row: Row, given: Sequence[Administration]) -> bool:
    kind = row.amounts[0].unit.dimension
    return all(each.dose.of(each.drug).unit.dimension is kind for each in given if each.dose)


def _windows(
    time: str, given: list[Administration]
) -> Iterator[tuple[tuple[Administration, ...], bool]]:
    """What falls into one dose, one day, one week or the whole plan, each once; and whether it is
    as much as its phase comes to."""
    if time == DOSE:
        yield from (((each,), True) for each in given)
        return
    if time == LIFETIME:
        yield tuple(given), False
        return
    days = {day: tuple(each) for day, each in groupby(given, key=lambda each: each.day)}
    windows = list(days.values())
    if time == WEEK:
        windows = [_week(day, days) for day in days]
    most: dict[int, Quantity] = {}
    for window in windows:
        phase, total = id(window[0].phase), sum_of(window)
        most[phase] = max(total, most.get(phase, total))
    for window in windows:
        yield window, sum_of(window) == most[id(window[0].phase)]


def _week(first: date, days: dict[date, tuple[Administration, ...]]) -> tuple[Administration, ...]:
    return tuple(each for after in range(7) for each in days.get(first + timedelta(after), ()))


def sum_of(given: Sequence[Administration]) -> Quantity:
    """What the doses come to, of the drug that a row is about."""
    return _on_basis(given, (), None)


def _sizes(
    row: Row, given: Sequence[Administration], schedule: Schedule
) -> tuple[Fraction, ...] | None:
    """How many kg or m² the patient has on the day of each dose, or none where the row does not
    scale; None where that is not known."""
    scale = row.per.scale
    if scale is None:
        return ()
    by_day = {
        day: size_on(schedule.protocol, schedule.plan, scale, day)
        for day in dict.fromkeys(each.day for each in given)
    }
    found = []
    for each in given:
        size = by_day[each.day]
        if size is None:
            return None
        found.append(size.base / scale.unit.factor)
    return tuple(found)


def _on_basis(
    given: Sequence[Administration], sizes: tuple[Fraction, ...], before: Quantity | None
) -> Quantity:
    """What the doses come to, each by the size of its day, with what was given before."""
    amounts = [each.dose.of(each.drug) for each in given if each.dose]
    if sizes:
        amounts = [amount.times(1 / size) for amount, size in zip(amounts, sizes, strict=True)]
    first, *rest = amounts if before is None else (*amounts, before)
    for amount in rest:
        first += amount
    return first


def _before(row: Row, given: Sequence[Administration], plan: Plan) -> Quantity | None:
    """What was given before the plan, where the row limits a lifetime and the plan says it on the
    row's basis."""
    if row.limit is None or row.per.time != LIFETIME:
        return None
    total = None
    for drug in dict.fromkeys(each.drug for each in given):
        answer = plan.answers.get(given_before(drug))
        if answer is None:
            continue
        said = answer.value
        assert isinstance(said, DoseExpression)
        if said.amount.value and (said.per, said.by) != (row.per.scale, None):
            continue
        total = said.amount if total is None else total + said.amount
    return total


def _courses(compared: Compared) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.course for each in compared.given))


# --- what was checked


def results(
    schedule: Schedule, compared: Sequence[Compared], ranges: Ranges = NO_SITE
) -> Iterator[RangeCheck]:
    """For every course, whether its doses were held against a usual range, and against which."""
    for course in schedule.protocol.courses:
        mine = [each for each in compared if course.key in _courses(each)]
        if not mine:
            reason = _not_checked(course, schedule, ranges)
            yield RangeCheck(course.key, course.drug, False, f"range not checked: {reason}")
            continue
        rows = list({id(each.row): each.row for each in mine}.values())
        out = any(each.times > 1 for each in mine)
        kept = f"usual range {'NOT kept' if out else 'kept'}"
        yield RangeCheck(
            course.key,
            course.drug,
            True,
            f"{kept}: {'; '.join(row.words() for row in rows)}{_unchecked(course, schedule, mine)}",
            "; ".join(dict.fromkeys(row.source for row in rows)),
        )


def _unchecked(course: Course, schedule: Schedule, compared: Sequence[Compared]) -> str:
    """What the table says nothing of, where it speaks of another part of the course."""
    spoken_of = {id(each.phase) for one in compared for each in one.given}
    left = [
        phase.title
        for phase in schedule.phases_once
        if phase.course == course.key and id(phase) not in spoken_of
    ]
    return f"; range not checked of {', '.join(left)}" if left else ""


def _not_checked(course: Course, schedule: Schedule, ranges: Ranges) -> str:
    given = [each for each in schedule.of_course(course.key) if each.dose]
    if not given:
        if any(each.course == course.key for each in schedule.every_dose):
            return "no dose is stated"
        return "nothing is scheduled yet"
    rows = [
        row
        for row in ranges.about({each.drug for each in given})
        if any(row.by(each.phase.route) for each in given)
    ]
    if not rows:
        return f"no row for {course.drug} by this route"
    if not any(_of_one_kind(row, given) for row in rows):
        kinds = " and ".join(dict.fromkeys(row.amounts[0].unit.name for row in rows))
        return f"the table knows {course.drug} in {kinds}, which is another kind of unit"
    return "the table's row needs the weight or the body surface"
