"""Tables: the one row in which a patient stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.properties.reference.months import longest_of, moved, shortest_of
from tests.properties.reference.texts import NUMBER, read_amount, read_span
from tests.properties.reference.units import canonical
from tests.properties.reference.values import Moment, Refused, Span


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
EDGE_OF_HIGH = EDGE.format("high").replace(r"(\d", r"(?P<high>\d", 1)
HIGH = r"(?P<high_is>under|up to) " + EDGE_OF_HIGH
BANDS = [
    re.compile(LOW + r"(?: to)? " + HIGH),
    re.compile(
        LOW.replace("<low_is>from|over", "<low_is>from") + r" to (?P<high_is>)" + EDGE_OF_HIGH
    ),
    re.compile(HIGH),
    re.compile(LOW),
]
AGE = re.compile(r"(?:(\d+) (day|week|month|year)s?|born (\S+)) on (\S+)")


def holds(words: str, said: str) -> bool:
    """Whether a band in words (`15 to under 25 kg`, `over 50 kg up to 60 kg`) holds an amount."""
    for band in BANDS:
        match = band.fullmatch(words)
        if match is not None:
            break
    else:
        return False
    parts = match.groupdict()
    unit = parts.get("high_unit") or parts.get("low_unit") or ""
    for edge in ("low", "high"):
        if parts.get(edge) is None:
            continue
        below = _compared(said, f"{parts[edge]} {parts[f'{edge}_unit'] or unit}")
        inside = {
            "from": below >= 0,
            None: below >= 0,
            "over": below > 0,
            "under": below < 0,
            "up to": below <= 0,
            "": below <= 0,
        }[parts[f"{edge}_is"]]
        if not inside:
            return False
    return True


def _compared(said: str, limit: str) -> int:
    """Less than nothing where it is less, nothing where it is the same."""
    age = AGE.fullmatch(said)
    if age is not None:
        return _age_compared(age, limit)
    (value, dimension), (edge, kind) = canonical(*read_amount(said)), canonical(*read_amount(limit))
    if kind != dimension:
        raise Refused(f"{limit} and {said} are of two kinds")
    return (value > edge) - (value < edge)


def _age_compared(age: re.Match[str], limit: str) -> int:
    """An age is reached on the birthday, and never passed while only whole units are told."""
    edge = read_span(limit)
    if age[3]:
        born, on = date.fromisoformat(age[3]), date.fromisoformat(age[4])
        return 0 if moved(Moment(born, None, born, 0), edge, 1, "clamp").day <= on else -1
    own = read_span(f"{age[1]} {age[2]}") if age[1] != "0" else Span(0, edge.unit)
    if own.unit == edge.unit:
        return (own.count > edge.count) - (own.count < edge.count)
    if longest_of(own) < shortest_of(edge):
        return -1
    if longest_of(edge) <= shortest_of(own):
        return 1
    raise Refused(f"whether {own} are {edge} cannot be told")
