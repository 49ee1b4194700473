"""The ideal schedule as the plan's record and the clinic's days make it: what is given when, and
what is not given at all, each beside where the protocol puts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from fractions import Fraction
from itertools import count
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.bound import Bound
from regimen.engine.clinic_days import placed
from regimen.engine.clocks import instant_of
from regimen.engine.dosing import reduced
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.record import Slot, recorded
from regimen.engine.retaken import Waiting
from regimen.plan import Plan
from regimen.record import Given, Reduced, clinic_of, counted
from regimen.schedule import Administration, Dose, DoseStage, DoseStep, Schedule, Status

Doses = Sequence[Sequence[Dose | Waiting | None]]


def replanned(
    schedule: Schedule,
    found: Sequence[Sequence[PhaseSpan]],
    by_measures: Callable[[Sequence[Sequence[PhaseSpan]]], Doses],
) -> Schedule:
    """The schedule after everything that its plan's record says.

    `found` are the spans of its phases by course, in their order, and `by_measures` gives the doses
    of all of them where these rest on measures, or nothing where none does. Raises Refusal where an
    entry does not fit, or a dose finds no day.
    """
    plan = schedule.plan
    slots = recorded(schedule.administrations, plan)
    clinic = clinic_of(plan.entries)
    if clinic is not None:
        placed(slots, *clinic)
    phases = {id(phase): at for at, phase in enumerate(schedule.phases)}
    bounds = [span.bound for of_course in found for span in of_course]
    doses = by_measures(_moved(found, slots, phases))
    made = []
    for slot in slots:
        at = phases[id(slot.ideal.phase)]
        bound = bounds[at]
        assert isinstance(bound, Bound)
        ideal = slot.ideal
        if doses:
            ideal = _dosed(ideal, doses[at][ideal.number - 1])
        made.append(_made(slot, ideal, bound, plan))
    made.sort(key=_order)
    return replace(
        schedule,
        administrations=tuple(each for each in made if each.status.takes_place),
        removed=tuple(each for each in made if not each.status.takes_place),
        ideal=schedule,
    )


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
                given_on=[days[at, number + 1] for number in range(len(span.slots))],
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


def _made(slot: Slot, ideal: Administration, bound: Bound, plan: Plan) -> Administration:
    """The dose where it really stands, with its instant and amount there."""
    made = replace(ideal, status=slot.status, moved=tuple(slot.why))
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
    return replace(made, dose=_dose(made, bound, plan))


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


def _dose(made: Administration, bound: Bound, plan: Plan) -> Dose | None:
    """What is given: as recorded, or a decided part of what the protocol says."""
    given = _given(made, plan)
    if given is not None:
        return given
    found = _part(made, plan)
    if found is None or made.dose is None or made.status is Status.GIVEN:
        return made.dose
    part, because = found
    return reduced(bound, made.dose, part, because, plan)


def _given(made: Administration, plan: Plan) -> Dose | None:
    """The amount that was given, where it was another than planned."""
    for entry in counted(plan.entries):
        what = entry.what
        if isinstance(what, Given) and what.dose == made.id and what.amount is not None:
            step = DoseStep(DoseStage.ORDERED, what.amount, f"as given (entry {entry.number})")
            return Dose(what.amount, (*(made.dose.steps if made.dose else ()), step))
    return None


def _part(made: Administration, plan: Plan) -> tuple[Fraction, str] | None:
    """The last decision that reduces the course on this day, and who took it why."""
    found = None
    for entry in counted(plan.entries):
        what = entry.what
        if isinstance(what, Reduced) and what.course == made.course and what.since <= made.day:
            why = f": {entry.why}" if entry.why else ""
            found = what.part, f"entry {entry.number}, {entry.by}{why}"
    return found
