"""The rows of a table by a measure: bands in words, and whether each value lies in one of them.

`under 15 kg`, `15 to under 25 kg`, `from 25 kg`; `up to 50 kg`, `over 50 kg up to 60 kg`,
`over 60 kg` where an edge belongs to the row below it; `15 to 24 kg`, both included, only where the
measure comes in whole steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Finding, Misread, Rule, quoted
from regimen.protocol import Band, Edge, Parameter, ParameterType, Row
from regimen.quantity import Quantity, Unit, read_quantity
from regimen.timing import CalendarSpan, always_shorter, read_calendar_span

if TYPE_CHECKING:
    from regimen.protocol.measures import Derived

ONE_EDGE = re.compile(r"(?P<word>under|up to|from|over) (?P<edge>[^ ]+ [^ ]+)")
TWO_EDGES = re.compile(
    r"(?P<over>over |from )?(?P<low>[^ ]+)(?: (?P<low_unit>[^ ]+))??"
    r" (?P<to>to under|up to|to) (?P<high>[^ ]+ [^ ]+)"
)


def read_band(text: str, measure: Parameter | Derived) -> Band:
    """A band of the measure. Raises Misread."""
    if isinstance(measure, Parameter) and measure.type is ParameterType.AGE:
        return _of_ages(text)
    grid = measure.grid if isinstance(measure, Parameter) else None
    band = _band(text, read_quantity, both=grid is not None)
    for edge in (band.low, band.high):
        assert measure.unit is not None
        if isinstance(edge, Quantity):
            _refuse_edge(text, edge, measure.name, measure.unit, grid)
    return _ascending(text, band)


def _refuse_edge(text: str, edge: Quantity, name: str, unit: Unit, grid: Quantity | None) -> None:
    """Raises Misread where no value of the measure can be the edge."""
    if edge.unit.dimension is not unit.dimension:
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {edge.unit.dimension}, {name} is {unit.dimension}",
            f"write the edges in {unit.name}",
        )
    if grid is not None and edge.over(grid).denominator != 1:
        raise Misread(
            rules.BAD_BAND,
            f"{edge} is no multiple of {grid}, and {name} is written down in steps of {grid}",
            f"write the edges in steps of {grid}",
        )


def _of_ages(text: str) -> Band:
    """Ages that are reached on a day: `under 3 months`, `3 months to under 2 years`."""
    band = _band(text, read_calendar_span, both=False)
    if band.high_in or not band.low_in:
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} leaves open whether an age ends on its first day or its last",
            "write under 3 years, 3 to under 12 years, from 12 years: an age begins on the day on"
            " which it is reached",
        )
    return _ascending(text, band)


def _ascending(text: str, band: Band) -> Band:
    if band.low is not None and band.high is not None and not _below(band.low, band.high):
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} does not go from less to more",
            "write the smaller edge first, and ages that lie close together in one unit",
        )
    return band


def _band(text: str, read: Callable[[str], Edge], *, both: bool) -> Band:
    """The band of these words; `both` says whether `5 to 14 kg`, with both edges, has a meaning."""
    if match := ONE_EDGE.fullmatch(text):
        edge, word = read(match["edge"]), match["word"]
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
    high = read(match["high"])
    low = read(f"{match['low']} {match['low_unit'] or match['high'].partition(' ')[2]}")
    if match["to"] == "to" and not both:
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} leaves open where a value between it and the next row belongs",
            f"write {match['low']} to under {match['high']} if the upper edge begins the next row;"
            " or, if values are written down in whole steps, state them, as in grid: 1 kg",
        )
    return Band(low, high, match["over"] != "over ", match["to"] in ("up to", "to"))


# --- edges of one kind


def _below(one: Edge, other: Edge) -> bool:
    """Whether one lies below the other; of spans, whether it is shorter from every day on."""
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return one < other
    assert isinstance(one, CalendarSpan)
    assert isinstance(other, CalendarSpan)
    return always_shorter(one, other)


def _same(one: Edge, other: Edge) -> bool:
    if isinstance(one, CalendarSpan) and isinstance(other, CalendarSpan):
        return (one.months, one.days) == (other.months, other.days)
    return one == other


# --- rows that fit each other


def misfits(rows: Sequence[Row], grid: Quantity | None) -> Iterator[Finding]:
    """A finding for each row whose band does not begin where the one before it ends."""
    for one, other in pairwise(rows):
        assert isinstance(one.key, Band)
        assert isinstance(other.key, Band)
        before, after = (_half_open(key, grid) for key in (one.key, other.key))
        found = _misfit(before, after)
        if found is not None:
            rule, what, mend = found
            what = what.format(before=quoted(one.key), after=quoted(other.key))
            yield Finding(rule, what, mend, other.place)


_BEGINS = "let one row end where the next begins, as in under 15 kg and from 15 kg"


def _misfit(before: Band, after: Band) -> tuple[Rule, str, str] | None:
    """What is wrong with the second of two rows, which stands under the first."""
    if _apart(before, after):
        return (
            rules.BAD_BAND,
            "it cannot be told whether the row {after} begins where the row {before} ends",
            "write both edges in one unit; a month may have 28 days or 31",
        )
    if _stands_below(after, before):
        return (
            rules.TABLE_ORDER,
            "the row {after} stands below the row {before} that it follows",
            "write the rows in ascending order",
        )
    shared = _shared(before, after)
    if shared is not None:
        what = f"the rows {{before}} and {{after}} both hold {shared}"
        return rules.TABLE_OVERLAP, what, _BEGINS
    missing = _between(before, after)
    if missing is not None:
        what = f"neither the row {{before}} nor the row {{after}} holds {missing}"
        unstated = "what the source leaves out between two rows stands in a row as not stated"
        return rules.TABLE_GAP, what, f"{_BEGINS}; {unstated}"
    return None


def _half_open(band: Band, grid: Quantity | None) -> Band:
    """The band as values on a grid have it: from its first value to under the next one's first."""
    if grid is None:
        return band
    low, high = band.low, band.high
    assert not isinstance(low, CalendarSpan)
    assert not isinstance(high, CalendarSpan)
    if low is not None and not band.low_in:
        low = low + grid
    if high is not None and band.high_in:
        high = high + grid
    return Band(low, high)


