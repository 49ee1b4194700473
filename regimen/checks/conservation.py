"""What is ordered, what is given and what is taken off the shelf, counted against each other (rule
D7): every dose is exactly the sum of its pieces, and what is opened is what is given and what is
left.

Shares no arithmetic with `engine.pieces` and `engine.dispensing`: like the recount of the totals it
adds printed decimals, and a fraction of a volume is never divided but multiplied out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from regimen.checks.recount import EXACT, in_base
from regimen.engine.totals import total
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.schedule import Dose, Schedule

if TYPE_CHECKING:
    from regimen.product import Product, Supply, Taken

PIECES_DIFFER = Rule(
    "pieces-differ",
    Severity.ERROR,
    Reader.PLAN,
    "pieces that do not add up to what is ordered are another dose than was ordered",
)
_MEND = "do not use this schedule; report it with its protocol and plan"


def differ(schedule: Schedule) -> Iterator[Finding]:
    """A finding for each product, and for each course, whose pieces do not add up."""
    if not (schedule.names_products or schedule.as_needed):
        return
    with localcontext(EXACT):
        found = list(_differences(schedule))
    yield from found


def _differences(schedule: Schedule) -> Iterator[Finding]:
    wrong = dict.fromkeys(
        each.course
        for each in schedule.administrations
        if each.phase.products and each.dose and not _adds_up(each.dose, each.drug)
    )
    for item in schedule.as_needed:
        if item.dose.taken and not _adds_up(item.dose, item.written.phase.drug):
            wrong[item.written.key] = None
    for course in wrong:
        yield _found(f"the pieces of {course} are not exactly the doses ordered")
    given = _given(schedule)
    supplies = total(schedule).by_product
    for supply in supplies:
        if not _is_all(supply, given.pop(supply.product.key, Decimal(0))):
            yield _found(
                f"what is opened of {supply.product.title} is not what is given and what is left"
            )
    for key in given:
        yield _found(f"the product {key} is given and stands in no total")


def _found(what: str) -> Finding:
    return Finding(PIECES_DIFFER, what, _MEND)


def _given(schedule: Schedule) -> dict[str, Decimal]:
    """Of every product, what all administrations take of it, in the base of its unit."""
    given: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in schedule.administrations:
        for taken in each.dose.taken if each.dose else ():
            given[taken.product.key] += in_base(taken.amount)[1]
    return dict(given)


def _is_all(supply: Supply, given: Decimal) -> bool:
    product = supply.product
    held = Decimal(1) if product.size is None else in_base(product.size)[1]
    _, stated = in_base(supply.given)
    _, opened = in_base(supply.opened)
    _, waste = in_base(supply.waste)
    return (
        stated == given
        and opened == held * supply.containers
        and opened - given == waste
        and waste >= 0
    )


def _adds_up(dose: Dose, drug: str) -> bool:
    """Whether the pieces can be taken, and are exactly the dose of this drug."""
    kind, ordered = in_base(dose.ordered)
    if not all(_can_be_taken(each) for each in dose.taken):
        return False
    # Of each product it is so much over a volume; the sum is brought over one volume.
    amount, volume = Decimal(0), Decimal(1)
    for taken in dose.taken:
        held, per = _held(taken, drug, kind)
        amount, volume = amount * per + held * volume, volume * per
    return amount == ordered * volume


def _can_be_taken(taken: Taken) -> bool:
    """Whether it is whole pieces, or the parts into which they break, or whole steps."""
    product, (_, amount) = taken.product, in_base(taken.amount)
    if product.step is not None:
        return amount > 0 and amount % in_base(product.step)[1] == 0
    parts = {"never": 1, "halves": 2, "quarters": 4}[product.split]
    return amount > 0 and amount * parts % 1 == 0


def _held(taken: Taken, drug: str, kind: str) -> tuple[Decimal, Decimal]:
    """What is taken of the dose's kind, as a number and what that is to be divided by."""
    product, (own, amount) = taken.product, in_base(taken.amount)
    if own == kind:
        return amount, Decimal(1)
    if f"{{{product.form}}}" == kind:  # whole containers of a liquid
        assert product.size is not None
        return amount, in_base(product.size)[1]
    per = Decimal(1) if product.per is None else in_base(product.per)[1]
    return amount * _strength(product, drug, kind), per


def _strength(product: Product, drug: str, kind: str) -> Decimal:
    strengths = [in_base(each.amount) for each in product.contents if each.drug == drug]
    return sum((value for unit, value in strengths if unit == kind), Decimal(0))
