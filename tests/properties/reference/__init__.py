"""A second reading of the language, made to be checked against and not to be fast.

It takes a protocol as the plain dict its file spells out (every scalar a text) and walks the
calendar one day after another, asking of each day: is this a place of the pattern? It uses the
standard library only and nothing of the package it is compared with. `Refused` is raised for
whatever it has no single reading for.
"""

from __future__ import annotations

from typing import Any

from tests.properties.reference.reader import Reader
from tests.properties.reference.stated import DAYS, DOSING, EXTENT, TIMES
from tests.properties.reference.texts import read_amount
from tests.properties.reference.totals import total, totals
from tests.properties.reference.units import UNITS, canonical, convert, terminates
from tests.properties.reference.values import WEEKDAYS, Given, Moment, Refused

__all__ = [
    "DAYS",
    "DOSING",
    "EXTENT",
    "TIMES",
    "UNITS",
    "WEEKDAYS",
    "Given",
    "Moment",
    "Reader",
    "Refused",
    "canonical",
    "clashes",
    "convert",
    "expand",
    "points",
    "read_amount",
    "terminates",
    "total",
    "totals",
]


def expand(protocol: dict[str, Any], answers: dict[str, str], start: str) -> dict[str, list[Given]]:
    """Every administration of every course that is present, in order."""
    return Reader(protocol, answers, start).schedule()


def points(
    protocol: dict[str, Any], answers: dict[str, str], start: str
) -> dict[tuple[str, str], dict[str, Moment]]:
    """The begin, first, last and (where there is one) end of every phase that is present."""
    return Reader(protocol, answers, start).points()


def clashes(protocol: dict[str, Any], answers: dict[str, str], start: str) -> list[str]:
    """Where two neighbouring phases of a course overlap or their doses come too close."""
    return Reader(protocol, answers, start).clashes()
