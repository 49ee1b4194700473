"""Exact amounts: a rational value with a unit from a closed table of UCUM codes.

Mass and international units are different dimensions and never meet here. Input is read without
tolerance for anything that has two meanings; output follows the lists of error-prone dose
designations of the Institute for Safe Medication Practices and the Joint Commission: a leading
zero, no trailing one, a space before the unit, no comma, `mcg` and `units` written out.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from math import floor

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted


class Dimension(StrEnum):
    """What an amount is an amount of; amounts of different dimensions cannot be compared."""

    MASS = "mass"
    BIOLOGICAL = "international units"
    VOLUME = "volume"
    SUBSTANCE = "amount of substance"
    EQUIVALENTS = "equivalents"
    LENGTH = "length"
    AREA = "area"
    PART = "part"
    MASS_CONCENTRATION = "mass per volume"
    SUBSTANCE_CONCENTRATION = "amount of substance per volume"
    EQUIVALENTS_CONCENTRATION = "equivalents per volume"
    BIOLOGICAL_CONCENTRATION = "international units per volume"
    ENZYME_ACTIVITY = "enzyme activity per volume"
    COUNT = "number per volume"
    CLEARANCE = "volume per time"

    # What is counted has a dimension for each kind of piece: a tablet is not a puff.
    TABLETS = "tablets"
    CAPSULES = "capsules"
    SACHETS = "sachets"
    SUPPOSITORIES = "suppositories"
    PATCHES = "patches"
    DROPS = "drops"
    PUFFS = "puffs"
    VIALS = "vials"
    AMPOULES = "ampoules"
    SYRINGES = "syringes"
    BOTTLES = "bottles"

    @property
    def is_counted(self) -> bool:
        return self in _COUNTED


class Unit(Struct, frozen=True):
    """A unit of the closed table: its UCUM code, its printed name and its exact size in the base
    unit of its dimension (g, [iU], L, mol, eq, m, m2, 1; or one piece). UCUM has no pieces: its
    annotations ({tablet}) say what is counted."""

    ucum: str
    name: str
    dimension: Dimension
    factor: Fraction
    spellings: tuple[str, ...] = ()
    singular: str = ""

    def named(self, value: Fraction) -> str:
        return self.singular if self.singular and value == 1 else self.name


def _u(
    ucum: str, name: str, dimension: Dimension, factor: str, *spellings: str, singular: str = ""
) -> Unit:
    return Unit(ucum, name, dimension, Fraction(factor), spellings, singular)


_D = Dimension
_COUNTED: dict[Dimension, str] = {
    _D.TABLETS: "tablet",
    _D.CAPSULES: "capsule",
    _D.SACHETS: "sachet",
    _D.SUPPOSITORIES: "suppository",
    _D.PATCHES: "patch",
    _D.DROPS: "drop",
    _D.PUFFS: "puff",
    _D.VIALS: "vial",
    _D.AMPOULES: "ampoule",
    _D.SYRINGES: "syringe",
    _D.BOTTLES: "bottle",
}
UNITS: tuple[Unit, ...] = (
    _u("ng", "ng", _D.MASS, "1e-9", "nanogram", "nanograms"),
    _u("ug", "mcg", _D.MASS, "1e-6", "ug", "µg", "μg", "microgram", "micrograms"),
    _u("mg", "mg", _D.MASS, "1e-3", "milligram", "milligrams"),
    _u("g", "g", _D.MASS, "1", "gram", "grams"),
    _u("kg", "kg", _D.MASS, "1e3", "kilogram", "kilograms"),
    _u(
        "[iU]",
        "units",
        _D.BIOLOGICAL,
        "1",
        "IU",
        "iu",
        "[iU]",
        "unit",
        "international unit",
        "international units",
        singular="unit",
    ),
    _u(
        "10*6.[iU]",
        "million units",
        _D.BIOLOGICAL,
        "1e6",
        "million IU",
        "million international units",
    ),
    _u("uL", "microlitres", _D.VOLUME, "1e-6", "uL", "µL", "μL", "microlitre"),
    _u("mL", "mL", _D.VOLUME, "1e-3", "ml", "millilitre", "millilitres"),
    _u("L", "L", _D.VOLUME, "1", "l", "litre", "litres"),
    _u("nmol", "nmol", _D.SUBSTANCE, "1e-9"),
    _u("umol", "micromol", _D.SUBSTANCE, "1e-6", "umol", "µmol", "μmol"),
    _u("mmol", "mmol", _D.SUBSTANCE, "1e-3"),
    _u("mol", "mol", _D.SUBSTANCE, "1"),
    _u("meq", "mEq", _D.EQUIVALENTS, "1e-3", "meq"),
    _u("mm", "mm", _D.LENGTH, "1e-3"),
    _u("cm", "cm", _D.LENGTH, "1e-2"),
    _u("m", "m", _D.LENGTH, "1"),
    _u("m2", "m²", _D.AREA, "1", "m2", "m^2"),
    _u("%", "%", _D.PART, "1e-2", "percent"),
    *(_u(f"{{{one}}}", kind, kind, "1", one, singular=one) for kind, one in _COUNTED.items()),
    # what laboratories report; never an amount of a drug
    _u("g/L", "g/L", _D.MASS_CONCENTRATION, "1", "g/l"),
    _u("g/dL", "g/dL", _D.MASS_CONCENTRATION, "10", "g/dl"),
    _u("mg/dL", "mg/dL", _D.MASS_CONCENTRATION, "1e-2", "mg/dl"),
    _u("mg/L", "mg/L", _D.MASS_CONCENTRATION, "1e-3", "mg/l"),
    _u("ug/mL", "mcg/mL", _D.MASS_CONCENTRATION, "1e-3", "ug/ml", "µg/mL", "μg/mL", "mcg/ml"),
    _u("ug/L", "mcg/L", _D.MASS_CONCENTRATION, "1e-6", "ug/l", "µg/L", "μg/L", "mcg/l"),
    _u("ng/mL", "ng/mL", _D.MASS_CONCENTRATION, "1e-6", "ng/ml"),
    _u("mmol/L", "mmol/L", _D.SUBSTANCE_CONCENTRATION, "1e-3", "mmol/l"),
    _u(
        "umol/L",
        "micromol/L",
        _D.SUBSTANCE_CONCENTRATION,
        "1e-6",
        "umol/l",
        "µmol/L",
        "μmol/L",
        "µmol/l",
        "μmol/l",
        "micromol/l",
    ),
    _u("nmol/L", "nmol/L", _D.SUBSTANCE_CONCENTRATION, "1e-9", "nmol/l"),
    _u("meq/L", "mEq/L", _D.EQUIVALENTS_CONCENTRATION, "1e-3", "meq/l", "mEq/l"),
    _u("[iU]/L", "units/L", _D.BIOLOGICAL_CONCENTRATION, "1", "IU/L", "IU/l"),
    _u("[iU]/mL", "units/mL", _D.BIOLOGICAL_CONCENTRATION, "1e3", "IU/mL", "IU/ml"),
    _u("U/L", "enzyme units/L", _D.ENZYME_ACTIVITY, "1", "U/l"),
    _u("10*9/L", "×10⁹/L", _D.COUNT, "1e9", "10^9/L", "10⁹/L", "x10^9/L", "10*9/l"),
    _u("10*3/uL", "×10³/microlitre", _D.COUNT, "1e9", "10^3/uL", "10³/µL", "10³/μL"),
    _u("mL/min", "mL/min", _D.CLEARANCE, "1e-3", "ml/min"),
    _u("L/h", "L/h", _D.CLEARANCE, "1/60", "l/h"),
)

# What a drug is never measured out in.
NOT_OF_A_DRUG = frozenset(
    (
        _D.LENGTH,
        _D.AREA,
        _D.PART,
        _D.MASS_CONCENTRATION,
        _D.SUBSTANCE_CONCENTRATION,
        _D.EQUIVALENTS_CONCENTRATION,
        _D.BIOLOGICAL_CONCENTRATION,
        _D.ENZYME_ACTIVITY,
        _D.COUNT,
        _D.CLEARANCE,
    )
)

_BY_SPELLING: dict[str, Unit] = {
    spelling: unit for unit in UNITS for spelling in (unit.ucum, unit.name, *unit.spellings)
}
BY_UCUM: dict[str, Unit] = {unit.ucum: unit for unit in UNITS}

_THIN_SPACE = "\u202f"  # narrow and without a line break: 12 000 cannot be torn in two
_GROUPED_FROM = 4  # digits
_LADDER = ("ng", "ug", "mg", "g")  # the units a large total may climb to
_SHOWN_DECIMALS = 6
_MOST_WHOLE_DIGITS, _MOST_DECIMALS = 9, 9
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_NUMBER_THEN_UNIT = re.compile(r"(?P<number>\S+) +(?P<unit>\S.*)")


class Quantity(Struct, frozen=True, eq=False):
    """An exact amount. Equality and order hold across units of one dimension (1 mg = 1000 mcg);
    every operation between dimensions raises TypeError, which no valid protocol can reach."""

    value: Fraction
    unit: Unit

    @property
    def base(self) -> Fraction:
        return self.value * self.unit.factor

    def _same(self, other: Quantity) -> Fraction:
        if other.unit.dimension is not self.unit.dimension:
            raise TypeError(f"{self.unit.dimension} and {other.unit.dimension} do not meet")
        return other.base

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return False
        if self.unit is other.unit:
            return self.value == other.value
        return self.unit.dimension is other.unit.dimension and self.base == other.base

    def __hash__(self) -> int:
        return hash((self.unit.dimension, self.base))

    def __ne__(self, other: object) -> bool:  # a Struct brings its own
        return not self == other

    def __lt__(self, other: Quantity) -> bool:
        if self.unit is other.unit:
            return self.value < other.value
        return self.base < self._same(other)

    def __le__(self, other: Quantity) -> bool:
        return self.base <= self._same(other)

    def __gt__(self, other: Quantity) -> bool:
        return self.base > self._same(other)

    def __ge__(self, other: Quantity) -> bool:
        return self.base >= self._same(other)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + self._same(other) / self.unit.factor, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.value - self._same(other) / self.unit.factor, self.unit)

    def times(self, factor: Fraction | int) -> Quantity:
        return Quantity(self.value * factor, self.unit)

    def over(self, other: Quantity) -> Fraction:
        """How many of `other` this is."""
        return self.base / self._same(other)

    def to(self, unit: Unit) -> Quantity:
        if unit is self.unit:
            return self
        return Quantity(self._same(Quantity(Fraction(1), unit)) ** -1 * self.base, unit)

    def for_total(self) -> Quantity:
        """The same amount in a larger unit where that makes a number of 1000 or more readable."""
        best = self
        if self.unit.ucum in _LADDER:
            for code in _LADDER[_LADDER.index(self.unit.ucum) + 1 :]:
                larger = self.to(BY_UCUM[code])
                if best.value < 1000 or decimal_text(larger.value) is None:
                    break
                best = larger
        return best

    def __str__(self) -> str:
        return f"{number_text(self.value)} {self.unit.named(self.value)}"

    @property
    def shown(self) -> str:
        """The amount in a derivation: of one with more than six decimals the first six."""
        plain = decimal_text(self.value)
        if plain is not None and len(plain.partition(".")[2]) <= _SHOWN_DECIMALS:
            return str(self)
        return f"{cut_text(self.value)} {self.unit.named(self.value)}"


def decimal_text(value: Fraction) -> str | None:
    """The plain decimal that is exactly `value` (`0.5`, `1`, `-2.25`), or None where there is none
    because the expansion never ends."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    scaled = abs(value.numerator) * 10**places // value.denominator
    digits = str(scaled).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def number_text(value: Fraction) -> str:
    """A number for people: exact decimals, whole part in groups of three from 1000 on; a value
    without a terminating decimal is written as its fraction."""
    plain = decimal_text(value)
    if plain is None:
        return f"{value.numerator}/{value.denominator}"
    whole, dot, decimals = plain.partition(".")
    if len(whole) < _GROUPED_FROM:
        return plain
    return f"{int(whole):,}".replace(",", _THIN_SPACE) + dot + decimals


