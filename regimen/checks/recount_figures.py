"""The pharmacist's figures once more, by another path: the printed numbers as fractions, added up
administration by administration, with a calendar of its own for the weeks.

Shares no arithmetic with `engine.figures` and `quantity`.
"""

from __future__ import annotations

import operator
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from regimen.checks.recount import POWERS, found
from regimen.finding import Finding
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Administration, Held, LimitCheck, Schedule

if TYPE_CHECKING:
    from regimen.figures import Figures, Per
    from regimen.product import Product

_NONE = "not known"


class _RowKey(NamedTuple):
    drug: str
    course: str | None
    phase: str | None
    period: tuple[str, date, date] | None
    kind: str


class _RowSums(NamedTuple):
    """One row, in base units; of what is not stated there is nothing but the doses."""

    ids: list[str]
    equal: Counter[Fraction]
    amount: Fraction
    highest_dose: Fraction | None
    highest_day: Fraction | None
    highest_on: date | None
    cumulative: Fraction | None
    first: date
    last: date


def differ(schedule: Schedule, figures: tuple[Figures, ...]) -> Iterator[Finding]:
    """A finding for each kind of figures that the recount does not confirm to the last digit."""
    for per in dict.fromkeys(each.per for each in figures):
        stated = [(_row_key(each), _row_stated(each)) for each in figures if each.per is per]
        recounted = _rows_recounted(schedule, per)
        if len(stated) != len(recounted) or dict(stated) != recounted:
            yield found(f"the figures per {per}")


def _row_key(row: Figures) -> _RowKey:
    period = (row.period.name, row.period.first, row.period.last) if row.period else None
    return _RowKey(row.drug, row.course, row.phase_key, period, _in_base(row.amount)[0])


def _row_stated(row: Figures) -> _RowSums:
    return _RowSums(
        ids=sorted(each.id for part in row.parts for each in part.administrations),
        equal=Counter(_in_base(part.dose)[1] for part in row.parts for _ in part.administrations),
        amount=_in_base(row.amount)[1],
        highest_dose=_stated_in_base(row.highest_dose),
        highest_day=_stated_in_base(row.highest_day),
        highest_on=row.highest_on,
        cumulative=_stated_in_base(row.cumulative),
        first=row.first.day,
        last=row.last.day,
    )


def _stated_in_base(amount: Quantity | None) -> Fraction | None:
    return _in_base(amount)[1] if amount is not None else None


def _rows_recounted(schedule: Schedule, per: Per) -> dict[_RowKey, _RowSums]:
    rows: defaultdict[_RowKey, list[tuple[date, Fraction, str]]] = defaultdict(list)
    running: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    by_the_end_of: dict[tuple[str, str, date], Fraction] = {}
    for each in schedule.administrations:
        period = _period(per, each.day, schedule.plan.start.day)
        course = each.phase.course if per in ("course", "phase") else None
        phase = each.phase.key if per == "phase" else None
        for drug, kind, amount in _given(each, per):
            running[drug, kind] += amount
            by_the_end_of[drug, kind, each.day] = running[drug, kind]
            row = _RowKey(drug, course, phase, period, kind)
            rows[row].append((each.day, amount, each.id))
    return {
        key: _row_sums(doses, by_the_end_of[key.drug, key.kind, doses[-1][0]], key.kind)
        for key, doses in rows.items()
    }


def _given(administration: Administration, per: Per) -> Iterator[tuple[str, str, Fraction]]:
    """What the administration gives: its own drug, or what is inside its products."""
    dose = administration.dose
    inside: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    if per == "ingredient" and dose is not None:
        for taken in dose.taken:
            for drug, kind, amount in _contents(taken.product, taken.amount):
                inside[drug, kind] += amount
    if inside:
        yield from ((drug, kind, amount) for (drug, kind), amount in inside.items())
    else:
        yield (administration.phase.drug, *_in_base(dose.ordered if dose else None))


def _contents(product: Product, taken: Quantity) -> Iterator[tuple[str, str, Fraction]]:
    """What so much of the product holds; nothing where its strength is in another kind of unit."""
    own, amount = _in_base(taken)
    if product.per is not None:
        of, volume = _in_base(product.per)
        if of != own:
            return
        amount /= volume
    for content in product.contents:
        kind, strength = _in_base(content.amount)
        yield content.drug, kind, amount * strength


def _in_base(amount: Quantity | None) -> tuple[str, Fraction]:
    """The amount in the base of its kind of unit, and which that is, from its printed number."""
    if amount is None:
        return _NONE, Fraction(0)
    base, power = POWERS[amount.unit.ucum]
    value = amount.value
    number = decimal_text(value) or f"{value.numerator}/{value.denominator}"
    return base, Fraction(number) * Fraction(10) ** power


