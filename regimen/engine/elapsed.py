"""Moments that are counted in real hours and minutes from a first one (rule T7)."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from regimen.engine.clocks import instant_of
from regimen.protocol import Offsets
from regimen.timing import ElapsedSpan, Moment, MonthEnd, moment_after

Slot = tuple[date, time | None]


def slots(pattern: Offsets, first: Moment, month_end: MonthEnd, zone: ZoneInfo) -> list[Slot]:
    """Every moment of the list, ascending. A clock time that comes twice says which it is by its
    fold."""
    assert first.time is not None
    instant, _ = instant_of(first.day, first.time, zone)
    found: list[Slot] = []
    for offset in pattern.offsets:
        if isinstance(offset, ElapsedSpan):
            local = (instant + timedelta(minutes=offset.minutes)).astimezone(zone)
            found.append((local.date(), local.time()))
        else:
            found.append((moment_after(first, offset, month_end).day, first.time))
    return found
