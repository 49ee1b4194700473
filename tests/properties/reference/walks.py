"""Until when: the walk from the first moment until whatever ends the phase."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from fractions import Fraction
from typing import Any

from tests.properties.reference.how_long import ExtentReader
from tests.properties.reference.measures import When
from tests.properties.reference.months import is_within, moved
from tests.properties.reference.stated import EXTENT, Phase
from tests.properties.reference.texts import read_amount, read_count, read_dose
from tests.properties.reference.units import convert
from tests.properties.reference.values import (
    Gap,
    GoesOn,
    Moment,
    NeverBegun,
    Place,
    Refused,
)

PAST_EVERYTHING = Moment(date.max, None, date.max, 0)


@dataclass(frozen=True)
class Walk:
    """The places up to an end, or, where the end is not known, as far as the plan wants."""

    places: tuple[Place, ...]
    goes_on: bool = False
    to_horizon: bool = False
    limit: tuple[Moment, bool] | None = None  # up to when, and whether itself counted


class WalkingReader(ExtentReader):
    def dose(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        raise NotImplementedError

    def scaled(self, amount: Fraction, scale: str, when: When) -> Fraction:
        raise NotImplementedError

    def each_of(self, course: str) -> Iterator[Phase]:
        raise NotImplementedError

    def on_steps_below(self, phase: Phase, amount: Fraction, unit: str) -> Fraction:
        raise NotImplementedError

    def places(self, phase: Phase) -> list[Place]:
        return [*self._walked(phase).places]

    def goes_on(self, phase: Phase) -> bool:
        """Whether its end is not known yet."""
        return self._walked(phase).goes_on

    def is_drawn(self, phase: Phase) -> bool:
        """Whether it goes on after the day to which the plan is drawn up."""
        return self._walked(phase).to_horizon

    def stops(self, phase: Phase) -> Moment:
        """Up to where the phase claims the calendar: its period, or its last dose."""
        return self.period_end(phase) or self.point(phase, "last")

    def _walked(self, phase: Phase) -> Walk:
        return self.once("places", phase, self._walk)

    def _walk(self, phase: Phase) -> Walk:
        found = self._up_to(phase, self.extent(phase))
        self.refuse_lost(phase, found.places[0].at)
        return found

    def first_of(self, phase: Phase, ends: list[dict[str, Any]]) -> dict[str, Any]:
        """The end that leaves the fewest doses; of several, one that is known, and is earliest."""

        def order(said: dict[str, Any]) -> tuple[object, ...]:
            walk = self._up_to(phase, said)
            end = PAST_EVERYTHING
            with contextlib.suppress(Refused):  # a list, or a single dose
                end = self.end_of_period(phase, said) or self.next_place(phase, walk.places[-1].at)
            return (len(walk.places), walk.goes_on, end.day, f"{end.clock or ''}")

        return self.once("first end", phase, lambda _: min(ends, key=order))

    def _up_to(self, phase: Phase, said: dict[str, Any]) -> Walk:
        if "until" in said and "total" in said["until"]:
            return Walk(self._up_to_total(phase, said["until"]))
        if "until" in said:
            return self._until_stopped(phase, said["until"]["asked"])
        if "before" in said or "through" in said:
            return self._up_to_anchor(phase, said)
        wanted = read_count(said["doses"]) if "doses" in said else None
        found = self._before(phase, self.end_of_period(phase, said), wanted=wanted)
        if wanted is not None and len(found) < wanted:
            raise Refused("not enough places")
        stated = phase.stated_as_written(EXTENT).items()
        goes_on = any(self.least(phase, *each) is not None for each in stated)
        return Walk(found, goes_on=goes_on)

    def _before(
        self,
        phase: Phase,
        limit: Moment | None,
        *,
        included: bool = False,
        wanted: int | None = None,
    ) -> tuple[Place, ...]:
        """Day after day, from the first moment until it is over."""
        found: list[Place] = []
        for place in self.all_places(phase):
            if limit is not None and not is_within(place.at, limit, included=included):
                break
            found.append(replace(place, level=self.level(phase, place.at)))
            if len(found) == wanted:
                break
        if not found:
            raise Refused("no place")
        return tuple(found)

    # ends that are not known yet

    def _to_horizon(self, phase: Phase) -> Walk:
        day = date.fromisoformat(self.answer("horizon"))
        try:
            places = self._before(phase, Moment(day, None, day, 0), included=True)
            return Walk(places, goes_on=True, to_horizon=True)
        except Gap:
            raise
        except Refused:
            raise GoesOn(f"{phase.course}.{phase.key} begins later") from None

    def _until_stopped(self, phase: Phase, asked: str) -> Walk:
        text = self.pinned(phase, asked)
        if text is None:
            return self._to_horizon(phase)
        day = date.fromisoformat(text)
        limit = Moment(day, None, day, 0)
        try:
            return Walk(self._before(phase, limit), limit=(limit, False))
        except Refused:
            raise NeverBegun(f"{phase.course}.{phase.key}") from None

    def _up_to_anchor(self, phase: Phase, said: dict[str, str]) -> Walk:
        ((key, text),) = said.items()
        if self.is_drawn_up_to_a_horizon(key, text):
            return self._to_horizon(phase)
        try:
            limit = self.anchored(phase, text)
        except GoesOn:
            if " before " in text:  # which may lie on this side of the horizon
                return self._as_far_as_certain(phase, key, text)
            return self._to_horizon(phase)
        except Gap:
            return self._as_far_as_certain(phase, key, text)
        included = key == "through"
        return Walk(self._before(phase, limit, included=included), limit=(limit, included))

    def end_of_cycle(self, phase: Phase) -> Moment:
        """Cycle after cycle, until nothing of the phase lies behind its end."""
        begin, span = self.begin(phase), self.pattern(phase).span
        assert span is not None
        walk = self._walked(phase)
        for cycles in itertools.count(1):
            end = moved(begin, span, cycles, self.month_end(phase))
            last = [place for place in walk.places if is_within(place.at, end, included=False)]
            over = len(last) == len(walk.places)
            if over and walk.limit is not None:
                limit, included = walk.limit
                day = replace(end, clock=end.clock or time.min)
                over = not is_within(day, limit, included=included)
            if over:
                return end
        raise AssertionError

    def _as_far_as_certain(self, phase: Phase, key: str, text: str) -> Walk:
        """Up to where the last dose is at the earliest, by those that have days so far."""
        *offset, anchor = text.rpartition(" ")[::2]
        *names, point = anchor.split(".")
        if point not in ("last", "finish") or names == ["previous"]:
            raise Gap(f"{anchor} is not known")
        latest = self.latest(names[0], names[1:])
        shifted = self.shifted(phase, offset[0], latest)
        try:
            return Walk(self._before(phase, shifted, included=key == "through"), goes_on=True)
        except Refused:
            raise Gap(f"{phase.course}.{phase.key} begins later") from None

    def latest(self, course: str, rest: list[str]) -> Moment:
        raise NotImplementedError

    # a total

    def _up_to_total(self, phase: Phase, said: dict[str, str]) -> tuple[Place, ...]:
        stated = read_dose(self.text(said["total"]))
        unit = stated.unit
        when = When(self.start.day, self.begin(phase).day, [], None)
        left = self.scaled(stated.amount, stated.scale, when)
        if said["of"] == "lifetime":
            before = self.pinned(phase, said["asked"])
            if before is None:
                raise Refused("what was given before is not said")
            left -= convert(*read_amount(before), unit)
        for earlier in self._earlier(phase):
            if self.goes_on(earlier):
                raise Gap("what an earlier phase comes to is not known")
            for place in self.places(earlier):
                left -= self._stated_dose(earlier, place, unit)
        found: list[Place] = []
        for place in self.all_places(phase):
            if left <= 0:
                break
            amount = self._stated_dose(phase, place, unit)
            if amount <= left or said["last"] == "whole":
                found.append(place)
            elif said["last"] == "part":
                part = self.on_steps_below(phase, left, unit)
                if part > 0:
                    found.append(replace(place, rest=(part, unit)))
            left -= amount
        if not found:
            raise Refused("no place")
        return tuple(found)

    def _earlier(self, phase: Phase) -> list[Phase]:
        """What stands before it in its course; what stands after it may wait for it."""
        return [*itertools.takewhile(lambda each: each is not phase, self.each_of(phase.course))]

    def _stated_dose(self, phase: Phase, place: Place, unit: str) -> Fraction:
        dose = self.dose(phase, place)
        if dose is None:
            raise Gap("a total of doses that are not stated")
        return convert(*dose, unit)
