"""Whole samples, grown course by course."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.properties.strategies.anchors import (
    draw_branch,
    draw_course_begin,
    draw_limit,
    draw_phase_begin,
)
from tests.properties.strategies.doses import give_doses
from tests.properties.strategies.ends import asked_by_ends, draw_ends
from tests.properties.strategies.further_out import leave_junctions_out, write_further_out
from tests.properties.strategies.making import (
    COURSES,
    EVENINGS,
    FIRST_START,
    LAST_START,
    NAMES,
    RESPONSES,
    SLOTS,
    STARTS,
    WHOLE_SCOPE,
    ZONES,
    Making,
    Phase,
    Points,
    Sample,
    Scope,
    changes_of,
    literal,
)
from tests.properties.strategies.phases import draw_phase, draw_weekdays
from tests.properties.strategies.rounds import draw_rounds, leaf_dicts
from tests.properties.strategies.texts import span, to_yaml
from tests.properties.strategies.visits import draw_visits


def samples(scope: Scope = WHOLE_SCOPE) -> st.SearchStrategy[Sample]:
    """Random valid protocols with answers and a start."""
    return st.integers(0, 2**64 - 1).map(lambda number: sample_of(number, scope))


def sample_of(number: int, scope: Scope = WHOLE_SCOPE) -> Sample:
    random = Random(number)
    making = Making(random, scope, "", {"zone": random.choice(ZONES)})
    days = (LAST_START - FIRST_START).days
    day = FIRST_START + timedelta(days=random.randint(0, days))
    if making.chance(2):
        day = making.pick(STARTS)
    changes = changes_of(making.answers["zone"])
    if changes and making.chance(4):
        day = making.pick(changes) - timedelta(days=making.number(0, 2))
    evening = scope.clocks and scope.evening_starts and making.chance(5)
    making.start = f"{day} {making.pick(EVENINGS)}" if evening else str(day)
    if scope.month_ends and making.chance(3):
        making.top["month_end"] = making.pick(("first-of-next", "clamp"))
    for name in COURSES[: making.number(1, scope.courses)]:
        timed = scope.clocks and (evening or making.chance(3))
        grow_course(making, name, list(making.pick(SLOTS)) if timed else None)
    give_doses(making)
    draw_ends(making)
    if scope.unstated_junctions:
        leave_junctions_out(making)
    for course in making.courses.values():
        for phase in leaf_dicts(course):
            if "begins" in phase:  # which says by itself where the phase begins
                phase.pop("junctions", None)
    forget_unused(making)
    if scope.inheritance:
        write_further_out(making)
    if scope.visits and making.chance(4):
        draw_visits(making)
    if scope.decisions and making.chance(4):
        leave_undecided(making)
    order = random.sample(sorted(making.courses), len(making.courses))
    making.courses = {name: making.courses[name] for name in order}
    return Sample(making.protocol(), making.answers, making.start)


def leave_undecided(making: Making) -> None:
    """A choice that is made on the way, and has not been yet; any of its answers must do."""
    if "response" not in making.parameters:
        return
    kept = making.answers.pop("response")
    for answer in RESPONSES:
        making.answers["response"] = answer
        if not making.fine():
            making.answers["response"] = kept
            return
    making.parameters["response"]["decided"] = making.pick(("2 weeks after start", "start"))
    del making.answers["response"]


def grow_course(making: Making, name: str, slots: list[str] | None) -> None:
    others = making.reader().points()
    course: dict[str, Any] = {"phases": []}
    making.courses[name] = course
    junctions = making.pick(("at once", "wait"))
    for key in NAMES[: making.number(1, making.scope.phases)]:
        phase: Phase = {"name": key} | draw_phase(making, slots)
        if slots is not None and "times_per_day" in phase:
            making.answers[f"{name}.{key}.at"] = ", ".join(slots)
        if "times_per_week" in phase and making.scope.pins and making.chance(3):
            count = int(literal(making, phase["times_per_week"]))
            making.answers[f"{name}.{key}.on"] = ", ".join(draw_weekdays(making, count))
        if not course["phases"]:
            begins = draw_course_begin(making, others)
            if begins is not None:
                (course if making.chance(2) else phase)["begins"] = begins
        else:
            phase["junctions"] = junctions
            if making.chance(8):
                phase["junctions"] = making.pick(("at once", "wait"))
            if making.scope.anchors and making.chance(4):
                phase["begins"] = draw_phase_begin(making)
            if making.scope.branches and making.chance(8):
                phase["when"] = draw_branch(making, applies=making.chance(2))
        settle(making, name, phase, others)
    if making.scope.rounds and making.chance(3):
        draw_rounds(making, name)
    plain = not any(key in course["phases"][0] for key in ("repeat", "phases"))
    if len(course["phases"]) == 1 and plain and "repeat" not in course and making.chance(2):
        inline(making, name)
    if making.scope.branches and making.chance(8):
        course["when"] = draw_branch(making, applies=len(making.courses) == 1 or making.chance(2))


def settle(making: Making, name: str, phase: Phase, others: Points) -> None:
    """Put the phase in: as it is, or begun later, or replaced by a plain one."""
    phases = making.courses[name]["phases"]
    points = making.reader().points() if phases else {}
    before = [marks for (course, _), marks in points.items() if course == name]
    phases.append(phase)
    draw_limit(making, name, phase, others)
    plain: Phase = {"name": phase["name"], "every": "1 day", "doses": "3"}
    if "at" in phase or "times_per_day" in phase:
        plain["at"] = phase.get("at", ["08:00", "20:00"])
    if not before:
        if making.fine():
            return
        making.courses[name].pop("begins", None)
        phases[-1] = plain
    else:
        marks = before[-1]
        reach = (max(moment.day for moment in marks.values()) - marks["last"].day).days
        soon = {"begins": f"{span(reach + making.number(1, 20), 'day')} after previous.last"}
        late = {"begins": f"{reach + 62} days after previous.last"}
        for mended in (phase, phase | soon, phase | late, plain | late):
            phases[-1] = mended
            if making.fine():
                return
        phases.pop()
    assert making.fine(), phases


def inline(making: Making, name: str) -> None:
    """A course with one phase needs no list of phases."""
    course = making.courses[name]
    (phase,) = course.pop("phases")
    key = phase.pop("name")
    for asked in ("on", "at"):
        answer = making.answers.pop(f"{name}.{key}.{asked}", None)
        if answer is not None:
            making.answers[f"{name}.{asked}"] = answer
    course |= phase


def forget_unused(making: Making) -> None:
    """Drop what mended or replaced phases left behind: parameters and answers for nothing."""
    written = to_yaml(making.courses)
    for name in list(making.parameters):
        if not re.search(rf"\${name}\b|\b{name}:|\bby {name}\b", written):
            del making.parameters[name], making.answers[name]
    wanted = {"zone", *making.parameters}
    wanted |= {
        measure
        for measure, per in (("weight", "/kg"), ("bsa", "/m2"))
        if per in written or f"by {measure}" in written
    }
    for name, course in making.courses.items():
        for phase in leaf_dicts(course):
            wanted |= asked_by_ends(name, phase)
            for key, asked in (("times_per_day", "at"), ("times_per_week", "on")):
                if key in phase:
                    place = f"{name}.{phase['name']}" if "name" in phase else name
                    wanted.add(f"{place}.{asked}")
    making.answers = {name: text for name, text in making.answers.items() if name in wanted}
