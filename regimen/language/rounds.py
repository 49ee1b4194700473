"""Rounds: phases that come again, alone or in groups, and phases at each dose of another course."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from regimen.finding import Place
from regimen.language import phase_days, phase_extent, phase_timing
from regimen.language.levels import Levels, PhaseReader
from regimen.language.phase_shape import RepeatShape
from regimen.protocol import (
    Anchor,
    Counted,
    Doses,
    Extent,
    Group,
    Junction,
    Once,
    Pattern,
    Phase,
    Ref,
    Table,
    VisitDays,
)
from regimen.timing import MonthEnd

PhaseT = TypeVar("PhaseT", Phase, VisitDays)


def in_rounds(reader: PhaseReader, phase: PhaseT) -> PhaseT:
    """A phase that comes again, as the one phase of a group."""
    group: Group = _group(reader, phase.key, phase.place, phase.begins, phase.course_begins)
    return replace(
        phase,
        begins=None,
        course_begins=None,
        junction=None,
        groups=(*phase.groups, group),
        needs=tuple(dict.fromkeys((*phase.needs, *group.needs))),
        tables=(*phase.tables, *group.tables),
    )


def read_group(reader: PhaseReader) -> Group:
    """A group of phases from its texts."""
    begins, course_begins = phase_timing.begins(reader), phase_timing.course_begins(reader)
    place = reader.document.place(reader.levels.path)
    key = reader.key(reader.levels.name, reader.kind)
    return _group(reader, key, place, begins, course_begins)


def course_group(reader: PhaseReader) -> Group:
    """All phases of a course that comes again as a whole."""
    place = reader.document.key_place(reader.levels.path)
    group = _group(reader, "", place, phase_timing.begins(reader), None)
    return replace(group, junction=None)


def _group(
    reader: PhaseReader,
    key: str,
    place: Place,
    begins: Anchor | None,
    course_begins: Anchor | None,
) -> Group:
    own, path = reader.levels.own, reader.levels.path
    repeat: RepeatShape | None = getattr(own, "repeat", None)
    days: Pattern | Ref | Table = Once()
    how_long: Extent | Ref | None = Doses(1)
    inner = reader
    if repeat is not None:
        levels = Levels((repeat, (*path, "repeat")), None, None)
        inner = PhaseReader(
            reader.document,
            reader.course,
            levels,
            reader.at,
            reader.parameters,
            reader.bound,
            reader.derived,
            repeated=reader,
            kind=reader.kind,
            group_keys=reader.group_keys,
        )
        here = reader.document.key_place((*path, "repeat"))
        days = phase_days.pattern(inner, here)
        how_long = phase_extent.extent(inner, phase_days.example(days), here)
        reader.take_over(inner)
    return Group(
        key=key,
        name=reader.levels.name,
        pattern=days,
        extent=how_long,
        times=Counted(),
        begins=begins,
        course_begins=course_begins,
        junction=reader.nearest("junctions", Junction),
        month_end=reader.nearest("month_end", MonthEnd) or MonthEnd.CLAMP,
        may_overlap=getattr(own, "overlap", False),
        when=(),
        needs=reader.needs(),
        tables=tuple(inner.tables) if repeat is not None else (),
        place=place,
        places={**reader.places, **inner.places},
    )
