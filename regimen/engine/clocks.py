"""Local clock times as instants, in a zone whose clocks may change.

A clock time that the change skips is moved on by as much as the clocks go forward; one that comes
twice means the first. Both are the reading of RFC 5545, section 3.3.5, and both are shown.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant_of(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, str]:
    """The instant in UTC of a local clock time, and a note where it had to be resolved."""
    local = datetime.combine(day, clock, zone)
    instant = local.astimezone(UTC)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return instant, ""  # it comes once, as all but a few in a year
    shown = instant.astimezone(zone)
    if shown.replace(tzinfo=None) != local.replace(tzinfo=None):
        return instant, (
            f"{clock:%H:%M} does not exist on {day.isoformat()}, when the clocks go forward:"
            f" moved to {shown:%H:%M}"
        )
    return instant, (
        f"{clock:%H:%M} comes twice on {day.isoformat()}, when the clocks go back: the"
        f" {'second' if clock.fold else 'first'} is meant"
    )


def local_after(day: date, clock: time, minutes: int, zone: ZoneInfo) -> tuple[date, time]:
    """The local day and clock time `minutes` real minutes later; one that comes twice says which
    it is by its fold."""
    instant, _ = instant_of(day, clock, zone)
    local = (instant + timedelta(minutes=minutes)).astimezone(zone)
    return local.date(), local.time()
