"""A second reading of the language, made to be checked against and not to be fast.

It takes a protocol as the plain dict its file spells out (every scalar a text) and walks the
calendar one day after another, asking of each day: is this a place of the pattern? It uses the
standard library only and nothing of the package it is compared with. `Refused` is raised for
whatever it has no single reading for.

A moment remembers, beside its day, the day that months are counted from and how many months have
been counted so far; that is all there is to never counting months from a clamped day.
"""

from __future__ import annotations

import calendar
import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

LONGEST_WALK = 366 * 100
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POINTS = ("begin", "first", "last", "end")

DAYS = ("every", "times_per_week", "on")
EXTENT = ("for", "doses", "before", "through")
TIMES = ("at", "times_per_day")
DOSING = ("dose", "taper")


class Refused(Exception):
    """The protocol has no single reading here."""


@dataclass(frozen=True)
class Given:
    """One administration: its day, clock time if any, exact amount and unit if stated, phase."""

    day: date
    clock: time | None
    amount: Fraction | None
    unit: str | None
    phase: str


@dataclass(frozen=True)
class Moment:
    """A day, perhaps a clock time, and what further months would be counted from."""

    day: date
    clock: time | None
    origin: date
    months: int


@dataclass(frozen=True)
class Span:
    """So many days or so many months; weeks and years are written as these."""

    count: int
    unit: str  # "days" or "months"


@dataclass(frozen=True)
class Pattern:
    """Which days: `every` a span, places in the `week`, a set of `weekdays`, or only `once`."""

    kind: str
    span: Span | None = None
    places: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Place:
    """One administration before its dose is known."""

    at: Moment
    level: int | None


def expand(protocol: dict[str, Any], answers: dict[str, str], start: str) -> dict[str, list[Given]]:
    """Every administration of every course that is present, in order."""
    return Reader(protocol, answers, start).schedule()


def points(
    protocol: dict[str, Any], answers: dict[str, str], start: str
) -> dict[tuple[str, str], dict[str, Moment]]:
    """The begin, first, last and (where there is one) end of every phase that is present."""
    return Reader(protocol, answers, start).points()


# --- totals -----------------------------------------------------------------------------------

# unit -> what it measures, and how many of that dimension's base unit it is
UNITS: dict[str, tuple[str, Fraction]] = {
    "kg": ("mass in mg", Fraction(10) ** 6),
    "g": ("mass in mg", Fraction(1000)),
    "mg": ("mass in mg", Fraction(1)),
    "mcg": ("mass in mg", Fraction(1, 1000)),
    "ng": ("mass in mg", Fraction(1, 10**6)),
    "L": ("volume in mL", Fraction(1000)),
    "mL": ("volume in mL", Fraction(1)),
    "m2": ("area in m2", Fraction(1)),
    "international units": ("IU", Fraction(1)),
}


def canonical(amount: Fraction, unit: str) -> tuple[Fraction, str]:
    """The same amount in one unit per dimension: 100 mcg is (1/10, "mass in mg")."""
    dimension, factor = UNITS.get(unit, (unit, Fraction(1)))
    return amount * factor, dimension


def totals(schedule: dict[str, list[Given]]) -> dict[str, dict[str, Fraction]]:
    """Per course and dimension, all stated amounts added up."""
    sums: dict[str, dict[str, Fraction]] = {}
    for course, administrations in schedule.items():
        sums[course] = total(administrations)
    return sums


def total(administrations: list[Given]) -> dict[str, Fraction]:
    """Per dimension, all stated amounts added up."""
    sums: dict[str, Fraction] = {}
    for given in administrations:
        if given.amount is not None and given.unit is not None:
            amount, dimension = canonical(given.amount, given.unit)
            sums[dimension] = sums.get(dimension, Fraction(0)) + amount
    return sums


# --- conflicts within a course ----------------------------------------------------------------


def clashes(protocol: dict[str, Any], answers: dict[str, str], start: str) -> list[str]:
    """Where two neighbouring phases of a course overlap or their doses come too close.

    Stricter than the rules need (a month counts as 28 days, what `begins` says openly is not
    excused), because its use is to keep doubtful protocols out of a generator.
    """
    return Reader(protocol, answers, start).clashes()


