"""Each formula against a published answer, against decimals and integers, and at its edges."""

from __future__ import annotations

import ast
import inspect
import math
from decimal import Context, Decimal
from fractions import Fraction

import pytest

from regimen.engine import formulas
from regimen.engine.formulas import (
    VALID,
    adjusted,
    calvert,
    cockcroft_gault,
    devine,
    dubois,
    haycock,
    mosteller,
    power,
    root,
)

F = Fraction


def to(value: Fraction, places: int) -> str:
    """Rounded half up, as a published figure is."""
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(whole).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


# What the formula gives, what was published, and where.
PUBLISHED = (
    # two systems for one child (vectors.md 23)
    (mosteller(F(20), F(100)), "0.745", "BSA of 20 kg and 100 cm, Mosteller"),
    (dubois(F(20), F(100)), "0.72", "BSA of 20 kg and 100 cm, DuBois"),
    (mosteller(F(70), F(175)), "1.845", "omnicalc body-surface-area-calculator: 175 cm, 70 kg"),
    # PharmaVerse admiral, compute_bsa: 170 cm and 75 kg, by hand from its formulas
    (mosteller(F(75), F(170)), "1.88", "admiral compute_bsa"),
    (dubois(F(75), F(170)), "1.86", "admiral compute_bsa"),
    (haycock(F(75), F(170)), "1.89", "admiral compute_bsa"),
    (devine(F("167.64"), female=True), "59.3", "Nutritionist Files IBW: a woman of 66 inches"),
    (devine(F("177.8"), female=False), "73.0", "uhphar-4330: a man of 70 inches, IBW 73"),
    (
        adjusted(F(190), F(73), F("0.4"), F("1.2")),
        "119.8",
        "uhphar-4330: 190 kg, IBW 73, IBWadj = 119.8 kg",
    ),
    (
        cockcroft_gault(F(60), F(80), F(1), female=False),
        "88.89",
        "calculatorhub: a man of 60 years, 80 kg, creatinine 1.0 mg/dL",
    ),
    (5 * calvert(F(90)), "575", "creatinineclearancecalculator.net: AUC 5, GFR 90 mL/min"),
    (5 * calvert(F(125)), "750", "the same: AUC 5, GFR 140 mL/min, capped at 125"),
)


@pytest.mark.parametrize(
    ("found", "published", "where"), PUBLISHED, ids=[w for _, _, w in PUBLISHED]
)
def test_it_gives_the_published_answer(found: Fraction, published: str, where: str) -> None:
    places = len(published.partition(".")[2])
    assert to(found, places) == published, where


@pytest.mark.parametrize("value", ["2", "0.05", "3136", "1/3", "0.555555", "1e-9", "250000000"])
def test_a_root_agrees_with_decimals(value: str) -> None:
    exact = Fraction(value)
    context = Context(prec=50)
    oracle = context.sqrt(context.divide(Decimal(exact.numerator), Decimal(exact.denominator)))
    assert abs(root(exact) - Fraction(oracle)) <= F(1, 2 * 10**formulas.PLACES)
    assert math.isclose(root(exact), math.sqrt(exact), rel_tol=1e-9, abs_tol=1e-11)


@pytest.mark.parametrize("size", [0, 1, 7, 56, 12345])
def test_the_root_of_a_square_is_exact(size: int) -> None:
    assert root(F(size * size, 49)) == to_places(F(size, 7))
    assert root(F(size * size)) == size


def to_places(value: Fraction) -> Fraction:
    return F((2 * value * 10**formulas.PLACES + 1).__floor__() // 2, 10**formulas.PLACES)


@pytest.mark.parametrize("value", ["0.5", "20", "170.5", "400"])
@pytest.mark.parametrize("exponent", ["0.425", "0.725", "0.5378", "0.3964"])
def test_a_power_lies_between_its_neighbours(value: str, exponent: str) -> None:
    """By whole numbers: y = x^(a/b) to the last digit where (y - u/2)^b < x^a <= (y + u/2)^b; here
    with the first five decimals, which keep the numbers small."""
    found, times = power(F(value), F(exponent)), F(exponent)
    assert math.isclose(found, float(F(value)) ** float(times), rel_tol=1e-11)
    low, high = found - F(1, 10**5), found + F(1, 10**5)
    exact = F(value) ** times.numerator
    assert low**times.denominator < exact < high**times.denominator


def test_a_formula_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ValueError, match="no ideal weight"):
        devine(F(80), female=True)
    with pytest.raises(ValueError, match="140 less the age"):
        cockcroft_gault(F(140), F(70), F(1), female=False)


def test_a_weight_within_the_threshold_is_not_adjusted() -> None:
    ideal = F(50)
    assert adjusted(F(60), ideal, F("0.4"), F("1.2")) == 60
    assert adjusted(F("60.01"), ideal, F("0.4"), F("1.2")) == 50 + F("0.4") * F("10.01")
    assert adjusted(F(40), ideal, F("0.4"), F("1.2")) == 40


def test_a_woman_has_fifteen_percent_less() -> None:
    man = cockcroft_gault(F(60), F(80), F(1), female=False)
    assert cockcroft_gault(F(60), F(80), F(1), female=True) == man * F("0.85")


def test_every_formula_is_cited_and_has_its_limits() -> None:
    functions = {
        name.replace("_", "-"): function
        for name, function in vars(formulas).items()
        if inspect.isfunction(function) and name not in ("root", "power")
    }
    assert set(functions) == set(VALID)
    for name, function in functions.items():
        words = inspect.getdoc(function) or ""
        assert any(year in words for year in ("19", "20", "Oxford")), f"{name} is not cited"


def test_no_float_is_made_here() -> None:
    tree = ast.parse(inspect.getsource(formulas))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names & {"float", "sqrt", "pow"} == set()