def cut_text(value: Fraction) -> str:
    """The first six decimals of a number that has more, marked as cut off."""
    scale = 10**_SHOWN_DECIMALS
    return f"{number_text(Fraction(floor(value * scale), scale))}…"


def read_number(text: str) -> Fraction:
    """A plain decimal without a sign: `12`, `0.5`. Raises Misread on everything that could be read
    in two ways: a comma, a missing leading digit, an exponent."""
    if "," in text:
        raise Misread(
            rules.DECIMAL_COMMA,
            f"{quoted(text)} has a comma, which half of the world reads as a decimal point",
            "write the decimal with a point (0.5) and large numbers without a separator (1000)",
        )
    if not _DIGITS.fullmatch(text):
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} is not a plain number",
            "write it in digits, without a sign or a separator, and with a digit on both sides of"
            " the point: 0.5, 1000",
        )
    whole, _, decimals = text.partition(".")
    if len(decimals) == 3 and decimals.endswith("0") and whole != "0":
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} may mean {whole}{decimals}: half of Europe sets thousands apart by a"
            " point",
            f"write {decimal_text(Fraction(text))} or {whole}{decimals}",
        )
    if len(whole) > 1 and whole.startswith("0"):
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} begins with a zero, as a number does that has lost its point",
            "write 0.5 if a half is meant, and 5 if five is meant",
        )
    if len(whole) > _MOST_WHOLE_DIGITS or len(decimals) > _MOST_DECIMALS:
        raise Misread(
            rules.ABSURD,
            f"a number of {len(text)} characters is beyond every dose",
            f"use at most {_MOST_WHOLE_DIGITS} digits before and {_MOST_DECIMALS} after the point;"
            " choose another unit if need be",
        )
    return Fraction(text)


