"""What a sample tries, in the words of the language, so that it can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.properties.strategies.making import ZONES, Sample, changes_of

ANCHORS = re.compile(r"\.(begin|first|last|each|finish|end)$")
SHARES = re.compile(r"/(kg|m2|h|day|week|cycle)\b| (in all)$")

# every one of these must come again and again among the samples that are accepted
TIME = {
    *("every", "times_per_week", "on", "days", "cycle", "cycles", "first_day", "offsets"),
    *("for", "doses", "before", "through", "whichever_first", "until", "total", "stopped"),
    *("repeat", "group", "times", "at", "times_per_day", "between", "over", "taper"),
    *(".begin", ".first", ".last", ".each", ".finish", ".end", "previous"),
    *("after", "before an anchor", "hours after", "month_end clamp", "month_end first-of-next"),
    *("last whole", "last part", "last omit", "of course", "of lifetime", "horizon"),
    *("visits", "when", "decided", "a table", "junctions", "a parameter", "pinned days"),
    *(
        "month's end",
        "leap day",
        "evening",
        "a change of clocks",
        "every some hours",
        "every some months",
    ),
}
DOSE = {
    *("/kg", "/m2", "/h", "/day", "/week", "/cycle", "in all", "max", "round"),
    *("share largest first", "share spread", "over the week"),
}
WORDS = TIME | DOSE | set(ZONES)


def words_of(sample: Sample) -> set[str]:
    """Which of the words occur in it."""
    found = set(_in(sample.protocol)) | {sample.answers["zone"]}
    day, _, clock = sample.start.partition(" ")
    start = date.fromisoformat(day)
    names = " ".join(sample.answers)
    also = {
        "evening": bool(clock),
        "leap day": (start.month, start.day) == (2, 29),
        "a change of clocks": any(
            timedelta() <= change - start <= timedelta(days=2)
            for change in changes_of(sample.answers["zone"])
        ),
        "month's end": (start + timedelta(days=1)).day == 1,
        "horizon": "horizon" in sample.answers,
        "stopped": ".stopped" in names,
        "pinned days": ".on" in names,
    }
    return (found | {word for word, holds in also.items() if holds}) & WORDS


def _in(tree: Any, key: str = "") -> Iterator[str]:
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield name
            if name.startswith("by "):
                yield "a table"
            if name == "phases" and key == "phases":
                yield "group"
            yield from _in(part, name)
    elif isinstance(tree, list):
        for part in tree:
            yield from _in(part, key)
    else:
        yield from _said(key, tree)


def _said(key: str, text: str) -> Iterator[str]:
    if key in ("month_end", "last", "of", "share"):
        yield f"{key} {text}"
    if key == "every" and text.endswith(("hour", "hours", "minute", "minutes")):
        yield "every some hours"
    if key == "every" and text.endswith(("month", "months")):
        yield "every some months"
    if text.startswith("$"):
        yield "a parameter"
    if text.startswith("previous."):
        yield "previous"
    if text.endswith("over the week"):
        yield text[-13:]
    _, after, anchor = text.partition(" after ")
    _, before, other = text.partition(" before ")
    if after:
        yield "after"
        yield from (["hours after"] if re.search(r"(hour|minute)s? after", text) else [])
    if before:
        yield "before an anchor"
    for each in (text, anchor, other):
        yield from (f".{match[1]}" for match in [ANCHORS.search(each)] if match)
        yield from ("previous" for _ in range(each.startswith("previous.")))
    yield from (f"/{match[1]}" if match[1] else "in all" for match in SHARES.finditer(text))
