"""Which value of a measure counts for which dose, and what formulas make of it (rule D5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine import formulas
from regimen.engine.rounding import on_grid
from regimen.finding import refuse
from regimen.plan import Answer, Plan, Size
from regimen.protocol import Age, AgeOn, Dated, Parameter, Protocol, Retake
from regimen.protocol.measures import FEMALE, MAKES, UNITS_OF_INPUTS, Derived, Formula
from regimen.quantity import BY_UCUM, Dimension, Quantity, cut_text, decimal_text


class When(Struct, frozen=True):
    """A dose, as far as its measures go: its day, the dosing day before it in its course, the first
    day of its cycle and the last one of the cycle before. None where there is none."""

    day: date
    before: date | None = None
    cycle_day: date | None = None
    cycle_before: date | None = None


def with_sizes(protocol: Protocol, plan: Plan) -> Plan:
    """The plan with every measure that is taken once as the size it counts as throughout; those
    that are taken again have no answer in it. Raises Refusal where a formula has no result."""
    return _Sizes(protocol, plan, None).settled([*protocol.parameters, *protocol.measures])


def sized(protocol: Protocol, plan: Plan, names: Iterable[str], when: When) -> Plan:
    """The plan with these measures, and what is worked out from them, as they count for the dose;
    without an answer where a value is still to be measured."""
    return _Sizes(protocol, plan, when).settled([*names, *protocol.measures])


def last_size(protocol: Protocol, plan: Plan, name: str, day: date) -> Quantity | None:
    """The size of a measure by what was last measured up to this day."""
    size = _Sizes(protocol, plan, When(day, cycle_day=day)).size(name)
    return size.value if size is not None and isinstance(size.value, Quantity) else None


def doubts_of(plan: Plan) -> tuple[str, ...]:
    """The values, in a plan with sizes, for which their formulas were not made."""
    sizes = [each for each in plan.answers.values() if isinstance(each, Size)]
    return tuple(dict.fromkeys(doubt for size in sizes for doubt in size.doubts))


def worked_out(protocol: Protocol, plan: Plan) -> tuple[str, ...]:
    """`bsa: 2.209512… m² (mosteller of 95 kg and 185 cm)`: the measures of a plan with sizes that
    are worked out, and count as they are throughout."""
    sizes = {name: plan.answers.get(name) for name in protocol.measures}
    return tuple(
        f"{name}: {size.because}" for name, size in sizes.items() if isinstance(size, Size)
    )


def taken_again(protocol: Protocol, names: Iterable[str]) -> tuple[str, ...]:
    """Which of these raw measures are measured again in the course of the plan."""
    parameters = [protocol.parameters[name] for name in names if name in protocol.parameters]
    return tuple(each.name for each in parameters if each.taken and each.taken.again)


class _Sizes(Struct):
    """Measures at one time: for one dose, or, without one, throughout the plan."""

    protocol: Protocol
    plan: Plan
    when: When | None

    def settled(self, names: Iterable[str]) -> Plan:
        answers = dict(self.plan.answers)
        for name in names:
            if name in self.protocol.measures or self.protocol.parameters[name].taken:
                size = self.size(name)
                if size is None:
                    answers.pop(name, None)
                else:
                    answers[name] = size
        return replace(self.plan, answers=answers)

    def size(self, name: str) -> Answer[object] | None:
        derived = self.protocol.measures.get(name)
        if derived is not None:
            return self.worked_out(derived)
        given = self.plan.answers.get(name)
        return None if given is None else self.raw(self.protocol.parameters[name], given)

    def raw(self, parameter: Parameter, given: Answer[object]) -> Answer[object] | None:
        assert parameter.taken is not None
        again, value = parameter.taken.again, given.value
        if again and self.when is None:
            return None
        if isinstance(value, Age):
            start = self.plan.start.day
            age = AgeOn(value.birth(start), self.when.day if again and self.when else start)
            return Size(age, str(age), because=f"age {age}")
        if not isinstance(value, Dated):
            return Size(value, str(value), because=str(value))
        found = self.dated(parameter, value)
        if found is None:
            return None
        day, size = found
        return Size(size, str(size), because=f"{size} on {day.isoformat()}")

    def dated(self, parameter: Parameter, given: Dated) -> tuple[date, Quantity] | None:
        """The dated value that counts, or None where it is still to be measured."""
        taken, when = parameter.taken, self.when
        assert taken is not None
        if taken.when is Retake.ONCE:
            return given.values[0]
        assert when is not None
        if taken.when is Retake.IF_CHANGED:
            assert taken.by is not None
            return _changed(given, when.day, taken.by)
        since, until = when.before, when.day
        if taken.when is Retake.EACH_CYCLE:
            assert when.cycle_day is not None
            since, until = when.cycle_before, when.cycle_day
        fitting = [each for each in given.values if each[0] <= until]
        if not fitting or (since is not None and fitting[-1][0] <= since):
            return None
        return fitting[-1]

    def worked_out(self, derived: Derived) -> Answer[object] | None:
        sizes = {}
        for role, name in derived.inputs.items():
            size = self.size(name)
            if size is None:
                return None
            sizes[role] = size
        exact = all(size.exact for size in sizes.values() if isinstance(size, Size))
        doubts: tuple[str, ...] = ()
        if derived.formula is None:
            value = sizes["from"].value
            assert isinstance(value, Quantity)
            words, plain = _because(sizes["from"]), True
        else:
            value = _result(derived, derived.formula, sizes)
            exact = exact and not MAKES[derived.formula].rooted
            doubts = tuple(_outside(derived, derived.formula, sizes))
            words, plain = f"{derived.formula} of {_all(sizes)}", False
        held = self.held(derived, value)
        if held is None:
            return None
        changes, made = held[1], value_words(value, exact=exact)
        value = held[0]
        if derived.rounding is not None:
            value, exact = _rounded(derived, value), True
            changes = f"{changes}; rounded {derived.rounding}"
        text = value_words(value, exact=exact)
        if changes:
            words = f"{text} ({words}{'' if plain else f': {made}'}{changes})"
        elif not plain:
            words = f"{text} ({words})"
        return Size(value, text, because=words, exact=exact, doubts=doubts)

    def held(self, derived: Derived, value: Quantity) -> tuple[Quantity, str] | None:
        """The value between its bounds, and how they changed it; None where a bound is still to be
        measured."""
        words = ""
        for bound, above in ((derived.at_least, False), (derived.at_most, True)):
            if isinstance(bound, str):
                size = self.size(bound)
                if size is None:
                    return None
                limit, named = size.value, f"{bound}, {_because(size)}"
            else:
                limit, named = bound, str(bound)
            if limit is None:
                continue
            assert isinstance(limit, Quantity)
            if value > limit if above else value < limit:
                value = limit
                words += f"; at {'most' if above else 'least'} {named}"
        return value, words


def _changed(given: Dated, day: date, by: Fraction) -> tuple[date, Quantity] | None:
    """The last value by then that differs by so large a part from the one that counted before."""
    counting: tuple[date, Quantity] | None = None
    for measured, size in given.values:
        if measured > day:
            break
        if counting is None or abs(size.over(counting[1]) - 1) >= by:
            counting = measured, size
    return counting


def _result(derived: Derived, formula: Formula, sizes: Mapping[str, Answer[object]]) -> Quantity:
    """What the formula makes of its inputs. Raises Refusal where it makes nothing."""
    try:
        return Quantity(_computed(derived, formula, sizes), derived.unit)
    except ValueError as error:
        raise refuse(
            rules.NO_RESULT,
            f"{derived.name}: {error} ({formula} of {_all(sizes)})",
            "check the values; if they are right, this formula is not for this patient",
            derived.place,
        ) from None


def _computed(derived: Derived, formula: Formula, sizes: Mapping[str, Answer[object]]) -> Fraction:
    def number(role: str, unit: str) -> Fraction:
        value = sizes[role].value
        assert isinstance(value, Quantity)
        return value.over(Quantity(Fraction(1), BY_UCUM[unit]))

    match formula:
        case Formula.MOSTELLER:
            return formulas.mosteller(number("weight", "kg"), number("height", "cm"))
        case Formula.DUBOIS:
            return formulas.dubois(number("weight", "kg"), number("height", "cm"))
        case Formula.HAYCOCK:
            return formulas.haycock(number("weight", "kg"), number("height", "cm"))
        case Formula.DEVINE:
            return formulas.devine(number("height", "cm"), female=_female(sizes))
        case Formula.ADJUSTED:
            assert derived.factor is not None
            assert derived.above is not None
            weight, ideal = number("weight", "kg"), number("ideal_weight", "kg")
            return formulas.adjusted(weight, ideal, derived.factor, derived.above)
        case Formula.COCKCROFT_GAULT:
            years = age_of(sizes).years
            return formulas.cockcroft_gault(
                Fraction(years),
                number("weight", "kg"),
                creatinine_in_mg_per_dl(sizes["creatinine"].value),
                female=_female(sizes),
            )
    assert formula is Formula.CALVERT
    return formulas.calvert(number("clearance", "mL/min"))


def _outside(
    derived: Derived, formula: Formula, sizes: Mapping[str, Answer[object]]
) -> Iterator[str]:
    """The inputs that lie outside of what the formula was made for."""
    for role, limits in formulas.VALID[formula].items():
        value = sizes[role].value
        if isinstance(value, AgeOn):
            number = Fraction(value.years)
        else:
            assert isinstance(value, Quantity)
            number = value.over(Quantity(Fraction(1), BY_UCUM[UNITS_OF_INPUTS[role]]))
        if limits.low is not None and number < limits.low:
            side = "below"
        elif limits.high is not None and number > limits.high:
            side = "above"
        else:
            continue
        yield (
            f"{derived.name} by {formula}: {_because(sizes[role])} is {side} what the formula is"
            f" for: {limits.says}"
        )


def _female(sizes: Mapping[str, Answer[object]]) -> bool:
    return sizes["sex"].value == FEMALE


def age_of(sizes: Mapping[str, Answer[object]]) -> AgeOn:
    age = sizes["age"].value
    assert isinstance(age, AgeOn)
    return age


def creatinine_in_mg_per_dl(creatinine: object) -> Fraction:
    assert isinstance(creatinine, Quantity)
    if creatinine.unit.dimension is Dimension.MASS_CONCENTRATION:
        return creatinine.to(BY_UCUM["mg/dL"]).value
    return creatinine.to(BY_UCUM["umol/L"]).value / formulas.MICROMOL_PER_L_IN_A_MG_PER_DL


def _rounded(derived: Derived, value: Quantity) -> Quantity:
    assert derived.rounding is not None
    rounded = on_grid(derived.rounding, value)
    drift = abs(rounded.over(value) - 1)
    if not rounded.value or drift > derived.rounding.within:
        raise refuse(
            rules.ROUNDS_FAR,
            f"{derived.name} {value_words(value, exact=False)} rounded {derived.rounding} is"
            f" {rounded}",
            "round to smaller amounts; or, if this change is meant, add within 20 % (or another)",
            derived.place,
        )
    return rounded


# --- in words


def value_words(value: Quantity, *, exact: bool) -> str:
    """The value; of one without exact decimals the first six."""
    if exact and decimal_text(value.value) is not None:
        return value.shown
    return f"{cut_text(value.value)} {value.unit.named(value.value)}"


def _all(sizes: Mapping[str, Answer[object]]) -> str:
    words = [_because(size) for size in sizes.values()]
    return " and ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def _because(size: Answer[object]) -> str:
    assert isinstance(size, Size)
    return size.because
