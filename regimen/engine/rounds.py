"""Rounds: the first moments of groups of phases that come again, and the points of what is in them
(rules T2, T5, T8).

A phase in groups has one span for each combination of their rounds. A combination is a path: the
position of the round of each group, the outermost first. Inside a round, what else is in it means
the same round; from outside, a point is that of all rounds together.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from regimen import rules
from regimen.engine import anchors, beginnings, extents, units
from regimen.engine.bound import BoundTiming, answer, bind
from regimen.engine.days import is_elapsed, place, shortest_gap
from regimen.engine.phase_span import PhaseSpan, slot_order
from regimen.engine.spans import Spans, Spot
from regimen.engine.units import RoundPath, Unit
from regimen.finding import Place, refuse
from regimen.protocol import (
    Anchor,
    Group,
    Junction,
    Once,
    OnWeekdays,
    Point,
    PointOf,
    Previous,
    Timed,
    Timeline,
)
from regimen.protocol.words import days_in_words
from regimen.schedule import Beginning
from regimen.timing import Moment

MOST_ROUNDS = 2000  # of a phase
First = tuple[Beginning, Moment]


class Rounds(Struct, frozen=True):
    """The first moments of a group that are known, the spans by which they were laid, if they
    were, and whether more may come."""

    firsts: list[First]
    laid: list[PhaseSpan]
    goes_on: bool


def paths(spans: Spans, course: Timeline, at: int, outer: RoundPath = ()) -> list[RoundPath] | None:
    """The rounds of the phase within an outer one; None where a gap or a decision leaves them
    open. Raises Refusal."""
    phase, found = spans.applied[course.key][at], [outer]
    for depth in range(len(outer), len(phase.groups)):
        deeper = []
        for path in found:
            rounds = rounds_of(spans, Spot(course, at, path))
            if rounds is None:
                return None
            deeper += [(*path, number) for number in range(len(rounds.firsts))]
            if len(deeper) > MOST_ROUNDS:
                raise _too_many(course, phase.groups[depth])
        found = deeper
    return found


def _too_many(course: Timeline, group: Group) -> Exception:
    name = course.key + (f", {group.subject}" if len(course.phases) > 1 else "")
    if group.begins is not None and group.begins.several and isinstance(group.pattern, Once):
        mend, place = "check how often that is given with which it comes", group.place_of("begins")
    else:
        mend = "check the interval and the duration of repeat"
        place = group.place_of("for", "times", "before", "through", "every")
    return refuse(rules.NEVER_ENDING, f"{name}: more than {MOST_ROUNDS} rounds", mend, place)


def so_far(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath
) -> tuple[list[PhaseSpan], bool]:
    """The spans of the phases in it that are known, within an outer round, and whether that is all
    that it ever has."""
    found, whole = [], True
    for at in range(unit.first, unit.last + 1):
        rounds = paths(spans, course, at, outer)
        whole &= rounds is not None and not _more_rounds(spans, course, at, outer)
        for path in rounds or ():
            span = spans.found(course, at, path)
            if span is not None:
                found.append(span)
                whole &= not span.goes_on
            elif spans.name(course, at, path) not in spans.never_begun:
                whole = False
    return found, whole


def _given(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath
) -> tuple[list[PhaseSpan], bool]:
    """The same, for what depends on it. Raises Refusal where none of it ever begins."""
    found, whole = so_far(spans, course, unit, outer)
    if whole and not found:
        rounds = paths(spans, course, unit.first, outer)
        assert rounds is not None
        spans.span(course, unit.first, rounds[0])  # refused
    return found, whole


def _more_rounds(spans: Spans, course: Timeline, at: int, outer: RoundPath) -> bool:
    """Whether more rounds may come, of a phase whose rounds are known so far."""
    known = paths(spans, course, at, outer) or ()
    around = {path[:to] for path in known for to in range(len(outer), len(path))}
    found = (rounds_of(spans, Spot(course, at, path)) for path in around)
    return any(rounds is not None and rounds.goes_on for rounds in found)


def all_rounds(spans: Spans, course: Timeline, at: int) -> list[PhaseSpan] | None:
    """The spans of a phase in all its rounds; None while one is open, or more may come."""
    found, whole = _given(spans, course, Unit(at, at, 0, None), ())
    return found if whole else None


# --- first moments


def rounds_of(spans: Spans, spot: Spot) -> Rounds | None:
    """The rounds of the group around the phase that has as many groups around it as the path is
    long; None where a gap or a decision leaves them open. Raises Refusal."""
    phases = spans.applied[spot.course.key]
    unit = units.unit_at(phases, spot.at, spot.depth)
    group = unit.group
    assert group is not None
    label = group.name or (group.key if len(spot.course.phases) > 1 else "")
    name = (spot.course.key, label, spot.path)
    spot = Spot(spot.course, unit.first, spot.path)
    found: Rounds | None = spans.once(name, group, lambda: _rounds(spans, spot, group))
    return found


def _rounds(spans: Spans, spot: Spot, group: Group) -> Rounds | None:
    if not spans.undecided.isdisjoint(group.needs):
        return None
    bound = bind(group, spans.plan)
    if bound.days is None or bound.extent is None:
        return None
    found = _bases(spans, spot, group)
    if found is None:
        return None
    bases, goes_on = found
    if isinstance(bound.days, Once):
        return Rounds(bases, [], goes_on)
    laid = []
    for beginning, first in bases:
        span = _laid(spans, spot, bound, beginning, first)
        if span is None:
            return None
        laid.append(span)
    goes_on |= any(span.goes_on for span in laid)
    return Rounds(list(_numbered(laid)), laid, goes_on)


def _laid(
    spans: Spans, spot: Spot, bound: BoundTiming, beginning: Beginning, first: Moment
) -> PhaseSpan | None:
    """The first moments of the rounds, laid from one moment on by the group's rule."""
    if is_elapsed(bound.days):
        span = spans.counted(bound, beginning, first)
    else:
        clock = first.time if beginning.sets_the_time else None
        span = PhaseSpan(bound, beginning, first, (clock,))
    if extents.fill(spans, span, spot) is None:
        return None
    if not span.slots:
        raise extents.empty(span)
    if len(span.slots) > MOST_ROUNDS:
        assert isinstance(bound.phase, Group)
        raise _too_many(spot.course, bound.phase)
    return span


