"""The formulas that make measures of measures (rule D5): one cited, pure function each.

Numbers go in and come out as exact fractions, in the units that each function names. A root or a
power is taken to `PLACES` decimals, rounded half up, by integers or by the decimal module; nothing
passes through a binary fraction. What a formula may be used for stands in `VALID`: outside of that
it gives a number all the same, and the caller says so; where it means nothing it raises ValueError.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from math import isqrt

from msgspec import Struct

PLACES = 12  # decimals of a root or power; a dose is never written with so many
_DIGITS = 60  # of the decimals that a power is worked out with
_CONTEXT = Context(prec=_DIGITS)
_CM_PER_INCH = Fraction("2.54")  # exactly, by definition
_FIVE_FEET = 60  # inches
MICROMOL_PER_L_IN_A_MG_PER_DL = Fraction("88.4")
"""1 mg/dL of creatinine is 88.4 micromol/L: the factor in use (R package physiology 1.2.1: "the
typical conversion used of 1 mg/dL = 88.4 umol/L"; 113.12 g/mol gives 88.40)."""


class Limits(Struct, frozen=True):
    """From where to where an input of a formula may lie, in the formula's unit, and who says so."""

    low: Fraction | None
    high: Fraction | None
    says: str


_SIZES = "no patient is smaller or larger"
_WEIGHT = Limits(Fraction("0.3"), Fraction(400), _SIZES)
_HEIGHT = Limits(Fraction(20), Fraction(260), _SIZES)

VALID: dict[str, dict[str, Limits]] = {
    "mosteller": {"weight": _WEIGHT, "height": _HEIGHT},
    "haycock": {"weight": _WEIGHT, "height": _HEIGHT},
    "dubois": {
        "weight": Limits(
            Fraction(10),
            _WEIGHT.high,
            "it rests on nine people and gives infants about 8 % too little",
        ),
        "height": _HEIGHT,
    },
    "devine": {
        "height": Limits(
            Fraction(60) * _CM_PER_INCH, _HEIGHT.high, "it is written for inches over 5 feet"
        ),
    },
    "adjusted": {},
    "cockcroft-gault": {
        "age": Limits(Fraction(18), Fraction(92), "it rests on patients of 18 to 92 years"),
    },
    "calvert": {
        "clearance": Limits(
            Fraction(33), Fraction(135), "it rests on filtration rates of 33 to 135 mL/min"
        ),
    },
}


def root(value: Fraction) -> Fraction:
    """The square root to PLACES decimals, half up; exact where it has no more decimals."""
    scaled = value * 10 ** (2 * PLACES)
    floor = isqrt(scaled.numerator // scaled.denominator)
    up = 4 * scaled >= (2 * floor + 1) ** 2  # the middle between two steps, squared
    return Fraction(floor + up, 10**PLACES)


def power(value: Fraction, exponent: Fraction) -> Fraction:
    """`value` to the `exponent`, both positive, to PLACES decimals, half up."""
    base = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    times = _CONTEXT.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    result = _CONTEXT.exp(_CONTEXT.multiply(_CONTEXT.ln(base), times))
    scaled = Fraction(result) * 10**PLACES
    return Fraction(
        (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**PLACES
    )


def mosteller(weight: Fraction, height: Fraction) -> Fraction:
    """Body surface in m² from kg and cm: √(height × weight / 3600).

    Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098.
    """
    return root(weight * height / 3600)


def dubois(weight: Fraction, height: Fraction) -> Fraction:
    """Body surface in m² from kg and cm: 0.007184 × weight^0.425 × height^0.725.

    Du Bois D, Du Bois EF. A formula to estimate the approximate surface area if height and weight
    be known. Arch Intern Med 1916;17:863-71. Of infants: Current J, Internet J Anesthesiol
    1997;2(2) ("frequently underestimate the BSA of infants by about 8%").
    """
    return (
        Fraction("0.007184") * power(weight, Fraction("0.425")) * power(height, Fraction("0.725"))
    )


def haycock(weight: Fraction, height: Fraction) -> Fraction:
    """Body surface in m² from kg and cm: 0.024265 × weight^0.5378 × height^0.3964.

    Haycock GB, Schwartz GJ, Wisotsky DH. Geometric method for measuring body surface area: a
    height-weight formula validated in infants, children and adults. J Pediatr 1978;93:62-6.
    """
    return (
        Fraction("0.024265") * power(weight, Fraction("0.5378")) * power(height, Fraction("0.3964"))
    )


def devine(height: Fraction, *, female: bool) -> Fraction:
    """Ideal weight in kg from cm: 50 kg (women 45.5 kg) and 2.3 kg for each inch over 5 feet.

    Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-5.
    Raises ValueError where that comes to nothing.
    """
    base = Fraction("45.5") if female else Fraction(50)
    ideal = base + Fraction("2.3") * (height / _CM_PER_INCH - _FIVE_FEET)
    if ideal <= 0:
        raise ValueError("so small a height has no ideal weight")
    return ideal


def adjusted(
    weight: Fraction, ideal_weight: Fraction, factor: Fraction, above: Fraction
) -> Fraction:
    """Adjusted weight: the ideal weight and `factor` of what lies over it, where the weight is more
    than `above` times the ideal one; up to there the weight itself.

    Oxford University Hospitals, Antimicrobial guidelines: "AdjBW IBW + 0.4(TBW - IBW)
    Aminoglycosides". The factor and the threshold differ between hospitals and are stated.
    """
    if weight <= above * ideal_weight:
        return weight
    return ideal_weight + factor * (weight - ideal_weight)


def cockcroft_gault(
    age: Fraction, weight: Fraction, creatinine: Fraction, *, female: bool
) -> Fraction:
    """Creatinine clearance in mL/min from completed years, kg and mg/dL:
    (140 - age) × weight / (72 × creatinine), 15 % less in women.

    Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron
    1976;16:31-41 ("in 249 patients aged 18-92"; "15% less in females").
    Raises ValueError from 140 years on.
    """
    if age >= 140:
        raise ValueError("nothing is left of 140 less the age")
    clearance = (140 - age) * weight / (72 * creatinine)
    return clearance * Fraction("0.85") if female else clearance


def calvert(clearance: Fraction) -> Fraction:
    """Carboplatin's clearance in mL/min from the glomerular filtration rate: it and 25. The dose is
    the target AUC times that.

    Calvert AH, Newell DR, Gumbrell LA, et al. Carboplatin dosage: prospective evaluation of a
    simple formula based on renal function. J Clin Oncol 1989;7:1748-56; "target area under the
    concentration versus time curve (AUC, mg ml-1 min) × [GFR (ml min-1) + 25]" (Clin Cancer Res
    2000;6:4733). "Derived from the study among patients with glomerular filtration rates (GFRs) of
    33-135 ml/min" (PubMed 25957958).
    """
    return clearance + 25
