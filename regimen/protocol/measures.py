"""What doses scale by: measures, and what formulas make of them (rule D5).

A raw measure is asked for and is a `Parameter`; a derived one is worked out from others. What each
formula takes and gives stands here; how it computes and where it comes from, in
`regimen.engine.formulas`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from regimen.finding import Place
from regimen.protocol.dose import Rounding
from regimen.quantity import Dimension, Quantity, Unit


class Formula(StrEnum):
    """The formulas there are."""

    MOSTELLER = "mosteller"
    DUBOIS = "dubois"
    HAYCOCK = "haycock"
    DEVINE = "devine"
    ADJUSTED = "adjusted"
    COCKCROFT_GAULT = "cockcroft-gault"
    CALVERT = "calvert"


class Makes(Struct, frozen=True):
    """What a formula takes, by the name of the measure that it means where no other is named, and
    the unit of what it makes. `rooted` marks one that has no exact decimals."""

    takes: tuple[str, ...]
    unit: str  # a UCUM code
    rooted: bool = False
    needs: tuple[str, ...] = ()  # keys that must be stated with it


MAKES = {
    Formula.MOSTELLER: Makes(("weight", "height"), "m2", rooted=True),
    Formula.DUBOIS: Makes(("weight", "height"), "m2", rooted=True),
    Formula.HAYCOCK: Makes(("weight", "height"), "m2", rooted=True),
    Formula.DEVINE: Makes(("height", "sex"), "kg"),
    Formula.ADJUSTED: Makes(("weight", "ideal_weight"), "kg", needs=("factor", "above")),
    Formula.COCKCROFT_GAULT: Makes(("age", "weight", "sex", "creatinine"), "mL/min"),
    Formula.CALVERT: Makes(("clearance",), "mL/min"),
}
# What each input of a formula is a measure of; age and sex are no amounts.
INPUT_KINDS = {
    "weight": (Dimension.MASS,),
    "ideal_weight": (Dimension.MASS,),
    "height": (Dimension.LENGTH,),
    "creatinine": (Dimension.MASS_CONCENTRATION, Dimension.SUBSTANCE_CONCENTRATION),
    "clearance": (Dimension.CLEARANCE,),
}
# The unit in which a formula takes it; creatinine has two.
UNITS_OF_INPUTS = {
    "weight": "kg",
    "ideal_weight": "kg",
    "height": "cm",
    "creatinine": "mg/dL",
    "clearance": "mL/min",
}
AGE, SEX = "age", "sex"
FEMALE, MALE = "female", "male"


class Derived(Struct, frozen=True):
    """A measure that is worked out: by a formula from `inputs` (what the formula takes, and the
    measure that gives it), or, without a formula, from the one measure under `from`. It is held
    between `at_least` and `at_most`, amounts or other measures, and rounded, only as stated."""

    name: str
    formula: Formula | None
    inputs: Mapping[str, str]
    unit: Unit
    place: Place
    factor: Fraction | None = None
    above: Fraction | None = None
    at_least: Quantity | str | None = None
    at_most: Quantity | str | None = None
    rounding: Rounding | None = None

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The measures that it is worked out from."""
        bounds = [each for each in (self.at_least, self.at_most) if isinstance(each, str)]
        return (*self.inputs.values(), *bounds)


def raw_measures(name: str, derived: Mapping[str, Derived]) -> Iterator[str]:
    """What must be measured for this measure; it itself, where it is raw."""
    if name not in derived:
        yield name
        return
    for each in derived[name].rests_on:
        yield from raw_measures(each, derived)
