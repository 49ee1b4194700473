"""Formulas, worked out to more digits than any dose has."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from tests.properties.reference.values import Refused

DIGITS = 60


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def power(value: Fraction, exponent: str) -> Fraction:
    """A root or another broken power, to 60 digits; exact where it is a whole number."""
    with localcontext() as context:
        context.prec = DIGITS
        found = Fraction((decimal(value).ln() * Decimal(exponent)).exp())
    if exponent == "0.5":
        with localcontext() as context:
            context.prec = DIGITS
            found = Fraction(decimal(value).sqrt())
    return found


def mosteller(weight: Fraction, height: Fraction) -> Fraction:
    """m² from kg and cm."""
    return power(weight * height / 3600, "0.5")


def dubois(weight: Fraction, height: Fraction) -> Fraction:
    return Fraction("0.007184") * power(weight, "0.425") * power(height, "0.725")


def haycock(weight: Fraction, height: Fraction) -> Fraction:
    return Fraction("0.024265") * power(weight, "0.5378") * power(height, "0.3964")


def devine(height: Fraction, sex: str) -> Fraction:
    """kg from cm."""
    base = {"male": Fraction(50), "female": Fraction("45.5")}[sex]
    return base + Fraction("2.3") * (height / Fraction("2.54") - 60)


def adjusted(weight: Fraction, ideal: Fraction, factor: Fraction, above: Fraction) -> Fraction:
    return ideal + factor * (weight - ideal) if weight > above * ideal else weight


def cockcroft_gault(age: int, weight: Fraction, creatinine: Fraction, sex: str) -> Fraction:
    """mL/min from years, kg and mg/dL."""
    if creatinine <= 0:
        raise Refused("no creatinine")
    clearance = (140 - age) * weight / (72 * creatinine)
    return clearance * Fraction("0.85") if sex == "female" else clearance


def calvert(filtration: Fraction) -> Fraction:
    """What a target AUC in mg·min/mL is multiplied by to give mg."""
    return filtration + 25
