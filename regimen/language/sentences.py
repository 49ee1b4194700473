"""A protocol read back as sentences, made from its structure and not from its text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from regimen.protocol import (
    Anchor,
    Condition,
    Course,
    DateGiven,
    DoseExpression,
    Doses,
    Every,
    For,
    Junction,
    Measure,
    Once,
    OnceADay,
    OnWeekdays,
    Parameter,
    ParameterType,
    Phase,
    PointOf,
    Previous,
    Protocol,
    Ref,
    Share,
    Start,
    Taper,
    TimesPerWeek,
    Until,
)
from regimen.schedule import days_in_words, often
from regimen.timing import MonthEnd

_SCALES = {Measure.WEIGHT: "per kg of body weight", Measure.BSA: "per m² of body surface"}


def sentences(protocol: Protocol) -> Iterator[str]:
    """One sentence for each phase of each course, in order; then one for each open question."""
    for course in protocol.courses:
        for at, phase in enumerate(course.phases):
            yield _Sentence(protocol, course, phase, at).text()
    for parameter in protocol.parameters.values():
        if not parameter.optional:
            yield _question(parameter)


def _question(parameter: Parameter) -> str:
    kind = "May stay open" if parameter.gap else "To be answered"
    return f"{kind}: {parameter.name}. {parameter.ask}"


class _Sentence:
    def __init__(self, protocol: Protocol, course: Course, phase: Phase, at: int) -> None:
        self.protocol, self.course, self.phase, self.at = protocol, course, phase, at

    def text(self) -> str:
        phase = self.phase
        parts = [
            self.condition(),
            f"{phase.drug}, {self.dose()}, {self.value(phase.route, 'route')},",
            self.days(),
            self.times(),
            self.extent(),
            self.beginning(),
            self.limits(),
        ]
        name = f" ({phase.name})" if phase.name else ""
        return f"{self.course.key}{name}: " + " ".join(part for part in parts if part) + "."

    def value(self, value: object, missing: str) -> str:
        """The value, or the name of the parameter that stands for it."""
        if not isinstance(value, Ref):
            return str(value)
        parameter = self.protocol.parameters[value.name]
        return f"{missing} not stated" if parameter.gap else f"«{parameter.name}»"

    def condition(self) -> str:
        conditions: tuple[Condition, ...] = (*self.course.when, *self.phase.when)
        if not conditions:
            return ""
        words = [f"{each.parameter} is {' or '.join(each.choices)}" for each in conditions]
        return f"if {' and '.join(words)}:"

    def dose(self) -> str:
        dose = self.phase.dose
        if isinstance(dose, Ref):
            return self.value(dose, "dose")
        if isinstance(dose, Taper):
            first, by = self.value(dose.first, "first level"), self.value(dose.by, "step")
            to, each = self.value(dose.to, "end"), self.value(dose.each, "length")
            per = f" per {dose.share}" if dose.share else ""
            return f"a taper from {first}{per} in steps of {by} to {to}, each level for {each}"
        return _amount(dose)

    def days(self) -> str:
        match self.phase.pattern:
            case Ref() as ref:
                return self.value(ref, "days")
            case Every(span=Ref() as ref):
                return f"every {self.value(ref, 'interval')}"
            case TimesPerWeek(count=Ref() as ref):
                return f"{self.value(ref, 'number')} times a week"
            case OnWeekdays(weekdays=Ref() as ref):
                return f"on {self.value(ref, 'weekdays')}"
            case Once():
                return "one single dose" if self.phase.extent == Doses(1) else "once"
            case pattern:
                return days_in_words(pattern)

    def times(self) -> str:
        times = self.phase.times
        if isinstance(times, OnceADay):
            return ""
        if isinstance(times, Ref):
            parameter = self.protocol.parameters[times.name]
            if parameter.gap or parameter.type is not ParameterType.CLOCKS:
                return "at clock times not stated"
            assert parameter.count is not None
            return f"{often(parameter.count)} a day at clock times that the plan gives"
        return f"at {' and '.join(_clock(each) for each in times)}"

    def extent(self) -> str:
        if isinstance(self.phase.pattern, Once):
            return ""
        match self.phase.extent:
            case None:
                return "until its last level has ended"
            case Ref() as ref:
                return f"for a {self.value(ref, 'duration')}"
            case For(span=span):
                return f"for {self.value(span, 'duration')}"
            case Doses(count=count):
                return f"for {self.value(count, 'number')} doses"
            case Until(anchor=anchor, included=included):
                return f"{'through' if included else 'until before'} {self.anchor(anchor)}"

    def beginning(self) -> str:
        if self.phase.begins is not None:
            return f"beginning {self.anchor(self.phase.begins)}"
        if self.at == 0:
            return "from the start"
        match self.phase.junction:
            case Junction.AT_ONCE:
                return "as soon as the phase before has ended"
            case Junction.WAIT:
                return "one interval after the last dose before"
            case None:
                return "following the phase before"

    def anchor(self, anchor: Anchor) -> str:
        base = self.base(anchor)
        if anchor.offset is None:
            return base
        way = "before" if anchor.before else "after"
        return f"{self.value(anchor.offset, 'duration')} {way} {base}"

    def base(self, anchor: Anchor) -> str:
        match anchor.base:
            case Start():
                return "the start"
            case DateGiven(ref=ref):
                return f"«{ref.name}»"
            case Previous(point=point):
                return f"{point.words} of the phase before"
            case PointOf(course=course, phase=phase, point=point):
                return f"{point.words} of {course}" + (f", {phase}" if phase else "")

    def limits(self) -> str:
        phase = self.phase
        words = [
            f", at most {cap.amount}{f' {_SCALES[cap.per]}' if cap.per else ''} per {cap.basis}"
            for cap in phase.caps
        ]
        if phase.rounding is not None:
            words.append(f", rounded {phase.rounding}")
        if phase.month_end is MonthEnd.FIRST_OF_NEXT:
            words.append(", a day that a month lacks being the first of the next")
        return "".join(words).removeprefix(", ") and "".join(words)[2:]


def _amount(dose: DoseExpression) -> str:
    words = str(dose.amount)
    if dose.per is not None:
        words += f" {_SCALES[dose.per]}"
    if dose.share is Share.IN_ALL:
        return f"{words} in all, shared equally"
    return words if dose.share is None else f"{words} per {dose.share}, shared equally"


def _clock(clock: time) -> str:
    return f"{clock:%H:%M}"
