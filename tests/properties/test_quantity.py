"""Amounts against pint, decimals against the decimal module, months against dateutil."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pint
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from regimen.finding import Misread
from regimen.quantity import (
    UNITS,
    Dimension,
    Quantity,
    Unit,
    decimal_text,
    number_text,
    read_number,
    read_quantity,
)
from regimen.timing import MonthEnd, months_after

REGISTRY: Any = pint.UnitRegistry(non_int_type=Fraction)
REGISTRY.define("giga_per_liter = 1000000000 / liter")
REGISTRY.define("kilo_per_microliter = 1000 / microliter")
PINT_NAMES = {
    "ng": "nanogram",
    "ug": "microgram",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram",
    "uL": "microliter",
    "mL": "milliliter",
    "L": "liter",
    "nmol": "nanomole",
    "umol": "micromole",
    "mmol": "millimole",
    "mol": "mole",
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "m2": "meter ** 2",
    "g/L": "gram / liter",
    "g/dL": "gram / deciliter",
    "mg/dL": "milligram / deciliter",
    "mg/L": "milligram / liter",
    "ug/mL": "microgram / milliliter",
    "ug/L": "microgram / liter",
    "ng/mL": "nanogram / milliliter",
    "mmol/L": "millimole / liter",
    "umol/L": "micromole / liter",
    "nmol/L": "nanomole / liter",
    "10*9/L": "giga_per_liter",
    "10*3/uL": "kilo_per_microliter",
    "mL/min": "milliliter / minute",
    "L/h": "liter / hour",
}
WITHOUT_PINT = {"[iU]", "10*6.[iU]", "meq", "%", "meq/L", "[iU]/L", "[iU]/mL", "U/L"}
COUNTED = {unit.ucum for unit in UNITS if unit.dimension.is_counted}  # pieces, which it lacks


def test_every_unit_has_an_oracle_or_says_why_not() -> None:
    assert {unit.ucum for unit in UNITS} == set(PINT_NAMES) | WITHOUT_PINT | COUNTED
    assert len(COUNTED) == 11


SAME_KIND = [
    (one, other)
    for one in UNITS
    for other in UNITS
    if one.dimension is other.dimension and one.ucum in PINT_NAMES
]


@pytest.mark.parametrize(("one", "other"), SAME_KIND, ids=lambda unit: unit.ucum)
def test_conversions_agree_with_pint(one: Unit, other: Unit) -> None:
    ours = Quantity(Fraction(7, 4), one).to(other).value
    theirs = (Fraction(7, 4) * REGISTRY(PINT_NAMES[one.ucum])).to(PINT_NAMES[other.ucum])
    assert ours == Fraction(theirs.magnitude)


@pytest.mark.parametrize(
    ("one", "other"),
    [(one, other) for one in UNITS for other in UNITS if one.dimension is not other.dimension],
    ids=lambda unit: unit.ucum,
)
def test_kinds_never_meet(one: Unit, other: Unit) -> None:
    left, right = Quantity(Fraction(1), one), Quantity(Fraction(1), other)
    assert left != right
    for meeting in (
        lambda: left + right,
        lambda: left - right,
        lambda: left < right,
        lambda: left.over(right),
        lambda: left.to(other),
    ):
        with pytest.raises(TypeError):
            meeting()


DECIMALS = st.decimals(
    min_value=0, max_value=999_999_999, places=6, allow_nan=False, allow_infinity=False
)


@given(DECIMALS)
def test_what_is_typed_is_kept_to_the_last_digit(number: Decimal) -> None:
    text = format(number, "f")
    value = read_number(text)
    assert value == Fraction(number)
    plain = decimal_text(value)
    assert plain is not None
    assert Decimal(plain) == number
    assert not plain.startswith(".")
    assert "." not in plain or not plain.endswith("0")


@given(st.fractions(max_denominator=10_000))
def test_a_decimal_is_written_only_where_there_is_one(value: Fraction) -> None:
    plain = decimal_text(value)
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    assert (plain is None) is (denominator != 1)
    if plain is not None:
        assert Fraction(plain) == value


@given(DECIMALS, st.sampled_from([unit for unit in UNITS if unit.dimension is Dimension.MASS]))
def test_a_printed_amount_is_read_back_as_itself(number: Decimal, unit: Unit) -> None:
    amount = Quantity(Fraction(number), unit)
    assert read_quantity(str(amount).replace("\u202f", "")) == amount


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_large_numbers_are_grouped_without_a_comma(number: int) -> None:
    printed = number_text(Fraction(number))
    assert "," not in printed
    assert printed.replace("\u202f", "") == str(number)
    assert all(len(group) == 3 for group in printed.split("\u202f")[1:])


@given(DECIMALS, st.sampled_from(UNITS))
def test_a_total_in_a_better_unit_is_the_same_amount(number: Decimal, unit: Unit) -> None:
    amount = Quantity(Fraction(number), unit)
    assert amount.for_total() == amount
    assert decimal_text(amount.for_total().value) is not None


@given(st.text(max_size=12))
def test_no_text_is_read_in_two_ways(text: str) -> None:
    try:
        value = read_number(text)
    except Misread:
        return
    assert text.replace(".", "", 1).isascii()
    assert Fraction(text) == value


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(-1200, 1200))
def test_months_agree_with_dateutil(origin: date, months: int) -> None:
    clamped = origin + relativedelta(months=months)
    assert months_after(origin, months, MonthEnd.CLAMP) == clamped
    rolled = months_after(origin, months, MonthEnd.FIRST_OF_NEXT)
    if clamped.day == origin.day:
        assert rolled == clamped
    else:
        assert rolled.day == 1
        assert (rolled - clamped).days == 1
