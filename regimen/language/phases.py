"""One phase from its texts: the nearest level wins, and what the words imply becomes parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from functools import partial
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Place, Rule, quoted
from regimen.language.answers import MOST_PER_WEEK
from regimen.language.nodes import Document, Path
from regimen.language.schema import CourseShape, PhaseKeys, PhaseShape
from regimen.language.texts import Between, NotStated
from regimen.protocol import (
    Anchor,
    Cap,
    Condition,
    DateGiven,
    DoseExpression,
    Doses,
    Every,
    Extent,
    For,
    Junction,
    Measure,
    Once,
    OnceADay,
    OnWeekdays,
    Parameter,
    ParameterType,
    Pattern,
    Phase,
    Ref,
    Rounding,
    Taper,
    TimesPerWeek,
    Until,
)
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.timing import CalendarSpan, MonthEnd, Span

T = TypeVar("T")
P = ParameterType

DAYS = ("every", "times_per_week", "on")
EXTENT = ("for", "doses", "before", "through")
TIMES = ("at", "times_per_day")
DOSING = ("dose", "taper")
_NOT_KEY = re.compile(r"[^a-z0-9]+", re.ASCII)


class Reference(Struct, frozen=True):
    """A `$name` in a phase: where it stands, which types of parameter may stand there, and what
    the place asks of the answer beyond its type."""

    name: str
    types: tuple[ParameterType, ...]
    place: Place
    in_days: bool = False
    may_be_nothing: bool = False
    at_most: int | None = None

    def narrowed(self, parameter: Parameter) -> Parameter:
        """The parameter, with what this place asks of its answer."""
        parameter = replace(
            parameter,
            in_days=parameter.in_days or self.in_days,
            may_be_nothing=parameter.may_be_nothing or self.may_be_nothing,
        )
        if self.at_most is not None:
            limit = parameter.at_most
            most = min(limit, self.at_most) if isinstance(limit, int) else self.at_most
            parameter = replace(parameter, at_most=most)
        return parameter


class Levels(Struct, frozen=True):
    """Where a phase's keys may stand, nearest first: its own block, its course's (None where the
    course is the phase), the protocol's; each with its path in the document."""

    phase: tuple[PhaseShape, Path]
    course: tuple[CourseShape, Path] | None
    protocol: tuple[PhaseKeys, Path]

    @property
    def own(self) -> PhaseShape:
        return self.phase[0]

    @property
    def path(self) -> Path:
        return self.phase[1]

    def __iter__(self) -> Iterator[tuple[PhaseKeys, Path]]:
        yield self.phase
        if self.course is not None:
            yield self.course
        yield self.protocol


def stated(shape: PhaseKeys, key: str) -> object:
    """The value of a key of the language on this level, or None."""
    return getattr(shape, "for_" if key == "for" else key)


def phase_keys(shape: PhaseKeys) -> list[str]:
    """The keys of the language that are stated here and that phases inherit."""
    return [key for key in PhaseKeys.written_keys() if stated(shape, key) is not None]


