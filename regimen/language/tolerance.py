"""Windows, least distances and the rules for late doses from their texts (rule T9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from regimen import rules
from regimen.finding import Finding, Misread, Place, quoted
from regimen.language.anchor_texts import read_anchor
from regimen.language.bands import ONE_EDGE, TWO_EDGES
from regimen.language.levels import PhaseReader
from regimen.protocol import Point, PointOf
from regimen.protocol.tolerance import Delay, LateAction, LateRule, MinGap, Tolerance, Window
from regimen.timing import CalendarSpan, ElapsedSpan, Span, read_span

_RESTART_AT = re.compile(r"restart at (?P<phase>.+)")


def read_min_gap(text: str) -> MinGap:
    """`2 days`, `16 weeks after a.first.last`. Raises Misread."""
    if " after " not in text:
        return MinGap(read_span(text))
    anchor = read_anchor(text)
    base, offset = anchor.base, anchor.offset
    from_dose = isinstance(base, PointOf) and base.point in (Point.FIRST, Point.LAST)
    if anchor.before or not from_dose or not isinstance(offset, (CalendarSpan, ElapsedSpan)):
        raise Misread(
            rules.BAD_ANCHOR,
            f"{quoted(text)}: a least distance counts from a dose",
            "write a duration, which counts from the dose before, or a duration after the .first or"
            " .last dose of a course or phase",
        )
    assert isinstance(base, PointOf)
    return MinGap(offset, base)


def tolerance(reader: PhaseReader) -> Tolerance:
    """What is said of the phase."""
    return Tolerance(_window(reader), _min_gaps(reader), _late(reader))


def _window(reader: PhaseReader) -> Window | None:
    found = reader.level("window")
    if found is None:
        return None
    shape, path, key = found
    assert shape.window is not None
    window = Window(shape.window.early, shape.window.late)
    if window == Window(None, None):
        reader.find(
            rules.EMPTY_VALUE,
            "the window has no side",
            "write early, late or both, each with a duration; or remove it",
            reader.document.key_place((*path, key)),
        )
    return window


def _min_gaps(reader: PhaseReader) -> tuple[MinGap, ...]:
    found = reader.level("min_gap")
    return found[0].min_gap or () if found else ()


def _late(reader: PhaseReader) -> tuple[LateRule, ...]:
    found = reader.level("late")
    if found is None:
        return ()
    shape, path, key = found
    assert shape.late is not None
    read, places = [], []
    for text, action in shape.late.items():
        place = reader.document.key_place((*path, key, text))
        try:
            read.append(_rule(text, action))
            places.append(place)
        except Misread as misread:
            reader.findings.append(misread.finding(place))
    if len(read) == len(shape.late):
        reader.findings.extend(_misfits(read, places))
    return tuple(read)


def _rule(text: str, action: str) -> LateRule:
    if match := _RESTART_AT.fullmatch(action):
        return LateRule(_delay(text), LateAction.RESTART, match["phase"])
    if action not in set(LateAction):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(action)} does not say what to do with a late dose",
            f"use one of: {', '.join(LateAction)}; or restart at a phase of the course",
        )
    return LateRule(_delay(text), LateAction(action))


def _delay(text: str) -> Delay:
    if match := ONE_EDGE.fullmatch(text):
        edge, word = read_span(match["edge"]), match["word"]
        if word in ("under", "up to"):
            return Delay(None, edge, high_in=word == "up to")
        return Delay(edge, None, low_in=word == "from")
    match = TWO_EDGES.fullmatch(text)
    if match is None or match["to"] == "to":
        raise Misread(
            rules.BAD_BAND,
            f"{quoted(text)} does not say from which delay to which the row reaches",
            "write under 6 weeks, 6 to under 12 weeks, from 12 weeks; or up to 6 weeks, over"
            " 6 weeks up to 12 weeks, over 12 weeks",
        )
    high = read_span(match["high"])
    low = read_span(f"{match['low']} {match['low_unit'] or match['high'].split()[1]}")
    return Delay(low, high, match["over"] != "over ", match["to"] == "up to")


def _misfits(read: Sequence[LateRule], places: Sequence[Place]) -> Iterator[Finding]:
    """A finding for each row that does not begin where the one before it ends."""
    edges = [edge for rule in read for edge in (rule.delay.low, rule.delay.high) if edge]
    if len({_kind(edge) for edge in edges}) > 1:
        yield Finding(
            rules.BAD_BAND,
            "the rows for late doses mix hours, days and months, which have no fixed factor",
            "write all edges in one kind of unit: hours, days and weeks, or months",
            places[0],
        )
        return
    first, last = read[0].delay, read[-1].delay
    if first.low is not None:
        yield _gap(f"no row holds a delay before {quoted(first)}", places[0])
    for (one, other), place in zip(pairwise(read), places[1:], strict=True):
        yield from _meeting(one.delay, other.delay, place)
    if last.high is not None:
        beyond = Delay(last.high, None, low_in=not last.high_in)
        yield _gap(f"no row holds a delay {quoted(beyond)}", places[-1])


def _gap(what: str, place: Place) -> Finding:
    return Finding(
        rules.TABLE_GAP,
        what,
        "let the rows hold every delay; review leaves it to the prescriber",
        place,
    )


def _meeting(one: Delay, other: Delay, place: Place) -> Iterator[Finding]:
    both = f"the row {quoted(one)} nor the row {quoted(other)}"
    if one.high is None or other.low is None or _size(one.high) > _size(other.low):
        yield _overlap(one, other, place)
    elif _size(one.high) < _size(other.low) or not (one.high_in or other.low_in):
        yield _gap(f"neither {both} holds what lies between them", place)
    elif one.high_in and other.low_in:
        yield _overlap(one, other, place)


def _overlap(one: Delay, other: Delay, place: Place) -> Finding:
    return Finding(
        rules.TABLE_OVERLAP,
        f"the rows {quoted(one)} and {quoted(other)} hold the same delay, or stand in the wrong"
        " order",
        "let one row end where the next begins, as in under 6 weeks and from 6 weeks",
        place,
    )


def _kind(span: Span) -> str:
    if isinstance(span, ElapsedSpan):
        return "hours"
    return "months" if span.months else "days"


def _size(span: Span) -> int:
    """Its length in the unit of its kind."""
    return span.minutes if isinstance(span, ElapsedSpan) else span.months or span.days
