"""One phase: which days, how long, what time."""

from __future__ import annotations

from fractions import Fraction

from tests.properties.reference import WEEKDAYS
from tests.properties.strategies.making import DAYS_OF, Making, Phase
from tests.properties.strategies.texts import quantity, span


def draw_phase(making: Making, slots: list[str] | None) -> Phase:
    """Which days, how long and what time; the dose comes later, unless it is a taper."""
    kinds = ["days", "days", "weeks", "per week", "on", "once"]
    kinds += ["months", "months"] * making.scope.months + ["taper"] * making.scope.tapers
    kinds += ["listed", "cycles"] * making.scope.lists + ["offsets"] * making.scope.offsets
    timed = making.scope.hours and (" " in making.start or slots is not None)
    kinds += ["hours", "every hours", "every hours", "waking hours"] * timed
    kind = making.pick(kinds)
    phase: Phase = {}
    if kind == "taper":
        draw_taper(making, phase)
    elif kind in ("every hours", "waking hours"):
        draw_hours(making, phase, waking=kind == "waking hours")
        draw_over(making, phase, 2)
        return phase
    elif kind in ("offsets", "hours"):
        draw_offsets(making, phase, in_hours=kind == "hours")
        if kind == "hours":
            draw_over(making, phase, 1)
            return phase
    elif kind in ("listed", "cycles"):
        draw_listed(making, phase, cycled=kind == "cycles")
    elif kind == "once":
        phase["doses"] = "1"
    elif kind == "on":
        days = draw_weekdays(making, making.pick((1, 2, 3, 5)))
        phase["on"] = days
        if making.scope.parameters and making.chance(5):
            phase["on"] = making.asked("weekdays", ", ".join(days), count=str(len(days)))
        draw_extent(making, phase, 7)
    elif kind == "per week":
        count = making.pick((2, 3, 1, 4, 5, 6, 7))
        phase["times_per_week"] = making.maybe_asked("number", str(count))
        draw_extent(making, phase, 7)
    else:
        count = making.number(1, 6)
        unit = {"days": "day", "weeks": "week", "months": "month"}[kind]
        if unit == "month" and making.chance(6):
            count, unit = 1, "year"
        phase["every"] = making.maybe_asked("duration", span(count, unit))
        draw_extent(making, phase, count * DAYS_OF[unit])
    if slots is not None:
        if making.chance(3):
            phase["times_per_day"] = str(len(slots))
        else:
            phase["at"] = slots if len(slots) > 1 or making.chance(2) else slots[0]
    draw_over(making, phase, len(slots or "."))
    return phase


def draw_over(making: Making, phase: Phase, a_day: int) -> None:
    """An infusion that has finished before the next dose of any pattern."""
    if making.scope.infusions and making.chance(4):
        longest = 2 if a_day > 1 else 9  # hours
        texts = (span(making.number(5, 100), "minute"), span(making.number(1, longest), "hour"))
        if any("minute" in text for text in phase.get("offsets", ())):
            texts = ("1 minute", "1 minute")
        phase["over"] = making.maybe_asked("duration", making.pick(texts))


def draw_weekdays(making: Making, count: int) -> list[str]:
    return sorted(making.random.sample(WEEKDAYS, count), key=WEEKDAYS.index)


