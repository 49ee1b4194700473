"""The small texts of tapers: levels, steps, and steps as parts. Each reader raises Misread."""

from __future__ import annotations

import re

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language.dose_texts import read_dose
from regimen.language.texts import NotStated, or_ref, read_ref
from regimen.protocol import DoseExpression, PercentOf, Portion, Ref, TaperStep
from regimen.quantity import read_number, read_quantity

_PORTION = re.compile(r"(?P<part>\S+) ?(?P<percent>%)? of (?P<base>.+)")


def read_level(text: str) -> DoseExpression:
    """A level that is given, or a step between levels: `5 mg`, `50 mg/kg`."""
    level = read_dose(text)
    if level.share is not None or level.hourly:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} says of itself what it is per, or shared among",
            "write the amount alone, as in 50 mg/kg, and per: day beside it",
        )
    return level


def read_end(text: str) -> DoseExpression:
    """The level at which a taper ends, which may be nothing: `0 mg`."""
    amount = read_quantity(text.partition("/")[0])
    return read_level(text) if amount.value else DoseExpression(amount)


def read_part(text: str) -> Portion:
    """`10 % of current` (of `from`, of `200 mg`), `$part of current`."""
    match = _PORTION.fullmatch(text)
    if match is not None:
        base = _base(match["base"], text)
        if match["part"].startswith("$") and not match["percent"]:
            return Portion(read_ref(match["part"]), base)
        part = read_number(match["part"]) / 100
        if match["percent"] and part:
            return Portion(part, base)
    raise Misread(
        rules.BAD_QUANTITY,
        f"{quoted(text)} is no part of anything",
        "write the part in percent: 10 % of current, 10 % of from, or 10 % of 200 mg",
    )


def _base(text: str, whole: str) -> PercentOf | DoseExpression | Ref:
    if text in set(PercentOf):
        return PercentOf(text)
    if text.startswith("$"):
        return read_ref(text)
    if not text[:1].isdigit():
        raise Misread(
            rules.BAD_QUANTITY,
            f"in {quoted(whole)}, {quoted(text)} is nothing that a part can be taken of",
            "write of current (the dose before), of from (the first level), or of 200 mg",
        )
    return read_level(text)


def read_by_or_ref(text: str) -> DoseExpression | Portion | Ref | NotStated:
    """A step, `$name`, or `not stated`."""
    return read_part(text) if " of " in text else or_ref(read_level)(text)


def read_step(text: str) -> TaperStep:
    """One of several steps: `5 mg to 10 mg`, `$step to 0 mg`, `10 % of from to 30 mg`."""
    by, word, to = text.rpartition(" to ")
    if not word or "not stated" in text:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} does not say by how much to which level",
            "write the step and the level it leads to: 5 mg to 10 mg; what the source leaves open"
            " becomes a parameter",
        )
    step, end = read_by_or_ref(by), or_ref(read_end)(to)
    assert not isinstance(step, NotStated)
    assert not isinstance(end, NotStated)
    return TaperStep(step, end)
