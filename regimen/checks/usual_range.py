"""Doses outside what is usual for their drug and route, or over a limit: slips of a unit or a
decimal point.

The table is cited row by row in `usual_ranges.yaml`; a site may add a file of its own. Doses of
one drug are added up over all courses that give it. A drug that the table lacks is shown as not
checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from msgspec import Struct

from regimen.checks.held import age_on, before, by_drug, on_basis, sizes_of, windows
from regimen.checks.ranges import DOSE, NO_SITE, Basis, Ranges, Row
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.protocol import Taper
from regimen.protocol.words import often
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import Held, Schedule

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
    it. A row for older patients, where there is none for this age, shows what is `only_above`."""

    given: tuple[Held, ...]
    row: Row
    amount: Quantity
    sizes: tuple[Fraction, ...]
    whole: bool
    before: Quantity | None = None
    only_above: bool = False

    @property
    def above(self) -> Fraction:
        """How many times the most that is usual, or that may be given."""
        most = self.row.limit or self.row.high
        assert most is not None  # every row says one of them
        return self.amount.over(most)

    @property
    def below(self) -> Fraction:
        """How many times the amount the least that is usual is; nothing in a taper."""
        tapering = any(isinstance(each.by.phase.written.dose, Taper) for each in self.given)
        if self.row.low is None or tapering or not self.whole or self.only_above:
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
            finding = finding_of(compared)
            seen.setdefault(f"{finding.code} {finding.about}", finding)
    yield from seen.values()


def above_with_as_needed(schedule: Schedule, ranges: Ranges = NO_SITE) -> Iterator[Finding]:
    """What is more than usual, or over a limit, with all that may be given as needed."""
    if schedule.as_needed:
        from regimen.checks import as_needed  # few protocols have any

        yield from as_needed.above(schedule, ranges)


def in_another_unit(schedule: Schedule, ranges: Ranges = NO_SITE) -> Iterator[Finding]:
    """Doses in a unit that the drug is not known in, where the number would be usual in the other:
    40 mg of what is given by 40 units."""
    seen: dict[str, Finding] = {}
    for given in by_drug(schedule, ranges):
        for row in ranges.about({each.drug for each in given}):
            if row.low is None or row.high is None or row.per != _PER_DOSE:
                continue
            for each in given:
                finding = _other_unit(each, row, row.low, row.high)
                if finding is not None:
                    seen.setdefault(finding.about, finding)
    yield from seen.values()


_PER_DOSE = Basis(DOSE)


def _other_unit(held: Held, row: Row, low: Quantity, high: Quantity) -> Finding | None:
    dose, given, usual = held.amount, held.by, high.unit
    meant = Quantity(dose.value, usual)
    kind = dose.unit.dimension
    if kind is usual.dimension or kind.is_counted or not row.by(given.phase.route):
        return None
    if not low <= meant <= high:
        return None
    return Finding(
        OTHER_UNIT,
        f"{held.drug} {dose} {given.phase.route} is not in the unit that is usual: {row.words()};"
        f" {meant} would be usual: was {dose.unit.name} written for {usual.name}?",
        "check the unit against the prescription; no conversion is assumed between them; if it is"
        " meant, the prescriber records an override with a reason",
        given.phase.written.place_of("dose", "taper"),
        about=f"{given.course}: {dose} {given.phase.route}",
    )


def finding_of(compared: Compared) -> Finding:
    """What is said of an amount outside its row."""
    row = compared.row
    held, above = compared.given[0], compared.above > 1
    first = held.by
    inside = "" if held.drug == first.drug else f" in {first.drug}"
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
        f"{held.drug}{inside} {what}{before} is {where} ({factor}{_slip(compared)})",
        "check the amount and its unit against the prescription; if it is meant, the prescriber"
        " records an override with a reason",
        first.phase.written.place_of("dose", "taper"),
        about=f"{' + '.join(_courses(compared))}: {f'{held.drug} ' if inside else ''}{what}",
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
    for given in by_drug(schedule, ranges):
        alternatives: dict[tuple[str, tuple[int, ...]], list[Row]] = {}
        for row in ranges.about({each.drug for each in given}):
            about = tuple(id(each) for each in given if _is_about(row, each))
            if about and (row.without is None or row.without not in schedule.plan.answers):
                alternatives.setdefault((row.per.time, about), []).append(row)
        for (time, about), rows in alternatives.items():
            mine = [each for each in given if id(each) in about]
            for together, whole in windows(time, mine):
                yield from _against(rows, together, schedule, whole=whole)


def _is_about(row: Row, held: Held) -> bool:
    kind = row.amounts[0].unit.dimension
    return row.by(held.by.phase.route) and held.amount.unit.dimension is kind


def _against(
    rows: list[Row], together: tuple[Held, ...], schedule: Schedule, *, whole: bool
) -> Iterator[Compared]:
    """What is given together against the usual row that it fits best, and against every limit."""
    age = age_on(schedule.plan, together[-1].by.day)
    compared = [
        Compared(
            together,
            row,
            on_basis(together, sizes, given_before),
            sizes,
            whole,
            given_before,
            only_above=not row.counts_at(age),
        )
        for row in rows
        if row.counts_at(age) or row.counts_later(age)
        if (sizes := sizes_of(row, together, schedule)) is not None
        for given_before in (before(row, together, schedule.plan),)
    ]
    usual = [each for each in compared if each.row.limit is None]
    if fitting := [each for each in usual if not each.only_above]:
        yield min(fitting, key=lambda each: each.times)
    elif usual:
        yield max(usual, key=lambda each: each.times)  # the least that is too much later
    limits = [each for each in compared if each.row.limit is not None]
    yield from [each for each in limits if not each.only_above] or limits


def _courses(compared: Compared) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.by.course for each in compared.given))
