"""Doses of one course too close to each other, and phases that lie over each other (rule T5)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from regimen.engine.days import shortest_gap
from regimen.finding import Finding, Place, Reader, Rule, Severity
from regimen.schedule import Administration, AppliedPhase, Schedule
from regimen.timing import CalendarSpan, MonthEnd, moment_after

_WHY = "two doses closer than either pattern allows are most often a junction misread"
TOO_CLOSE = Rule("too-close", Severity.ERROR, Reader.AUTHOR, _WHY)
CLOSE_AS_WRITTEN = Rule("close-as-written", Severity.NOTICE, Reader.PLAN, _WHY)
OVERLAP = Rule(
    "overlap",
    Severity.ERROR,
    Reader.AUTHOR,
    "two phases of one course at the same time give the drug twice",
)


def too_close(schedule: Schedule) -> Iterator[Finding]:
    """Neighbouring doses of different phases, closer than the smaller of the two intervals."""
    for course in schedule.protocol.courses:
        for before, after in pairwise(schedule.of_course(course.key)):
            if before.phase is after.phase or _overlap(before.phase, after.phase, schedule):
                continue
            gap = _allowed(before, after)
            if gap is not None:
                yield _close(before, after, gap, after.phase.written.place_of("begins"))


def _allowed(before: Administration, after: Administration) -> CalendarSpan | None:
    """The smaller interval, where the two doses are closer than that."""
    gaps = [shortest_gap(each.phase.pattern) for each in (before, after)]
    known = [gap for gap in gaps if gap is not None]
    due = [(moment_after(before.moment.on_date(), gap, MonthEnd.CLAMP).day, gap) for gap in known]
    if not due:
        return None
    day, gap = min(due, key=lambda each: each[0])
    return gap if after.day < day else None


def _close(
    before: Administration, after: Administration, gap: CalendarSpan, place: Place
) -> Finding:
    explicit = after.phase.written.begins is not None
    return Finding(
        CLOSE_AS_WRITTEN if explicit else TOO_CLOSE,
        f"{after.drug}: {before.phase.title} ends on {before.moment} and {after.phase.title} begins"
        f" on {after.moment}, closer than the smaller interval of {gap}",
        "check that this is meant; the protocol says so in begins"
        if explicit
        else "if it is meant, write begins on the later phase; if not, write junctions: wait",
        place,
        about=f"{after.course}: {before.moment} and {after.moment}",
    )


def overlapping(schedule: Schedule) -> Iterator[Finding]:
    for course in schedule.protocol.courses:
        phases = [phase for phase in schedule.phases if phase.course == course.key]
        for at, phase in enumerate(phases):
            for earlier in phases[:at]:
                if not phase.written.may_overlap and _overlap(earlier, phase, schedule):
                    yield Finding(
                        OVERLAP,
                        f"{earlier.title} ({_range(earlier, schedule)}) and {phase.title}"
                        f" ({_range(phase, schedule)}) of {course.key} lie over each other",
                        "check where the later one begins; if both are meant at once, write"
                        " overlap: yes on it",
                        phase.written.place_of("begins"),
                    )


def _given(phase: AppliedPhase, schedule: Schedule) -> list[Administration]:
    return [each for each in schedule.administrations if each.phase is phase]


def _overlap(one: AppliedPhase, other: AppliedPhase, schedule: Schedule) -> bool:
    """Whether the doses of one begin before those of the other have ended."""
    first, second = (
        [(each.day, each.time) for each in _given(phase, schedule)] for phase in (one, other)
    )
    timed = all(clock is not None for _, clock in (*first, *second))
    keys = [
        [(day, clock) if timed else (day,) for day, clock in moments] for moments in (first, second)
    ]
    return keys[0][0] <= keys[1][-1] and keys[1][0] <= keys[0][-1]


def _range(phase: AppliedPhase, schedule: Schedule) -> str:
    given = _given(phase, schedule)
    return f"{given[0].moment} to {given[-1].moment}"
