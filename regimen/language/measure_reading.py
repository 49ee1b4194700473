"""The measures of a protocol from their shapes: raw ones become parameters, derived ones formulas
over them, and what a formula takes and nobody declared is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from msgspec import Struct, field
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Place, Rule, quoted
from regimen.language import measure_texts
from regimen.language.measure_shape import MeasureShape
from regimen.language.parameters import Parameters
from regimen.protocol import (
    Limit,
    Parameter,
    ParameterType,
    Retake,
    Taken,
)
from regimen.protocol.measured import RAW_MEASURES
from regimen.protocol.measures import (
    AGE,
    FEMALE,
    INPUT_KINDS,
    MAKES,
    MALE,
    SEX,
    Derived,
    Formula,
    raw_measures,
)
from regimen.quantity import BY_UCUM, Dimension, Quantity, Unit

_ASKS = {
    "weight": ("kg", "What does the patient weigh?"),
    "height": ("cm", "How tall is the patient?"),
    "bsa": ("m2", "What is the patient's body surface area?"),
}
_ASK_CREATININE = "What is the creatinine in the patient's serum?"
_ASK_AGE = (
    "How old is the patient at the start (as in 7 months), or when was the patient born (as in born"
    " 2025-08-12)?"
)
_ASK_SEX = "What is the patient's sex, as the formula and the growth charts mean it?"
_OF_SIZES = ("taken", "at_least", "at_most", "grid")
_OF_VALUES = (*_OF_SIZES, "unit", "ask")
_OF_DERIVED = ("taken", "formula", "from", "with", "at_least", "at_most", "round")
TENFOLD = 10


def read_measures(parameters: Parameters, shapes: Mapping[str, MeasureShape]) -> None:
    """Take in every measure, with a finding for each that has no meaning."""
    _Reader(parameters, shapes).read()


class _Reader(Struct):
    parameters: Parameters
    shapes: Mapping[str, MeasureShape]
    implying: dict[str, str] = field(default_factory=dict)  # a raw measure, and for which formula

    def read(self) -> None:
        derived = {}
        for name, shape in self.shapes.items():
            if not self.parameters.may_be_measure(name, self.place(name)):
                continue
            if shape.formula is not None or shape.from_ is not None:
                derived[name] = shape
            else:
                self.raw(name, shape)
        for name, shape in derived.items():
            self.imply(name, shape, derived)
        known = {*self.parameters.by_name, *derived}
        for name, shape in derived.items():
            made = self.derived(name, shape, known)
            if made is not None:
                self.parameters.derived[name] = made
        self.settle()

    def place(self, *path: str) -> Place:
        return self.parameters.document.key_place(("measures", *path))

    def find(self, rule: Rule, what: str, mend: str, place: Place) -> None:
        self.parameters.findings.append(Finding(rule, what, mend, place))

    def only(self, name: str, shape: MeasureShape, keys: tuple[str, ...], kind: str) -> None:
        for key in shape.written_keys():
            if _stated(shape, key) is not None and key not in keys:
                self.find(
                    rules.UNKNOWN_KEY,
                    f"{key} has no meaning for {kind}",
                    f"remove it; {name} takes {', '.join(keys)}",
                    self.place(name, key),
                )

    def needs(self, name: str, shape: MeasureShape, keys: tuple[str, ...], why: str) -> bool:
        missing = [key for key in keys if _stated(shape, key) is None]
        if missing:
            self.find(
                rules.MISSING_KEY,
                f"{name} has no {' and no '.join(missing)}",
                why,
                self.place(name),
            )
        return not missing

    # --- raw measures

    def raw(self, name: str, shape: MeasureShape) -> None:
        if name == AGE:
            self.age(shape)
        elif name == SEX:
            self.sex(shape)
        elif name in _ASKS:
            self.only(name, shape, _OF_SIZES, f"the measure {name}")
            if self.needs(name, shape, ("taken",), "say when it is measured, as in taken: once"):
                unit, ask = _ASKS[name]
                self.add(name, shape, BY_UCUM[unit], ask)
        elif shape.unit is None:
            self.unknown(name)
        else:
            self.value(name, shape, shape.unit)

    def value(self, name: str, shape: MeasureShape, unit: Unit) -> None:
        """A laboratory value."""
        self.only(name, shape, _OF_VALUES, "a laboratory value")
        ask = shape.ask or (_ASK_CREATININE if name == "creatinine" else None)
        keys = ("taken", "at_least", "at_most") if ask else ("taken", "ask", "at_least", "at_most")
        why = "say when it is measured, how it is asked for and within which limits it is believed"
        if self.needs(name, shape, keys, why):
            self.add(name, shape, unit, ask or "")

    def add(self, name: str, shape: MeasureShape, unit: Unit, ask: str) -> None:
        at_least, at_most = self.parameters.limits(ParameterType.MEASURE, shape, ("measures", name))
        if shape.grid is not None and shape.grid.unit.dimension is not unit.dimension:
            self.find(
                rules.DIMENSION,
                f"{name} is {unit.dimension}, and its grid {shape.grid}",
                f"write it in {unit.name}",
                self.place(name, "grid"),
            )
        self.parameters.add(
            Parameter(
                name=name,
                type=ParameterType.MEASURE,
                ask=ask,
                place=self.place(name),
                unit=unit,
                at_least=at_least,
                at_most=at_most,
                taken=shape.taken,
                grid=shape.grid,
            )
        )

    def age(self, shape: MeasureShape) -> None:
        self.only(AGE, shape, ("taken", "at_least", "at_most"), "the age")
        if not self.needs(AGE, shape, ("taken",), "write taken: once for the age at the start"):
            return
        assert shape.taken is not None
        if shape.taken.when not in (Retake.ONCE, Retake.EACH_DOSE):
            self.find(
                rules.UNKNOWN_WORD,
                "the age is that at the start, or that on the day of each dose",
                "write taken: once, or taken: each dose",
                self.place(AGE, "taken"),
            )
        low, high = self.parameters.limits(ParameterType.AGE, shape, ("measures", AGE))
        self.parameters.add(_age(self.place(AGE), shape.taken, low, high))

    def sex(self, shape: MeasureShape) -> None:
        self.only(SEX, shape, ("taken",), "the sex")
        if shape.taken is None or shape.taken.when is not Retake.ONCE:
            self.find(rules.MISSING_KEY, "sex is taken once", "write taken: once", self.place(SEX))
        self.parameters.add(_sex(self.place(SEX)))

    def unknown(self, name: str) -> None:
        close = get_close_matches(name, RAW_MEASURES, n=1)
        self.find(
            rules.UNKNOWN_WORD,
            f"{quoted(name)} is not a measure"
            + (f"; did you mean {quoted(close[0])}?" if close else ""),
            f"use one of {', '.join(RAW_MEASURES)}; for a laboratory value write its unit, and for"
            " what is worked out its formula, or from",
            self.place(name),
        )

    # --- what is worked out

    def imply(self, name: str, shape: MeasureShape, derived: Mapping[str, MeasureShape]) -> None:
        """Ask for what the formula takes and nobody declared."""
        wanted = [
            each
            for each in _inputs(shape).values()
            if each in ("weight", "height", AGE, SEX)
            and each not in derived
            and (each not in self.shapes or each in self.implying)
        ]
        sizes = [each for each in wanted if each in _ASKS]
        taken = shape.taken
        if sizes and taken is None:
            self.find(
                rules.MISSING_KEY,
                f"{name} does not say when {' and '.join(sizes)} are taken",
                "write taken: once (or each cycle), or declare them as measures of their own",
                self.place(name),
            )
            taken = Taken(Retake.ONCE)
        if taken is not None and not sizes and shape.taken is not None:
            self.find(
                rules.UNUSED_KEY,
                f"taken decides nothing here: what {name} is worked out from says when it is taken",
                "remove it",
                self.place(name, "taken"),
            )
        for each in wanted:
            self.implied(each, name, taken or Taken(Retake.ONCE))

    def implied(self, name: str, for_: str, taken: Taken) -> None:
        place = self.place(for_)
        first = self.implying.setdefault(name, for_)
        if first == for_ and name in self.parameters.by_name:
            self.find(
                rules.DUPLICATE_NAME,
                f"{for_} is worked out from the measure {name}, and a parameter has that name",
                "call the parameter otherwise",
                self.parameters.by_name[name].place,
            )
            return
        if first != for_:
            if name in _ASKS and self.parameters.by_name[name].taken != taken:
                self.find(
                    rules.TWO_WAYS,
                    f"{first} and {for_} say differently when {name} is taken",
                    f"declare {name} as a measure of its own",
                    place,
                )
            return
        if name == AGE:
            when = Retake.EACH_DOSE if taken.again else Retake.ONCE
            self.parameters.add(_age(place, Taken(when)))
        elif name == SEX:
            self.parameters.add(_sex(place))
        else:
            unit, ask = _ASKS[name]
            kind = ParameterType.MEASURE
            self.parameters.add(Parameter(name, kind, ask, place, unit=BY_UCUM[unit], taken=taken))

    def derived(self, name: str, shape: MeasureShape, known: set[str]) -> Derived | None:
        formula = shape.formula
        extra = MAKES[formula].needs if formula else ()
        if formula is not None and shape.from_ is not None:
            self.find(
                rules.TWO_WAYS,
                f"{name} has a formula and is another measure besides",
                "keep one of formula and from",
                self.place(name, "from"),
            )
            return None
        self.only(name, shape, (*_OF_DERIVED, *extra), "what is worked out this way")
        whole = self.needs(name, shape, extra, "state it as the source does: factor: 0.4")
        inputs = _inputs(shape)
        for role in shape.with_ or ():
            if role not in inputs:
                self.find(
                    rules.UNKNOWN_WORD,
                    f"{formula or 'from'} does not take {quoted(role)}",
                    f"use one of: {', '.join(inputs)}",
                    self.place(name, "with", role),
                )
                whole = False
        for each in inputs.values():
            if each not in known:
                self.find(
                    rules.NO_MEASURE,
                    f"{name} is worked out from {each}, which is no measure of the protocol",
                    f"declare {each} under measures, or name another one: with: {{{each}: …}}",
                    self.place(name),
                )
                whole = False
        low, ok = self.bound(name, shape.at_least, "at_least", known)
        high, fine = self.bound(name, shape.at_most, "at_most", known)
        if not (whole and ok and fine):
            return None
        unit = BY_UCUM[MAKES[formula].unit] if formula else _UNKNOWN
        return Derived(
            name,
            formula,
            inputs,
            unit,
            self.place(name),
            shape.factor,
            shape.above,
            low,
            high,
            shape.round,
        )

    def bound(
        self, name: str, text: str | None, key: str, known: set[str]
    ) -> tuple[Quantity | str | None, bool]:
        if text is None:
            return None, True
        place = self.parameters.document.place(("measures", name, key))
        try:
            bound = measure_texts.read_bound(text)
        except Misread as misread:
            self.parameters.findings.append(misread.finding(place))
            return None, False
        if isinstance(bound, str) and bound not in known:
            self.find(
                rules.NO_MEASURE,
                f"{name} is held to {bound}, which is no measure of the protocol",
                "write an amount, or declare the measure",
                place,
            )
            return None, False
        return bound, True

    # --- the whole

    def settle(self) -> None:
        """Units of what has no formula, circles, kinds, and what is asked beside a size."""
        derived = self.parameters.derived
        for name in list(derived):
            if self.in_a_circle(name):
                del derived[name]
        for name in list(derived):
            if any(raw not in self.parameters.by_name for raw in raw_measures(name, derived)):
                del derived[name]  # what is wrong with what it rests on was found
        for name in list(derived):
            derived[name] = self.with_unit(name)
        for each in derived.values():
            self.parameters.findings.extend(self.misfits(each))
        for name in _ASKS:
            self.guard(name)

    def in_a_circle(self, name: str) -> bool:
        derived, seen = self.parameters.derived, {name}
        waiting = list(derived[name].rests_on)
        while waiting:
            at = waiting.pop()
            if at == name:
                self.find(
                    rules.CIRCLE,
                    f"{name} is worked out from itself",
                    "name the measure that it is worked out from",
                    self.place(name),
                )
                return True
            if at in derived and at not in seen:
                seen.add(at)
                waiting += derived[at].rests_on
        return False

    def with_unit(self, name: str) -> Derived:
        each = self.parameters.derived[name]
        return each if each.formula else replace(each, unit=self.unit_of(name))

    def unit_of(self, name: str) -> Unit:
        each = self.parameters.derived.get(name)
        if each is None:
            return self.parameters.by_name[name].unit or _UNKNOWN
        return each.unit if each.formula else self.unit_of(each.inputs["from"])

    def misfits(self, each: Derived) -> Iterator[Finding]:
        """Inputs and bounds of another kind than they must be."""
        for role, name in each.inputs.items():
            kinds = INPUT_KINDS.get(role)
            if kinds and self.unit_of(name).dimension not in kinds:
                yield self.misfit(each, name, " or ".join(kinds))
            elif role in (AGE, SEX) and name != role:
                yield self.misfit(each, name, f"the {role}")
        parts: list[tuple[str, Dimension]] = []
        for bound in (each.at_least, each.at_most):
            if isinstance(bound, str):
                parts.append((bound, self.unit_of(bound).dimension))
            elif bound is not None:
                parts.append((str(bound), bound.unit.dimension))
        if each.rounding is not None and each.rounding.grid is not None:
            parts.append((str(each.rounding.grid), each.rounding.grid.unit.dimension))
        for words, kind in parts:
            if kind is not each.unit.dimension:
                yield self.misfit(each, words, each.unit.dimension)

    def misfit(self, each: Derived, what: str, kind: str) -> Finding:
        return Finding(
            rules.DIMENSION,
            f"for {each.name}, {what} must be {kind}",
            "name a measure or an amount of that kind",
            each.place,
        )

    def guard(self, name: str) -> None:
        """Ask for the age beside a size: where the protocol declares it, and where the limits of
        the size would let a tenfold slip pass."""
        known = self.parameters.by_name
        parameter = known.get(name)
        if parameter is None:
            return
        if AGE not in known and not _tight(parameter.at_least, parameter.at_most):
            self.parameters.add(_age(parameter.place, Taken(Retake.ONCE)))
        beside = [each for each in (AGE, SEX) if each in known and known[each].taken is not None]
        known[name] = replace(parameter, beside=tuple(beside))


_UNKNOWN = BY_UCUM["%"]  # of what has no amount: ages and choices


def _stated(shape: MeasureShape, key: str) -> object:
    return getattr(shape, f"{key}_" if key in ("from", "with") else key)


def _inputs(shape: MeasureShape) -> dict[str, str]:
    """What the formula takes, and the measure that gives it."""
    if shape.formula is None:
        assert shape.from_ is not None
        return {"from": shape.from_}
    named = shape.with_ or {}
    return {role: named.get(role, role) for role in MAKES[Formula(shape.formula)].takes}


def _age(
    place: Place, taken: Taken, low: Limit | None = None, high: Limit | None = None
) -> Parameter:
    kind = ParameterType.AGE
    return Parameter(AGE, kind, _ASK_AGE, place, at_least=low, at_most=high, taken=taken)


def _sex(place: Place) -> Parameter:
    choices = {FEMALE: "female", MALE: "male"}
    taken = Taken(Retake.ONCE)
    return Parameter(SEX, ParameterType.CHOICE, _ASK_SEX, place, choices=choices, taken=taken)


def _tight(low: Limit | None, high: Limit | None) -> bool:
    """Whether no value and its tenfold lie within the limits."""
    return (
        isinstance(low, Quantity)
        and isinstance(high, Quantity)
        and low.unit.dimension is high.unit.dimension
        and high < low.times(TENFOLD)
    )
