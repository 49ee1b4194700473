"""Doses that stand on the time they are given, as amounts or as parts of a dose."""

from __future__ import annotations

import re
from typing import Any

from tests.properties.reference.texts import number_range
from tests.properties.reference.values import WEEKDAYS, Place, Refused

PART = re.compile(r"\d+/\d+|1")
OTHERS = "other days"
# what the whole is of which parts stand on each key
WHOLES = {"at": "day", "on": "week", "days": "in all", "offsets": "in all"}


def is_timed(value: Any) -> bool:
    """A block that is no table: times and what is given at each."""
    return isinstance(value, dict) and not (len(value) == 1 and next(iter(value)).startswith("by "))


def times_in(key: str, words: str) -> list[str]:
    """The times that share a row: `08:00/14:00`, `mon/wed`, `1-2`."""
    found: list[str] = []
    for word in words.split("/"):
        if key == "days":
            found += [str(number) for number in number_range(word)]
        else:
            found.append(word[:3].lower() if key == "on" and words != OTHERS else word)
    return found


def rows_of(key: str, block: dict[str, Any]) -> dict[str, Any]:
    """What stands at each time."""
    found: dict[str, Any] = {}
    for words, said in block.items():
        for time in times_in(key, words):
            if time in found:
                raise Refused(f"{time} stands in two rows")
            found[time] = said
    if OTHERS in found:
        said = found.pop(OTHERS)
        found = {day: found.get(day, said) for day in WEEKDAYS}
    return found


def names_of(key: str, value: Any) -> Any:
    """The times alone, as if no doses stood on them."""
    return list(rows_of(key, value)) if key in WHOLES and is_timed(value) else value


def parts(rows: dict[str, Any]) -> bool:
    fractions = [isinstance(said, str) and bool(PART.fullmatch(said)) for said in rows.values()]
    if any(fractions) is not all(fractions):
        raise Refused("parts and amounts")
    return all(fractions)


def row_at(rows: dict[str, Any], place: Place) -> tuple[str, Any]:
    ((time, said),) = ((time, said) for time, said in rows.items() if time in place.keys)
    return time, said
