"""The text that a plan gives for a parameter, read as the value the parameter stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language import dose_texts, texts
from regimen.language.taper_texts import read_end
from regimen.protocol import (
    Age,
    Dated,
    DoseExpression,
    Doses,
    Every,
    Extent,
    For,
    Limit,
    OnWeekdays,
    Parameter,
    ParameterType,
    Pattern,
    TimesPerWeek,
)
from regimen.quantity import Quantity, read_count, read_quantity
from regimen.route import read_route
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    Span,
    Weekday,
    read_calendar_span,
    read_clock,
    read_date,
    read_elapsed_span,
    read_span,
    read_weekday,
)

MOST_PER_WEEK = 7
_PER_WEEK = re.compile(r"(?P<count>[0-9]+) times (?:a|per) week")
_DOSES = re.compile(r"(?P<count>[0-9]+) doses?")


def read_answer(parameter: Parameter, text: str) -> object:
    """The value of `text` for this parameter, inside its limits. Raises Misread."""
    text = text.strip()
    try:
        if not text:
            raise Misread(rules.EMPTY_VALUE, "no value is given", "give one")
        value = _READERS[parameter.type](parameter, text)
        _inside_limits(parameter, text, value)
    except Misread as misread:
        what = f"{parameter.name}: {misread.what}"
        raise Misread(misread.rule, what, misread.mend) from None
    return value


def _duration(parameter: Parameter, text: str) -> Span:
    if parameter.in_hours:
        return read_elapsed_span(text)
    return read_calendar_span(text) if parameter.in_days else read_span(text)


def _amount(parameter: Parameter, text: str) -> Quantity:
    """An amount of drug, or a percentage; nothing at all only as the end of a taper."""
    amount = read_quantity(text) if parameter.is_percentage else dose_texts.read_level(text)
    if not amount.value and not parameter.may_be_nothing:
        raise Misread(rules.BAD_QUANTITY, f"{quoted(text)} is nothing", "give an amount")
    return _of_its_kind(parameter, text, amount)


def _measure(parameter: Parameter, text: str) -> Quantity | Dated:
    from regimen.language import measure_texts

    again = parameter.taken is not None and parameter.taken.again
    if not again and " on " not in text:
        return _sized(parameter, text, measure_texts.read_size(text))
    dated = measure_texts.read_dated(text)
    if not again and len(dated.values) != 1:
        raise Misread(
            rules.TWO_ANSWERS,
            f"{quoted(text)} has {len(dated.values)} values, and it is taken once",
            "give the one value that counts",
        )
    for _, size in dated.values:
        _sized(parameter, str(size), size)
    return dated


def _sized(parameter: Parameter, text: str, size: Quantity) -> Quantity:
    """The measured value, of its kind and on its grid."""
    _of_its_kind(parameter, text, size)
    if parameter.grid is not None and size.over(parameter.grid).denominator != 1:
        raise Misread(
            rules.OUTSIDE_LIMITS,
            f"{quoted(text)} is no multiple of {parameter.grid}",
            f"give it in steps of {parameter.grid}, as it is written down",
        )
    return size


def _age(parameter: Parameter, text: str) -> Age:
    from regimen.language.measure_texts import read_age

    return read_age(text)


def _of_its_kind(parameter: Parameter, text: str, amount: Quantity) -> Quantity:
    if parameter.unit and amount.unit.dimension is not parameter.unit.dimension:
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {amount.unit.dimension}, not {parameter.unit.dimension}",
            f"give it in {parameter.unit.name}",
        )
    return amount


def _given_before(parameter: Parameter, text: str) -> DoseExpression:
    """What was given before a plan, on the basis of the limit it counts against; it may be
    nothing."""
    given = read_end(text)
    scale = given.per.sign if given.per else ""
    if given.amount.value and scale != parameter.scale:
        basis = f"per {parameter.scale.removeprefix('/')}" if parameter.scale else "a plain amount"
        raise Misread(
            rules.OUTSIDE_LIMITS,
            f"{quoted(text)} is not {basis}, as the limit is",
            f"give it as in {given.amount}{parameter.scale}",
        )
    _of_its_kind(parameter, text, given.amount)
    return given


def _number(parameter: Parameter, text: str) -> int:
    return read_count(text, at_most=texts.MOST_DOSES)


def _choice(parameter: Parameter, text: str) -> str:
    if text not in parameter.choices:
        listed = "; ".join(f"{name}: {words}" for name, words in parameter.choices.items())
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is not one of the choices",
            f"choose one of: {listed}",
        )
    return text


def _items(parameter: Parameter, text: str, words: str) -> list[str]:
    """The parts of `mon, thu`, as many as were asked for, none twice."""
    items = [item.strip() for item in text.split(",")]
    if parameter.count is not None and len(items) != parameter.count:
        raise Misread(
            rules.OUTSIDE_LIMITS,
            f"{len(items)} {words} given, {parameter.count} needed",
            f"give exactly {parameter.count}, with commas between them",
        )
    if len(set(items)) != len(items):
        raise Misread(rules.TWO_ANSWERS, f"{quoted(text)} repeats one", "give each once")
    return items


def _weekdays(parameter: Parameter, text: str) -> tuple[Weekday, ...]:
    items = _items(parameter, text, "weekdays")
    return _distinct(parameter, text, sorted(read_weekday(item) for item in items))


def _clocks(parameter: Parameter, text: str) -> tuple[time, ...]:
    return tuple(sorted(read_clock(item) for item in _items(parameter, text, "clock times")))


def _distinct(parameter: Parameter, text: str, weekdays: list[Weekday]) -> tuple[Weekday, ...]:
    if len(set(weekdays)) != len(weekdays):
        raise Misread(rules.TWO_ANSWERS, f"{quoted(text)} repeats one", "give each once")
    return tuple(weekdays)


def _dose(parameter: Parameter, text: str) -> DoseExpression:
    return dose_texts.read_dose(text)


def _pattern(parameter: Parameter, text: str) -> Pattern:
    """`2 days` or `every 2 days`; `2 times a week`; `mon, thu`."""
    if match := _PER_WEEK.fullmatch(text):
        return TimesPerWeek(read_count(match["count"], at_most=MOST_PER_WEEK))
    if text[:1].isdigit() or text.startswith("every "):
        return Every(read_calendar_span(text.removeprefix("every ")))
    return OnWeekdays(_weekdays(parameter, text))


def _extent(parameter: Parameter, text: str) -> Extent:
    """`2 weeks` or `12 doses`."""
    if match := _DOSES.fullmatch(text):
        return Doses(read_count(match["count"], at_most=texts.MOST_DOSES))
    return For(read_calendar_span(text))


_READERS: dict[ParameterType, Callable[[Parameter, str], object]] = {
    ParameterType.DURATION: _duration,
    ParameterType.QUANTITY: _amount,
    ParameterType.NUMBER: _number,
    ParameterType.DATE: lambda _, text: read_date(text),
    ParameterType.CHOICE: _choice,
    ParameterType.WEEKDAYS: _weekdays,
    ParameterType.TIME: lambda _, text: read_clock(text),
    ParameterType.MEASURE: _measure,
    ParameterType.AGE: _age,
    ParameterType.DOSE: _dose,
    ParameterType.ROUTE: lambda _, text: read_route(text),
    ParameterType.PATTERN: _pattern,
    ParameterType.CLOCKS: _clocks,
    ParameterType.EXTENT: _extent,
    ParameterType.GIVEN_BEFORE: _given_before,
}


def read_limit(parameter_type: ParameterType, text: str) -> Limit:
    """A limit of a parameter, of the parameter's own kind. Raises Misread."""
    match parameter_type:
        case ParameterType.DURATION:
            return read_span(text)
        case ParameterType.AGE:
            return read_calendar_span(text)
        case ParameterType.QUANTITY | ParameterType.MEASURE:
            return read_quantity(text)
        case ParameterType.NUMBER:
            return read_count(text, at_most=texts.MOST_DOSES)
        case ParameterType.DATE:
            return read_date(text)
        case _:
            raise Misread(
                rules.TWO_WAYS,
                f"a parameter of type {parameter_type} has no limits",
                "remove at_least and at_most",
            )


