"""Tapers, level after level."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tests.properties.reference.values import Refused

MOST_LEVELS = 1000


@dataclass(frozen=True)
class Step:
    """How the taper goes on: by an amount, or by a part of the dose that is given now; down or up to
    `to`, or while it is not under the taper's `stop_under`."""

    amount: Fraction | None
    part_of_current: Fraction | None
    to: Fraction | None


@dataclass(frozen=True)
class Taper:
    """Everything in one unit, for this patient."""

    first: Fraction
    steps: tuple[Step, ...]
    at_least: Fraction
    stop_under: Fraction
    starting_at: Fraction | None


def levels(
    taper: Taper,
    capped: Callable[[Fraction], Fraction],
    given: Callable[[Fraction], Fraction],
) -> list[Fraction]:
    """The levels as they are worked out, without a last one of nothing; `capped` is what a level
    comes to once it is limited, `given` once it is rounded too."""
    here, found, way = taper.first, [taper.first], 0
    for step in taper.steps:
        end = taper.stop_under if step.to is None else step.to
        down = step.to is None or end < here
        if step.to == here or (here < end and step.to is None) or way == (1 if down else -1):
            raise Refused("a taper that does not move, or turns")
        way = -1 if down else 1
        while here != step.to:
            if len(found) > MOST_LEVELS:
                raise Refused("a taper without an end")
            if step.amount is not None:
                size, base = step.amount, here
            else:
                assert step.part_of_current is not None
                base = given(found[-1])
                size = step.part_of_current * base
            level = base + way * max(size, taper.at_least)
            comes_to = level
            if step.amount is None:
                comes_to = given(level) if level > 0 else level
            if step.to is None and comes_to < end:
                break
            if step.amount is None and (comes_to == base or (level > 0 and comes_to == 0)):
                raise Refused("a taper that sticks")
            if (comes_to - end) * way > 0:
                raise Refused("a taper that passes its end")
            here = comes_to
            if here > 0:
                found.append(level)
    for one, other in itertools.pairwise(found):
        if given(one) == given(other) and capped(one) != capped(other):
            raise Refused("two levels are rounded to one dose")
    return found[_starting(taper, found, given) :]


def _starting(taper: Taper, found: list[Fraction], given: Callable[[Fraction], Fraction]) -> int:
    wanted = taper.starting_at
    if wanted is None:
        return 0
    if wanted in found:
        return found.index(wanted)
    doses = [given(level) for level in found]
    if wanted not in doses:
        raise Refused("no level of the taper")
    return doses.index(wanted)
