"""Whether every anchor of a protocol names a course and phase that exist."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Finding, Place, quoted
from regimen.protocol import (
    Anchor,
    Phase,
    PointOf,
    Previous,
    Timed,
    Timeline,
    Until,
    Visit,
    ends_of,
)

if TYPE_CHECKING:
    from regimen.protocol.tolerance import Tolerance


def unknown_anchors(timelines: tuple[Timeline, ...]) -> Iterator[Finding]:
    """A finding for each anchor that names nothing."""
    known = {each.key: each for each in timelines}
    for timeline in timelines:
        for at, phase in enumerate(timeline.phases):
            for depth, part in enumerate((*phase.groups, phase)):
                for anchor, place in _own_anchors(part):
                    first = _is_first(timeline.phases, at, depth)
                    yield from unknown(anchor, place, known, first=first)
            if isinstance(phase, Phase) and phase.tolerance is not None:
                yield from _unknown_of_tolerance(phase, phase.tolerance, timeline, known)


def _is_first(phases: tuple[Timed, ...], at: int, depth: int) -> bool:
    """Whether nothing comes before the phase, or the group at this depth around it, in the same
    round."""
    around = phases[at].groups[:depth]
    inside = phases[at].groups[: depth + 1]
    before = at - 1
    while before >= 0 and len(inside) > depth and phases[before].groups[: depth + 1] == inside:
        before -= 1
    return before < 0 or phases[before].groups[:depth] != around


def anchors_of(phase: Timed) -> Iterator[tuple[Anchor, Place]]:
    """Every anchor of the phase, and of the groups around it."""
    for part in (*phase.groups, phase):
        yield from _own_anchors(part)


def _own_anchors(phase: Timed) -> Iterator[tuple[Anchor, Place]]:
    for anchor in (phase.begins, phase.course_begins):
        if anchor is not None:
            yield anchor, phase.place_of("begins")
    for end in ends_of(phase.extent):
        if isinstance(end, Until):
            yield end.anchor, phase.place_of("before", "through")


def unknown(
    anchor: Anchor, place: Place, known: dict[str, Timeline], *, first: bool
) -> Iterator[Finding]:
    """A finding where the anchor names nothing; `first` says that nothing is before it."""
    base = anchor.base
    if isinstance(base, Previous) and first:
        yield Finding(
            rules.UNKNOWN_ANCHOR,
            "the first phase of a course has no previous one",
            "name the course or phase it follows, or start",
            place,
        )
    if not isinstance(base, PointOf):
        return
    course = known.get(base.course)
    if course is None:
        yield _no_such(_kinds(known), base.course, list(known), place)
    elif base.phase is not None and find_phase(course, base.phase) is None:
        names = dict.fromkeys(part.name or part.key for part in parts_of(course))
        yield _no_such(f"phase of {base.course}", base.phase, [*filter(None, names)], place)


def _unknown_of_tolerance(
    phase: Phase, tolerance: Tolerance, timeline: Timeline, known: dict[str, Timeline]
) -> Iterator[Finding]:
    for gap in tolerance.min_gaps:
        if gap.after is not None:
            yield from unknown(Anchor(gap.after), phase.place_of("min_gap"), known, first=False)
    for rule in tolerance.late:
        if rule.phase is not None and find_phase(timeline, rule.phase) is None:
            names = [each.name or each.key for each in timeline.phases]
            kind = f"phase of {timeline.key}"
            yield _no_such(kind, rule.phase, names, phase.place_of("late"))


def _kinds(known: dict[str, Timeline]) -> str:
    visits = any(isinstance(each, Visit) for each in known.values())
    return "course or visit" if visits else "course"


def _no_such(kind: str, name: str, names: list[str], place: Place) -> Finding:
    close = get_close_matches(name, names, n=1)
    return Finding(
        rules.UNKNOWN_ANCHOR,
        f"there is no {kind} {quoted(name)}"
        + (f"; did you mean {quoted(close[0])}?" if close else ""),
        f"use one of: {', '.join(names)}",
        place,
    )


def parts_of(course: Timeline) -> Iterator[Timed]:
    """Every phase of the course, and the groups around it."""
    for phase in course.phases:
        yield from (*phase.groups, phase)


def find_phase(course: Timeline, name: str) -> Timed | None:
    """The phase or group of this name or key."""
    return next((part for part in parts_of(course) if name in (part.name, part.key)), None)
