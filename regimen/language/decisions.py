"""Whether the day of every decision can be told before the decision is made."""

from __future__ import annotations

from collections.abc import Iterator

from regimen import rules
from regimen.finding import Finding, quoted
from regimen.language.anchoring import anchors_of, unknown
from regimen.protocol import Anchor, Parameter, PointOf, Previous, Timed, Timeline

_At = tuple[str, int]  # a phase: its timeline's key and its position


def unreachable(decisions: list[Parameter], timelines: tuple[Timeline, ...]) -> Iterator[Finding]:
    """A finding for each decision whose day is tied to nothing, or to what it decides."""
    known = {each.key: each for each in timelines}
    for parameter in decisions:
        assert parameter.decided is not None
        if parameter.name in known:
            yield Finding(
                rules.DUPLICATE_NAME,
                f"the name {quoted(parameter.name)} already has a meaning in the calendar",
                "name the parameter otherwise",
                parameter.place,
            )
        anchor, place = parameter.decided.anchor, parameter.decided.place
        if anchor is None:
            continue
        if isinstance(anchor.base, Previous):
            yield Finding(
                rules.UNKNOWN_ANCHOR,
                "a decision has no previous phase",
                "name the course or phase it follows, or start",
                place,
            )
            continue
        found = list(unknown(anchor, place, known, first=False))
        yield from found
        if not found and _hangs_on(anchor, _dependents(parameter.name, timelines), known):
            yield Finding(
                rules.CIRCLE,
                f"{parameter.name} is decided at {anchor.text}, which rests on {parameter.name}",
                "tie the decision to what is certain without it",
                place,
            )


def _dependents(name: str, timelines: tuple[Timeline, ...]) -> set[_At]:
    """Every phase that rests on the parameter, directly or by what it hangs on."""
    known = {each.key: each for each in timelines}
    found: set[_At] = set()
    while True:
        more = {
            (timeline.key, at)
            for timeline in timelines
            for at, phase in enumerate(timeline.phases)
            if _names(name, timeline, phase) or _follows(timeline, at, found, known)
        }
        if more <= found:
            return found
        found |= more


def _names(name: str, timeline: Timeline, phase: Timed) -> bool:
    conditions = (*timeline.when, *phase.when)
    return name in phase.needs or any(name == each.parameter for each in conditions)


def _follows(timeline: Timeline, at: int, found: set[_At], known: dict[str, Timeline]) -> bool:
    """Whether the phase hangs on one that was found."""
    phase = timeline.phases[at]
    anchors = [anchor for anchor, _ in anchors_of(phase)]
    if (timeline.key, at - 1) in found and (
        phase.begins is None or any(isinstance(each.base, Previous) for each in anchors)
    ):
        return True
    return any(_hangs_on(anchor, found, known) for anchor in anchors)


def _hangs_on(anchor: Anchor, found: set[_At], known: dict[str, Timeline]) -> bool:
    base = anchor.base
    if not isinstance(base, PointOf):
        return False
    phases = known[base.course].phases
    return any(
        (base.course, at) in found and base.phase in (None, phase.name, phase.key)
        for at, phase in enumerate(phases)
    )
