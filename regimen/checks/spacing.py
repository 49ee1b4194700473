"""Doses of one course too close to each other, and phases that lie over each other (rule T5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from regimen.engine.days import shortest_gap
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.schedule import Administration, AppliedPhase, Schedule
from regimen.timing import CalendarSpan, ElapsedSpan, MonthEnd, Span, moment_after

_DAY = 24 * 60  # minutes
_MOST_TOLD = 3  # phases of a course, of which each is told by itself
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
    """Neighbouring doses of different phases or rounds, closer than the smaller of the two
    intervals: where they come again in every round, told once."""
    reaches = _reaches(schedule)
    for course in schedule.protocol.courses:
        met: dict[tuple[str, str], list[tuple[Administration, Administration, Span]]] = {}
        for before, after in pairwise(schedule.of_course(course.key)):
            if before.phase is after.phase or _overlap(
                reaches[id(before.phase)], reaches[id(after.phase)]
            ):
                continue
            gap = allowed(before, after)
            if gap is not None:
                met.setdefault((before.phase.key, after.phase.key), []).append((before, after, gap))
        for found in met.values():
            yield _close(*found[0], _likewise(len(found) - 1))


def allowed(before: Administration, after: Administration) -> Span | None:
    """The smaller interval, where the two doses are closer than that."""
    phases = (before.phase, after.phase)
    within = [gap for gap in map(_gap_within_days, phases) if gap is not None]
    if within:
        shortest = min(within, key=lambda each: each.minutes)
        return shortest if _minutes(before, after) < shortest.minutes else None
    gaps = [gap for phase in phases if isinstance(gap := shortest_gap(phase.pattern), CalendarSpan)]
    due = [(moment_after(before.moment.on_date(), gap, MonthEnd.CLAMP).day, gap) for gap in gaps]
    if not due:
        return None
    day, smaller = min(due, key=lambda each: each[0])
    return smaller if after.day < day else None


def _gap_within_days(phase: AppliedPhase) -> ElapsedSpan | None:
    """The least time between neighbouring doses of a phase that has several on a day, or counts
    hours."""
    between = shortest_gap(phase.pattern)
    if isinstance(between, ElapsedSpan):
        return between
    clocks = [_of_day(clock) for clock in phase.times if clock is not None]
    if len(clocks) < 2:
        return None
    gaps = [later - earlier for earlier, later in pairwise(clocks)]
    if between is not None and between.days:
        gaps.append(between.days * _DAY + clocks[0] - clocks[-1])
    return ElapsedSpan(min(gaps))


def _minutes(before: Administration, after: Administration) -> int:
    """The time between the two, on the clock or in fact, whichever is more: intervals of both kinds
    keep theirs on a night when the clocks change. None on one day where one has no clock time."""
    days = (after.day - before.day).days * _DAY
    if before.instant is None or after.instant is None:
        return days
    assert before.time is not None
    assert after.time is not None
    real = (after.instant - before.instant) // timedelta(minutes=1)
    return max(real, days + _of_day(after.time) - _of_day(before.time))


def _of_day(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _close(before: Administration, after: Administration, gap: Span, more: str) -> Finding:
    explicit = after.phase.written.begins is not None or bool(after.phase.written.groups)
    return Finding(
        CLOSE_AS_WRITTEN if explicit else TOO_CLOSE,
        f"{after.drug}: {before.phase.title} ends on {before.moment} and {after.phase.title} begins"
        f" on {after.moment}, closer than the smaller interval of {gap}{more}",
        "check that this is meant; the protocol says so in begins"
        if explicit
        else "if it is meant, write begins on the later phase; if not, write junctions: wait",
        after.phase.written.place_of("begins"),
        about=f"{after.course}: {before.moment} and {after.moment}",
    )


def overlapping(schedule: Schedule) -> Iterator[Finding]:
    """Phases and rounds of one course that lie over an earlier one without saying so, each told
    once."""
    reaches = _reaches(schedule)
    for course in schedule.protocol.courses:
        order = {
            id(phase): at
            for at, phase in enumerate(schedule.phases)
            if phase.course == course.key and id(phase) in reaches
        }
        phases = [phase for phase in schedule.phases if id(phase) in order]
        phases.sort(key=lambda phase: _key(reaches[id(phase)].first, True))
        found, before = dict[str, tuple[AppliedPhase, AppliedPhase]](), list[AppliedPhase]()
        for phase in phases:
            before = [each for each in before if _overlap(reaches[id(each)], reaches[id(phase)])]
            for each in before:
                earlier, later = sorted((each, phase), key=lambda one: order[id(one)])
                if not _may_overlap(later):
                    found.setdefault(later.key, (earlier, later))
            before.append(phase)
        pairs = list(found.values())
        for at, (earlier, later) in enumerate(pairs[:_MOST_TOLD], 1):
            rest = len(pairs) - at if at == _MOST_TOLD else 0
            yield _lie_over(earlier, later, reaches, _likewise(rest))


def _may_overlap(phase: AppliedPhase) -> bool:
    return phase.written.may_overlap or any(group.may_overlap for group in phase.written.groups)


def _likewise(more: int) -> str:
    return f", and {more} more likewise" if more else ""


def _lie_over(
    earlier: AppliedPhase, later: AppliedPhase, reaches: dict[int, _Reach], more: str
) -> Finding:
    one, other = reaches[id(earlier)], reaches[id(later)]
    return Finding(
        OVERLAP,
        f"{earlier.title} ({one}) and {later.title} ({other}) of {later.course} lie over each"
        f" other{more}",
        "check where the later one begins; if both are meant at once, write overlap: yes on it",
        later.written.place_of("begins"),
    )


def running_on(schedule: Schedule) -> Iterator[Finding]:
    """Infusions that are not finished when the course's next dose is due."""
    for course in schedule.protocol.courses:
        told = set()
        for before, after in pairwise(schedule.of_course(course.key)):
            phases = (id(before.phase), id(after.phase))
            if not _runs_on(before, after) or phases in told or _may_overlap(after.phase):
                continue
            told.add(phases)
            yield Finding(
                OVERLAP,
                f"{before.drug}: what is given from {before.moment} runs until {before.finish}, and"
                f" the next dose of {course.key} is due on {after.moment}",
                "check over and the interval; if both are meant at once, write them as two courses,"
                " or as two phases with overlap: yes on the later one",
                before.phase.written.place_of("over"),
            )


def _runs_on(before: Administration, after: Administration) -> bool:
    if before.finish_instant is None or after.instant is None:
        return False
    return before.finish_instant > after.instant


class _Reach(NamedTuple):
    """The first and the last dose of a phase."""

    first: Administration
    last: Administration

    @property
    def timed(self) -> bool:
        return self.first.time is not None  # then all of them are

    def __str__(self) -> str:
        return f"{self.first.moment} to {self.last.moment}"


def _reaches(schedule: Schedule) -> dict[int, _Reach]:
    """By the identity of the applied phase."""
    found: dict[int, _Reach] = {}
    for each in schedule.administrations:  # in the order of their moments
        reach = found.get(id(each.phase))
        found[id(each.phase)] = _Reach(reach.first if reach else each, each)
    return found


def _overlap(one: _Reach, other: _Reach) -> bool:
    """Whether the doses of one begin before those of the other have ended."""
    timed = one.timed and other.timed
    return _key(one.first, timed) <= _key(other.last, timed) and _key(other.first, timed) <= _key(
        one.last, timed
    )


def _key(dose: Administration, timed: bool) -> tuple[date, time]:
    return (dose.day, dose.time if timed and dose.time is not None else time.min)
