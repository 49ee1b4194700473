"""The small texts of doses: amounts with a basis, caps, roundings. Each reader raises Misread."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.protocol import (
    USUAL_DRIFT,
    Cap,
    CapBasis,
    DoseExpression,
    Measure,
    Rounding,
    RoundingMode,
    Share,
)
from regimen.protocol.dose import PIECE
from regimen.quantity import (
    BY_UCUM,
    NOT_OF_A_DRUG,
    Quantity,
    read_count,
    read_number,
    read_quantity,
)

_PER = {"kg": Measure.WEIGHT, "m2": Measure.BSA, "m²": Measure.BSA}
MOST_PARTS = 1000  # of a dose
_SHARES = {"day": Share.DAY, "d": Share.DAY, "week": Share.WEEK, "cycle": Share.CYCLE}
_HOURLY = ("h", "hour")


_BY = re.compile(r"(?P<words>.+) by (?P<name>[a-z][a-z0-9_]*)", re.ASCII)
_AUC = re.compile(r"AUC (?P<number>\S+)")


def read_dose(text: str) -> DoseExpression:
    """`100 mcg`, `6 mg/kg/day`, `280 IU/week`, `2 g in all`, `5 mg/kg by adjusted_weight`,
    `AUC 5 by carboplatin_clearance`. Raises Misread."""
    named = _BY.fullmatch(text)
    words, by = (named["words"], named["name"]) if named else (text, None)
    if match := _AUC.fullmatch(words):
        return _target_auc(match["number"], by, text)
    dose = _amount_with_basis(words)
    if by is not None and dose.per is None:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} names a measure, but not what the amount is per unit of",
            "write /kg or /m2 behind the amount: 5 mg/kg by adjusted_weight",
        )
    return DoseExpression(dose.amount, dose.per, dose.share, by, dose.hourly)


def _target_auc(number: str, by: str | None, text: str) -> DoseExpression:
    """A target area under the curve in mg·min/mL: so many mg per mL/min of a clearance."""
    if by is None:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} does not say of which clearance",
            "name the measure: AUC 5 by carboplatin_clearance",
        )
    amount = _positive(Quantity(read_number(number), BY_UCUM["mg"]), text)
    return DoseExpression(amount, Measure.CLEARANCE, None, by)


def _amount_with_basis(text: str) -> DoseExpression:
    words, share = text, None
    if words.endswith(" in all"):
        words, share = words.removesuffix(" in all"), Share.IN_ALL
    _refuse_range(text)
    amount_text, *parts = words.split("/")
    amount = _positive(read_quantity(amount_text), text)
    per, hourly = None, False
    for part in parts:
        ended = hourly or share not in (None, Share.IN_ALL)
        if part in _PER and per is None and not ended:
            per = _PER[part]
        elif part in _SHARES and share is None and not hourly:
            share = _SHARES[part]
        elif part in _HOURLY and share is None and not hourly:
            hourly = True
        else:
            raise Misread(
                rules.BAD_QUANTITY,
                f"in {quoted(text)}, /{part} has no meaning here",
                "write an amount, then /kg or /m2 if it scales, then /day, /week, /cycle or in all"
                " if it is shared, or /h if it is infused: 6 mg/kg/day",
            )
    return DoseExpression(amount, per, share, hourly=hourly)


_RANGE = re.compile(r"[0-9.]+( \S+)? to [0-9].*", re.ASCII)
_OF_ANOTHER = re.compile(r"[0-9./]+( ?%)? of .+", re.ASCII)


def _refuse_range(text: str) -> None:
    """What reads as a range, or as a part of another dose, is said to be neither."""
    if _RANGE.fullmatch(text):
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} is a range, and a dose is one amount",
            "ask for it with not stated, or with a parameter that has at_least and at_most",
        )
    if _OF_ANOTHER.fullmatch(text):
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} is a part of another amount, and a dose is an amount",
            "write the amount, ask for it with a parameter, or write a taper by a percentage",
        )


_PART = re.compile(r"(?P<part>[0-9]+)/(?P<whole>[0-9]+)")


def read_dose_or_part(text: str) -> DoseExpression | Fraction:
    """`2 mg`, or a part of a dose that stands elsewhere: `2/3`. Raises Misread."""
    match = _PART.fullmatch(text)
    if match is None:
        return read_dose(text)
    part = read_count(match["part"], at_most=MOST_PARTS)
    return Fraction(part, read_count(match["whole"], at_most=MOST_PARTS))


def _positive(amount: Quantity, text: str) -> Quantity:
    if amount.value <= 0:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} is no dose",
            "leave the phase out if nothing is given; write not stated if the source does not say",
        )
    if amount.unit.dimension in NOT_OF_A_DRUG:
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
    """`2 mg/dose`, `4 g/day`, `10 mg/kg/day`, `450 mg/m2 in all`, `550 mg/m2 lifetime`. Raises
    Misread."""
    named = _BY.fullmatch(text)
    words, by = (named["words"], named["name"]) if named else (text, None)
    match = _CAP.fullmatch(words)
    if match is None:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} does not say what the cap counts",
            "end it in /dose, /day, /week or /cycle, or in all, or lifetime: 2 mg/dose",
        )
    body, basis = match["body"], match["per"] or match["sum"]
    dose = read_dose(f"{body} by {by}" if by else body)
    if dose.share is not None or dose.hourly:
        raise Misread(
            rules.BAD_QUANTITY, f"{quoted(text)} states two bases", "keep one of them: 2 mg/dose"
        )
    return Cap(dose.amount, dose.per, CapBasis(basis), dose.by)


_CAP = re.compile(
    r"(?P<body>.+?)(?:/(?P<per>dose|day|week|cycle)| (?P<sum>in all|lifetime))", re.ASCII
)
_OVER_THE_WEEK = "over the week"
_WITHIN = re.compile(r"within (?P<part>\S+) ?%")


def read_rounding(text: str, read_grid: Callable[[str], Quantity] = read_amount) -> Rounding:
    """`nearest 0.5 mg, ties up`, `down to 1 mg`, `up to 5 mg, within 20 %`, `nearest piece, ties
    up`. Raises Misread."""
    head, *clauses = [clause.strip() for clause in text.split(", ")]
    mode = next((mode for mode in RoundingMode if head.startswith(f"{mode} ")), None)
    if mode is None:
        raise _bad_rounding(text)
    to = head.removeprefix(f"{mode} ")
    grid = None if to == PIECE else read_grid(to)
    ties, within, over_week = None, None, False
    for clause in clauses:
        if clause in ("ties up", "ties down") and ties is None:
            ties = clause == "ties up"
        elif within is None and (match := _WITHIN.fullmatch(clause)):
            within = read_number(match["part"]) / 100
        elif clause == _OVER_THE_WEEK and not over_week:
            over_week = True
        else:
            raise _bad_rounding(text)
    if (ties is None) is (mode is RoundingMode.NEAREST):
        raise _bad_rounding(text)
    return Rounding(
        mode,
        grid,
        True if ties is None else ties,
        USUAL_DRIFT if within is None else within,
        over_week,
    )


def _bad_rounding(text: str) -> Misread:
    return Misread(
        rules.BAD_ROUNDING,
        f"{quoted(text)} does not say how to round",
        "write nearest 0.5 mg, ties up (or ties down), or down to 1 mg, or up to 1 mg; piece in the"
        " place of the amount means what the product can make; add within 20 % to allow more than a"
        " tenth of change, over the week to round the whole of a week",
    )
