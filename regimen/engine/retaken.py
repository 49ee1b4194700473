"""Doses that rest on measures which are taken again: each by the value that counts for it (D5)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from regimen.engine.bound import Bound, bind
from regimen.engine.measures import When, doubts_of, sized, taken_again
from regimen.engine.phase_span import PhaseSpan
from regimen.plan import Plan
from regimen.protocol import Course, OnDays, Phase, Protocol
from regimen.protocol.measures import raw_measures
from regimen.schedule import Dose


class Waiting(Struct, frozen=True):
    """In the place of a dose that cannot be known before these measures are taken."""

    for_: tuple[str, ...]


WorkOut = Callable[[PhaseSpan, Plan], Sequence[Dose | None]]


def doses(
    span: PhaseSpan,
    spans: Iterable[PhaseSpan],
    course: Course,
    protocol: Protocol,
    plan: Plan,
    work_out: WorkOut,
    doubts: list[str],
) -> Sequence[Dose | Waiting | None] | None:
    """The dose of each of the phase's administrations; None where nothing that it rests on is taken
    again. `spans` are all of its course, `plan` the plan as it was answered, `work_out` gives the
    doses of a phase by one set of sizes; values for which a formula was not made are added to
    `doubts`."""
    written = next(phase for phase in course.phases if phase.key == span.phase.key)
    if not taken_again(protocol, _names_in(written, protocol)):
        return None
    days = sorted({day for each in spans for day in each.days_given})
    found: dict[tuple[object, ...], Sequence[Dose | Waiting | None]] = {}
    result = []
    for at, day in enumerate(span.days_given):
        names, at_that_time = _sized(written, protocol, plan, _when(span, at, day, days))
        key = tuple(_value(at_that_time, name) for name in names)
        if key not in found:
            again = taken_again(protocol, names)
            found[key] = _by_these(span, written, at_that_time, again, work_out)
            doubts += doubts_of(at_that_time)
        result.append(found[key][at])
    return result


def _names_in(phase: Phase, protocol: Protocol) -> Iterator[str]:
    """What the phase rests on, whichever rows of its tables are taken."""
    yield from phase.needs
    if phase.tables:
        from regimen.engine.tables import names_in

        for name in names_in(phase):
            yield from raw_measures(name, protocol.measures)


def _sized(
    phase: Phase, protocol: Protocol, plan: Plan, when: When
) -> tuple[tuple[str, ...], Plan]:
    """What the phase rests on then, by the rows that it takes, and the plan with these sizes."""
    names = phase.needs
    while True:
        at_that_time = sized(protocol, plan, names, when)
        if not phase.tables:
            return names, at_that_time
        from regimen.engine.tables import asks

        asked = [
            raw
            for name in asks(phase, at_that_time.answers)
            for raw in raw_measures(name, protocol.measures)
        ]
        more = tuple(name for name in dict.fromkeys(asked) if name not in names)
        if not more:
            return names, at_that_time
        names += more


def _value(plan: Plan, name: str) -> object:
    given = plan.answers.get(name)
    return None if given is None else (given.value, getattr(given, "because", ""))


def _by_these(
    span: PhaseSpan, phase: Phase, plan: Plan, again: tuple[str, ...], work_out: WorkOut
) -> Sequence[Dose | Waiting | None]:
    """Every dose of the phase, as if the sizes in the plan counted for all of them."""
    missing = tuple(name for name in again if name not in plan.answers)
    if missing:
        return [Waiting(missing)] * len(span.slots)
    if phase.tables:
        from regimen.engine.tables import settled

        phase = settled(phase, plan.answers)
    bound = bind(phase, plan)
    assert isinstance(bound, Bound)
    assert isinstance(span.bound, Bound)
    return work_out(replace(span, bound=replace(bound, reduction=span.bound.reduction)), plan)


def _when(span: PhaseSpan, at: int, day: date, days: Sequence[date]) -> When:
    place = bisect_left(days, day)
    before = days[place - 1] if place else None
    cycles = _cycles(span)
    if cycles is None:
        return When(day, before)
    number = _cycle_of(span, at)
    last = cycles.get(number - 1)
    return When(day, before, cycles[number][0], last and last[1])


def _cycles(span: PhaseSpan) -> Mapping[int, tuple[date, date]] | None:
    """The first and last dosing day of each cycle of the phase; None where it has no cycles."""
    pattern = span.bound.days
    if not isinstance(pattern, OnDays) or pattern.cycle is None:
        return None
    found: dict[int, tuple[date, date]] = {}
    for at, day in enumerate(span.days_given):
        number = _cycle_of(span, at)
        found[number] = (found[number][0] if number in found else day, day)
    return found


def _cycle_of(span: PhaseSpan, at: int) -> int:
    from regimen.engine.listed import mark

    assert isinstance(span.bound.days, OnDays)
    cycle = mark(span.bound.days, span.place_of(at)).cycle
    assert cycle is not None
    return cycle
