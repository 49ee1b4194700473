"""Tables: the one row in which a patient stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.properties.reference.texts import NUMBER, read_amount
from tests.properties.reference.units import canonical
from tests.properties.reference.values import Refused


class RowText(str):
    """A text in a table, which knows the rows on the way to it."""

    rows: tuple[str, ...] = ()


def row_of(value: Any, answer: Callable[[str], str]) -> Any:
    """What the table says for these answers; whatever is no table says itself."""
    way: tuple[str, ...] = ()
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("by "):
        ((name, rows),) = value.items()
        said = answer(name.removeprefix("by "))
        chosen = [words for words in rows if said == words or holds(words, said)]
        if len(chosen) != 1:
            raise Refused(f"{said} stands in {len(chosen)} rows")
        value, way = rows[chosen[0]], (*way, chosen[0])
    if way and isinstance(value, str):
        value = RowText(value)
        value.rows = way
    return value


EDGE = NUMBER + r"(?: (?P<{0}_unit>(?!to |up |under )[A-Za-z%µ]\S*))?"
LOW = r"(?:(?P<low_is>from|over) )?" + EDGE.format("low").replace(r"(\d", r"(?P<low>\d", 1)
HIGH = r"(?P<high_is>under|up to) " + EDGE.format("high").replace(r"(\d", r"(?P<high>\d", 1)
BANDS = [
    re.compile(LOW + r"(?: to)? " + HIGH),
    re.compile(HIGH),
    re.compile(LOW),
]


def holds(words: str, said: str) -> bool:
    """Whether a band in words (`15 to under 25 kg`, `over 50 kg up to 60 kg`) holds an amount."""
    for band in BANDS:
        match = band.fullmatch(words)
        if match is not None:
            break
    else:
        return False
    parts = match.groupdict()
    value, dimension = canonical(*read_amount(said))
    unit = parts.get("high_unit") or parts.get("low_unit") or ""
    for edge in ("low", "high"):
        if parts.get(edge) is None:
            continue
        limit, kind = canonical(*read_amount(f"{parts[edge]} {parts[f'{edge}_unit'] or unit}"))
        if kind != dimension:
            raise Refused(f"{words} and {said} are of two kinds")
        inside = {
            "from": value >= limit,
            None: value >= limit,
            "over": value > limit,
            "under": value < limit,
            "up to": value <= limit,
        }[parts[f"{edge}_is"]]
        if not inside:
            return False
    return True
