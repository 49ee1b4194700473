"""The texts of anchors. The reader raises Misread."""

from __future__ import annotations

import re

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language.texts import read_name, read_ref
from regimen.protocol import (
    Anchor,
    DateGiven,
    Point,
    PointOf,
    Previous,
    Start,
)
from regimen.timing import read_span

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


class Later(Struct, frozen=True):
    """The word `later`."""


def read_decided(text: str) -> Anchor | Later:
    """An anchor, or `later`. Raises Misread."""
    return Later() if text == "later" else read_moment(text)


def read_moment(text: str) -> Anchor:
    """An anchor that means one moment. Raises Misread."""
    anchor = read_anchor(text)
    if anchor.several:
        raise Misread(
            rules.BAD_ANCHOR,
            f"{quoted(text)}: .each means several moments, and here belongs one",
            "write .first or .last; only begins may be tied to each of several",
        )
    return anchor


def _base(text: str, whole: str) -> Start | DateGiven | Previous | PointOf:
    if text == "start":
        return Start()
    if text.startswith("$"):
        return DateGiven(read_ref(text))
    head, _, tail = text.partition(".")
    each = Point.EACH_FINISH
    if tail == each or tail.endswith(f".{each}"):
        phase, dot, point = tail.removesuffix(each).removesuffix("."), "", str(each)
        dot = "." if phase else ""
    else:
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
