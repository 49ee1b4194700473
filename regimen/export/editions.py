"""Editions of a calendar: what was handed out, what has changed since, and what that means for the
programs that hold it (RFC 5545, sections 3.8.7.2 to 3.8.7.4: DTSTAMP, LAST-MODIFIED, SEQUENCE)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from regimen.export.calendar_words import GIVEN, prefix
from regimen.export.refusals import ExportMismatch
from regimen.export.words import clean, moment_text
from regimen.record import Issued, IssuedEvent, Manner, RecordEntry

_GONE = "No longer planned: "


class Standing(Struct, frozen=True):
    """How a calendar entry stands with whoever holds it: what was last handed out, how often it
    was changed, and when it was last changed (UTC)."""

    event: IssuedEvent
    sequence: int
    changed: datetime


class Kind(StrEnum):
    """What became of a calendar entry since the last edition, as it is said to the nurse."""

    NEW = "new"
    BACK = "planned again"
    MOVED = "moved"
    MOVED_AND_CHANGED = "moved and changed"
    CHANGED = "changed"
    GIVEN = "given"
    REMOVED = "removed"
    NOTED = "with new notes"
    REWRITTEN = "written otherwise"  # by another label or reminder, or with reasons


class Change(Struct, frozen=True):
    """One difference between two editions, for the nurse. `was` is None for what is new."""

    name: str
    kind: Kind
    was: IssuedEvent | None
    now: IssuedEvent

    def __str__(self) -> str:
        """`moved: Mon 2 Mar 2026 → Tue 3 Mar 2026, drug A 5 mg oral · dose 1 of 3 [a/phase-1/1]`,
        and where the words have changed, what they were."""
        now, was = self.now, self.was
        at, words, before = moment_text(now.at), now.words, ""
        if was is not None:
            if was.at != now.at:
                at = f"{moment_text(was.at)} → {at}"
            if self.kind is Kind.REMOVED:
                words = was.words
            elif self.kind in (Kind.CHANGED, Kind.MOVED_AND_CHANGED):
                before = f" (was: {was.words})"
        return clean(f"{self.kind}: {at}, {words}{before} [{self.name}]")


def standing(entries: Iterable[RecordEntry]) -> dict[str, Standing]:
    """Every calendar entry that was ever handed out, as it stands after the last edition."""
    found: dict[str, Standing] = {}
    for entry in entries:
        if isinstance(entry.what, Issued):
            for name, event in entry.what.events.items():
                old = found.get(name)
                if old is None:
                    found[name] = Standing(event, 0, entry.written)
                else:  # a machine's clock may have been put back, and an entry never goes back
                    changed = max(entry.written, old.changed)
                    found[name] = Standing(event, old.sequence + 1, changed)
    return found


def last_edition(entries: Iterable[RecordEntry]) -> Issued | None:
    """What was handed out last; None where nothing was."""
    issued = [entry.what for entry in entries if isinstance(entry.what, Issued)]
    return issued[-1] if issued else None


def manner_of(entries: Iterable[RecordEntry], label: str | None) -> Manner:
    """How the calendar is written: as it was handed out, or, if it never was, with the label and
    nothing else. Raises ExportMismatch on another label than that of the last edition."""
    last = last_edition(entries)
    if last is None:
        return Manner(label or "")
    if label not in (None, last.manner.label):
        raise ExportMismatch(f"the calendar was handed out with the label {last.manner.label!r}")
    return last.manner


def differences(
    before: Mapping[str, Standing], now: Mapping[str, IssuedEvent], manner: Manner
) -> dict[str, IssuedEvent]:
    """What an edition has to say anew: entries that are new or say something else, and those that
    are withdrawn."""
    changed = {
        name: event
        for name, event in now.items()
        if name not in before or before[name].event != event
    }
    withdrawn = {
        name: IssuedEvent(
            old.event.at, f"{prefix(manner.label)}{_GONE}{old.event.words.removesuffix(GIVEN)}"
        )
        for name, old in before.items()
        if name not in now and not old.event.withdrawn
    }
    return changed | withdrawn


def changes(
    before: Mapping[str, Standing], events: Mapping[str, IssuedEvent], *, rewritten: bool
) -> list[Change]:
    """The change list of an edition, in the order of the days concerned. `rewritten` where it is
    not written in the manner of the last one."""
    found = []
    for name, event in events.items():
        was = before[name].event if name in before else None
        found.append(Change(name, _kind(was, event, rewritten=rewritten), was, event))
    return sorted(found, key=lambda each: (str(each.now.at), each.name))


def _kind(was: IssuedEvent | None, now: IssuedEvent, *, rewritten: bool) -> Kind:
    if now.withdrawn:
        return Kind.REMOVED
    if was is None:
        return Kind.NEW
    if was.withdrawn:
        return Kind.BACK
    moved, given = was.at != now.at, now.words == f"{was.words}{GIVEN}"
    if was.words != now.words and not given:
        return Kind.MOVED_AND_CHANGED if moved else Kind.CHANGED
    if moved:
        return Kind.MOVED
    if given:
        return Kind.GIVEN
    return Kind.REWRITTEN if rewritten else Kind.NOTED


def in_words(found: Iterable[Change], unchanged: int) -> str:
    """`3 moved, 1 removed, 26 unchanged`."""
    kinds = Counter(each.kind for each in found)
    counted = [f"{kinds[kind]} {kind}" for kind in Kind if kinds[kind]]
    return ", ".join([*counted, f"{unchanged} unchanged"])
