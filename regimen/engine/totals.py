"""What a schedule adds up to, by drug, course and phase."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from regimen.quantity import Dimension, Quantity
from regimen.schedule import Administration, Schedule, Total, Totals


class _Key(NamedTuple):
    drug: str
    dimension: Dimension | None
    course: str | None
    phase: str | None


def total(schedule: Schedule) -> Totals:
    """Exact sums. Amounts of one drug in different dimensions (mg and units) stay apart, and so do
    doses that are not stated."""
    return Totals(
        by_drug=_grouped(schedule.administrations, lambda each: (None, None)),
        by_course=_grouped(schedule.administrations, lambda each: (each.course, None)),
        by_phase=_grouped(schedule.administrations, lambda each: (each.course, each.phase.key)),
    )


def _grouped(
    administrations: Iterable[Administration],
    where: Callable[[Administration], tuple[str | None, str | None]],
) -> tuple[Total, ...]:
    groups: dict[_Key, list[Administration]] = {}
    for each in administrations:
        dimension = each.dose.ordered.unit.dimension if each.dose else None
        groups.setdefault(_Key(each.drug, dimension, *where(each)), []).append(each)
    return tuple(_total(key, group) for key, group in groups.items())


def _total(key: _Key, group: list[Administration]) -> Total:
    amounts = [each.dose.ordered for each in group if each.dose]
    return Total(
        drug=key.drug,
        course=key.course,
        phase=group[0].phase.title if key.phase else None,
        doses=len(group),
        amount=_sum(amounts),
        first=group[0].moment,
        last=group[-1].moment,
        highest=max(amounts) if amounts else None,
    )


def _sum(amounts: list[Quantity]) -> Quantity | None:
    if not amounts:
        return None
    result = amounts[0]
    for amount in amounts[1:]:
        result += amount
    return result.for_total()
