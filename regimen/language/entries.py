"""The record of a plan: its entries from their texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction

from msgspec import Struct

from regimen import rules
from regimen.finding import Finding, Misread, Override, quoted
from regimen.language.clinic_texts import ClinicShape, clinic_of
from regimen.language.dose_texts import read_amount
from regimen.language.kinds import DAY, LINE, TEXT, read_yes
from regimen.language.nodes import Document, Path
from regimen.language.shapes import Shape, block, key, named, not_empty, one_or_several, reads
from regimen.quantity import Quantity, read_count, read_number
from regimen.record import (
    Accepted,
    Answered,
    Clinic,
    Given,
    Held,
    Issued,
    IssuedEvent,
    Manner,
    Measured,
    Missed,
    Moved,
    PartOf,
    RecordEntry,
    Reduced,
    Scope,
    Stopped,
    TakenBack,
    Then,
    What,
)
from regimen.reminders import Reminder, read_reminder
from regimen.timing import Moment, read_instant, read_moment

MOST_ENTRIES = 20_000
ALL = "all"


def _word(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise Misread(
                rules.UNKNOWN_WORD,
                f"{quoted(text)} has no meaning here",
                f"use one of: {', '.join(words)}",
            )
        return text

    return read


def read_part(text: str) -> tuple[Fraction, PartOf | None]:
    """`75 %`, `75 % of calculated` or `75 % of ordered`. Raises Misread."""
    percent, _, rest = text.partition(" of ")
    number, space, sign = percent.partition(" ")
    if sign != "%" or not space or (" of " in text and rest not in set(PartOf)):
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} is not a percentage of a dose",
            "write it as in 75 %, or in 75 % of calculated or 75 % of ordered",
        )
    part = read_number(number) / 100
    if not 0 < part < 1:
        raise Misread(
            rules.ABSURD,
            f"{quoted(text)} of a dose is no reduction",
            "write a percentage between 0 and 100, as in 75 %; to give nothing, hold or stop; to"
            " give the whole dose again, end the reduction: until",
        )
    return part, PartOf(rest) if rest else None


class EntryShape(Shape):
    """An entry: what it is about stands under the key that says its kind."""

    clinic: ClinicShape | None = key(
        block(ClinicShape), "when the clinic is closed, and what becomes of doses then", absent=None
    )
    given: str | None = key(TEXT, "the dose that was given", absent=None)
    missed: str | None = key(TEXT, "the dose that was missed", absent=None)
    held: tuple[str, ...] | None = key(
        one_or_several(TEXT), "the courses that are held, or all", absent=None
    )
    moved: str | None = key(TEXT, "the dose that is moved", absent=None)
    measured: str | None = key(TEXT, "the measure that was taken", absent=None)
    answered: Mapping[str, str] | None = key(
        not_empty(named(TEXT)), "the questions that were answered, with their answers", absent=None
    )
    reduced: str | None = key(TEXT, "the course whose doses are reduced", absent=None)
    stopped: tuple[str, ...] | None = key(
        one_or_several(TEXT), "the courses that are stopped, or all", absent=None
    )
    accepted: str | None = key(TEXT, "the code of the finding that is accepted", absent=None)
    taken_back: int | None = key(
        reads(lambda text: read_count(text, at_most=MOST_ENTRIES)),
        "the number of the earlier entry that was wrong",
        absent=None,
    )
    issued: int | None = key(
        reads(lambda text: read_count(text, at_most=MOST_ENTRIES)),
        "the number of the edition that was handed out",
        absent=None,
    )

    at: Moment | None = key(reads(read_moment), "when it was or will be given", absent=None)
    amount: Quantity | None = key(reads(read_amount), "how much was given", absent=None)
    then: str | None = key(
        reads(_word((*Then, "shift"))), "what becomes of the dose, or of the others", absent=None
    )
    to: str | None = key(TEXT, "the new moment; or the part of the dose, in percent", absent=None)
    scope: str | None = key(
        reads(_word(tuple(Scope))), "what else moves by as many days", absent=None
    )
    since: date | None = key(DAY, "the first day it holds for", absent=None)
    until: date | None = key(DAY, "the first day it no longer holds for", absent=None)
    value: str | None = key(TEXT, "what was measured", absent=None)
    on: date | None = key(DAY, "the day of the measurement", absent=None)
    about: str | None = key(TEXT, "the inputs that an acceptance holds for", absent=None)
    label: str | None = key(LINE, "the words on every calendar entry", absent=None)
    reasons: bool = key(
        reads(read_yes), "whether calendar entries give names and reasons", absent=False
    )
    remind: tuple[Reminder, ...] = key(
        one_or_several(reads(read_reminder)), "when calendar programs remind", absent=()
    )
    events: Mapping[str, str] | None = key(
        named(TEXT), "how each calendar entry was handed out", absent=None
    )

    written: datetime = key(reads(read_instant), "when the entry was written, in UTC")
    by: str = key(TEXT, "who decided or gave it")
    why: str = key(TEXT, "why", absent="")
    verified_by: str | None = key(TEXT, "who checked the entry", absent=None)


class _Kind(Struct, frozen=True):
    """What an entry of one kind must say, what it may say, and whether it needs a reason."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    reason: bool = True