def draw_listed(making: Making, phase: Phase, cycled: bool) -> None:
    """`days`, and perhaps a cycle that they fit into; a list alone is as long as itself."""
    length = making.pick((21, 7, 28, 14, 10)) if cycled else making.pick((15, 30, 64))
    first_day = making.pick((1, 1, 0))
    numbers = {making.number(0, length - 1) for _ in range(making.number(1, 4))}
    if making.chance(2):
        numbers.add(0)
    texts = [str(number + first_day) for number in sorted(numbers)]
    last = max(numbers)
    if making.chance(3) and last + 3 < length:
        texts.append(f"{last + 1 + first_day}-{last + 3 + first_day}")
    phase["days"] = texts if len(texts) > 1 or making.chance(2) else texts[0]
    if first_day == 0:
        phase["first_day"] = "0"
    if cycled:
        unit = "month" if length == 28 and making.scope.months and making.chance(2) else "day"
        text = "1 month" if unit == "month" else span(length, "day")
        if length % 7 == 0 and unit == "day" and making.chance(2):
            text = span(length // 7, "week")
        phase["cycle"] = making.maybe_asked("duration", text, may_be_tabled=False)
        if making.chance(3):
            draw_extent(making, phase, length)
        else:
            phase["cycles"] = making.maybe_asked("number", str(making.number(1, 4)))
    elif making.chance(4) and making.scope.anchors:
        phase["_limit"] = making.number(max(1, last), length)


def draw_hours(making: Making, phase: Phase, *, waking: bool) -> None:
    """Real hours, or hours on the clock of every day."""
    unit, count = making.pick(
        (("hour", 8), ("hour", 5), ("hour", 24), ("minute", 90), ("hour", 36))
    )
    if waking:
        unit, count = "hour", making.number(2, 9)
        phase["between"] = making.pick((["07:00", "21:00"], ["00:00", "12:30"], ["01:30", "23:00"]))
        phase["every"] = span(count, unit)
    else:
        phase["every"] = making.maybe_asked("duration", span(count, unit), at_most="72 hours")
    if making.chance(2):
        phase["doses"] = making.maybe_asked("number", str(making.number(1, 12)))
    elif making.chance(2) or waking:
        phase["for"] = span(making.number(1, 4), "day")
    else:
        phase["for"] = span(making.number(1, 80), "hour")


def draw_offsets(making: Making, phase: Phase, in_hours: bool) -> None:
    """Distances that ascend from every start; with hours among them, days after them."""
    units: tuple[str, ...] = ("minute", "hour", "day", "week") if in_hours else ("day", "week")
    if making.scope.months and not in_hours:
        units = (*units, "month", "year")
    kept = [unit for unit in units if making.chance(2)]
    if in_hours and not {"minute", "hour"} & {*kept}:
        kept = ["hour"]
    reached, texts = Fraction(-1), []  # in days
    least = {
        unit: (Fraction(1, 24 * 60), Fraction(1, 24), 1, 7, 28, 365)[n]
        for n, unit in enumerate(("minute", "hour", "day", "week", "month", "year"))
    }
    for unit in kept or ["week"]:
        for _ in range(making.number(1, 3)):
            first = max(0, int(reached / least[unit]) + 1)
            count = first + making.number(0, {"minute": 90, "hour": 30, "year": 1}.get(unit, 4))
            texts.append(span(count, unit))
            reached = count * Fraction(DAYS_OF.get(unit, least[unit]))
            if unit in ("minute", "hour"):
                reached += Fraction(1, 12)  # a day may lack an hour
    phase["offsets"] = texts if len(texts) > 1 or making.chance(2) else texts[0]
    if making.chance(6) and making.scope.anchors and reached > 0:
        phase["_limit"] = making.number(1, int(reached) + 1)


def draw_extent(making: Making, phase: Phase, interval: int) -> None:
    """`for` or `doses`, seldom to fit exactly; a limit by an anchor is drawn when dates stand."""
    kind = making.pick(("for", "for", "doses", "doses", "limit"))
    if kind == "limit" and making.scope.anchors:
        phase["_limit"] = making.number(interval, interval * 6)
    elif kind == "doses":
        most = 8 if interval < 30 else 5
        phase["doses"] = making.maybe_asked("number", str(making.number(1, most)))
    else:
        unit = making.pick(("week", "day", "month") if making.scope.months else ("week", "day"))
        least = 7 if interval == 7 and unit == "day" else 1
        most = max(least, interval * 5 // DAYS_OF[unit])
        text = span(making.number(least, most), unit)
        phase["for"] = making.maybe_asked("duration", text)


def draw_taper(making: Making, phase: Phase) -> None:
    key, value, interval = making.pick(
        (
            ("every", "1 day", 1),
            ("every", "2 days", 2),
            ("every", "1 week", 7),
            ("times_per_week", "2", 7),
            ("on", ["tue", "sat"], 7),
        )
    )
    phase[key] = value
    step = making.pick((Fraction(5), Fraction(1, 2), Fraction(10), Fraction(5, 4)))
    steps = making.number(1, 4)
    low = making.number(0, 3) * step
    up = low > 0 and making.chance(4)
    high = low + steps * step
    each = making.pick(
        (span(making.number(1, 4) * interval, "day"), span(making.number(1, 2), "week"), "1 month")
    )
    if interval == 7 and each.endswith(("day", "days")):
        each = span(making.number(1, 3), "week")
    if each == "1 month" and not making.scope.months:
        each = "4 weeks"
    phase["taper"] = {
        "from": quantity(low if up else high, "mg"),
        "by": quantity(step, "mg"),
        "to": quantity(high if up else low, "mg"),
        "each": each,
    }
