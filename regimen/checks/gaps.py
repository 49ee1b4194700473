"""What the source leaves open, and schedules that schedule nothing."""

from __future__ import annotations

from collections.abc import Iterator

from regimen import rules
from regimen.engine.inputs import gaps
from regimen.finding import Finding, Reader, Rule, Severity
from regimen.protocol.words import in_row
from regimen.schedule import Schedule

NOTHING_SCHEDULED = Rule(
    "nothing-scheduled",
    Severity.ERROR,
    Reader.PLAN,
    "an empty calendar looks like a treatment that needs nothing",
)


def open_gaps(schedule: Schedule) -> Iterator[Finding]:
    """One finding per course for all that its source does not state and the plan does not fill."""
    courses: dict[str, list[tuple[str, str]]] = {}
    for gap in gaps(schedule.protocol, schedule.plan):
        assert gap.course is not None
        courses.setdefault(gap.course, []).append((gap.missing, gap.name))
    for course, missing in courses.items():
        words = ", ".join(words for words, _ in missing)
        names = ", ".join(name for _, name in missing)
        yield Finding(
            rules.NOT_STATED,
            f"the source does not state {words} of {course}"
            f" ({schedule.protocol.course(course).drug})",
            f"answer {names}; or record that the gap is accepted, which every export then says",
            schedule.protocol.course(course).place,
            about=f"{course}: {words}",
        )


def nothing_scheduled(schedule: Schedule) -> Iterator[Finding]:
    """Plans that lead to no administration at all. One of which everything was stopped has led to
    some."""
    if not schedule.every_dose:
        waits = [each.parameter.name for each in schedule.open_decisions if each.waiting]
        waits += [name for each in schedule.dependents for name in each.answers]
        names = in_row(dict.fromkeys(waits))
        what = "no course of this plan has any administration"
        mend = "answer what the source does not state, or check the choices"
        if names:
            what += f" before {names} {'is' if len({*waits}) == 1 else 'are'} known"
            mend = (
                f"answer {names}; where some of it is sure whatever the answer, the protocol can"
                " say so, as in at_least: 1"
            )
        if "horizon" in schedule.protocol.parameters.keys() - schedule.plan.answers.keys():
            mend += "; or answer horizon, the day up to which it is drawn while its end is open"
        yield Finding(NOTHING_SCHEDULED, what, mend)
