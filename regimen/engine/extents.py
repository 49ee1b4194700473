"""How far phases reach: the administrations in an extent, and ends that are not known yet (rules
T1, T3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from regimen import rules
from regimen.engine import anchors
from regimen.engine.phase_span import MOST_DOSES, PhaseSpan
from regimen.finding import Refusal, refuse
from regimen.protocol import (
    Cycles,
    DateGiven,
    DoseExpression,
    Doses,
    Earliest,
    Every,
    Extent,
    For,
    Limit,
    Phase,
    Point,
    PointOf,
    Ref,
    Share,
    Start,
    Timed,
    Timeline,
    TimesPerWeek,
    Until,
    UntilStopped,
    UntilTotal,
    WholeList,
)
from regimen.schedule import NeverBegun
from regimen.timing import EARLIEST, LATEST, CalendarSpan, ElapsedSpan, Moment

if TYPE_CHECKING:
    from regimen.engine.spans import Spans, Spot

MOST_IN_ALL = 20_000  # doses of a plan
_LAST, _FINISH = Point.LAST, Point.FINISH


def fill(spans: Spans, span: PhaseSpan, spot: Spot) -> PhaseSpan | None:
    """The span with what lies in its extent; None where that rests on something open."""
    extent = span.bound.extent
    if type(extent) is For:
        span.fill(MOST_DOSES + 1, span.period_end())
    elif type(extent) is Doses:
        assert isinstance(extent.count, int)
        span.fill(extent.count)
    elif type(extent) is WholeList:
        span.fill(MOST_DOSES + 1)
    elif isinstance(extent, (Earliest, UntilStopped, UntilTotal)):
        from regimen.engine import ends  # few phases end so

        if ends.fill(spans, span, spot, extent) is None:
            return None
    elif type(extent) is Until:
        if up_to(spans, span, spot, extent) is None:
            return None
    else:
        span.fill(MOST_DOSES + 1, span.period_end())
    if not span.slots:
        if span.stopped is None:
            raise empty(span)
        return span
    if span.slots[0][0] < EARLIEST or span.slots[-1][0] >= LATEST:
        raise OverflowError
    return span


def up_to(spans: Spans, span: PhaseSpan, spot: Spot, extent: Until) -> PhaseSpan | None:
    """The span up to its end, or as far as that is known; None where nothing is."""
    phase, reached = span.phase, None
    where = phase.place_of("before", "through")
    if not is_open(spans, extent):
        reached = anchors.reached(spans, extent.anchor, spot, phase.month_end, where)
    if reached is not None:
        span.fill(MOST_DOSES + 1, reached[1], included=extent.included)
        return span
    from regimen.engine import ends

    if outlasts(spans, extent, spot.course):
        return ends.up_to_horizon(spans, span, spot.course)
    return ends.as_far_as_certain(spans, span, spot, extent)


def empty(span: PhaseSpan) -> Refusal:
    """The refusal of an extent in which nothing lies."""
    phase = span.phase
    return refuse(
        rules.EMPTY_PHASE,
        f"{phase.subject}, {span.title}: begins on {span.first} and has no {phase.unit}",
        "check its end, and where it begins",
        phase.place_of("before", "through", "for", "until"),
    )


def is_open(spans: Spans, end: Until) -> bool:
    """Whether an end is not known yet up to which the plan has a horizon."""
    return (
        end.horizon is not None
        and isinstance(end.anchor.base, DateGiven)
        and end.anchor.base.ref.name in spans.undecided
        and end.horizon.name in spans.plan.answers
    )


def outlasts(spans: Spans, end: Until, asker: Timeline) -> bool:
    """Whether an end that is not reached lies behind the plan's horizon."""
    base = end.anchor.base
    if isinstance(base, (Start, DateGiven)) or end.anchor.before:
        return is_open(spans, end)
    course = spans.courses[base.course] if isinstance(base, PointOf) else asker
    if isinstance(base, PointOf) and base.phase is None and base.point in (_LAST, _FINISH):
        return course.key in spans.going_on  # whatever else is to be decided about it
    return course.key in spans.going_on and all(
        spans.undecided.isdisjoint(spans.waits_for(course, phase))
        for phase in spans.applied[course.key]
    )


def filled(spans: Spans, span: PhaseSpan, spot: Spot) -> PhaseSpan | None:
    """The span of a phase with its administrations."""
    if fill(spans, span, spot) is None:
        return None
    if not span.slots:
        assert span.stopped is not None
        title = spot.course.key + (f", {span.title}" if len(spot.course.phases) > 1 else "")
        name = spans.name(spot.course, spot.at, spot.path)
        spans.never_begun[name] = NeverBegun(title, span.first.day, span.stopped)
        return None
    phase, count = span.bound.phase, len(span.slots)
    spans.doses += count
    if count > MOST_DOSES or spans.doses > MOST_IN_ALL:
        title = f"{phase.subject}, {span.title}"
        which = f"{title}: more than {MOST_DOSES}"
        if count <= MOST_DOSES:
            which = f"up to {title}, the plan has more than {MOST_IN_ALL}"
        raise refuse(
            rules.NEVER_ENDING,
            f"{which} {phase.unit}s",
            "check the interval and the duration",
            phase.place,
        )
    if span.skipped and span.loses_a_dose:
        times = " and ".join(f"{clock:%H:%M}" for clock in span.times[: span.skipped] if clock)
        raise refuse(
            rules.LOST_DOSE,
            f"{phase.subject}, {span.title}: begins on {span.first}, after {times} of that day,"
            f" and the next dose of the pattern is on {Moment(*span.slots[0])}",
            "begin earlier that day, or on the next day; or give a later clock time",
            phase.place_of("at", "times_per_day", "begins"),
        )
    return span


def certain(spans: Spans, phase: Timed) -> tuple[str, Extent] | None:
    """How long a phase is at the least, where that is still to be decided and its limits say
    so; and what it is called that is to be decided."""
    extent = phase.extent
    if not isinstance(extent, (For, Doses, Cycles)):
        return None
    value = extent.span if isinstance(extent, For) else extent.count
    if not isinstance(value, Ref) or value.name not in spans.undecided:
        return None
    least = spans.protocol.parameters[value.name].at_least
    if least is None or _is_shared(phase) or _counts_by(phase, value):
        return None
    return value.name, _of_length(extent, least)


def _is_shared(phase: Timed) -> bool:
    """Whether its doses are parts of an amount in all, which rest on how many there are."""
    dose = phase.dose if isinstance(phase, Phase) else None
    return isinstance(dose, DoseExpression) and dose.share is Share.IN_ALL


def _counts_by(phase: Timed, length: Ref) -> bool:
    """Whether its days rest on the same answer as its length."""
    days = phase.pattern
    return (isinstance(days, TimesPerWeek) and days.count == length) or days == Every(length)


def _of_length(extent: For | Doses | Cycles, length: Limit) -> Extent:
    if isinstance(extent, For):
        assert isinstance(length, (CalendarSpan, ElapsedSpan))
        return For(length)
    assert isinstance(length, int)
    return replace(extent, count=length)
