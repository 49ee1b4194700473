"""Which days: is this day a place of the pattern?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from tests.properties.reference.listing import ListingReader
from tests.properties.reference.months import least_between, months_after, moved
from tests.properties.reference.stated import DAYS, TIMES, Phase
from tests.properties.reference.texts import (
    as_list,
    number_range,
    read_any_span,
    read_clock,
    read_count,
    read_span,
    read_weekdays,
    split,
)
from tests.properties.reference.values import (
    LONGEST_WALK,
    WEEKDAYS,
    Moment,
    Place,
    Refused,
    Span,
)
from tests.properties.reference.zones import minutes_after

SHORTEST_MONTH = 28


@dataclass(frozen=True)
class Pattern:
    """Which days: `every` a span; places in the `week`; a set of `weekdays`; `listed` days, counted
    from 0 here whatever the protocol calls them, once or again in each cycle of `span`; `offsets`
    at distances from the first moment; or only `once`."""

    kind: str
    span: Span | None = None
    places: tuple[int, ...] = ()
    first_day: int = 0
    offsets: tuple[str, ...] = ()
    grid: Span | None = None  # of the clock times between two of every day

    @property
    def is_finite(self) -> bool:
        return self.kind in ("once", "offsets") or (self.kind == "listed" and self.span is None)

    @property
    def is_elapsed(self) -> bool:
        """Whether real hours are counted, so that the first moment must have a clock time."""
        spans = [self.span, *(read_any_span(text) for text in self.offsets)]
        return any(span is not None and span.unit == "minutes" for span in spans)

    @property
    def days_of_span(self) -> int:
        """At least."""
        assert self.span is not None
        return self.span.count * (SHORTEST_MONTH if self.span.unit == "months" else 1)


class DaysReader(ListingReader):
    def pattern(self, phase: Phase) -> Pattern:
        return self.once("pattern", phase, self._pattern)

    def _pattern(self, phase: Phase) -> Pattern:
        said = phase.stated(DAYS)
        if len(said) > 1:
            raise Refused("two ways to say which days")
        for key, value in said.items():
            if value == "not stated":
                said = _filled_days(self.filled(phase, key, value))
        if "every" in said:
            span = read_any_span(self.filled(phase, "every", said["every"]))
            if span.unit == "minutes" and phase.stated(("between",)):
                return Pattern("every", Span(1, "days"), grid=span)
            return Pattern("every", span)
        if "times_per_week" in said:
            return self._times_per_week(phase, read_count(self.text(said["times_per_week"])))
        if "on" in said:
            texts = as_list(self.text(said["on"])) if isinstance(said["on"], str) else said["on"]
            return Pattern("weekdays", places=read_weekdays(", ".join(texts)))
        if "days" in said:
            return self._listed(phase, as_list(said["days"]))
        if "offsets" in said:
            return Pattern("offsets", offsets=tuple(as_list(said["offsets"])))
        if self.extent(phase) == {"doses": "1"}:
            return Pattern("once")
        raise Refused("which days is not said")

    def _times_per_week(self, phase: Phase, count: int) -> Pattern:
        if count > 7:
            raise Refused("more than one place a day")
        pins = self.pinned(phase, "on")
        if pins is None:
            return Pattern("week", places=tuple(7 * k // count for k in range(count)))
        days = read_weekdays(pins)
        if len(days) != count:
            raise Refused("not as many weekdays as places a week")
        return Pattern("weekdays", places=days)

    def _listed(self, phase: Phase, texts: list[str]) -> Pattern:
        first_day = int(phase.stated(("first_day",)).get("first_day", "1"))
        numbers: list[int] = []
        for text in texts:
            numbers += number_range(text)
        if not numbers or numbers != sorted(set(numbers)) or numbers[0] < first_day:
            raise Refused("days that do not ascend, or come before the first day")
        cycle = phase.stated(("cycle",)).get("cycle")
        span = None if cycle is None else read_span(self.text(cycle))
        places = tuple(number - first_day for number in numbers)
        found = Pattern("listed", span, places, first_day)
        if span is not None and places[-1] >= found.days_of_span:
            raise Refused("a day beyond its cycle")
        return found

    def begin_clock(self, phase: Phase) -> time | None:
        raise NotImplementedError

    def extent(self, phase: Phase) -> dict[str, str]:
        raise NotImplementedError

    # the walk

    def days(self, phase: Phase) -> Iterator[Place]:
        """Every day that is a place, however long the phase; ends only with the walk or a list."""
        begin, pattern = self.begin(phase), self.pattern(phase)
        if pattern.kind == "offsets":
            for text in pattern.offsets:
                at = moved(begin, read_any_span(text), 1, self.month_end(phase))
                yield Place(replace(at, clock=None), keys=(text,))
            return
        cycle, cycle_begin = 0, begin
        for n in range(LONGEST_WALK):
            day = begin.day + timedelta(days=n)
            if pattern.kind == "listed" and pattern.span is not None:
                following = moved(begin, pattern.span, cycle + 1, self.month_end(phase))
                if day == following.day:
                    cycle, cycle_begin = cycle + 1, following
            at = Moment(day, None, day, 0)
            if day == cycle_begin.day:
                at = replace(cycle_begin, clock=None)
            keys: tuple[str, ...] = (WEEKDAYS[day.weekday()],)
            if pattern.kind == "listed":
                number = (day - cycle_begin.day).days
                keys = (*keys, str(number + pattern.first_day))
                is_place = number in pattern.places
                if pattern.span is None and number > pattern.places[-1]:
                    return
            elif pattern.kind == "once":
                if n:
                    return
                is_place = True
            elif pattern.span is not None and pattern.span.unit == "months":
                months = 0 if n == 0 else self._months_to(phase, day)
                is_place = n == 0 or months is not None
                if months:
                    at = Moment(day, None, begin.origin, months)
            else:
                is_place = _is_place(pattern, begin.day, day)
            if is_place:
                yield Place(at, keys=keys, cycle=cycle)
        raise Refused("an end never reached")

    def _months_to(self, phase: Phase, day: date) -> int | None:
        """How many months after the origin this day is a place of a monthly pattern."""
        begin, span = self.begin(phase), self.pattern(phase).span
        assert span is not None
        near = 12 * (day.year - begin.origin.year) + day.month - begin.origin.month
        for months in (near - 1, near):  # one less where it rolled to the first of the next month
            counted = months > begin.months and (months - begin.months) % span.count == 0
            if counted and months_after(begin.origin, months, self.month_end(phase)) == day:
                return months
        return None

    def gap(self, phase: Phase) -> Span | None:
        """The least distance between two places; None for a single place."""
        pattern = self.pattern(phase)
        if pattern.kind == "every":
            return pattern.span
        if pattern.kind == "offsets":
            return least_between(tuple(read_any_span(text) for text in pattern.offsets))
        days = self._least_days(pattern)
        return None if days is None else Span(days, "days")

    def shortest_gap(self, phase: Phase) -> int | None:
        """In days, a month taken for 28 days, hours for nothing."""
        gap = self.gap(phase)
        if gap is None:
            return None
        return gap.count * {"minutes": 0, "days": 1, "months": SHORTEST_MONTH}[gap.unit]

    def _least_days(self, pattern: Pattern) -> int | None:
        if pattern.kind == "once" or (
            pattern.span is None and pattern.places[1:] == () and pattern.kind == "listed"
        ):
            return None
        places = sorted(pattern.places)
        if pattern.kind == "listed":
            again = [] if pattern.span is None else [places[0] + pattern.days_of_span]
        else:
            again = [places[0] + 7]
        return min(
            after - before for before, after in zip(places, [*places[1:], *again], strict=False)
        )

    def _in_real_time(self, begin: Moment, pattern: Pattern, policy: str) -> Iterator[Place]:
        """Counted in hours from the first moment; days keep its clock time."""
        if begin.clock is None:
            raise Refused("hours from a day without a clock time")
        if pattern.span is not None:
            for n in range(LONGEST_WALK):
                yield Place(minutes_after(begin, n * pattern.span.count, self.zone))
            raise Refused("an end never reached")
        for text in pattern.offsets:
            span = read_any_span(text)
            if span.unit == "minutes":
                yield Place(minutes_after(begin, span.count, self.zone), keys=(text,))
            else:
                yield Place(moved(begin, span, 1, policy), keys=(text,))

    # clock times

    def slots(self, phase: Phase) -> list[time | None]:
        """The clock times of each day, or one None for a dose that has a day only."""
        return self.once("slots", phase, self._slots)

    def _slots(self, phase: Phase) -> list[time | None]:
        grid = self.pattern(phase).grid
        if grid is not None:
            first, end = map(read_clock, phase.stated(("between",))["between"])
            minutes = range(_minute(first), _minute(end), grid.count)
            return [time(*divmod(minute, 60)) for minute in minutes]
        said = phase.stated(TIMES)
        if len(said) > 1:
            raise Refused("two ways to say what time")
        if said.get("at") == "not stated":
            clocks = [read_clock(text) for text in split(self.filled(phase, "at", "not stated"))]
        elif "at" in said:
            clocks = [read_clock(self.text(text)) for text in as_list(said["at"])]
        elif "times_per_day" in said:
            count = read_count(self.text(said["times_per_day"]))
            texts = self.pinned(phase, "at")
            if texts is None and count > 1:
                raise Refused("clock times are not given")
            if texts is None:
                return [None]
            clocks = [read_clock(text) for text in split(texts)]
            if len(clocks) != count:
                raise Refused("not as many clock times as times a day")
        else:
            texts = self.pinned(phase, "at")
            # what begins some hours after a clock time has one too
            return [read_clock(texts) if texts else self.begin_clock(phase)]
        if len(set(clocks)) != len(clocks):
            raise Refused("a clock time twice")
        return [*sorted(clocks)]

    def all_places(self, phase: Phase) -> Iterator[Place]:
        """Every slot of every day of the pattern from the first moment on."""
        begin, pattern = self.begin(phase), self.pattern(phase)
        if pattern.is_elapsed:
            yield from self._in_real_time(begin, pattern, self.month_end(phase))
            return
        slots = self.slots(phase)
        for place in self.days(phase):
            at = place.at
            for clock in slots:
                if at.day == begin.day and clock and begin.clock and clock < begin.clock:
                    continue
                keys = (*place.keys, f"{clock:%H:%M}") if clock else place.keys
                timed = Moment(at.day, clock, at.origin, at.months)
                yield replace(place, at=timed, keys=keys)


def _filled_days(text: str) -> dict[str, Any]:
    """`every 2 days`, `2 times a week`, `tue, fri`: the days as a plan gives them."""
    if text.startswith("every "):
        return {"every": text.removeprefix("every ")}
    if text.endswith(" times a week"):
        return {"times_per_week": text.removesuffix(" times a week")}
    return {"on": split(text)}


def _minute(clock: time) -> int:
    return 60 * clock.hour + clock.minute


def _is_place(pattern: Pattern, first: date, day: date) -> bool:
    if pattern.kind == "week":
        return (day - first).days % 7 in pattern.places
    if pattern.kind == "weekdays":
        return day.weekday() in pattern.places
    assert pattern.span is not None
    return (day - first).days % pattern.span.count == 0
