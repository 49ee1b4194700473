"""Measures: what cannot follow a later measurement, what is measured too late or not yet, and what
lies outside of what a formula was made for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from regimen import rules
from regimen.checks.phases import scheduled
from regimen.engine.inputs import asked_for, rests_on, sizes_of
from regimen.finding import Finding, Place, Reader, Rule, Severity
from regimen.plan import Plan
from regimen.protocol import (
    Age,
    AgeOn,
    Dated,
    DoseExpression,
    DosesByTime,
    OnDays,
    Parameter,
    Phase,
    Protocol,
    Retake,
    Share,
    Taper,
    tables_in,
)
from regimen.schedule import Administration, Schedule
from regimen.timing import CalendarSpan

WEIGH_FIRST = Rule(
    "weigh-first",
    Severity.NOTICE,
    Reader.PLAN,
    "a dose worked out from an old measurement is the dose of another day",
)
OUTSIDE_FORMULA = Rule(
    "outside-formula",
    Severity.ERROR,
    Reader.PLAN,
    "a formula gives a number for every patient, and is right for those it was made for",
    may_override=True,
)

IMPLAUSIBLE = Rule(
    "implausible-size",
    Severity.ERROR,
    Reader.PLAN,
    "a weight ten times too large is a dose ten times too large",
    may_override=True,
)
MEASURED_LATE = Rule(
    "measured-late",
    Severity.ERROR,
    Reader.PLAN,
    "a dose cannot rest on what is measured after it",
    may_override=True,
)


def fixed_beforehand(protocol: Protocol) -> Iterator[Finding]:
    """What is settled for a whole phase, by a measure that is taken again in it."""
    for phase in scheduled(protocol):
        for name in _rests_on(phase):
            for parameter in _taken_again(name, protocol):
                yield from _settled(phase, parameter)
        yield from _dated_by(phase, protocol)
    for item in protocol.as_needed:
        for name in dict.fromkeys(_rests_on(item.phase)):
            for parameter in _taken_again(name, protocol):
                yield _cannot_retake(
                    parameter,
                    f"the dose of {item.key} as needed is worked out once",
                    "write taken: once",
                    item.phase.place_of("dose", "max", "round"),
                )


def _rests_on(phase: Phase) -> Iterator[str]:
    yield from phase.needs
    if phase.tables:
        from regimen.engine.tables import names_in  # few protocols have tables

        yield from names_in(phase)


def _taken_again(name: str, protocol: Protocol) -> Iterator[Parameter]:
    """The measure, or what it is worked out from, as far as that is taken again."""
    from regimen.protocol.measures import raw_measures

    for raw in raw_measures(name, protocol.measures):
        parameter = protocol.parameters.get(raw)
        if parameter is not None and parameter.taken and parameter.taken.again:
            yield parameter


def _settled(phase: Phase, parameter: Parameter) -> Iterator[Finding]:
    assert parameter.taken is not None
    dose, days = phase.dose, phase.pattern
    why = ""
    if isinstance(dose, Taper):
        why = "the levels of a taper are worked out before it begins"
    elif isinstance(dose, DoseExpression) and dose.share is Share.IN_ALL:
        why = "an amount in all is shared out before the first dose"
    elif parameter.taken.when is Retake.EACH_CYCLE and not (
        isinstance(days, OnDays) and days.cycle is not None
    ):
        why = "this phase has no cycles"
    if why:
        place = phase.place_of("dose", "taper")
        yield _cannot_retake(parameter, why, "write taken: once, or another dose", place)


def _dated_by(phase: Phase, protocol: Protocol) -> Iterator[Finding]:
    """Tables that decide when something is given, by a measure that is taken again."""
    known = ["dose", "max", "round"]
    if isinstance(phase.dose, DosesByTime):
        known += [each.row for each in phase.dose.doses]
    for table in tables_in(phase.tables):
        for parameter in _taken_again(table.by, protocol):
            if table.key not in known:
                why = f"{table.key} must be known before the first dose"
                yield _cannot_retake(parameter, why, "write taken: once", table.place)


def _cannot_retake(parameter: Parameter, why: str, mend: str, place: Place) -> Finding:
    what = f"{parameter.name} is taken {_taken(parameter)}, and {why}"
    return Finding(rules.CANNOT_RETAKE, what, mend, place)


def _taken(parameter: Parameter) -> str:
    assert parameter.taken is not None
    return "again when it has changed" if parameter.taken.by else str(parameter.taken.when)


def still_to_be_measured(schedule: Schedule) -> Iterator[Finding]:
    """One notice for all doses that wait for a measurement."""
    waiting = [each for each in schedule.administrations if each.waits_for]
    if waiting:
        names = dict.fromkeys(name for each in waiting for name in each.waits_for)
        yield Finding(
            WEIGH_FIRST,
            f"{_counted(waiting)} not worked out before {' and '.join(names)}"
            f" {'is' if len(names) == 1 else 'are'} measured for"
            f" {'it' if len(waiting) == 1 else 'each'}: {_days(waiting)}",
            f"measure, and add the value with its day to the plan: {next(iter(names))}",
            about=", ".join(names),
        )


def _counted(waiting: list[Administration]) -> str:
    return "1 dose is" if len(waiting) == 1 else f"{len(waiting)} doses are"


def _days(waiting: list[Administration]) -> str:
    days: list[date] = list(dict.fromkeys(each.day for each in waiting))
    if len(days) > 2:
        return f"{days[0]} to {days[-1]}"
    return " and ".join(day.isoformat() for day in days)


def outside_formulas(schedule: Schedule) -> Iterator[Finding]:
    """Values for which a formula was not made."""
    for doubt in dict.fromkeys(schedule.doubts):
        what, _, says = doubt.rpartition(": ")
        yield Finding(
            OUTSIDE_FORMULA,
            f"{what}: {says}",
            "check the value; if it is right, another formula may be meant, or the prescriber"
            " records an override with a reason",
            about=what,
        )


def measured_late(schedule: Schedule) -> Iterator[Finding]:
    """What is taken once, and was measured after the first dose that rests on it."""
    for name, given in schedule.plan.answers.items():
        parameter = schedule.protocol.parameters.get(name)
        if parameter is None or parameter.retaken or not isinstance(given.value, Dated):
            continue
        day, size = given.value.values[0]
        first = _first_resting_on(name, schedule)
        if first is not None and first < day:
            yield Finding(
                MEASURED_LATE,
                f"{name} {size} was measured on {day.isoformat()}, after the first dose that rests"
                f" on it, on {first.isoformat()}",
                "give the value that was known at the first dose; or record an override",
                about=f"{name}: {size} on {day.isoformat()}",
            )


def _first_resting_on(name: str, schedule: Schedule) -> date | None:
    """The day of the first dose for which this measure decides something, rows of tables and
    branches included."""
    protocol, plan = schedule.protocol, sizes_of(schedule.protocol, schedule.plan)
    using = {
        (course.key, phase.key)
        for course in protocol.courses
        for phase in course.phases
        for of in rests_on(course, phase, plan)
        if name in asked_for(of, protocol)
    }
    days = (
        each.day
        for each in schedule.administrations
        if (each.phase.course, each.phase.key) in using
    )
    return next(days, None)


def measured_unborn(schedule: Schedule) -> Iterator[Finding]:
    """Values with a day before the birth. It does not say which day that was."""
    age = schedule.plan.answers.get("age")
    if age is None or not isinstance(age.value, Age) or age.value.born is None:
        return
    for name, given in schedule.plan.answers.items():
        if isinstance(given.value, Dated) and given.value.values:
            day, size = given.value.values[0]
            if day < age.value.born:
                yield Finding(
                    rules.OUTSIDE_LIMITS,
                    f"{name} {size} was measured on {day.isoformat()}, before the birth",
                    "check both days",
                )


def age_outside(schedule: Schedule) -> Iterator[Finding]:
    """An age, by the day of birth, outside of the protocol's limits; a birth to come."""
    given, parameter = schedule.plan.answers.get("age"), schedule.protocol.parameters.get("age")
    if given is None or parameter is None or not isinstance(given.value, Age):
        return
    start = schedule.plan.start.day
    age = AgeOn(given.value.birth(start), start)
    low, high = parameter.at_least, parameter.at_most
    what = ""
    if age.born > start:
        what = "the patient is born after the treatment starts"
    elif isinstance(low, CalendarSpan) and not age.reached(low):
        what = f"the age of {age} is not at least {low}"
    elif isinstance(high, CalendarSpan) and age.reached(high) and not age.is_exactly(high):
        what = f"the age of {age} is not at most {high}"
    if what:
        yield Finding(
            rules.OUTSIDE_LIMITS,
            what,
            "check the age, and whether this treatment is meant",
        )


def implausible(schedule: Schedule) -> Iterator[Finding]:
    """Weights, heights and surfaces that no patient of that age has."""
    yield from sizes(schedule.protocol, schedule.plan)


def sizes(protocol: Protocol, plan: Plan) -> Iterator[Finding]:
    """The same before there is a schedule: a slip may lead to none."""
    given = plan.answers.get("age")
    if given is not None and isinstance(given.value, Age):
        from regimen.checks.growth import beyond  # few plans know the age

        yield from beyond(protocol, plan, given.value)
