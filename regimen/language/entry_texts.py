"""An entry of a plan's record as the text that is appended, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import assert_never

import yaml

from regimen.language.clinic_texts import clinic_content
from regimen.language.entries import ALL, COMMON
from regimen.quantity import decimal_text
from regimen.record import (
    Accepted,
    Answered,
    Clinic,
    Given,
    Held,
    Issued,
    IssuedEvent,
    Measured,
    Missed,
    Moved,
    RecordEntry,
    Reduced,
    Stopped,
    TakenBack,
)


def entry_text(entry: RecordEntry) -> str:
    """The entry as it is appended under `entries:`, indented by two spaces."""
    content = {name: text for name, text in _content(entry).items() if text is not None}
    dumped: str = yaml.safe_dump([content], sort_keys=False, allow_unicode=True, width=100)
    return "".join(f"  {line}\n" for line in dumped.splitlines())


def _content(entry: RecordEntry) -> dict[str, object]:
    what = entry.what
    match what:
        case Clinic():
            said: dict[str, object] = {"clinic": clinic_content(what), "since": _text(what.since)}
        case Given(dose, at, amount):
            said = {"given": dose, "at": str(at), "amount": str(amount)}
        case Missed(dose, then, at):
            said = {"missed": dose, "then": _text(then), "at": _text(at)}
        case Held(courses, since, until, shift):
            said = {"held": _listed(courses), "since": str(since), "until": str(until)}
            said["then"] = "shift" if shift else "skip"
        case Moved(dose, to, scope):
            said = {"moved": dose, "to": str(to), "scope": str(scope)}
        case Measured(name, text, on):
            said = {"measured": name, "value": text, "on": str(on)}
        case Answered(answers):
            said = {"answered": dict(answers)}
        case Reduced(course, part, since, until, of):
            percent = f"{decimal_text(part * 100)} %{f' of {of}' if of else ''}"
            said = {"reduced": course, "to": percent, "since": str(since), "until": _text(until)}
        case Stopped(courses, since):
            said = {"stopped": _listed(courses), "since": str(since)}
        case Accepted(override):
            said = {"accepted": override.code, "about": override.about}
        case TakenBack(number):
            said = {"taken_back": str(number)}
        case Issued(edition, manner, events):
            said = {"issued": str(edition), "label": manner.label or None}
            said["reasons"] = "yes" if manner.reasons else None
            said["remind"] = [str(each) for each in manner.remind] or None
            said["events"] = {name: _event_text(event) for name, event in events.items()}
        case _:
            assert_never(what)
    said["written"] = _instant(entry.written)
    return said | {"by": entry.by, "why": entry.why or None, "verified_by": entry.verified_by}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _listed(courses: tuple[str, ...]) -> str | list[str]:
    return list(courses) or ALL


def _event_text(event: IssuedEvent) -> str:
    return f"{event.at} {event.fingerprint or 'withdrawn'} {event.words}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {text}" for name, text in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def entry_in_words(entry: RecordEntry) -> str:
    """`held b12, acth, since 2026-03-05, until 2026-03-10, then shift`."""
    content = _content(entry)
    if isinstance(entry.what, Clinic):
        return f"clinic: {'; '.join(_clinic_in_words(entry.what))}"
    own = [name for name in content if name not in COMMON and name != "events"]
    words = []
    for name in own:
        value = content[name]
        if value is None:
            continue
        shown = _shown(value)
        words.append(f"{name.replace('_', ' ')} {shown}")
    return ", ".join(words)


def _clinic_in_words(clinic: Clinic) -> Iterator[str]:
    """`closed on sun, 2026-04-06 (Easter Monday)`, what is given there, and what becomes of it."""
    if clinic.since is not None:
        yield f"from {clinic.since}"
    days = [str(weekday) for weekday in sorted(clinic.weekdays)]
    days += [f"{day} ({name})" for day, name in sorted(clinic.dates.items())]
    yield f"closed on {', '.join(days)}"
    if clinic.holidays:
        yield f"the holidays of {clinic.holidays} among them"
    yield f"given there: {', '.join(clinic.courses)}"
    if clinic.visits:
        yield f"kept there: {', '.join(clinic.visits)}"
    along = "what follows moves along" if clinic.follow else "what follows stays"
    yield f"moved to the {clinic.move} open day, and {along}"
    if clinic.together:
        yield "together where that will do"
    for course, gap in clinic.gaps.items():
        yield f"{course} at least {gap} apart"
