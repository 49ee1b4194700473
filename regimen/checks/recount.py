"""The totals once more, by another path: decimal digits, added administration by administration.

Shares no arithmetic with `engine.totals` and `quantity`: it reads the printed decimals, and has
powers of ten of its own for the units.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, Rounded, localcontext

from regimen.engine.totals import total
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Administration, LimitCheck, Schedule, Total

DIFFERS = Rule(
    "recount-differs",
    Severity.ERROR,
    Reader.PLAN,
    "a total that is not the sum of its doses cannot be dispensed",
)
EXACT = Context(prec=60, traps=[Inexact, Rounded])
POWERS = {
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
            yield found(f"the totals by {name}")


def found(what: str) -> Finding:
    """The finding about sums that the recount does not confirm."""
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
    base, power = POWERS[amount.unit.ucum]
    return base, Decimal(decimal_text(amount.value) or "NaN").scaleb(power, EXACT)


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
            yield found(f"the doses of {each.drug} held against its limit per {each.per}")


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
