"""One phase with its moments: its administrations, and the points that others are tied to
(rules T1, T3, T4, T8)."""

from __future__ import annotations

from datetime import date, time
from itertools import repeat
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from regimen import rules
from regimen.engine.bound import BoundTiming, Levels
from regimen.engine.clocks import local_after
from regimen.engine.days import counts_months, is_daily, is_list, place, places
from regimen.finding import Place, Refusal, refuse
from regimen.protocol import Cycles, Every, For, Offsets, Once, OnDays, Point, Timed
from regimen.protocol.words import days_in_words
from regimen.schedule import Beginning, Dose
from regimen.timing import CalendarSpan, ElapsedSpan, Moment, moment_after

MOST_DOSES = 10_000  # of a phase
Slot = tuple[date, time | None]
START_OF_DAY = time.min


class PhaseSpan(Struct):
    """A phase with its moments. `skipped` is how many clock times of its first day lie before its
    first moment; `levels` are the doses of a taper, level by level."""

    bound: BoundTiming
    beginning: Beginning
    first: Moment
    times: tuple[time | None, ...]
    slots: list[Slot] = field(default_factory=list)
    given_on: list[date] = field(default_factory=list)  # where a record has moved them
    skipped: int = 0
    levels: tuple[tuple[Dose, ...], ...] = ()
    zone: ZoneInfo | None = None  # where clock times lie, if there are any
    earlier: int = 0  # administrations of the phase in earlier rounds
    in_all: int | None = None  # in all rounds, where the phase comes again
    rest: Dose | None = None  # the last dose, where a total leaves less than a whole one
    stopped: date | None = None  # the day on which it is stopped, itself not counted
    limit: tuple[Moment, bool] | None = None  # up to when, and whether that is itself counted
    goes_on: bool = False  # whether its end is not known yet, and it is drawn up to a horizon

    @property
    def days_given(self) -> list[date]:
        """The day of each of its administrations, as the plan's record has it."""
        return self.given_on or [day for day, _ in self.slots]

    @property
    def phase(self) -> Timed:
        return self.bound.phase

    @property
    def title(self) -> str:
        if name := self.bound.phase.name:
            return name
        assert self.bound.days is not None
        return days_in_words(self.bound.days)

    def fill(self, count: int, end: Moment | None = None, *, included: bool = False) -> None:
        """Give the phase its administrations: at most `count`, and before `end` (with it, if
        included)."""
        fill = self._elapsed if self.bound.elapsed else self._on_days
        slots = fill(count, end)
        if self.first.time is not None:
            first_day = slots[: len(self.times)]
            self.skipped = _missed(first_day, self.first.day, self.first.time)
        if self.skipped or len(slots) > count:
            slots = slots[self.skipped : self.skipped + count]
        if end is not None:
            self.limit = (end, included)
            while slots and not _before(slots[-1], end, included=included):
                slots.pop()
        self.slots = slots

    def _on_days(self, count: int, end: Moment | None) -> list[Slot]:
        """So many clock times of the pattern's days, or more, from the first day on."""
        times, first, bound = self.times, self.first, self.bound
        assert bound.days is not None
        last_day = None if end is None else end.day
        enough = -(-count // len(times))  # rounded up; one more where the first moment cuts a day
        if first.time is not None:
            enough += 1
        days = places(bound.days, first, bound.phase.month_end, enough, last_day)
        if len(times) == 1:
            return list(zip(days, repeat(times[0])))
        return [(day, clock) for day in days for clock in times]

    def _elapsed(self, count: int, end: Moment | None) -> list[Slot]:
        from regimen.engine import elapsed

        days, month_end = self.bound.days, self.phase.month_end
        assert isinstance(days, (Every, Offsets))
        assert self.zone is not None
        last_day = None if end is None else end.day
        return elapsed.slots(days, self.first, month_end, self.zone, count, last_day)

    @property
    def loses_a_dose(self) -> bool:
        """Whether a day that is not simply made up for loses the doses that it skips."""
        assert self.bound.days is not None
        if is_list(self.bound.days):
            return True
        return self.skipped == len(self.times) and not is_daily(self.bound.days)

    def place_of(self, at: int) -> int:
        """The place of the pattern, from 0, at which the phase's administration `at` stands."""
        return (self.skipped + at) // len(self.times)

    @property
    def last_place(self) -> int:
        """The place of its last administration."""
        return self.place_of(len(self.slots) - 1)

    def period_end(self) -> Moment:
        """Where a period of stated length ends."""
        bound = self.bound
        extent, month_end = bound.extent, bound.phase.month_end
        if type(extent) is For:
            if type(extent.span) is not CalendarSpan or bound.elapsed:
                return self._elapsed_end(extent)
            return moment_after(self.first, extent.span, month_end)
        if isinstance(extent, Cycles):
            from regimen.engine import listed

            assert isinstance(self.bound.days, OnDays)
            assert isinstance(extent.count, int)
            return listed.end(self.bound.days, self.first, extent.count, month_end)
        assert isinstance(extent, Levels)
        return moment_after(self.first, extent.each.times(len(self.levels)), month_end)

    def _elapsed_end(self, extent: For) -> Moment:
        from regimen.engine import elapsed

        span = elapsed.period(self.phase, extent)
        if self.first.time is None:
            words = f"the first moment of {self.title}"
            raise untimed(span, words, self.first, self.phase.place_of("for"))
        return self._later(self.first, span)

    def _later(self, moment: Moment, span: ElapsedSpan) -> Moment:
        assert moment.time is not None
        assert self.zone is not None
        return Moment(*local_after(moment.day, moment.time, span.minutes, self.zone))

    def end(self, where: Place) -> Moment:
        """The end of the phase's period. Raises Refusal, at the anchor, where it has none."""
        if isinstance(self.bound.extent, (For, Levels, Cycles)):
            return self.period_end()
        days = self.bound.days
        assert days is not None
        once = isinstance(days, Once)
        if once or isinstance(days, Offsets) or (isinstance(days, OnDays) and days.cycle is None):
            what = "a single dose has no end to count from"
            if not once:
                what = "it is listed once, and nothing says where it ends"
            raise refuse(
                rules.NO_END,
                f"{self.phase.subject}, {self.title}: {what}",
                "count from .last instead, as in 1 week after previous.last",
                where,
            )
        if isinstance(days, OnDays):
            from regimen.engine.cycles import end_of_cycle

            return end_of_cycle(self)
        if self.bound.elapsed:
            from regimen.engine.elapsed import offset_of

            assert isinstance(days, Every)
            return self._later(self.first, offset_of(days, len(self.slots)))
        if (self.skipped + len(self.slots)) % len(self.times):  # clock times are left that day
            day, clock = self.slots[-1]
            following = self.times[self.times.index(clock) + 1]
            return Moment(day, following)
        return place(days, self.first, self.last_place + 1, self.phase.month_end)

    def moment(self, at: int) -> Moment:
        """The phase's administration `at`, with what its months count from."""
        bound = self.bound
        assert bound.days is not None
        if bound.elapsed:
            return Moment(*self.slots[at])
        day = place(bound.days, self.first, self.place_of(at), bound.phase.month_end)
        return Moment(day.day, self.slots[at][1], day.month_origin, day.months)

    def last(self) -> Moment:
        """The last administration."""
        return self.moment(len(self.slots) - 1)

    def finish(self, where: Place, at: int = -1) -> Moment:
        """When the last administration, or the one at this position, has been given. Raises
        Refusal, at the anchor, where that is not known."""
        over, last = self.bound.over, self.moment(at % len(self.slots))
        if over is None:
            raise refuse(
                rules.NO_END,
                f"{self.phase.subject}, {self.title}: the protocol does not say over how long it is"
                " given",
                "write over: 2 hours (or another), or count from .last",
                where,
            )
        if last.time is None:
            raise untimed(over, f"the last dose of {self.phase.subject}", last, where)
        return self._later(last, over)

    def earliest(self) -> Moment:
        """The first administration."""
        if is_list(self.bound.days):
            return self.moment(0)
        day, clock = self.slots[0]
        if day == self.first.day:
            return Moment(day, clock, self.first.month_origin, self.first.months)
        return Moment(day, clock)

    def point(self, point: Point, where: Place) -> Moment:
        """The moment that an anchor at `where` means. Raises Refusal."""
        if point is Point.END:
            return self.end(where)
        if point is Point.BEGIN:
            return self.first
        if point is Point.FINISH:
            return self.finish(where)
        return self.earliest() if point is Point.FIRST else self.last()


def clamps_of(span: PhaseSpan) -> dict[date, int]:
    """The days on which the phase stands because a month lacks the day that was meant, and which
    day of the month that was."""
    first, days = span.first, span.bound.days
    if counts_months(days):
        meant = (first.month_origin or first.day).day
        return {day: meant for day, _ in span.slots if day.day != meant}
    if is_list(days):
        moments = (span.moment(at) for at in range(len(span.slots)))
        return {each.day: each.clamped_from for each in moments if each.clamped_from is not None}
    return {} if first.clamped_from is None else {first.day: first.clamped_from}


def untimed(span: ElapsedSpan, anchor: str, moment: Moment, where: Place) -> Refusal:
    """The refusal of hours that are counted from a day."""
    return refuse(
        rules.UNTIMED_ANCHOR,
        f"{span} cannot be counted from {anchor} ({moment}), which has no clock time",
        "write the offset in days, or give the anchor a clock time",
        where,
    )


def slot_order(slot: Slot) -> tuple[date, time]:
    return (slot[0], slot[1] or START_OF_DAY)


def _missed(slots: list[Slot], first: date, begins: time) -> int:
    """How many of these clock times lie on the first day before it begins."""
    return sum(day == first and clock is not None and clock < begins for day, clock in slots)


def _before(slot: Slot, end: Moment, *, included: bool) -> bool:
    day, clock = slot
    if day != end.day:
        return day < end.day
    if clock is None or end.time is None:
        return included
    return clock <= end.time if included else clock < end.time
