"""Phases, groups and courses that come again."""

from __future__ import annotations

import copy
from typing import Any

from tests.properties.strategies.making import Making
from tests.properties.strategies.texts import span


def draw_rounds(making: Making, name: str) -> None:
    """Let a phase, some phases as a group, or the whole course come again, if that can be."""
    course = making.courses[name]
    kept = copy.deepcopy(course)
    if not making.fine():
        return
    kind = making.pick(("phase", "group", "course"))
    if kind == "course":
        course["repeat"] = draw_rule(making, name, [each["name"] for each in course["phases"]])
    elif kind == "phase":
        phase = making.pick(course["phases"])
        if ".each" not in phase.get("begins", ""):
            phase["repeat"] = draw_rule(making, name, [phase["name"]])
    else:
        make_group(making, name)
    if not making.fine():
        course.clear()
        course.update(kept)


def make_group(making: Making, name: str) -> None:
    phases = making.courses[name]["phases"]
    first = making.number(0, len(phases) - 1)
    last = making.number(first, len(phases) - 1)
    inside = phases[first : last + 1]
    if any("when" in phase or ".each" in phase.get("begins", "") for phase in inside):
        return
    rule = None
    if making.chance(2) or len(inside) == 1:
        rule = draw_rule(making, name, [phase["name"] for phase in inside])
    group: dict[str, Any] = {"name": "block"}
    for key in ("begins", "junctions"):
        if key in inside[0]:
            group[key] = inside[0].pop(key)
    if rule is not None:
        group["repeat"] = rule
    if making.chance(3) and len(inside) > 1:
        number = making.number(1, 30)
        inside[1]["begins"] = f"{span(number, 'day')} after {name}.{inside[0]['name']}.last"
        inside[1].pop("junctions", None)
    group["phases"] = inside
    phases[first : last + 1] = [group]


def draw_rule(making: Making, name: str, keys: list[str]) -> dict[str, Any]:
    """Far enough apart for one round to be over when the next begins, mostly."""
    points = making.reader().points()
    marks = [marks for (course, key), marks in points.items() if course == name and key in keys]
    days = [moment.day for each in marks for moment in each.values()]
    length = (max(days) - min(days)).days + 1 if days else 10
    apart = length + making.number(0, 40)
    kind = making.pick(("every", "every", "offsets", "days", "weeks", "months"))
    if kind == "offsets":
        return {"offsets": [span(n * apart + making.number(0, 3), "day") for n in (0, 1, 3)]}
    if kind == "days":
        return {"days": ["1", str(apart + 1)]}
    unit, count = "day", apart
    if kind == "weeks" or not making.scope.months:
        unit, count = "week", apart // 7 + 1
    elif kind == "months":
        unit, count = "month", apart // 28 + 1
    rule = {"every": span(count, unit)}
    if making.chance(4):
        return {**rule, "for": span(count * 2 + making.number(0, 1), unit)}
    return {**rule, "times": str(making.number(2, 3))}


def leaf_dicts(course: dict[str, Any]) -> list[dict[str, Any]]:
    """Every phase as it is written, in whatever group; or the course that is one."""
    if "phases" not in course:
        return [course]
    return [leaf for part in course["phases"] for leaf in leaf_dicts(part)]


def names_each(making: Making, others: dict[tuple[str, str], Any]) -> list[str]:
    """Anchors after each dose of another course, or of one of its phases."""
    found = []
    for course, key in others:
        if "when" in making.courses[course]:
            continue
        found.append(f"{course}.each")
        if any(phase.get("name") == key for phase in making.courses[course].get("phases", ())):
            found.append(f"{course}.{key}.each")
    return sorted(set(found))
