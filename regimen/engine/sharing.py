"""Among how many administrations an amount is shared (rule D2)."""

from __future__ import annotations

from fractions import Fraction

from regimen import rules
from regimen.engine.bound import Bound
from regimen.engine.days import Days, is_daily, per_day, per_week
from regimen.finding import Reading, Refusal, refuse
from regimen.protocol import DoseExpression, OnDays, Phase, Share


def refuse_endless(phase: Phase, expression: DoseExpression) -> None:
    """Raises Refusal where an amount per hour stands on what takes no stated time."""
    if expression.hourly and phase.over is None:
        raise refuse(
            rules.MISSING_KEY,
            f"{in_words(expression)} does not say for how long",
            "write how long it is given each time, as in over: 4 hours",
            phase.place_of("dose"),
        )


def in_words(expression: DoseExpression) -> str:
    """`6 mg/kg per day`, `280 units per week`, `100 mcg`."""
    words = expression.scaled
    if expression.hourly:
        words += " per hour"
    if expression.share is not None:
        words += " in all" if expression.share is Share.IN_ALL else f" per {expression.share}"
    return words


def parts_of(bound: Bound, expression: DoseExpression, administrations: int) -> tuple[int, str]:
    """Among how many administrations the amount is shared, and that in words."""
    assert bound.days is not None
    assert bound.times is not None
    a_day = per_day(bound.days, len(bound.times))
    if expression.share is Share.IN_ALL:
        return administrations, f"shared equally among all {administrations} doses"
    if expression.share is Share.DAY:
        refuse_per_day(bound.phase, expression, bound.days)
        return a_day, "once a day" if a_day == 1 else f"shared equally among {a_day} doses a day"
    if expression.share is Share.CYCLE:
        a_cycle = in_a_cycle(bound, in_words(expression), "dose", "taper")
        return a_cycle, f"shared equally among {a_cycle} doses a cycle"
    a_week = per_week(bound.days)
    if a_week is None:
        raise uneven(
            bound, in_words(expression), "write the dose per administration", "dose", "taper"
        )
    a_week *= len(bound.times)
    return a_week, f"shared equally among {a_week} doses a week"


def in_a_cycle(bound: Bound, what: str, *keys: str) -> int:
    """How many doses a cycle has. Raises Refusal where the days come in none."""
    assert bound.times is not None
    if not isinstance(bound.days, OnDays) or bound.days.cycle is None:
        raise refuse(
            rules.PER_DAY_ON_REST_DAYS,
            f"{what} on days that do not come in cycles",
            "write numbered days and a cycle, as in days: 1-5 and cycle: 21 days; or the amount per"
            " administration",
            bound.phase.place_of(*keys),
        )
    return len(bound.days.days) * len(bound.times)


def uneven(bound: Bound, what: str, mend: str, *keys: str) -> Refusal:
    """The refusal of an amount per week on days that some weeks have more of than others."""
    return refuse(
        rules.PER_DAY_ON_REST_DAYS,
        f"{what} on days that do not come equally often every week",
        mend,
        bound.phase.place_of(*keys),
    )


def refuse_per_day(phase: Phase, expression: DoseExpression, days: Days) -> None:
    """Raises Refusal where an amount per day stands on a pattern with rest days."""
    if is_daily(days) or isinstance(days, OnDays):
        return
    amount, a_week = expression.amount, per_week(days)
    scale = expression.per.sign if expression.per else ""
    readings = [Reading("each time", (f"{amount}{scale} at every administration",))]
    if a_week:
        week = amount.times(7)
        each = week.times(Fraction(1, a_week))
        readings.append(
            Reading(
                "a week's amount, shared",
                (
                    f"{amount}{scale} × 7 = {week}{scale} a week",
                    f"{each}{scale} at each of {a_week} administrations a week",
                ),
            )
        )
    readings.append(Reading("every day", (f"{amount}{scale} daily, without rest days",)))
    raise refuse(
        rules.PER_DAY_ON_REST_DAYS,
        f"{in_words(expression)} on a pattern with rest days",
        "write the dose per administration, or per week, or give it daily; where the source is"
        " ambiguous, make the reading a parameter",
        phase.place_of("dose", "taper"),
        readings=tuple(readings),
    )
