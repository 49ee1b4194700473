"""A product: what stands on the shelf, of which doses are made up (rule D7).

A product is *counted* (tablets, drops, whole vials) or *measured* (a volume is drawn up). Which of
the two follows from its strength: an amount in one piece, or an amount in a volume.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from math import ceil

from msgspec import Struct

from regimen.finding import Place
from regimen.quantity import BY_UCUM, Quantity, Unit, number_text
from regimen.timing import CalendarSpan


class Form(StrEnum):
    """What one piece, or one container of a liquid, is."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    SACHET = "sachet"
    SUPPOSITORY = "suppository"
    PATCH = "patch"
    DROP = "drop"
    PUFF = "puff"
    VIAL = "vial"
    AMPOULE = "ampoule"
    SYRINGE = "syringe"
    BOTTLE = "bottle"

    @property
    def unit(self) -> Unit:
        """The unit in which pieces of this form are counted."""
        return BY_UCUM[f"{{{self}}}"]

    @property
    def holds_liquid(self) -> bool:
        return self in (Form.VIAL, Form.AMPOULE, Form.SYRINGE, Form.BOTTLE)

    @property
    def may_be_split(self) -> bool:
        return self in (Form.TABLET, Form.SUPPOSITORY, Form.PATCH)

    @property
    def pack(self) -> str:
        """What pieces of this form come in."""
        return {Form.DROP: "bottle", Form.PUFF: "inhaler"}.get(self, "pack")


class Split(StrEnum):
    """Into which parts a piece may be broken."""

    NEVER = "never"
    HALVES = "halves"
    QUARTERS = "quarters"

    @property
    def parts(self) -> int:
        return {Split.NEVER: 1, Split.HALVES: 2, Split.QUARTERS: 4}[self]


class Rest(StrEnum):
    """What becomes of the rest of an opened container that has no stated life."""

    DISCARDED = "discard"
    KEPT = "use until empty"


class Content(Struct, frozen=True):
    """An amount of one drug."""

    drug: str
    amount: Quantity

    def __str__(self) -> str:
        return f"{self.drug} {self.amount}"


class Product(Struct, frozen=True):
    """`contents` are in one piece, or in the volume `per`. `size` is what one container holds, as a
    volume or as pieces; None where pieces are dispensed one by one. `step` is the smallest volume
    that the syringe or cup shows. `once_opened` is a span where the rest may be used for so long
    from the day of opening on, that day included.
    """

    key: str
    drug: str
    form: Form
    contents: tuple[Content, ...]
    per: Quantity | None
    size: Quantity | None
    split: Split
    once_opened: Rest | CalendarSpan
    step: Quantity | None
    place: Place

    @property
    def is_measured(self) -> bool:
        return self.step is not None

    @property
    def unit(self) -> Unit:
        """The unit in which it is given: a volume's, or that of its pieces."""
        return self.form.unit if self.step is None else self.step.unit

    @property
    def base(self) -> Quantity:
        """What `contents` are in: a volume, or one piece."""
        return self.per or Quantity(Fraction(1), self.form.unit)

    @property
    def names(self) -> tuple[str, ...]:
        """The drugs that a course may call this product by."""
        return (self.drug, *(content.drug for content in self.contents))

    def strength_of(self, drug: str) -> Quantity | None:
        """How much of the drug is in `base`; None for a combination called by its own name, whose
        amounts could be of either part."""
        if len(self.contents) == 1:
            return self.contents[0].amount
        found = [content.amount for content in self.contents if content.drug == drug]
        return found[0] if found else None

    def contents_of(self, amount: Quantity) -> tuple[Content, ...]:
        """How much of each drug is in so many pieces, or so much volume."""
        if amount.unit.dimension is not self.base.unit.dimension:
            return ()  # drops of a liquid whose drops are of no stated size
        share = amount.over(self.base)
        return tuple(
            Content(content.drug, content.amount.times(share)) for content in self.contents
        )

    @property
    def strength(self) -> str:
        """`1000 mcg in 1 mL`, `5 mg`, `rifampicin 150 mg + isoniazid 75 mg`."""
        one = len(self.contents) == 1
        words = " + ".join(str(each.amount) if one else str(each) for each in self.contents)
        return f"{words} in {self.per}" if self.per else words

    @property
    def title(self) -> str:
        """`vitamin B12 1000 mcg in 1 mL, ampoule of 1 mL`."""
        drug = self.drug if len(self.contents) == 1 else f"{self.drug}:"
        form = f", {self.form}" if self.per else f" {self.form}"
        return f"{drug} {self.strength}{form}{f' of {self.size}' if self.is_measured else ''}"

    @property
    def container(self) -> str:
        """`ampoule of 1 mL`, `pack of 30 tablets`, `tablet`."""
        if self.size is None:
            return str(self.form)
        return f"{self.form if self.is_measured else self.form.pack} of {self.size}"