class PhaseBuilder(Struct):
    """Builds one phase and gathers what it finds, implies, refers to and scales by."""

    document: Document
    course: str
    levels: Levels
    at: int
    findings: list[Finding] = field(default_factory=list)
    implied: list[Parameter] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    measured: list[tuple[Measure, Place]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    taken: set[Path] = field(default_factory=set)  # the keys that decide here, own or inherited

    def phase(self, when: tuple[Condition, ...]) -> Phase:
        own, place = self.levels.own, self.document.place(self.levels.path)
        if self.levels.course is None:
            place = self.document.key_place(self.levels.path)
        self.idle(own)
        drug = self.nearest("drug", str)
        begins = self.begins()
        phase = partial(
            Phase,
            key=self.key(own.name),
            name=own.name,
            drug=drug or self.course,
            route=self.route(place),
            dose=self.dose(place),
            pattern=self.pattern(place),
            extent=self.extent(place),
            times=self.times(),
            begins=begins,
            course_begins=self.course_begins(),
            junction=self.nearest("junctions", Junction),
            month_end=self.nearest("month_end", MonthEnd) or MonthEnd.CLAMP,
            caps=self.caps(),
            rounding=self.nearest("round", Rounding),
            may_overlap=own.overlap,
            when=when,
            place=place,
            places=self.places,
        )
        return phase(needs=self.needs())

    def idle(self, own: PhaseShape) -> None:
        """A finding for each key of the phase's own that has nothing to decide."""
        if self.levels.course is None:
            return
        if own.junctions is not None and own.begins is not None:
            self.find(
                rules.TWO_WAYS,
                "junctions and begins both say where the phase begins",
                "keep one of them",
                self.document.key_place((*self.levels.path, "junctions")),
            )
        for key in ("junctions", "overlap"):
            if self.at == 0 and key in own.stated_keys:
                self.find(
                    rules.UNUSED_KEY,
                    f"{key} decides nothing here: no phase comes before the first",
                    "remove it, or write it on the phase that it is meant for",
                    self.document.key_place((*self.levels.path, key)),
                )

    def needs(self) -> tuple[str, ...]:
        """What the plan must answer for this phase; complete once everything else was built."""
        names = [reference.name for reference in self.references]
        names += [parameter.name for parameter in self.implied if not parameter.optional]
        names += [measure for measure, _ in self.measured]
        return tuple(dict.fromkeys(names))

    @property
    def title(self) -> str:
        name = self.levels.own.name
        if self.levels.course is None:
            return f"course {self.course}"
        return f"phase {quoted(name) if name else self.at + 1} of course {self.course}"

    def key(self, name: str | None) -> str:
        """The phase's part of an administration's identity."""
        slug = _NOT_KEY.sub("-", name.lower()).strip("-") if name else ""
        return slug or f"phase-{self.at + 1}"

    # --- levels

    def level(self, *keys: str) -> tuple[PhaseKeys, Path, str] | None:
        """The nearest level that states one of these keys, and which; two of them there is a
        finding."""
        for shape, path in self.levels:
            found = [key for key in keys if stated(shape, key) is not None]
            for key in found:
                self.places.setdefault(key, self.document.place((*path, key)))
                self.taken.add((*path, key))
            if len(found) > 1:
                self.find(
                    rules.TWO_WAYS,
                    f"{' and '.join(found)} answer the same question",
                    "keep one of them",
                    self.document.key_place((*path, found[1])),
                )
            if found:
                return shape, path, found[0]
        return None

    def nearest(self, key: str, kind: type[T]) -> T | None:
        found = self.level(key)
        value = stated(found[0], key) if found else None
        return value if isinstance(value, kind) else None

    def find(self, rule: Rule, what: str, mend: str, place: Place) -> None:
        self.findings.append(Finding(rule, what, mend, place))

    def name_of(self, key: str, path: Path) -> str:
        """The name of the parameter that the words at this key imply."""
        own = self.levels.path
        whole_course = self.levels.course is None or path[: len(own)] != own
        return (
            f"{self.course}.{key}"
            if whole_course
            else (f"{self.course}.{self.key(self.levels.own.name)}.{key}")
        )

    def imply(self, key: str, path: Path, kind: ParameterType, ask: str, **more: object) -> Ref:
        name = self.name_of(key, path)
        place = self.document.place((*path, key))
        parameter = Parameter(name, kind, ask, place, course=self.course, **more)  # type: ignore[arg-type]
        self.implied.append(parameter)
        return Ref(name)

    def gap(self, key: str, path: Path, kind: ParameterType, words: str, **asks: bool) -> Ref:
        return self.imply(
            key,
            path,
            kind,
            f"The source does not state {words} of {self.course}. What is it here?",
            gap=True,
            missing=words,
            **asks,
        )

    def reference(
        self,
        ref: Ref,
        types: tuple[ParameterType, ...],
        place: Place,
        *,
        at_most: int | None = None,
        **asks: bool,
    ) -> Ref:
        self.references.append(Reference(ref.name, types, place, at_most=at_most, **asks))
        return ref

    def value(
        self,
        found: T | Ref | NotStated,
        key: str,
        path: Path,
        types: tuple[ParameterType, ...],
        gap: tuple[ParameterType, str],
        **asks: bool,
    ) -> T | Ref:
        """The value, or the reference that stands for it."""
        if isinstance(found, NotStated):
            kind, words = gap
            return self.gap(key, path, kind, words, **asks)
        if isinstance(found, Ref):
            return self.reference(found, types, self.document.place((*path, key)), **asks)
        return found

    # --- what, how much

    def route(self, place: Place) -> Route | Ref:
        found = self.level("route")
        if found is None:
            self.find(
                rules.NO_ROUTE,
                f"{self.title} has no route",
                "write route: intramuscular (or another); or not stated, if the source is silent",
                place,
            )
            return Route.PARENTERAL
        shape, path, _ = found
        assert shape.route is not None
        return self.value(shape.route, "route", path, (), (P.ROUTE, "the route"))

    def dose(self, place: Place) -> DoseExpression | Taper | Ref:
        found = self.level(*DOSING)
        if found is None:
            self.find(
                rules.NO_DOSE,
                f"{self.title} has no dose",
                "write dose: 100 mcg (or another); or not stated, if the source is silent",
                place,
            )
            return Ref("")
        shape, path, key = found
        if key == "taper":
            return self.taper(shape, path)
        assert shape.dose is not None
        dose = self.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))
        if isinstance(dose, DoseExpression) and dose.per is not None:
            self.measured.append((dose.per, self.document.place((*path, key))))
        return dose

    def taper(self, shape: PhaseKeys, path: Path) -> Taper:
        taper = shape.taper
        assert taper is not None
        parts: dict[str, Quantity | Ref] = {}
        for key, found in (("from", taper.first), ("by", taper.by), ("to", taper.to)):
            gap = (P.QUANTITY, f"the {key!r} of the taper")
            parts[key] = self.value(
                found, key, (*path, "taper"), (P.QUANTITY,), gap, may_be_nothing=key == "to"
            )
        gap = (P.DURATION, "how long each level")
        each = self.value(taper.each, "each", (*path, "taper"), (P.DURATION,), gap, in_days=True)
        return Taper(parts["from"], parts["by"], parts["to"], each, taper.per)

    def caps(self) -> tuple[Cap, ...]:
        found = self.level("max")
        caps = found[0].max if found else None
        for cap in caps or ():
            if cap.per is not None:
                self.measured.append((cap.per, self.places["max"]))
        return caps or ()

    # --- when

    def pattern(self, place: Place) -> Pattern | Ref:
        found = self.level(*DAYS)
        if found is None:
            doses = self.level("doses")
            if doses is not None and doses[0].doses == 1:
                return Once()
            self.find(
                rules.NO_DAYS,
                f"{self.title} does not say on which days",
                "write every: 1 day, times_per_week: 2 or on: [mon, thu]; or doses: 1 for a single"
                " dose; or every: not stated, if the source is silent",
                place,
            )
            return Once()
        shape, path, key = found
        where = self.document.place((*path, key))
        if stated(shape, key) in (NotStated(), (NotStated(),)):
            return self.gap(key, path, P.PATTERN, "the days")
        if key == "times_per_week":
            return self.times_per_week(shape, path, where)
        if key == "on":
            return self.on_weekdays(shape, path)
        return Every(self.span(shape.every, "every", path))

    def times_per_week(self, shape: PhaseKeys, path: Path, place: Place) -> TimesPerWeek:
        count = shape.times_per_week
        if isinstance(count, Ref):
            self.reference(count, (P.NUMBER,), place, at_most=MOST_PER_WEEK)
        pins = self.imply(
            "on",
            path,
            P.WEEKDAYS,
            f"On which weekdays is {self.course} given?",
            optional=True,
            count=count if isinstance(count, int) else None,
        )
        assert not isinstance(count, NotStated)
        assert count is not None
        return TimesPerWeek(count, pins)

    def on_weekdays(self, shape: PhaseKeys, path: Path) -> OnWeekdays | Ref:
        assert shape.on is not None
        days = self.listed(shape.on, "on", path, (P.WEEKDAYS,))
        if isinstance(days, Ref):
            return OnWeekdays(days)
        return OnWeekdays(tuple(sorted(days)))

    def listed(
        self,
        found: tuple[T | Ref | NotStated, ...],
        key: str,
        path: Path,
        types: tuple[ParameterType, ...],
    ) -> tuple[T, ...] | Ref:
        """A list of plain values, each once, or one reference that stands for the whole list."""
        place = self.document.place((*path, key))
        if len(found) == 1 and isinstance(found[0], Ref):
            return self.reference(found[0], types, place)
        plain = tuple(each for each in found if not isinstance(each, (Ref, NotStated)))
        if len(plain) != len(found) or len(set(plain)) != len(plain):
            self.find(
                rules.WRONG_SHAPE,
                f"{key}: in a list every value is written out, and stands once",
                "list every value once; or write one $name, or not stated, for the whole list",
                place,
            )
        return plain

    def span(self, found: object, key: str, path: Path) -> CalendarSpan | Ref:
        if isinstance(found, Between):
            return self.imply(
                key,
                path,
                P.DURATION,
                f"{self.course}, {key}: {found.low} to {found.high}. Which is it?",
                at_least=found.low,
                at_most=found.high,
            )
        place = self.document.place((*path, key))
        if isinstance(found, Ref):
            return self.reference(found, (P.DURATION,), place, in_days=True)
        assert isinstance(found, CalendarSpan)
        return found

    def extent(self, place: Place) -> Extent | Ref | None:
        found = self.level(*EXTENT)
        taper = self.level(*DOSING)
        if taper is not None and taper[2] == "taper":
            if found is not None and len(found[1]) >= len(taper[1]):  # as near, or nearer
                self.find(
                    rules.TWO_WAYS,
                    f"taper and {found[2]} both say how long the phase lasts",
                    "remove one; a taper lasts as long as its levels",
                    self.document.key_place((*found[1], found[2])),
                )
            elif found is not None:
                self.taken.discard((*found[1], found[2]))
            return None
        if found is None:
            self.find(
                rules.NO_EXTENT,
                f"{self.title} does not say how long",
                "write for: 2 weeks, doses: 12, or before or through an anchor; or for: not stated,"
                " if the source is silent",
                place,
            )
            return Doses(1)
        shape, path, key = found
        if stated(shape, key) == NotStated():
            return self.gap(key, path, P.EXTENT, "the duration")
        if key == "for":
            return For(self.span(shape.for_, key, path))
        if key == "doses":
            count = shape.doses
            if isinstance(count, Ref):
                self.reference(count, (P.NUMBER,), self.document.place((*path, key)))
            assert not isinstance(count, NotStated)
            assert count is not None
            return Doses(count)
        anchor = stated(shape, key)
        assert isinstance(anchor, Anchor)
        return Until(self.anchor(anchor, path, key), key == "through")

    def times(self) -> tuple[time, ...] | OnceADay | Ref:
        found = self.level(*TIMES)
        if found is None:
            course = self.levels.course
            return self.once_a_day(self.levels.path if course is None else course[1])
        shape, path, key = found
        if stated(shape, key) in (NotStated(), (NotStated(),)):
            return self.gap(key, path, P.CLOCKS, "the clock times")
        if key == "at":
            assert shape.at is not None
            times = self.listed(shape.at, "at", path, ())
            return times if isinstance(times, Ref) else tuple(sorted(times))
        count = shape.times_per_day
        if isinstance(count, Ref):
            self.reference(count, (), self.document.place((*path, key)))
        if count == 1 or isinstance(count, Ref):
            return self.once_a_day(path)
        return self.imply(
            "at",
            path,
            P.CLOCKS,
            f"At which {count} clock times is {self.course} given each day?",
            count=count,
        )

    def once_a_day(self, path: Path) -> OnceADay:
        ask = f"At which clock time is {self.course} given?"
        return OnceADay(self.imply("at", path, P.CLOCKS, ask, optional=True, count=1))

    def begins(self) -> Anchor | None:
        own, path = self.levels.own, self.levels.path
        return None if own.begins is None else self.anchor(own.begins, path, "begins")

    def course_begins(self) -> Anchor | None:
        course = self.levels.course
        if course is None or course[0].begins is None:
            return None
        if self.at == 0 and self.levels.own.begins is not None:
            self.find(
                rules.TWO_WAYS,
                "the course and its first phase both say where they begin",
                "keep one of them",
                self.document.key_place((*self.levels.path, "begins")),
            )
        return self.anchor(course[0].begins, course[1], "begins")

    def anchor(self, anchor: Anchor, path: Path, key: str) -> Anchor:
        place = self.document.place((*path, key))
        self.places.setdefault(key, place)
        if isinstance(anchor.base, DateGiven):
            self.reference(anchor.base.ref, (P.DATE,), place)
        offset: Span | Ref | None = anchor.offset
        if isinstance(offset, Ref):
            self.reference(offset, (P.DURATION,), place)
        return anchor