def _numbered(laid: list[PhaseSpan]) -> Iterator[First]:
    count, number = sum(len(span.slots) for span in laid), 0
    for span in laid:
        assert span.bound.days is not None
        timed = is_elapsed(span.bound.days) or span.beginning.sets_the_time
        for at in range(len(span.slots)):
            number, moment = number + 1, span.moment(at)
            if at == 0 and moment.day == span.first.day:
                moment = span.first  # which may be in the evening
            words = f"round {number} of {count}, {days_in_words(span.bound.days)}"
            words += f", the first {span.beginning},"
            yield Beginning(words, moment, timed=timed), moment


def beginning(spans: Spans, spot: Spot, bound: BoundTiming) -> First | None:
    """Where a phase without a begins of its own begins in its round."""
    phases = spans.applied[spot.course.key]
    unit = units.unit_at(phases, spot.at, spot.depth)
    return _in_row(spans, spot, unit, bound)


def _bases(spans: Spans, spot: Spot, group: Group) -> tuple[list[First], bool] | None:
    """The moments from which the group's rounds are laid, and whether more may come."""
    course_begins = group.course_begins if spot.at == 0 else None
    anchor = group.begins or course_begins
    where = group.place_of("begins")
    if anchor is not None and anchor.several:
        return _each(spans, anchor, spot, where)
    if anchor is not None:
        reached = anchors.reached(spans, anchor, spot, group.month_end, where)
        return None if reached is None else ([reached], False)
    unit = units.unit_at(spans.applied[spot.course.key], spot.at, spot.depth)
    first_phase = bind(spans.applied[spot.course.key][spot.at], spans.plan)
    found = _in_row(spans, spot, unit, first_phase)
    return None if found is None else ([found], False)


