"""Editions of a calendar: what was handed out, what has changed since, and what that means for the
programs that hold it (RFC 5545, sections 3.8.7.2 to 3.8.7.4: DTSTAMP, LAST-MODIFIED, SEQUENCE)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from regimen.record import Issued, IssuedEvent, RecordEntry
from regimen.timing import Moment


class Standing(Struct, frozen=True):
    """How a calendar entry stands with whoever holds it: what was last handed out, how often it
    was changed, and when it was last changed (UTC)."""

    event: IssuedEvent
    sequence: int
    changed: datetime


class Change(Struct, frozen=True):
    """One difference between two editions, for the nurse: `was` is None for what is new, `now` for
    what is withdrawn."""

    name: str
    was: Moment | None
    now: Moment | None

    @property
    def kind(self) -> str:
        if self.was is None:
            return "new"
        if self.now is None:
            return "removed"
        return "moved" if self.was != self.now else "changed"


def standing(entries: Iterable[RecordEntry]) -> dict[str, Standing]:
    """Every calendar entry that was ever handed out, as it stands after the last edition."""
    found: dict[str, Standing] = {}
    for entry in entries:
        if isinstance(entry.what, Issued):
            for name, event in entry.what.events.items():
                sequence = found[name].sequence + 1 if name in found else 0
                found[name] = Standing(event, sequence, entry.written)
    return found


def last_edition(entries: Iterable[RecordEntry]) -> Issued | None:
    issued = [entry.what for entry in entries if isinstance(entry.what, Issued)]
    return issued[-1] if issued else None


def differences(
    before: Mapping[str, Standing], now: Mapping[str, IssuedEvent]
) -> dict[str, IssuedEvent]:
    """What an edition has to say anew: entries that are new or say something else, and those that
    are withdrawn."""
    changed = {
        name: event
        for name, event in now.items()
        if name not in before or before[name].event != event
    }
    withdrawn = {
        name: IssuedEvent(old.event.at)
        for name, old in before.items()
        if name not in now and not old.event.withdrawn
    }
    return changed | withdrawn


def changes(before: Mapping[str, Standing], events: Mapping[str, IssuedEvent]) -> list[Change]:
    """The change list of an edition, in the order of the days concerned."""
    found = []
    for name, event in events.items():
        old = before.get(name)
        was = None if old is None or old.event.withdrawn else old.event.at
        found.append(Change(name, was, None if event.withdrawn else event.at))
    return sorted(found, key=lambda each: (str(each.now or each.was), each.name))


def last_label(entries: Iterable[RecordEntry]) -> str | None:
    """The words that the last edition put on its entries; None where nothing was handed out."""
    edition = last_edition(entries)
    return None if edition is None else edition.label


def in_words(found: Iterable[Change], unchanged: int) -> str:
    """`3 moved, 1 removed, 26 unchanged`."""
    kinds = Counter(each.kind for each in found)
    words = [f"{kinds[kind]} {kind}" for kind in ("new", "moved", "changed", "removed")]
    counted = [each for each in words if not each.startswith("0 ")]
    return ", ".join([*counted, f"{unchanged} unchanged"])