def _is_before(one: Moment, other: Moment) -> bool:
    if one.clock is None or other.clock is None:
        return one.day < other.day
    return (one.day, one.clock) < (other.day, other.clock)


# --- the reader -------------------------------------------------------------------------------


class Reader:
    """One protocol, one set of answers, one start."""

    def __init__(self, protocol: dict[str, Any], answers: dict[str, str], start: str) -> None:
        self.protocol = protocol
        self.answers = answers
        self.start = read_moment(start)
        self._working: list[tuple[str, str, str]] = []
        self._known: dict[tuple[str, str, str], Any] = {}

    # the answers

    def schedule(self) -> dict[str, list[Given]]:
        return {course: self.course(course) for course in self.courses()}

    def points(self) -> dict[tuple[str, str], dict[str, Moment]]:
        found: dict[tuple[str, str], dict[str, Moment]] = {}
        for course in self.courses():
            for phase in self.phases(course):
                marks = {point: self.point(course, phase, point) for point in POINTS[:3]}
                with contextlib.suppress(Refused):  # a single dose
                    marks["end"] = self.point(course, phase, "end")
                found[course, phase] = marks
        return found

    def clashes(self) -> list[str]:
        found = []
        for course in self.courses():
            for before, after in itertools.pairwise(self.phases(course)):
                last = self.point(course, before, "last")
                begin = self.point(course, after, "begin")
                first = self.point(course, after, "first")
                if _is_before(begin, self.stops(course, before)) or not _is_before(last, first):
                    found.append(f"{course}: {after} overlaps {before}")
                    continue
                shortest = min(self.shortest_gap(course, phase) for phase in (before, after))
                if shortest == 1 and last.clock is not None and first.clock is not None:
                    continue  # neighbouring clock times of a daily course may share a day
                if (first.day - last.day).days < shortest:
                    found.append(f"{course}: {after} comes too close after {before}")
        return found

    # what is present, and what each phase says

    def courses(self) -> list[str]:
        return [
            name
            for name, course in self.protocol["courses"].items()
            if self.applies(course) and self.phases(name)
        ]

    def phases(self, course: str) -> list[str]:
        """The keys of the phases that are present: the name, else the place in the list."""
        return [key for key, phase in self._listed(course) if self.applies(phase)]

    def _listed(self, course: str) -> list[tuple[str, dict[str, Any]]]:
        stated = self.protocol["courses"][course]
        listed = stated.get("phases", [{}])
        return [(phase.get("name", str(n)), phase) for n, phase in enumerate(listed, start=1)]

    def applies(self, stated: dict[str, Any]) -> bool:
        return all(
            self._answer(parameter) in _list(choices)
            for parameter, choices in stated.get("when", {}).items()
        )

    def levels(self, course: str, phase: str) -> list[dict[str, Any]]:
        """Where a key of this phase may stand, the nearest first."""
        own = dict(self._listed(course))[phase]
        return [own, self.protocol["courses"][course], self.protocol]

    def stated(self, course: str, phase: str, group: tuple[str, ...]) -> dict[str, Any]:
        """What the nearest level says about one question."""
        for level in self.levels(course, phase):
            said = {key: level[key] for key in group if key in level}
            if said:
                return said
        return {}

    def text(self, value: str) -> str:
        if value == "not stated":
            raise Refused("not stated")
        return self._answer(value[1:]) if value.startswith("$") else value

    def _answer(self, name: str) -> str:
        if name not in self.answers:
            raise Refused(f"no answer for {name}")
        return self.answers[name]

    # which days

    def pattern(self, course: str, phase: str) -> Pattern:
        found: Pattern = self._once("pattern", course, phase, self._pattern)
        return found

    def _pattern(self, course: str, phase: str) -> Pattern:
        said = self.stated(course, phase, DAYS)
        if len(said) > 1:
            raise Refused("two ways to say which days")
        if "every" in said:
            return Pattern("every", span=read_span(self.text(said["every"])))
        if "times_per_week" in said:
            count = read_count(self.text(said["times_per_week"]))
            if count > 7:
                raise Refused("more than one place a day")
            pins = self.answers.get(f"{course}.{phase}.on", self.answers.get(f"{course}.on"))
            if pins is None:
                return Pattern("week", places=frozenset(7 * k // count for k in range(count)))
            days = read_weekdays(pins)
            if len(days) != count:
                raise Refused("not as many weekdays as places a week")
            return Pattern("weekdays", places=days)
        if "on" in said:
            texts = [self.text(text) for text in _list(said["on"])]
            return Pattern("weekdays", places=read_weekdays(", ".join(texts)))
        if self.extent(course, phase) == {"doses": "1"}:
            return Pattern("once")
        raise Refused("which days is not said")

    def month_end(self, course: str, phase: str) -> str:
        return self.stated(course, phase, ("month_end",)).get("month_end", "clamp")

    def is_place(self, course: str, phase: str, day: date) -> bool:
        begin = self.begin(course, phase)
        if day < begin.day:
            return False
        if day == begin.day and self.pattern(course, phase).kind in ("every", "once"):
            return True
        pattern = self.pattern(course, phase)
        if pattern.kind == "once":
            return False
        if pattern.kind == "week":
            return (day - begin.day).days % 7 in pattern.places
        if pattern.kind == "weekdays":
            return day.weekday() in pattern.places
        assert pattern.span is not None
        if pattern.span.unit == "days":
            return (day - begin.day).days % pattern.span.count == 0
        return self._counted_months(course, phase, day) is not None

    def _counted_months(self, course: str, phase: str, day: date) -> int | None:
        """How many months after the origin this day is a place of a monthly pattern."""
        begin = self.begin(course, phase)
        span = self.pattern(course, phase).span
        assert span is not None
        for k in itertools.count(1):
            months = begin.months + k * span.count
            reached = months_after(begin.origin, months, self.month_end(course, phase))
            if reached >= day:
                return months if reached == day else None
        raise AssertionError

    def moment_at(self, course: str, phase: str, day: date, clock: time | None) -> Moment:
        """A place as a moment: a monthly one keeps the count of months that found it."""
        begin = self.begin(course, phase)
        if day == begin.day:
            return Moment(day, clock, begin.origin, begin.months)
        span = self.pattern(course, phase).span
        if span is not None and span.unit == "months":
            months = self._counted_months(course, phase, day)
            if months is not None:
                return Moment(day, clock, begin.origin, months)
        return Moment(day, clock, day, 0)

    def shortest_gap(self, course: str, phase: str) -> int:
        """In days, the least distance between two places; a month is taken for 28 days."""
        pattern = self.pattern(course, phase)
        if pattern.kind == "once":
            return LONGEST_WALK
        if pattern.span is not None:
            return pattern.span.count * (28 if pattern.span.unit == "months" else 1)
        places = sorted(pattern.places)
        return min(
            (after - before - 1) % 7 + 1
            for before, after in zip(places, places[1:] + places[:1], strict=True)
        )

    # what time

    def slots(self, course: str, phase: str) -> list[time | None]:
        """The clock times of each day, or one None for a dose that has a day only."""
        said = self.stated(course, phase, TIMES)
        if len(said) > 1:
            raise Refused("two ways to say what time")
        if "at" in said:
            clocks = [read_clock(self.text(text)) for text in _list(said["at"])]
        elif "times_per_day" in said:
            count = read_count(self.text(said["times_per_day"]))
            texts = self.answers.get(f"{course}.{phase}.at", self.answers.get(f"{course}.at"))
            if texts is None:
                raise Refused("clock times are not given")
            clocks = [read_clock(text) for text in _split(texts)]
            if len(clocks) != count:
                raise Refused("not as many clock times as times a day")
        else:
            return [None]
        if len(set(clocks)) != len(clocks):
            raise Refused("a clock time twice")
        return [*sorted(clocks)]

    # how long

    def extent(self, course: str, phase: str) -> dict[str, Any]:
        """The extent in force; a taper is its own and must be at least as near as any other."""
        for level in self.levels(course, phase):
            said = {key: level[key] for key in EXTENT if key in level}
            if "taper" in level and self._tapers(course, phase):
                said["taper"] = level["taper"]
            if len(said) > 1:
                raise Refused("two ways to say how long")
            if said:
                if "taper" not in said and self._tapers(course, phase):
                    raise Refused("a taper and another extent")
                if "doses" in said:
                    said["doses"] = self.text(said["doses"])
                return said
        raise Refused("how long is not said")

    def _tapers(self, course: str, phase: str) -> dict[str, str] | None:
        said = self.stated(course, phase, DOSING)
        if len(said) > 1:
            raise Refused("a dose and a taper")
        return said.get("taper")

    def period_end(self, course: str, phase: str) -> Moment | None:
        """Where a period of stated length ends; None if something else ends the phase."""
        said = self.extent(course, phase)
        begin = self.begin(course, phase)
        policy = self.month_end(course, phase)
        if "for" in said:
            return moved(begin, read_span(self.text(said["for"])), 1, policy)
        if "taper" in said:
            each = read_span(self.text(said["taper"]["each"]))
            return moved(begin, each, len(self.taper_levels(course, phase)), policy)
        return None

    def places(self, course: str, phase: str) -> list[Place]:
        """The walk: day after day, from the first moment until the extent is over."""
        found: list[Place] = self._once("places", course, phase, self._walk)
        return found

    def _walk(self, course: str, phase: str) -> list[Place]:
        said = self.extent(course, phase)
        wanted = read_count(said["doses"]) if "doses" in said else None
        limit, included = self.period_end(course, phase), False
        if "before" in said or "through" in said:
            included = "through" in said
            anchor = said["through" if included else "before"]
            limit = self.anchored(course, phase, anchor)
        found: list[Place] = []
        for at in self._all_places(course, phase):
            if limit is not None and not _within(at, limit, included):
                break
            found.append(Place(at, self._level(course, phase, at)))
            if len(found) == wanted:
                break
        if not found or (wanted is not None and len(found) < wanted):
            raise Refused("not enough places")
        self._refuse_lost(course, phase, found[0].at.day)
        return found

    def _refuse_lost(self, course: str, phase: str, first: date) -> None:
        """A first day whose clock times all lie before the first moment, if others do not follow
        day by day."""
        begin = self.begin(course, phase)
        week = [self.is_place(course, phase, begin.day + timedelta(days=n)) for n in range(8)]
        if begin.clock and week[0] and first != begin.day and not all(week):
            raise Refused("a first dose is lost to its own beginning")

    def _all_places(self, course: str, phase: str) -> Iterator[Moment]:
        """Every place of the pattern, however long the phase; ends only with the walk."""
        begin = self.begin(course, phase)
        for n in range(LONGEST_WALK):
            day = begin.day + timedelta(days=n)
            if not self.is_place(course, phase, day):
                if self.pattern(course, phase).kind == "once":
                    return
                continue
            for clock in self.slots(course, phase):
                skipped = day == begin.day and clock is not None and begin.clock is not None
                if skipped and clock < begin.clock:  # type: ignore[operator]
                    continue
                yield self.moment_at(course, phase, day, clock)
        raise Refused("an end never reached")

    def stops(self, course: str, phase: str) -> Moment:
        """Up to where the phase claims the calendar: its period, or its last dose."""
        return self.period_end(course, phase) or self.point(course, phase, "last")

    # from where

    def begin(self, course: str, phase: str) -> Moment:
        moment: Moment = self._once("begin", course, phase, self._begin)
        return moment

    def _begin(self, course: str, phase: str) -> Moment:
        own = dict(self._listed(course))[phase]
        if "begins" in own:
            return self.anchored(course, phase, own["begins"])
        if phase == self.phases(course)[0]:
            anchor = self.protocol["courses"][course].get("begins", "start")
            return self.anchored(course, phase, anchor)
        junction = self.stated(course, phase, ("junctions",)).get("junctions")
        if junction == "at once":
            return self.anchored(course, phase, "previous.end")
        if junction == "wait":
            return self._waited(course, phase)
        if junction is not None:
            raise Refused(f"junctions: {junction}")
        at_once = self.anchored(course, phase, "previous.end")
        if at_once != self._waited(course, phase):
            raise Refused("how this phase follows the one before is not said")
        return at_once

    def _waited(self, course: str, phase: str) -> Moment:
        last = self.point(course, self._previous(course, phase), "last")
        pattern = self.pattern(course, phase)
        if pattern.kind == "once":
            raise Refused("a single dose has no interval to wait")
        if pattern.kind == "every":
            assert pattern.span is not None
            begin = moved(last, pattern.span, 1, self.month_end(course, phase))
            return without_clock(begin)
        if pattern.kind == "week":
            return without_clock(moved(last, Span(7 // len(pattern.places), "days"), 1, "clamp"))
        day = last.day + timedelta(days=self.shortest_gap(course, phase))
        while day.weekday() not in pattern.places:
            day += timedelta(days=1)
        return Moment(day, None, day, 0)

    def _previous(self, course: str, phase: str) -> str:
        present = self.phases(course)
        if phase not in present or present.index(phase) == 0:
            raise Refused("nothing before it")
        return present[present.index(phase) - 1]

    def anchored(self, course: str, phase: str, text: str) -> Moment:
        """`[<span> after|before] <anchor>`, as a phase of this course writes it."""
        offset = re.fullmatch(r"(.+?) (after|before) (.+)", text)
        if offset is None:
            return self._anchor(course, phase, text)
        span = read_span(self.text(offset[1]))
        times = 1 if offset[2] == "after" else -1
        anchor = self._anchor(course, phase, offset[3])
        return without_clock(moved(anchor, span, times, self.month_end(course, phase)))

    def _anchor(self, course: str, phase: str, text: str) -> Moment:
        if text == "start":
            return self.start
        if text.startswith("$"):
            return read_moment(self.text(text))
        parts = text.split(".")
        if parts[-1] not in POINTS:
            raise Refused(f"{text} names no point")
        if parts[:-1] == ["previous"]:
            return self.point(course, self._previous(course, phase), parts[-1])
        if parts[0] not in self.courses():
            raise Refused(f"{parts[0]} is not present")
        present = self.phases(parts[0])
        if len(parts) == 2:
            named = present[0] if parts[-1] in ("begin", "first") else present[-1]
            return self.point(parts[0], named, parts[-1])
        if parts[1] not in present:
            raise Refused(f"{parts[0]}.{parts[1]} is not present")
        return self.point(parts[0], parts[1], parts[-1])

    def point(self, course: str, phase: str, point: str) -> Moment:
        if point == "begin":
            return self.begin(course, phase)
        if point == "first":
            return self.places(course, phase)[0].at
        if point == "last":
            return self.places(course, phase)[-1].at
        end = self.period_end(course, phase)
        if end is not None:
            return end
        if self.pattern(course, phase).kind == "once":
            raise Refused("a single dose has no end")
        last = self.places(course, phase)[-1].at
        for at in self._all_places(course, phase):
            if at.day == last.day and at.clock is not None and last.clock is not None:
                if at.clock > last.clock:
                    return at
            elif at.day > last.day:
                return without_clock(at)
        raise AssertionError("a pattern has a next place")

    def _once(self, what: str, course: str, phase: str, work: Any) -> Any:
        """Worked out once; a question that comes back to itself is refused."""
        question = (what, course, phase)
        if question not in self._known:
            if question in self._working:
                raise Refused("anchors in a circle")
            self._working.append(question)
            try:
                self._known[question] = work(course, phase)
            finally:
                self._working.pop()
        return self._known[question]

    # how much

    def course(self, course: str) -> list[Given]:
        found = [
            given for phase in self.phases(course) for given in self.administrations(course, phase)
        ]
        return sorted(found, key=lambda given: (given.day, given.clock or time.min))

    def administrations(self, course: str, phase: str) -> list[Given]:
        found = []
        for place in self.places(course, phase):
            dose = self.dose(course, phase, place)
            amount, unit = dose if dose is not None else (None, None)
            found.append(Given(place.at.day, place.at.clock, amount, unit, phase))
        return found

    def dose(self, course: str, phase: str, place: Place) -> tuple[Fraction, str] | None:
        taper = self._tapers(course, phase)
        if taper is not None:
            assert place.level is not None
            unit = read_amount(self.text(taper["from"]))[1]
            level = self.taper_levels(course, phase)[place.level]
            share = "/day" if taper.get("per") == "day" else ""
            return self._ordered(course, phase, level / self._sharers(course, phase, share), unit)
        said = self.stated(course, phase, DOSING).get("dose")
        if said is None or said == "not stated":
            return None
        amount, unit, scale, share = read_dose(self.text(said))
        amount = self._scaled(amount, scale)
        return self._ordered(course, phase, amount / self._sharers(course, phase, share), unit)

    def _scaled(self, amount: Fraction, scale: str) -> Fraction:
        if scale == "/kg":
            return amount * convert(*read_amount(self._answer("weight")), "kg")
        if scale == "/m2":
            return amount * convert(*read_amount(self._answer("bsa")), "m2")
        return amount

    def _sharers(self, course: str, phase: str, share: str) -> int:
        """Among how many administrations the stated amount is divided."""
        pattern = self.pattern(course, phase)
        slots = len(self.slots(course, phase))
        days = len(pattern.places)
        if pattern.span == Span(1, "days"):
            days = 7
        elif pattern.span == Span(7, "days"):
            days = 1
        if share == "/day":
            if days != 7:
                raise Refused("a dose per day on days that are not every day")
            return slots
        if share == "/week":
            if not days:
                raise Refused("a dose per week on a pattern that is not weekly")
            return days * slots
        if share == "in all":
            return len(self.places(course, phase))
        return 1

    def _ordered(
        self, course: str, phase: str, calculated: Fraction, unit: str
    ) -> tuple[Fraction, str]:
        """Calculated, then capped, then rounded."""
        caps = []
        for text in _list(self.stated(course, phase, ("max",)).get("max", [])):
            amount, cap_unit, scale, per = read_dose(self.text(text))
            if per not in ("/dose", "/day"):
                raise Refused("a cap is per dose or per day")
            amount = convert(self._scaled(amount, scale), cap_unit, unit)
            caps.append(amount / (len(self.slots(course, phase)) if per == "/day" else 1))
        capped = min([calculated, *caps])
        ordered = capped
        rounding = self.stated(course, phase, ("round",)).get("round")
        if rounding is not None:
            ordered = rounded(capped, unit, self.text(rounding))
            if caps and ordered > min(caps):
                ordered = rounded(min(caps), unit, "down to " + read_grid(rounding))
            if ordered == 0:
                raise Refused("rounded to nothing")
            if abs(ordered - capped) * 10 > capped:
                raise Refused("rounded by more than a tenth")
        if not terminates(ordered):
            raise Refused("no finite decimal")
        return ordered, unit

    def taper_levels(self, course: str, phase: str) -> list[Fraction]:
        """The levels that are given, up or down; a last one of nothing is not."""
        taper = self._tapers(course, phase)
        assert taper is not None
        first, unit = read_amount(self.text(taper["from"]))
        step = convert(*read_amount(self.text(taper["by"])), unit)
        last = convert(*read_amount(self.text(taper["to"])), unit)
        if step <= 0 or first <= 0 or first == last:
            raise Refused("a taper that does not move")
        steps = abs(last - first) / step
        if steps.denominator != 1:
            raise Refused("a taper that does not land on its end")
        direction = 1 if last > first else -1
        levels = [first + direction * step * k for k in range(int(steps) + 1)]
        return [level for level in levels if level > 0]

    def _level(self, course: str, phase: str, at: Moment) -> int | None:
        taper = self._tapers(course, phase)
        if taper is None:
            return None
        each = read_span(self.text(taper["each"]))
        begin = self.begin(course, phase)
        policy = self.month_end(course, phase)
        for level in itertools.count():
            if _within(at, moved(begin, each, level + 1, policy), False):
                return level
        raise AssertionError


def _within(at: Moment, limit: Moment, included: bool) -> bool:
    return _is_before(at, limit) or (included and not _is_before(limit, at))


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


# --- texts ------------------------------------------------------------------------------------


def read_count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d*", text):
        raise Refused(f"{text!r} is no count")
    return int(text)


def read_span(text: str) -> Span:
    match = re.fullmatch(r"([1-9]\d*) (day|week|month|year)s?", text)
    if match is None:
        raise Refused(f"{text!r} is no span of days or longer")
    each, unit = {
        "day": (1, "days"),
        "week": (7, "days"),
        "month": (1, "months"),
        "year": (12, "months"),
    }[match[2]]
    return Span(int(match[1]) * each, unit)


def read_moment(text: str) -> Moment:
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?", text)
    if match is None:
        raise Refused(f"{text!r} is no date")
    day = date.fromisoformat(match[1])
    return Moment(day, read_clock(match[2]) if match[2] else None, day, 0)


def read_clock(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()


def read_weekdays(text: str) -> frozenset[int]:
    days = [WEEKDAYS.index(word[:3].lower()) for word in _split(text)]
    if not days or len(set(days)) != len(days):
        raise Refused(f"{text!r} is no list of weekdays")
    return frozenset(days)


NUMBER = r"(\d+(?:\.\d+)?|\d+/\d+)"


def read_amount(text: str) -> tuple[Fraction, str]:
    match = re.fullmatch(NUMBER + r"\s*([A-Za-zµ][^/]*)", text)
    if match is None:
        raise Refused(f"{text!r} is no amount")
    return Fraction(match[1]), known_unit(match[2])


def read_dose(text: str) -> tuple[Fraction, str, str, str]:
    """Amount, unit, what it scales by (or ""), and per what it is stated (or "")."""
    match = re.fullmatch(
        NUMBER + r"\s*([A-Za-zµ][^/]*?)(/kg|/m2)?(/dose|/day|/week| in all)?", text
    )
    if match is None:
        raise Refused(f"{text!r} is no dose")
    return Fraction(match[1]), known_unit(match[2]), match[3] or "", (match[4] or "").strip()


def known_unit(text: str) -> str:
    return {"IU": "international units", "ug": "mcg", "µg": "mcg", "ml": "mL"}.get(text, text)


def read_grid(rounding: str) -> str:
    match = re.fullmatch(r"(?:nearest|up to|down to) ([^,]+)(?:, ties (?:up|down))?", rounding)
    if match is None:
        raise Refused(f"{rounding!r} is no way to round")
    return match[1]


# --- arithmetic -------------------------------------------------------------------------------


def convert(amount: Fraction, unit: str, into: str) -> Fraction:
    value, dimension = canonical(amount, unit)
    one, wanted = canonical(Fraction(1), into)
    if dimension != wanted:
        raise Refused(f"{unit} and {into} do not meet")
    return value / one


def rounded(amount: Fraction, unit: str, rounding: str) -> Fraction:
    grid = convert(*read_amount(read_grid(rounding)), unit)
    below = amount // grid
    rest = amount - below * grid
    if rounding.startswith("nearest"):
        if not rounding.endswith(("ties up", "ties down")):
            raise Refused("ties are not said")
        goes_up = rest * 2 > grid or (rest * 2 == grid and rounding.endswith("ties up"))
    else:
        goes_up = rounding.startswith("up to") and rest > 0
    return (below + goes_up) * grid


def terminates(amount: Fraction) -> bool:
    left = amount.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    return left == 1


def months_after(origin: date, months: int, month_end: str) -> date:
    year, month = divmod(origin.year * 12 + origin.month - 1 + months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    if origin.day <= longest:
        return date(year, month + 1, origin.day)
    if month_end == "clamp":
        return date(year, month + 1, longest)
    if month_end == "first-of-next":
        return date(year, month + 1, longest) + timedelta(days=1)
    raise Refused(f"month_end: {month_end}")


def moved(moment: Moment, span: Span, times: int, month_end: str) -> Moment:
    """So many spans later (or earlier): days from the day, months from where months count from."""
    if span.unit == "days":
        day = moment.day + timedelta(days=span.count * times)
        return Moment(day, moment.clock, day, 0)
    months = moment.months + span.count * times
    day = months_after(moment.origin, months, month_end)
    return Moment(day, moment.clock, moment.origin, months)


def without_clock(moment: Moment) -> Moment:
    return Moment(moment.day, None, moment.origin, moment.months)
