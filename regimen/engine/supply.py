"""The doses of a phase from its products: rounded to what they can make, and made up of them (rule
D7)."""

from __future__ import annotations

from regimen import rules
from regimen.engine import pieces
from regimen.engine.bound import Bound
from regimen.finding import Misread, Refusal, refuse
from regimen.product import Product, Taken
from regimen.protocol import Phase, Rounding
from regimen.quantity import Quantity
from regimen.schedule import Dose, DoseStage, DoseStep


def supplied(bound: Bound, amount: Quantity, steps: list[DoseStep], row: str = "") -> Dose:
    """The dose with what is taken of each product, which may come from a row of a table. Raises
    Refusal where they cannot make it."""
    phase = bound.phase
    if not bound.products:
        raise _unbound(phase, f"a dose of {amount}", "dose", "taper")
    try:
        taken = pieces.made_up(bound.products, phase.drug, amount)
    except Misread as misread:
        raise Refusal([misread.finding(phase.place_of("product"))]) from None
    made = [DoseStep(DoseStage.MADE_UP, each.amount, _because(each) + row) for each in taken]
    return Dose(amount, (*steps, *made), taken)


def to_pieces(
    bound: Bound, rounding: Rounding, amount: Quantity, limit: Quantity | None
) -> Quantity:
    """The dose next to this one that the products can make, by the rule and not above the limit; it
    may be nothing. Raises Refusal."""
    phase = bound.phase
    if not bound.products:
        raise _unbound(phase, "a dose rounded to pieces", "round")
    try:
        return pieces.rounded(bound.products, phase.drug, amount, rounding, limit)
    except Misread as misread:
        raise Refusal([misread.finding(phase.place_of("round"))]) from None


def smallest_piece(bound: Bound, amount: Quantity) -> Quantity:
    """The least of an amount of this kind that can be taken of the products. Raises Refusal."""
    phase = bound.phase
    if not bound.products:
        raise _unbound(phase, "a dose rounded to pieces", "round")
    try:
        parts = pieces.parts_of(bound.products, phase.drug, amount)
    except Misread as misread:
        raise Refusal([misread.finding(phase.place_of("round"))]) from None
    return Quantity(min(part.amount for part in parts) / amount.unit.factor, amount.unit)


def refuse_kinds(phase: Phase, products: tuple[Product, ...], amount: Quantity) -> None:
    """Raises Refusal where a dose of this kind cannot be counted in these products at all; without
    products it is one that is counted in pieces or rounded to them."""
    if not products and amount.unit.dimension.is_counted:
        raise _unbound(phase, f"a dose of {amount}", "dose", "taper")
    if not products:
        raise _unbound(phase, "a dose rounded to pieces", "round")
    try:
        pieces.parts_of(products, phase.drug, amount)
    except Misread as misread:
        raise Refusal([misread.finding(phase.place_of("product"))]) from None


def _unbound(phase: Phase, what: str, *keys: str) -> Refusal:
    """The refusal of pieces, counted or rounded to, of a product that nobody named."""
    return refuse(
        rules.NO_PRODUCT,
        f"{what} does not say of which product, and so not how much drug it is",
        "describe the product under products, and name it: product: its_name",
        phase.place_of(*keys),
    )


def _because(taken: Taken) -> str:
    product = taken.product
    holds = " + ".join(str(each.amount) for each in product.contents_of(taken.amount))
    return f"{holds} from {product.title}" if holds else f"of {product.title}"
