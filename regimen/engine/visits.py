"""The days without a drug: visits, by the same spans as the phases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.clocks import instant_of
from regimen.engine.phase_span import START_OF_DAY, PhaseSpan, clamps_of
from regimen.engine.spans import Spans
from regimen.protocol import Visit
from regimen.schedule import Entry, days_in_words


def entries(spans: Spans) -> tuple[Entry, ...]:
    """Every entry of the calendar that is not a dose, in the order of their moments."""
    found = [
        entry
        for visit in spans.protocol.visits
        for span in spans.of_course(visit)
        for entry in _of_visit(visit, span, spans.plan.zone)
    ]
    return tuple(sorted(found, key=lambda each: (each.day, each.time or START_OF_DAY)))


def _of_visit(visit: Visit, span: PhaseSpan, zone: str | None) -> Iterator[Entry]:
    clamped = clamps_of(span)
    assert span.bound.days is not None
    days, count = days_in_words(span.bound.days), len(span.slots)
    found = "" if span.beginning.offset is None else f", on {span.first}"
    for number, (day, clock) in enumerate(span.slots, 1):
        why = f"{visit.key} begins {span.beginning}{found}; visit {number} of {count} {days}"
        entry = Entry(
            id=f"{visit.key}/{number}",
            name=visit.key,
            what=span.phase.subject,
            number=number,
            of=count,
            day=day,
            time=clock,
            why=why,
            clamped_from=clamped.get(day),
        )
        yield entry if clock is None else _at_instant(entry, clock, zone)


def _at_instant(entry: Entry, clock: time, zone: str | None) -> Entry:
    """The entry with its instant, at the clock time that really comes that day."""
    assert zone is not None  # asked for wherever a clock time can occur
    instant, note = instant_of(entry.day, clock, ZoneInfo(zone))
    local = instant.astimezone(ZoneInfo(zone))
    return replace(
        entry,
        day=local.date(),
        time=local.time().replace(fold=0),
        instant=instant,
        clock_note=note,
    )
