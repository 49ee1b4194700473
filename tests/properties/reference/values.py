"""What the reference reads into: spans, moments, places, administrations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction

LONGEST_WALK = 366 * 100  # days
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Refused(Exception):
    """The protocol has no single reading here."""


class Gap(Refused):
    """The source does not state it, and the plan does not fill it."""


class GoesOn(Gap):
    """It lies behind the day to which the schedule is drawn up."""


class NeverBegun(Gap):
    """It was stopped before its first dose."""


class Undecided(Gap):
    """It is decided on the way, and has not been yet."""


@dataclass(frozen=True)
class Span:
    """So many minutes of real time, or so many days or months of the calendar; hours, weeks and
    years are written as these."""

    count: int
    unit: str  # "minutes", "days" or "months"


@dataclass(frozen=True)
class Moment:
    """A local day, perhaps a clock time, and what further months would be counted from.

    It remembers the day that months are counted from and how many have been counted so far; that
    is all there is to never counting months from a clamped day. `instant` (UTC) is there where
    real time was counted, because one clock time can come twice in a day.
    """

    day: date
    clock: time | None
    origin: date
    months: int
    instant: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Place:
    """One administration before its dose is known: when, and where in its pattern.

    `key` is the text on the time key that found it (a clock time, a weekday, a listed day, an
    offset) for doses that are written there; `cycle` counts from 0; `rest` is what a total leaves of
    the last dose.
    """

    at: Moment
    level: int | None = None
    keys: tuple[str, ...] = ()
    cycle: int = 0
    rest: tuple[Fraction, str] | None = None


@dataclass(frozen=True)
class Given:
    """One administration as it is shown: its day, clock time if any, exact amount and unit if
    stated, phase; for an infusion, its finish."""

    day: date
    clock: time | None
    amount: Fraction | None
    unit: str | None
    phase: str
    instant: datetime | None = None
    finish: str | None = None  # in words
    finish_instant: datetime | None = None
    cycle: int | None = None  # from 1, where there are cycles
