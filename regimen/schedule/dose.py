"""The dose of an administration, and each stage on the way to it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, final

from msgspec import Struct
from msgspec.structs import replace

from regimen.cause import Cause
from regimen.quantity import Dimension, Quantity

if TYPE_CHECKING:
    from regimen.product import Taken


class DoseStage(StrEnum):
    """The order of operations from the words to the syringe."""

    STATED = "stated"
    CALCULATED = "calculated"
    SHARED = "shared"
    REDUCED = "reduced"
    CAPPED = "capped"
    ROUNDED = "rounded"
    ORDERED = "ordered"
    MADE_UP = "made up"


class DoseStep(Struct, frozen=True):
    """The amount after one stage, and why it is that."""

    stage: DoseStage
    amount: Quantity
    because: str | Cause

    def __str__(self) -> str:
        """`capped 15 mg (at most 2 mg/kg per day)`. What is stated per kg or per day is not printed
        as if it were a dose: `stated 6 mg/kg per day, as the protocol says`."""
        basis = str(self.because).removeprefix(str(self.amount))
        if self.stage is DoseStage.STATED and basis.startswith(("/", " per ", " in all")):
            return f"{self.stage} {self.because}"
        return f"{self.stage} {self.amount.shown} ({self.because})"


@final
class Dose(Struct, frozen=True):
    """The amount ordered per administration, and each stage on the way to it. `taken` is what
    is taken of each product; nothing where no product is named."""

    ordered: Quantity
    steps: tuple[DoseStep, ...]
    taken: tuple[Taken, ...] = ()

    @property
    def limit(self) -> str:
        """What made it less than was calculated, as in `at most 2 mg per dose`; or nothing."""
        return self._because_of(DoseStage.CAPPED)

    @property
    def reduction(self) -> str:
        """What was decided to make it less, as in `80 % of 25 units (…)`; or nothing."""
        return self._because_of(DoseStage.REDUCED)

    def _because_of(self, stage: DoseStage) -> str:
        return next((str(step.because) for step in self.steps if step.stage is stage), "")

    def of(self, drug: str) -> Quantity:
        """How much of the drug it is: what is in the pieces, or in the volume, that it is written
        in; the ordered amount itself where that is none of a product."""
        kind = self.ordered.unit.dimension
        if not self.taken or not (kind.is_counted or kind is Dimension.VOLUME):
            return self.ordered
        return self.inside(drug)

    def inside(self, drug: str) -> Quantity:
        """How much of the drug is in what is taken; the ordered amount itself where no product
        says, as in drops of no stated size."""
        held = [
            content.amount
            for taken in self.taken
            for content in taken.product.contents_of(taken.amount)
            if content.drug == drug
        ]
        total, *rest = held or [self.ordered]
        for amount in rest:
            total += amount
        return total

    def without_reasons(self) -> Dose:
        """The same dose, without what anybody wrote down as a reason for it."""
        if not any(isinstance(step.because, Cause) for step in self.steps):
            return self
        steps = [
            replace(step, because=step.because.without_reason())
            if isinstance(step.because, Cause)
            else step
            for step in self.steps
        ]
        return replace(self, steps=tuple(steps))

    def __str__(self) -> str:
        return str(self.ordered)
