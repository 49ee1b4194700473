"""A protocol from its shape: inheritance, references and what the words imply, all resolved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct, field

from regimen import rules
from regimen.finding import Finding, Misread, Place, Refusal, by_place, quoted, refuse
from regimen.language import texts
from regimen.language.anchoring import unknown_anchors
from regimen.language.answers import read_limit, refuse_limits
from regimen.language.nodes import MOST_FINDINGS, Document, Path, read_nodes
from regimen.language.phases import Levels, PhaseBuilder, Reference, phase_keys
from regimen.language.schema import (
    CaseShape,
    CourseShape,
    ExpectedShape,
    MeasureShape,
    ParameterShape,
    PhaseKeys,
    PhaseShape,
    ProtocolShape,
    WhenKeys,
)
from regimen.language.shaping import shaped
from regimen.protocol import (
    Case,
    Condition,
    Course,
    Expected,
    Limit,
    Measure,
    Parameter,
    ParameterType,
    Phase,
    Protocol,
    Source,
)
from regimen.quantity import BY_UCUM

MOST_PHASES = 200
MOST_PARAMETERS = 200
RESERVED = ("start", "zone", "closed", "previous")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_ONLY_FOR = {
    "unit": ParameterType.QUANTITY,
    "choices": ParameterType.CHOICE,
    "count": ParameterType.WEEKDAYS,
}
_MEASURES = {
    Measure.WEIGHT: ("kg", "What does the patient weigh?"),
    Measure.BSA: ("m2", "What is the patient's body surface area?"),
}


def read_protocol(text: bytes | str, file: str) -> Protocol:
    """A protocol file's text as a Protocol; `file` names it in findings.

    Raises Refusal with every finding that can be told at once.
    """
    document = read_nodes(text, file)
    shape = shaped(document, ProtocolShape)
    data = text if isinstance(text, bytes) else text.encode()
    return _Builder(document, shape, hashlib.sha256(data).hexdigest()).protocol()


class _Builder(Struct):
    document: Document
    shape: ProtocolShape
    content_hash: str
    findings: list[Finding] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    taken: set[Path] = field(default_factory=set)

    def protocol(self) -> Protocol:
        shape = self.shape
        self.header()
        for name, parameter in shape.parameters.items():
            self.parameter(name, parameter)
        self.measures()
        courses = tuple(self.courses())
        self.unused()
        self.overridden()
        self.anchors(courses)
        cases = tuple(self.case(at, case, courses) for at, case in enumerate(shape.cases))
        if self.findings:
            found = dict.fromkeys(self.findings)  # what phases inherit is found once for each
            raise Refusal(sorted(found, key=by_place)[:MOST_FINDINGS])
        return Protocol(
            id=shape.id,
            title=shape.title,
            status=shape.status,
            sources=tuple(Source(each.cite, each.says) for each in shape.sources),
            assumes=shape.assumes,
            parameters=self.parameters,
            courses=courses,
            cases=cases,
            place=self.document.place(()),
            content_hash=self.content_hash,
        )

    # --- findings

    def find(self, finding: Finding) -> None:
        self.findings.append(finding)

    def key_place(self, *path: str | int) -> Place:
        return self.document.key_place(path)

    # --- header, parameters, measures

    def header(self) -> None:
        shape = self.shape
        if not _ID.fullmatch(shape.id):
            self.find(
                Finding(
                    rules.BAD_NAME,
                    f"{quoted(shape.id)} is not an id",
                    "use small letters, digits and single hyphens: b12-acth-infantile-spasms",
                    self.document.place(("id",)),
                )
            )
        if shape.status != "local" and not any(source.says for source in shape.sources):
            self.find(
                Finding(
                    rules.UNCITED,
                    f"the status is {shape.status}, but no source says what it stands on",
                    "quote the source's words under says, or write status: local",
                    self.document.place(("sources",)),
                )
            )
        if not shape.courses:
            self.find(
                Finding(
                    rules.MISSING_KEY,
                    "there are no courses",
                    "write at least one course",
                    self.document.place(("courses",)),
                )
            )

    def parameter(self, name: str, shape: ParameterShape) -> None:
        path: Path = ("parameters", name)
        place = self.key_place(*path)
        if not self.named(name, place):
            return
        for key, kind in _ONLY_FOR.items():
            if getattr(shape, key) is not None and shape.type is not kind:
                self.find(
                    Finding(
                        rules.UNKNOWN_KEY,
                        f"{key} has no meaning for a parameter of type {shape.type}",
                        f"remove it, or write type: {kind}",
                        self.key_place(*path, key),
                    )
                )
        choices = shape.choices or {}
        if shape.type is ParameterType.CHOICE and not choices:
            self.find(
                Finding(
                    rules.MISSING_KEY,
                    f"parameter {name} has no choices",
                    "write choices, with a line of explanation for each",
                    place,
                )
            )
        for choice in choices:
            self.line(choice, self.key_place(*path, "choices", choice))
        at_least, at_most = self.limits(shape.type, shape, path)
        self.add(
            Parameter(
                name=name,
                type=shape.type,
                ask=shape.ask,
                place=place,
                unit=shape.unit,
                at_least=at_least,
                at_most=at_most,
                choices=choices,
                count=shape.count,
            )
        )

    def line(self, text: str, place: Place) -> None:
        try:
            texts.read_line(text)
        except Misread as misread:
            self.find(misread.finding(place))

    def limits(
        self, kind: ParameterType, shape: ParameterShape | MeasureShape, path: Path
    ) -> tuple[Limit | None, Limit | None]:
        return (
            self.limit(kind, shape.at_least, (*path, "at_least")),
            self.limit(kind, shape.at_most, (*path, "at_most")),
        )

    def limit(self, kind: ParameterType, text: str | None, path: Path) -> Limit | None:
        try:
            return None if text is None else read_limit(kind, text)
        except Misread as misread:
            self.find(misread.finding(self.document.place(path)))
            return None

    def add(self, parameter: Parameter) -> None:
        """Take the parameter in, with a finding where no answer can suit its limits."""
        try:
            refuse_limits(parameter)
        except Misread as misread:
            self.find(misread.finding(parameter.place))
        if len(self.parameters) == MOST_PARAMETERS:
            raise refuse(
                rules.ABSURD,
                f"more than {MOST_PARAMETERS} parameters",
                "split the regimen into several protocols",
                parameter.place,
            )
        self.parameters[parameter.name] = parameter

    def named(self, name: str, place: Place) -> bool:
        """Whether `name` may name a parameter; a finding where it may not."""
        try:
            texts.read_name(name)
        except Misread as misread:
            self.find(misread.finding(place))
            return False
        if name in RESERVED or name in set(Measure) or name in self.parameters:
            self.find(
                Finding(
                    rules.DUPLICATE_NAME,
                    f"the name {quoted(name)} already has a meaning",
                    "choose another name",
                    place,
                )
            )
            return False
        return True

    def measures(self) -> None:
        for name, shape in self.shape.measures.items():
            path: Path = ("measures", name)
            if name not in set(Measure):
                self.find(
                    Finding(
                        rules.UNKNOWN_WORD,
                        f"{quoted(name)} is not a measure",
                        f"use one of: {', '.join(Measure)}",
                        self.key_place(*path),
                    )
                )
                continue
            at_least, at_most = self.limits(ParameterType.MEASURE, shape, path)
            unit, ask = _MEASURES[Measure(name)]
            self.add(
                Parameter(
                    name=name,
                    type=ParameterType.MEASURE,
                    ask=ask,
                    place=self.key_place(*path),
                    unit=BY_UCUM[unit],
                    at_least=at_least,
                    at_most=at_most,
                )
            )

    # --- courses

    def courses(self) -> Iterator[Course]:
        phases = 0
        for key, shape in self.shape.courses.items():
            place = self.key_place("courses", key)
            try:
                texts.read_name(key)
            except Misread as misread:
                self.find(misread.finding(place))
                continue
            if key in RESERVED:
                self.find(
                    Finding(
                        rules.DUPLICATE_NAME,
                        f"the name {quoted(key)} already has a meaning",
                        "name the course otherwise and write drug:",
                        place,
                    )
                )
                continue
            phases += len(shape.phases or ("",))
            if phases > MOST_PHASES:
                raise refuse(
                    rules.ABSURD,
                    f"more than {MOST_PHASES} phases",
                    "split the regimen into several protocols",
                    place,
                )
            built = tuple(self.phases(key, shape))
            self.unique(built)
            drug = built[0].drug if built else key
            yield Course(key, drug, built, self.when(shape, ("courses", key)), place)

    def phases(self, course: str, shape: CourseShape) -> Iterator[Phase]:
        path: Path = ("courses", course)
        protocol = (self.shape, ())
        if shape.phases is None:
            yield self.phase(course, Levels((shape, path), None, protocol), 0)
            return
        if not shape.phases:
            self.find(
                Finding(
                    rules.EMPTY_VALUE,
                    f"course {course} has no phases",
                    "write at least one phase",
                    self.document.place((*path, "phases")),
                )
            )
        for at, phase in enumerate(shape.phases):
            levels = Levels((phase, (*path, "phases", at)), (shape, path), protocol)
            yield self.phase(course, levels, at)
        for key in ("name", "overlap"):
            if key in shape.stated_keys:
                self.find(
                    Finding(
                        rules.UNKNOWN_KEY,
                        f"{key} belongs to a phase, not to a course that lists its phases",
                        f"move {key} to the phase of {course} that it is meant for",
                        self.key_place(*path, key),
                    )
                )

    def phase(self, course: str, levels: Levels, at: int) -> Phase:
        builder = PhaseBuilder(self.document, course, levels, at)
        phase = builder.phase(self.when(levels.own, levels.path) if levels.course else ())
        self.findings.extend(builder.findings)
        self.taken |= builder.taken
        for parameter in builder.implied:
            self.parameters.setdefault(parameter.name, parameter)
            self.used.add(parameter.name)
        for reference in builder.references:
            self.refer(reference)
        for measure, place in builder.measured:
            self.measured(measure, place)
        return phase

    def unique(self, phases: tuple[Phase, ...]) -> None:
        seen: dict[str, Phase] = {}
        for phase in phases:
            first = seen.setdefault(phase.key, phase)
            if first is not phase:
                names = [quoted(each.name or each.key) for each in (first, phase)]
                self.find(
                    Finding(
                        rules.DUPLICATE_NAME,
                        f"the phases {names[0]} (line {first.place.line}) and {names[1]} cannot be"
                        f" told apart: in a calendar both are {quoted(phase.key)}",
                        "give each phase of a course a name of its own, different in its letters"
                        " (a to z) or digits",
                        phase.place,
                    )
                )

    def when(self, shape: PhaseShape | WhenKeys, path: Path) -> tuple[Condition, ...]:
        conditions = []
        for name, choices in (shape.when or {}).items():
            place = self.key_place(*path, "when", name)
            self.refer(Reference(name, (ParameterType.CHOICE,), place))
            parameter = self.parameters.get(name)
            for choice in choices:
                if parameter and parameter.choices and choice not in parameter.choices:
                    self.find(
                        Finding(
                            rules.UNKNOWN_WORD,
                            f"{quoted(choice)} is not a choice of {name}",
                            f"use one of: {', '.join(parameter.choices)}",
                            place,
                        )
                    )
            conditions.append(Condition(name, choices))
        return tuple(conditions)

    # --- references

    def refer(self, reference: Reference) -> None:
        name, types, place = reference.name, reference.types, reference.place
        parameter = self.parameters.get(name)
        self.used.add(name)
        if not types:
            self.find(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"${name} stands where no parameter can stand",
                    "write the value itself; or not stated, if the source is silent",
                    place,
                )
            )
        elif parameter is None:
            close = get_close_matches(name, self.parameters, n=1)
            self.used.update(close)
            self.find(
                Finding(
                    rules.UNKNOWN_PARAMETER,
                    f"there is no parameter {quoted(name)}"
                    + (f"; did you mean {quoted(close[0])}?" if close else ""),
                    "declare it under parameters, with its type and question",
                    place,
                )
            )
        elif parameter.type not in types:
            self.find(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"parameter {quoted(name)} is a {parameter.type}; here belongs"
                    f" {' or '.join(f'a {each}' for each in types)}",
                    "use a parameter of that type",
                    place,
                )
            )
        else:
            self.parameters[name] = reference.narrowed(parameter)

    def measured(self, measure: Measure, place: Place) -> None:
        self.used.add(measure)
        if measure not in self.parameters:
            self.find(
                Finding(
                    rules.NO_MEASURE,
                    f"the dose scales by {measure}, and the protocol does not say when it is"
                    " measured",
                    f"write measures: {{{measure}: {{taken: once}}}}",
                    place,
                )
            )

    def unused(self) -> None:
        for name, parameter in self.parameters.items():
            if name not in self.used:
                measure = parameter.type is ParameterType.MEASURE
                self.find(
                    Finding(
                        rules.UNUSED_MEASURE if measure else rules.UNUSED_PARAMETER,
                        f"{name} decides nothing: no dose scales by it"
                        if measure
                        else f"{name} decides nothing: no value and no condition refers to it",
                        "remove it, or write the dose by it, as in 5 mg/kg"
                        if measure
                        else f"write ${name} where the value stands, or remove it",
                        parameter.place,
                    )
                )

    def overridden(self) -> None:
        """A finding for each key that is written for several phases, none of which takes it."""
        levels: list[tuple[PhaseKeys, Path]] = [
            (shape, ("courses", course))
            for course, shape in self.shape.courses.items()
            if shape.phases is not None
        ]
        for shape, path in levels if not self.findings else ():
            for key in phase_keys(shape):
                if (*path, key) not in self.taken:
                    self.find(
                        Finding(
                            rules.UNUSED_KEY,
                            f"{key} decides nothing here: every phase says otherwise or needs none",
                            "remove it, or remove what overrides it from the phase it is meant for",
                            self.key_place(*path, key),
                        )
                    )

    def anchors(self, courses: tuple[Course, ...]) -> None:
        self.findings.extend(unknown_anchors(courses))

    # --- cases

    def case(self, at: int, shape: CaseShape, courses: tuple[Course, ...]) -> Case:
        path: Path = ("cases", at)
        place = self.document.place(path)
        expected = shape.expect or {}
        if bool(expected) is (shape.refused is not None):
            self.find(
                Finding(
                    rules.TWO_WAYS,
                    f"case {quoted(shape.name)} expects {'two things' if expected else 'nothing'}",
                    "write expect with courses, or refused with a finding's code",
                    place,
                )
            )
        keys = list(self.shape.courses)  # badly named ones are reported once
        for key in expected:
            if key not in keys:
                self.find(
                    Finding(
                        rules.UNKNOWN_ANCHOR,
                        f"case {quoted(shape.name)}: there is no course {quoted(key)}",
                        f"use one of: {', '.join(keys)}",
                        self.key_place(*path, "expect", key),
                    )
                )
        return Case(
            name=shape.name,
            given=shape.given,
            expected=tuple(
                self.expected(key, each, (*path, "expect", key)) for key, each in expected.items()
            ),
            refused=shape.refused,
            place=place,
            places={key: self.document.place((*path, "given", key)) for key in shape.given},
        )

    def expected(self, course: str, shape: ExpectedShape, path: Path) -> Expected:
        if not shape.stated_keys:
            self.find(
                Finding(
                    rules.EMPTY_VALUE,
                    f"the case expects nothing of {course}",
                    "write doses, total, first, last, dates or amounts",
                    self.document.place(path),
                )
            )
        return Expected(
            course=course,
            doses=shape.doses,
            total=shape.total,
            first=shape.first,
            last=shape.last,
            dates=shape.dates,
            amounts=shape.amounts,
            place=self.document.place(path),
        )
