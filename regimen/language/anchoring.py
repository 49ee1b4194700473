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
)

if TYPE_CHECKING:
    from regimen.protocol.tolerance import Tolerance


def unknown_anchors(timelines: tuple[Timeline, ...]) -> Iterator[Finding]:
    """A finding for each anchor that names nothing."""
    known = {each.key: each for each in timelines}
    for timeline in timelines:
        for at, phase in enumerate(timeline.phases):
            for anchor, place in anchors_of(phase):
                yield from unknown(anchor, place, known, first=at == 0)
            if isinstance(phase, Phase) and phase.tolerance is not None:
                yield from _unknown_of_tolerance(phase, phase.tolerance, timeline, known)


def anchors_of(phase: Timed) -> Iterator[tuple[Anchor, Place]]:
    for anchor in (phase.begins, phase.course_begins):
        if anchor is not None:
            yield anchor, phase.place_of("begins")
    if isinstance(phase.extent, Until):
        yield phase.extent.anchor, phase.place_of("before", "through")


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
        names = [phase.name or phase.key for phase in course.phases]
        yield _no_such(f"phase of {base.course}", base.phase, names, place)


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


def find_phase(course: Timeline, name: str) -> Timed | None:
    """The phase of this name or key."""
    return next((phase for phase in course.phases if name in (phase.name, phase.key)), None)
