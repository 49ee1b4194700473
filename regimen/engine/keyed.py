"""Doses written on the time they are given, and parts of a dose (rule D4)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from regimen import rules
from regimen.engine.bound import Bound, amount_of
from regimen.engine.dosing import Portion, calculated, dose_of, rows_of, scaled
from regimen.engine.listed import mark
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.sharing import in_words, parts_of
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import (
    CapBasis,
    DividedDose,
    DoseExpression,
    DosesByTime,
    Offsets,
    OnDays,
    Phase,
    Share,
    TimeKey,
    at_time,
)
from regimen.schedule import Dose
from regimen.timing import Weekday

# What may be shared within one time, and what a whole may be shared among.
_WITHIN = {"at": (), "on": (Share.DAY,), "days": (Share.DAY,), "offsets": ()}
_WHOLES = {
    "at": (Share.DAY, "clock times"),
    "on": (Share.WEEK, "weekdays"),
    "days": (Share.IN_ALL, "listed days"),
    "offsets": (Share.IN_ALL, "distances"),
}


def keyed_doses(span: PhaseSpan, plan: Plan) -> list[Dose | None]:
    """The dose of each of the phase's administrations, by the time at which it is given. Raises
    Refusal."""
    bound = span.bound
    assert isinstance(bound, Bound)
    if isinstance(bound.dose, DosesByTime):
        doses = _by_time(bound, bound.dose, plan)
    else:
        assert isinstance(bound.dose, DividedDose)
        doses = _divided(bound, bound.dose, plan)
        _refuse_incomplete(span, bound.dose)
    return [doses[_time_of(span, bound.dose.on, at)] for at in range(len(span.slots))]


def _refuse_incomplete(span: PhaseSpan, dose: DividedDose) -> None:
    """Raises Refusal where an amount in all is not given once in all: its list is cut short, or
    comes again in every cycle."""
    whole, bound = dose.whole, span.bound
    assert isinstance(whole, DoseExpression)  # bound
    if whole.share is not Share.IN_ALL:
        return
    assert isinstance(bound, Bound)
    parts = dict(dose.parts)
    times = [_time_of(span, dose.on, at) for at in range(len(span.slots))]
    given = sum([parts[time] for time in times], Fraction(0)) / _times(bound)
    if given != 1:
        raise refuse(
            rules.NOT_WHOLE,
            f"of {in_words(whole)}, {given} is given: its times do not each come once",
            "write the amount that is given on the listed times, without in all; or list them once"
            " and do not cut them short",
            bound.phase.place_of("dose"),
        )


def _time_of(span: PhaseSpan, on: str, at: int) -> TimeKey:
    """The time, as the protocol names it, of the phase's administration `at`."""
    day, clock = span.slots[at]
    if on == "at":
        assert clock is not None
        return clock
    if on == "on":
        return Weekday(day.weekday())
    days = span.bound.days
    assert isinstance(days, (OnDays, Offsets))
    place = mark(days, span.place_of(at))
    if isinstance(days, Offsets):
        assert place.offset is not None
        return days.offsets[place.offset]
    assert place.day_number is not None
    return place.day_number


def _by_time(bound: Bound, doses: DosesByTime, plan: Plan) -> dict[TimeKey, Dose | None]:
    found: dict[TimeKey, Dose | None] = {}
    amounts = {each.at: amount_of(each.dose, plan) for each in doses.doses}
    stated = {at: each for at, each in amounts.items() if each is not None}
    whole = {at: calculated(bound, each, plan, []).base for at, each in stated.items()}
    of_day = _parts_of_day(bound, doses.on, whole, plan)
    for each in doses.doses:
        amount = amounts[each.at]
        if amount is None:
            found[each.at] = None
            continue
        refuse_share(bound.phase, doses.on, amount, each.at)
        because = f"as the protocol says {at_time(each.at)}{rows_of(bound.phase, plan, each.row)}"
        parts = 1 if amount.share is None else _times(bound)
        words = f"shared equally among {parts} doses a day" if parts > 1 else ""
        portion = Portion(Fraction(1, parts), words, of_day[each.at])
        found[each.at] = dose_of(bound, amount, plan, 0, because, portion)
    return found


def _parts_of_day(
    bound: Bound, on: str, stated: Mapping[TimeKey, Fraction], plan: Plan
) -> dict[TimeKey, Fraction]:
    """Which part of its day's amount each dose is once it keeps the limits per dose; where hours
    are counted, of the most that any 24 hours hold with it. What is not stated is not among the
    amounts."""
    limits = [scaled(cap, plan).base for cap in bound.caps if cap.basis is CapBasis.DOSE]
    amounts = {at: min([amount, *limits]) for at, amount in stated.items()}
    if on == "at":
        return {at: amount / sum(amounts.values()) for at, amount in amounts.items()}
    if not isinstance(bound.days, Offsets) or not bound.days.elapsed:
        return dict.fromkeys(amounts, Fraction(1, _times(bound)))
    from regimen.engine.elapsed import in_a_day

    most: dict[TimeKey, Fraction] = {}
    for together in in_a_day(bound.days):
        known = [at for at in together if at in amounts]
        total = sum([amounts[at] for at in known], Fraction(0))
        most.update({at: max(total, most.get(at, total)) for at in known})
    return {at: amount / most[at] for at, amount in amounts.items()}


def _divided(bound: Bound, dose: DividedDose, plan: Plan) -> dict[TimeKey, Dose | None]:
    whole = dose.whole
    assert isinstance(whole, DoseExpression)  # bound
    refuse_share(bound.phase, dose.on, whole)
    if dose.on == "at" and whole.share is not None:
        parts_of(bound, whole, 0)  # refuses days of rest
    found: dict[TimeKey, Dose | None] = {}
    size = calculated(bound, whole, plan, []).base
    of_day = _parts_of_day(bound, dose.on, {at: size * part for at, part in dose.parts}, plan)
    for time, part in dose.parts:
        given = part if dose.on == "at" else part / _times(bound)
        words = f"{part} of it {at_time(time)}"
        if given != part:
            words += f", among {_times(bound)} doses a day"
        portion = Portion(given, words, of_day[time])
        found[time] = dose_of(bound, whole, plan, 0, portion=portion)
    return found


def _times(bound: Bound) -> int:
    assert bound.times is not None
    return len(bound.times)


def refuse_share(phase: Phase, on: str, amount: DoseExpression, at: TimeKey | None = None) -> None:
    """Raises Refusal where the amount is shared among what its time is only a part of; `at` is the
    time of an amount, and absent for one that is divided."""
    if amount.share is None:
        return
    among, words = _WHOLES[on]
    if at is not None and amount.share not in _WITHIN[on]:
        raise refuse(
            rules.BAD_QUANTITY,
            f"{in_words(amount)} {at_time(at)} is shared with other times",
            "write what is given at that time; or write the whole as dose, and parts of it on the"
            " times",
            phase.place_of("dose"),
        )
    if at is None and amount.share is not among:
        raise refuse(
            rules.BAD_QUANTITY,
            f"{in_words(amount)} is not what {words} divide",
            f"write an amount {'in all' if among is Share.IN_ALL else f'per {among}'}",
            phase.place_of("dose"),
        )
