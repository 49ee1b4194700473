"""Where phases begin: at their anchor, at the start, or as they follow the one before (rule T5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regimen import rules
from regimen.engine import anchors
from regimen.engine.bound import BoundTiming
from regimen.engine.days import place, shortest_gap
from regimen.finding import Refusal, refuse
from regimen.protocol import Junction, OnWeekdays, Timed
from regimen.schedule import Beginning
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.engine.spans import Spans, Spot

_AT_ONCE = Junction.AT_ONCE


def beginning(spans: Spans, spot: Spot, bound: BoundTiming) -> tuple[Beginning, Moment] | None:
    phase, course, at = bound.phase, spot.course, spot.at
    if phase.begins is not None:
        return anchors.reached(spans, phase.begins, spot, phase.month_end, phase.place_of("begins"))
    if course.key in spans.grouped:
        from regimen.engine import rounds  # few protocols have any

        if at or spot.path or phase.course_begins is None:
            return rounds.beginning(spans, spot, bound)
    if at == 0:
        anchor = phase.course_begins
        if anchor is not None:
            return anchors.reached(spans, anchor, spot, phase.month_end, phase.place_of("begins"))
        return Beginning("the start of the plan", spans.plan.start), spans.plan.start
    previous = spans.span(course, at - 1)
    if previous is None or previous.goes_on:
        return None
    junction = phase.junction or spans.unstated
    if junction is _AT_ONCE:
        end = previous.end(phase.place)
        return Beginning(f"the end of {previous.title}", end), end
    assert bound.days is not None
    gap = shortest_gap(bound.days)
    if gap is None:
        raise no_gap(phase)
    words = f"the last dose of {previous.title}"
    told = Beginning(words, previous.last(), gap)
    first = anchors.moved(spans, told, phase.month_end, phase.place)
    if type(bound.days) is OnWeekdays:
        first = place(bound.days, first, 0, phase.month_end)
    return told, first


def no_gap(phase: Timed) -> Refusal:
    """The refusal of a wait for which there is no interval."""
    return refuse(
        rules.UNSTATED_JUNCTION,
        f"{phase.name or phase.subject} is a single dose and has no interval to wait out",
        "write when it is given, as in begins: 1 week after previous.last",
        phase.place,
    )
