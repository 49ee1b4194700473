"""When: the days, clock times, extent and beginning of a phase from its texts."""

from __future__ import annotations

from datetime import time

from regimen import rules
from regimen.finding import Place
from regimen.language.answers import MOST_PER_WEEK
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_dosing import DOSING
from regimen.language.schema import PhaseKeys
from regimen.language.texts import NotStated
from regimen.protocol import (
    Anchor,
    Doses,
    Every,
    Extent,
    For,
    Once,
    OnceADay,
    OnWeekdays,
    ParameterType,
    Pattern,
    Ref,
    TimesPerWeek,
    Until,
)

P = ParameterType

DAYS = ("every", "times_per_week", "on")
EXTENT = ("for", "doses", "before", "through")
TIMES = ("at", "times_per_day")


def pattern(reader: PhaseReader, place: Place) -> Pattern | Ref:
    found = reader.level(*DAYS)
    if found is None:
        doses = reader.level("doses")
        if doses is not None and doses[0].doses == 1:
            return Once()
        reader.find(
            rules.NO_DAYS,
            f"{reader.title} does not say on which days",
            "write every: 1 day, times_per_week: 2 or on: [mon, thu]; or doses: 1 for a single"
            " dose; or every: not stated, if the source is silent",
            place,
        )
        return Once()
    shape, path, key = found
    where = reader.document.place((*path, key))
    if stated(shape, key) in (NotStated(), (NotStated(),)):
        return reader.gap(key, path, P.PATTERN, "the days")
    if key == "times_per_week":
        return _times_per_week(reader, shape, path, where)
    if key == "on":
        return _on_weekdays(reader, shape, path)
    return Every(reader.span(shape.every, "every", path))


def _times_per_week(
    reader: PhaseReader, shape: PhaseKeys, path: Path, place: Place
) -> TimesPerWeek:
    count = shape.times_per_week
    if isinstance(count, Ref):
        reader.reference(count, (P.NUMBER,), place, at_most=MOST_PER_WEEK)
    pins = reader.imply(
        "on",
        path,
        P.WEEKDAYS,
        f"On which weekdays is {reader.course} given?",
        optional=True,
        count=count if isinstance(count, int) else None,
    )
    assert not isinstance(count, NotStated)
    assert count is not None
    return TimesPerWeek(count, pins)


def _on_weekdays(reader: PhaseReader, shape: PhaseKeys, path: Path) -> OnWeekdays | Ref:
    assert shape.on is not None
    days = reader.listed(shape.on, "on", path, (P.WEEKDAYS,))
    if isinstance(days, Ref):
        return OnWeekdays(days)
    return OnWeekdays(tuple(sorted(days)))


def extent(reader: PhaseReader, place: Place) -> Extent | Ref | None:
    found = reader.level(*EXTENT)
    taper = reader.level(*DOSING)
    if taper is not None and taper[2] == "taper":
        if found is not None and len(found[1]) >= len(taper[1]):  # as near, or nearer
            reader.find(
                rules.TWO_WAYS,
                f"taper and {found[2]} both say how long the phase lasts",
                "remove one; a taper lasts as long as its levels",
                reader.document.key_place((*found[1], found[2])),
            )
        elif found is not None:
            reader.taken.discard((*found[1], found[2]))
        return None
    if found is None:
        reader.find(
            rules.NO_EXTENT,
            f"{reader.title} does not say how long",
            "write for: 2 weeks, doses: 12, or before or through an anchor; or for: not stated,"
            " if the source is silent",
            place,
        )
        return Doses(1)
    shape, path, key = found
    if stated(shape, key) == NotStated():
        return reader.gap(key, path, P.EXTENT, "the duration")
    if key == "for":
        return For(reader.span(shape.for_, key, path))
    if key == "doses":
        count = shape.doses
        if isinstance(count, Ref):
            reader.reference(count, (P.NUMBER,), reader.document.place((*path, key)))
        assert not isinstance(count, NotStated)
        assert count is not None
        return Doses(count)
    anchor = stated(shape, key)
    assert isinstance(anchor, Anchor)
    return Until(reader.anchor(anchor, path, key), key == "through")


def times(reader: PhaseReader) -> tuple[time, ...] | OnceADay | Ref:
    found = reader.level(*TIMES)
    if found is None:
        course = reader.levels.course
        return _once_a_day(reader, reader.levels.path if course is None else course[1])
    shape, path, key = found
    if stated(shape, key) in (NotStated(), (NotStated(),)):
        return reader.gap(key, path, P.CLOCKS, "the clock times")
    if key == "at":
        assert shape.at is not None
        times = reader.listed(shape.at, "at", path, ())
        return times if isinstance(times, Ref) else tuple(sorted(times))
    count = shape.times_per_day
    if isinstance(count, Ref):
        reader.reference(count, (), reader.document.place((*path, key)))
    if count == 1 or isinstance(count, Ref):
        return _once_a_day(reader, path)
    return reader.imply(
        "at",
        path,
        P.CLOCKS,
        f"At which {count} clock times is {reader.course} given each day?",
        count=count,
    )


def _once_a_day(reader: PhaseReader, path: Path) -> OnceADay:
    ask = f"At which clock time is {reader.course} given?"
    return OnceADay(reader.imply("at", path, P.CLOCKS, ask, optional=True, count=1))


def begins(reader: PhaseReader) -> Anchor | None:
    own, path = reader.levels.own, reader.levels.path
    return None if own.begins is None else reader.anchor(own.begins, path, "begins")


def course_begins(reader: PhaseReader) -> Anchor | None:
    course = reader.levels.course
    if course is None or course[0].begins is None:
        return None
    if reader.at == 0 and reader.levels.own.begins is not None:
        reader.find(
            rules.TWO_WAYS,
            "the course and its first phase both say where they begin",
            "keep one of them",
            reader.document.key_place((*reader.levels.path, "begins")),
        )
    return reader.anchor(course[0].begins, course[1], "begins")