def _in_row(spans: Spans, spot: Spot, unit: Unit, bound: BoundTiming) -> First | None:
    """Where a phase or group begins that follows others; `bound` is what it begins with."""
    course, path = spot.course, spot.path
    phases = spans.applied[course.key]
    before = units.before(phases, unit)
    if before is None:
        if not path:
            return Beginning("the start of the plan", spans.plan.start), spans.plan.start
        around = rounds_of(spans, Spot(course, spot.at, path[:-1]))
        assert around is not None  # or the phase would have no such round
        return around.firsts[path[-1]]
    part: Timed = unit.group or phases[unit.first]
    title = units.title(phases, before)
    if (part.junction or spans.unstated) is Junction.AT_ONCE:
        end = _end(spans, course, before, path, part.place)
        return None if end is None else (Beginning(f"the end of {title}", end), end)
    if bound.days is None:
        return None
    gap = shortest_gap(bound.days)
    if gap is None:
        raise beginnings.no_gap(part)
    given, whole = _given(spans, course, before, path)
    if not whole:
        return None
    found = Beginning(f"the last dose of {title}", _latest(given).last(), gap)
    first = anchors.moved(spans, found, part.month_end, part.place)
    if isinstance(bound.days, OnWeekdays):
        first = place(bound.days, first, 0, part.month_end)
    return found, first


# --- points


def point(spans: Spans, base: PointOf, where: Place, asker: Spot | None) -> First | None:
    """What an anchor means in a course that has groups: its words, without an offset, and moment.
    None where it is open. Raises Refusal."""
    course = spans.courses[base.course]
    phases = spans.applied[course.key]
    words = anchors.words_of(spans, base)
    if base.phase is None:
        unit = Unit(0, len(phases) - 1, 0, None)
        if base.point in (Point.BEGIN, Point.END):
            unit = units.unit_at(phases, 0 if base.point is Point.BEGIN else len(phases) - 1, 0)
    else:
        unit = units.named(spans, course, base.phase, where)
    outer = units.shared_round(spans, unit, course, asker)
    moment = _point(spans, course, unit, outer, base.point, where)
    return None if moment is None else (Beginning(words, moment), moment)


def previous(spans: Spans, of: Previous, spot: Spot, where: Place) -> First | None:
    """A point of what comes before in the same round."""
    unit = units.before_spot(spans, spot, where)
    title = units.title(spans.applied[spot.course.key], unit)
    moment = _point(spans, spot.course, unit, spot.path, of.point, where)
    return None if moment is None else (Beginning(f"{of.point.words} of {title}", moment), moment)


def _point(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath, of: Point, where: Place
) -> Moment | None:
    """A point of a phase or group, within a round that may lie outside or inside of it."""
    if of is Point.BEGIN:
        return _begin(spans, course, unit, outer)
    if of is Point.END:
        outside = _outside(spans, course, unit, outer)
        return None if outside is None else _end(spans, course, unit, outside[-1], where)
    given, whole = _given(spans, course, unit, outer)
    if of is Point.FIRST:
        return _first(spans, course, unit, outer, given)
    if not whole:
        return None
    latest = _latest(given)
    return latest.finish(where) if of is Point.FINISH else latest.last()


def _first(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath, given: list[PhaseSpan]
) -> Moment | None:
    """The first administration, which is known as soon as its phase is; None while one that is
    still open may come before it."""
    if not given:
        return None
    first = min(given, key=lambda span: slot_order(span.slots[0])).earliest()
    phases = spans.applied[course.key]
    head = next(at for at, phase in enumerate(phases) if phase is given[0].phase)
    for at in range(unit.first, unit.last + 1):
        whole = so_far(spans, course, Unit(at, at, unit.depth, None), outer)[1]
        if not whole and (
            at < head or anchors.may_precede(spans, units.outermost(phases[at]), first)
        ):
            return None
    return first


