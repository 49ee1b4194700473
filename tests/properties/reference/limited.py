"""Capped, then rounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.properties.reference.calculated import CalculatingReader, in_force
from tests.properties.reference.measures import When
from tests.properties.reference.pieces import Shelf
from tests.properties.reference.products import nearest, read_shelf
from tests.properties.reference.stated import Phase
from tests.properties.reference.tables import row_of
from tests.properties.reference.texts import (
    Rounding,
    Stated,
    as_list,
    read_amount,
    read_dose,
    read_rounding,
)
from tests.properties.reference.units import convert, on_grid, terminates
from tests.properties.reference.values import Refused


@dataclass(frozen=True)
class Limits:
    """Whose limits, on which day, and which part of its day's amount the administration is."""

    phase: Phase
    when: When
    of_day: Fraction


class LimitingReader(CalculatingReader):
    def caps(self, phase: Phase, when: When) -> list[Stated]:
        said = phase.stated_as_written(("max",)).get("max", [])
        row = row_of(said, lambda name: self.answer_at(name, when))
        return [read_dose(self.text(text)) for text in as_list(row)]

    def _ceilings(self, limits: Limits, unit: str) -> list[Fraction]:
        """The most that each cap allows one administration; what is limited in all is not cut."""
        found = []
        for cap in self.caps(limits.phase, limits.when):
            if cap.per in ("in all", "lifetime"):
                continue
            amount = convert(self.scaled(cap.amount, cap.scale, limits.when), cap.unit, unit)
            found.append(amount * self._part_of(limits, cap.per))
        return found

    def limits_per_dose(self, phase: Phase, when: When, unit: str) -> list[Fraction]:
        return [
            convert(self.scaled(cap.amount, cap.scale, when), cap.unit, unit)
            for cap in self.caps(phase, when)
            if cap.per == "dose"
        ]

    def _part_of(self, limits: Limits, per: str) -> Fraction:
        """Which part an administration is of what a cap counts."""
        if per == "dose":
            return Fraction(1)
        if per == "day":
            return limits.of_day
        if in_force(limits.phase) is not None:
            raise Refused(f"doses on their times under a limit per {per}")
        if per == "week":
            return Fraction(1, self.in_a_week(limits.phase))
        if per == "cycle":
            return Fraction(1, self.in_a_cycle(limits.phase))
        raise Refused("a cap says what it counts")

    def rounding(self, phase: Phase) -> Rounding | None:
        stated = phase.stated(("round",)).get("round")
        return None if stated is None else read_rounding(self.text(stated))

    def capped(self, limits: Limits, amount: Fraction, unit: str) -> Fraction:
        return min([amount, *self._ceilings(limits, unit)])

    def rounded(self, limits: Limits, amount: Fraction, unit: str) -> Fraction:
        """Capped and rounded, below the caps again if need be; perhaps to nothing."""
        capped, rounding = self.capped(limits, amount, unit), self.rounding(limits.phase)
        if rounding is None:
            return capped
        found, caps = (
            self.on_steps(limits, capped, unit, rounding.how),
            self._ceilings(limits, unit),
        )
        if caps and found > min(caps):
            return self.on_steps(limits, min(caps), unit, "down to")
        return found

    def on_steps(self, limits: Limits, amount: Fraction, unit: str, how: str) -> Fraction:
        """The amount in steps of the grid, or as the products can make it."""
        rounding = self.rounding(limits.phase)
        assert rounding is not None
        if rounding.grid == "piece":
            return nearest(self.shelf(limits.phase, unit), amount, how)
        return on_grid(amount, convert(*read_amount(rounding.grid), unit), how)

    def on_steps_below(self, phase: Phase, amount: Fraction, unit: str) -> Fraction:
        if self.rounding(phase) is None:
            return amount
        when = When(self.start.day, self.start.day, [], None)
        return self.on_steps(Limits(phase, when, Fraction(1)), amount, unit, "down to")

    def shelf(self, phase: Phase, unit: str) -> list[Shelf]:
        """The products that the phase names, each with how much of this unit is in one of it."""
        stated = phase.stated(("product",)).get("product")
        if stated is None:
            raise Refused("no product")
        names = [self.text(name) for name in as_list(stated)]
        products = self.protocol["products"]
        return [read_shelf(name, products[name], unit) for name in names]

    def ordered(self, limits: Limits, calculated: Fraction, unit: str) -> tuple[Fraction, str]:
        capped = self.capped(limits, calculated, unit)
        rounding = self.rounding(limits.phase)
        ordered = self.rounded(limits, calculated, unit)
        if ordered == 0:
            raise Refused("rounded to nothing")
        if rounding is not None and abs(ordered - capped) > rounding.within * capped:
            raise Refused("rounded too far")
        if not terminates(ordered):
            raise Refused("no finite decimal")
        return ordered, unit
