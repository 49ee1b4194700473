"""Doses that the plan's record brings closer to each other than the protocol has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from regimen.checks.spacing import allowed
from regimen.finding import Finding, Place, Reader, Rule, Severity
from regimen.schedule import Administration, Schedule
from regimen.timing import Moment

CLOSER = Rule(
    "closer-than-planned",
    Severity.WARNING,
    Reader.PLAN,
    "a dose given late may come too close to the next one, and nobody has said how close is too"
    " close",
)


OUTSIDE = Rule(
    "outside-window",
    Severity.WARNING,
    Reader.PLAN,
    "a dose outside its window may not count, or may do harm",
    may_override=True,
)


def outside_window(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course with doses that the record has put outside their windows."""
    for course in schedule.protocol.courses:
        met = [
            each
            for each in schedule.of_course(course.key)
            if each.due is not None and not each.due.holds(each.moment)
        ]
        if met:
            first = met[0]
            more = f", and {len(met) - 1} more likewise" if len(met) > 1 else ""
            yield Finding(
                OUTSIDE,
                f"{first.drug}: {first.moment} is outside the window of {first.id}, {first.due}"
                f"{more}",
                "ask the prescriber whether the dose counts; record the answer with plan accept",
                _place(schedule),
                about=f"{first.id}: {first.moment}{more}",
            )


def closer_than_planned(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course with neighbouring doses that were moved to within half their planned
    distance, where the protocol states no least distance. Half is the program's own line: nearer
    than that, a dose is more given twice than given late."""
    for course in schedule.protocol.courses:
        given = schedule.of_course(course.key)
        met = [pair for pair in pairwise(given) if _closer(*pair)]
        if met:
            before, after = met[0]
            more = f", and {len(met) - 1} more likewise" if len(met) > 1 else ""
            yield Finding(
                CLOSER,
                f"{after.drug}: {before.moment} and {after.moment} are closer than the interval of"
                f" {allowed(before, after)}{more}",
                "ask the prescriber whether this is meant; where it is not, skip or shift",
                _place(schedule),
                about=f"{course.key}: {before.moment} and {after.moment}{more}",
            )


def _closer(before: Administration, after: Administration) -> bool:
    if before.ideal is None and after.ideal is None:
        return False
    tolerance = after.phase.written.tolerance
    if tolerance is not None and tolerance.min_gaps:
        return False  # held against what the protocol states
    planned = _apart(before.ideal or before.moment, after.ideal or after.moment)
    given = _apart(before.moment, after.moment)
    return bool(planned) and given * 2 <= planned and allowed(before, after) is not None


def _apart(one: Moment, other: Moment) -> timedelta:
    """How far apart they are, whichever is first: by the clock, where both have a clock time."""
    if one.time is None or other.time is None:
        return abs(other.day - one.day)
    return abs(datetime.combine(other.day, other.time) - datetime.combine(one.day, one.time))


def _place(schedule: Schedule) -> Place | None:
    """Where the last entry stands that moves doses."""
    from regimen.record import Clinic, Given, Held, Missed, Moved, counted

    moving = (Clinic, Given, Held, Missed, Moved)
    found = [each for each in counted(schedule.plan.entries) if isinstance(each.what, moving)]
    return found[-1].place
