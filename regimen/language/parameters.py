"""The parameters and measures of a protocol: declared, implied, referred to, used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from msgspec import Struct, field

from regimen import rules
from regimen.finding import Finding, Misread, Place, quoted, refuse
from regimen.language import texts
from regimen.language.anchor_texts import Later
from regimen.language.answers import read_limit, refuse_limits
from regimen.language.levels import Reference
from regimen.language.measure_shape import MeasureShape
from regimen.language.nodes import Document, Path
from regimen.language.schema import ParameterShape
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
from regimen.protocol.measured import RAW_MEASURES, SIZES

if TYPE_CHECKING:
    from regimen.protocol.measures import Derived

MOST_PARAMETERS = 200
RESERVED = ("start", "zone", "closed", "previous", "horizon")
_ONLY_FOR = {
    "unit": ParameterType.QUANTITY,
    "choices": ParameterType.CHOICE,
    "count": ParameterType.WEEKDAYS,
}


class Parameters(Struct):
    """Every parameter by its name, and which of them decide something."""

    document: Document
    findings: list[Finding]  # the protocol's own list
    by_name: dict[str, Parameter] = field(default_factory=dict)
    derived: dict[str, Derived] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)  # the measures that stand in the file

    def declare(self, name: str, shape: ParameterShape) -> None:
        path: Path = ("parameters", name)
        place = self.document.key_place(path)
        if not self._named(name, place, (*RESERVED, *SIZES)):
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

    def limits(
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

    def add(self, parameter: Parameter) -> None:
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

    def _named(self, name: str, place: Place, reserved: Collection[str] = RESERVED) -> bool:
        """Whether `name` may name a parameter; a finding where it may not."""
        try:
            texts.read_name(name)
        except Misread as misread:
            self.findings.append(misread.finding(place))
            return False
        if name in reserved or name in self.by_name:
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

    def may_be_measure(self, name: str, place: Place) -> bool:
        """Whether `name` may name a measure; a finding where it may not."""
        return self._named(name, place)

    def measures(self, shapes: Mapping[str, MeasureShape]) -> None:
        if shapes:
            from regimen.language.measure_reading import read_measures

            self.written.update(shapes)

            read_measures(self, shapes)

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

    def measured(self, name: str, place: Place) -> None:
        """Note that a dose scales by the measure, and so by what it is worked out from."""
        self.used.add(name)
        if name in self.derived:
            for each in self.derived[name].rests_on:
                self.measured(each, place)
        elif name in self.by_name:
            self.used.update(self.by_name[name].beside)
        elif name not in self.written:
            self.findings.append(
                Finding(
                    rules.NO_MEASURE,
                    f"the dose scales by {name}, and the protocol does not say when it is measured",
                    f"write measures: {{{name}: {{taken: once}}}}"
                    if name in RAW_MEASURES
                    else f"declare {name} under measures, with its formula",
                    place,
                )
            )

    def measure(self, name: str) -> Parameter | Derived | None:
        """The measure of this name, if its values lie in bands."""
        parameter = self.by_name.get(name)
        if parameter is not None and parameter.type in (ParameterType.MEASURE, ParameterType.AGE):
            return parameter
        return self.derived.get(name)

    def is_measure(self, name: str) -> bool:
        """Whether the name means a measure whose values lie in bands, declared or not."""
        return self.measure(name) is not None or (name in RAW_MEASURES and name not in self.by_name)

    def retaken(self, name: str) -> list[str]:
        """The raw measures of which one is taken again, if it rests on any such."""
        from regimen.protocol.measures import raw_measures

        raw = [
            self.by_name[each] for each in raw_measures(name, self.derived) if each in self.by_name
        ]
        return [each.name for each in raw if each.taken is not None and each.taken.again]

    def scales(self, name: str, per: Measure, place: Place) -> None:
        """A finding where an amount per kg is scaled by what is no mass, and so on."""
        measure = self.derived.get(name) or self.by_name.get(name)
        if measure is None:
            return
        unit = measure.unit
        if unit is None or unit.dimension is not per.unit.dimension:
            kind = unit.dimension if unit else "no amount"
            self.findings.append(
                Finding(
                    rules.DIMENSION,
                    f"{name} is {kind}, and the dose is per {per.unit.name}",
                    f"name a measure that is {per.unit.dimension}",
                    place,
                )
            )

    def needed(self, names: Iterable[str]) -> tuple[str, ...]:
        """What must be answered for these parameters and measures: raw measures for derived ones,
        and what is asked beside them."""
        from regimen.protocol.measures import raw_measures

        found = [raw for name in names for raw in raw_measures(name, self.derived)]
        beside = [
            each for name in found if name in self.by_name for each in self.by_name[name].beside
        ]
        return tuple(dict.fromkeys([*found, *beside]))

    def find_unused(self) -> None:
        everything: dict[str, Parameter | Derived] = {**self.by_name, **self.derived}
        for name, each in everything.items():
            if name in self.used:
                continue
            if name in self.written:
                self.findings.append(
                    Finding(
                        rules.UNUSED_MEASURE,
                        f"{name} decides nothing: no dose scales by it",
                        "remove it, or write the dose by it, as in 5 mg/kg",
                        each.place,
                    )
                )
            elif not (isinstance(each, Parameter) and each.taken):
                self.findings.append(
                    Finding(
                        rules.UNUSED_PARAMETER,
                        f"{name} decides nothing: no value and no condition refers to it",
                        f"write ${name} where the value stands, or remove it",
                        each.place,
                    )
                )
