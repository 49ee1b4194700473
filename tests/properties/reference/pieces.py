"""Which pieces make a dose, found by trying every handful; how many containers that opens."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

PARTS = {"never": (1,), "halves": (1, 2), "quarters": (1, 2, 4)}


@dataclass(frozen=True)
class Shelf:
    """One product: the drug in a piece (or in 1 mL), into how many parts a piece may be broken, or
    to how many mL its volume can be measured."""

    name: str
    strength: Fraction
    split: str = "never"
    measured_to: Fraction | None = None


@dataclass(frozen=True)
class Part:
    product: str
    share: Fraction
    amount: Fraction


def parts_of(shelf: list[Shelf]) -> list[Part]:
    found = []
    for each in shelf:
        for into in PARTS[each.split]:
            share = Fraction(1, into)
            found.append(Part(each.name, share, share * each.strength))
    return found


def handfuls(shelf: list[Shelf], size: int) -> dict[Fraction, list[tuple[Part, ...]]]:
    """Every amount that so many parts make, with the handfuls that make it."""
    found: dict[Fraction, list[tuple[Part, ...]]] = {}
    for handful in itertools.combinations_with_replacement(parts_of(shelf), size):
        found.setdefault(sum((part.amount for part in handful), Fraction(0)), []).append(handful)
    return found


def fewest(shelf: list[Shelf], dose: Fraction, most: int) -> dict[str, Fraction] | None:
    """What is taken of each product: the fewest parts, then the fewest broken ones, then the
    largest first; None where no `most` parts or fewer make the dose."""
    for size in range(1, most + 1):
        found = handfuls(shelf, size).get(dose)
        if found:
            best = min(found, key=_worse)
            taken: dict[str, Fraction] = {}
            for part in best:
                taken[part.product] = taken.get(part.product, Fraction(0)) + part.share
            return taken
    return None


def _worse(handful: tuple[Part, ...]) -> tuple[int, list[tuple[Fraction, Fraction]]]:
    broken = sum(part.share != 1 for part in handful)
    return broken, sorted((-part.share, -part.amount) for part in handful)


def makeable(shelf: list[Shelf], limit: Fraction) -> dict[Fraction, int]:
    """Every dose up to the limit that pieces make, with the fewest parts that make it: all doses of
    one part, then of two, and so on until no dose is new."""
    found: dict[Fraction, int] = {}
    newest = {Fraction(0)}
    for size in itertools.count(1):
        newest = {
            amount + part.amount for amount in newest for part in parts_of(shelf)
        } - found.keys()
        newest = {amount for amount in newest if amount <= limit}
        if not newest:
            return found
        found |= dict.fromkeys(newest, size)
    raise AssertionError


def volume(product: Shelf, dose: Fraction) -> Fraction | None:
    """The volume that holds the dose; None where the syringe does not show it."""
    assert product.measured_to is not None
    found = dose / product.strength
    return found if (found / product.measured_to).denominator == 1 else None


def opened(
    doses: list[tuple[date, Fraction]], size: Fraction, life: int | str, *, runs_on: bool
) -> int:
    """How many containers are opened, one after the other, drop by drop as it were: `life` is in
    days, the day of opening included, or `discard`, or `until empty`."""
    count, left, since = 0, Fraction(0), date.min
    for day, dose in doses:
        old = isinstance(life, int) and day >= since + timedelta(days=life)
        if life == "discard" or old or (not runs_on and left < dose):
            left = Fraction(0)
        wanted = dose
        while wanted > left:
            wanted -= left
            count, left, since = count + 1, size, day
        left -= wanted
    return count
