"""Ends that depend on something: whichever comes first, a total, and who stops it."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.properties.reference import EXTENT, Refused
from tests.properties.reference.texts import read_dose
from tests.properties.strategies.making import DAYS_OF, Making, Phase, literal
from tests.properties.strategies.rounds import leaf_dicts
from tests.properties.strategies.texts import quantity, span


def draw_ends(making: Making) -> None:
    """Some ends that are already there become one of several, a total, or open."""
    for name in making.reader().courses():
        course = making.courses[name]
        leaves = leaf_dicts(course)
        for phase in leaves:
            if not making.scope.ends or not making.chance(2):
                continue
            kinds = ["first", "first", "total", "total"] + ["open"] * making.scope.open_ends
            kind = making.pick(kinds)
            if not making.fine():
                continue
            kept = copy.deepcopy(phase), dict(making.answers), dict(making.parameters)
            if kind == "first":
                draw_several(making, phase)
            elif kind == "total" and stands_alone(course, phase):
                draw_total(making, name, phase)
            elif kind == "open" and phase is leaves[-1] and stands_alone(course, phase):
                draw_open(making, name, phase)
            if phase != kept[0] and not making.fine():
                phase.clear()
                phase.update(kept[0])
                making.answers, making.parameters = kept[1:]


def stands_alone(course: dict[str, Any], phase: Phase) -> bool:
    """Whether it comes once, and in no group."""
    in_group = course is not phase and all(part is not phase for part in course["phases"])
    again = any("repeat" in each or ".each" in each.get("begins", "") for each in (course, phase))
    return not in_group and not again


def replace_end(phase: Phase, **end: Any) -> None:
    for key in EXTENT:
        phase.pop(key, None)
    phase.update(end)


def length_of(making: Making, phase: Phase) -> int:
    """How many days are between two doses, about."""
    text = literal(making, phase["every"]) if "every" in phase else "1 week"
    count, unit = text.split()
    return max(1, int(count) * DAYS_OF.get(unit.removesuffix("s"), 0))


def draw_several(making: Making, phase: Phase) -> None:
    """Two ends, one of which was there."""
    own = {key: phase[key] for key in EXTENT if key in phase}
    a_list = "offsets" in phase or ("days" in phase and "cycle" not in phase)
    if len(own) != 1 or own == {"doses": "1"} or a_list:
        return
    days = length_of(making, phase) * making.number(1, 6)
    word = making.pick(("doses", "for", "before", "through"))
    if word in own:
        return
    value = f"{span(days, 'day')} after start"
    if word == "doses":
        value = making.maybe_asked("number", str(making.number(2, 6)), may_be_tabled=False)
    elif word == "for":
        value = span(days, "day")
    elif making.scope.parameters and making.chance(3):
        day = date.fromisoformat(making.start[:10]) + timedelta(days=days)
        value = making.asked("date", str(day))
    ends = [own, {word: value}]
    replace_end(phase, whichever_first=ends if making.chance(2) else ends[::-1])


def draw_total(making: Making, name: str, phase: Phase) -> None:
    """Reached after a few doses, exactly or not."""
    dose = phase.get("dose")
    if "doses" not in phase or "every" not in phase or not isinstance(dose, str):
        return
    stated = read_dose(literal(making, dose))
    if stated.per or stated.hourly or "taper" in phase:
        return
    times = making.number(1, 5) + making.pick((0, Fraction(1, 2), Fraction(1, 4)))
    scale = "/kg" if stated.scale == "weight" else "/m2" if stated.scale else ""
    total = quantity(stated.amount * times, stated.unit) + scale
    of, last = making.pick(("course", "course", "lifetime")), making.pick(("omit", "part", "whole"))
    if of == "lifetime":
        before = stated.amount * making.pick((0, Fraction(1, 2), 1))
        place = f"{name}.{phase['name']}" if "name" in phase else name
        making.answers[f"{place}.given_before"] = quantity(before, stated.unit)
    replace_end(phase, until={"total": total, "of": of, "last": last})


def draw_open(making: Making, name: str, phase: Phase) -> None:
    """Until it is stopped: on a day that is known, or drawn up to a horizon."""
    if not {"every", "times_per_week", "on", "cycle"} & phase.keys() or "taper" in phase:
        return
    reader = making.reader()
    try:
        begin = reader.begin(reader.phase(name, phase.get("name", "1"))).day
    except Refused:  # it stands in a group, or waits for what is open itself
        return
    day = begin + timedelta(days=length_of(making, phase) * making.number(1, 5))
    place = f"{name}.{phase['name']}" if "name" in phase else name
    if making.chance(2) or "horizon" in making.answers:
        making.answers[f"{place}.stopped"] = str(day)
    else:
        making.answers["horizon"] = str(day)
    replace_end(phase, until="stopped")


def asked_by_ends(name: str, phase: Phase) -> set[str]:
    """The answers that an end may ask for."""
    place = f"{name}.{phase['name']}" if "name" in phase else name
    end = phase.get("until")
    if end == "stopped":
        return {f"{place}.stopped", "horizon"}
    if isinstance(end, dict) and end["of"] == "lifetime":
        return {f"{place}.given_before"}
    return set()
