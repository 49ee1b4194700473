"""Everything that was given, added up."""

from __future__ import annotations

from fractions import Fraction

from tests.properties.reference.units import canonical
from tests.properties.reference.values import Given


def totals(schedule: dict[str, list[Given]]) -> dict[str, dict[str, Fraction]]:
    """Per course and dimension, all stated amounts added up."""
    return {course: total(administrations) for course, administrations in schedule.items()}


def total(administrations: list[Given]) -> dict[str, Fraction]:
    """Per dimension, all stated amounts added up."""
    sums: dict[str, Fraction] = {}
    for given in administrations:
        if given.amount is not None and given.unit is not None:
            amount, dimension = canonical(given.amount, given.unit)
            sums[dimension] = sums.get(dimension, Fraction(0)) + amount
    return sums
