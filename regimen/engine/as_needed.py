"""What may be given as needed, and how much that is at the most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine import anchors, extents
from regimen.engine.bound import Bound, answer, bind
from regimen.engine.dosing import dose_of, scaled
from regimen.engine.ends import horizon
from regimen.engine.inputs import applied_phases
from regimen.engine.spans import Spans
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import (
    AsNeeded,
    Cap,
    CapBasis,
    DoseExpression,
    Doses,
    For,
    Phase,
    Until,
    UntilStopped,
)
from regimen.schedule import AtMost, Dose
from regimen.timing import CalendarSpan, ElapsedSpan, Moment, Span, moment_after

_DAY = 24 * 60  # minutes


class _Period(Struct, frozen=True):
    """Until when something may be given, itself not counted, and how many minutes that is; both
    None where only a number of doses ends it."""

    until: Moment | None = None
    minutes: int | None = None


def at_most(spans: Spans) -> tuple[AtMost, ...]:
    """Everything that this plan may give as needed, as far as it is decided. Raises Refusal."""
    found = (_at_most(item, spans) for item in spans.protocol.as_needed)
    return tuple(each for each in found if each is not None)


def _at_most(item: AsNeeded, spans: Spans) -> AtMost | None:
    applied, plan = applied_phases(item, spans.plan), spans.plan
    if not applied or not spans.undecided.isdisjoint(spans.waits_for(item, applied[0])):
        return None
    phase = applied[0]
    assert isinstance(phase, Phase)
    bound = bind(phase, plan)
    assert isinstance(bound, Bound)
    since = _since(phase, spans)
    period = None if since is None else _period(item, bound, since, spans)
    if since is None or period is None:
        return None
    dose = _dose(bound, plan)
    assert bound.route is not None  # refused where it is not stated
    doses = min(_limits(item, bound, dose, period, plan))
    in_a_day = min(doses, *_limits(item, bound, dose, _Period(minutes=_DAY), plan))
    return AtMost(item, phase, bound.route, dose, since, period.until, doses, in_a_day)


# --- from when to when


def _since(phase: Phase, spans: Spans) -> Moment | None:
    if phase.begins is None:
        return spans.plan.start
    found = anchors.fixed(spans, phase.begins, phase.place_of("begins"))
    return None if found is None else found[1]


def _period(item: AsNeeded, bound: Bound, since: Moment, spans: Spans) -> _Period | None:
    """None where the end rests on a decision."""
    extent, phase = bound.extent, bound.phase
    if isinstance(extent, Doses):
        return _Period()
    if isinstance(extent, For):
        assert isinstance(extent.span, CalendarSpan)
        until, more = moment_after(since, extent.span, phase.month_end), 0
    else:
        assert isinstance(extent, (Until, UntilStopped))
        end = _end(item, phase, extent, spans)
        if end is None:
            return None
        until, included = end
        more = 0
        if included and until.time is None:
            until = Moment(until.day + timedelta(days=1))
        elif included:
            more = 1  # the moment itself
    minutes = (_clock(until) - _clock(since)) // timedelta(minutes=1) + more
    if minutes <= 0:
        raise refuse(
            rules.EMPTY_PHASE,
            f"{phase.drug} as needed: begins on {since} and ends on {until}",
            "check its end, and where it begins",
            phase.place_of("before", "through"),
        )
    return _Period(until, minutes)


def _end(
    item: AsNeeded, phase: Phase, extent: Until | UntilStopped, spans: Spans
) -> tuple[Moment, bool] | None:
    """The moment up to which something may be given, and whether it is itself counted."""
    if isinstance(extent, UntilStopped):
        stopped = answer(extent.stopped, spans.plan)
        return (Moment(horizon(spans, item)), True) if stopped is None else (Moment(stopped), False)
    found = anchors.fixed(spans, extent.anchor, phase.place_of("before", "through"))
    if found is not None:
        return found[1], extent.included
    return (Moment(horizon(spans, item)), True) if extents.outlasts(spans, extent, item) else None


def _clock(moment: Moment) -> datetime:
    return datetime.combine(moment.day, (moment.time or time.min).replace(fold=0))


# --- how much


def _dose(bound: Bound, plan: Plan) -> Dose:
    """One dose. A cap per day limits how often it is given, and not how much."""
    assert isinstance(bound.dose, DoseExpression)  # it is always stated
    caps = tuple(cap for cap in bound.caps if cap.basis is not CapBasis.DAY)
    return dose_of(replace(bound, caps=caps), bound.dose, plan, 1)


def _limits(item: AsNeeded, bound: Bound, dose: Dose, period: _Period, plan: Plan) -> Iterator[int]:
    """How many doses each of the limits allows."""
    if isinstance(bound.extent, Doses):
        assert isinstance(bound.extent.count, int)
        yield bound.extent.count
    if period.minutes is None:
        return
    days = -(-period.minutes // _DAY)  # rounded up
    if item.per_day is not None:
        yield item.per_day * days
    for cap in bound.caps:
        if cap.basis is CapBasis.DAY:
            yield _in_a_day(bound, cap, dose, plan) * days
    if item.min_gap is not None:
        yield -(-period.minutes // _in_minutes(item.min_gap))


def _in_a_day(bound: Bound, cap: Cap, dose: Dose, plan: Plan) -> int:
    most = scaled(cap, plan)
    doses = floor(most.over(dose.ordered))
    if not doses:
        raise refuse(
            rules.CAP_IMPOSSIBLE,
            f"one dose is {dose.ordered}, and {most} is the most in a day",
            "check the dose and the limit",
            bound.phase.place_of("max"),
        )
    return doses


def _in_minutes(span: Span) -> int:
    return span.minutes if isinstance(span, ElapsedSpan) else span.days * _DAY
