"""A taper by frequency (four, three, two, once a day): one phase for each number of times a day.

It is written as one phase and read as several, each with the days and the dose that were written,
so that whatever holds for phases holds for its levels too.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from regimen import rules
from regimen.finding import Finding
from regimen.language.levels import Levels, stated
from regimen.language.nodes import Document
from regimen.language.phase_days import TIMES
from regimen.language.phase_extent import EXTENT
from regimen.language.phase_shape import CourseShape, PhaseKeys, PhaseShape, TaperShape
from regimen.protocol import Anchor, DoseExpression, Point, Previous, Share
from regimen.protocol.words import often

ShapeT = TypeVar("ShapeT", bound=PhaseKeys)

_INSTEAD = (*EXTENT, *TIMES)  # what the taper says in their place
_OF_AMOUNTS = ("from", "by", "to", "steps", "per", "at_least", "stop_under", "starting_at")
_NEXT = Anchor(Previous(Point.END), text="previous.end")


def frequency_taper(levels: Levels) -> tuple[TaperShape, int] | None:
    """The taper by frequency that decides the phase, and at which of the levels it stands; None
    where a dose or another taper decides. One of the levels has a taper."""
    at, shape = next(
        (at, shape)
        for at, (shape, _) in enumerate(levels)
        if shape.taper is not None or shape.dose is not None
    )
    taper = shape.taper
    return (taper, at) if taper is not None and taper.times_per_day else None


def one_by_one(levels: Levels, taper: TaperShape) -> Iterator[Levels]:
    """Where the keys of each phase stand that the taper is read as."""
    own, path = levels.own, levels.path
    assert isinstance(own, PhaseShape)
    assert taper.times_per_day is not None
    course, at_course = levels.course or (_empty(own), path)
    assert levels.protocol is not None
    protocol, _ = levels.protocol
    for at, count in enumerate(taper.times_per_day):
        phase, words = _without(own), f"{often(count)} a day"
        phase.times_per_day, phase.for_ = count, taper.each
        phase.name = f"{own.name}, {words}" if own.name else words
        if at:
            phase.begins, phase.junctions = _NEXT, None
        groups = tuple((_without(group), where) for group, where in levels.groups)
        around = (_without(course), at_course), (_without(protocol), ())
        yield Levels((phase, path), *around, groups)


def _without(shape: ShapeT) -> ShapeT:
    """The shape without what the taper says in its place."""
    found = copy.copy(shape)
    for key in (*_INSTEAD, "taper"):
        setattr(found, "for_" if key == "for" else key, None)
    return found


def _empty(shape: PhaseShape) -> CourseShape:
    """A course around the one phase of a course that is its own phase."""
    assert isinstance(shape, CourseShape)
    found = copy.copy(shape)
    for attribute, each in CourseShape.keys.items():
        setattr(found, attribute, each.absent)
    return found


def contradictions(
    levels: Levels, taper: TaperShape, at: int, document: Document
) -> Iterator[Finding]:
    """Findings about a taper by frequency at this of the levels, and what stands beside it."""
    assert taper.times_per_day is not None
    shapes = list(levels)[: at + 1]
    path = (*shapes[at][1], "taper")
    for key in _OF_AMOUNTS:
        if getattr(taper, "first" if key == "from" else key) is not None:
            yield Finding(
                rules.TWO_WAYS,
                f"times_per_day and {key} are two tapers, one by frequency and one by amount",
                "keep one of them; what changes by amount and frequency at once is two phases",
                document.key_place((*path, key)),
            )
    own = levels.own
    if isinstance(own, PhaseShape) and (own.repeat or (own.begins and own.begins.several)):
        key = "repeat" if own.repeat else "begins"
        yield Finding(
            rules.TWO_WAYS,
            f"a taper by frequency is several phases, and {key} would lay each of them by itself",
            f"put the phase into a group of its own, and {key} on the group",
            document.key_place((*levels.path, key)),
        )
    for shape, where in shapes:
        for key in _INSTEAD:
            if stated(shape, key) is not None:
                what = "when" if key in TIMES else "how long"
                yield Finding(
                    rules.TWO_WAYS,
                    f"taper and {key} both say {what} it is given",
                    f"remove {key}; a taper by frequency says how often a day, and how long",
                    document.key_place((*where, key)),
                )
    steps = {later > earlier for earlier, later in pairwise(taper.times_per_day)}
    pairs = list(pairwise(taper.times_per_day))
    if not pairs or len(steps) > 1 or any(earlier == later for earlier, later in pairs):
        yield Finding(
            rules.TAPER_MISSES,
            f"the times a day ({', '.join(map(str, taper.times_per_day))}) do not all fall, or all"
            " rise",
            "write at least two numbers, each once, as in [4, 3, 2, 1]",
            document.place((*path, "times_per_day")),
        )
    dose = next((shape.dose for shape, _ in levels if shape.dose is not None), None)
    if isinstance(dose, DoseExpression) and dose.share is Share.DAY:
        yield Finding(
            rules.TAPER_MISSES,
            "the dose is an amount per day, which stays the same however often a day it is given",
            "write the dose of each time",
            document.place((*path, "times_per_day")),
        )
