"""How much: calculated, shared, capped, rounded."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.properties.reference.how_long import ExtentReader
from tests.properties.reference.stated import DOSING, Phase
from tests.properties.reference.tapers import Step, Taper, levels
from tests.properties.reference.texts import (
    Rounding,
    as_list,
    read_amount,
    read_dose,
    read_part,
    read_rounding,
)
from tests.properties.reference.units import convert, on_grid, terminates
from tests.properties.reference.values import Gap, Place, Refused, Span, Undecided

MEASURE_UNITS = {"weight": "kg", "bsa": "m2"}


class DoseReader(ExtentReader):
    def dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        return self.once(f"dose {place.level}", phase, lambda phase: self._dose(phase, place))

    def _dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        taper = self.taper(phase)
        if taper is not None:
            assert place.level is not None
            unit = read_dose(self.text(taper["from"])).unit
            level = self.taper_levels(phase)[place.level]
            return self._ordered(phase, level / self._sharers(phase, taper.get("per", "")), unit)
        said = phase.stated(DOSING).get("dose")
        if said is None:
            return None
        try:
            stated = read_dose(self.filled(phase, "dose", said))
        except Undecided:
            raise
        except Gap:
            return None
        amount = self._scaled(stated.amount, stated.scale)
        return self._ordered(phase, amount / self._sharers(phase, stated.per), stated.unit)

    def _scaled(self, amount: Fraction, scale: str) -> Fraction:
        if not scale:
            return amount
        return amount * convert(*read_amount(self.answer(scale)), MEASURE_UNITS[scale])

    def _sharers(self, phase: Phase, per: str) -> int:
        """Among how many administrations the stated amount is divided."""
        pattern = self.pattern(phase)
        slots = len(self.slots(phase))
        days = len(pattern.places)
        if pattern.kind == "every":
            days = 7 if pattern.span == Span(1, "days") else int(pattern.span == Span(7, "days"))
        elif pattern.kind == "listed" and pattern.span != Span(7, "days"):
            days = 0
        if per == "day":
            if days != 7 and pattern.kind != "listed":
                raise Refused("a dose per day on days that are not every day")
            return slots
        if per == "week":
            if not days:
                raise Refused("a dose per week on a pattern that is not weekly")
            return days * slots
        if per == "in all":
            return len(self.places(phase))
        return 1

    # capped, then rounded

    def _ceilings(self, phase: Phase, unit: str) -> list[Fraction]:
        """The most that each cap allows one administration."""
        found = []
        for text in as_list(phase.stated(("max",)).get("max", [])):
            cap = read_dose(self.text(text))
            if cap.per not in ("dose", "day"):
                raise Refused("a cap is per dose or per day")
            amount = convert(self._scaled(cap.amount, cap.scale), cap.unit, unit)
            found.append(amount / (len(self.slots(phase)) if cap.per == "day" else 1))
        return found

    def _rounding(self, phase: Phase) -> Rounding | None:
        stated = phase.stated(("round",)).get("round")
        return None if stated is None else read_rounding(self.text(stated))

    def capped(self, phase: Phase, amount: Fraction, unit: str) -> Fraction:
        return min([amount, *self._ceilings(phase, unit)])

    def rounded(self, phase: Phase, amount: Fraction, unit: str) -> Fraction:
        """Capped and rounded, below the caps again if need be; perhaps to nothing."""
        capped, rounding = self.capped(phase, amount, unit), self._rounding(phase)
        if rounding is None:
            return capped
        grid = convert(*read_amount(rounding.grid), unit)
        found, caps = on_grid(capped, grid, rounding.how), self._ceilings(phase, unit)
        if caps and found > min(caps):
            return on_grid(min(caps), grid, "down to")
        return found

    def _ordered(self, phase: Phase, calculated: Fraction, unit: str) -> tuple[Fraction, str]:
        capped, rounding = self.capped(phase, calculated, unit), self._rounding(phase)
        ordered = self.rounded(phase, calculated, unit)
        if ordered == 0:
            raise Refused("rounded to nothing")
        if rounding is not None and abs(ordered - capped) > rounding.within * capped:
            raise Refused("rounded too far")
        if not terminates(ordered):
            raise Refused("no finite decimal")
        return ordered, unit

    # tapers

    def taper_levels(self, phase: Phase) -> list[Fraction]:
        """The levels that are given, per administration or per day as the taper says."""
        return self.once("levels", phase, self._taper_levels)

    def _taper_levels(self, phase: Phase) -> list[Fraction]:
        stated = self.taper(phase)
        assert stated is not None
        unit = read_dose(self.text(stated["from"])).unit
        parts = self._sharers(phase, stated.get("per", ""))
        return levels(
            self._read_taper(stated, unit),
            lambda level: self.capped(phase, level / parts, unit) * parts,
            lambda level: self.rounded(phase, level / parts, unit) * parts,
        )

    def _read_taper(self, stated: dict[str, Any], unit: str) -> Taper:
        def amount(text: str) -> Fraction:
            dose = read_dose(self.text(text))
            return self._scaled(convert(dose.amount, dose.unit, unit), dose.scale)

        def step(by: str, to: str | None) -> Step:
            part, _, of = by.partition(" of ")
            end = None if to is None else amount(to)
            if not of:
                return Step(amount(by), None, end)
            share = read_part(self.text(part))
            if of == "current":
                return Step(None, share, end)
            return Step(share * amount(stated["from"] if of == "from" else of), None, end)

        if "steps" in stated:
            steps = [step(*text.rsplit(" to ", 1)) for text in stated["steps"]]
        else:
            steps = [step(stated["by"], stated.get("to"))]
        start = stated.get("starting_at")
        return Taper(
            amount(stated["from"]),
            tuple(steps),
            amount(stated["at_least"]) if "at_least" in stated else Fraction(0),
            amount(stated["stop_under"]) if "stop_under" in stated else Fraction(0),
            None if start is None else amount(start),
        )
