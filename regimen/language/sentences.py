"""A protocol read back as sentences, made from its structure and not from its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import time
from typing import Any

from msgspec.structs import replace

from regimen.language.measure_sentences import derived_in_words, scale_in_words, taken_in_words
from regimen.language.sentences_keyed import keyed_words
from regimen.language.sentences_taper import taper_words
from regimen.protocol import (
    EVERY_DAY,
    USUAL_DRIFT,
    Anchor,
    AsNeeded,
    Cap,
    Condition,
    Counted,
    Cycles,
    DateGiven,
    Dealing,
    Decided,
    DividedDose,
    DoseExpression,
    Doses,
    DosesByTime,
    Earliest,
    Every,
    For,
    Junction,
    Once,
    OnceADay,
    OnDays,
    OnWeekdays,
    Parameter,
    Pattern,
    Phase,
    Point,
    PointOf,
    Previous,
    Protocol,
    Ref,
    Rounding,
    RoundingMode,
    Share,
    Table,
    Taper,
    Timed,
    TimesPerWeek,
    Until,
    UntilStopped,
    UntilTotal,
    WholeList,
    at_time,
)
from regimen.protocol.words import days_in_words, limits_in_words, often
from regimen.quantity import decimal_text
from regimen.timing import CalendarSpan, MonthEnd, SpanUnit, Weekday

_POINTS = {
    Point.BEGIN: "the first moment of",
    Point.FIRST: "the first dose of",
    Point.LAST: "the last dose of",
    Point.FINISH: "the finish of",
    Point.EACH: "each dose of",
    Point.EACH_FINISH: "the finish of each dose of",
    Point.END: "the end of",
}
_DEALT = {
    Dealing.LARGEST_FIRST: "the larger doses first",
    Dealing.SPREAD: "the larger doses spread evenly",
}
_ROUNDED = {
    RoundingMode.NEAREST: "to the nearest",
    RoundingMode.UP: "up to a",
    RoundingMode.DOWN: "down to a",
}


def sentences(protocol: Protocol) -> Iterator[str]:
    """What each phase of each course says, in order; then each product; then each question."""
    for course in protocol.courses:
        for at, phase in enumerate(course.phases):
            name = f"{course.key}, {phase.name}" if phase.name else course.key
            words = PhaseWords(protocol, course.phases, at).words(phase)
            words = (*words, *_only(protocol, (*course.when, *phase.when)))
            yield f"{name}: {' '.join(words)}"
    for visit in protocol.visits:
        words = PhaseWords(protocol, visit.phases, 0).visit_words()
        yield f"{visit.key}: {' '.join((*words, *_only(protocol, visit.when)))}"
    for item in protocol.as_needed:
        words = PhaseWords(protocol, item.phases, 0).as_needed_words(item)
        yield f"{item.key}: {' '.join((*words, *_only(protocol, item.when)))}"
    if protocol.products:
        from regimen.language import product_sentences

        yield from map(product_sentences.product, protocol.products.values())
    for derived in protocol.measures.values():
        yield derived_in_words(derived)
    for parameter in protocol.parameters.values():
        if not parameter.optional:
            yield _question(protocol, parameter)


def _only(protocol: Protocol, conditions: Sequence[Condition]) -> Iterator[str]:
    if conditions:
        only = [f"{each.parameter} is {_either(protocol, each)}" for each in conditions]
        yield f"Only if {' and '.join(only)}."


def _question(protocol: Protocol, parameter: Parameter) -> str:
    kind = "May stay open" if parameter.gap else "To be answered"
    if decided := decided_in_words(protocol, parameter):
        kind = f"{decided[0].upper()}{decided[1:]}"
    return f"{kind}: {parameter.name}. {parameter.ask}{taken_in_words(parameter)}"


def decided_in_words(protocol: Protocol, parameter: Parameter) -> str:
    """`to be decided at the last dose of acth, daily`; nothing where it is asked for at once."""
    if parameter.decided is None:
        return ""
    return f"to be decided {_Words(protocol).decided(parameter.decided)}"


def _and(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _either(protocol: Protocol, condition: Condition) -> str:
    """`“mild” (at home) or “severe” (in hospital)`, `under 2 years`."""
    meaning = protocol.parameters[condition.parameter].choices
    return " or ".join(
        f"“{word}”{f' ({meaning[word]})' if meaning.get(word) else ''}"
        if isinstance(word, str)
        else str(word)
        for word in condition.choices
    )


def _rows(table: Table, said: Callable[[Any], str]) -> str:
    """`5 mg (weight under 15 kg) or 10 mg (from 15 kg)`, `said` telling the value of each row."""
    rows = list(_flat(table, (), set()))
    told = [f"{said(value).removesuffix(',')} ({', '.join(keys)})" for value, keys in rows]
    return " or ".join([*filter(None, [", ".join(told[:-1])]), told[-1]])


def _flat(
    table: Table, above: tuple[str, ...], named: set[str]
) -> Iterator[tuple[object, tuple[str, ...]]]:
    """Each value with the keys of the rows that lead to it; what a table is by is said once."""
    for row in table.rows:
        key = f"“{row.key}”" if isinstance(row.key, str) else str(row.key)
        keys = (*above, key if table.by in named else f"{table.by} {key}")
        named.add(table.by)
        if isinstance(row.value, Table):
            yield from _flat(row.value, keys, named)
        else:
            yield row.value, keys


def _cap(cap: Cap) -> str:
    return f"{scale_in_words(cap)} {cap.basis.words}"


def _rounding(rounding: Rounding) -> str:
    ties = ""
    if rounding.mode is RoundingMode.NEAREST:
        ties = f", ties {'up' if rounding.ties_up else 'down'}"
    to = f"{_ROUNDED[rounding.mode]} multiple of {rounding.grid}"
    if rounding.grid is None:
        to = f"{_ROUNDED[rounding.mode]} dose that can be made up"
    week = ", as the whole of a week" if rounding.over_week else ""
    within = ""
    if rounding.within != USUAL_DRIFT:
        within = f", which may change it by up to {decimal_text(rounding.within * 100)} %"
    return f"{to}{ties}{week}{within}"


def _all_said(pattern: object, on: str) -> bool:
    """Whether the days are said with the doses that stand on them."""
    if isinstance(pattern, OnDays):
        return on == "days" and pattern.cycle is None and pattern.first_day == 1
    return on in ("on", "offsets")


class _Words:
    """Values and anchors in words."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def value(self, value: object, missing: str) -> str:
        """The value, or the name of the parameter or the rows of the table that stand for it."""
        if isinstance(value, Table):
            return _rows(value, lambda row: self.value(row, missing))
        if isinstance(value, DoseExpression):
            return value.scaled
        if not isinstance(value, Ref):
            return str(value)
        parameter = self.protocol.parameters[value.name]
        return f"({missing} not stated)" if parameter.gap else f"«{parameter.name}»"

    def decided(self, decided: Decided) -> str:
        """`1 week after the start`, `later`."""
        if decided.anchor is None:
            return "later"
        return f"{'' if decided.anchor.offset else 'at '}{self.anchor(decided.anchor)}"

    def anchor(self, anchor: Anchor) -> str:
        base = self.base(anchor)
        if anchor.offset is None:
            return base
        way = "before" if anchor.before else "after"
        return f"{self.value(anchor.offset, 'duration')} {way} {base}"

    def base(self, anchor: Anchor) -> str:
        base = anchor.base
        if isinstance(base, PointOf):
            point = _POINTS[base.point]
            if any(base.course == visit.key for visit in self.protocol.visits):
                point = point.replace("dose", "visit")
            return f"{point} {base.course}" + (f", {base.phase}" if base.phase else "")
        if isinstance(base, DateGiven):
            return f"«{base.ref.name}»"
        return (
            f"{_POINTS[base.point]} the phase before" if isinstance(base, Previous) else "the start"
        )


