"""Local clock times and real time, by looking at a clock in the zone minute after minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.properties.reference.values import Moment, Refused

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def clock_in(zone: str, instant: datetime) -> datetime:
    """What a clock in the zone shows at an instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@cache
def instant_of(day: date, clock: time, zone: str) -> datetime:
    """The first instant at which clocks in the zone show this. Where they skip it, it is moved on
    by as much as they go forward (RFC 5545, 3.3.5)."""
    wanted = datetime.combine(day, clock)
    utc = wanted.replace(tzinfo=UTC)
    east = max(clock_in(zone, near) - near.replace(tzinfo=None) for near in (utc - DAY, utc + DAY))
    instant = utc - east  # not later than the first time that clocks show it
    shown = before = clock_in(zone, instant)
    for _ in range(2 * 24 * 60):  # a whole day was left out in Samoa
        if shown == wanted:
            return instant
        if before < wanted < shown:
            skipped = shown - before - MINUTE
            return instant_of((wanted + skipped).date(), (wanted + skipped).time(), zone)
        before, instant = shown, instant + MINUTE
        shown = clock_in(zone, instant)
    raise AssertionError(f"{wanted} never comes in {zone}")


def minutes_after(moment: Moment, minutes: int, zone: str) -> Moment:
    """So many real minutes later (or earlier)."""
    if moment.clock is None:
        raise Refused("hours cannot be counted from a day without a clock time")
    start = moment.instant or instant_of(moment.day, moment.clock, zone)
    instant = start + minutes * MINUTE
    shown = clock_in(zone, instant)
    return Moment(shown.date(), shown.time(), shown.date(), 0, instant)


def shown_at(moment: Moment, zone: str) -> tuple[date, time | None, datetime | None]:
    """The day and clock time that really come, and the instant."""
    if moment.clock is None:
        return moment.day, None, None
    instant = moment.instant or instant_of(moment.day, moment.clock, zone)
    shown = clock_in(zone, instant)
    return shown.date(), shown.time(), instant
