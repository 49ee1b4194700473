"""What a plan still has to answer, and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from regimen import rules
from regimen.engine.bound import answer
from regimen.finding import Finding, Place, Refusal
from regimen.plan import Plan
from regimen.protocol import (
    Condition,
    DateGiven,
    DoseExpression,
    Earliest,
    Extent,
    OnceADay,
    Parameter,
    ParameterType,
    Phase,
    Protocol,
    Ref,
    Timed,
    Timeline,
    TimesPerWeek,
    Until,
    UntilStopped,
    ends_of,
)
from regimen.quantity import Quantity
from regimen.timing import ElapsedSpan

DATED = "each value with its day, as in 4.2 kg on 2025-11-03; or not yet"
ZONE = Parameter(
    "zone",
    ParameterType.ZONE,
    "In which time zone is the treatment given, for example Europe/Rome?",
    Place("", 0, 0),
)


def applies(conditions: tuple[Condition, ...], plan: Plan) -> bool | None:
    """Whether all conditions hold in a plan with sizes; None while what they rest on is open."""
    known: bool | None = True
    for condition in conditions:
        answer = plan.answers.get(condition.parameter)
        if answer is None:
            known = None
        elif not condition.holds(answer.value):
            return False
    return known


def applied_phases(course: Timeline, plan: Plan) -> tuple[Timed, ...]:
    """The phases of the course that this plan has, or may yet have, with the rows that it takes in
    their tables. A choice that is decided on the way may still be open, everything else is
    answered. Raises Refusal where a value is in no row, of a phase that this plan surely has."""
    certain = applies(course.when, plan)
    if certain is False:
        return ()
    phases = course.phases
    if [phase for phase in phases if phase.when]:
        phases = tuple(phase for phase in phases if applies(phase.when, plan) is not False)
    if [phase for phase in phases if phase.tables]:
        from regimen.engine.tables import settled, takes_rows  # few protocols have tables

        answers = plan.answers
        return tuple(
            settled(phase, answers)
            if certain and applies(phase.when, plan) and takes_rows(phase, answers)
            else phase
            for phase in phases
        )
    return phases


def undecided(protocol: Protocol, plan: Plan) -> frozenset[str]:
    """The parameters that are decided on the way and are not answered yet."""
    return frozenset(each.name for each in protocol.decisions if each.name not in plan.answers)


def rests_on(timeline: Timeline, phase: Timed, plan: Plan) -> Iterator[str]:
    """What a phase itself depends on, by name."""
    for condition in (*timeline.when, *phase.when):
        yield condition.parameter
    yield from phase.needs
    if phase.tables:
        from regimen.engine.tables import asks

        yield from asks(phase, plan.answers)


def asked(protocol: Protocol, plan: Plan) -> tuple[Parameter, ...]:
    """The questions that must be answered before anything is scheduled, in the protocol's order.

    While a choice is open, what depends on it is not asked yet.
    """
    missing = _open(protocol, plan)
    questions = [each for each in missing if not each.gap and each.decided is None]
    if plan.zone is None and _has_times(protocol, plan):
        questions.append(ZONE)
    return tuple(questions)


def _open(protocol: Protocol, plan: Plan) -> list[Parameter]:
    """What is needed and not answered, once each."""
    answers, parameters = plan.answers, protocol.parameters
    return [parameters[name] for name in needed(protocol, plan) if name not in answers]


def _has_times(protocol: Protocol, plan: Plan) -> bool:
    """Whether anything in this plan has a clock time, which means nothing without a zone."""
    if protocol.goes_by_days and protocol.pins.isdisjoint(plan.answers):
        return False
    if any(_timed_decision(each) for each in protocol.decisions):
        return True
    sized = _branching(protocol, plan)
    return any(_timed(phase, protocol, plan) for phase in _possible(protocol, sized))


def _timed_decision(parameter: Parameter) -> bool:
    """Whether the day of its decision is counted in hours, which needs a zone."""
    decided = parameter.decided
    if decided is None or decided.anchor is None:
        return False
    return isinstance(decided.anchor.offset, ElapsedSpan)


def gaps(protocol: Protocol, plan: Plan) -> tuple[Parameter, ...]:
    """What the source leaves open and the plan does not fill."""
    return tuple(each for each in _open(protocol, plan) if each.gap)


def _branching(protocol: Protocol, plan: Plan) -> Plan:
    """The plan by whose answers conditions hold: with sizes, where any is by a measure."""
    if not protocol.measured:
        return plan
    conditions = (
        condition
        for timeline in protocol.parts
        for conditions in (timeline.when, *(phase.when for phase in timeline.phases))
        for condition in conditions
    )
    return sizes_of(protocol, plan) if any(each.by_measure for each in conditions) else plan


def _possible(protocol: Protocol, plan: Plan) -> Iterator[Timed]:
    """What this plan surely has; `plan` is the one by whose answers conditions hold."""
    for course in protocol.parts:
        if not course.when or applies(course.when, plan):
            for phase in course.phases:
                if not phase.when or applies(phase.when, plan):
                    yield phase


def needed(protocol: Protocol, plan: Plan) -> dict[str, None]:
    """The parameters and measures that decide something in this plan, as far as is known, and what
    the days of its decisions hang on."""
    names = dict.fromkeys(_needed_by_parts(protocol, plan))
    if not protocol.decisions:
        return names
    waiting = list(names)
    for name in waiting:  # which grows, for a decision may hang on a date that is itself decided
        found = [each for each in _day_hangs_on(protocol.parameters[name]) if each not in names]
        names.update(dict.fromkeys(found))
        waiting += found
    return names


def _day_hangs_on(parameter: Parameter) -> Iterator[str]:
    """The date and the duration that say when the parameter is decided."""
    anchor = None if parameter.decided is None else parameter.decided.anchor
    if anchor is not None:
        if isinstance(anchor.base, DateGiven):
            yield anchor.base.ref.name
        if isinstance(anchor.offset, Ref):
            yield anchor.offset.name


def _needed_by_parts(protocol: Protocol, plan: Plan) -> Iterator[str]:
    sized = _branching(protocol, plan)
    for course in protocol.parts:
        if course.when:
            yield from _choices(course.when, protocol, sized)
            if not applies(course.when, sized):
                continue
        for phase in course.phases:
            if phase.when:
                yield from _choices(phase.when, protocol, sized)
                if not applies(phase.when, sized):
                    continue
            yield from phase.needs
            if phase.groups or type(phase.extent) in _GOING_ON:
                yield from _horizons(phase, plan)
            if phase.tables:
                yield from _rows_ask(phase, protocol, sized)
            if type(phase) is Phase and type(phase.dose) is Ref:
                yield from _measures(phase.dose, protocol, plan)


_GOING_ON = (UntilStopped, Earliest)  # the ends that may be still to be known


def every_end(phase: Timed) -> Iterator[Extent]:
    """Every end of the phase and of the rounds it comes in."""
    for part in (phase, *phase.groups):
        for end in ends_of(part.extent):
            if end is not None and type(end) is not Ref:
                yield end


def _horizons(phase: Timed, plan: Plan) -> Iterator[str]:
    """The horizon, where an end is still to be known up to which nothing else bounds the phase."""
    for end in every_end(phase):
        if isinstance(end, UntilStopped) and end.stopped.name not in plan.answers:
            yield end.horizon.name


def _rows_ask(phase: Timed, protocol: Protocol, plan: Plan) -> Iterator[str]:
    """What the rows of its tables ask for, as far as it is known which are taken by a plan with
    sizes."""
    if phase.tables:
        from regimen.engine.tables import asks

        again = {
            name for name in (*protocol.parameters, *protocol.measures) if _again(name, protocol)
        }
        for name in asks(phase, plan.answers, again):
            yield from asked_for(name, protocol)


def _again(name: str, protocol: Protocol) -> bool:
    """Whether the measure, or one that it is worked out from, is taken again."""
    from regimen.protocol.measures import raw_measures

    known = [protocol.parameters[raw] for raw in raw_measures(name, protocol.measures)]
    return any(each.taken is not None and each.taken.again for each in known)


def sizes_of(protocol: Protocol, plan: Plan) -> Plan:
    """The plan with every measure as the size it counts as throughout, as far as is known."""
    if not protocol.measured:
        return plan
    from regimen.engine.measures import with_sizes  # most protocols measure nothing

    return with_sizes(protocol, plan)


def size_on(protocol: Protocol, plan: Plan, name: str, day: date) -> Quantity | None:
    """The last known size of a measure on a day, whichever doses it counts for; None where it is
    not known."""
    given = plan.answers.get(name)
    if given is not None and isinstance(given.value, Quantity):
        return given.value
    if name not in protocol.measures and given is None:
        return None
    from regimen.engine.measures import last_size  # few plans have dated measures

    return last_size(protocol, plan, name, day)


def asked_for(name: str, protocol: Protocol) -> Iterator[str]:
    """What is asked for a parameter or measure: of a derived one, what it is worked out from."""
    if not protocol.measures and name in protocol.parameters:
        yield name
        yield from protocol.parameters[name].beside
        return
    from regimen.protocol.measures import raw_measures

    for raw in raw_measures(name, protocol.measures):
        yield raw
        yield from protocol.parameters[raw].beside


def _measures(given: Ref, protocol: Protocol, plan: Plan) -> Iterator[str]:
    """What a dose scales by that the plan gives in the place of the source."""
    dose = answer(given, plan)
    if isinstance(dose, DoseExpression) and dose.measure is not None:
        yield from asked_for(dose.measure, protocol)


def _choices(conditions: tuple[Condition, ...], protocol: Protocol, plan: Plan) -> Iterator[str]:
    """The choices and measures that decide here. Once one has ruled the part out, the open ones do
    not."""
    ruled_out = applies(conditions, plan) is False
    for condition in conditions:
        if ruled_out and condition.parameter not in plan.answers:
            continue
        if condition.by_measure:
            yield from asked_for(condition.parameter, protocol)
        else:
            yield condition.parameter


def _timed(phase: Timed, protocol: Protocol, plan: Plan) -> bool:
    """Whether the phase has clock times."""
    times = phase.times
    if type(times) is Ref:
        return not protocol.parameters[times.name].gap or times.name in plan.answers
    if type(times) is not OnceADay or times.pin.name in plan.answers:
        return True
    return any(type(answer(length, plan)) is ElapsedSpan for length in phase.lengths)


def unknown_answers(protocol: Protocol, plan: Plan) -> Iterator[Finding]:
    """A finding for each answer that no phase of this plan asks for."""
    wanted, sized = set(needed(protocol, plan)), sizes_of(protocol, plan)
    for timeline in protocol.parts:
        for phase in applied_phases(timeline, sized):
            wanted.update(rests_on(timeline, phase, plan), _pins(phase))
            wanted.update(_rows_ask(phase, protocol, sized))
    for name, given in plan.answers.items():
        if name in protocol.parameters and name not in wanted:
            yield Finding(
                rules.UNKNOWN_INPUT,
                f"{name} = {given.text} decides nothing in this plan",
                "remove it, or check the choices it depends on",
            )


def _pins(phase: Timed) -> Iterator[str]:
    """The names under which the plan may pin weekdays or a clock time, or state an end, but need
    not."""
    for end in every_end(phase):
        if isinstance(end, UntilStopped):
            yield from (end.stopped.name, end.horizon.name)
        if isinstance(end, Until) and end.horizon is not None:
            yield end.horizon.name
    if isinstance(phase.pattern, TimesPerWeek) and phase.pattern.pins is not None:
        yield phase.pattern.pins.name
    if isinstance(phase.times, OnceADay):
        yield phase.times.pin.name


def refuse_missing(protocol: Protocol, plan: Plan) -> None:
    """Raises Refusal with one finding per open question."""
    questions = asked(protocol, plan)
    if questions:
        raise Refusal([missing(question) for question in questions])


def missing(question: Parameter) -> Finding:
    """The finding that asks the author's question, with its kind, unit and limits."""
    kind = [str(question.type)]
    if question.unit is not None:
        kind.append(f"in {question.unit.name}")
    if question.at_least is not None:
        kind.append(f"at least {question.at_least}")
    if question.at_most is not None:
        kind.append(f"at most {question.at_most}")
    if question.retaken:
        kind.append(DATED)
    choices = "".join(f"; {name}: {words}" for name, words in question.choices.items())
    return Finding(
        rules.MISSING_INPUT,
        f"{question.name} is missing: {question.ask} ({', '.join(kind)}{choices})",
        f"add --set {question.name}=… or answer it in the plan",
        question.place if question.place.line else None,
    )
