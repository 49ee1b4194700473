"""Products as a protocol describes them, and the doses that they can make."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.properties.reference.pieces import Shelf, makeable, parts_of
from tests.properties.reference.texts import read_amount
from tests.properties.reference.units import canonical, convert, known_unit, on_grid
from tests.properties.reference.values import Refused


def read_shelf(name: str, stated: dict[str, Any], unit: str) -> Shelf:
    """How much of the unit is in a piece, or in 1 mL of a liquid."""
    form = known_unit(stated["form"])
    measured = stated.get("measured_to")
    amount, _, each = str(stated.get("strength", f"1 {form}")).partition(" in ")
    per = read_amount(each) if each else (Fraction(1), form)
    one = "mL" if measured is not None or canonical(*per)[1].startswith("volume") else form
    of_one = Fraction(1)
    if canonical(Fraction(1), unit)[1] != canonical(Fraction(1), one)[1]:
        if canonical(*read_amount(amount))[1] != canonical(Fraction(1), unit)[1]:
            raise Refused(f"{name} holds no {unit}")
        of_one = convert(*read_amount(amount), unit) / convert(*per, one)
    step = None if measured is None else convert(*read_amount(measured), "mL")
    return Shelf(name, of_one, stated.get("split", "never"), step)


def nearest(shelf: list[Shelf], amount: Fraction, how: str) -> Fraction:
    """The dose next to this one that the products can make; it may be nothing."""
    if shelf[0].measured_to is not None:
        return on_grid(amount, shelf[0].measured_to * shelf[0].strength, how)
    smallest = min(part.amount for part in parts_of(shelf))
    doses = {Fraction(0), *makeable(shelf, amount + max(part.amount for part in parts_of(shelf)))}
    below = max(dose for dose in doses if dose <= amount)
    above = min(dose for dose in doses if dose >= amount)
    assert above - below <= max(smallest, above)
    if how.startswith("nearest"):
        middle = (below + above) / 2
        return above if amount > middle or (amount == middle and how.endswith("up")) else below
    return above if how == "up to" else below