COMMON = {"written", "by", "why", "verified_by"}
_KINDS = {
    "clinic": _Kind((), ("since",), reason=False),
    "given": _Kind(("at", "amount"), reason=False),
    "missed": _Kind(("then",), ("at",)),
    "held": _Kind(("since", "until", "then")),
    "moved": _Kind(("to", "scope")),
    "measured": _Kind(("value", "on"), reason=False),
    "answered": _Kind((), reason=False),
    "reduced": _Kind(("to", "since"), ("until",)),
    "stopped": _Kind(("since",)),
    "accepted": _Kind(("about",)),
    "taken_back": _Kind(()),
    "issued": _Kind(("events",), ("label", "reasons", "remind"), reason=False),
}


def entries_of(
    document: Document, path: Path, shapes: tuple[EntryShape, ...], findings: list[Finding]
) -> tuple[RecordEntry, ...]:
    """The entries that stand at `path`, numbered from 1; what is wrong is added to `findings`."""
    found = []
    for at, shape in enumerate(shapes):
        place = document.place((*path, at))
        try:
            what = _what(shape)
            if isinstance(what, TakenBack) and what.entry > at:
                raise Misread(
                    rules.BAD_ENTRY,
                    f"entry {at + 1} takes back entry {what.entry}, which is not an earlier one",
                    "write the number of the entry that was wrong",
                )
            found.append(
                RecordEntry(
                    at + 1, what, shape.written, shape.by, shape.why, shape.verified_by, place
                )
            )
        except Misread as misread:
            findings.append(misread.finding(place))
    return tuple(found)


def _what(shape: EntryShape) -> What:
    kinds = [kind for kind in _KINDS if getattr(shape, kind) is not None]
    if len(kinds) != 1:
        raise Misread(
            rules.TWO_WAYS if kinds else rules.MISSING_KEY,
            f"an entry says {' and '.join(kinds)}" if kinds else "the entry does not say its kind",
            f"write one of: {', '.join(_KINDS)}",
        )
    kind = _KINDS[kinds[0]]
    stated = shape.stated_keys - COMMON - {kinds[0]}
    missing = [name for name in kind.needs if name not in stated]
    idle = sorted(stated - {*kind.needs, *kind.may})
    if missing or idle:
        raise Misread(
            rules.MISSING_KEY if missing else rules.UNKNOWN_KEY,
            f"an entry of the kind {kinds[0]} {'needs' if missing else 'does not take'}"
            f" {', '.join(missing or idle)}",
            f"it takes: {', '.join((*kind.needs, *kind.may, *sorted(COMMON)))}",
        )
    if kind.reason and not shape.why:
        raise Misread(
            rules.MISSING_KEY, f"an entry of the kind {kinds[0]} needs a reason", "write why:"
        )
    return _MAKERS[kinds[0]](shape)


def _courses(names: tuple[str, ...] | None) -> tuple[str, ...]:
    assert names is not None
    return () if names == (ALL,) else names


