"""The rows of a table by a measure: bands in words, and whether each value lies in one of them.

`under 15 kg`, `15 to under 25 kg`, `from 25 kg`; `up to 50 kg`, `over 50 kg up to 60 kg`,
`over 60 kg` where an edge belongs to the row below it; `15 to 24 kg`, both included, only where the
measure comes in whole steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Finding, Misread, quoted
from regimen.protocol import Band, Parameter, Row
from regimen.quantity import read_quantity

if TYPE_CHECKING:
    from regimen.protocol.measures import Derived

ONE_EDGE = re.compile(r"(?P<word>under|up to|from|over) (?P<edge>[^ ]+ [^ ]+)")
TWO_EDGES = re.compile(
    r"(?P<over>over |from )?(?P<low>[^ ]+)(?: (?P<low_unit>[^ ]+))??"
    r" (?P<to>to under|up to|to) (?P<high>[^ ]+ [^ ]+)"
)


def read_band(text: str, measure: Parameter | Derived) -> Band:
    """A band of the measure. Raises Misread."""
    band = _band(text)
    for edge in (band.low, band.high):
        assert measure.unit is not None
        if edge is not None and edge.unit.dimension is not measure.unit.dimension:
            raise Misread(
                rules.DIMENSION,
                f"{quoted(text)} is {edge.unit.dimension}, {measure.name} is"
                f" {measure.unit.dimension}",
                f"write the edges in {measure.unit.name}",
            )
    if band.low is not None and band.high is not None and not band.low < band.high:
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} does not go from less to more",
            "write the smaller edge first",
        )
    return band


def _band(text: str) -> Band:
    if match := ONE_EDGE.fullmatch(text):
        edge, word = read_quantity(match["edge"]), match["word"]
        if word in ("under", "up to"):
            return Band(None, edge, high_in=word == "up to")
        return Band(edge, None, low_in=word == "from")
    match = TWO_EDGES.fullmatch(text)
    if match is None or (match["to"] == "to" and match["over"] is not None):
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} does not say from where to where the row reaches",
            "write under 15 kg, 15 to under 25 kg, from 25 kg; or, where an edge belongs to the row"
            " below it, up to 50 kg, over 50 kg up to 60 kg, over 60 kg",
        )
    high = read_quantity(match["high"])
    low = read_quantity(f"{match['low']} {match['low_unit'] or high.unit.name}")
    if match["to"] == "to":
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} leaves open where a value between it and the next row belongs",
            f"write {match['low']} to under {match['high']} if the upper edge begins the next row,"
            f" or over {match['low']} up to {match['high']}",
        )
    return Band(low, high, match["over"] != "over ", match["to"] == "up to")


def misfits(rows: Sequence[Row]) -> Iterator[Finding]:
    """A finding for each row whose band does not begin where the one before it ends."""
    for one, other in pairwise(rows):
        before, after, place = one.key, other.key, other.place
        assert isinstance(before, Band)
        assert isinstance(after, Band)
        if _stands_below(after, before):
            yield Finding(
                rules.TABLE_ORDER,
                f"the row {quoted(after)} stands below the row {quoted(before)} that it follows",
                "write the rows in ascending order",
                place,
            )
            continue
        shared = _shared(before, after)
        if shared is not None:
            yield Finding(
                rules.TABLE_OVERLAP,
                f"the rows {quoted(before)} and {quoted(after)} both hold {shared}",
                "let one row end where the next begins, as in under 15 kg and from 15 kg",
                place,
            )
            continue
        missing = _between(before, after)
        if missing is not None:
            yield Finding(
                rules.TABLE_GAP,
                f"neither the row {quoted(before)} nor the row {quoted(after)} holds {missing}",
                "let one row end where the next begins, as in under 15 kg and from 15 kg; what the"
                " source leaves out between two rows stands in a row as not stated",
                place,
            )


def _stands_below(after: Band, before: Band) -> bool:
    if before.low is None or after.low is None:
        return after.low is None and before.low is not None
    return after.low < before.low


def _shared(before: Band, after: Band) -> str | None:
    """What both bands hold, where the second does not begin below the first."""
    high = before if _ends_first(before, after) else after
    if after.low is None or high.high is None or after.low < high.high:
        return str(Band(after.low, high.high, after.low_in, high.high_in))
    if before.high == after.low and before.high_in and after.low_in:
        return f"exactly {after.low}"
    return None


def _ends_first(one: Band, other: Band) -> bool:
    if one.high is None or other.high is None:
        return other.high is None
    return one.high < other.high or (one.high == other.high and not one.high_in)


def _between(before: Band, after: Band) -> str | None:
    """What lies between two bands that share nothing."""
    low, high = before.high, after.low
    assert low is not None
    assert high is not None
    if low < high:
        return str(Band(low, high, not before.high_in, not after.low_in))
    return None if before.high_in or after.low_in else f"exactly {low}"
