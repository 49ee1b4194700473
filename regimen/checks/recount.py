"""The totals once more, by another path: decimal digits, added administration by administration.

Shares no arithmetic with `engine.totals`, `engine.figures` and `quantity`: it reads the printed
decimals, and has powers of ten of its own for the units and a calendar of its own for the weeks.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from typing import TYPE_CHECKING, NamedTuple

from regimen.engine.totals import total
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Administration, LimitCheck, Schedule, Total

if TYPE_CHECKING:  # most schedules are made without them
    from regimen.figures import Figures, Per

DIFFERS = Rule(
    "recount-differs",
    Severity.ERROR,
    Reader.PLAN,
    "a total that is not the sum of its doses cannot be dispensed",
)
EXACT = Context(prec=60, traps=[Inexact, Rounded])
_POWERS = {
    "ng": ("g", -9),
    "ug": ("g", -6),
    "mg": ("g", -3),
    "g": ("g", 0),
    "kg": ("g", 3),
    "[iU]": ("[iU]", 0),
    "10*6.[iU]": ("[iU]", 6),
    "uL": ("L", -6),
    "mL": ("L", -3),
    "L": ("L", 0),
    "nmol": ("mol", -9),
    "umol": ("mol", -6),
    "mmol": ("mol", -3),
    "mol": ("mol", 0),
    "meq": ("eq", -3),
    # What is counted: each kind of piece is its own.
    "{tablet}": ("{tablet}", 0),
    "{capsule}": ("{capsule}", 0),
    "{sachet}": ("{sachet}", 0),
    "{suppository}": ("{suppository}", 0),
    "{patch}": ("{patch}", 0),
    "{drop}": ("{drop}", 0),
    "{puff}": ("{puff}", 0),
    "{vial}": ("{vial}", 0),
    "{ampoule}": ("{ampoule}", 0),
    "{syringe}": ("{syringe}", 0),
    "{bottle}": ("{bottle}", 0),
}
_Key = tuple[str, str | None, str | None, str]
_Count = tuple[int, Decimal]


def differs(schedule: Schedule) -> Iterator[Finding]:
    """A finding for each list of totals that the recount does not confirm to the last digit."""
    totals = total(schedule)
    for depth, (name, stated) in enumerate(
        (("drug", totals.by_drug), ("course", totals.by_course), ("phase", totals.by_phase))
    ):
        if _recounted(schedule.administrations, depth) != _stated(stated):
            yield _finding(f"the totals by {name}")


def _finding(what: str) -> Finding:
    return Finding(
        DIFFERS,
        f"{what} do not agree with a recount of the administrations",
        "do not use this schedule; report it with its protocol and plan",
    )


def _recounted(administrations: tuple[Administration, ...], depth: int) -> dict[_Key, _Count]:
    counts: Counter[_Key] = Counter()
    sums: defaultdict[_Key, Decimal] = defaultdict(Decimal)
    for each in administrations:
        kind, amount = in_base(each.dose.ordered if each.dose else None)
        course = each.phase.course if depth > 0 else None
        phase = each.phase.title if depth > 1 else None
        key = (each.phase.drug, course, phase, kind)
        counts[key] += 1
        sums[key] = EXACT.add(sums[key], amount)
    return {key: (count, sums[key]) for key, count in counts.items()}


def _stated(totals: tuple[Total, ...]) -> dict[_Key, _Count]:
    found: dict[_Key, _Count] = {}
    for each in totals:
        kind, amount = in_base(each.amount)
        key = (each.drug, each.course, each.phase, kind)
        doses, before = found.get(key, (0, Decimal(0)))  # phases of one title are counted together
        found[key] = (doses + each.doses, EXACT.add(before, amount))
    return found


def in_base(amount: Quantity | None) -> tuple[str, Decimal]:
    """The amount in the base of its kind of unit, and which that is, from its printed decimals."""
    if amount is None:
        return "not stated", Decimal(0)
    base, power = _POWERS[amount.unit.ucum]
    return base, Decimal(decimal_text(amount.value) or "NaN").scaleb(power, EXACT)


# --- the pharmacist's figures


class _RowKey(NamedTuple):
    drug: str
    course: str | None
    phase: str | None
    period: tuple[str, date, date] | None
    kind: str


class _RowSums(NamedTuple):
    """One row, in base units; of what is not stated there is nothing but the doses."""

    ids: list[str]
    equal: Counter[Decimal]
    amount: Decimal
    highest_dose: Decimal | None
    highest_day: Decimal | None
    highest_on: date | None
    cumulative: Decimal | None
    first: date
    last: date


def figures_differ(schedule: Schedule, figures: tuple[Figures, ...]) -> Iterator[Finding]:
    """A finding for each kind of figures that the recount does not confirm to the last digit."""
    for per in dict.fromkeys(each.per for each in figures):
        stated = [(_row_key(each), _row_stated(each)) for each in figures if each.per is per]
        recounted = _rows_recounted(schedule, per)
        if len(stated) != len(recounted) or dict(stated) != recounted:
            yield _finding(f"the figures per {per}")


def _row_key(row: Figures) -> _RowKey:
    period = (row.period.name, row.period.first, row.period.last) if row.period else None
    return _RowKey(row.drug, row.course, row.phase_key, period, in_base(row.amount)[0])


def _row_stated(row: Figures) -> _RowSums:
    return _RowSums(
        ids=sorted(each.id for part in row.parts for each in part.administrations),
        equal=Counter(in_base(part.dose)[1] for part in row.parts for _ in part.administrations),
        amount=in_base(row.amount)[1],
        highest_dose=_stated_in_base(row.highest_dose),
        highest_day=_stated_in_base(row.highest_day),
        highest_on=row.highest_on,
        cumulative=_stated_in_base(row.cumulative),
        first=row.first.day,
        last=row.last.day,
    )


def _stated_in_base(amount: Quantity | None) -> Decimal | None:
    return in_base(amount)[1] if amount is not None else None


def _rows_recounted(schedule: Schedule, per: Per) -> dict[_RowKey, _RowSums]:
    rows: defaultdict[_RowKey, list[tuple[date, Decimal, str]]] = defaultdict(list)
    running: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    by_the_end_of: dict[tuple[str, str, date], Decimal] = {}
    for each in schedule.administrations:
        kind, amount = in_base(each.dose.ordered if each.dose else None)
        drug, day = each.phase.drug, each.day
        running[drug, kind] = EXACT.add(running[drug, kind], amount)
        by_the_end_of[drug, kind, day] = running[drug, kind]
        period = _period(per, day, schedule.plan.start.day)
        course = each.phase.course if per in ("course", "phase") else None
        phase = each.phase.key if per == "phase" else None
        rows[_RowKey(drug, course, phase, period, kind)].append((day, amount, each.id))
    return {
        key: _row_sums(doses, by_the_end_of[key.drug, key.kind, doses[-1][0]], key.kind)
        for key, doses in rows.items()
    }


def _row_sums(doses: list[tuple[date, Decimal, str]], cumulative: Decimal, kind: str) -> _RowSums:
    days: defaultdict[date, Decimal] = defaultdict(Decimal)
    amount = Decimal(0)
    for day, one, _ in doses:
        amount = EXACT.add(amount, one)
        days[day] = EXACT.add(days[day], one)
    most = max(days.values())
    none = kind == "not stated"
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
        _, total = in_base(each.total)
        added = Decimal(0)
        for given in each.given:
            added = EXACT.add(added, in_base(given.dose.ordered if given.dose else None)[1])
        if added != total or _fullest(each) > total or _leaves_out(schedule, each):
            yield _finding(f"the doses of {each.drug} held against its limit per {each.per}")


def _leaves_out(schedule: Schedule, limit: LimitCheck) -> bool:
    """Whether a stated dose of such a drug by such a route is not counted."""
    alike = {(each.phase.drug, each.phase.route) for each in limit.counted}
    counted = {each.id for each in limit.counted}
    return any(
        each.dose is not None
        and (each.phase.drug, each.phase.route) in alike
        and each.id not in counted
        for each in schedule.administrations
    )


def _fullest(limit: LimitCheck) -> Decimal:
    """The most of what is counted in one dose, day, week or in all."""
    days: defaultdict[date, list[Decimal]] = defaultdict(list)
    for each in limit.counted:
        days[each.day].append(in_base(each.dose.ordered if each.dose else None)[1])
    with localcontext(EXACT):
        match limit.per.rpartition("/")[2]:
            case "dose":
                return max(max(doses) for doses in days.values())
            case "day":
                return max(sum(doses, Decimal(0)) for doses in days.values())
            case "week":
                weeks = ([day + timedelta(days=after) for after in range(7)] for day in days)
                return max(
                    sum((dose for day in week for dose in days.get(day, ())), Decimal(0))
                    for week in weeks
                )
            case _:
                return sum((dose for doses in days.values() for dose in doses), Decimal(0))
