"""The small texts of the language: doses, caps, roundings, anchors, and what may stand for a value.

Each reader takes the text that was typed and returns a value of the protocol, or raises Misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.protocol import (
    USUAL_DRIFT,
    Anchor,
    Cap,
    CapBasis,
    DateGiven,
    DoseExpression,
    Measure,
    Point,
    PointOf,
    Previous,
    Ref,
    Rounding,
    RoundingMode,
    Share,
    Start,
)
from regimen.quantity import Dimension, Quantity, read_number, read_quantity
from regimen.timing import CalendarSpan, read_calendar_span, read_span

T = TypeVar("T")

MOST_DOSES = 10_000
MOST_CHARACTERS = 200  # of a title or name
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class NotStated(Struct, frozen=True):
    """The words `not stated`."""


class Between(Struct, frozen=True):
    """A range that a plan must fix: `6 to 7 days`."""

    low: CalendarSpan
    high: CalendarSpan


def read_name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise Misread(
            rules.BAD_NAME,
            f"{quoted(text)} is not a name",
            "use small letters, digits and _, beginning with a letter: twice_weekly_for",
        )
    return text


def read_line(text: str) -> str:
    """A title or name for people, on one line: what looks alike is the same. Raises Misread."""
    if " ".join(text.split()) != text or len(text) > MOST_CHARACTERS:
        raise Misread(
            rules.BAD_TEXT,
            f"{quoted(text)} is not one short line with single spaces between its words",
            f"write at most {MOST_CHARACTERS} characters on one line, without spaces at its ends or"
            " two in a row",
        )
    return text


def read_drug(text: str) -> str:
    """The name of a drug. Raises Misread."""
    if text == "not stated" or text.startswith("$"):
        raise Misread(
            rules.NO_DRUG,
            f"{quoted(text)} names no drug",
            "write the drug's name; where the plan chooses between drugs, write a course for each,"
            " with when",
        )
    return read_line(text)


def read_ref(text: str) -> Ref:
    return Ref(read_name(text.removeprefix("$")))


def or_ref(read: Callable[[str], T]) -> Callable[[str], T | Ref | NotStated]:
    """`read`, or `$name`, or `not stated`."""

    def reader(text: str) -> T | Ref | NotStated:
        if text == "not stated":
            return NotStated()
        return read_ref(text) if text.startswith("$") else read(text)

    return reader


_RANGE = re.compile(r"(?P<low>[0-9]+)(?: (?P<low_unit>[a-z]+))? to (?P<high>[0-9]+ +[a-z]+)")


def read_span_or_range(text: str) -> CalendarSpan | Between:
    """`1 week`, or a range as in `6 to 7 days`."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return read_calendar_span(text)
    high = read_calendar_span(match["high"])
    low = read_calendar_span(f"{match['low']} {match['low_unit'] or high.unit}")
    if low.unit is not high.unit or low.count >= high.count:
        raise Misread(
            rules.BAD_DURATION,
            f"{quoted(text)} is not a range from less to more in one unit",
            "write the smaller number first: 6 to 7 days",
        )
    return Between(low, high)


# --- doses


_PER = {"kg": Measure.WEIGHT, "m2": Measure.BSA, "m²": Measure.BSA}
_SHARES = {"day": Share.DAY, "d": Share.DAY, "week": Share.WEEK}


def read_dose(text: str) -> DoseExpression:
    """`100 mcg`, `6 mg/kg/day`, `280 IU/week`, `2 g in all`. Raises Misread."""
    words, share = text, None
    if words.endswith(" in all"):
        words, share = words.removesuffix(" in all"), Share.IN_ALL
    amount_text, *parts = words.split("/")
    amount = _positive(read_quantity(amount_text), text)
    per = None
    for part in parts:
        if part in _PER and per is None and share is not Share.DAY and share is not Share.WEEK:
            per = _PER[part]
        elif part in _SHARES and share is None:
            share = _SHARES[part]
        else:
            raise Misread(
                rules.BAD_QUANTITY,
                f"in {quoted(text)}, /{part} has no meaning here",
                "write an amount, then /kg or /m2 if it scales, then /day, /week or in all if it"
                " is shared: 6 mg/kg/day",
            )
    return DoseExpression(amount, per, share)


