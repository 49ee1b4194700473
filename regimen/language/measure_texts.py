"""The small texts of measures: when they are taken, formulas, parts, dated answers, ages. Each
reader raises Misread."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language.dose_texts import read_rounding
from regimen.language.texts import NAME
from regimen.protocol import Age, Dated, Retake, Rounding, Taken
from regimen.protocol.measures import Formula
from regimen.quantity import Quantity, read_number, read_quantity
from regimen.timing import read_calendar_span, read_date

_IF_CHANGED = re.compile(r"if changed by (?P<part>\S+) ?%")
_PART = re.compile(r"(?P<part>\S+) ?%")
_ON = re.compile(r"(?P<value>.+?) on (?P<day>.+)")
_BORN = "born "
NOT_YET = "not yet"


def read_taken(text: str) -> Taken:
    """`once`, `each dose`, `each cycle`, `if changed by 5 %`."""
    if match := _IF_CHANGED.fullmatch(text):
        return Taken(Retake.IF_CHANGED, _part(match["part"], text))
    if text not in (Retake.ONCE, Retake.EACH_DOSE, Retake.EACH_CYCLE):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} does not say when the measure is taken",
            "write once, each dose, each cycle, or if changed by 5 % (or another part)",
        )
    return Taken(Retake(text))


def read_formula(text: str) -> Formula:
    if text not in set(Formula):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is no formula",
            f"use one of: {', '.join(Formula)}",
        )
    return Formula(text)


def read_measure_rounding(text: str) -> Rounding:
    """`nearest 0.01 m2, ties up`."""
    rounding = read_rounding(text, read_size)
    if rounding.grid is None:
        raise Misread(
            rules.BAD_ROUNDING,
            f"{quoted(text)} rounds to pieces of a product",
            "write to multiples of what the measure is rounded: nearest 0.01 m2, ties up",
        )
    return rounding


def read_part(text: str) -> Fraction:
    """A part of something, as a number or in percent: `0.4`, `120 %`."""
    match = _PART.fullmatch(text)
    return _part(match["part"], text) if match else _positive(read_number(text), text)


def _part(number: str, text: str) -> Fraction:
    return _positive(read_number(number), text) / 100


def _positive(number: Fraction, text: str) -> Fraction:
    if not number:
        raise Misread(rules.BAD_NUMBER, f"{quoted(text)} is nothing", "write more than 0")
    return number


def read_bound(text: str) -> Quantity | str:
    """What a derived measure is held to: an amount, or the name of a measure."""
    return text if NAME.fullmatch(text) else read_size(text)


def read_size(text: str) -> Quantity:
    """A measured value; nothing measures zero."""
    size = read_quantity(text)
    if not size.value:
        raise Misread(rules.BAD_QUANTITY, f"{quoted(text)} measures nothing", "measure again")
    return size


def read_dated(text: str) -> Dated:
    """`4.2 kg on 2025-11-03, 4.9 kg on 2025-12-03`, in the order of the days; `not yet`."""
    if text == NOT_YET:
        return Dated(())
    values: dict[date, Quantity] = {}
    for item in text.split(", "):
        match = _ON.fullmatch(item.strip())
        if match is None:
            read_size(item.strip())  # says what is wrong with the value, if anything is
            raise Misread(
                rules.BAD_DATE,
                f"{quoted(item)} does not say when it was measured",
                "write the day behind each value, 4.2 kg on 2025-11-03; or not yet",
            )
        day = read_date(match["day"])
        if day in values:
            raise Misread(
                rules.TWO_ANSWERS,
                f"two values are given for {day.isoformat()}",
                "keep the one that counts",
            )
        values[day] = read_size(match["value"])
    return Dated(tuple(sorted(values.items())))


def read_age(text: str) -> Age:
    """`7 months`, at the start; or the day of birth, `born 2025-08-12`."""
    if text.startswith(_BORN):
        return Age(born=read_date(text.removeprefix(_BORN).strip()))
    try:
        return Age(at_start=read_calendar_span(text))
    except Misread as misread:
        raise Misread(
            misread.rule, misread.what, "write the age, 7 months; or born 2025-08-12"
        ) from None
