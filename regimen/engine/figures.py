"""Figures from a schedule: sums, highest doses, running sums, each with the doses it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from regimen.figures import Figures, Per, Period, parts_of
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
    not stated. An infusion counts on the day on which it begins.
    """
    given = schedule.administrations
    running = _running(schedule)
    drugs = {drug: at for at, drug in enumerate(dict.fromkeys(each.drug for each in given))}
    courses = {course: at for at, course in enumerate(dict.fromkeys(each.course for each in given))}

    def order(key: _Key) -> tuple[date, int, int]:
        day = key.period.first if key.period else date.min
        return day, drugs[key.drug], courses[key.course] if key.course else 0

    found: list[Figures] = []
    for one in per:
        groups: dict[_Key, list[Administration]] = {}
        for each in given:
            groups.setdefault(_key(each, one, schedule.plan.start.day), []).append(each)
        found += [_row(one, key, groups[key], running) for key in sorted(groups, key=order)]
    return tuple(found)


def _key(each: Administration, per: Per, start: date) -> _Key:
    course = each.course if per in (Per.COURSE, Per.PHASE) else None
    phase = each.phase.key if per is Per.PHASE else None
    return _Key(each.drug, _dimension(each), course, phase, _period(each.day, per, start))


def _dimension(each: Administration) -> Dimension | None:
    return each.dose.ordered.unit.dimension if each.dose else None


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


def _row(per: Per, key: _Key, group: list[Administration], running: _Running) -> Figures:
    stated = [each.dose.ordered for each in group if each.dose]
    days = _by_day(group)
    highest_on = max(days, key=lambda day: days[day], default=None)  # the first of equal days
    return Figures(
        per=per,
        drug=key.drug,
        course=key.course,
        phase=group[0].phase.title if key.phase else None,
        phase_key=key.phase,
        period=key.period,
        parts=parts_of(group),
        amount=_sum(stated),
        highest_dose=max(stated, default=None),
        highest_day=days[highest_on].for_total() if highest_on else None,
        highest_on=highest_on,
        cumulative=running[key.drug, key.dimension].get(group[-1].day),
        first=group[0].moment,
        last=group[-1].moment,
    )


def _by_day(group: list[Administration]) -> dict[date, Quantity]:
    days: dict[date, Quantity] = {}
    for each in group:
        if each.dose:
            amount = each.dose.ordered
            days[each.day] = days[each.day] + amount if each.day in days else amount
    return days


def _sum(amounts: list[Quantity]) -> Quantity | None:
    if not amounts:
        return None
    result, *rest = amounts
    for amount in rest:
        result += amount
    return result.for_total()


def _running(schedule: Schedule) -> _Running:
    """What each drug adds up to by the end of each of its days; nothing where it is not stated."""
    kinds: dict[_Kind, list[Administration]] = {}
    for each in schedule.administrations:
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
