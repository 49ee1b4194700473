"""Units, conversions and rounding."""

from __future__ import annotations

from fractions import Fraction

from tests.properties.reference.values import Refused

# unit -> what it measures, and how many of that dimension's base unit it is
UNITS: dict[str, tuple[str, Fraction]] = {
    "kg": ("mass in mg", Fraction(10) ** 6),
    "g": ("mass in mg", Fraction(1000)),
    "mg": ("mass in mg", Fraction(1)),
    "mcg": ("mass in mg", Fraction(1, 1000)),
    "ng": ("mass in mg", Fraction(1, 10**6)),
    "L": ("volume in mL", Fraction(1000)),
    "mL": ("volume in mL", Fraction(1)),
    "m2": ("area in m2", Fraction(1)),
    "international units": ("IU", Fraction(1)),
    "m": ("length in cm", Fraction(100)),
    "cm": ("length in cm", Fraction(1)),
    "mm": ("length in cm", Fraction(1, 10)),
}


SPELLINGS = {
    "IU": "international units",
    "units": "international units",
    "unit": "international units",
    "ug": "mcg",
    "µg": "mcg",
    "ml": "mL",
    "m²": "m2",
    "suppositories": "suppository",
    "patches": "patch",
}
COUNTED = ("tablet", "capsule", "sachet", "drop", "puff", "vial", "ampoule", "syringe", "bottle")


def known_unit(text: str) -> str:
    """One spelling for each unit; pieces in the singular."""
    if text.removesuffix("s") in COUNTED:
        return text.removesuffix("s")
    return SPELLINGS.get(text, text)


def canonical(amount: Fraction, unit: str) -> tuple[Fraction, str]:
    """The same amount in one unit per dimension: 100 mcg is (1/10, "mass in mg")."""
    unit = known_unit(unit)
    dimension, factor = UNITS.get(unit, (unit, Fraction(1)))
    return amount * factor, dimension


def convert(amount: Fraction, unit: str, into: str) -> Fraction:
    value, dimension = canonical(amount, unit)
    one, wanted = canonical(Fraction(1), into)
    if dimension != wanted:
        raise Refused(f"{unit} and {into} do not meet")
    return value / one


def terminates(amount: Fraction) -> bool:
    """Whether the amount has an exact decimal."""
    left = amount.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    return left == 1


def on_grid(amount: Fraction, grid: Fraction, how: str) -> Fraction:
    """The amount on the grid: `nearest, ties up`, `nearest, ties down`, `up to` or `down to`."""
    below = amount // grid
    rest = amount - below * grid
    if how.startswith("nearest"):
        goes_up = rest * 2 > grid or (rest * 2 == grid and how.endswith("ties up"))
    else:
        goes_up = how == "up to" and rest > 0
    return (below + goes_up) * grid
