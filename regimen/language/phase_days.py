"""On which days: the pattern of a phase from its texts (rule T2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

from regimen import rules
from regimen.finding import Place
from regimen.language.answers import MOST_PER_WEEK
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_shape import PhaseKeys
from regimen.language.texts import KeyedText, NotStated
from regimen.protocol import (
    Every,
    Offsets,
    Once,
    OnDays,
    OnWeekdays,
    ParameterType,
    Pattern,
    Ref,
    Table,
    TimesPerWeek,
)
from regimen.timing import CalendarSpan, ElapsedSpan, Span, SpanUnit, Weekday, always_shorter

P = ParameterType
Weekdays = tuple[Weekday, ...]

TIMES = ("at", "times_per_day", "between")
DAYS = ("every", "times_per_week", "on", "days", "offsets")


def pattern(reader: PhaseReader, place: Place) -> Pattern | Ref | Table:
    found = reader.level(*DAYS)
    if found is None or found[2] != "days":
        _without_list(reader)
    if found is None:
        count = reader.level("doses", "times")
        if count is not None and stated(count[0], count[2]) == 1:
            return Once()
        reader.find(
            rules.NO_DAYS,
            f"{reader.title} does not say on which days{reader.again}",
            "write every: 1 day, times_per_week: 2, on: [mon, thu] or days: [1, 8]; or"
            f" {'times: 1 for one day' if reader.is_visit else 'doses: 1 for a single dose'}; or"
            " every: not stated, if the source is silent",
            place,
        )
        return Once()
    shape, path, key = found
    if stated(shape, key) in (NotStated(), (NotStated(),)):
        return reader.gap((*path, key), P.PATTERN, "the days")
    if key == "times_per_week":
        return _times_per_week(reader, shape, path)
    if key == "on":
        return _on_weekdays(reader, shape, path)
    if key == "days":
        return _on_days(reader, shape, path)
    if key == "offsets":
        return _offsets(reader, shape, path)
    if on_the_clock(reader):
        return Every(CalendarSpan(1, SpanUnit.DAY))
    return Every(reader.any_span(shape.every, "every", path))


def on_the_clock(reader: PhaseReader) -> ElapsedSpan | None:
    """The interval in hours, where it is laid on the clock of every day."""
    times, days = reader.level(*TIMES), reader.level(*DAYS)
    if times is None or times[2] != "between" or days is None:
        return None
    return days[0].every if isinstance(days[0].every, ElapsedSpan) else None


def counts_hours(reader: PhaseReader, days: Pattern | Ref | Table) -> bool:
    """Whether the places of the pattern have clock times because hours are counted."""
    days = example(days)
    if isinstance(days, Every) and on_the_clock(reader) is None:
        found = reader.level(*DAYS)
        assert found is not None
        return True in reader.counts_hours(found[0].every)
    return isinstance(days, Offsets) and days.elapsed


def _times_per_week(reader: PhaseReader, shape: PhaseKeys, path: Path) -> TimesPerWeek:
    def one(count: int | Ref | NotStated, where: Path) -> int | Ref:
        if isinstance(count, NotStated):  # in a row of a table
            return reader.gap(where, P.NUMBER, "how often a week")
        if isinstance(count, Ref):
            place = reader.document.place(where)
            return reader.reference(count, (P.NUMBER,), place, at_most=MOST_PER_WEEK)
        return count

    assert shape.times_per_week is not None
    count = reader.tabled(shape.times_per_week, "times_per_week", path, one)
    pins = reader.imply(
        (*path, "on"),
        P.WEEKDAYS,
        f"On which weekdays is {reader.happens}?",
        optional=True,
        count=count if isinstance(count, int) else None,
    )
    return TimesPerWeek(count, pins)


def _on_weekdays(reader: PhaseReader, shape: PhaseKeys, path: Path) -> OnWeekdays:
    def one(
        found: tuple[Weekday | Ref | NotStated, ...] | KeyedText, where: Path
    ) -> Weekdays | Ref:
        if isinstance(found, KeyedText):
            return tuple(sorted(_times_of(reader, found, where)))
        if found == (NotStated(),):  # in a row of a table
            return reader.gap(where, P.WEEKDAYS, "the weekdays")
        days = reader.listed(found, where, (P.WEEKDAYS,))
        return days if isinstance(days, Ref) else tuple(sorted(days))

    assert shape.on is not None
    return OnWeekdays(reader.tabled(shape.on, "on", path, one))


def _times_of(reader: PhaseReader, found: KeyedText, where: Path) -> Any:
    """The times on which doses are written."""
    from regimen.language.keyed_doses import times_of  # few protocols have them

    return times_of(reader, found, where)


# --- numbered days


def _on_days(reader: PhaseReader, shape: PhaseKeys, path: Path) -> OnDays | Table:
    first_day = reader.nearest("first_day", int)
    first_day = 1 if first_day is None else first_day
    cycle = reader.level("cycle")
    span = None if cycle is None else reader.span(cycle[0].cycle, "cycle", cycle[1])

    def one(
        found: tuple[tuple[int, ...] | Ref | NotStated, ...] | KeyedText, where: Path
    ) -> OnDays:
        if isinstance(found, KeyedText):
            found = (tuple(sorted(_times_of(reader, found, where))),)
        ranges = reader.listed(found, where, ())
        days = () if isinstance(ranges, Ref) else tuple(day for each in ranges for day in each)
        _refuse_order(reader, days, first_day, reader.document.place(where))
        return OnDays(days, first_day, span)

    assert shape.days is not None
    return reader.tabled(shape.days, "days", path, one)


def example(days: Pattern | Ref | Table) -> Pattern | Ref:
    """The pattern; or that of a table's first row, which is of the same kind as all others."""
    while isinstance(days, Table):
        first = days.rows[0].value
        assert isinstance(first, (Pattern, Ref, Table))
        days = first
    return days


