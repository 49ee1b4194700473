"""Words and small texts that every export shares, and what a text must not carry into one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from regimen.finding import Finding, Override, Reader
from regimen.plan import Answer
from regimen.schedule import Administration, AppliedPhase, CheckedSchedule, Schedule
from regimen.timing import Moment, Weekday

DISCLAIMER = (
    "This schedule was calculated by regimen, which is not a medical device and does not replace"
    " clinical judgement. Check every drug, dose and date against the prescription before anything"
    " is given."
)
NO_TIME = "not set"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNSEEN = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\u200c\u200d"  # Persian and several Indian scripts are misspelt without them


def clean(text: str) -> str:
    """`text` on one line, every character that would be unseen or reorder its neighbours made
    visible as U+FFFD. Control characters are not allowed in iCalendar text (RFC 5545, 3.3.11) nor
    in XML, and a right-to-left override shows "100" as "001"."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_clean(character) for character in text.replace("\r\n", " "))


def _clean(character: str) -> str:
    if character in "\t\r\n\v\f\x85\u2028\u2029":
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Cn") or (category == "Cf" and character not in _JOINERS):
        return _UNSEEN
    return character


def month_title(year: int, month: int) -> str:
    """`March 2026`; not from the C library, whose month names depend on the environment."""
    return f"{_MONTHS[month - 1]} {year}"


def weekday_title(day: date) -> str:
    """`Monday`."""
    return Weekday(day.weekday()).title


def day_text(day: date) -> str:
    """`Mon 2 Mar 2026`: a day that cannot be read as another one on any continent."""
    return f"{weekday_title(day)[:3]} {day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def moment_text(moment: Moment) -> str:
    """`Mon 2 Mar 2026`, with `08:00` where a clock time is known."""
    clock = f" {moment.time.isoformat('minutes')}" if moment.time else ""
    return f"{day_text(moment.day)}{clock}"


def dose_text(administration: Administration) -> str:
    """`100 mcg`, or that it is not stated, or what must be measured first."""
    return str(administration.dose.ordered) if administration.dose else administration.open_words


def plan_findings(checked: CheckedSchedule) -> tuple[Finding, ...]:
    """The findings that are for whoever works with this plan; its author's are not."""
    return tuple(each for each in checked.findings if each.rule.reader is Reader.PLAN)


def still_open(schedule: Schedule) -> str:
    """`not the whole treatment, while response is to be decided`; or nothing."""
    names = [each.parameter.name for each in schedule.open_decisions]
    listed = " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])
    verb = "is" if len(names) == 1 else "are"
    return f"not the whole treatment, while {listed} {verb} to be decided" if names else ""


def overrides(checked: CheckedSchedule) -> tuple[Override, ...]:
    """Every recorded override, each once: those of the plan and those a finding carries."""
    carried = (finding.override for finding in checked.findings if finding.override)
    return tuple(dict.fromkeys((*checked.plan.decided, *carried)))


def tolerances(checked: CheckedSchedule) -> Iterator[tuple[AppliedPhase, str]]:
    """What is said of early, late and close doses, phase by phase."""
    for phase in checked.schedule.phases_once:
        if phase.written.tolerance is not None:
            yield phase, " ".join(phase.written.tolerance.sentences())


def tolerance_texts(checked: CheckedSchedule) -> list[str]:
    """`b12, monthly: May be given up to 1 week late.`"""
    return [clean(f"{phase.course}, {phase.title}: {text}") for phase, text in tolerances(checked)]


def override_text(override: Override) -> str:
    return clean(f"recorded override of {override}")


def answer_text(name: str, answer: Answer[object]) -> str:
    """`twice_weekly_for: 2 weeks (decided by Dr Example on 2026-03-01: as agreed)`."""
    return clean(f"{name}: {answer.text}{decision_text(answer)}")


def decision_text(answer: Answer[object]) -> str:
    """Who decided an answer, when and why, as far as the plan records it."""
    return "".join(_decision(answer))


def _decision(answer: Answer[object]) -> Iterator[str]:
    if answer.by or answer.on or answer.why:
        yield " (decided"
        if answer.by:
            yield f" by {answer.by}"
        if answer.on:
            yield f" on {answer.on.isoformat()}"
        if answer.why:
            yield f": {answer.why}"
        yield ")"
