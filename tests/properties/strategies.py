"""Random valid protocols, as the plain dicts that their files would spell out.

`samples()` draws one `Sample`: a protocol, the answers its parameters need, and a start. Courses
are grown phase by phase; a phase that the reference refuses, or that would overlap or crowd the
one before it, is given a `begins` of its own, and failing that is replaced by a plain one. So
nothing is thrown away, and what comes out is meant to be accepted.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.properties import reference
from tests.properties.reference import WEEKDAYS, Refused

Draw = Callable[[st.SearchStrategy[Any]], Any]
Phase = dict[str, Any]
Points = dict[tuple[str, str], dict[str, reference.Moment]]

COURSES = ("alpha", "beta", "gamma")
NAMES = ("loading", "building", "holding", "leaving")
DAYS_OF = {"day": 1, "week": 7, "month": 31, "year": 366}
SLOTS = (["08:00"], ["08:00", "20:00"], ["06:00", "14:00", "22:00"], ["09:30"], ["07:15", "19:45"])
STARTS = (
    date(2026, 3, 2),
    date(2026, 1, 31),
    date(2027, 1, 4),
    date(2027, 1, 29),
    date(2027, 8, 31),
    date(2027, 12, 31),
    date(2028, 1, 30),
    date(2028, 2, 29),
    date(2028, 5, 31),
    date(2029, 2, 28),
    date(2029, 10, 30),
)
FIRST_START, LAST_START = date(2026, 1, 1), date(2029, 12, 31)
MOST_DOSES = 60  # of one phase

# Questions whose answer may be written further out once every phase inside states it.
GROUPS = (
    reference.DAYS,
    reference.EXTENT,
    reference.TIMES,
    ("dose",),
    ("max",),
    ("round",),
    ("junctions",),
    ("month_end",),
)


@dataclass(frozen=True)
class Sample:
    """One protocol with all that is needed to expand it."""

    protocol: dict[str, Any]
    answers: dict[str, str]
    start: str

    def __repr__(self) -> str:
        return f"start: {self.start}\nanswers: {self.answers}\n{to_yaml(self.protocol)}"


@dataclass(frozen=True)
class Scope:
    """What may occur; each switch takes one construct out."""

    courses: int = 3
    phases: int = 4
    months: bool = True
    clocks: bool = True
    evening_starts: bool = True
    pins: bool = True
    tapers: bool = True
    parameters: bool = True
    branches: bool = True
    month_ends: bool = True
    inheritance: bool = True
    unstated_junctions: bool = True
    anchors: bool = True


WHOLE_SCOPE = Scope()


@dataclass
class Making:
    """A protocol in the making."""

    draw: Draw
    scope: Scope
    start: str
    answers: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    courses: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)

    def protocol(self) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "regimen": "1",
            "id": "random",
            "title": "A random protocol",
            "status": "local",
            "sources": [{"cite": "none: made up by a machine"}],
        }
        if self.parameters:
            whole["parameters"] = self.parameters
        measures = {name: {"taken": "once"} for name in ("weight", "bsa") if name in self.answers}
        if measures:
            whole["measures"] = measures
        return {**whole, "route": "oral", **self.top, "courses": tidied(self.courses)}

    def chance(self, of: int) -> bool:
        """True once in so many; shrinks to False."""
        return bool(self.draw(st.integers(0, of - 1)) == of - 1)

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def fine(self) -> bool:
        """Whether what stands so far has one reading, of a bearable size, without clashes."""
        reader = self.reader()
        try:
            reader.schedule()
            return not reader.clashes() and all(
                len(reader.places(course, phase)) <= MOST_DOSES
                for course in reader.courses()
                for phase in reader.phases(course)
            )
        except Refused:
            return False

    def reader(self) -> reference.Reader:
        return reference.Reader(self.protocol(), self.answers, self.start)

    def maybe_asked(self, type_: str, text: str, **more: str) -> str:
        """The text itself, or a reference to a new parameter that is answered with it."""
        if not self.scope.parameters or not self.chance(6):
            return text
        return self.asked(type_, text, **more)

    def asked(self, type_: str, text: str, **more: str) -> str:
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = {"type": type_, "ask": f"What is {name}?", **more}
        self.answers[name] = text
        return f"${name}"


@st.composite
def samples(draw: Draw, scope: Scope = WHOLE_SCOPE) -> Sample:
    """Random valid protocols with answers and a start."""
    making = Making(draw, scope, "")
    day = draw(st.one_of(st.sampled_from(STARTS), st.dates(FIRST_START, LAST_START)))
    evening = scope.clocks and scope.evening_starts and making.chance(7)
    making.start = f"{day} {making.pick(('18:00', '12:30', '08:00'))}" if evening else str(day)
    if scope.month_ends and making.chance(3):
        making.top["month_end"] = making.pick(("first-of-next", "clamp"))
    for name in COURSES[: making.number(1, scope.courses)]:
        timed = scope.clocks and (evening or making.chance(3))
        grow_course(making, name, list(making.pick(SLOTS)) if timed else None)
    give_doses(making)
    if scope.unstated_junctions:
        leave_junctions_out(making)
    for course in making.courses.values():
        for phase in course.get("phases", [course]):
            if "begins" in phase:  # which says by itself where the phase begins
                phase.pop("junctions", None)
    forget_unused(making)
    if scope.inheritance:
        write_further_out(making)
    order = draw(st.permutations(sorted(making.courses)))
    making.courses = {name: making.courses[name] for name in order}
    return Sample(making.protocol(), making.answers, making.start)


# --- courses and phases -----------------------------------------------------------------------


def grow_course(making: Making, name: str, slots: list[str] | None) -> None:
    others = making.reader().points()
    course: dict[str, Any] = {"phases": []}
    making.courses[name] = course
    if slots is not None:
        making.answers[f"{name}.at"] = ", ".join(slots)
    junctions = making.pick(("at once", "wait"))
    for key in NAMES[: making.number(1, making.scope.phases)]:
        phase: Phase = {"name": key} | draw_phase(making, slots)
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
    if len(course["phases"]) == 1 and making.chance(2):
        inline(making, name)
    if making.scope.branches and making.chance(8):
        course["when"] = draw_branch(making, applies=len(making.courses) == 1 or making.chance(2))


def settle(making: Making, name: str, phase: Phase, others: Points) -> None:
    """Put the phase in: as it is, or begun later, or replaced by a plain one."""
    phases = making.courses[name]["phases"]
    before = [marks for (course, _), marks in making.reader().points().items() if course == name]
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
    assert making.fine(), phases


def inline(making: Making, name: str) -> None:
    """A course with one phase needs no list of phases."""
    course = making.courses[name]
    (phase,) = course.pop("phases")
    pins = making.answers.pop(f"{name}.{phase.pop('name')}.on", None)
    if pins is not None:
        making.answers[f"{name}.on"] = pins
    course |= phase


def forget_unused(making: Making) -> None:
    """Drop what mended or replaced phases left behind: parameters and answers for nothing."""
    written = to_yaml(making.courses)
    for name in list(making.parameters):
        if not re.search(rf"\${name}\b|\b{name}:", written):
            del making.parameters[name], making.answers[name]
    wanted = {*making.parameters}
    wanted |= {measure for measure, per in (("weight", "/kg"), ("bsa", "/m2")) if per in written}
    for name, course in making.courses.items():
        for phase in course.get("phases", [course]):
            if "times_per_day" in phase:
                wanted.add(f"{name}.at")
            if "times_per_week" in phase:
                wanted |= {f"{name}.{phase['name']}.on" if "name" in phase else f"{name}.on"}
    making.answers = {name: text for name, text in making.answers.items() if name in wanted}


def draw_phase(making: Making, slots: list[str] | None) -> Phase:
    """Which days, how long and what time; the dose comes later, unless it is a taper."""
    kinds = ["days", "days", "weeks", "per week", "on", "once"]
    kinds += ["months", "months"] * making.scope.months + ["taper"] * making.scope.tapers
    kind = making.pick(kinds)
    phase: Phase = {}
    if kind == "taper":
        draw_taper(making, phase)
    elif kind == "once":
        phase["doses"] = "1"
    elif kind == "on":
        days = draw_weekdays(making, making.pick((1, 2, 3, 5)))
        phase["on"] = days
        if making.scope.parameters and making.chance(5):
            phase["on"] = making.asked("weekdays", ", ".join(days), count=str(len(days)))
        draw_extent(making, phase, 7)
    elif kind == "per week":
        count = making.pick((2, 3, 1, 4, 5, 6, 7))
        phase["times_per_week"] = making.maybe_asked("number", str(count))
        draw_extent(making, phase, 7)
    else:
        count = making.number(1, 6)
        unit = {"days": "day", "weeks": "week", "months": "month"}[kind]
        if unit == "month" and making.chance(6):
            count, unit = 1, "year"
        phase["every"] = making.maybe_asked("duration", span(count, unit))
        draw_extent(making, phase, count * DAYS_OF[unit])
    if slots is not None:
        if making.chance(3):
            phase["times_per_day"] = str(len(slots))
        else:
            phase["at"] = slots if len(slots) > 1 or making.chance(2) else slots[0]
    return phase


def draw_weekdays(making: Making, count: int) -> list[str]:
    return sorted(making.draw(st.permutations(WEEKDAYS))[:count], key=WEEKDAYS.index)


def draw_extent(making: Making, phase: Phase, interval: int) -> None:
    """`for` or `doses`, seldom to fit exactly; a limit by an anchor is drawn when dates stand."""
    kind = making.pick(("for", "for", "doses", "doses", "limit"))
    if kind == "limit" and making.scope.anchors:
        phase["_limit"] = making.number(interval, interval * 6)
    elif kind == "doses":
        most = 8 if interval < 30 else 5
        phase["doses"] = making.maybe_asked("number", str(making.number(1, most)))
    else:
        unit = making.pick(("week", "day", "month") if making.scope.months else ("week", "day"))
        least = 7 if interval == 7 and unit == "day" else 1
        most = max(least, interval * 5 // DAYS_OF[unit])
        text = span(making.number(least, most), unit)
        phase["for"] = making.maybe_asked("duration", text)


def draw_taper(making: Making, phase: Phase) -> None:
    key, value, interval = making.pick(
        (
            ("every", "1 day", 1),
            ("every", "2 days", 2),
            ("every", "1 week", 7),
            ("times_per_week", "2", 7),
            ("on", ["tue", "sat"], 7),
        )
    )
    phase[key] = value
    step = making.pick((Fraction(5), Fraction(1, 2), Fraction(10), Fraction(5, 4)))
    steps = making.number(1, 4)
    low = making.number(0, 3) * step
    up = low > 0 and making.chance(4)
    high = low + steps * step
    each = making.pick(
        (span(making.number(1, 4) * interval, "day"), span(making.number(1, 2), "week"), "1 month")
    )
    if interval == 7 and each.endswith(("day", "days")):
        each = span(making.number(1, 3), "week")
    if each == "1 month" and not making.scope.months:
        each = "4 weeks"
    phase["taper"] = {
        "from": quantity(low if up else high, "mg"),
        "by": quantity(step, "mg"),
        "to": quantity(high if up else low, "mg"),
        "each": each,
    }


def draw_limit(making: Making, name: str, phase: Phase, others: Points) -> None:
    """An end by an anchor, some days after the first moment wherever that came to lie."""
    reach = phase.pop("_limit", None)
    if reach is None:
        return
    word = making.pick(("before", "through"))
    start = date.fromisoformat(making.start[:10])
    phase[word] = "start"  # any end will do until the first moment is known
    try:
        begin = making.reader().begin(name, phase["name"]).day
    except Refused:
        return
    end = begin + timedelta(days=reach)
    later = [
        f"{course}.{where}.{point}"
        for (course, where), marks in others.items()
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
    if not making.scope.anchors or not making.chance(2):
        return None
    units = ("week", "day", "month", "year") if making.scope.months else ("week", "day")
    offset = span(making.number(1, 3), making.pick(units))
    tied = [
        f"{course}.{phase}.{point}" if making.chance(2) else f"{course}.{point}"
        for (course, phase), marks in others.items()
        for point in marks
        if "when" not in making.courses[course]
    ]
    tied = [
        text
        for text in tied
        if "phases" in making.courses[text.split(".")[0]] or text.count(".") == 1
    ]
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
    unit, most = making.pick(reaches)
    return f"{span(making.number(1, most), unit)} after previous.{point}"


def draw_branch(making: Making, applies: bool) -> dict[str, Any]:
    if "response" not in making.parameters:
        making.parameters["response"] = {
            "type": "choice",
            "ask": "How was the response?",
            "choices": {"good": "good", "fair": "fair", "poor": "poor"},
        }
        making.answers["response"] = making.pick(("good", "fair", "poor"))
    answer = making.answers["response"]
    rest = [choice for choice in ("good", "fair", "poor") if choice != answer]
    if applies:
        return {"response": [answer, rest[0]] if making.chance(2) else answer}
    return {"response": rest if making.chance(2) else rest[0]}


# --- doses ------------------------------------------------------------------------------------


def give_doses(making: Making) -> None:
    """Doses come last, when the number of administrations that share one is known."""
    reader = making.reader()
    counts = {
        (course, phase): len(reader.places(course, phase))
        for course in reader.courses()
        for phase in reader.phases(course)
    }
    for name, course in making.courses.items():
        for phase in course.get("phases", [course]):
            if "taper" in phase:
                continue
            kept = dict(making.answers), dict(making.parameters)
            given = draw_dose(making, phase, counts.get((name, phase.get("name", "1"))))
            phase.update(given)
            if not making.fine():
                for key in given:
                    del phase[key]
                making.answers, making.parameters = kept
                phase["dose"] = "25 IU"


def literal(making: Making, text: str) -> str:
    """What a reference stands for."""
    return making.answers[text[1:]] if text.startswith("$") else text


def draw_dose(making: Making, phase: Phase, count: int | None) -> Phase:
    amount = making.pick((100, 25, 5, 1, 6, 40, Fraction(1, 2), Fraction(5, 4), Fraction(1, 10)))
    unit = making.pick(("mcg", "mg", "IU", "g") if amount <= 6 else ("mcg", "mg", "IU"))
    slots = len(phase["at"]) if isinstance(phase.get("at"), list) else 1
    slots = int(phase.get("times_per_day", slots))
    kind = making.pick(("flat", "flat", "flat", "scaled", "day", "week", "in all"))
    if phase.get("doses") == "1" and "every" not in phase and kind in ("day", "week"):
        kind = "scaled"
    if kind == "flat":
        text = quantity(amount, unit)
        dose = making.maybe_asked("quantity", text, unit=unit)
        return {"dose": dose} | draw_ordering(making, phase, amount, unit, slots)
    text, scale = "", Fraction(1)
    if making.chance(2) or kind == "scaled":
        if making.chance(3):
            making.answers.setdefault("bsa", making.pick(("0.35 m2", "1.5 m2", "1.82 m2")))
            text, scale = "/m2", Fraction(making.answers["bsa"].split()[0])
        else:
            making.answers.setdefault("weight", making.pick(("7.5 kg", "12 kg", "68.4 kg")))
            text, scale = "/kg", Fraction(making.answers["weight"].split()[0])
    sharers = 1
    if kind == "day" and phase.get("every") == "1 day":
        sharers, text = slots, text + "/day"
    elif kind == "week" and ("on" in phase or "times_per_week" in phase):
        if "times_per_week" in phase:
            days = int(literal(making, phase["times_per_week"]))
        elif isinstance(phase["on"], str):
            days = literal(making, phase["on"]).count(",") + 1
        else:
            days = len(phase["on"])
        sharers, text = days * slots, text + "/week"
    elif kind == "in all" and count is not None:
        sharers, text = count, text + " in all"
    even = Fraction(amount) * (1 if making.chance(3) else sharers)
    return {"dose": quantity(even, unit) + text} | draw_ordering(
        making, phase, even * scale / sharers, unit, slots
    )


def draw_ordering(
    making: Making, phase: Phase, calculated: Fraction | int, unit: str, slots: int
) -> Phase:
    """Caps and rounding that bite about half of the time; what goes too far is taken back."""
    said: Phase = {}
    if making.chance(4):
        part = making.pick((Fraction(1, 2), Fraction(3, 4), Fraction(9, 10), 2))
        cap, cap_unit = Fraction(calculated) * part, unit
        per = making.pick(("dose", "day"))
        cap = cap * slots if per == "day" else cap
        if unit in ("mg", "g") and making.chance(3):
            cap, cap_unit = (cap / 1000, "g") if unit == "mg" else (cap * 1000, "mg")
        if reference.terminates(cap):
            text = f"{quantity(cap, cap_unit)}/{per}"
            said["max"] = [text] if making.chance(2) else text
    if making.chance(4):
        parts = making.pick((10, 7, 20, 33, 12))
        grid = readable(Fraction(calculated) / parts)
        how = making.pick(("nearest *, ties up", "nearest *, ties down", "up to *", "down to *"))
        said["round"] = how.replace("*", quantity(grid, unit))
    return said


def readable(amount: Fraction) -> Fraction:
    """A number of one digit not far below."""
    power = Fraction(1)
    while power > amount:
        power /= 10
    while power * 10 <= amount:
        power *= 10
    return power * next(digit for digit in (5, 2, 1) if digit * power <= amount)


# --- the same, said otherwise -----------------------------------------------------------------


def leave_junctions_out(making: Making) -> None:
    """A junction whose two readings are the same moment need not be stated."""
    for course, key in making.reader().points():
        phases = making.courses[course].get("phases", [])
        for phase in phases:
            if phase["name"] == key and "junctions" in phase and making.chance(3):
                kept = phase.pop("junctions")
                if not making.fine():
                    phase["junctions"] = kept


def tidied(courses: dict[str, Any]) -> dict[str, Any]:
    """The courses, without junctions on phases that say where they begin: it is refused."""
    courses = copy.deepcopy(courses)
    for course in courses.values():
        for phase in course.get("phases", ()):
            if "begins" in phase:
                phase.pop("junctions", None)
    return courses


def write_further_out(making: Making) -> None:
    """Move what several phases, or several courses, say in the same words to where it inherits."""
    for course in making.courses.values():
        if "phases" in course:
            for group in GROUPS:
                inherit(making, course, course["phases"], group)
    for group in GROUPS:
        inherit(making, making.top, list(making.courses.values()), group)


def inherit(
    making: Making, outer: dict[str, Any], inner: list[dict[str, Any]], group: tuple[str, ...]
) -> None:
    said = [{key: part[key] for key in group if key in part} for part in inner]
    if group == ("junctions",):  # the first phase follows none
        inner, said = inner[1:], said[1:]
    if not said or not all(said) or any(key in outer for key in group) or not making.chance(2):
        return
    if group == ("junctions",) and outer is making.top:
        return
    common = making.pick(said)
    saved = copy.deepcopy((outer, inner))
    before = reference.expand(making.protocol(), making.answers, making.start)
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


# --- texts ------------------------------------------------------------------------------------


def span(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def quantity(amount: Fraction | int, unit: str) -> str:
    return f"{decimal(Fraction(amount))} {unit}"


def decimal(amount: Fraction) -> str:
    """The exact decimal of an amount that has one, without needless zeros."""
    assert reference.terminates(amount), amount
    places = 0
    while (amount * 10**places).denominator != 1:
        places += 1
    digits = str((amount * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def to_yaml(value: Any, indent: int = 0) -> str:
    """Block style, every value quoted, so that each scalar is read as the text it is."""
    pad = "  " * indent
    if isinstance(value, dict):
        return "".join(
            f"{pad}{key if PLAIN_KEY.fullmatch(key) else scalar(key)}:{below(part, indent)}"
            for key, part in value.items()
        )
    return "".join(f"{pad}-{below(part, indent)}" for part in value)


def below(part: Any, indent: int) -> str:
    if isinstance(part, str):
        return f" {scalar(part)}\n"
    if not part:
        return " {}\n" if isinstance(part, dict) else " []\n"
    return "\n" + to_yaml(part, indent + 1)


def scalar(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text)