class Taken(Struct, frozen=True):
    """What is taken of one product for one dose: so many pieces, or a volume."""

    product: Product
    amount: Quantity

    def __str__(self) -> str:
        """`0.1 mL`, `2½ tablets of 5 mg`, `½ tablet`."""
        product, amount = self.product, self.amount
        if product.is_measured:
            return str(amount)
        of = f" of {product.strength}" if len(product.contents) == 1 else ""
        return f"{pieces_text(amount)}{of}"


_PARTS = {Fraction(1, 4): "¼", Fraction(1, 2): "½", Fraction(3, 4): "¾"}


def pieces_text(amount: Quantity) -> str:
    """`2½ tablets`: parts of a piece as the small fractions that ISMP's list of error-prone dose
    designations asks for, since 1/2 tablet was read as 1 or 2 tablets."""
    whole, part = divmod(amount.value, 1)
    if part not in _PARTS:
        return str(amount)
    number = f"{number_text(Fraction(whole)) if whole else ''}{_PARTS[part]}"
    return f"{number} {amount.unit.singular if not whole else amount.unit.name}"


def taken_text(taken: tuple[Taken, ...]) -> str:
    """`2 tablets of 5 mg + ½ tablet of 2 mg`; `1 mL from 1 vial of 1 mL + 0.02 mL from 1 vial of
    0.5 mL`."""
    if len(taken) == 1:
        return str(taken[0])
    return " + ".join(_of_several(each) for each in taken)


def _of_several(taken: Taken) -> str:
    product, amount = taken.product, taken.amount
    if product.size is None or not product.is_measured:
        return str(taken)
    return f"{amount} from {counted(product, ceil(amount.over(product.size)))}"


_PLURALS = {"suppository": "suppositories", "patch": "patches"}


def counted(product: Product, containers: int) -> str:
    """`18 ampoules of 1 mL`, `21 tablets`, `1 pack of 30 tablets`."""
    word, _, of = product.container.partition(" ")
    if containers != 1:
        word = _PLURALS.get(word, f"{word}s")
    return f"{number_text(Fraction(containers))} {word}{f' {of}' if of else ''}"


class Supply(Struct, frozen=True):
    """What a plan uses up of one product. `opened` is what all opened containers held, in the unit
    of `given`; `doses` counts the administrations it is for, `unknown` those whose dose is not
    known, so that they could not be counted."""

    product: Product
    doses: int
    unknown: int
    given: Quantity
    containers: int
    opened: Quantity

    @property
    def waste(self) -> Quantity:
        """What is left of the opened containers and not given in this plan."""
        return self.opened - self.given

    @property
    def dispensed(self) -> str:
        """What is taken off the shelf, in words."""
        return counted(self.product, self.containers)

    @property
    def left_over(self) -> tuple[Content, ...]:
        """How much of each drug is left over; nothing where nothing is."""
        if not self.waste.value:
            return ()
        contents = self.product.contents_of(self.waste)
        return tuple(Content(each.drug, each.amount.for_total()) for each in contents)
