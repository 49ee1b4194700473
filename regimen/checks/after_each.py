"""What comes with each dose of another course: none of these doses stands without it.

Counted from the dated doses alone, by another path than the engine's anchors.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from regimen.engine.inputs import applies, sizes_of
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.protocol import Cycles, Doses, For, Phase, PointOf, WholeList
from regimen.schedule import Administration, AppliedPhase, Schedule, Status

ALONE = Rule(
    "dose-alone",
    Severity.ERROR,
    Reader.PLAN,
    "a dose without the rescue drug that belongs to it can kill",
)
LEFT_BEHIND = Rule(
    "left-behind",
    Severity.WARNING,
    Reader.PLAN,
    "a rescue drug that does not move with the dose that it belongs to comes too early or too late",
    may_override=True,
)


class _Tied(Struct, frozen=True):
    """A phase with whose every round a dose of another course belongs: `anchor` names these doses,
    which are in their ideal order, and `rounds` are those of the phase."""

    course: str
    phase: Phase
    anchor: str
    doses: tuple[Administration, ...]
    rounds: tuple[AppliedPhase, ...]


def each_has_its_round(schedule: Schedule) -> Iterator[Finding]:
    """One finding per phase that should come with each dose of another course and does not."""
    for tied in _tied(schedule):
        if len(tied.rounds) != len(tied.doses) and _is_sure(tied.phase, schedule):
            yield Finding(
                ALONE,
                f"{tied.course} comes with each dose of {tied.anchor}: {len(tied.doses)} of these"
                f" have a day, and it comes {len(tied.rounds)} times",
                "do not use this schedule; report it with its protocol",
                about=tied.course,
            )


def left_behind(schedule: Schedule) -> Iterator[Finding]:
    """One finding per phase of which something does not go together any more with the dose that it
    belongs to, since the record has moved or taken out one of them."""
    if schedule.ideal is None:
        return
    as_recorded = {each.id: each for each in schedule.every_dose}
    of_phase: dict[int, list[Administration]] = {}
    for each in as_recorded.values():
        of_phase.setdefault(id(each.phase), []).append(each)
    for tied in _tied(schedule.ideal):
        said = [
            words
            for ideal, round_ in zip(tied.doses, tied.rounds, strict=False)
            if (words := _apart(as_recorded[ideal.id], ideal, of_phase[id(round_)]))
        ]
        if said:
            more = f", and {len(said) - 1} more likewise" if len(said) > 1 else ""
            yield Finding(
                LEFT_BEHIND,
                f"{tied.course} comes with each dose of {tied.anchor}: {said[0]}{more}",
                f"ask the prescriber when {tied.course} is given then, and move it in the plan; or"
                " record with plan accept that it is meant",
                about=f"{tied.course}: {said[0]}{more}",
            )


def _apart(dose: Administration, ideal: Administration, with_it: list[Administration]) -> str:
    """What does not go together, in words; or nothing."""
    planned = [each for each in with_it if each.status is Status.PLANNED]
    if not dose.status.takes_place:
        return f"the one of {ideal.day} is {dose.status}, and this is not" if planned else ""
    if not any(each.status.takes_place for each in with_it):
        return f"the one of {dose.day} stands without it"
    by = dose.day - ideal.day
    for each in planned:
        if each.day - (each.ideal or each.moment).day != by:
            return f"the one of {ideal.day} is on {dose.day}, and {each.id} on {each.day}"
    return ""


# --- what belongs together


def _tied(schedule: Schedule) -> Iterator[_Tied]:
    """Every phase that comes with each dose of another course, of several in a row the first."""
    for course in schedule.protocol.courses:
        seen: set[str] = set()
        for phase in course.phases:
            if len(phase.groups) != 1 or phase.groups[0].key in seen:
                continue
            (group,) = phase.groups
            seen.add(group.key)
            base = None if group.begins is None else group.begins.base
            if isinstance(base, PointOf) and base.point.several and base.course != course.key:
                rounds = (
                    each
                    for each in schedule.phases
                    if each.course == course.key and each.key == phase.key
                )
                anchor = f"{base.course}, {base.phase}" if base.phase else base.course
                yield _Tied(course.key, phase, anchor, _doses(schedule, base), tuple(rounds))


def _doses(schedule: Schedule, base: PointOf) -> tuple[Administration, ...]:
    """The doses that a point names, by course and the name of a phase or group."""
    return tuple(
        each
        for each in schedule.of_course(base.course)
        if base.phase is None
        or any(
            base.phase in (part.name, part.key)
            for part in (*each.phase.written.groups, each.phase.written)
        )
    )


def _is_sure(phase: Phase, schedule: Schedule) -> bool:
    """Whether nothing that is open or stopped can leave one of its rounds without days."""
    plan = sizes_of(schedule.protocol, schedule.plan)
    timeline = next(each for each in schedule.protocol.courses if phase in each.phases)
    return (
        isinstance(phase.extent, (For, Doses, Cycles, WholeList))
        and applies((*timeline.when, *phase.when), plan) is True
        and all(name in plan.answers for name in phase.needs)
    )
