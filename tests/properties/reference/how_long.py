"""How long: the walk from the first moment until the extent is over."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.properties.reference.from_where import AnchorReader
from tests.properties.reference.months import is_before, moved
from tests.properties.reference.stated import DAYS, DOSING, EXTENT, Phase
from tests.properties.reference.tables import row_of
from tests.properties.reference.texts import read_any_span, read_count, read_span
from tests.properties.reference.values import Moment, Place, Refused
from tests.properties.reference.zones import minutes_after


class ExtentReader(AnchorReader):
    def taper_levels(self, phase: Phase) -> list[Fraction]:
        raise NotImplementedError

    def taper(self, phase: Phase) -> dict[str, str] | None:
        said = phase.stated_as_written(DOSING)
        if len(said) > 1:
            raise Refused("a dose and a taper")
        return said.get("taper")

    def extent(self, phase: Phase) -> dict[str, Any]:
        """The extent in force; a taper is its own and must be at least as near as any other. Of
        several ends, the one that comes first."""
        found = self.stated_extent(phase)
        if "whichever_first" in found:
            ends = enumerate(found["whichever_first"])
            return self.first_of(
                phase, [self._one(phase, end, f"whichever_first.{n}.") for n, end in ends]
            )
        return found

    def first_of(self, phase: Phase, ends: list[dict[str, Any]]) -> dict[str, Any]:
        raise NotImplementedError

    def stated_extent(self, phase: Phase) -> dict[str, Any]:
        taper = self.taper(phase)
        for level in phase.levels:
            said = {key: row_of(level[key], self.answer) for key in EXTENT if key in level}
            if "taper" in level and taper:
                said["taper"] = level["taper"]
            if len(said) > 1:
                raise Refused("two ways to say how long")
            if not said and self._own_length(phase) & level.keys():
                return {key: level[key] for key in self._own_length(phase)}
            if said:
                if "taper" not in said and taper:
                    raise Refused("a taper and another extent")
                return self._one(phase, said)
        raise Refused("how long is not said")

    def _one(self, phase: Phase, said: dict[str, Any], where: str = "") -> dict[str, Any]:
        """One end, its value filled in; `asked` is what a plan says about it is called."""
        ((key, value),) = said.items()
        if key == "until" and value == "stopped":
            return {key: {"asked": f"{where}stopped"}}
        if key == "until":
            return {key: {**value, "asked": f"{where}given_before"}}
        if key not in ("for", "doses", "cycles"):
            return said
        least = self.least(phase, key, value) if not where else None
        if least is not None:
            return {key: least}
        value = row_of(value, self.answer)
        text = self.filled(phase, f"{where}{key}", value)
        if value == "not stated" and text.endswith((" doses", " dose")):
            return {"doses": text.split()[0]}
        return {key: text}

    def _own_length(self, phase: Phase) -> set[str]:
        """The key of the list in force, if it is as long as itself: distances, or days without a
        cycle."""
        said = phase.stated(DAYS)
        listed = "offsets" in said or ("days" in said and not phase.stated(("cycle",)))
        return set(said) if listed else set()

    def period_end(self, phase: Phase) -> Moment | None:
        """Where a period of stated length ends; None if something else ends the phase."""
        return self.end_of_period(phase, self.extent(phase))

    def end_of_period(self, phase: Phase, said: dict[str, Any]) -> Moment | None:
        begin, policy = self.begin(phase), self.month_end(phase)
        if "for" in said:
            span = read_any_span(said["for"])
            if span.unit != "minutes" and not self.pattern(phase).is_elapsed:
                return moved(begin, span, 1, policy)
            if span.unit == "months":
                raise Refused("months are no number of hours")
            minutes = span.count * (1 if span.unit == "minutes" else 24 * 60)
            return minutes_after(begin, minutes, self.zone)
        if "cycles" in said:
            pattern = self.pattern(phase)
            if pattern.kind != "listed" or pattern.span is None:
                raise Refused("cycles of nothing")
            return moved(begin, pattern.span, read_count(said["cycles"]), policy)
        if "taper" in said:
            each = read_span(self.text(said["taper"]["each"]))
            return moved(begin, each, len(self.taper_levels(phase)), policy)
        return None

    def level(self, phase: Phase, at: Moment) -> int | None:
        taper = self.taper(phase)
        if taper is None:
            return None
        each, begin = read_span(self.text(taper["each"])), self.begin(phase)
        for level in itertools.count():
            if is_before(at, moved(begin, each, level + 1, self.month_end(phase))):
                return level
        raise AssertionError

    def refuse_lost(self, phase: Phase, first: Moment) -> None:
        """Clock times of the first day that lie before the first moment: on listed days none may;
        otherwise not all of them, unless the days that follow make up for it."""
        pattern = self.pattern(phase)
        if pattern.is_elapsed:
            return
        begin, slots = self.begin(phase), self.slots(phase)
        early = [clock for clock in slots if clock and begin.clock and clock < begin.clock]
        week = [begin.day + timedelta(days=n) for n in range(8)]
        days = [place.at.day for place in itertools.takewhile(_by(week[-1]), self.days(phase))]
        if not early or days[:1] != week[:1]:
            return
        if pattern.kind in ("listed", "offsets") or (first.day != begin.day and days != week):
            raise Refused("a first dose is lost to its own beginning")


def _by(last: date) -> Callable[[Place], bool]:
    return lambda place: place.at.day <= last
