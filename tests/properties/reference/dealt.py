"""Amounts that are shared in whole steps: rounded as a whole first, then dealt out."""

from __future__ import annotations

from fractions import Fraction

from tests.properties.reference.limited import LimitingReader, Limits
from tests.properties.reference.stated import Phase
from tests.properties.reference.units import on_grid
from tests.properties.reference.values import Place, Refused


class DealingReader(LimitingReader):
    def dealing(self, phase: Phase) -> str | None:
        """`largest first` or `spread`; None where every dose is alike."""
        said: str | None = phase.stated(("share",)).get("share")
        return None if said == "equal" else said

    def whole(self, phase: Phase, per: str) -> tuple[int, str] | None:
        """Among how many doses it is dealt out, and of what these are all; None for an amount of
        each administration."""
        rounding = self.rounding(phase)
        if not per and not (rounding and rounding.over_week):
            return None
        if rounding is None:
            raise Refused("no step in which to deal out")
        if rounding.over_week and per in ("cycle", "in all"):
            raise Refused("two wholes")
        per = "week" if rounding.over_week else per
        return self.sharers_of(phase, per), per

    def heap(self, limits: Limits, whole: Fraction, unit: str, count: int) -> tuple[Fraction, int]:
        """The whole under its limits, and into how many steps it is rounded."""
        rounding = self.rounding(limits.phase)
        assert rounding is not None
        limited = self.capped(limits, whole / count, unit) * count
        step = self.step(limits, unit)
        steps = int(on_grid(limited, step, rounding.how) / step)
        most = self.capped(limits, limited + step * count, unit) * count  # all caps, if any
        steps = min(steps, int(most / step))
        for of_one in self.limits_per_dose(limits.phase, limits.when, unit):
            steps = min(steps, count * int(of_one / step))
        return limited, steps

    def step(self, limits: Limits, unit: str) -> Fraction:
        """What is dealt out at once: the least above nothing that can be rounded to."""
        tiny = Fraction(1, 10**12)
        return self.on_steps(limits, tiny, unit, "up to")

    def dealt(
        self, limits: Limits, whole: Fraction, unit: str, count: int, number: int
    ) -> tuple[Fraction, str]:
        """The share of dose `number` of so many."""
        rounding = self.rounding(limits.phase)
        assert rounding is not None
        limited, steps = self.heap(limits, whole, unit, count)
        step = self.step(limits, unit)
        if abs(steps * step - limited) > rounding.within * limited:
            raise Refused("rounded too far")
        if steps < count:
            raise Refused("a dose of nothing")
        shares = [steps // count] * count
        over = steps % count
        for at in range(over):
            shares[at if self.dealing(limits.phase) == "largest first" else count * at // over] += 1
        return shares[number] * step, unit

    def number_in(self, phase: Phase, place: Place, count: int, per: str) -> int:
        """Which dose it is of those among which the whole is shared: in all, from the first that is
        given; otherwise of the pattern, whose first day may have lost some clock times."""
        if per == "in all":
            given = [other for each in self.same(phase) for other in self.places(each)]
            mine = [other for other in given if other.at == place.at]
            return given.index(mine[0])
        slots = self.slots(phase)
        if self.pattern(phase).is_elapsed:
            every = (each.at for each in self.all_places(phase))
            return next(n for n, at in enumerate(every) if at == place.at) % count
        days: list[object] = []
        for each in self.days(phase):
            if each.at.day == place.at.day:
                break
            days.append(each.at.day)
        return (len(days) * len(slots) + slots.index(place.at.clock)) % count
