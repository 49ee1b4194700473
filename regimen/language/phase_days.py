"""On which days: the pattern of a phase from its texts (rule T2)."""

from __future__ import annotations

from itertools import pairwise

from regimen import rules
from regimen.finding import Place
from regimen.language.answers import MOST_PER_WEEK
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.schema import PhaseKeys
from regimen.language.texts import NotStated
from regimen.protocol import (
    Every,
    Offsets,
    Once,
    OnDays,
    OnWeekdays,
    ParameterType,
    Pattern,
    Ref,
    TimesPerWeek,
)
from regimen.timing import Span, always_shorter

P = ParameterType

DAYS = ("every", "times_per_week", "on", "days", "offsets")


def pattern(reader: PhaseReader, place: Place) -> Pattern | Ref:
    found = reader.level(*DAYS)
    if found is None or found[2] != "days":
        _without_list(reader)
    if found is None:
        count = reader.level("doses", "times")
        if count is not None and stated(count[0], count[2]) == 1:
            return Once()
        reader.find(
            rules.NO_DAYS,
            f"{reader.title} does not say on which days",
            "write every: 1 day, times_per_week: 2, on: [mon, thu] or days: [1, 8]; or"
            f" {'times: 1 for one day' if reader.is_visit else 'doses: 1 for a single dose'}; or"
            " every: not stated, if the source is silent",
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
    if key == "days":
        return _on_days(reader, shape, path)
    if key == "offsets":
        return _offsets(reader, shape, path)
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
        f"On which weekdays is {reader.happens}?",
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


# --- numbered days


def _on_days(reader: PhaseReader, shape: PhaseKeys, path: Path) -> OnDays:
    assert shape.days is not None
    ranges = reader.listed(shape.days, "days", path, ())
    days = () if isinstance(ranges, Ref) else tuple(day for each in ranges for day in each)
    first_day = reader.nearest("first_day", int)
    first_day = 1 if first_day is None else first_day
    _refuse_order(reader, days, first_day, reader.document.place((*path, "days")))
    cycle = reader.level("cycle")
    span = None if cycle is None else reader.span(cycle[0].cycle, "cycle", cycle[1])
    return OnDays(days, first_day, span)


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


def _offsets(reader: PhaseReader, shape: PhaseKeys, path: Path) -> Offsets:
    assert shape.offsets is not None
    offsets: tuple[Span, ...] | Ref = reader.listed(shape.offsets, "offsets", path, ())
    plain = () if isinstance(offsets, Ref) else offsets
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
            reader.document.place((*path, "offsets")),
        )
    return Offsets(plain)
