"""What hangs on something that is still open: an end that nobody knows yet, or a decision that is
still to be made (rule T5). Nothing that the protocol has may be left out of a calendar unnamed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from regimen import rules
from regimen.engine import extents, rounds
from regimen.engine.bound import amount_of
from regimen.engine.inputs import applied_phases, every_end
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.sharing import in_words
from regimen.engine.spans import Spans
from regimen.engine.units import Unit
from regimen.finding import refuse
from regimen.protocol import (
    Anchor,
    AsNeeded,
    DateGiven,
    DoseExpression,
    Phase,
    Point,
    PointOf,
    Share,
    Timed,
    Timeline,
    Until,
    UntilStopped,
    UntilTotal,
    Visit,
)
from regimen.schedule import Dependent, Schedule

_Spot = tuple[str, int]  # a course or visit, and the position of a phase


class _Tie(Struct, frozen=True):
    """What a phase is tied to: the phases, and the point in words where an anchor names one; and
    whether only its end is tied to it."""

    spots: tuple[_Spot, ...]
    point: str = ""
    ends: bool = False


def dependents(spans: Spans, schedule: Schedule) -> tuple[Dependent, ...]:
    """Everything without days, or with some only, that is tied to something open, in the protocol's
    order. What is open itself is not among it."""
    found = [
        each for timeline in spans.protocol.timelines for each in _of_timeline(spans, timeline)
    ]
    shown = {each.written.key for each in schedule.as_needed}
    for item in spans.protocol.as_needed:
        if item.key not in shown and applied_phases(item, spans.plan):
            found += _as_needed(spans, item)
    return tuple(found)


def known_of(spans: Spans, base: PointOf) -> list[PhaseSpan]:
    """The spans that are known so far of a course, or of one of its phases."""
    course = spans.courses[base.course]
    return [span for at in _meant(spans, base) for span in _so_far(spans, course, at)[0]]


def _so_far(spans: Spans, course: Timeline, at: int) -> tuple[list[PhaseSpan], bool]:
    """The spans of a phase that are known, and whether that is all that it ever has."""
    return rounds.so_far(spans, course, Unit(at, at, 0, None), ())


def _is_open(spans: Spans, spot: _Spot) -> bool:
    return not _so_far(spans, spans.courses[spot[0]], spot[1])[1]


# --- what waits


def _of_timeline(spans: Spans, timeline: Timeline) -> Iterator[Dependent]:
    """What waits in one course or visit, its phases together that wait for the same."""
    phases = spans.applied[timeline.key]
    waiting: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[Timed]] = {}
    for at, phase in enumerate(phases):
        known, whole = _so_far(spans, timeline, at)
        own = _own(spans, timeline, phase)
        if whole or not spans.undecided.isdisjoint(own):
            continue
        if known:
            _refuse_shared(spans, phase)
        ties = [each for each in _ties(spans, timeline, at) if _open_of(spans, each)]
        if known and not ties:
            continue  # it goes on by itself
        if timeline.key in spans.going_on and (known or all(tie.ends for tie in ties)):
            continue  # it is drawn up to a day, or begins after it
        points = tuple(dict.fromkeys(_points(spans, (timeline.key, at))))
        answers = tuple(dict.fromkeys(_answers(spans, ties, {(timeline.key, at)})))
        if not answers and not own:
            answers = tuple(_counted_before(spans, timeline, at))
        if not answers:
            continue  # the source does not state it
        waiting.setdefault((points, answers, bool(known)), []).append(phase)
    for (points, answers, begun), parts in waiting.items():
        title = _title(timeline, parts, whole=len(parts) == len(phases))
        yield Dependent(title, points, answers, begun)


def _refuse_shared(spans: Spans, phase: Timed) -> None:
    """Raises Refusal where an amount is shared among doses of which nobody knows how many come."""
    if not isinstance(phase, Phase):
        return
    dose = amount_of(phase.dose, spans.plan)
    if isinstance(dose, DoseExpression) and dose.share is Share.IN_ALL:
        raise refuse(
            rules.SHARED_WHILE_OPEN,
            f"{phase.subject}: {in_words(dose)} is shared among all of its doses, and it is not"
            " known yet how many there are",
            "answer when it ends; or write the dose per administration",
            phase.place_of("dose"),
        )


def _title(timeline: Timeline, parts: list[Timed], *, whole: bool) -> str:
    visit = " (visit)" if isinstance(timeline, Visit) else ""
    if whole:
        return f"{timeline.key}{visit}"
    return f"{' and '.join(part.name or part.key for part in parts)} of {timeline.key}{visit}"


def _as_needed(spans: Spans, item: AsNeeded) -> Iterator[Dependent]:
    phase = applied_phases(item, spans.plan)[0]
    if not spans.undecided.isdisjoint(_own(spans, item, phase)):
        return
    anchors = [*_anchors(phase), *_ends_of(phase)]
    ties = [tie for anchor in anchors for tie in _tied(spans, anchor)]
    ties = [each for each in ties if _open_of(spans, each)]
    points = tuple(dict.fromkeys(each.point for each in ties))
    answers = tuple(dict.fromkeys(_answers(spans, ties, set())))
    yield Dependent(f"{item.key} (as needed)", points, answers, begun=False)


def _counted_before(spans: Spans, timeline: Timeline, at: int) -> Iterator[str]:
    """What the source does not state of earlier phases, whose doses a total counts."""
    phases = spans.applied[timeline.key]
    names = [name for before in phases[:at] for name in _own(spans, timeline, before)]
    assert names  # nothing waits for nothing
    yield from dict.fromkeys(names)


def _own(spans: Spans, timeline: Timeline, phase: Timed) -> list[str]:
    """What a phase itself waits for: decisions, and what its source does not state."""
    parameters, answers = spans.protocol.parameters, spans.plan.answers
    return [
        name
        for name in sorted(spans.waits_for(timeline, phase))
        if name in spans.undecided
        or (name in parameters and parameters[name].gap and name not in answers)
    ]


# --- for what it waits


def _open_of(spans: Spans, tie: _Tie) -> list[_Spot]:
    return [spot for spot in tie.spots if _is_open(spans, spot)]


def _points(spans: Spans, spot: _Spot) -> Iterator[str]:
    """The open points in other courses that a phase waits for, itself or with what is before it."""
    for tie in _ties(spans, spans.courses[spot[0]], spot[1]):
        for other in _open_of(spans, tie)[:1]:
            if tie.point and other[0] != spot[0]:
                yield tie.point
            elif other[0] == spot[0] and other[1] < spot[1]:
                yield from _points(spans, other)


def _answers(spans: Spans, ties: list[_Tie], seen: set[_Spot]) -> Iterator[str]:
    """What the plan must say until everything is known that the ties are open for."""
    for spot in (spot for tie in ties for spot in _open_of(spans, tie)):
        if spot in seen:
            continue
        seen.add(spot)
        timeline = spans.courses[spot[0]]
        phase = spans.applied[spot[0]][spot[1]]
        yield from _own(spans, timeline, phase)
        further = [each for each in _ties(spans, timeline, spot[1]) if _open_of(spans, each)]
        if _so_far(spans, timeline, spot[1])[0]:
            yield from _ends_unknown(spans, phase)
        elif not further and spot[0] in spans.going_on:
            yield "horizon"  # it begins after the day up to which the plan is drawn up
        yield from _answers(spans, further, seen)


def _ends_unknown(spans: Spans, phase: Timed) -> Iterator[str]:
    """What says when a phase ends that is drawn up to a horizon, or as far as is certain."""
    certain = extents.certain(spans, phase)
    if certain is not None:
        yield certain[0]
    for end in every_end(phase):
        if isinstance(end, UntilStopped) and end.stopped.name not in spans.plan.answers:
            yield end.stopped.name
        if isinstance(end, Until) and extents.is_open(spans, end):
            assert isinstance(end.anchor.base, DateGiven)
            yield end.anchor.base.ref.name


# --- to what it is tied


def _ties(spans: Spans, timeline: Timeline, at: int) -> Iterator[_Tie]:
    """Everything that decides where a phase begins and ends."""
    phases = spans.applied[timeline.key]
    phase = phases[at]
    for anchor in _anchors(phase, first=at == 0):
        yield from _tied(spans, anchor)
    for anchor in _ends_of(phase):
        yield from _tied(spans, anchor, ends=True)
    if at and (phase.groups[:1] == phases[at - 1].groups[:1] or not _begins(phase)):
        yield _Tie(((timeline.key, at - 1),))
    if any(isinstance(end, UntilTotal) for end in every_end(phase)):
        yield _Tie(tuple((timeline.key, before) for before in range(at)))


def _begins(phase: Timed) -> list[Anchor]:
    """Where it says itself that it begins, without what follows from the phase before."""
    parts = (*phase.groups, phase)
    return [each.begins for each in parts if each.begins and isinstance(each.begins.base, PointOf)]


def _anchors(phase: Timed, *, first: bool = True) -> Iterator[Anchor]:
    for part in (*phase.groups, phase):
        if part.begins is not None:
            yield part.begins
        elif first and part.course_begins is not None:
            yield part.course_begins


def _ends_of(phase: Timed) -> Iterator[Anchor]:
    return (end.anchor for end in every_end(phase) if isinstance(end, Until))


def _tied(spans: Spans, anchor: Anchor, *, ends: bool = False) -> Iterator[_Tie]:
    base = anchor.base
    if isinstance(base, PointOf):
        name = f"{base.course}.{base.phase}" if base.phase else base.course
        spots = tuple((base.course, at) for at in _meant(spans, base))
        yield _Tie(spots, f"{name}.{base.point}", ends)


def _meant(spans: Spans, base: PointOf) -> list[int]:
    """The positions of the phases in which a point may lie."""
    phases = spans.applied[base.course]
    if base.phase is not None:
        return [
            at
            for at, phase in enumerate(phases)
            if any(base.phase in (part.name, part.key) for part in (*phase.groups, phase))
        ]
    places = list(range(len(phases)))
    if base.point is Point.BEGIN:
        return places[:1]
    return places[-1:] if base.point is Point.END else places