def _positive(amount: Quantity, text: str) -> Quantity:
    if amount.value <= 0:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} is no dose",
            "leave the phase out if nothing is given; write not stated if the source does not say",
        )
    if amount.unit.dimension in (Dimension.LENGTH, Dimension.AREA, Dimension.PART):
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {amount.unit.dimension}, not an amount of a drug",
            "write a mass, international units, a volume or an amount of substance",
        )
    return amount


def read_amount(text: str) -> Quantity:
    """An amount of drug without any basis. Raises Misread."""
    return _positive(read_quantity(text), text)


def read_level(text: str) -> Quantity:
    """An amount of drug that may be zero, as the end of a taper. Raises Misread."""
    amount = read_quantity(text)
    return amount if amount.value == 0 else _positive(amount, text)


def read_cap(text: str) -> Cap:
    """`2 mg/dose`, `4 g/day`, `10 mg/kg/day`. Raises Misread."""
    body, slash, basis = text.rpartition("/")
    if not slash or basis not in set(CapBasis):
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} does not say what the cap counts",
            "end it in /dose or /day: 2 mg/dose",
        )
    dose = read_dose(body)
    if dose.share is not None:
        raise Misread(
            rules.BAD_QUANTITY, f"{quoted(text)} states two bases", "keep one of /dose and /day"
        )
    return Cap(dose.amount, dose.per, CapBasis(basis))


_WITHIN = re.compile(r"within (?P<part>\S+) ?%")


def read_rounding(text: str) -> Rounding:
    """`nearest 0.5 mg, ties up`, `down to 1 mg`, `up to 5 mg, within 20 %`. Raises Misread."""
    head, *clauses = [clause.strip() for clause in text.split(", ")]
    mode = next((mode for mode in RoundingMode if head.startswith(f"{mode} ")), None)
    if mode is None:
        raise _bad_rounding(text)
    grid = read_amount(head.removeprefix(f"{mode} "))
    ties, within = None, None
    for clause in clauses:
        if clause in ("ties up", "ties down") and ties is None:
            ties = clause == "ties up"
        elif within is None and (match := _WITHIN.fullmatch(clause)):
            within = read_number(match["part"]) / 100
        else:
            raise _bad_rounding(text)
    if (ties is None) is (mode is RoundingMode.NEAREST):
        raise _bad_rounding(text)
    return Rounding(
        mode,
        grid,
        True if ties is None else ties,
        USUAL_DRIFT if within is None else within,
    )


def _bad_rounding(text: str) -> Misread:
    return Misread(
        rules.BAD_ROUNDING,
        f"{quoted(text)} does not say how to round",
        "write nearest 0.5 mg, ties up (or ties down), or down to 1 mg, or up to 1 mg;"
        " add within 20 % to allow more than a tenth of change",
    )


# --- anchors


_NAMED = re.compile(r"[a-z][a-z0-9_]*\.", re.ASCII)
_OFFSET = re.compile(r"(?P<offset>.+?) (?P<way>after|before) (?P<anchor>.+)")


def read_anchor(text: str) -> Anchor:
    """`start`, `previous.end`, `1 month after b12.daily.last`, `$first_day`. Raises Misread."""
    match = _OFFSET.fullmatch(text)
    if match is None or _NAMED.match(match["offset"]):  # a phase may be called `day after surgery`
        return Anchor(_base(text, text), text=text)
    offset = match["offset"]
    span = read_ref(offset) if offset.startswith("$") else read_span(offset)
    return Anchor(_base(match["anchor"], text), span, match["way"] == "before", text)


def _base(text: str, whole: str) -> Start | DateGiven | Previous | PointOf:
    if text == "start":
        return Start()
    if text.startswith("$"):
        return DateGiven(read_ref(text))
    head, _, tail = text.partition(".")
    phase, dot, point = tail.rpartition(".")
    if point not in set(Point) or bool(dot) is not bool(phase):
        raise Misread(
            rules.BAD_ANCHOR,
            f"{quoted(whole)} does not say which moment it means",
            "write start, $a_date, previous.end, or a course or course.phase with one of"
            f" {', '.join('.' + each for each in Point)}; a duration with after or before may stand"
            " in front; if the source is silent, make the date a parameter",
        )
    if head == "previous":
        if phase:
            raise Misread(
                rules.BAD_ANCHOR, f"{quoted(whole)} names a phase of previous", "write previous.end"
            )
        return Previous(Point(point))
    return PointOf(read_name(head), phase or None, Point(point))
