"""Capped, then rounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.properties.reference.calculated import CalculatingReader
from tests.properties.reference.measures import When
from tests.properties.reference.stated import Phase
from tests.properties.reference.texts import (
    Rounding,
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
    def _ceilings(self, limits: Limits, unit: str) -> list[Fraction]:
        """The most that each cap allows one administration."""
        found = self._stated(limits.phase, limits.when, unit)
        return [amount * (limits.of_day if per == "day" else 1) for per, amount in found]

    def limits_per_dose(self, phase: Phase, when: When, unit: str) -> list[Fraction]:
        return [amount for per, amount in self._stated(phase, when, unit) if per == "dose"]

    def _stated(self, phase: Phase, when: When, unit: str) -> list[tuple[str, Fraction]]:
        """Each cap, and what it is per."""
        found = []
        for text in as_list(phase.stated(("max",)).get("max", [])):
            cap = read_dose(self.text(text))
            if cap.per not in ("dose", "day"):
                raise Refused("a cap is per dose or per day")
            amount = convert(self.scaled(cap.amount, cap.scale, when), cap.unit, unit)
            found.append((cap.per, amount))
        return found

    def _rounding(self, phase: Phase) -> Rounding | None:
        stated = phase.stated(("round",)).get("round")
        return None if stated is None else read_rounding(self.text(stated))

    def capped(self, limits: Limits, amount: Fraction, unit: str) -> Fraction:
        return min([amount, *self._ceilings(limits, unit)])

    def rounded(self, limits: Limits, amount: Fraction, unit: str) -> Fraction:
        """Capped and rounded, below the caps again if need be; perhaps to nothing."""
        capped, rounding = self.capped(limits, amount, unit), self._rounding(limits.phase)
        if rounding is None:
            return capped
        grid = convert(*read_amount(rounding.grid), unit)
        found, caps = on_grid(capped, grid, rounding.how), self._ceilings(limits, unit)
        if caps and found > min(caps):
            return on_grid(min(caps), grid, "down to")
        return found

    def ordered(self, limits: Limits, calculated: Fraction, unit: str) -> tuple[Fraction, str]:
        capped = self.capped(limits, calculated, unit)
        rounding = self._rounding(limits.phase)
        ordered = self.rounded(limits, calculated, unit)
        if ordered == 0:
            raise Refused("rounded to nothing")
        if rounding is not None and abs(ordered - capped) > rounding.within * capped:
            raise Refused("rounded too far")
        if not terminates(ordered):
            raise Refused("no finite decimal")
        return ordered, unit
