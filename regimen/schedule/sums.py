"""What the doses of a schedule add up to, and how near they come to limits and usual doses."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from regimen.quantity import Quantity
from regimen.schedule.administration import Administration
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.product import Supply


class RangeCheck(Struct, frozen=True):
    """How a course's doses stand to the usual range of its drug."""

    course: str
    drug: str
    checked: bool
    result: str
    source: str = ""


class Held(Struct, frozen=True):
    """So much of a drug, given by an administration: of its own, or of one that is in the same
    products."""

    by: Administration
    drug: str
    amount: Quantity


class LimitCheck(Struct, frozen=True):
    """How near a drug comes to one of its limits: `given` is the fullest dose, day or week of those
    `counted`, or all of them, and `total` what it adds up to. `limit` and `reached` are on the
    limit's basis, which `per` names: `week`, `in all`, `m²/lifetime`. Where it scales, `sizes` are
    the patient's kg or m² for each of `given`, on its own day. `before` is what was given before
    this plan; it is part of `reached`, and None where nobody was asked. A limit that the protocol
    states is `stated`: it counts the drug by every route, and one in all the `course` alone."""

    drug: str
    per: str
    limit: Quantity
    reached: Quantity
    before: Quantity | None
    total: Quantity
    given: tuple[Held, ...]
    counted: tuple[Held, ...]
    sizes: tuple[Fraction, ...]
    population: str
    source: str
    stated: bool = False
    course: str | None = None

    @property
    def is_over(self) -> bool:
        return self.reached > self.limit

    @property
    def left(self) -> Quantity | None:
        """What may still be given beyond this plan; None where the limit is passed."""
        return None if self.is_over else self.limit - self.reached


class Total(Struct, frozen=True):
    """What one drug, course or phase adds up to; `amount` and `highest` (the highest single dose)
    are None where the doses are not stated."""

    drug: str
    course: str | None
    phase: str | None
    doses: int
    amount: Quantity | None
    first: Moment
    last: Moment
    highest: Quantity | None


class Totals(Struct, frozen=True):
    """`by_product` is what the plan uses up of each product that it names."""

    by_drug: tuple[Total, ...]
    by_course: tuple[Total, ...]
    by_phase: tuple[Total, ...]
    by_product: tuple[Supply, ...] = ()
