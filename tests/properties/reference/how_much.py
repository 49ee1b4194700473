"""How much: calculated, shared, capped, rounded."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.properties.reference import timed_doses
from tests.properties.reference.how_long import ExtentReader
from tests.properties.reference.stated import DAYS, DOSING, TIMES, Phase
from tests.properties.reference.tapers import Step, Taper, levels
from tests.properties.reference.texts import (
    Rounding,
    as_list,
    read_amount,
    read_dose,
    read_part,
    read_rounding,
)
from tests.properties.reference.units import canonical, convert, on_grid, terminates
from tests.properties.reference.values import Gap, Place, Refused, Span, Undecided

MEASURE_UNITS = {"weight": "kg", "bsa": "m2"}


def in_force(phase: Phase) -> tuple[str, dict[str, Any]] | None:
    """The key on which doses stand, with its rows; None where the dose stands by itself."""
    found = [
        (key, value)
        for group in (TIMES, DAYS)
        for key, value in phase.stated_as_written(group).items()
        if timed_doses.is_timed(value)
    ]
    if len(found) > 1:
        raise Refused("doses on two keys")
    if not found:
        return None
    key, block = found[0]
    rows = timed_doses.rows_of(key, block)
    if not timed_doses.parts(rows):
        for level in phase.levels:
            if any(other in level for other in DOSING):
                raise Refused("a dose beside doses on times")
            if level.get(key) is block:
                break
    elif sum(map(Fraction, rows.values())) != 1 or "dose" not in phase.stated(DOSING):
        raise Refused("parts of no whole")
    return key, rows


class DoseReader(ExtentReader):
    def dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        work = lambda phase: self._dose(phase, place)  # noqa: E731
        return self.once(f"dose {place.level} {place.keys}", phase, work)

    def _dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        found = self._calculated(phase, place)
        if found is None:
            return None
        amount, unit = found
        return self._ordered(phase, amount, unit, self._part_of_day(phase, place))

    def _calculated(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        """Stated, scaled and shared, for one administration; None where it is not stated."""
        taper, timed = self.taper(phase), in_force(phase)
        if taper is not None:
            assert place.level is not None
            unit = read_dose(self.text(taper["from"])).unit
            level = self.taper_levels(phase)[place.level]
            return level / self._sharers(phase, taper.get("per", "")), unit
        said, key, part = phase.stated(DOSING).get("dose"), "dose", Fraction(1)
        if timed is not None:
            time, row = timed_doses.row_at(timed[1], place)
            if timed_doses.parts(timed[1]):
                part = Fraction(row)
            else:
                said, key = row, f"{timed[0]}.{time.replace(':', '-')}"
        if said is None:
            return None
        try:
            stated = read_dose(self.filled(phase, key, said))
        except Undecided:
            raise
        except Gap:
            return None
        if timed is None:
            sharers = self._sharers(phase, stated.per)
        elif timed_doses.parts(timed[1]):
            if stated.per not in ("", timed_doses.WHOLES[timed[0]]):
                raise Refused("parts of another whole")
            self._sharers(phase, stated.per)  # refuses days of rest
            sharers = 1 if timed[0] == "at" else len(self.slots(phase))
        else:
            sharers = 1 if not stated.per else len(self.slots(phase))
            if stated.per and (stated.per != "day" or timed[0] not in ("on", "days")):
                raise Refused("shared with other times")
        return self._scaled(stated.amount, stated.scale) * part / sharers, stated.unit

    def _part_of_day(self, phase: Phase, place: Place) -> Fraction:
        """Which part this is of all that its day's clock times have."""
        slots, timed = self.slots(phase), in_force(phase)
        if timed is None or timed[0] != "at":
            return Fraction(1, len(slots))
        others = [replace(place, keys=(f"{clock:%H:%M}",)) for clock in slots if clock is not None]
        amounts = [self._calculated(phase, other) for other in others]
        whole = sum((canonical(*each)[0] for each in amounts if each is not None), Fraction(0))
        this = self._calculated(phase, place)
        assert this is not None
        return canonical(*this)[0] / whole

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

    def _ceilings(self, phase: Phase, unit: str, of_day: Fraction) -> list[Fraction]:
        """The most that each cap allows one administration."""
        found = []
        for text in as_list(phase.stated(("max",)).get("max", [])):
            cap = read_dose(self.text(text))
            if cap.per not in ("dose", "day"):
                raise Refused("a cap is per dose or per day")
            amount = convert(self._scaled(cap.amount, cap.scale), cap.unit, unit)
            found.append(amount * (of_day if cap.per == "day" else 1))
        return found

    def _rounding(self, phase: Phase) -> Rounding | None:
        stated = phase.stated(("round",)).get("round")
        return None if stated is None else read_rounding(self.text(stated))

    def capped(self, phase: Phase, amount: Fraction, unit: str, of_day: Fraction) -> Fraction:
        return min([amount, *self._ceilings(phase, unit, of_day)])

    def rounded(self, phase: Phase, amount: Fraction, unit: str, of_day: Fraction) -> Fraction:
        """Capped and rounded, below the caps again if need be; perhaps to nothing."""
        capped, rounding = self.capped(phase, amount, unit, of_day), self._rounding(phase)
        if rounding is None:
            return capped
        grid = convert(*read_amount(rounding.grid), unit)
        found, caps = on_grid(capped, grid, rounding.how), self._ceilings(phase, unit, of_day)
        if caps and found > min(caps):
            return on_grid(min(caps), grid, "down to")
        return found

    def _ordered(
        self, phase: Phase, calculated: Fraction, unit: str, of_day: Fraction
    ) -> tuple[Fraction, str]:
        capped = self.capped(phase, calculated, unit, of_day)
        rounding = self._rounding(phase)
        ordered = self.rounded(phase, calculated, unit, of_day)
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
        of_day = Fraction(1, len(self.slots(phase)))
        return levels(
            self._read_taper(stated, unit),
            lambda level: self.capped(phase, level / parts, unit, of_day) * parts,
            lambda level: self.rounded(phase, level / parts, unit, of_day) * parts,
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
