"""The same protocol, said otherwise."""

from __future__ import annotations

import copy
from typing import Any

from tests.properties import reference
from tests.properties.reference import Given, Refused, timed_doses
from tests.properties.strategies.making import GROUPS, Making


def leave_junctions_out(making: Making) -> None:
    """A junction whose two readings are the same moment need not be stated."""
    for course, key in making.reader().points():
        phases = making.courses[course].get("phases", [])
        for phase in phases:
            if phase["name"] == key and "junctions" in phase and making.chance(3):
                kept = phase.pop("junctions")
                if not making.fine():
                    phase["junctions"] = kept


def write_further_out(making: Making) -> None:
    """Move what several phases, or several courses, say in the same words to where it inherits."""
    before = reference.expand(making.protocol(), making.answers, making.start)
    for course in making.courses.values():
        if "phases" in course:
            for group in GROUPS:
                inherit(making, course, course["phases"], group, before)
    for group in GROUPS:
        inherit(making, making.top, list(making.courses.values()), group, before)


def inherit(
    making: Making,
    outer: dict[str, Any],
    inner: list[dict[str, Any]],
    group: tuple[str, ...],
    before: dict[str, list[Given]],
) -> None:
    said = [{key: part[key] for key in group if key in part} for part in inner]
    if group == ("junctions",):  # the first phase follows none
        inner, said = inner[1:], said[1:]
    if not said or not all(said) or any(key in outer for key in group) or not making.chance(2):
        return
    if group == ("junctions",) and outer is making.top:
        return
    if group == ("round",) and any("share" in part for part in inner):
        return  # in whose steps it is dealt out
    if group == reference.DAYS and any(name.endswith(".on") for name in making.answers):
        return  # weekdays are pinned where the number of times is written
    if group == reference.EXTENT and any(
        "offsets" in part or ("days" in part and "cycle" not in part) for part in inner
    ):
        return  # a list is as long as itself, whatever stands further out
    if any("until" in part for part in said):
        return  # which another phase, perhaps one of rounds, could not take over
    if any(timed_doses.is_timed(value) for part in said for value in part.values()):
        return  # doses would move with their times
    common = making.pick(said)
    saved = copy.deepcopy((outer, inner))
    outer |= common
    alone = said.count(common) == 1  # what nobody takes over would be refused
    for part, own in zip(inner, said, strict=True):
        if own == common and (alone or part is not inner[0] or making.chance(2)):
            for key in own:
                del part[key]
    try:
        same = reference.expand(making.protocol(), making.answers, making.start) == before
    except Refused:
        same = False
    if not same:
        outer.clear()
        outer |= saved[0]
        for part, old in zip(inner, saved[1], strict=True):
            part.clear()
            part.update(old)
