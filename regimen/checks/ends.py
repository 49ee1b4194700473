"""What goes on after the day up to which the schedule is drawn, and what never begins."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.finding import Finding, Reader, Rule, Severity
from regimen.schedule import Schedule

TO_HORIZON = Rule(
    "to-horizon",
    Severity.NOTICE,
    Reader.PLAN,
    "a calendar that ends where it was cut off must not look like the end of the treatment",
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
    """One notice for everything that has no end yet."""
    if schedule.going_on:
        names = " and ".join(schedule.going_on)
        goes, it = ("goes", "it") if len(schedule.going_on) == 1 else ("go", "them")
        horizon = schedule.plan.answers["horizon"].text
        yield Finding(
            TO_HORIZON,
            f"{names} {goes} on after {horizon}, up to which the schedule is drawn up; what follows"
            f" {it} has no days yet",
            "draw it up to a later day before then; or answer when it was stopped",
            about=f"{names}: {horizon}",
        )
