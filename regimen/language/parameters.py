"""The parameters and measures of a protocol: declared, implied, referred to, used."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from msgspec import Struct, field

from regimen import rules
from regimen.finding import Finding, Misread, Place, quoted, refuse
from regimen.language import texts
from regimen.language.anchor_texts import Later
from regimen.language.answers import read_limit, refuse_limits
from regimen.language.levels import Reference
from regimen.language.nodes import Document, Path
from regimen.language.schema import (
    MeasureShape,
    ParameterShape,
)
from regimen.protocol import (
    Anchor,
    DateGiven,
    Decided,
    Limit,
    Measure,
    Parameter,
    ParameterType,
    Ref,
)
from regimen.quantity import BY_UCUM

MOST_PARAMETERS = 200
RESERVED = ("start", "zone", "closed", "previous")
_ONLY_FOR = {
    "unit": ParameterType.QUANTITY,
    "choices": ParameterType.CHOICE,
    "count": ParameterType.WEEKDAYS,
}
_MEASURES = {
    Measure.WEIGHT: ("kg", "What does the patient weigh?"),
    Measure.BSA: ("m2", "What is the patient's body surface area?"),
}


class Parameters(Struct):
    """Every parameter by its name, and which of them decide something."""

    document: Document
    findings: list[Finding]  # the protocol's own list
    by_name: dict[str, Parameter] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def declare(self, name: str, shape: ParameterShape) -> None:
        path: Path = ("parameters", name)
        place = self.document.key_place(path)
        if not self._named(name, place):
            return
        for key, kind in _ONLY_FOR.items():
            if getattr(shape, key) is not None and shape.type is not kind:
                self.findings.append(
                    Finding(
                        rules.UNKNOWN_KEY,
                        f"{key} has no meaning for a parameter of type {shape.type}",
                        f"remove it, or write type: {kind}",
                        self.document.key_place((*path, key)),
                    )
                )
        choices = shape.choices or {}
        if shape.type is ParameterType.CHOICE and not choices:
            self.findings.append(
                Finding(
                    rules.MISSING_KEY,
                    f"parameter {name} has no choices",
                    "write choices, with a line of explanation for each",
                    place,
                )
            )
        for choice in choices:
            self._line(choice, self.document.key_place((*path, "choices", choice)))
        at_least, at_most = self._limits(shape.type, shape, path)
        self._add(
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
                decided=self._decided(shape.decided, (*path, "decided")),
            )
        )

    def _decided(self, found: Anchor | Later | None, path: Path) -> Decided | None:
        if found is None:
            return None
        place = self.document.place(path)
        return Decided(None if isinstance(found, Later) else found, place)

    def _line(self, text: str, place: Place) -> None:
        try:
            texts.read_line(text)
        except Misread as misread:
            self.findings.append(misread.finding(place))

    def _limits(
        self, kind: ParameterType, shape: ParameterShape | MeasureShape, path: Path
    ) -> tuple[Limit | None, Limit | None]:
        return (
            self._limit(kind, shape.at_least, (*path, "at_least")),
            self._limit(kind, shape.at_most, (*path, "at_most")),
        )

    def _limit(self, kind: ParameterType, text: str | None, path: Path) -> Limit | None:
        try:
            return None if text is None else read_limit(kind, text)
        except Misread as misread:
            self.findings.append(misread.finding(self.document.place(path)))
            return None

    def _add(self, parameter: Parameter) -> None:
        """Take the parameter in, with a finding where no answer can suit its limits."""
        try:
            refuse_limits(parameter)
        except Misread as misread:
            self.findings.append(misread.finding(parameter.place))
        if len(self.by_name) == MOST_PARAMETERS:
            raise refuse(
                rules.ABSURD,
                f"more than {MOST_PARAMETERS} parameters",
                "split the regimen into several protocols",
                parameter.place,
            )
        self.by_name[parameter.name] = parameter

    def _named(self, name: str, place: Place) -> bool:
        """Whether `name` may name a parameter; a finding where it may not."""
        try:
            texts.read_name(name)
        except Misread as misread:
            self.findings.append(misread.finding(place))
            return False
        if name in RESERVED or name in set(Measure) or name in self.by_name:
            self.findings.append(
                Finding(
                    rules.DUPLICATE_NAME,
                    f"the name {quoted(name)} already has a meaning",
                    "choose another name",
                    place,
                )
            )
            return False
        return True

    def measures(self, shapes: Mapping[str, MeasureShape]) -> None:
        for name, shape in shapes.items():
            path: Path = ("measures", name)
            if name not in set(Measure):
                self.findings.append(
                    Finding(
                        rules.UNKNOWN_WORD,
                        f"{quoted(name)} is not a measure",
                        f"use one of: {', '.join(Measure)}",
                        self.document.key_place(path),
                    )
                )
                continue
            at_least, at_most = self._limits(ParameterType.MEASURE, shape, path)
            unit, ask = _MEASURES[Measure(name)]
            self._add(
                Parameter(
                    name=name,
                    type=ParameterType.MEASURE,
                    ask=ask,
                    place=self.document.key_place(path),
                    unit=BY_UCUM[unit],
                    at_least=at_least,
                    at_most=at_most,
                )
            )

    def imply(self, parameter: Parameter) -> None:
        """Take in what a phase's words imply; it is used where it stands."""
        self.by_name.setdefault(parameter.name, parameter)
        self.used.add(parameter.name)

    def refer_decided(self) -> None:
        """Take the dates and durations that decisions hang on for used."""
        for parameter in list(self.by_name.values()):
            if parameter.decided is not None and parameter.decided.anchor is not None:
                anchor, place = parameter.decided.anchor, parameter.decided.place
                if isinstance(anchor.base, DateGiven):
                    self.refer(Reference(anchor.base.ref.name, (ParameterType.DATE,), place))
                if isinstance(anchor.offset, Ref):
                    self.refer(Reference(anchor.offset.name, (ParameterType.DURATION,), place))

    def refer(self, reference: Reference) -> None:
        name, types, place = reference.name, reference.types, reference.place
        parameter = self.by_name.get(name)
        self.used.add(name)
        if not types:
            self.findings.append(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"${name} stands where no parameter can stand",
                    "write the value itself; or not stated, if the source is silent",
                    place,
                )
            )
        elif parameter is None:
            close = get_close_matches(name, self.by_name, n=1)
            self.used.update(close)
            self.findings.append(
                Finding(
                    rules.UNKNOWN_PARAMETER,
                    f"there is no parameter {quoted(name)}"
                    + (f"; did you mean {quoted(close[0])}?" if close else ""),
                    "declare it under parameters, with its type and question",
                    place,
                )
            )
        elif parameter.type not in types:
            self.findings.append(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"parameter {quoted(name)} is a {parameter.type}; here belongs"
                    f" {' or '.join(f'a {each}' for each in types)}",
                    "use a parameter of that type",
                    place,
                )
            )
        elif parameter.is_percentage is not reference.percent:
            kinds = ("an amount", "a percentage")
            self.findings.append(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"parameter {quoted(name)} is {kinds[parameter.is_percentage]}; here belongs"
                    f" {kinds[reference.percent]}",
                    "use a parameter of that kind; the unit of a percentage is %",
                    place,
                )
            )
        else:
            self._narrow(name, reference.narrowed(parameter), place)

    def _narrow(self, name: str, parameter: Parameter, place: Place) -> None:
        """Take what a place asks of an answer, with a finding where another asks the opposite."""
        if parameter.in_days and parameter.in_hours:
            self.findings.append(
                Finding(
                    rules.WRONG_PARAMETER,
                    f"parameter {quoted(name)} is counted in days at one place and in hours at"
                    " another",
                    "declare a parameter for each",
                    place,
                )
            )
        self.by_name[name] = parameter

    def measured(self, measure: Measure, place: Place) -> None:
        self.used.add(measure)
        if measure not in self.by_name:
            self.findings.append(
                Finding(
                    rules.NO_MEASURE,
                    f"the dose scales by {measure}, and the protocol does not say when it is"
                    " measured",
                    f"write measures: {{{measure}: {{taken: once}}}}",
                    place,
                )
            )

    def find_unused(self) -> None:
        for name, parameter in self.by_name.items():
            if name not in self.used:
                measure = parameter.type is ParameterType.MEASURE
                self.findings.append(
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