def _refuse_order(reader: PhaseReader, days: tuple[int, ...], first_day: int, place: Place) -> None:
    for before, day in pairwise(days):
        if day <= before:
            reader.find(
                rules.NOT_ASCENDING,
                f"days: {day} comes after {before}",
                "list the days from the earliest to the latest, each once",
                place,
            )
    if days and days[0] < first_day:
        reader.find(
            rules.BAD_NUMBER,
            "days: there is no day 0 where the first day is day 1",
            "write first_day: 0 if the source counts so",
            place,
        )


def _without_list(reader: PhaseReader) -> None:
    """A finding for each key of the phase's own that belongs to listed days, of which it has
    none."""
    for key in ("first_day", "cycle"):
        if key in reader.levels.own.stated_keys:
            reader.find(
                rules.UNUSED_KEY,
                f"{key} decides nothing here: it belongs to listed days",
                "remove it, or write the days as numbers, as in days: [1, 8]",
                reader.document.key_place((*reader.levels.path, key)),
            )


# --- distances


def _offsets(reader: PhaseReader, shape: PhaseKeys, path: Path) -> Offsets | Table:
    assert shape.offsets is not None
    found = reader.tabled(shape.offsets, "offsets", path, partial(_one_list, reader))
    if isinstance(found, Table) and len(set(_elapsed(found))) > 1:
        reader.find(
            rules.WRONG_SHAPE,
            "offsets: some rows count hours, which need a clock time, and others only days",
            "write the distances of all rows in hours, or of all rows in days",
            found.place,
        )
    return found


def _elapsed(table: Table) -> Iterator[bool]:
    """Of each row, whether it counts hours."""
    for row in table.rows:
        if isinstance(row.value, Table):
            yield from _elapsed(row.value)
        else:
            assert isinstance(row.value, Offsets)
            yield row.value.elapsed


def _one_list(
    reader: PhaseReader, found: tuple[Span | Ref | NotStated, ...] | KeyedText, where: Path
) -> Offsets:
    if isinstance(found, KeyedText):
        offsets: tuple[Span, ...] | Ref = _times_of(reader, found, where)
    else:
        offsets = reader.listed(found, where, ())
    plain: tuple[Span, ...] = () if isinstance(offsets, Ref) else offsets
    for before, after in pairwise(plain):
        if always_shorter(before, after):
            continue
        sure = always_shorter(after, before) or before == after
        reader.find(
            rules.NOT_ASCENDING,
            f"offsets: {after} comes after {before}"
            + ("" if sure else ", which from some starts is as long or longer"),
            "list the distances from the earliest to the latest, each once"
            if sure
            else "write both in one unit; a month may have 28 days or 31, a day 23 hours or 25",
            reader.document.place(where),
        )
    return Offsets(plain)