def _outside(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath
) -> list[RoundPath] | None:
    """The rounds in which the unit as a whole stands."""
    whole = paths(spans, course, unit.first, outer[: unit.depth])
    return whole and list(dict.fromkeys(path[: unit.depth] for path in whole))


def _may_be_absent(spans: Spans, course: Timeline, unit: Unit) -> bool:
    """Whether it is not decided yet that any of it is given at all."""
    phases = spans.applied[course.key][unit.first : unit.last + 1]
    return all(
        any(condition.parameter in spans.undecided for condition in phase.when) for phase in phases
    )


def _begin(spans: Spans, course: Timeline, unit: Unit, outer: RoundPath) -> Moment | None:
    outside = _outside(spans, course, unit, outer)
    if outside is None:
        return None
    if unit.group is None:
        span = spans.span(course, unit.first, outside[0])
        return None if span is None else span.first
    rounds = rounds_of(spans, Spot(course, unit.first, outside[0]))
    assert rounds is not None
    if _may_be_absent(spans, course, unit):
        return None
    return rounds.firsts[outer[unit.depth] if len(outer) > unit.depth else 0][1]


def _end(
    spans: Spans, course: Timeline, unit: Unit, outer: RoundPath, where: Place
) -> Moment | None:
    """Where the unit ends: a group where its next round would have come."""
    if unit.group is None:
        span = spans.span(course, unit.first, outer)
        return None if span is None or span.goes_on else span.end(where)
    rounds = rounds_of(spans, Spot(course, unit.first, outer))
    if rounds is None or _may_be_absent(spans, course, unit):
        return None
    if rounds.laid:
        return None if rounds.goes_on else rounds.laid[-1].end(where)
    if unit.group.begins is not None and unit.group.begins.several:
        raise refuse(
            rules.NO_END,
            f"{unit.group.subject}: it comes with each dose of another, and nothing says where it"
            " ends",
            "count from .last instead, as in 1 week after previous.last",
            where,
        )
    phases = spans.applied[course.key]
    return _end(spans, course, units.unit_at(phases, unit.last, unit.depth + 1), (*outer, 0), where)


def _latest(given: list[PhaseSpan]) -> PhaseSpan:
    return max(given, key=lambda span: slot_order(span.slots[-1]))


# --- each


def _each(
    spans: Spans, anchor: Anchor, spot: Spot, where: Place
) -> tuple[list[First], bool] | None:
    """The moment at every administration that the anchor names and that is known, and whether more
    may come; None while none is known. Raises Refusal."""
    base, course = anchor.base, spot.course
    if isinstance(base, Previous):
        unit, outer = units.before_spot(spans, spot, where), spot.path
        name = units.title(spans.applied[course.key], unit)
    else:
        assert isinstance(base, PointOf)
        course, name = spans.courses[base.course], base.course
        phases = spans.applied[course.key]
        if not phases:
            raise anchors.not_applied(course.key, where)
        unit = Unit(0, len(phases) - 1, 0, None)
        if base.phase is not None:
            unit, name = units.named(spans, course, base.phase, where), f"{name}, {base.phase}"
        outer = units.shared_round(spans, unit, course, spot)
    given, whole = _given(spans, course, unit, outer)
    if not given:
        return None
    month_end = spans.applied[spot.course.key][spot.at].month_end
    finish = base.point is Point.EACH_FINISH
    found = []
    for number, (span, at) in enumerate(_in_order(given), 1):
        words = f"{span.phase.unit} {number} of {name}"
        moment = span.finish(where, at) if finish else span.moment(at)
        words = f"the finish of {words}" if finish else words
        offset = answer(anchor.offset, spans.plan)
        told = Beginning(words, moment, offset, anchor.before, timed=finish and offset is None)
        found.append(
            (told, moment if offset is None else anchors.moved(spans, told, month_end, where))
        )
    return found, not whole


def _in_order(given: list[PhaseSpan]) -> list[tuple[PhaseSpan, int]]:
    places = [(span, at) for span in given for at in range(len(span.slots))]
    places.sort(key=lambda each: slot_order(each[0].slots[each[1]]))
    return places
