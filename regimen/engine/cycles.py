"""Where cycles end, and what of the last one is not given (rules T2, T8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from regimen.engine import listed
from regimen.engine.phase_span import START_OF_DAY, PhaseSpan
from regimen.protocol import OnDays, Until, UntilStopped
from regimen.schedule import CutShort
from regimen.timing import Moment


def end_of_cycle(span: PhaseSpan) -> Moment:
    """When the cycle is over in which the phase ends: the same for every course of the cycle,
    whichever of its days are that course's."""
    days, month_end = span.bound.days, span.phase.month_end
    assert isinstance(days, OnDays)
    return listed.end(days, span.first, _cycles(span, days), month_end)


def _cycles(span: PhaseSpan, days: OnDays) -> int:
    """How many cycles the phase has begun, the last one perhaps not to its end."""
    cycles = span.last_place // len(days.days) + 1
    if span.limit is not None:
        limit, included = span.limit
        while not _over(
            listed.end(days, span.first, cycles, span.phase.month_end), limit, included
        ):
            cycles += 1
    return cycles


def _over(end: Moment, limit: Moment, included: bool) -> bool:
    """Whether a cycle that ends there reaches to the limit, itself counted or not."""
    if not included:
        return _order(end, START_OF_DAY) >= _order(limit, START_OF_DAY)
    return _order(end, START_OF_DAY) > _order(limit, time.max)


def _order(moment: Moment, untimed: time) -> tuple[date, time]:
    return moment.day, moment.time or untimed


def cut_short(spans: Sequence[Sequence[PhaseSpan]]) -> tuple[CutShort, ...]:
    """The last cycles that are not given to their end, because something ends them."""
    return tuple(found for course in spans for span in course for found in _cut_short(span))


def _cut_short(span: PhaseSpan) -> list[CutShort]:
    days = span.bound.days
    ends = isinstance(span.bound.extent, (Until, UntilStopped)) and not span.goes_on
    if not ends or not isinstance(days, OnDays) or days.cycle is None:
        return []
    cycles = _cycles(span, days)
    left = [
        (
            days.days[index % len(days.days)],
            listed.place(days, span.first, index, span.phase.month_end).day,
        )
        for index in range(span.last_place + 1, cycles * len(days.days))
    ]
    return [CutShort(span.phase.subject, cycles, tuple(left))] if left else []
