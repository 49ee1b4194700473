"""What one administration comes to before any limit: stated, scaled, shared."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.properties.reference import timed_doses
from tests.properties.reference.measures import When
from tests.properties.reference.stated import DAYS, DOSING, TIMES, Phase
from tests.properties.reference.texts import Stated, read_any_span, read_dose
from tests.properties.reference.units import canonical
from tests.properties.reference.values import Gap, Place, Refused, Span, Undecided
from tests.properties.reference.walks import WalkingReader
from tests.properties.reference.which_days import Pattern


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
    rows = {
        phase.answer(time[1:]) if time.startswith("$") else time: said
        for time, said in timed_doses.rows_of(key, block).items()
    }
    if not timed_doses.parts(rows):
        for level in phase.levels:
            if any(other in level for other in DOSING):
                raise Refused("a dose beside doses on times")
            if level.get(key) is block:
                break
    elif sum(map(Fraction, rows.values())) != 1 or "dose" not in phase.stated(DOSING):
        raise Refused("parts of no whole")
    return key, rows


def minutes_of(text: str) -> int:
    """How long a distance in minutes, hours, days or weeks is where no clock is changed."""
    span = read_any_span(text)
    return span.count * {"minutes": 1, "days": 24 * 60}[span.unit]


class CalculatingReader(WalkingReader):
    def when(self, phase: Phase, place: Place) -> When:
        """The day of a dose among the days of its phase, for measures that are taken again."""
        days, cycle = [], None
        if self.measures.vary():
            days = [other.at.day for other in self.places(phase)]
            same = [other.at.day for other in self.places(phase) if other.cycle == place.cycle]
            cycle = min(same) if self.pattern(phase).kind == "listed" else None
        return When(self.start.day, place.at.day, days, cycle)

    def scaled(self, amount: Fraction, scale: str, when: When) -> Fraction:
        return amount * self.measures.value(scale, when) if scale else amount

    def same(self, phase: Phase) -> list[Phase]:
        raise NotImplementedError

    def taper_unit(self, phase: Phase) -> str:
        raise NotImplementedError

    def calculated(self, phase: Phase, place: Place) -> tuple[Fraction, str] | None:
        """Stated, scaled and shared, for one administration; None where it is not stated."""
        taper, timed = self.taper(phase), in_force(phase)
        if taper is not None:
            assert place.level is not None
            level = self.taper_levels(phase)[place.level]
            parts = self.sharers_of(phase, taper.get("per", ""))
            return level / parts, self.taper_unit(phase)
        said, key, part = phase.stated_as_written(DOSING).get("dose"), "dose", Fraction(1)
        if timed is not None:
            time, row = timed_doses.row_at(timed[1], place)
            if timed_doses.parts(timed[1]):
                part = Fraction(row)
            else:
                said, key = row, f"{timed[0]}.{time.replace(':', '-')}"
        if said is None:
            return None
        try:
            stated = self.stated_dose(phase, place, key, said)
        except Undecided:
            raise
        except Gap:
            return None
        if timed is None:
            sharers = self.sharers_of(phase, stated.per)
        elif timed_doses.parts(timed[1]):
            if stated.per not in ("", timed_doses.WHOLES[timed[0]]):
                raise Refused("parts of another whole")
            self.sharers_of(phase, stated.per)  # refuses days of rest
            if stated.per == "in all" and not self._once_in_all(phase, timed[1]):
                raise Refused("not once in all")
            sharers = 1 if timed[0] == "at" else len(self.slots(phase))
        else:
            sharers = 1 if not stated.per else len(self.slots(phase))
            if stated.per and (stated.per != "day" or timed[0] not in ("on", "days")):
                raise Refused("shared with other times")
        amount = self.scaled(stated.amount, stated.scale, self.when(phase, place))
        return amount * self._hours(phase, stated) * part / sharers, stated.unit

    def stated_dose(self, phase: Phase, place: Place, key: str, said: Any) -> Stated:
        """As the row says that counts on the day."""
        when = self.when(phase, place)
        return read_dose(self.filled(phase, key, said, lambda name: self.answer_at(name, when)))

    def _hours(self, phase: Phase, stated: Stated) -> Fraction:
        """How many hours an amount per hour runs."""
        over = self.over(phase)
        if not stated.hourly:
            return Fraction(1)
        if over is None or stated.per:
            raise Refused("an amount per hour for no stated time, or one that is shared")
        return Fraction(over.count, 60)

    def part_of_day(self, phase: Phase, place: Place) -> Fraction:
        """Which part this is of all that its day's clock times have, or may come in 24 hours."""
        slots, timed = self.slots(phase), in_force(phase)
        if self.pattern(phase).is_elapsed:
            if timed is None:
                return Fraction(1, self.most_in_24_hours(phase))
            return self._part_of_24_hours(phase, place)
        if timed is None or timed[0] != "at":
            return Fraction(1, len(slots))
        others = [replace(place, keys=(f"{clock:%H:%M}",)) for clock in slots if clock is not None]
        whole = sum((self._kept(phase, other) for other in others), Fraction(0))
        return self._kept(phase, place) / whole

    def _part_of_24_hours(self, phase: Phase, place: Place) -> Fraction:
        """Of the most that any 24 hours with this dose in them have, in unequal doses."""
        texts = self.pattern(phase).offsets
        amounts = {text: self._kept(phase, replace(place, keys=(text,))) for text in texts}
        at = {text: minutes_of(text) for text in texts}
        (this,) = (text for text in texts if text in place.keys)
        begins = [at[text] for text in texts if at[this] - 24 * 60 < at[text] <= at[this]]
        sums = [
            sum(amounts[text] for text in texts if begin <= at[text] < begin + 24 * 60)
            for begin in begins
        ]
        return amounts[this] / max(sums)

    def _kept(self, phase: Phase, place: Place) -> Fraction:
        """What a dose comes to under the limits per dose alone; nothing while it is not stated."""
        found = self.calculated(phase, place)
        if found is None:
            return Fraction(0)
        most = self.limits_per_dose(phase, self.when(phase, place), found[1])
        return canonical(min([found[0], *most]), found[1])[0]

    def limits_per_dose(self, phase: Phase, when: When, unit: str) -> list[Fraction]:
        raise NotImplementedError

    def _once_in_all(self, phase: Phase, rows: dict[str, Any]) -> bool:
        """Whether what is given adds up to the whole, no more and no less."""
        given = [Fraction(timed_doses.row_at(rows, place)[1]) for place in self.places(phase)]
        return sum(given) == len(self.slots(phase))

    def most_in_24_hours(self, phase: Phase) -> int:
        """From one of the doses on, the end of the 24 hours not counted."""
        pattern = self.pattern(phase)
        if pattern.span is not None:
            minutes = list(range(0, 24 * 60, pattern.span.count))
        else:
            minutes = [minutes_of(text) for text in pattern.offsets]
        return max(sum(one <= each < one + 24 * 60 for each in minutes) for one in minutes)

    def _sharers_in_hours(self, pattern: Pattern, per: str, count: int) -> int:
        """A day is 24 hours."""
        minutes = {"day": 24 * 60, "week": 7 * 24 * 60}.get(per)
        assert pattern.span is not None
        if minutes is None:
            return count
        if minutes % pattern.span.count:
            raise Refused("no whole number of doses")
        return minutes // pattern.span.count

    def sharers_of(self, phase: Phase, per: str) -> int:
        """Among how many administrations the stated amount is divided."""
        pattern = self.pattern(phase)
        slots = len(self.slots(phase))
        days = len(pattern.places)
        if pattern.kind == "every":
            days = 7 if pattern.span == Span(1, "days") else int(pattern.span == Span(7, "days"))
            if pattern.is_elapsed:
                count = self._in_all(phase) if per == "in all" else 1
                return self._sharers_in_hours(pattern, per, count)
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
        if per == "cycle":
            return self.in_a_cycle(phase)
        if per == "in all":
            return self._in_all(phase)
        return 1

    def in_a_cycle(self, phase: Phase) -> int:
        pattern = self.pattern(phase)
        if pattern.kind != "listed" or pattern.span is None:
            raise Refused("no cycle")
        return len(pattern.places) * len(self.slots(phase))

    def in_a_week(self, phase: Phase) -> int:
        """The most that any week has, for a limit."""
        span = self.pattern(phase).span
        seldom = span is not None and (span.unit == "months" or span.count >= 7)
        kind = self.pattern(phase).kind
        if kind == "once" or (kind == "every" and span and span.unit != "minutes" and seldom):
            return len(self.slots(phase))
        return self.sharers_of(phase, "week")

    def _in_all(self, phase: Phase) -> int:
        """Of all rounds."""
        rounds = self.same(phase)
        if any(self.goes_on(each) for each in rounds):
            raise Refused("shared among nobody knows how many")
        return sum(len(self.places(each)) for each in rounds)
