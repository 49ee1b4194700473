"""The moments that anchors mean: a point of a phase or course, a date, the start, and so long
before or after it (rules T5, T6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regimen import rules
from regimen.engine.bound import answer
from regimen.engine.clocks import local_after
from regimen.engine.phase_span import PhaseSpan, slot_order, untimed
from regimen.finding import Place, Refusal, refuse
from regimen.protocol import (
    Anchor,
    DateGiven,
    Point,
    PointOf,
    Previous,
    Ref,
    Start,
    Timed,
    Timeline,
)
from regimen.schedule import Beginning
from regimen.timing import CalendarSpan, ElapsedSpan, Moment, MonthEnd, moment_after

if TYPE_CHECKING:
    from regimen.engine.spans import Spans, Spot


def reached(
    spans: Spans, anchor: Anchor, spot: Spot, month_end: MonthEnd, where: Place
) -> tuple[Beginning, Moment] | None:
    """The moment the anchor means, and how it was found; None where a gap leaves it open."""
    base = anchor.base
    if isinstance(base, Previous):
        found = previous(spans, base, spot, where)
    else:
        found = tied(spans, base, where, spot)
    return None if found is None else at_offset(spans, anchor, found, month_end, where)


def fixed(spans: Spans, anchor: Anchor, where: Place) -> tuple[Beginning, Moment] | None:
    """The moment of an anchor that stands in no course, and how it was found; None where it
    rests on a decision."""
    names = [anchor.offset.name] if isinstance(anchor.offset, Ref) else []
    if isinstance(anchor.base, DateGiven):
        names.append(anchor.base.ref.name)
    if not spans.undecided.isdisjoint(names):
        return None
    assert not isinstance(anchor.base, Previous)  # refused when it was read
    found = tied(spans, anchor.base, where)
    return None if found is None else at_offset(spans, anchor, found, MonthEnd.CLAMP, where)


def at_offset(
    spans: Spans, anchor: Anchor, found: tuple[str, Moment], month_end: MonthEnd, where: Place
) -> tuple[Beginning, Moment]:
    """The anchor's base, which was found, moved by its offset."""
    words, moment = found
    if anchor.offset is None:
        base = anchor.base
        finish = isinstance(base, (PointOf, Previous)) and base.point is Point.FINISH
        return Beginning(words, moment, timed=finish), moment
    beginning = Beginning(words, moment, answer(anchor.offset, spans.plan), anchor.before)
    return beginning, moved(spans, beginning, month_end, where)


def moved(spans: Spans, beginning: Beginning, month_end: MonthEnd, where: Place) -> Moment:
    """The moment at the beginning's offset from its anchor. Raises Refusal."""
    offset, moment = beginning.offset, beginning.at
    if type(offset) is CalendarSpan:
        offset = offset.times(-1) if beginning.before else offset
        return moment_after(moment.on_date(), offset, month_end)
    assert isinstance(offset, ElapsedSpan)
    if moment.time is None:
        raise untimed(offset, beginning.anchor, moment, where)
    minutes = -offset.minutes if beginning.before else offset.minutes
    return Moment(*local_after(moment.day, moment.time, minutes, spans.zone))


def tied(
    spans: Spans, base: Start | DateGiven | PointOf, where: Place, asker: Spot | None = None
) -> tuple[str, Moment] | None:
    """A base that means the same wherever it stands, but for the rounds that the asker is
    in."""
    if isinstance(base, PointOf):
        other = spans.courses[base.course]
        if other.key in spans.grouped:
            from regimen.engine import rounds  # few protocols have any

            found = rounds.point(spans, base, where, asker)
            return None if found is None else (found[0].anchor, found[1])
        if base.phase is None:
            return point_of_course(spans, other, base.point, where)
        return point_of_phase(spans, other, base.phase, base.point, where)
    if isinstance(base, DateGiven):
        return base.ref.name.replace("_", " "), Moment(answer(base.ref, spans.plan))
    return "the start of the plan", spans.plan.start