def refuse_limits(parameter: Parameter) -> None:
    """Raises Misread where no answer can lie within the parameter's limits."""
    low, high = parameter.at_least, parameter.at_most
    for limit in (low, high):
        if isinstance(limit, Quantity):
            _of_its_kind(parameter, str(limit), limit)
    if low is None or high is None:
        return
    order = _compared(low, high)
    if order is None or order > 0:
        raise Misread(
            rules.TWO_WAYS,
            f"nothing is known to be at least {low} and at most {high}",
            "check the two limits and their units",
        )


def limits_in_words(parameter: Parameter) -> str:
    """`from 3 kg to 20 kg`, `at least 1 week`, or nothing."""
    low, high = parameter.at_least, parameter.at_most
    if low is not None and high is not None:
        return f"from {low} to {high}"
    if low is not None:
        return f"at least {low}"
    return f"at most {high}" if high is not None else ""


def _inside_limits(parameter: Parameter, text: str, value: object) -> None:
    if isinstance(value, Dated):
        for _, size in value.values:
            _inside_limits(parameter, str(size), size)
        return
    for limit, above in ((parameter.at_least, False), (parameter.at_most, True)):
        if limit is None or (isinstance(value, Age) and value.born):
            continue
        order = _compared(value, limit)
        if order is None or (order > 0 if above else order < 0):
            raise Misread(
                rules.OUTSIDE_LIMITS,
                f"{quoted(text)} is not {limits_in_words(parameter)}",
                "check the value and its unit",
            )


def _compared(value: object, limit: Limit) -> int | None:
    """-1, 0 or 1 as `value` is below, at or above the limit; None where that cannot be told."""
    if isinstance(value, Age):
        value = value.at_start  # one by the day of birth is held against the limits on that day
    if isinstance(value, CalendarSpan) and isinstance(limit, CalendarSpan):
        return _compared_spans(value, limit)
    if isinstance(value, ElapsedSpan) and isinstance(limit, ElapsedSpan):
        return (value.minutes > limit.minutes) - (value.minutes < limit.minutes)
    if isinstance(value, Quantity) and isinstance(limit, Quantity):
        if value.unit.dimension is not limit.unit.dimension:
            return None
        return (value > limit) - (value < limit)
    if isinstance(value, int) and isinstance(limit, int):
        return (value > limit) - (value < limit)
    if isinstance(value, date) and isinstance(limit, date):
        return (value > limit) - (value < limit)
    return None


def _compared_spans(value: CalendarSpan, limit: CalendarSpan) -> int | None:
    """Months have 28 to 31 days: against days, only what holds for all of them is told."""
    if bool(value.months) is bool(limit.months):
        mine, other = value.months or value.days, limit.months or limit.days
        return (mine > other) - (mine < other)
    shortest, longest = _days_range(value)
    least, most = _days_range(limit)
    if longest < least:
        return -1
    return 1 if shortest > most else None


def _days_range(span: CalendarSpan) -> tuple[int, int]:
    return (span.months * 28, span.months * 31) if span.months else (span.days, span.days)
