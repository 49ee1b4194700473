"""How much: the dose of every administration, and the levels of tapers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.properties.reference import timed_doses
from tests.properties.reference.calculated import in_force
from tests.properties.reference.dealt import DealingReader
from tests.properties.reference.limited import Limits
from tests.properties.reference.measures import NotYet, When
from tests.properties.reference.stated import Phase
from tests.properties.reference.tapers import Step, Taper, levels
from tests.properties.reference.texts import read_dose, read_part
from tests.properties.reference.units import convert
from tests.properties.reference.values import Place


class DoseReader(DealingReader):
    def dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        """None where it is not stated, or what it scales by is not measured yet."""
        if place.rest is not None:
            return place.rest
        timed, key = in_force(phase), list[object]([place.level])
        if timed is not None:
            key.append(timed_doses.row_at(timed[1], place)[0])
        if self.measures.vary() or self.dealing(phase) is not None:
            key.append(place.at)
        return self.once(f"dose {key}", phase, lambda phase: self._dose(phase, place))

    def refuse_rows(self, phase: Phase, place: Place) -> None:
        """Every dose on a time must be one that can be given, also on a time that never comes."""
        timed = in_force(phase)
        for time in timed[1] if timed is not None else ():
            self._dose(phase, replace(place, keys=(time,)))

    def _dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        try:
            found = self.calculated(phase, place)
            if found is None:
                return None
            limits = Limits(phase, self.when(phase, place), self.part_of_day(phase, place))
            whole = self._whole(phase, place)
            if whole is None:
                return self.ordered(limits, *found)
            (count, per), (each, unit) = whole, found
            number = self.number_in(phase, place, count, per)
            return self.dealt(limits, each * count, unit, count, number)
        except NotYet:
            return None

    def _whole(self, phase: Phase, place: Place) -> tuple[int, str] | None:
        """What is dealt out in whole steps, if anything is."""
        said, taper = phase.stated_as_written(("dose",)).get("dose"), self.taper(phase)
        if self.dealing(phase) is None or in_force(phase) is not None:
            return None
        if taper is not None:
            return self.whole(phase, taper.get("per", ""))
        return self.whole(phase, self.stated_dose(phase, place, "dose", said).per)

    # tapers

    def taper_unit(self, phase: Phase) -> str:
        stated = self.taper(phase)
        assert stated is not None
        return read_dose(self.text(stated["from"])).unit

    def taper_levels(self, phase: Phase) -> list[Fraction]:
        """The levels that are given, per administration or per day as the taper says."""
        return self.once("levels", phase, self._taper_levels)

    def _taper_levels(self, phase: Phase) -> list[Fraction]:
        stated = self.taper(phase)
        assert stated is not None
        unit = self.taper_unit(phase)
        parts = self.sharers_of(phase, stated.get("per", ""))
        when = When(self.start.day, self.begin(phase).day, [], None)
        limits = Limits(phase, when, Fraction(1, len(self.slots(phase))))

        def given(level: Fraction) -> Fraction:
            if self.dealing(phase) is not None and self.whole(phase, stated.get("per", "")):
                return self.heap(limits, level, unit, parts)[1] * self.step(limits, unit)
            return self.rounded(limits, level / parts, unit) * parts

        return levels(
            self._read_taper(stated, unit, when),
            lambda level: self.capped(limits, level / parts, unit) * parts,
            given,
        )

    def _read_taper(self, stated: dict[str, Any], unit: str, when: When) -> Taper:
        def amount(text: str) -> Fraction:
            dose = read_dose(self.text(text))
            return self.scaled(convert(dose.amount, dose.unit, unit), dose.scale, when)

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
