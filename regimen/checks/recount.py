"""The totals once more, by another path: decimal digits, added administration by administration.

Shares no arithmetic with `engine.totals` and `quantity`: it reads the printed decimals, and has
powers of ten of its own for the units.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Context, Decimal, Inexact, Rounded

from regimen.engine.totals import total
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Administration, Schedule, Total

DIFFERS = Rule(
    "recount-differs",
    Severity.ERROR,
    Reader.PLAN,
    "a total that is not the sum of its doses cannot be dispensed",
)
_EXACT = Context(prec=60, traps=[Inexact, Rounded])
_POWERS = {
    "ng": ("g", -9),
    "ug": ("g", -6),
    "mg": ("g", -3),
    "g": ("g", 0),
    "kg": ("g", 3),
    "[iU]": ("[iU]", 0),
    "uL": ("L", -6),
    "mL": ("L", -3),
    "L": ("L", 0),
    "nmol": ("mol", -9),
    "umol": ("mol", -6),
    "mmol": ("mol", -3),
    "mol": ("mol", 0),
    "meq": ("eq", -3),
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
            yield Finding(
                DIFFERS,
                f"the totals by {name} do not agree with a recount of the administrations",
                "do not use this schedule; report it with its protocol and plan",
            )


def _recounted(administrations: tuple[Administration, ...], depth: int) -> dict[_Key, _Count]:
    counts: Counter[_Key] = Counter()
    sums: defaultdict[_Key, Decimal] = defaultdict(Decimal)
    for each in administrations:
        kind, amount = _in_base(each.dose.ordered if each.dose else None)
        course = each.phase.course if depth > 0 else None
        phase = each.phase.title if depth > 1 else None
        key = (each.phase.drug, course, phase, kind)
        counts[key] += 1
        sums[key] = _EXACT.add(sums[key], amount)
    return {key: (count, sums[key]) for key, count in counts.items()}


def _stated(totals: tuple[Total, ...]) -> dict[_Key, _Count]:
    found: dict[_Key, _Count] = {}
    for each in totals:
        kind, amount = _in_base(each.amount)
        key = (each.drug, each.course, each.phase, kind)
        doses, before = found.get(key, (0, Decimal(0)))  # phases of one title are counted together
        found[key] = (doses + each.doses, _EXACT.add(before, amount))
    return found


def _in_base(amount: Quantity | None) -> tuple[str, Decimal]:
    if amount is None:
        return "not stated", Decimal(0)
    base, power = _POWERS[amount.unit.ucum]
    return base, Decimal(decimal_text(amount.value) or "NaN").scaleb(power, _EXACT)
