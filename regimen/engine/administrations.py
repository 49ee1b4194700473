"""Dated and dosed phases to administrations: in order, numbered, named and at their instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.clocks import instant_of
from regimen.engine.days import is_elapsed, is_list
from regimen.engine.phase_span import START_OF_DAY, PhaseSpan, clamps_of
from regimen.protocol import Offsets, OnDays
from regimen.schedule import Administration, AppliedPhase, Dose
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.engine.retaken import Waiting

# In order: the day, the clock time that it is sorted by, the position of its phase, its own
# position in that, and the clock time that it has.
_Place = tuple[date, time, int, int, time | None]
Waits = Mapping[tuple[int, int], "Waiting"]  # by the positions of the phase and of its dose


def administrations(
    phases: Sequence[AppliedPhase],
    spans: Sequence[PhaseSpan],
    doses: Sequence[Sequence[Dose | None]],
    waiting: Waits,
    zone: ZoneInfo | None,
) -> list[Administration]:
    """Every administration in the order of their moments, numbered in its phase and course. What
    few plans have (names of days, open measures, clock times) is added to those of such plans."""
    places = _places(spans, zone)
    numbers = {phase.course: count(1) for phase in phases}
    parts = [
        (phase, span.earlier + 1, numbers[phase.course], of_phase, clamps_of(span))
        for phase, span, of_phase in zip(phases, spans, doses, strict=True)
    ]
    given = [
        Administration(
            phase,
            first + index,
            next(number),
            day,
            clock,
            of_phase[index],
            clamps.get(day) if clamps else None,
        )
        for day, _, at, index, clock in places
        for phase, first, number, of_phase, clamps in (parts[at],)
    ]
    if waiting:
        given = _waiting(given, places, waiting)
    if [phase for phase in phases if is_list(phase.pattern)]:
        given = _named(given, places, spans)
    if zone is None:
        return given
    given = [each if each.time is None else _at_instant(each, each.time, zone) for each in given]
    if any(each.over or is_elapsed(each.pattern) for each in phases):
        from regimen.engine.elapsed import over_changes  # few protocols count hours

        return over_changes(given, zone)
    return given


def _places(spans: Sequence[PhaseSpan], zone: ZoneInfo | None) -> list[_Place]:
    """The places of all administrations in the order of their moments."""
    places = [
        (day, clock or START_OF_DAY, at, index, clock)
        for at, span in enumerate(spans)
        for index, (day, clock) in enumerate(span.slots)
    ]
    places.sort()
    if zone is not None and any(place[4] is not None and place[4].fold for place in places):
        # an hour that comes twice is in the order of its instants
        places.sort(key=lambda place: (place[0], instant_of(place[0], place[1], zone)[0]))
    return places


def _waiting(
    given: Sequence[Administration], places: Sequence[_Place], waiting: Waits
) -> list[Administration]:
    """The administrations, those that wait for measures with the names of these."""
    waits = [waiting.get((at, index)) for _, _, at, index, _ in places]
    return [
        each if wait is None else replace(each, waits_for=wait.for_)
        for each, wait in zip(given, waits, strict=True)
    ]


def _named(
    given: Sequence[Administration], places: Sequence[_Place], spans: Sequence[PhaseSpan]
) -> list[Administration]:
    """The administrations, those on listed days with what the list calls their places."""
    from regimen.engine.listed import mark

    found = []
    for each, (_, _, at, index, _) in zip(given, places, strict=True):
        span, days = spans[at], spans[at].bound.days
        if type(days) is OnDays or type(days) is Offsets:
            named = mark(days, span.place_of(index))
            found.append(
                replace(each, cycle=named.cycle, day_number=named.day_number, offset=named.offset)
            )
        else:
            found.append(each)
    return found


def _at_instant(administration: Administration, clock: time, zone: ZoneInfo) -> Administration:
    """The administration with its instant, at the clock time that really comes that day."""
    instant, note = instant_of(administration.day, clock, zone)
    if note:
        local = instant.astimezone(zone)
        day, clock = local.date(), local.time().replace(fold=0)
        timed = replace(administration, day=day, time=clock, instant=instant, clock_note=note)
    else:
        timed = replace(administration, instant=instant)
    over = administration.phase.over
    if over is None:
        return timed
    finish = instant + timedelta(minutes=over.minutes)
    until = finish.astimezone(zone).replace(fold=0)
    return replace(timed, finish=Moment(until.date(), until.time()), finish_instant=finish)
