"""The timing rules of a phase: which days, what time, from where, how long (rules T1 to T8)."""

from __future__ import annotations

from enum import StrEnum
from typing import final

from msgspec import Struct

from regimen.protocol.dose import DoseExpression
from regimen.protocol.inputs import Ref
from regimen.protocol.tables import Table
from regimen.timing import CalendarSpan, ElapsedSpan, Span, Weekday

# --- which days


@final
class Every(Struct, frozen=True):
    """One place every so many days, weeks or months, or real hours or minutes, counted from the
    first moment."""

    span: Span | Ref | Table


@final
class TimesPerWeek(Struct, frozen=True):
    """`count` places in each week from the first moment, place k on day floor(7k/count); the plan
    may pin weekdays instead under the name `pins`."""

    count: int | Ref | Table
    pins: Ref | None = None


@final
class OnWeekdays(Struct, frozen=True):
    """Every listed weekday from the first moment on."""

    weekdays: tuple[Weekday, ...] | Ref | Table


EVERY_DAY = OnWeekdays(tuple(Weekday))


@final
class OnDays(Struct, frozen=True):
    """The numbered days, ascending, of the one list or of every `cycle`; the first moment's day is
    number `first_day`."""

    days: tuple[int, ...]
    first_day: int = 1
    cycle: CalendarSpan | Ref | Table | None = None


@final
class Offsets(Struct, frozen=True):
    """At these distances from the first moment, ascending. Where one is in hours, the first moment
    has a clock time, and distances in days keep it."""

    offsets: tuple[Span, ...]

    @property
    def elapsed(self) -> bool:
        """Whether real hours or minutes are counted."""
        return any(isinstance(each, ElapsedSpan) for each in self.offsets)


@final
class Once(Struct, frozen=True):
    """The first day only."""


Pattern = Every | TimesPerWeek | OnWeekdays | OnDays | Offsets | Once


# --- what time


@final
class OnceADay(Struct, frozen=True):
    """One dose a day without a clock time, unless the plan pins one under the name `pin`."""

    pin: Ref


@final
class Counted(Struct, frozen=True):
    """The clock times follow from the first moment, by hours."""


# --- from where


class Point(StrEnum):
    """Which moment of a phase or course an anchor means."""

    BEGIN = "begin"  # its first moment
    FIRST = "first"  # its first administration
    LAST = "last"  # its last administration
    END = "end"  # the end of its period
    FINISH = "finish"  # when its last administration, an infusion, has been given
    EACH = "each"  # every administration, one after the other
    EACH_FINISH = "each.finish"  # when each of them has been given

    @property
    def several(self) -> bool:
        """Whether it means one moment for every administration."""
        return self is Point.EACH or self is Point.EACH_FINISH

    @property
    def words(self) -> str:
        return {
            "begin": "the first moment",
            "first": "the first dose",
            "last": "the last dose",
            "finish": "the finish",
            "each": "each dose",
            "each.finish": "the finish of each dose",
        }.get(self, "the end")


@final
class Start(Struct, frozen=True):
    """The plan's start."""


@final
class DateGiven(Struct, frozen=True):
    """A date that the plan gives."""

    ref: Ref


@final
class Previous(Struct, frozen=True):
    """A point of the nearest earlier phase of the course that applies."""

    point: Point


@final
class PointOf(Struct, frozen=True):
    """A point of a course, or of one of its phases."""

    course: str
    phase: str | None
    point: Point


class Anchor(Struct, frozen=True):
    """A moment that others hang on: `base`, moved by `offset` (back, where `before`)."""

    base: Start | DateGiven | Previous | PointOf
    offset: Span | Ref | None = None
    before: bool = False
    text: str = "start"

    @property
    def several(self) -> bool:
        """Whether it means one moment for every administration."""
        return isinstance(self.base, (Previous, PointOf)) and self.base.point.several


class Junction(StrEnum):
    """How a phase follows the one before it, where it does not say `begins`."""

    AT_ONCE = "at once"  # at the end of the period before
    WAIT = "wait"  # after the new pattern's own first gap, counted from the last dose before


# --- how long


@final
class For(Struct, frozen=True):
    span: Span | Ref | Table


@final
class Doses(Struct, frozen=True):
    count: int | Ref | Table


@final
class Cycles(Struct, frozen=True):
    count: int | Ref | Table


@final
class WholeList(Struct, frozen=True):
    """As long as the list of its days."""


@final
class Until(Struct, frozen=True):
    """Up to an anchor, itself counted (`through`) or not (`before`). `horizon` is up to where it is
    drawn while the anchor is a date that is not known yet."""

    anchor: Anchor
    included: bool
    horizon: Ref | None = None


class TotalOf(StrEnum):
    """What a total is a total of."""

    COURSE = "course"  # this course, with its phases before
    LIFETIME = "lifetime"  # the same, and what was given before the treatment


class LastDose(StrEnum):
    """What becomes of the dose that would pass a total."""

    WHOLE = "whole"  # it is given, and is the last
    PART = "part"  # what is left of the total is given of it
    OMIT = "omit"  # it is not given


@final
class UntilTotal(Struct, frozen=True):
    """Up to a total amount; `given_before` is what the patient had before, where that counts."""

    amount: DoseExpression | Ref | Table
    of: TotalOf
    last: LastDose
    given_before: Ref | None = None


@final
class UntilStopped(Struct, frozen=True):
    """Up to a day that is not known at the start, itself not counted. Until it is, the phase is
    drawn up to a horizon, itself counted."""

    stopped: Ref
    horizon: Ref


@final
class Earliest(Struct, frozen=True):
    """Whichever of these ends comes first."""

    ends: tuple[Extent, ...]


def ends_of(extent: Extent | Ref | None) -> tuple[Extent | Ref | None, ...]:
    """Each end, of an extent that may have several."""
    return extent.ends if type(extent) is Earliest else (extent,)


Extent = For | Doses | Cycles | WholeList | Until | UntilTotal | UntilStopped | Earliest
