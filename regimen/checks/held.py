"""What is given of each drug, and what falls together into a dose, a day, a week or a lifetime.

A tablet of several drugs gives each of them. What is written in pieces or as a volume counts by
what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from regimen.checks.ranges import DOSE, LIFETIME, WEEK, Ranges, Row
from regimen.engine.inputs import size_on
from regimen.plan import Plan
from regimen.protocol import Age, AgeOn, DoseExpression
from regimen.protocol.inputs import given_before
from regimen.quantity import Quantity
from regimen.schedule import Administration, Held, Schedule


def by_drug(schedule: Schedule, ranges: Ranges) -> list[list[Held]]:
    """What is given of each drug, by whatever name it goes, over all courses."""
    given = [held for each in schedule.administrations for held in held_in(each)]
    rows = ranges.about({each.drug for each in given})
    found: dict[str, list[Held]] = {}
    for each in given:
        name = each.drug.lower()
        known = next((row.names[0] for row in rows if name in row.names), name)
        found.setdefault(known, []).append(each)
    return list(found.values())


def held_in(administration: Administration) -> Iterator[Held]:
    """What an administration gives of its own drug, and of others that are in the same products;
    nothing where its dose is not known."""
    dose, drug = administration.dose, administration.drug
    if dose is None:
        return
    yield Held(administration, drug, dose.of(drug))
    for other in dict.fromkeys(
        content.drug for taken in dose.taken for content in taken.product.contents
    ):
        if other != drug:
            yield Held(administration, other, dose.inside(other))


def windows(time: str, given: list[Held]) -> Iterator[tuple[tuple[Held, ...], bool]]:
    """What falls into one dose, one day, one week or the whole plan, each once; and whether it is
    as much as its phase comes to."""
    if time == DOSE:
        yield from (((each,), True) for each in given)
        return
    if time == LIFETIME:
        yield tuple(given), False
        return
    days = {day: tuple(each) for day, each in groupby(given, key=lambda each: each.by.day)}
    found = list(days.values())
    if time == WEEK:
        found = [_week(day, days) for day in days]
    most: dict[int, Quantity] = {}
    for window in found:
        phase, total = id(window[0].by.phase), sum_of(window)
        most[phase] = max(total, most.get(phase, total))
    for window in found:
        yield window, sum_of(window) == most[id(window[0].by.phase)]


def _week(first: date, days: dict[date, tuple[Held, ...]]) -> tuple[Held, ...]:
    return tuple(each for after in range(7) for each in days.get(first + timedelta(after), ()))


def sum_of(given: Sequence[Held]) -> Quantity:
    """What they come to."""
    return on_basis(given, (), None)


def on_basis(
    given: Sequence[Held], sizes: tuple[Fraction, ...], before: Quantity | None
) -> Quantity:
    """What they come to, each by the size of its day, with what was given before."""
    amounts = [each.amount for each in given]
    if sizes:
        amounts = [amount.times(1 / size) for amount, size in zip(amounts, sizes, strict=True)]
    first, *rest = amounts if before is None else (*amounts, before)
    for amount in rest:
        first += amount
    return first


def sizes_of(row: Row, given: Sequence[Held], schedule: Schedule) -> tuple[Fraction, ...] | None:
    """How many kg or m² the patient has on the day of each dose, or none where the row does not
    scale; None where that is not known."""
    scale = row.per.scale
    if scale is None:
        return ()
    by_day = {
        day: size_on(schedule.protocol, schedule.plan, scale, day)
        for day in dict.fromkeys(each.by.day for each in given)
    }
    found = []
    for each in given:
        size = by_day[each.by.day]
        if size is None:
            return None
        found.append(size.base / scale.unit.factor)
    return tuple(found)


def before(row: Row, given: Sequence[Held], plan: Plan) -> Quantity | None:
    """What was given before the plan, where the row limits a lifetime and the plan says it on the
    row's basis."""
    if row.limit is None or row.per.time != LIFETIME:
        return None
    total = None
    for drug in dict.fromkeys(each.drug for each in given):
        answer = plan.answers.get(given_before(drug))
        if answer is None:
            continue
        said = answer.value
        assert isinstance(said, DoseExpression)
        if said.amount.value and (said.per, said.by) != (row.per.scale, None):
            continue
        total = said.amount if total is None else total + said.amount
    return total


def age_on(plan: Plan, day: date) -> AgeOn | None:
    """The patient's age on a day, where the plan says one."""
    answer = plan.answers.get("age")
    if answer is None or not isinstance(answer.value, Age):
        return None
    return AgeOn(answer.value.birth(plan.start.day), day)