def previous(spans: Spans, base: Previous, spot: Spot, where: Place) -> tuple[str, Moment] | None:
    if spot.course.key in spans.grouped:
        from regimen.engine import rounds  # few protocols have any

        found = rounds.previous(spans, base, spot, where)
        return None if found is None else (found[0].anchor, found[1])
    if spot.at == 0:
        raise nothing_before(where)
    span = spans.span(spot.course, spot.at - 1)
    if span is None or _is_open(span, base.point):
        return None
    return f"{base.point.words} of {span.title}", span.point(base.point, where)


def nothing_before(where: Place) -> Refusal:
    """The refusal of an anchor in a previous phase that there is not."""
    return refuse(
        rules.NOT_APPLIED,
        "no earlier phase of the course applies to this patient",
        "tie the phase to start, or check the choices",
        where,
    )


def point_of_phase(
    spans: Spans, course: Timeline, name: str, point: Point, where: Place
) -> tuple[str, Moment] | None:
    for at, phase in enumerate(spans.applied[course.key]):
        if name in (phase.name, phase.key):
            span = spans.span(course, at)
            if span is None or _is_open(span, point):
                return None
            words = words_of(spans, PointOf(course.key, name, point))
            return words, span.point(point, where)
    raise not_applied(f"{course.key}.{name}", where)


def point_of_course(
    spans: Spans, course: Timeline, point: Point, where: Place
) -> tuple[str, Moment] | None:
    applied = range(len(spans.applied[course.key]))
    if not applied:
        raise not_applied(course.key, where)
    words = words_of(spans, PointOf(course.key, None, point))
    if point is Point.BEGIN or point is Point.END:
        span = spans.span(course, applied[0 if point is Point.BEGIN else -1])
        if span is None or _is_open(span, point):
            return None
        return words, span.point(point, where)
    known = {each: spans.found(course, each) for each in applied}
    dated = [span for span in known.values() if span is not None]
    waiting = [
        each
        for each, span in known.items()
        if span is None and spans.name(course, each, ()) not in spans.never_begun
    ]
    if not dated and not waiting:
        spans.span(course, 0)  # refused, as nothing ever begins
    if point is Point.FIRST:
        first = first_of(spans, course, dated, waiting)
        return None if first is None else (words, first)
    if waiting or any(span.goes_on for span in dated):
        return None
    return words, max(dated, key=lambda span: slot_order(span.slots[-1])).point(point, where)


def first_of(
    spans: Spans, course: Timeline, dated: list[PhaseSpan], waiting: list[int]
) -> Moment | None:
    """The first administration, which is known as soon as its phase is; None while one that is
    still open, by its position, may come before it."""
    if not dated:
        return None
    phases = spans.applied[course.key]
    edge = min(dated, key=lambda span: slot_order(span.slots[0]))
    first = edge.earliest()
    head = phases.index(dated[0].phase)
    if any(at < head or may_precede(spans, phases[at], first) for at in waiting):
        return None
    return first


def may_precede(spans: Spans, phase: Timed, first: Moment) -> bool:
    """Whether a phase that is still open begins, by what is known of it, before a moment."""
    anchor = phase.begins
    if anchor is None or isinstance(anchor.base, (Previous, PointOf)):
        return False  # after something that is not known yet
    refs = [ref for ref in (anchor.offset, _date(anchor)) if isinstance(ref, Ref)]
    if any(answer(ref, spans.plan) is None for ref in refs):
        return False
    found = fixed(spans, anchor, phase.place_of("begins"))
    return found is None or found[1].day < first.day


def words_of(spans: Spans, base: PointOf) -> str:
    """`the last dose of b12, daily`."""
    unit = spans.courses[base.course].phases[0].unit
    point = base.point.words.replace("dose", unit)
    return f"{point} of {base.course}" + (f", {base.phase}" if base.phase else "")


def not_applied(name: str, where: Place) -> Refusal:
    """The refusal of an anchor in what this patient does not get."""
    return refuse(
        rules.NOT_APPLIED,
        f"{name} does not apply to this patient, so nothing can be tied to it",
        "check the choices, or tie the phase to something that always applies",
        where,
    )


def _date(anchor: Anchor) -> Ref | None:
    return anchor.base.ref if isinstance(anchor.base, DateGiven) else None


def _is_open(span: PhaseSpan, point: Point) -> bool:
    """Whether the point lies behind the horizon up to which the phase is drawn."""
    return span.goes_on and point not in (Point.BEGIN, Point.FIRST)
