"""How long: the walk from the first moment until the extent is over."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.properties.reference.from_where import AnchorReader
from tests.properties.reference.months import is_before, is_within, moved
from tests.properties.reference.stated import DOSING, EXTENT, Phase
from tests.properties.reference.texts import read_count, read_span
from tests.properties.reference.values import Moment, Place, Refused


class ExtentReader(AnchorReader):
    def taper_levels(self, phase: Phase) -> list[Fraction]:
        raise NotImplementedError

    def taper(self, phase: Phase) -> dict[str, str] | None:
        said = phase.stated(DOSING)
        if len(said) > 1:
            raise Refused("a dose and a taper")
        return said.get("taper")

    def extent(self, phase: Phase) -> dict[str, Any]:
        """The extent in force; a taper is its own and must be at least as near as any other."""
        taper = self.taper(phase)
        for level in phase.levels:
            said = {key: level[key] for key in EXTENT if key in level}
            if "taper" in level and taper:
                said["taper"] = level["taper"]
            if len(said) > 1:
                raise Refused("two ways to say how long")
            if said:
                if "taper" not in said and taper:
                    raise Refused("a taper and another extent")
                if "doses" in said:
                    said["doses"] = self.text(said["doses"])
                return said
        raise Refused("how long is not said")

    def period_end(self, phase: Phase) -> Moment | None:
        """Where a period of stated length ends; None if something else ends the phase."""
        said, begin, policy = self.extent(phase), self.begin(phase), self.month_end(phase)
        if "for" in said:
            return moved(begin, read_span(self.text(said["for"])), 1, policy)
        if "taper" in said:
            each = read_span(self.text(said["taper"]["each"]))
            return moved(begin, each, len(self.taper_levels(phase)), policy)
        return None

    def places(self, phase: Phase) -> list[Place]:
        """The walk: day after day, from the first moment until the extent is over."""
        return self.once("places", phase, self._walk)

    def _walk(self, phase: Phase) -> list[Place]:
        said = self.extent(phase)
        wanted = read_count(said["doses"]) if "doses" in said else None
        limit, included = self.period_end(phase), False
        if "before" in said or "through" in said:
            included = "through" in said
            limit = self.anchored(phase, said["through" if included else "before"])
        found: list[Place] = []
        for at in self.all_places(phase):
            if limit is not None and not is_within(at, limit, included=included):
                break
            found.append(Place(at, self._level(phase, at)))
            if len(found) == wanted:
                break
        if not found or (wanted is not None and len(found) < wanted):
            raise Refused("not enough places")
        self._refuse_lost(phase, found[0].at.day)
        return found

    def _level(self, phase: Phase, at: Moment) -> int | None:
        taper = self.taper(phase)
        if taper is None:
            return None
        each, begin = read_span(self.text(taper["each"])), self.begin(phase)
        for level in itertools.count():
            if is_before(at, moved(begin, each, level + 1, self.month_end(phase))):
                return level
        raise AssertionError

    def _refuse_lost(self, phase: Phase, first: date) -> None:
        """A first day whose clock times all lie before the first moment, if others do not follow
        day by day."""
        begin = self.begin(phase)
        if begin.clock is None or first == begin.day:
            return
        places = [
            at.day for at in itertools.takewhile(self._within_a_week(phase), self.days(phase))
        ]
        if places[0] == begin.day and len(places) < 8:
            raise Refused("a first dose is lost to its own beginning")

    def _within_a_week(self, phase: Phase) -> Any:
        after = self.begin(phase).day + timedelta(days=7)
        return lambda at: at.day <= after

    def stops(self, phase: Phase) -> Moment:
        """Up to where the phase claims the calendar: its period, or its last dose."""
        return self.period_end(phase) or self.point(phase, "last")
