"""Measures of the patient: on which day which value counts, and what formulas make of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from tests.properties.reference import formulas
from tests.properties.reference.texts import Rounding, read_amount, read_part, read_rounding
from tests.properties.reference.units import convert, on_grid
from tests.properties.reference.values import Refused

RESULTS = {
    "mosteller": "m2",
    "dubois": "m2",
    "haycock": "m2",
    "devine": "kg",
    "adjusted": "kg",
    "cockcroft-gault": "mL/min",
    "calvert": "mL/min",
}

INPUTS = {
    "mosteller": ("weight", "height"),
    "dubois": ("weight", "height"),
    "haycock": ("weight", "height"),
    "devine": ("height",),
    "adjusted": ("weight", "ideal_weight"),
    "cockcroft-gault": ("age", "weight", "creatinine"),
    "calvert": ("clearance",),
}

# the unit in which each kind of measure is counted here
COUNTED_IN = {
    "weight": "kg",
    "bsa": "m2",
    "height": "cm",
    "creatinine": "mg/dL",
    "gfr": "mL/min",
    "clearance": "mL/min",
}
MICROMOL_OF_CREATININE = Fraction("88.4")  # per litre, in 1 mg/dL


class NotYet(Exception):
    """It has not been measured for this dose."""


class When:
    """The day of a dose, the days of the doses before it in its phase, and the first day of its
    cycle with the doses before that."""

    def __init__(self, start: date, day: date, before: list[date], cycle: date | None) -> None:
        self.start, self.day, self.cycle = start, day, cycle
        self.before = [other for other in before if other < day]


class Measures:
    def __init__(self, declared: dict[str, Any], answer: Callable[[str], str]) -> None:
        self.declared, self.answer = declared, answer

    def vary(self) -> bool:
        """Whether any of them may differ from dose to dose."""
        return any(each.get("taken", "once") != "once" for each in self.declared.values())

    def has(self, name: str) -> bool:
        return name in self.declared and name != "sex"

    def is_retaken(self, name: str) -> bool:
        """Whether it, or what it is worked out of, may differ from dose to dose."""
        stated = self.declared.get(name, {})
        if "from" in stated:
            return self.is_retaken(stated["from"])
        if "formula" in stated:
            named = stated.get("with", {})
            inputs = [named.get(each, each) for each in INPUTS[stated["formula"]]]
            return any(self.is_retaken(each) for each in inputs)
        return bool(stated.get("taken", "once") != "once")

    def value(self, name: str, when: When) -> Fraction:
        """In the unit it is counted in. Raises NotYet."""
        stated = self.declared.get(name, {})
        if "from" in stated:
            found = self.value(stated["from"], when)
        elif "formula" in stated:
            found = self._by_formula(name, stated, when)
        else:
            found = self._measured(name, stated, when)
        if "at_most" in stated and ("from" in stated or "formula" in stated):
            found = min(found, self._limit(name, stated["at_most"], when))
        if "at_least" in stated and ("from" in stated or "formula" in stated):
            found = max(found, self._limit(name, stated["at_least"], when))
        if "round" in stated:
            rounding: Rounding = read_rounding(stated["round"])
            found = on_grid(found, self._read(name, rounding.grid), rounding.how)
        return found

    def text(self, name: str, when: When) -> str:
        """As a plan would answer it; an age by the day of birth, with the day on which it counts."""
        if name == "age":
            return f"{self.answer(name)} on {self._day_of_age(when)}"
        value = self.value(name, when)
        return f"{value.numerator}/{value.denominator} {self._unit(name)}"

    def _unit(self, name: str) -> str:
        stated = self.declared.get(name, {})
        if "from" in stated:
            return self._unit(stated["from"])
        if "formula" in stated:
            return RESULTS[stated["formula"]]
        known = [unit for kind, unit in COUNTED_IN.items() if kind in name]
        return known[0] if known else str(stated["unit"])

    def _limit(self, name: str, text: str, when: When) -> Fraction:
        return self._read(name, text) if text[:1].isdigit() else self.value(text, when)

    def _read(self, name: str, text: str) -> Fraction:
        amount, unit = read_amount(text)
        if unit == "micromol/L":
            return amount / MICROMOL_OF_CREATININE
        return convert(amount, unit, self._unit(name))

    def _by_formula(self, name: str, stated: dict[str, Any], when: When) -> Fraction:
        inputs = {**dict.fromkeys(("weight", "height", "creatinine")), **stated.get("with", {})}

        def value(each: str) -> Fraction:
            return self.value(inputs.get(each) or each, when)

        formula = stated["formula"]
        if formula in ("mosteller", "dubois", "haycock"):
            work = getattr(formulas, formula)
            found: Fraction = work(value("weight"), value("height"))
            return found
        if formula == "devine":
            return formulas.devine(value("height"), self.answer("sex"))
        if formula == "adjusted":
            factor, above = Fraction(stated["factor"]), read_part(stated["above"])
            return formulas.adjusted(value("weight"), value("ideal_weight"), factor, above)
        if formula == "cockcroft-gault":
            age = self._age(when)
            sex = self.answer("sex")
            return formulas.cockcroft_gault(age, value("weight"), value("creatinine"), sex)
        if formula == "calvert":
            return formulas.calvert(value("clearance"))
        raise Refused(f"the formula {formula}")

    def _age(self, when: When) -> int:
        """In whole years."""
        text = self.answer("age")
        if not text.startswith("born "):
            return int(read_amount(text)[0])
        born = date.fromisoformat(text.removeprefix("born "))
        day = self._day_of_age(when)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def _day_of_age(self, when: When) -> date:
        taken = self.declared.get("age", {}).get("taken", "once")
        return when.start if taken == "once" else when.day

    def _measured(self, name: str, stated: dict[str, Any], when: When) -> Fraction:
        taken = stated.get("taken", "once")
        values = self._dated(name)
        if taken == "once":
            return values[0][1]
        if taken == "each dose":
            last = max(when.before, default=date.min)
            return _latest(values, after=last, until=when.day)
        if taken == "each cycle":
            begin = when.cycle or when.day
            last = max((day for day in when.before if day < begin), default=date.min)
            return _latest(values, after=last, until=begin)
        part = read_part(taken.removeprefix("if changed by "))
        counts: Fraction | None = None
        for day, value in values:
            if day <= when.day and (counts is None or abs(value - counts) >= part * counts):
                counts = value
        if counts is None:
            raise NotYet(name)
        return counts

    def _dated(self, name: str) -> list[tuple[date, Fraction]]:
        text = self.answer(name)
        if text == "not yet":
            return []
        found = []
        for each in text.split(", "):
            amount, _, day = each.partition(" on ")
            found.append((date.fromisoformat(day) if day else date.min, self._read(name, amount)))
        return sorted(found)


def _latest(values: list[tuple[date, Fraction]], after: date, until: date) -> Fraction:
    found = [value for day, value in values if after < day <= until]
    if not found:
        raise NotYet
    return found[-1]
