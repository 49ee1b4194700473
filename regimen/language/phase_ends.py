"""Ends that depend on something: whichever comes first, a total, and who stops it (rule T3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from regimen import rules
from regimen.finding import Finding, Place
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_extent import EXTENT, read_extent
from regimen.language.phase_shape import EndShape, PhaseKeys, TotalShape
from regimen.protocol import (
    Course,
    Doses,
    Earliest,
    Extent,
    Parameter,
    ParameterType,
    Ref,
    TotalOf,
    UntilStopped,
    UntilTotal,
    ends_of,
)

P = ParameterType


def until(reader: PhaseReader, shape: PhaseKeys, path: Path, place: Place, key: str) -> Extent:
    """The end that is written under `until` or `whichever_first`."""
    if key == "whichever_first":
        return _earliest(reader, shape, path, place)
    if isinstance(shape.until, TotalShape):
        return _total(reader, shape.until, (*path, key))
    stopped = reader.imply(
        (*path, "stopped"),
        P.DATE,
        f"From which day on is {reader.course} no longer given?",
        optional=True,
    )
    return UntilStopped(stopped, horizon(reader, reader.document.place((*path, key))))


def horizon(reader: PhaseReader, place: Place) -> Ref:
    """The day up to which everything is drawn that has no end yet: one for the whole plan."""
    ask = "Up to which day is the schedule drawn up?"
    reader.implied.append(Parameter("horizon", P.DATE, ask, place, optional=True))
    return Ref("horizon")


def _total(reader: PhaseReader, shape: TotalShape, path: Path) -> UntilTotal:
    gap = (P.DOSE, "the total")
    amount = reader.value(shape.total, "total", path, (P.QUANTITY,), gap)
    before = None
    if shape.of is TotalOf.LIFETIME:
        before = reader.imply(
            (*path[:-1], "given_before"),
            P.QUANTITY,
            f"How much {reader.nearest('drug', str) or reader.course} has the patient been given"
            " before this treatment?",
            may_be_nothing=True,
        )
    return UntilTotal(amount, shape.of, shape.last, before)


def _earliest(reader: PhaseReader, shape: PhaseKeys, path: Path, place: Place) -> Extent:
    ends, where = shape.whichever_first or (), (*path, "whichever_first")
    if len(ends) < 2:
        reader.find(
            rules.WRONG_SHAPE,
            "whichever_first: the list needs two ends or more",
            "write a single end without a list, as in for: 2 weeks",
            reader.document.place(where),
        )
        return Doses(1)
    return Earliest(tuple(_one(reader, end, (*where, at), place) for at, end in enumerate(ends)))


def _one(reader: PhaseReader, shape: EndShape, path: Path, place: Place) -> Extent:
    as_keys = cast(PhaseKeys, shape)  # it is asked for no other keys than it has
    keys = [key for key in EXTENT if stated(as_keys, key) is not None]
    if len(keys) > 1:
        reader.find(
            rules.TWO_WAYS,
            f"{' and '.join(keys)} answer the same question",
            "write each end as an entry of its own",
            reader.document.key_place((*path, keys[1])),
        )
    found = read_extent(reader, (as_keys, path, keys[0]) if keys else None, place)
    if isinstance(found, Ref):
        reader.find(
            rules.WRONG_SHAPE,
            f"whichever_first: {keys[0]} is not stated, so nothing tells what comes first",
            "state it, or leave the entry out",
            reader.document.place(path),
        )
        return Doses(1)
    return found


def misread_totals(courses: tuple[Course, ...]) -> Iterator[Finding]:
    """Totals that something else decides as well."""
    for course in courses:
        for phase in course.phases:
            for end in ends_of(phase.extent):
                if isinstance(end, UntilTotal):
                    yield from _misread(course, courses, end, phase.place_of("until"), phase.groups)


def _misread(
    course: Course,
    courses: tuple[Course, ...],
    end: UntilTotal,
    place: Place,
    groups: tuple[object, ...],
) -> Iterator[Finding]:
    if groups:
        yield Finding(
            rules.TWO_WAYS,
            "a total counts through the whole course, and rounds begin anew",
            "write until on a phase without rounds, or bound the rounds in another way",
            place,
        )
    others = [each.key for each in courses if each is not course and each.drug == course.drug]
    if end.of is TotalOf.LIFETIME and others:
        yield Finding(
            rules.TWO_WAYS,
            f"{' and '.join(others)} gives {course.drug} as well, so {course.key} alone cannot tell"
            " what a lifetime's total leaves",
            "give the drug in one course; or write of: course",
            place,
        )