def _apart(before: Band, after: Band) -> bool:
    """Whether two edges are neither the same nor in an order, as 4 weeks and 1 month."""
    edges = [edge for band in (before, after) for edge in (band.low, band.high) if edge is not None]
    return any(
        not (_same(one, other) or _below(one, other) or _below(other, one))
        for one, other in combinations(edges, 2)
    )


def _stands_below(after: Band, before: Band) -> bool:
    if before.low is None or after.low is None:
        return after.low is None and before.low is not None
    return _below(after.low, before.low)


def _shared(before: Band, after: Band) -> str | None:
    """What both bands hold, where the second does not begin below the first."""
    high = before if _ends_first(before, after) else after
    if after.low is None or high.high is None or _below(after.low, high.high):
        return str(Band(after.low, high.high, after.low_in, high.high_in))
    if before.high is not None and _same(before.high, after.low):
        return f"exactly {after.low}" if before.high_in and after.low_in else None
    return None


def _ends_first(one: Band, other: Band) -> bool:
    if one.high is None or other.high is None:
        return other.high is None
    same = _same(one.high, other.high)
    return not one.high_in if same else _below(one.high, other.high)


def _between(before: Band, after: Band) -> str | None:
    """What lies between two bands that share nothing."""
    low, high = before.high, after.low
    assert low is not None
    assert high is not None
    if _same(low, high):
        return None if before.high_in or after.low_in else f"exactly {low}"
    return str(Band(low, high, not before.high_in, not after.low_in))
