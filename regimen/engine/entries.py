"""The days without a drug: visits, by the same spans as the phases, and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine import anchors, extents
from regimen.engine.clocks import instant_of
from regimen.engine.inputs import applied_phases, needed
from regimen.engine.phase_span import START_OF_DAY, PhaseSpan, clamps_of
from regimen.engine.spans import Spans
from regimen.protocol import Parameter, Timed, Timeline, Visit
from regimen.protocol.words import days_in_words
from regimen.schedule import Beginning, Entry, EntryKind, OpenDecision
from regimen.timing import Moment


def entries(spans: Spans) -> tuple[Entry, ...]:
    """Every entry of the calendar that is not a dose, in the order of their moments."""
    found = [
        entry
        for visit in spans.protocol.visits
        for entry in _of_visit(visit, spans.of_course(visit), spans.plan.zone)
    ]
    found += [entry for each in _decisions(spans) if (entry := _of_decision(each, spans))]
    return tuple(sorted(found, key=lambda each: (each.day, each.time or START_OF_DAY)))


def _of_visit(visit: Visit, spans: list[PhaseSpan], zone: str | None) -> Iterator[Entry]:
    count, number = sum(len(span.slots) for span in spans), 0
    for span in spans:
        clamped = clamps_of(span)
        assert span.bound.days is not None
        days = days_in_words(span.bound.days)
        found = "" if span.beginning.offset is None else f", on {span.first}"
        for day, clock in span.slots:
            number += 1
            why = f"{visit.key} begins {span.beginning}{found}; visit {number} of {count} {days}"
            entry = Entry(
                kind=EntryKind.VISIT,
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
            yield entry if clock is None else at_instant(entry, clock, zone)


# --- decisions


def open_decisions(spans: Spans) -> tuple[OpenDecision, ...]:
    """What is still to be decided, in the protocol's order."""
    found: list[OpenDecision] = []
    still_open = [each for each in _decisions(spans) if each.name in spans.undecided]
    if still_open:
        waits = [
            (timeline, [(each, _waits_for(spans, timeline, each)) for each in phases])
            for timeline in spans.protocol.parts
            if (phases := applied_phases(timeline, spans.plan))
        ]
        for parameter in still_open:
            decided = _decided(parameter, spans)
            moment = None if decided is None else decided[1]
            waiting = tuple(_waiting(parameter.name, waits))
            found.append(OpenDecision(parameter, moment, waiting))
    return tuple(found)


def _decisions(spans: Spans) -> list[Parameter]:
    """The decisions that this plan has, as far as is known."""
    wanted = set(needed(spans.protocol, spans.plan))
    parameters = spans.protocol.parameters.values()
    return [each for each in parameters if each.decided is not None and each.name in wanted]


def _decided(parameter: Parameter, spans: Spans) -> tuple[Beginning, Moment] | None:
    decided = parameter.decided
    assert decided is not None
    return None if decided.anchor is None else anchors.fixed(spans, decided.anchor, decided.place)


def _waits_for(spans: Spans, timeline: Timeline, phase: Timed) -> dict[str, bool]:
    """What a phase waits for, and whether the whole of it does."""
    names = dict.fromkeys(spans.waits_for(timeline, phase), True)
    certain = extents.certain(spans, phase)
    return names if certain is None else names | {certain[0]: bool(names.keys() & spans.undecided)}


def _waiting(
    name: str, waits: list[tuple[Timeline, list[tuple[Timed, dict[str, bool]]]]]
) -> Iterator[str]:
    """What itself rests on the decision, of everything with what it waits for: `b`, `doubled of
    a`."""
    for timeline, each_waits in waits:
        phases = [each for each, names in each_waits if name in names]
        begun = any(not names[name] for _, names in each_waits if name in names)
        rest = "the rest of " if begun else ""
        titles = [each.name for each in phases if each.name and len(timeline.phases) > 1]
        if titles:
            yield f"{rest}{' and '.join(titles)} of {timeline.key}"
        elif len(phases) == len(each_waits):
            yield f"{rest}{timeline.key}"
        elif phases:
            yield f"the rest of {timeline.key}"


def _of_decision(parameter: Parameter, spans: Spans) -> Entry | None:
    decided = _decided(parameter, spans)
    if decided is None:
        return None
    beginning, moment = decided
    answer = spans.plan.answers.get(parameter.name)
    entry = Entry(
        kind=EntryKind.DECISION,
        id=f"decisions/{parameter.name}",
        name=parameter.name,
        what=f"{parameter.ask} {f'Decided: {answer.text}' if answer else 'To be decided'}",
        number=1,
        of=1,
        day=moment.day,
        time=moment.time,
        why=f"{parameter.name} is decided {beginning}",
        clamped_from=moment.clamped_from,
    )
    return entry if moment.time is None else at_instant(entry, moment.time, spans.plan.zone)


def at_instant(entry: Entry, clock: time, zone: str | None) -> Entry:
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