def _missed(shape: EntryShape) -> Missed:
    assert shape.missed is not None
    assert shape.then is not None
    then = Then(_one_of(shape.then, tuple(Then)))
    if (then is Then.SKIP) is (shape.at is not None):
        raise Misread(
            rules.TWO_WAYS,
            "a missed dose is either skipped or given late, at a day that is stated",
            "write then: skip; or then: late, keep (or late, shift) with at:",
        )
    return Missed(shape.missed, then, shape.at)


def _held(shape: EntryShape) -> Held:
    assert shape.since is not None
    assert shape.until is not None
    assert shape.then is not None
    _refuse_backwards("the hold", shape.since, shape.until)
    shift = _one_of(shape.then, ("skip", "shift")) == "shift"
    return Held(_courses(shape.held), shape.since, shape.until, shift)


def _refuse_backwards(what: str, since: date, until: date) -> None:
    if until <= since:
        raise Misread(
            rules.TWO_WAYS,
            f"{what} ends on {until}, which is not after {since}",
            "write under until the first day on which the whole dose is given again",
        )


def _one_of(text: str, words: tuple[str, ...]) -> str:
    return _word(words)(text)


def _moved(shape: EntryShape) -> Moved:
    assert shape.moved is not None
    assert shape.to is not None
    assert shape.scope is not None
    return Moved(shape.moved, read_moment(shape.to), Scope(shape.scope))


def _given(shape: EntryShape) -> Given:
    assert shape.given is not None
    assert shape.at is not None
    assert shape.amount is not None
    return Given(shape.given, shape.at, shape.amount)


def _measured(shape: EntryShape) -> Measured:
    assert shape.measured is not None
    assert shape.value is not None
    assert shape.on is not None
    return Measured(shape.measured, shape.value, shape.on)


def _answered(shape: EntryShape) -> Answered:
    assert shape.answered is not None
    return Answered(dict(shape.answered))


def _reduced(shape: EntryShape) -> Reduced:
    assert shape.reduced is not None
    assert shape.to is not None
    assert shape.since is not None
    part, of = read_part(shape.to)
    if shape.until is not None:
        _refuse_backwards("the reduction", shape.since, shape.until)
    return Reduced(shape.reduced, part, shape.since, shape.until, of)


def _stopped(shape: EntryShape) -> Stopped:
    assert shape.since is not None
    return Stopped(_courses(shape.stopped), shape.since)


def _accepted(shape: EntryShape) -> Accepted:
    assert shape.accepted is not None
    assert shape.about is not None
    on = shape.written.date().isoformat()
    return Accepted(Override(shape.accepted, shape.about, shape.by, on, shape.why))


def _taken_back(shape: EntryShape) -> TakenBack:
    assert shape.taken_back is not None
    return TakenBack(shape.taken_back)


def _issued(shape: EntryShape) -> Issued:
    assert shape.issued is not None
    assert shape.events is not None
    events = {name: _event(text) for name, text in shape.events.items()}
    return Issued(shape.issued, Manner(shape.label or "", shape.reasons, shape.remind), events)


_EVENT = re.compile(
    r"(?P<at>[0-9-]+(?: [0-9:]+)?) (?P<fingerprint>[0-9a-f]{32}|withdrawn) (?P<words>.+)"
)


def _event(text: str) -> IssuedEvent:
    match = _EVENT.fullmatch(text)
    if match is None:
        raise Misread(
            rules.BAD_ENTRY,
            f"{quoted(text)} is not a moment, a fingerprint and words",
            "let the program write what was issued",
        )
    withdrawn = match["fingerprint"] == "withdrawn"
    fingerprint = "" if withdrawn else match["fingerprint"]
    return IssuedEvent(read_moment(match["at"]), match["words"], fingerprint)


def _clinic(shape: EntryShape) -> Clinic:
    assert shape.clinic is not None
    return clinic_of(shape.clinic, shape.since)


_MAKERS: dict[str, Callable[[EntryShape], What]] = {
    "clinic": _clinic,
    "given": _given,
    "missed": _missed,
    "held": _held,
    "moved": _moved,
    "measured": _measured,
    "answered": _answered,
    "reduced": _reduced,
    "stopped": _stopped,
    "accepted": _accepted,
    "taken_back": _taken_back,
    "issued": _issued,
}
