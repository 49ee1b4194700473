"""A plan from texts: those of its file, or those given on a command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Override, Place, Refusal, quoted
from regimen.language.answers import read_answer
from regimen.language.nodes import hidden, unseen
from regimen.plan import Answer, Plan
from regimen.protocol import Age, AgeOn, DoseExpression, Protocol
from regimen.timing import Moment, Weekday, read_moment, read_weekday

T = TypeVar("T")

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
PLAN_KEYS = ("start", "zone", "closed")  # what a plan says besides its answers


class Given(Struct, frozen=True):
    """An answer as it was typed, who decided it, when and why, and where it stands."""

    text: str
    by: str | None = None
    on: date | None = None
    why: str | None = None
    place: Place | None = None


def new_plan(
    protocol: Protocol,
    given: Mapping[str, Given],
    *,
    plan_id: str,
    made: datetime,
    overrides: tuple[Override, ...] = (),
) -> Plan | None:
    """A plan from texts: `start`, `zone`, `closed` and the protocol's parameters by name.

    None where the start itself is not given yet. Raises Refusal on texts that cannot be read.
    """
    findings: list[Finding] = []
    start = _read("start", given, read_moment, findings)
    closed = _read("closed", given, _read_closed, findings) or frozenset()
    if findings:
        raise Refusal(findings)
    if start is None:
        return None
    answers = {name: each for name, each in given.items() if name not in ("start", "closed")}
    return held_against(protocol, answers, plan_id, made, start, closed, overrides)


def held_against(
    protocol: Protocol,
    given: Mapping[str, Given],
    plan_id: str,
    made: datetime,
    start: Moment,
    closed: frozenset[Weekday],
    overrides: tuple[Override, ...],
) -> Plan:
    findings: list[Finding] = []
    zone = _read("zone", given, _read_zone, findings)
    answers: dict[str, Answer[object]] = {}
    for name, each in given.items():
        if name == "zone":
            continue
        try:
            answers[name] = answer_of(protocol, name, each, start.day)
        except Misread as misread:
            findings.append(misread.finding(each.place))
    if findings:
        raise Refusal(findings)
    return Plan(
        plan_id, protocol.id, protocol.content_hash, made, start, zone, answers, closed, overrides
    )


def answer_of(protocol: Protocol, name: str, given: Given, start: date) -> Answer[object]:
    """The answer to one of the protocol's questions. Raises Misread."""
    parameter = protocol.parameters.get(name)
    if parameter is None:
        raise _unknown(protocol, name)
    _refuse_unseen(given)
    value = read_answer(parameter, given.text)
    _refuse_unmeasured(protocol, name, value)
    text = _as_shown(value, given.text.strip(), start)
    return Answer(value, text, given.by, given.on, given.why)


def _as_shown(value: object, text: str, start: date) -> str:
    """The answer as it may be shown: a day of birth, which could tell who it is, as an age."""
    if not isinstance(value, Age) or value.born is None:
        return text
    return f"{AgeOn(value.born, start)} at the start"


def _refuse_unseen(given: Given) -> None:
    for text in (given.text, given.by or "", given.why or ""):
        if (at := unseen(text)) is not None:
            raise hidden(text[at])


def _refuse_unmeasured(protocol: Protocol, name: str, value: object) -> None:
    """A dose that the source leaves open may be answered by weight only where there is one."""
    if not isinstance(value, DoseExpression) or value.per is None:
        return
    assert value.measure is not None
    measure = protocol.measures.get(value.measure) or protocol.parameters.get(value.measure)
    if measure is None:
        raise Misread(
            rules.NO_MEASURE,
            f"{name}: the dose scales by {value.measure}, which the protocol does not ask for",
            "give the dose worked out for this patient, as in 45 mg",
        )
    if measure.unit is None or measure.unit.dimension is not value.per.unit.dimension:
        raise Misread(
            rules.DIMENSION,
            f"{name}: the dose is per {value.per.unit.name}, which {value.measure} is not",
            "give the dose worked out for this patient, as in 45 mg",
        )


def _read(
    name: str, given: Mapping[str, Given], read: Callable[[str], T], findings: list[Finding]
) -> T | None:
    """What `read` makes of a given text; None, with a finding, where it cannot be read."""
    each = given.get(name)
    if each is None:
        return None
    try:
        return read(each.text.strip())
    except Misread as misread:
        finding = misread.finding(each.place)
        findings.append(replace(finding, what=f"{name}: {finding.what}"))
        return None


def _read_zone(text: str) -> str:
    """A zone of the IANA database."""
    try:
        if (
            not _ZONE.fullmatch(text) or text == "Factory"
        ):  # the machine's own (localtime, posix/…) differ elsewhere
            raise ValueError
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is not a time zone",
            "write its name in the IANA database, for example Europe/Rome",
        ) from None
    return text


def _read_closed(text: str) -> frozenset[Weekday]:
    return frozenset(read_weekday(each.strip()) for each in text.split(","))


def _unknown(protocol: Protocol, name: str) -> Misread:
    names = [*protocol.parameters, *PLAN_KEYS]
    close = get_close_matches(name, names, n=1)
    return Misread(
        rules.UNKNOWN_INPUT,
        f"{protocol.id} does not ask for {quoted(name)}"
        + (f"; did you mean {quoted(close[0])}?" if close else ""),
        f"it asks for: {', '.join(names)}",
    )
