"""Courses that an entry of the record stops before all of their phases are given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from regimen.engine.inputs import applied_phases, every_end, sizes_of
from regimen.finding import Finding, Place, Reader, Rule, Severity
from regimen.protocol import Course, Timed, UntilStopped
from regimen.protocol.words import in_row
from regimen.schedule import Schedule

LEFT_OUT = Rule(
    "later-phases-left-out",
    Severity.WARNING,
    Reader.PLAN,
    "what is stopped at once may be harmful where the protocol withdraws it step by step",
    may_override=True,
)


def stopped(schedule: Schedule) -> dict[str, tuple[date, Place | None]]:
    """The first day on which nothing of a course is given any more, by the record, and where that
    is said; for each course that it stops."""
    found: dict[str, tuple[date, Place | None]] = {}
    if not schedule.plan.entries:
        return found
    from regimen.record import Stopped, counted  # most plans are new

    for entry in counted(schedule.plan.entries):
        if isinstance(entry.what, Stopped):
            for course in entry.what.courses or [each.key for each in schedule.protocol.courses]:
                if course not in found or entry.what.since < found[course][0]:
                    found[course] = entry.what.since, entry.place
    return found


def later_phases_left_out(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course that is stopped while later phases of it were to come."""
    for key, (since, place) in stopped(schedule).items():
        course = schedule.protocol.course(key)
        later, present = _later(schedule, course)
        if not later:
            continue
        names = in_row(phase.name or phase.key for phase in later)
        way = _way_out(present)
        yield Finding(
            LEFT_OUT,
            f"{key} is stopped from {since}, and with it what the protocol gives after"
            f" {present.name or present.key}: {names}",
            f"to begin {names}, take the entry back and {way}; where nothing more is to be given,"
            " record that with plan accept",
            place,
            about=f"{key}: {names}",
        )


def _later(schedule: Schedule, course: Course) -> tuple[list[Timed], Timed]:
    """The phases of which nothing is given, after the last one of which something is, and that one;
    none where nothing is given at all."""
    phases = applied_phases(course, sizes_of(schedule.protocol, schedule.plan))
    given = {each.phase.key for each in schedule.of_course(course.key)}
    at = max((at for at, phase in enumerate(phases) if phase.key in given), default=len(phases) - 1)
    return list(phases[at + 1 :]), phases[at]


def _way_out(phase: Timed) -> str:
    """How a phase ends so that what follows begins."""
    names = [end.stopped.name for end in every_end(phase) if isinstance(end, UntilStopped)]
    return f"answer {in_row(names)}" if names else "give it to its end"
