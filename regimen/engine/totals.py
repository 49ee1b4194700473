"""What a schedule adds up to, by drug, course, phase and product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from regimen.quantity import Dimension, Quantity
from regimen.schedule import Administration, Schedule, Total, Totals

if TYPE_CHECKING:
    from regimen.product import Supply


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
        by_product=_supplies(schedule),
    )


def _supplies(schedule: Schedule) -> tuple[Supply, ...]:
    if not schedule.names_products:
        return ()
    from regimen.engine.dispensing import supplies

    return supplies(schedule)


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
    counts = Counter(id(each.dose) for each in group)  # doses made alike are one object
    doses = {id(each.dose): each.dose for each in group}
    amounts = [(dose.ordered, counts[made]) for made, dose in doses.items() if dose]
    return Total(
        drug=key.drug,
        course=key.course,
        phase=group[0].phase.title if key.phase else None,
        doses=len(group),
        amount=_sum(amounts),
        first=group[0].moment,
        last=group[-1].moment,
        highest=max([amount for amount, _ in amounts], default=None),
    )


def _sum(counted: list[tuple[Quantity, int]]) -> Quantity | None:
    if not counted:
        return None
    (first, count), *rest = counted
    result = first.times(count)
    for amount, count in rest:
        result += amount.times(count)
    return result.for_total()