def read_count(text: str, *, at_most: int) -> int:
    """A whole number from 1 to `at_most`."""
    number = read_number(text)
    if number.denominator != 1 or "." in text:
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} is not a whole number",
            "write a whole number, without a point",
        )
    if number < 1:
        raise Misread(rules.BAD_NUMBER, f"{quoted(text)} counts nothing", "write 1 or more")
    if number > at_most:
        raise Misread(
            rules.ABSURD, f"{text} is beyond any treatment", f"write at most {at_most} here"
        )
    return int(number)


def read_unit(text: str) -> Unit:
    unit = _BY_SPELLING.get(text)
    if unit is None:
        close = get_close_matches(text, _BY_SPELLING, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        alike = [unit for unit in UNITS if ("/" in unit.ucum) is ("/" in text)]
        known = ", ".join(dict.fromkeys(unit.name for unit in alike))
        raise Misread(
            rules.UNKNOWN_UNIT, f"{quoted(text)} is not a unit{hint}", f"use one of: {known}"
        )
    return unit


def read_quantity(text: str) -> Quantity:
    """A number, a space and a unit: `100 mcg`, `7.5 kg`. Raises Misread."""
    match = _NUMBER_THEN_UNIT.fullmatch(text)
    if match is None:
        if "," in text:
            read_number(text)
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} is not a number, a space and a unit",
            "write it as in 100 mcg or 7.5 kg",
        )
    if match["unit"][0].isdigit() and match["unit"] not in _BY_SPELLING:
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} has a space inside its number",
            "write the digits without a separator: 1000 mg",
        )
    return Quantity(read_number(match["number"]), read_unit(match["unit"]))
