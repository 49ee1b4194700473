"""What comes with each dose of another course: none of these doses stands without it.

Counted from the dated doses alone, by another path than the engine's anchors.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from regimen.cause import Cause
from regimen.engine.inputs import applies, sizes_of
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.protocol import Cycles, Doses, For, Point, PointOf, Timed, WholeList
from regimen.schedule import Administration, Entry, Schedule, Status

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
    """What belongs to doses of another course: `anchor` names these doses, which are in their ideal
    order, and `rounds` are the identities of what comes with each. What belongs closely is out of
    place wherever one moves without the other; else a day that only the clinic chose is no matter,
    because anchors mean ideal dates."""

    title: str
    phase: Timed
    anchor: str
    doses: tuple[Administration, ...]
    rounds: tuple[tuple[str, ...], ...]
    closely: bool = False


def each_has_its_round(schedule: Schedule) -> Iterator[Finding]:
    """One finding per phase that should come with each dose of another course and does not."""
    for tied in _tied(schedule):
        if len(tied.rounds) != len(tied.doses) and _is_sure(tied.phase, schedule):
            yield Finding(
                ALONE,
                f"{tied.title} comes with {tied.anchor}: {len(tied.doses)} of these have a day, and"
                f" it comes {len(tied.rounds)} times",
                "do not use this schedule; report it with its protocol",
                about=tied.title,
            )


def left_behind(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course or visit of which something does not go together any more with the
    dose that it belongs to, since the record has moved or taken out one of them."""
    if schedule.ideal is None:
        return
    doses = {each.id: each for each in schedule.every_dose}
    items = _items(schedule)
    for tied in (
        *_tied(schedule.ideal),
        *_tied_visits(schedule.ideal),
        *_tied_once(schedule.ideal),
    ):
        said = [
            words
            for ideal, with_it in zip(tied.doses, tied.rounds, strict=False)
            if (tied.closely or _is_recorded(doses[ideal.id]))
            and (words := _apart(doses[ideal.id], ideal, [items[each] for each in with_it]))
        ]
        if said:
            more = f", and {len(said) - 1} more likewise" if len(said) > 1 else ""
            yield Finding(
                LEFT_BEHIND,
                f"{tied.title} comes with {tied.anchor}: {said[0]}{more}",
                f"ask the prescriber when {tied.title} is due then, and move it in the plan; or"
                " record with plan accept that it is meant",
                about=f"{tied.title}: {said[0]}{more}",
            )


def _is_recorded(dose: Administration) -> bool:
    """Whether somebody has given it, moved it or taken it out, and not only the clinic's days."""
    return dose.status is not Status.PLANNED or any(isinstance(why, Cause) for why in dose.moved)


class _Item(Struct, frozen=True):
    """A dose or a visit as the record has it: where it is, by how much it has moved, whether it
    takes place, and whether it is still to come."""

    id: str
    day: date
    by: timedelta
    takes_place: bool
    planned: bool


def _items(schedule: Schedule) -> dict[str, _Item]:
    """Every dose and visit of the schedule by its identity."""
    assert schedule.ideal is not None
    ideal = {each.id: each.day for each in schedule.ideal.entries}
    found = [
        _Item(
            each.id,
            each.day,
            each.day - (each.ideal or each.moment).day,
            each.status.takes_place,
            each.status is Status.PLANNED,
        )
        for each in schedule.every_dose
    ]
    found += [
        _Item(each.id, each.day, each.day - ideal[each.id], True, True) for each in schedule.entries
    ]
    return {each.id: each for each in found}


def _apart(dose: Administration, ideal: Administration, with_it: list[_Item]) -> str:
    """What does not go together, in words; or nothing."""
    planned = [each for each in with_it if each.planned]
    if not dose.status.takes_place:
        return f"the one of {ideal.day} is {dose.status}, and this is not" if planned else ""
    if not any(each.takes_place for each in with_it):
        return f"the one of {dose.day} stands without it"
    by = dose.day - ideal.day
    for each in planned:
        if each.by != by:
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
                rounds = [
                    each
                    for each in schedule.phases
                    if each.course == course.key and each.key == phase.key
                ]
                ids: dict[int, list[str]] = {id(each): [] for each in rounds}
                for dose in schedule.of_course(course.key):
                    if id(dose.phase) in ids:
                        ids[id(dose.phase)].append(dose.id)
                given = tuple(tuple(each) for each in ids.values())
                anchor = f"each dose of {_name(base)}"
                yield _Tied(course.key, phase, anchor, _doses(schedule, base), given, closely=True)


def _tied_visits(schedule: Schedule) -> Iterator[_Tied]:
    """Every visit that comes equally often with each dose of a course."""
    for visit in schedule.protocol.visits:
        (phase,) = visit.phases
        group = phase.groups[0] if len(phase.groups) == 1 else None
        base = None if group is None or group.begins is None else group.begins.base
        if not isinstance(base, PointOf) or not base.point.several:
            continue
        doses = _doses(schedule, base)
        visits = [each.id for each in schedule.entries if each.name == visit.key]
        often, left = divmod(len(visits), len(doses)) if doses else (0, 0)
        if often and not left:
            each_dose = tuple(tuple(visits[at : at + often]) for at in range(0, len(visits), often))
            anchor = f"each dose of {_name(base)}"
            yield _Tied(f"{visit.key} (visit)", phase, anchor, doses, each_dose)


def _tied_once(schedule: Schedule) -> Iterator[_Tied]:
    """Every course or visit that begins at the first or last dose of a course, with the first that
    there is of it."""
    for timeline in (*schedule.protocol.courses, *schedule.protocol.visits):
        phase = timeline.phases[0]
        anchor = phase.begins or phase.course_begins
        base = None if anchor is None else anchor.base
        if not isinstance(base, PointOf) or base.point not in _EDGES or base.course == timeline.key:
            continue
        doses = _doses(schedule, base)
        given: list[Administration | Entry] = [*schedule.of_course(timeline.key)]
        given += [each for each in schedule.entries if each.name == timeline.key]
        if doses and given:
            first = base.point is Point.FIRST
            dose = doses[0] if first else doses[-1]
            words = f"the {'first' if first else 'last'} dose of {_name(base)}"
            visit = "" if isinstance(given[0], Administration) else " (visit)"
            yield _Tied(f"{timeline.key}{visit}", phase, words, (dose,), ((given[0].id,),))


_EDGES = (Point.FIRST, Point.LAST, Point.FINISH)


def _name(base: PointOf) -> str:
    return f"{base.course}, {base.phase}" if base.phase else base.course


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


def _is_sure(phase: Timed, schedule: Schedule) -> bool:
    """Whether nothing that is open or stopped can leave one of its rounds without days."""
    plan = sizes_of(schedule.protocol, schedule.plan)
    timeline = next(each for each in schedule.protocol.courses if phase in each.phases)
    return (
        isinstance(phase.extent, (For, Doses, Cycles, WholeList))
        and applies((*timeline.when, *phase.when), plan) is True
        and all(name in plan.answers for name in phase.needs)
    )
