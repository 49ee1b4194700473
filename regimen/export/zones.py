"""A zone's clock changes over a span, written so that every calendar program reads them alike.

One observance per change with its own onset and nothing recurring: rules that guess a pattern go
wrong where governments do not keep one, and packed RDATE lists are read only in part by some
programs. RFC 5545, section 3.6.5: the onset is a local time in the offset that was in force until
then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

# No zone has changed its clocks twice within so short a time.
_STEP = timedelta(hours=12)
_MARGIN = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Observance(Struct, frozen=True):
    """From the local time `onset`, told in the offset `before`, the offset `after` is in force.
    Offsets are east of UTC; `onset` has no zone."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool


def observances(zone: ZoneInfo, first: datetime, last: datetime) -> tuple[Observance, ...]:
    """What was in force a day before the instant `first`, and every change up to a day after the
    instant `last`, in order."""
    begin, end = first.astimezone(UTC) - _MARGIN, last.astimezone(UTC) + _MARGIN
    begin = begin.replace(microsecond=0)
    found = [_observance(zone, begin, _state(zone, begin)[0])]
    for change in _changes(zone, begin, end):
        found.append(_observance(zone, change, _state(zone, change - _SECOND)[0]))
    return tuple(found)


def instant_read(found: Iterable[Observance], wall: datetime) -> datetime:
    """The instant that a program reads a local time as which has only the observances: the last
    onset not after it decides. Not for a local time that is not `certain`."""
    latest = max(
        (each for each in found if each.onset <= wall), key=lambda each: each.onset, default=None
    )
    if latest is None:
        raise ValueError(f"{wall} is before every observance")
    return (wall - latest.after).replace(tzinfo=UTC)


def certain(zone: ZoneInfo, wall: datetime) -> bool:
    """Whether the local time exists exactly once. RFC 5545, section 3.3.5, says what the others
    mean, but libical and ical.js take the later of two where it says the earlier."""
    earlier, later = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return earlier == later


_State = tuple[timedelta, timedelta, str]


def _state(zone: ZoneInfo, instant: datetime) -> _State:
    local = instant.astimezone(zone)
    return local.utcoffset() or timedelta(), local.dst() or timedelta(), local.tzname() or ""


def _observance(zone: ZoneInfo, instant: datetime, before: timedelta) -> Observance:
    after, saving, name = _state(zone, instant)
    onset = (instant + before).replace(tzinfo=None)
    return Observance(onset, before, after, name, daylight=bool(saving))


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The first second of every new state in (begin, end]."""
    low, state = begin, _state(zone, begin)
    while low < end:
        high = min(low + _STEP, end)
        if _state(zone, high) != state:
            yield (change := _between(zone, low, high))
            state = _state(zone, change)
        low = high


def _between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second after `low`, up to `high`, at which the state of `low` is over."""
    state = _state(zone, low)
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if _state(zone, middle) == state:
            low = middle
        else:
            high = middle
    return high