def _row_sums(doses: list[tuple[date, Fraction, str]], cumulative: Fraction, kind: str) -> _RowSums:
    days: defaultdict[date, Fraction] = defaultdict(Fraction)
    amount = Fraction(0)
    for day, one, _ in doses:
        amount += one
        days[day] += one
    most = max(days.values())
    none = kind == _NONE
    return _RowSums(
        ids=sorted(id for _, _, id in doses),
        equal=Counter(one for _, one, _ in doses),
        amount=amount,
        highest_dose=None if none else max(one for _, one, _ in doses),
        highest_day=None if none else most,
        highest_on=None if none else min(day for day, sum in days.items() if sum == most),
        cumulative=None if none else cumulative,
        first=doses[0][0],
        last=doses[-1][0],
    )


def _period(per: Per, day: date, start: date) -> tuple[str, date, date] | None:
    if per == "calendar-week":
        year, week, _ = day.isocalendar()
        monday, sunday = (date.fromisocalendar(year, week, weekday) for weekday in (1, 7))
        return day.strftime("%G-W%V"), monday, sunday
    if per == "month":
        last = monthrange(day.year, day.month)[1]
        month = day.isoformat()[:7]
        return month, date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{month}-{last}")
    if per == "treatment-week":
        first = day.toordinal()
        while (first - start.toordinal()) % 7:
            first -= 1
        number = (first - start.toordinal()) // 7 + (1 if day >= start else 0)
        return f"week {number}", date.fromordinal(first), date.fromordinal(first + 6)
    return None


# --- limits


def limits_differ(schedule: Schedule, limits: tuple[LimitCheck, ...]) -> Iterator[Finding]:
    """A finding for each limit whose doses do not add up, are not the fullest there are, or leave
    some out."""
    for each in limits:
        doses = [_held(given, each) for given in each.given]
        sizes = each.sizes or (Fraction(1),) * len(doses)
        before = _in_base(each.before)[1]
        reached = sum(map(operator.truediv, doses, sizes), before)
        total = _in_base(each.total)[1]
        adds_up = sum(doses) == total and reached == _in_base(each.reached)[1]
        fullest = total if each.sizes else _fullest(each)  # of sizes that change, it may be less
        stated = [_in_base(given.amount)[1] for given in each.given]
        if doses != stated or not adds_up or fullest > total or _leaves_out(schedule, each):
            yield found(f"the doses of {each.drug} held against its limit, {each.per},")


def _held(held: Held, limit: LimitCheck) -> Fraction:
    """How much of the drug the dose gives: what it orders, or what is in its products."""
    dose = held.by.dose
    kind, ordered = _in_base(dose.ordered if dose else None)
    wanted = _in_base(limit.limit)[0]
    if kind == wanted and held.drug == held.by.phase.drug:
        return ordered
    return sum(
        (
            amount
            for taken in (dose.taken if dose else ())
            for drug, inside, amount in _contents(taken.product, taken.amount)
            if (drug, inside) == (held.drug, wanted)
        ),
        Fraction(0),
    )


def _leaves_out(schedule: Schedule, limit: LimitCheck) -> bool:
    """Whether a stated dose of such a drug by such a route is not counted, or is not part of a sum
    that has no end. What a protocol limits counts by every route."""
    if limit.per.rpartition("/")[2] not in ("dose", "day", "week") and limit.given != limit.counted:
        return True
    alike = {_alike(each.by, limit) for each in limit.counted if each.drug == each.by.phase.drug}
    counted = {each.by.id for each in limit.counted}
    return any(
        each.dose is not None and _alike(each, limit) in alike and each.id not in counted
        for each in schedule.administrations
    )


def _alike(each: Administration, limit: LimitCheck) -> tuple[object, ...]:
    if not limit.stated:
        kinds = {held.amount.unit.dimension for held in limit.counted}
        of_kind = each.dose is not None and each.dose.of(each.drug).unit.dimension in kinds
        return each.phase.drug, each.phase.route, of_kind
    return each.phase.drug.lower(), each.course if limit.course else None


def _fullest(limit: LimitCheck) -> Fraction:
    """The most of what is counted in one dose, day, week or in all."""
    days: defaultdict[date, list[Fraction]] = defaultdict(list)
    for each in limit.counted:
        days[each.by.day].append(_held(each, limit))
    match limit.per.rpartition("/")[2]:
        case "dose":
            return max(max(doses) for doses in days.values())
        case "day":
            return max(sum(doses, Fraction(0)) for doses in days.values())
        case "week":
            weeks = ([day + timedelta(days=after) for after in range(7)] for day in days)
            return max(
                sum((dose for day in week for dose in days.get(day, ())), Fraction(0))
                for week in weeks
            )
        case _:
            return sum((dose for doses in days.values() for dose in doses), Fraction(0))
