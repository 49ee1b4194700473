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
