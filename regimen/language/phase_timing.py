"""At what time and from where: the clock times and beginning of a phase from its texts (rules T4
and T5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from functools import partial
from typing import Any

from msgspec import Struct

from regimen import rules
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_days import DAYS, TIMES, counts_hours, on_the_clock
from regimen.language.phase_shape import PhaseKeys
from regimen.language.texts import KeyedText, NotStated
from regimen.protocol import (
    Anchor,
    Counted,
    OnceADay,
    ParameterType,
    Pattern,
    Ref,
    Table,
)
from regimen.timing import Weekday

P = ParameterType
Weekdays = tuple[Weekday, ...]
Times = tuple[time | Ref, ...] | OnceADay | Ref


def times(reader: PhaseReader, days: Pattern | Ref | Table) -> Times | Counted | Table:
    found = reader.level(*TIMES)
    if counts_hours(reader, days):
        return _counted(reader, found)
    if found is None:
        course = reader.levels.course
        path = reader.levels.path if course is None else course[1]
        return _once_a_day(reader, (*path, "at"))
    shape, path, key = found
    if key == "between":
        return _grid(reader, shape, path)
    if key == "at":
        assert shape.at is not None
        return reader.tabled(shape.at, key, path, partial(_at, reader))
    assert shape.times_per_day is not None
    return reader.tabled(shape.times_per_day, key, path, partial(_times_per_day, reader))


def _at(
    reader: PhaseReader, found: tuple[time | Ref | NotStated, ...] | KeyedText, where: Path
) -> Times:
    if isinstance(found, KeyedText):
        from regimen.language.keyed_doses import times_of  # few protocols have them

        return _in_order(times_of(reader, found, where))
    if found == (NotStated(),):
        return reader.gap(where, P.CLOCKS, "the clock times")
    for each in found:
        if isinstance(each, Ref):
            reader.reference(each, (P.TIME,), reader.document.place(where))
    times: Any = tuple(_Named(each) if isinstance(each, Ref) else each for each in found)
    listed: Any = reader.listed(times, where, ())
    return _in_order(each.ref if isinstance(each, _Named) else each for each in listed)


class _Named(Struct, frozen=True):
    """A clock time that a parameter names."""

    ref: Ref


def _in_order(times: Iterable[time | Ref]) -> tuple[time | Ref, ...]:
    """In the order of the day, where it is known; named times find theirs with the plan."""
    listed = tuple(times)
    known = [each for each in listed if not isinstance(each, Ref)]
    return tuple(sorted(known)) if len(known) == len(listed) else listed


def _times_per_day(reader: PhaseReader, count: int | Ref | NotStated, where: Path) -> Times:
    asked = tuple("at" if part == "times_per_day" else part for part in where)
    if isinstance(count, NotStated):
        return reader.gap(asked, P.CLOCKS, "the clock times")
    if isinstance(count, Ref):
        reader.reference(count, (), reader.document.place(where))
    if count == 1 or isinstance(count, Ref):
        return _once_a_day(reader, asked)
    return reader.imply(
        asked,
        P.CLOCKS,
        f"At which {count} clock times is {reader.happens} each day?",
        count=count,
    )


def _grid(reader: PhaseReader, shape: PhaseKeys, path: Path) -> tuple[time, ...]:
    """The clock times of an interval that begins anew each day; the last one is not counted."""
    assert shape.between is not None
    place, step = reader.document.place((*path, "between")), on_the_clock(reader)
    if step is None:
        reader.find(
            rules.UNUSED_KEY,
            "between decides nothing here: no interval in hours or minutes is laid on it",
            "write the interval, as in every: 2 hours; or write the clock times under at",
            place,
        )
        return ()
    if len(shape.between) != 2:
        reader.find(
            rules.WRONG_SHAPE,
            "between: a first and a last clock time belong here",
            "write both, as in between: [07:00, 21:00]",
            place,
        )
        return ()
    first, last = (clock.hour * 60 + clock.minute for clock in shape.between)
    if first >= last:
        reader.find(
            rules.NOT_ASCENDING,
            f"between: {shape.between[1]:%H:%M} comes after {shape.between[0]:%H:%M}",
            "write the earlier clock time first; a night is two stretches, or all clock times"
            " under at",
            place,
        )
    return tuple(time(*divmod(minute, 60)) for minute in range(first, last, step.minutes))


def _counted(reader: PhaseReader, found: tuple[PhaseKeys, Path, str] | None) -> Counted:
    """The times of doses whose distances are in hours, with a finding where `found` states them as
    well."""
    days = reader.level(*DAYS)
    assert days is not None
    keyed = found is not None and isinstance(stated(found[0], found[2]), KeyedText)
    if found is not None and (keyed or len(found[1]) >= len(days[1])):
        place = reader.document.key_place((*found[1], found[2]))
        if found[2] == "between" and days[2] == "every":
            reader.find(
                rules.WRONG_SHAPE,
                "between lays one interval on the clock of every day, and this one is not written"
                " out: the plan or the patient decides it",
                "write it out, as in every: 2 hours, in a phase for each with when; or remove"
                " between, and the hours are counted through day and night",
                place,
            )
        else:
            reader.find(
                rules.TWO_WAYS,
                f"{days[2]} and {found[2]} both say at what time",
                "remove one; hours are counted from the first moment, which has a clock time",
                place,
            )
    elif found is not None:
        reader.taken.discard((*found[1], found[2]))
    return Counted()


def _once_a_day(reader: PhaseReader, where: Path) -> OnceADay:
    ask = f"At which clock time is {reader.happens}?"
    return OnceADay(reader.imply(where, P.CLOCKS, ask, optional=True, count=1))


def begins(reader: PhaseReader) -> Anchor | None:
    anchor: Anchor | None = getattr(reader.levels.own, "begins", None)
    return None if anchor is None else reader.anchor(anchor, reader.levels.path, "begins")


def course_begins(reader: PhaseReader) -> Anchor | None:
    course = reader.levels.course
    if course is None or course[0].begins is None or reader.group_keys:
        return None
    if reader.at == 0 and getattr(reader.levels.own, "begins", None) is not None:
        reader.find(
            rules.TWO_WAYS,
            "the course and its first phase both say where they begin",
            "keep one of them",
            reader.document.key_place((*reader.levels.path, "begins")),
        )
    return reader.anchor(course[0].begins, course[1], "begins")
