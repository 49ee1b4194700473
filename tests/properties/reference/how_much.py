"""How much: calculated, shared, capped, rounded."""

from __future__ import annotations

from fractions import Fraction

from tests.properties.reference.how_long import ExtentReader
from tests.properties.reference.stated import DOSING, Phase
from tests.properties.reference.texts import (
    as_list,
    read_amount,
    read_dose,
    read_rounding,
)
from tests.properties.reference.units import convert, on_grid, terminates
from tests.properties.reference.values import Gap, Place, Refused, Span

MEASURE_UNITS = {"weight": "kg", "bsa": "m2"}


class DoseReader(ExtentReader):
    def dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        return self.once(f"dose {place.level}", phase, lambda phase: self._dose(phase, place))

    def _dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        taper = self.taper(phase)
        if taper is not None:
            assert place.level is not None
            unit = read_amount(self.text(taper["from"]))[1]
            level = self.taper_levels(phase)[place.level]
            return self._ordered(phase, level / self._sharers(phase, taper.get("per", "")), unit)
        said = phase.stated(DOSING).get("dose")
        if said is None:
            return None
        try:
            stated = read_dose(self.filled(phase, "dose", said))
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

    def _ordered(self, phase: Phase, calculated: Fraction, unit: str) -> tuple[Fraction, str]:
        """Calculated, then capped, then rounded."""
        caps = []
        for text in as_list(phase.stated(("max",)).get("max", [])):
            cap = read_dose(self.text(text))
            if cap.per not in ("dose", "day"):
                raise Refused("a cap is per dose or per day")
            amount = convert(self._scaled(cap.amount, cap.scale), cap.unit, unit)
            caps.append(amount / (len(self.slots(phase)) if cap.per == "day" else 1))
        capped = min([calculated, *caps])
        ordered = capped
        stated = phase.stated(("round",)).get("round")
        if stated is not None:
            rounding = read_rounding(self.text(stated))
            grid = convert(*read_amount(rounding.grid), unit)
            ordered = on_grid(capped, grid, rounding.how)
            if caps and ordered > min(caps):
                ordered = on_grid(min(caps), grid, "down to")
            if ordered == 0:
                raise Refused("rounded to nothing")
            if abs(ordered - capped) > rounding.within * capped:
                raise Refused("rounded too far")
        if not terminates(ordered):
            raise Refused("no finite decimal")
        return ordered, unit

    def taper_levels(self, phase: Phase) -> list[Fraction]:
        """The levels that are given, up or down; a last one of nothing is not."""
        taper = self.taper(phase)
        assert taper is not None
        first, unit = read_amount(self.text(taper["from"]))
        step = convert(*read_amount(self.text(taper["by"])), unit)
        last = convert(*read_amount(self.text(taper["to"])), unit)
        if step <= 0 or first <= 0 or first == last:
            raise Refused("a taper that does not move")
        steps = abs(last - first) / step
        if steps.denominator != 1:
            raise Refused("a taper that does not land on its end")
        direction = 1 if last > first else -1
        levels = [first + direction * step * k for k in range(int(steps) + 1)]
        return [level for level in levels if level > 0]
