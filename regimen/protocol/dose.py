"""The dose rule of a phase: amounts and what they scale by, tapers, caps and rounding (rules D1 to
D6)."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from regimen.protocol.inputs import Ref
from regimen.quantity import Quantity
from regimen.timing import CalendarSpan


class Share(StrEnum):
    """What an amount is shared among; absent, it is an amount per administration."""

    DAY = "day"
    WEEK = "week"
    IN_ALL = "in all"


class Measure(StrEnum):
    """A measured property of the patient that doses scale by."""

    WEIGHT = "weight"
    BSA = "bsa"


class DoseExpression(Struct, frozen=True):
    """An amount, per unit of a measure or not, per administration or shared."""

    amount: Quantity
    per: Measure | None = None
    share: Share | None = None


class Taper(Struct, frozen=True):
    """Levels of dose: `first`, then `by` less (or more) after `each`, down (or up) to `to`; a level
    of zero is never given. With a share of a day, levels are amounts per day."""

    first: Quantity | Ref
    by: Quantity | Ref
    to: Quantity | Ref
    each: CalendarSpan | Ref
    share: Share | None = None


class CapBasis(StrEnum):
    DOSE = "dose"
    DAY = "day"


class Cap(Struct, frozen=True):
    amount: Quantity
    per: Measure | None
    basis: CapBasis


USUAL_DRIFT = Fraction(1, 10)  # rounding may change a dose by this part of it, unless stated


class RoundingMode(StrEnum):
    NEAREST = "nearest"
    UP = "up to"
    DOWN = "down to"


class Rounding(Struct, frozen=True):
    """To multiples of `grid`; `within` is the largest change allowed, as a part of the dose."""

    mode: RoundingMode
    grid: Quantity
    ties_up: bool = True
    within: Fraction = USUAL_DRIFT

    def __str__(self) -> str:
        ties = ""
        if self.mode is RoundingMode.NEAREST:
            ties = ", ties up" if self.ties_up else ", ties down"
        return f"{self.mode} {self.grid}{ties}"
