"""The texts of numbered days. The reader raises Misread."""

from __future__ import annotations

import re

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.quantity import read_count

LAST_DAY = 3660  # ten years
_RANGE = re.compile(r"(?P<first>[0-9]+)(?:-(?P<last>[0-9]+))?", re.ASCII)


def read_days(text: str) -> tuple[int, ...]:
    """`8`, or a range with both ends, `1-5`. Raises Misread."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} is neither a day nor a range of days",
            "write numbers, with a hyphen between the first and the last day of a range: days:"
            " [1-5, 8]",
        )
    first, last = _day(match["first"]), _day(match["last"] or match["first"])
    if first > last:
        raise Misread(
            rules.NOT_ASCENDING,
            f"{quoted(text)} goes from {first} back to {last}",
            "write the earlier day first, as in 1-5",
        )
    return tuple(range(first, last + 1))


def _day(text: str) -> int:
    return 0 if text == "0" else read_count(text, at_most=LAST_DAY)
