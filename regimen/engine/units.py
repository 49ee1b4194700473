"""What stands in a row in a course with groups: phases, and groups of them, by their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from regimen.engine import anchors
from regimen.finding import Place
from regimen.protocol import Group, Timed, Timeline

if TYPE_CHECKING:
    from regimen.engine.spans import Spans, Spot

RoundPath = tuple[int, ...]


class Unit(Struct, frozen=True):
    """What stands in a row with others: a phase, or a group of phases from one position to another;
    `depth` is how many groups are around it."""

    first: int
    last: int
    depth: int
    group: Group | None


def _keys(phase: Timed, depth: int) -> list[str]:
    return [group.key for group in phase.groups[:depth]]


def unit_at(phases: tuple[Timed, ...], at: int, depth: int) -> Unit:
    """The phase at this position, or the group around it of this depth."""
    if len(phases[at].groups) == depth:
        return Unit(at, at, depth, None)
    inside, first, last = _keys(phases[at], depth + 1), at, at
    while first > 0 and _keys(phases[first - 1], depth + 1) == inside:
        first -= 1
    while last + 1 < len(phases) and _keys(phases[last + 1], depth + 1) == inside:
        last += 1
    return Unit(first, last, depth, phases[at].groups[depth])


def before(phases: tuple[Timed, ...], unit: Unit) -> Unit | None:
    """What comes before it in the same round."""
    at = unit.first - 1
    if at < 0 or _keys(phases[at], unit.depth) != _keys(phases[unit.first], unit.depth):
        return None
    return unit_at(phases, at, unit.depth)


def before_spot(spans: Spans, spot: Spot, where: Place) -> Unit:
    phases = spans.applied[spot.course.key]
    unit = before(phases, unit_at(phases, spot.at, spot.depth))
    if unit is None:
        raise anchors.nothing_before(where)
    return unit


def named(spans: Spans, course: Timeline, name: str, where: Place) -> Unit:
    """The group or phase of this name."""
    phases = spans.applied[course.key]
    for at, phase in enumerate(phases):
        for depth, part in enumerate((*phase.groups, phase)):
            if name in (part.name, part.key):
                return unit_at(phases, at, depth)
    raise anchors.not_applied(f"{course.key}.{name}", where)


def shared_round(spans: Spans, unit: Unit, course: Timeline, asker: Spot | None) -> RoundPath:
    """The round that the asker shares with what it asks about."""
    if asker is None or asker.course is not course:
        return ()
    phases = spans.applied[course.key]
    own, depth = phases[asker.at].groups, 0
    around = phases[unit.first].groups[: unit.depth + (unit.group is not None)]
    for mine, theirs in zip(own[: asker.depth], around, strict=False):
        if mine.key != theirs.key:
            break
        depth += 1
    return asker.path[:depth]


def outermost(phase: Timed) -> Timed:
    """What says where it begins: the group around it, or it itself."""
    return next((each for each in (*phase.groups, phase) if each.begins is not None), phase)


def title(phases: tuple[Timed, ...], unit: Unit) -> str:
    part = unit.group or phases[unit.first]
    return part.name or part.key
