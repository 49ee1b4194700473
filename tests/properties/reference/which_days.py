"""Which days: is this day a place of the pattern?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from tests.properties.reference.months import months_after
from tests.properties.reference.stated import DAYS, TIMES, Phase, StatedReader
from tests.properties.reference.texts import (
    as_list,
    read_clock,
    read_count,
    read_span,
    read_weekdays,
    split,
)
from tests.properties.reference.values import LONGEST_WALK, Moment, Refused, Span


@dataclass(frozen=True)
class Pattern:
    """Which days: `every` a span, places in the `week`, a set of `weekdays`, or only `once`."""

    kind: str
    span: Span | None = None
    places: frozenset[int] = frozenset()


class DaysReader(StatedReader):
    def pattern(self, phase: Phase) -> Pattern:
        return self.once("pattern", phase, self._pattern)

    def _pattern(self, phase: Phase) -> Pattern:
        said = phase.stated(DAYS)
        if len(said) > 1:
            raise Refused("two ways to say which days")
        if "every" in said:
            return Pattern("every", span=read_span(self.text(said["every"])))
        if "times_per_week" in said:
            count = read_count(self.text(said["times_per_week"]))
            if count > 7:
                raise Refused("more than one place a day")
            pins = self.pinned(phase, "on")
            if pins is None:
                return Pattern("week", places=frozenset(7 * k // count for k in range(count)))
            days = read_weekdays(pins)
            if len(days) != count:
                raise Refused("not as many weekdays as places a week")
            return Pattern("weekdays", places=days)
        if "on" in said:
            texts = [self.text(text) for text in as_list(said["on"])]
            return Pattern("weekdays", places=read_weekdays(", ".join(texts)))
        if self.extent(phase) == {"doses": "1"}:
            return Pattern("once")
        raise Refused("which days is not said")

    def extent(self, phase: Phase) -> dict[str, str]:
        raise NotImplementedError

    def days(self, phase: Phase) -> Iterator[Moment]:
        """Every day that is a place, however long the phase; ends only with the walk."""
        begin, pattern = self.begin(phase), self.pattern(phase)
        for n in range(LONGEST_WALK):
            day = begin.day + timedelta(days=n)
            if n == 0 and pattern.kind in ("every", "once"):
                yield Moment(day, None, begin.origin, begin.months)
            elif pattern.kind == "once":
                return
            elif pattern.span is not None and pattern.span.unit == "months":
                months = self._months_to(phase, day)
                if months is not None:
                    yield Moment(day, None, begin.origin, months)
            elif _is_place(pattern, begin.day, day):
                kept = begin if n == 0 else Moment(day, None, day, 0)
                yield Moment(day, None, kept.origin, kept.months)
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

    def shortest_gap(self, phase: Phase) -> int:
        """In days, the least distance between two places; a month is taken for 28 days."""
        pattern = self.pattern(phase)
        if pattern.kind == "once":
            return LONGEST_WALK
        if pattern.span is not None:
            return pattern.span.count * (28 if pattern.span.unit == "months" else 1)
        places = sorted(pattern.places)
        return min(
            (after - before - 1) % 7 + 1
            for before, after in zip(places, places[1:] + places[:1], strict=True)
        )

    def slots(self, phase: Phase) -> list[time | None]:
        """The clock times of each day, or one None for a dose that has a day only."""
        said = phase.stated(TIMES)
        if len(said) > 1:
            raise Refused("two ways to say what time")
        if "at" in said:
            clocks = [read_clock(self.text(text)) for text in as_list(said["at"])]
        elif "times_per_day" in said:
            count = read_count(self.text(said["times_per_day"]))
            texts = self.pinned(phase, "at")
            if texts is None:
                raise Refused("clock times are not given")
            clocks = [read_clock(text) for text in split(texts)]
            if len(clocks) != count:
                raise Refused("not as many clock times as times a day")
        else:
            return [None]
        if len(set(clocks)) != len(clocks):
            raise Refused("a clock time twice")
        return [*sorted(clocks)]

    def all_places(self, phase: Phase) -> Iterator[Moment]:
        """Every slot of every day of the pattern from the first moment on."""
        begin, slots = self.begin(phase), self.slots(phase)
        for day in self.days(phase):
            for clock in slots:
                if day.day == begin.day and clock and begin.clock and clock < begin.clock:
                    continue
                yield Moment(day.day, clock, day.origin, day.months)


def _is_place(pattern: Pattern, first: date, day: date) -> bool:
    if pattern.kind == "week":
        return (day - first).days % 7 in pattern.places
    if pattern.kind == "weekdays":
        return day.weekday() in pattern.places
    assert pattern.span is not None
    return (day - first).days % pattern.span.count == 0
