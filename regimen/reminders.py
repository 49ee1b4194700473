"""When a calendar program reminds of an entry: so long before it, or at a clock time of a day.

An entry without a clock time has no moment to count from. RFC 5545, section 3.8.6.3, would count
from midnight, and nobody wants to be woken at midnight: for such entries the clock time is stated.
"""

from __future__ import annotations

import re
from datetime import time

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.quantity import read_count
from regimen.timing import CalendarSpan, ElapsedSpan, Span, read_clock, read_span

FURTHEST = 28  # days: a reminder of next month's dose is forgotten before the dose


class Before(Struct, frozen=True):
    """So long before an entry begins: `30 minutes before`, `1 day before`."""

    span: Span

    def __str__(self) -> str:
        return f"{self.span} before"


class AtClock(Struct, frozen=True):
    """At a clock time, so many days before the entry's day: `18:00 the day before`."""

    clock: time
    days: int

    def __str__(self) -> str:
        day = {0: "on the day", 1: "the day before"}.get(self.days, f"{self.days} days before")
        return f"{self.clock:%H:%M} {day}"


Reminder = Before | AtClock

_AT_CLOCK = re.compile(
    r"(?P<clock>\S+:\S+) +(?:(?P<same>on the day)|(?P<eve>the day before)"
    r"|(?P<days>[0-9]+) days? before)",
    re.ASCII,
)
_BEFORE = re.compile(r"(?P<span>[0-9]\S* +\S+) before", re.ASCII)


def read_reminder(text: str) -> Reminder:
    """`18:00 the day before`, `08:00 on the day`, `09:00 2 days before`, `30 minutes before`,
    `1 day before`. Raises Misread."""
    if match := _AT_CLOCK.fullmatch(text):
        days = 0 if match["same"] else 1 if match["eve"] else read_count(match["days"], at_most=366)
        return _near(AtClock(read_clock(match["clock"]), days), text, days)
    if match := _BEFORE.fullmatch(text):
        span = read_span(match["span"])
        if isinstance(span, ElapsedSpan) or span.days:
            return _near(Before(span), text, span.days if isinstance(span, CalendarSpan) else 0)
    raise Misread(
        rules.BAD_DURATION,
        f"{quoted(text)} does not say when to be reminded",
        "write it as in: 18:00 the day before; 08:00 on the day; 30 minutes before; 1 day before",
    )


def _near(reminder: Reminder, text: str, days: int) -> Reminder:
    if days > FURTHEST:
        raise Misread(
            rules.ABSURD,
            f"{quoted(text)} is more than {FURTHEST} days before",
            "a reminder so early is forgotten before the dose: write fewer days",
        )
    return reminder