class PhaseWords(_Words):
    """The sentences of one phase, which is the `at`-th of its course's `phases`, or of a visit."""

    def __init__(self, protocol: Protocol, phases: tuple[Timed, ...], at: int) -> None:
        super().__init__(protocol)
        self.phases, self.phase, self.at = phases, phases[at], at

    def words(self, phase: Phase) -> tuple[str, ...]:
        what = f"{phase.drug} {self.dose(phase)} {self.value(phase.route, 'route')}"
        if phase.over is not None:
            what += f" over {self.value(phase.over, 'length')}"
        parts = (what, self.days(), self.times(), self.extent())
        said = ", ".join(part for part in parts if part)
        return (f"{said}.", *self.hours(), *self.begun(), *self.limits(phase))

    def as_needed_words(self, item: AsNeeded) -> tuple[str, ...]:
        phase = item.phase
        what = f"{phase.drug} {self.dose(phase)} {self.value(phase.route, 'route')}"
        parts = (
            what,
            f"as needed for {item.reason}",
            limits_in_words(item.per_day, item.min_gap),
            self.extent(),
        )
        said = ", ".join(part for part in parts if part)
        return (f"{said}.", f"Begins {self.beginning()}.", *self.limits(phase))

    def visit_words(self) -> tuple[str, ...]:
        parts = (self.phase.subject, self.days(), self.times(), self.extent())
        when = ", ".join(part for part in parts if part)
        return (f"{when}.", *self.hours(), *self.begun(), *self.month_end())

    def hours(self) -> Iterator[str]:
        """How the phase keeps its hours when the clocks change, where it has no clock times."""
        if isinstance(self.phase.times, Counted):
            yield "Hours are real ones, also when the clocks change."

    def begun(self) -> Iterator[str]:
        """Where the phase begins, and in which rounds."""
        if not self.phase.groups:
            yield f"Begins {self.beginning()}."
            return
        from regimen.language.round_sentences import begun  # few phases come again

        yield from begun(self)

    # --- how much

    def dose(self, phase: Phase) -> str:
        return self.one_dose(phase.dose)

    def one_dose(
        self, dose: DoseExpression | Taper | DosesByTime | DividedDose | Ref | Table
    ) -> str:
        if isinstance(dose, (DosesByTime, DividedDose)):
            return keyed_words(dose, self.one_dose)
        if isinstance(dose, Ref):
            return self.value(dose, "dose")
        if isinstance(dose, Table):
            return _rows(dose, self.one_dose)
        if isinstance(dose, Taper):
            return taper_words(dose, self.value)
        words = scale_in_words(dose)
        return words + self.shared(dose)

    def shared(self, dose: DoseExpression) -> str:
        if dose.share is None:
            return " per hour" if dose.hourly else ""
        assert isinstance(self.phase, Phase)
        per = " in all" if dose.share is Share.IN_ALL else f" per {dose.share}"
        once = dose.share is Share.DAY and isinstance(self.phase.times, OnceADay)
        dealt = self.phase.dealing in _DEALT
        return per if once or dealt else f"{per} in equal doses,"

    # --- when

    def days(self) -> str:
        dose, pattern = self.dose_of_phase(), self.phase.pattern
        if isinstance(dose, (DosesByTime, DividedDose)) and _all_said(pattern, dose.on):
            return ""  # they stand beside their doses
        times = self.phase.times
        if self.daily and isinstance(times, Ref) and not self.protocol.parameters[times.name].gap:
            return ""  # so often a day, which is said with the times
        return self.some_days(pattern)

    @property
    def daily(self) -> bool:
        return self.phase.pattern == Every(CalendarSpan(1, SpanUnit.DAY))

    def dose_of_phase(self) -> object:
        return self.phase.dose if isinstance(self.phase, Phase) else None

    def some_days(self, pattern: Pattern | Ref | Table) -> str:
        match pattern:
            case Table() as table:
                return _rows(table, self.some_days)
            case Ref() as ref:
                return self.value(ref, "days")
            case Every(span=Ref() | Table() as ref):
                return f"every {self.value(ref, 'interval')}"
            case TimesPerWeek(count=Ref() | Table() as ref):
                return f"{self.value(ref, 'number')} times a week"
            case OnWeekdays(weekdays=weekdays) if pattern != EVERY_DAY:
                return f"on {self.weekdays(weekdays)}"
            case OnDays(cycle=Ref() | Table() as ref):
                numbered = days_in_words(replace(pattern, cycle=None))
                return f"{numbered} of every cycle of {self.value(ref, 'cycle')}"
            case Once():
                return "a single dose" if self.phase.unit == "dose" else "one visit"
            case _:
                return days_in_words(pattern)

    def weekdays(self, weekdays: tuple[Weekday, ...] | Ref | Table) -> str:
        if isinstance(weekdays, Table):
            return _rows(weekdays, self.weekdays)
        if isinstance(weekdays, Ref):
            return self.value(weekdays, "weekdays")
        return _and([weekday.title for weekday in weekdays])

    def times(self) -> str:
        dose = self.dose_of_phase()
        if isinstance(dose, (DosesByTime, DividedDose)) and dose.on == "at":
            return ""  # they stand beside their doses
        return self.some_times(self.phase.times)

    def some_times(self, times: tuple[time | Ref, ...] | OnceADay | Counted | Ref | Table) -> str:
        if isinstance(times, Table):
            return _rows(times, lambda row: self.some_times(row) or "once a day")
        if isinstance(times, (OnceADay, Counted)):
            return ""
        if isinstance(times, Ref):
            count = self.protocol.parameters[times.name].count
            if count is None:
                return "at clock times that are not stated"
            each = "a day" if self.daily else "on each day that it is given"
            return f"{often(count)} {each}, at clock times from the plan"
        return f"at {_and([at_time(each).removeprefix('at ') for each in times])}"

    def extent(self) -> str:
        return self.extent_of(self.phase)

    def extent_of(self, phase: Timed) -> str:
        match phase.extent:
            case Ref() as ref:
                return self.value(ref, "duration")
            case For(span=span):
                return f"for {self.value(span, 'duration')}"
            case Doses(count=1):
                return "" if isinstance(phase.pattern, Once) else f"1 {phase.unit}"
            case Doses(count=count):
                return f"{self.value(count, 'number')} {phase.unit}s"
            case Cycles(count=count):
                words = self.value(count, "number")
                return f"for {words} cycle{'' if words == '1' else 's'}"
            case WholeList():
                return ""
            case Until(anchor=anchor, included=included):
                return f"{'up to and including' if included else 'up to'} {self.anchor(anchor)}"
            case UntilTotal() | UntilStopped() | Earliest():
                from regimen.language.end_sentences import end_words  # few phases end so

                return end_words(self, phase)
            case _:
                return "until the last level has ended"

    def beginning(self) -> str:
        return self.beginning_of(self.phase, self.at == 0)

    def beginning_of(self, phase: Timed, first: bool) -> str:
        written = phase.begins or (phase.course_begins if first else None)
        if written is not None:
            word = "on " if isinstance(written.base, DateGiven) else "at "
            return ("" if written.offset else word) + self.anchor(written)
        if first:
            return "at the start"
        match phase.junction:
            case Junction.AT_ONCE:
                return "as soon as the phase before has ended"
            case Junction.WAIT:
                return f"{self.gap()} after the last dose before"
            case _:
                return "after the phase before, or at the start if none before it applies"

    def gap(self) -> str:
        """The interval that is waited out, where it is known before there is a plan."""
        match self.phase.pattern:
            case Every(span=CalendarSpan() as span):
                return str(span)
            case TimesPerWeek(count=int(count)):
                days = 7 // count
                return f"{days} day{'' if days == 1 else 's'}"
            case _:
                return "the pattern's shortest interval"

    # --- limits

    def limits(self, phase: Phase) -> Iterator[str]:
        if isinstance(phase.caps, Table):
            yield f"At most {_rows(phase.caps, lambda caps: _and(list(map(_cap, caps))))}."
        else:
            yield from (f"At most {_cap(cap)}." for cap in phase.caps)
        if phase.products:
            from regimen.language import product_sentences

            products: Any = phase.products
            if isinstance(products, Table):
                yield f"Made up of {_rows(products, product_sentences.names)}."
            else:
                yield f"Made up of {product_sentences.names(products)}."
        if isinstance(phase.rounding, Table):
            yield f"Rounded {_rows(phase.rounding, _rounding)}."
        elif phase.rounding is not None:
            yield f"Rounded {_rounding(phase.rounding)}."
        if phase.dealing is not None and phase.dealing in _DEALT:
            yield f"Dealt out in whole steps, {_DEALT[phase.dealing]}."
        yield from self.month_end()
        if phase.tolerance is not None:
            yield from phase.tolerance.sentences()
        if phase.sites:
            turn = "Sites in turn" if len(phase.sites) > 1 else "Site"
            yield f"{turn}: {', '.join(phase.sites)}."
        if phase.may_overlap:
            yield "It may lie beside the phase before it."

    def month_end(self) -> Iterator[str]:
        if self.phase.month_end is MonthEnd.FIRST_OF_NEXT:
            yield "A day that a month lacks is the first of the next month."
