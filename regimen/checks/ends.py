"""What goes on after the day up to which the schedule is drawn, and what never begins."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.checks.stopped import stopped
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.protocol.words import in_row
from regimen.schedule import Dependent, Schedule

TO_HORIZON = Rule(
    "to-horizon",
    Severity.NOTICE,
    Reader.PLAN,
    "a calendar that ends where it was cut off must not look like the end of the treatment",
)

WAITING = Rule(
    "still-waiting",
    Severity.WARNING,
    Reader.PLAN,
    "a rescue drug or a review that waits for an end that nobody knows yet must not be forgotten",
)

CUT_SHORT = Rule(
    "cycle-cut-short",
    Severity.NOTICE,
    Reader.PLAN,
    "a day of a cycle that an end leaves out may be meant to be given",
)

NEVER_BEGUN = Rule(
    "never-begun",
    Severity.WARNING,
    Reader.PLAN,
    "a slip in the day on which a treatment is stopped must not make a part of it vanish",
)


def never_begun(schedule: Schedule) -> Iterator[Finding]:
    """What is stopped before its first dose."""
    for never in schedule.never_begun:
        yield Finding(
            NEVER_BEGUN,
            f"{never.title} is stopped on {never.stopped}, before it begins on {never.begins}: it"
            " is never given",
            "check the day on which it is stopped",
            about=f"{never.title}: {never.stopped}",
        )


def going_on(schedule: Schedule) -> Iterator[Finding]:
    """One notice for everything that has no end yet, but for what the record stops."""
    ended = stopped(schedule)
    going_on = [each for each in schedule.going_on if each not in ended]
    if going_on:
        names = in_row(going_on)
        goes, it = ("goes", "it") if len(going_on) == 1 else ("go", "them")
        horizon = schedule.plan.answers["horizon"].text
        hanging = [each for each in schedule.dependents if set(each.answers) - _decisions(schedule)]
        along = in_row(each.title for each in hanging if each.begun)
        after = in_row(each.title for each in hanging if not each.begun)
        yield Finding(
            TO_HORIZON,
            f"{names} {goes} on after {horizon}, up to which the schedule is drawn up"
            f"{f', and with {it} {along}' if along else ''}; what follows {it} has no days yet"
            f"{f': {after}' if after else ''}",
            "draw it up to a later day before then; or answer when it was stopped",
            about=f"{names}: {horizon}",
        )


def _decisions(schedule: Schedule) -> set[str]:
    """The decisions before which something is not scheduled, which another notice tells of."""
    return {each.parameter.name for each in schedule.open_decisions if each.waiting}


def still_waiting(schedule: Schedule) -> Iterator[Finding]:
    """What has no day yet because it is tied to something open in another course, or because its
    source leaves a gap before it: one warning for all that waits for the same answers."""
    parameters = schedule.protocol.parameters
    waiting: dict[tuple[str, ...], list[Dependent]] = {}
    for each in schedule.dependents:
        gaps = all(name in parameters and parameters[name].gap for name in each.answers)
        if not each.begun and (each.points or gaps):
            waiting.setdefault(each.answers, []).append(each)
    for answers, parts in waiting.items():
        points = list(dict.fromkeys(point for each in parts for point in each.points))
        titles = in_row(each.title for each in parts)
        are, they = ("is", "it waits") if len(parts) == 1 else ("are", "they wait")
        known = "which is" if len(points) == 1 else "which are"
        what = f"{in_row(points)}, {known} not known yet" if points else "what is not stated"
        yield Finding(
            WAITING,
            f"{titles} {are} not scheduled yet: {they} for {what}",
            f"answer {in_row(answers)} as soon as it is known, and issue the calendar again",
            about=titles,
        )


def cut_short(schedule: Schedule) -> Iterator[Finding]:
    """One notice for all days of last cycles that an end leaves out."""
    if not schedule.cut_short:
        return
    parts = []
    for each in schedule.cut_short:
        days = in_row(f"day {number} ({day})" for number, day in each.days)
        are = "is" if len(each.days) == 1 else "are"
        parts.append(f"cycle {each.cycle} of {each.subject} is cut short: {days} {are} not given")
    yield Finding(
        CUT_SHORT,
        "; ".join(dict.fromkeys(parts)),
        "check whether the cycle is to be finished; where it is, let it end after its last day",
        about="; ".join(f"{each.subject}: cycle {each.cycle}" for each in schedule.cut_short),
    )
