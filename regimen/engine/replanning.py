"""The ideal schedule as the plan's record and the clinic's days make it: what is given when, and
what is not given at all, each beside where the protocol puts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import count
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.as_given import as_given
from regimen.engine.clinic_days import placed
from regimen.engine.clinic_visits import visits_placed
from regimen.engine.clocks import instant_of
from regimen.engine.pauses import leave_out
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.record import Slot, VisitSlot, recorded
from regimen.engine.reductions import Planned, Spans, WorkOut, reduce_doses
from regimen.engine.retaken import Waiting
from regimen.plan import Plan
from regimen.record import clinics_of
from regimen.schedule import Administration, Dose, Entry, EntryKind, Schedule


def replanned(
    schedule: Schedule, found: Spans, work_out: WorkOut, sized: Plan, *, retaken: bool
) -> Schedule:
    """The schedule after everything that its plan's record says.

    `found` are the spans of its phases by course, in their order; `work_out` gives the doses of all
    of them, by what is `sized` in the plan, and these depend on the days where measures are
    `retaken`. Raises Refusal where an entry does not fit, or a dose finds no day.
    """
    plan = schedule.plan
    slots, visits = recorded(schedule, plan)
    clinics = clinics_of(plan.entries)
    if clinics is not None:
        placed(slots, clinics, plan)
        visits_placed(visits, clinics)
    leave_out(slots, plan)
    phases = {id(phase): at for at, phase in enumerate(schedule.phases)}
    earlier = [span.earlier for of_course in found for span in of_course]
    moved = _moved(found, slots, phases)
    doses = work_out(moved) if retaken else ()
    made = []
    for slot in slots:
        at = phases[id(slot.ideal.phase)]
        planned = Planned(_stood(slot, plan), at, slot.ideal.number - 1 - earlier[at])
        if retaken:
            planned.dose = _dosed(planned.dose, doses[at][planned.place])
        made.append(planned)
    reduce_doses(made, moved, work_out, sized)
    bounds = [span.bound for of_course in found for span in of_course]
    as_given(made, bounds, plan)
    given = sorted([each.dose for each in made], key=_order)
    return replace(
        schedule,
        administrations=tuple(each for each in given if each.status.takes_place),
        removed=tuple(each for each in given if not each.status.takes_place),
        entries=_visited(schedule, visits),
        ideal=schedule,
    )


def _visited(schedule: Schedule, visits: Sequence[VisitSlot]) -> tuple[Entry, ...]:
    """The entries without a drug, visits where record and clinic put them."""
    if not visits:
        return schedule.entries
    from regimen.engine.entries import at_instant

    found = [each for each in schedule.entries if each.kind is not EntryKind.VISIT]
    for visit in visits:
        entry = replace(visit.ideal, moved=tuple(visit.why))
        if visit.moment != entry.moment:
            entry = replace(entry, day=visit.day, time=visit.time, instant=None, clock_note="")
            if visit.time is not None and schedule.plan.zone is not None:
                entry = at_instant(entry, visit.time, schedule.plan.zone)
        found.append(entry)
    return tuple(sorted(found, key=lambda each: (each.day, each.time or time.min)))


def _moved(
    found: Sequence[Sequence[PhaseSpan]], slots: Sequence[Slot], phases: Mapping[int, int]
) -> list[list[PhaseSpan]]:
    """The spans with the days on which their doses are really given."""
    days: dict[tuple[int, int], date] = {
        (phases[id(slot.ideal.phase)], slot.ideal.number): slot.day for slot in slots
    }
    numbers = count()
    return [
        [
            replace(
                span,
                given_on=[days[at, span.earlier + n] for n in range(1, len(span.slots) + 1)],
            )
            for span, at in zip(of_course, numbers, strict=False)
        ]
        for of_course in found
    ]


def _dosed(administration: Administration, dose: Dose | Waiting | None) -> Administration:
    """The dose by the measures that count on the day it is really given."""
    if dose is None or isinstance(dose, Dose):
        return replace(administration, dose=dose, waits_for=())
    return replace(administration, dose=None, waits_for=dose.for_)


def _order(administration: Administration) -> tuple[date, time, int]:
    return administration.day, administration.time or time.min, administration.course_number


def _stood(slot: Slot, plan: Plan) -> Administration:
    """The dose where it really stands, with its instant there."""
    ideal = slot.ideal
    made = replace(ideal, status=slot.status, moved=tuple(slot.why))
    if slot.later and ideal.due is not None:
        made = replace(made, due=ideal.due.later(slot.later))
    if slot.moment != ideal.moment:
        made = replace(
            made,
            day=slot.day,
            time=slot.time,
            ideal=ideal.moment,
            clock_note="",
            instant=None,
            finish=None,
            finish_instant=None,
        )
        if slot.time is not None and plan.zone is not None:
            instant, note = instant_of(slot.day, slot.time, ZoneInfo(plan.zone))
            made = replace(made, instant=instant, clock_note=note)
            made = _finishing(made, ideal, ZoneInfo(plan.zone))
    return made


def _finishing(made: Administration, ideal: Administration, zone: ZoneInfo) -> Administration:
    """An infusion is as long on its new day as on its ideal one."""
    if ideal.finish_instant is None:
        return made
    assert ideal.instant is not None
    assert made.instant is not None
    from regimen.engine.elapsed import while_running
    from regimen.timing import Moment

    finish = made.instant + (ideal.finish_instant - ideal.instant)
    local = finish.astimezone(zone)
    made = replace(
        made,
        finish_instant=finish,
        finish=Moment(local.date(), local.time().replace(fold=0)),
    )
    note = "; ".join(filter(None, (made.clock_note, while_running(made, zone))))
    return replace(made, clock_note=note)
