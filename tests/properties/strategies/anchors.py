"""Where a phase begins and ends by an anchor, and branches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.properties.reference import Refused
from tests.properties.strategies.making import RESPONSES, Making, Phase, Points
from tests.properties.strategies.rounds import names_each
from tests.properties.strategies.texts import span


def draw_limit(making: Making, name: str, phase: Phase, others: Points) -> None:
    """An end by an anchor, some days after the first moment wherever that came to lie."""
    reach = phase.pop("_limit", None)
    if reach is None:
        return
    word = making.pick(("before", "through"))
    start = date.fromisoformat(making.start[:10])
    phase[word] = "start"  # any end will do until the first moment is known
    try:
        reader = making.reader()
        begin = reader.begin(reader.phase(name, phase["name"])).day
    except Refused:
        return
    end = begin + timedelta(days=reach)
    later = [
        f"{course}.{where}.{point}"
        for (course, where), marks in others.items()
        if where != course
        for point, moment in marks.items()
        if begin + timedelta(days=7) < moment.day < begin + timedelta(days=200)
        and "phases" in making.courses[course]
        and "when" not in making.courses[course]
    ]
    kind = making.pick(("start", "date", "other"))
    if kind == "other" and later:
        phase[word] = making.pick(later)
    elif kind == "date" and making.scope.parameters:
        phase[word] = making.asked("date", str(end))
    else:
        distance = (end - start).days or 1
        side = "after" if distance > 0 else "before"
        phase[word] = f"{span(abs(distance), 'day')} {side} start"


def draw_course_begin(making: Making, others: Points) -> str | None:
    """None for the start; else near it, on a date of the plan's, or tied to another course."""
    if not making.scope.anchors or making.chance(3):
        return None
    units = ("week", "day", "month", "year") if making.scope.months else ("week", "day")
    offset = span(making.number(1, 3), making.pick(units))
    tied = [
        f"{course}.{phase}.{point}" if phase != course and making.chance(2) else f"{course}.{point}"
        for (course, phase), marks in others.items()
        for point in marks
        if "when" not in making.courses[course]
    ]
    tied = [
        text
        for text in tied
        if "phases" in making.courses[text.split(".")[0]] or text.count(".") == 1
    ]
    finishes = [text for text in tied if text.endswith(".finish")]
    if finishes and making.chance(2):
        return making.pick(finishes)
    timed = [
        f"{course}.{point}"
        for (course, _), marks in others.items()
        for point in ("first", "last", "finish")
        if point in marks and marks[point].clock and "when" not in making.courses[course]
    ]
    if making.scope.hours and timed and making.chance(4):
        side = "before" if making.chance(3) else "after"
        return f"{span(making.number(1, 30), 'hour')} {side} {making.pick(timed)}"
    if making.scope.rounds and tied and making.chance(2):
        anchor = making.pick(names_each(making, others))
        count, unit = making.pick(((0, ""), (1, "day"), (12, "hour"), (2, "day")))
        side = "before" if making.chance(3) else "after"
        return f"{span(count, unit)} {side} {anchor}" if count else anchor
    kind = making.pick(("start", "date", "tied", "tied"))
    if kind == "date" and making.scope.parameters:
        day = date.fromisoformat(making.start[:10]) + timedelta(days=making.number(0, 60))
        anchor = making.asked("date", str(day))
    elif kind == "tied" and tied:
        anchor = making.pick(tied)
    else:
        anchor = "start"
    if making.chance(2) and anchor != "start":
        return anchor
    return f"{offset} {'before' if making.chance(5) else 'after'} {anchor}"


def draw_phase_begin(making: Making) -> str:
    point = making.pick(("last", "end", "first", "begin"))
    if point == "end" and making.chance(2):
        return "previous.end"
    reaches = [("week", 8), ("day", 40)] + [("month", 5)] * making.scope.months
    reaches += [("hour", 60)] * making.scope.hours
    unit, most = making.pick(reaches)
    return f"{span(making.number(1, most), unit)} after previous.{point}"


def draw_branch(making: Making, applies: bool) -> dict[str, Any]:
    making.ask_response()
    answer = making.answers["response"]
    rest = [choice for choice in RESPONSES if choice != answer]
    if applies:
        return {"response": [answer, rest[0]] if making.chance(2) else answer}
    return {"response": rest if making.chance(2) else rest[0]}
