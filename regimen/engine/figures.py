"""Figures from a schedule: sums, highest doses, running sums, each with the doses it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from regimen.figures import Figures, Given, Per, Period, given_by, parts_of
from regimen.quantity import Dimension, Quantity
from regimen.schedule import Administration, Schedule


class _Key(NamedTuple):
    drug: str
    dimension: Dimension | None
    course: str | None
    phase: str | None
    period: Period | None


_Kind = tuple[str, Dimension | None]
_Running = dict[_Kind, dict[date, Quantity]]


def figures(schedule: Schedule, per: Iterable[Per]) -> tuple[Figures, ...]:
    """A row for each drug, course, phase or period with a dose: as asked for, by period, and drugs
    and courses within it in the order of their first doses.

    Amounts of one drug in different dimensions (mg and units) stay apart, and so do doses that are
    not known. An infusion counts on the day on which it begins.
    """
    whole = [given_by(each) for each in schedule.administrations]
    found: list[Figures] = []
    for one in per:
        given = whole if one is not Per.INGREDIENT else _ingredients(schedule)
        found += _rows(one, given, schedule.plan.start.day)
    return tuple(found)


def _rows(per: Per, given: list[Given], start: date) -> Iterator[Figures]:
    running = _running(given)
    drugs = {drug: at for at, drug in enumerate(dict.fromkeys(each.drug for each in given))}
    courses = dict.fromkeys(each.by.course for each in given)
    places = {course: at for at, course in enumerate(courses)}

    def order(key: _Key) -> tuple[date, int, int]:
        day = key.period.first if key.period else date.min
        return day, drugs[key.drug], places[key.course] if key.course else 0

    groups: dict[_Key, list[Given]] = {}
    for each in given:
        groups.setdefault(_key(each, per, start), []).append(each)
    for key in sorted(groups, key=order):
        yield _row(per, key, groups[key], running)


def _ingredients(schedule: Schedule) -> list[Given]:
    """What is inside the products of every dose; a dose without a product is its own drug."""
    found: list[Given] = []
    for each in schedule.administrations:
        inside = _inside(each)
        found += [Given(drug, amount, each) for drug, amount in inside.items()]
        if not inside:
            found.append(given_by(each))
    return found


def _inside(administration: Administration) -> dict[str, Quantity]:
    amounts: dict[str, Quantity] = {}
    for taken in administration.dose.taken if administration.dose else ():
        for content in taken.product.contents_of(taken.amount):
            before = amounts.get(content.drug)
            amounts[content.drug] = before + content.amount if before else content.amount
    return amounts


def _key(each: Given, per: Per, start: date) -> _Key:
    course = each.by.course if per in (Per.COURSE, Per.PHASE) else None
    phase = each.by.phase.key if per is Per.PHASE else None
    return _Key(each.drug, _dimension(each), course, phase, _period(each.by.day, per, start))


def _dimension(each: Given) -> Dimension | None:
    return each.amount.unit.dimension if each.amount else None


def _period(day: date, per: Per, start: date) -> Period | None:
    if per is Per.TREATMENT_WEEK:
        weeks = (day - start).days // 7  # below 0 before the start
        first = start + timedelta(weeks=weeks)
        name = f"week {weeks + 1}" if weeks >= 0 else f"week {weeks}"
        return Period(name, first, first + timedelta(days=6))
    if per is Per.CALENDAR_WEEK:
        first = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Period(f"{year}-W{week:02}", first, first + timedelta(days=6))
    if per is Per.MONTH:
        first = day.replace(day=1)
        next_month = (first + timedelta(days=31)).replace(day=1)
        return Period(f"{day:%Y-%m}", first, next_month - timedelta(days=1))
    return None


def _row(per: Per, key: _Key, group: list[Given], running: _Running) -> Figures:
    stated = [each.amount for each in group if each.amount]
    days = _by_day(group)
    highest_on = max(days, key=lambda day: days[day], default=None)  # the first of equal days
    first, last = group[0].by, group[-1].by
    return Figures(
        per=per,
        drug=key.drug,
        course=key.course,
        phase=first.phase.title if key.phase else None,
        phase_key=key.phase,
        period=key.period,
        parts=parts_of(group),
        amount=_sum(stated),
        highest_dose=max(stated, default=None),
        highest_day=days[highest_on].for_total() if highest_on else None,
        highest_on=highest_on,
        cumulative=running[key.drug, key.dimension].get(last.day),
        first=first.moment,
        last=last.moment,
    )


def _by_day(group: list[Given]) -> dict[date, Quantity]:
    days: dict[date, Quantity] = {}
    for each in group:
        if each.amount:
            day = each.by.day
            days[day] = days[day] + each.amount if day in days else each.amount
    return days


def _sum(amounts: list[Quantity]) -> Quantity | None:
    if not amounts:
        return None
    result, *rest = amounts
    for amount in rest:
        result += amount
    return result.for_total()


def _running(given: list[Given]) -> _Running:
    """What each drug adds up to by the end of each of its days; nothing where it is not known."""
    kinds: dict[_Kind, list[Given]] = {}
    for each in given:
        kinds.setdefault((each.drug, _dimension(each)), []).append(each)
    running: _Running = {}
    for kind, group in kinds.items():
        sums: dict[date, Quantity] = {}
        before: Quantity | None = None
        for day, amount in _by_day(group).items():
            before = amount if before is None else before + amount
            sums[day] = before.for_total()
        running[kind] = sums
    return running
