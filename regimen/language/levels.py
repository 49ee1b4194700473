"""Where a phase's keys stand: the nearest level wins, and what the words imply becomes
parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Struct, field
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Place, Rule, quoted
from regimen.language.nodes import Document, Path
from regimen.language.phase_shape import (
    AsNeededShape,
    CourseShape,
    PhaseKeys,
    PhaseShape,
    RepeatShape,
    VisitShape,
)
from regimen.language.shapes import BY
from regimen.language.texts import Between, NotStated, TableText
from regimen.protocol import (
    Anchor,
    Cap,
    DateGiven,
    DoseExpression,
    Measure,
    OneOf,
    Parameter,
    ParameterType,
    Ref,
    Table,
)
from regimen.timing import CalendarSpan, ElapsedSpan, Span, SpanUnit

if TYPE_CHECKING:
    from regimen.product import Product
    from regimen.protocol.measures import Derived

T = TypeVar("T")
V = TypeVar("V")
P = ParameterType

FOR_VISITS_TOO = ("cycle", "cycles", "first_day", "month_end")
_SPANS = {
    "every": "the interval",
    "cycle": "the cycle",
    "for": "the duration",
    "over": "the length of the infusion",
}
_NOT_KEY = re.compile(r"[^a-z0-9]+", re.ASCII)


class Reference(Struct, frozen=True):
    """A `$name` in a phase: where it stands, which types of parameter may stand there, and what
    the place asks of the answer beyond its type."""

    name: str
    types: tuple[ParameterType, ...]
    place: Place
    in_days: bool = False
    in_hours: bool = False
    may_be_nothing: bool = False
    percent: bool = False
    at_most: int | None = None

    def narrowed(self, parameter: Parameter) -> Parameter:
        """The parameter, with what this place asks of its answer."""
        parameter = replace(
            parameter,
            in_days=parameter.in_days or self.in_days,
            in_hours=parameter.in_hours or self.in_hours,
            may_be_nothing=parameter.may_be_nothing or self.may_be_nothing,
        )
        if self.at_most is not None:
            limit = parameter.at_most
            most = min(limit, self.at_most) if isinstance(limit, int) else self.at_most
            parameter = replace(parameter, at_most=most)
        return parameter


Own = PhaseShape | VisitShape | RepeatShape | AsNeededShape


class Levels(Struct, frozen=True):
    """Where a phase's keys may stand, nearest first: its own block, those of the groups around it,
    its course's (None where the course is the phase), the protocol's (None where nothing is
    inherited); each with its path in the document."""

    phase: tuple[Own, Path]
    course: tuple[CourseShape, Path] | None
    protocol: tuple[PhaseKeys, Path] | None
    groups: tuple[tuple[PhaseShape, Path], ...] = ()  # the innermost first

    @property
    def own(self) -> Own:
        return self.phase[0]

    @property
    def name(self) -> str | None:
        return self.own.name if isinstance(self.own, PhaseShape) else None

    @property
    def path(self) -> Path:
        return self.phase[1]

    def __iter__(self) -> Iterator[tuple[PhaseKeys, Path]]:
        # The block of a visit, of rounds or of what is given as needed is asked only for keys of a
        # phase.
        yield cast(tuple[PhaseKeys, Path], self.phase)
        yield from self.groups
        if self.course is not None:
            yield self.course
        if self.protocol is not None:
            yield self.protocol


def stated(shape: PhaseKeys, key: str) -> object:
    """The value of a key of the language on this level, or None."""
    return getattr(shape, "for_" if key == "for" else key, None)


def phase_keys(shape: PhaseKeys) -> list[str]:
    """The keys of the language that are stated here and that phases inherit."""
    return [key for key in PhaseKeys.written_keys() if stated(shape, key) is not None]


class PhaseReader(Struct):
    """Reads one phase's keys and gathers what it finds, implies, refers to and scales by. `bound`
    finds the products of these names for a drug."""

    document: Document
    course: str
    levels: Levels
    at: int
    parameters: Mapping[str, Parameter]  # that the protocol declares
    bound: Callable[[tuple[str | Ref, ...], str, Place], tuple[Product, ...] | OneOf]
    derived: Mapping[str, Derived]  # the measures that are worked out
    findings: list[Finding] = field(default_factory=list)
    implied: list[Parameter] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    measured: list[tuple[str, Place]] = field(default_factory=list)
    scaled: list[tuple[str, Measure, Place]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    taken: set[Path] = field(default_factory=set)  # the keys that decide here, own or inherited
    tables: list[Table] = field(default_factory=list)
    in_rows: Counter[str] = field(default_factory=Counter)  # the names that rows of tables ask for
    reading_rows: bool = False
    repeated: PhaseReader | None = None  # of rounds: what comes again
    group_keys: tuple[str, ...] = ()  # of the groups around it, the outermost first
    kind: str = "phase"

    @property
    def around(self) -> str:
        """The key of the innermost group around it, or nothing."""
        return self.group_keys[-1] if self.group_keys else ""

    def needs(self) -> tuple[str, ...]:
        """What the plan must answer for this phase, whichever rows its tables take; complete once
        everything else was built."""
        return tuple(self.names() - self.in_rows)

    def names(self) -> Counter[str]:
        """How often each parameter and measure is asked for, in the order of the questions."""
        names = [reference.name for reference in self.references]
        names += [parameter.name for parameter in self.implied if not parameter.optional]
        names += [str(measure) for measure, _ in self.measured]
        return Counter(names)

    @property
    def title(self) -> str:
        if self.is_visit:
            return f"visit {self.course}"
        if self.repeated is not None:
            return self.repeated.title
        if isinstance(self.levels.own, AsNeededShape):
            return f"{self.course} as needed"
        name = self.levels.name
        if self.levels.course is None:
            return f"course {self.course}"
        return f"phase {quoted(name) if name else self.at + 1} of course {self.course}"

    @property
    def again(self) -> str:
        """What is said of rounds in the place of what is said of the phase."""
        return "" if self.repeated is None else " it is repeated"

    @property
    def by_count(self) -> str:
        """How a number of administrations, visits or rounds is written."""
        return "times: 3" if self.is_visit or self.repeated is not None else "doses: 12"

    @property
    def is_visit(self) -> bool:
        return isinstance(self.levels.own, VisitShape)

    @property
    def happens(self) -> str:
        """The name with its verb, for questions: `b12 given`."""
        return f"{self.course} {'held' if self.is_visit else 'given'}"

    def key(self, name: str | None, kind: str = "phase") -> str:
        """The phase's part of an administration's identity."""
        slug = _NOT_KEY.sub("-", name.lower()).strip("-") if name else ""
        around = f"{self.around}-" if self.around else ""
        return slug or f"{around}{kind}-{self.at + 1}"

    def level(self, *keys: str) -> tuple[PhaseKeys, Path, str] | None:
        """The nearest level that states one of these keys, and which; two of them there is a
        finding. What the protocol states for its drugs is not meant for visits, but for a few."""
        for shape, path in self.levels:
            if self.is_visit and not path:
                keys = tuple(key for key in keys if key in FOR_VISITS_TOO)
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

    def name_of(self, where: Path) -> str:
        """The name of the parameter that the words at this path imply: the course, the phase where
        they stand in it, the key, and the row where they stand in one."""
        names = self._named(where)
        around = next(path for _, path in self.levels if where[: len(path)] == path)
        key, *rows = (str(part) for part in where[len(around) :] if part != "taper")
        rows = [_NOT_KEY.sub("-", row.lower()).strip("-") for row in rows if row[:3] != BY]
        return ".".join((*names, key, *rows))

    def take_over(self, inner: PhaseReader) -> None:
        """Gather what the reader of a part has found, implied and referred to."""
        self.findings += inner.findings
        self.implied += inner.implied
        self.references += inner.references
        self.measured += inner.measured
        self.scaled += inner.scaled
        self.taken |= inner.taken
        self.in_rows += inner.in_rows

    def _named(self, where: Path) -> list[str]:
        """The names of the course, and of the group or phase in which the path lies."""
        own = self.levels.path
        if self.repeated is not None:
            return [*self.repeated._named(own), "repeat"]
        if self.levels.course is None:
            return [self.course]
        if where[: len(own)] == own:
            return [self.course, self.key(self.levels.name, self.kind)]
        for (_, path), key in zip(self.levels.groups, reversed(self.group_keys), strict=False):
            if where[: len(path)] == path:
                return [self.course, key]
        return [self.course]

    def imply(self, where: Path, kind: ParameterType, ask: str, **more: object) -> Ref:
        name, place = self.name_of(where), self.document.place(where)
        parameter = replace(Parameter(name, kind, ask, place, course=self.course), **more)
        self.implied.append(parameter)
        return Ref(name)

    def gap(self, where: Path, kind: ParameterType, words: str, **asks: bool) -> Ref:
        return self.imply(
            where,
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
        found: T | Ref | NotStated | TableText,
        key: str,
        path: Path,
        types: tuple[ParameterType, ...],
        gap: tuple[ParameterType, str],
        **asks: bool,
    ) -> T | Ref | Table:
        """The value, or the reference or table that stands for it."""

        def one(found: T | Ref | NotStated, where: Path) -> T | Ref:
            if isinstance(found, NotStated):
                kind, words = gap
                return self.gap(where, kind, words, **asks)
            if isinstance(found, Ref):
                return self.reference(found, types, self.document.place(where), **asks)
            self.scale(found, self.document.place(where))
            return found

        return self.tabled(found, key, path, one)

    def tabled(
        self,
        found: T | TableText,
        key: str,
        path: Path,
        read: Callable[[Any, Path], V],
    ) -> V | Table:
        """What `read` makes of the value at this key and its path; or, of a table, of every row."""

        def one_or_table(found: object, where: Path) -> V | Table:
            if not isinstance(found, TableText):
                return read(found, where)
            from regimen.language.phase_tables import read_table

            return read_table(self, found, key, where, one_or_table)

        return one_or_table(found, (*path, key))

    def listed(
        self,
        found: tuple[T | Ref | NotStated, ...],
        where: Path,
        types: tuple[ParameterType, ...],
    ) -> tuple[T, ...] | Ref:
        """A list of plain values, each once, or one reference that stands for the whole list."""
        place = self.document.place(where)
        if len(found) == 1 and isinstance(found[0], Ref):
            return self.reference(found[0], types, place)
        plain = tuple(each for each in found if not isinstance(each, (Ref, NotStated)))
        if len(plain) != len(found) or len(set(plain)) != len(plain):
            self.find(
                rules.WRONG_SHAPE,
                f"{where[-1]}: in a list every value is written out, and stands once",
                "list every value once; or write one $name, or not stated, for the whole list",
                place,
            )
        return plain

    def scale(self, scaling: object, place: Place) -> None:
        """Note which measure an amount scales by, if any."""
        if isinstance(scaling, (DoseExpression, Cap)) and scaling.per is not None:
            assert scaling.measure is not None
            self.measured.append((scaling.measure, place))
            self.scaled.append((scaling.measure, scaling.per, place))

    def span(self, found: object, key: str, path: Path) -> CalendarSpan | Ref | Table:
        """A duration in days or longer, or what stands for it."""
        return self._span(found, key, path, CalendarSpan, in_days=True)

    def elapsed_span(self, found: object, key: str, path: Path) -> ElapsedSpan | Ref | Table:
        """A duration in hours or minutes, or what stands for it."""
        return self._span(found, key, path, ElapsedSpan, in_hours=True)

    def any_span(self, found: object, key: str, path: Path) -> Span | Ref | Table:
        """A duration of either kind, or what stands for it."""
        hours = set(self.counts_hours(found))
        if len(hours) > 1:
            self.find(
                rules.TWO_WAYS,
                f"{key}: some rows are counted in hours and some in days",
                "write all rows in hours, or all in days",
                self.document.place((*path, key)),
            )
            return CalendarSpan(1, SpanUnit.DAY)
        return (self.elapsed_span if hours == {True} else self.span)(found, key, path)

    def counts_hours(self, found: object) -> Iterator[bool]:
        """Whether the value is in hours or minutes, for each row of a table; a parameter is where
        its limits are."""
        if isinstance(found, TableText):
            for _, value in found.rows:
                yield from self.counts_hours(value)
        elif isinstance(found, Ref):
            declared = self.parameters.get(found.name)
            limits = (declared.at_least, declared.at_most) if declared else ()
            yield any(isinstance(limit, ElapsedSpan) for limit in limits)
        elif not isinstance(found, NotStated):
            yield isinstance(found.low if isinstance(found, Between) else found, ElapsedSpan)

    def _span(
        self, found: object, key: str, path: Path, kind: type[T], **asks: bool
    ) -> T | Ref | Table:
        def one(found: object, where: Path) -> T | Ref:
            if isinstance(found, NotStated):
                return self.gap(where, P.DURATION, _SPANS[key], **asks)
            if isinstance(found, Between):
                where_in_words = ", ".join(self.name_of(where).split("."))
                return self.imply(
                    where,
                    P.DURATION,
                    f"{where_in_words}: {found.low} to {found.high}. Which is it?",
                    at_least=found.low,
                    at_most=found.high,
                    **asks,
                )
            if isinstance(found, Ref):
                return self.reference(found, (P.DURATION,), self.document.place(where), **asks)
            assert isinstance(found, kind)
            return found

        return self.tabled(found, key, path, one)

    def anchor(self, anchor: Anchor, path: Path, key: str) -> Anchor:
        place = self.document.place((*path, key))
        self.places.setdefault(key, place)
        if isinstance(anchor.base, DateGiven):
            self.reference(anchor.base.ref, (P.DATE,), place)
        offset: Span | Ref | None = anchor.offset
        if isinstance(offset, Ref):
            self.reference(offset, (P.DURATION,), place)
        return anchor
