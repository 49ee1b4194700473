"""What a plan's record has taken out, and how far the plan has come, as every export says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regimen.export.words import clean, dose_text, moment_text
from regimen.quantity import Quantity
from regimen.schedule import Administration, Schedule, Status


def not_given_texts(schedule: Schedule) -> list[str]:
    """`Tue 3 Mar 2026: vitamin B12 100 mcg, dose 2 of 18 (b12/daily/2): missed (entry 3, …)`, of
    every dose that is not given, by the day on which it would have been."""
    return [clean(_not_given(each)) for each in schedule.removed]


def _not_given(each: Administration) -> str:
    place = f"dose {each.course_number} of {each.phase.course_count}"
    why = "; ".join(map(str, each.moved))
    return f"{moment_text(each.moment)}: {each.drug} {dose_text(each)}, {place} ({each.id}): {why}"


def so_far_texts(schedule: Schedule) -> list[str]:
    """`vitamin B12: planned 18 doses, 1.8 mg; given 2 doses, 200 mcg; …`, of every drug, once
    anything was given or taken out."""
    if all(each.status is Status.PLANNED for each in schedule.every_dose):
        return []
    assert schedule.ideal is not None  # a record has changed it
    planned = schedule.ideal.administrations
    return [
        clean(f"{drug}: {'; '.join(_so_far(drug, schedule, planned))}")
        for drug in dict.fromkeys(each.drug for each in planned)
    ]


def _so_far(drug: str, schedule: Schedule, planned: Iterable[Administration]) -> Iterator[str]:
    yield f"planned {_sum(each for each in planned if each.drug == drug)}"
    doses = [each for each in schedule.every_dose if each.drug == drug]
    yield f"given {_sum(each for each in doses if each.status is Status.GIVEN)}"
    yield f"not given {_sum(each for each in doses if not each.status.takes_place)}"
    yield f"to come {_sum(each for each in doses if each.status is Status.PLANNED)}"


def _sum(doses: Iterable[Administration]) -> str:
    """`2 doses, 200 mcg`; amounts of different kinds stay apart."""
    counted, sums = 0, dict[object, Quantity]()
    unknown = False
    for each in doses:
        counted += 1
        if each.dose is None:
            unknown = True
            continue
        amount = each.dose.ordered
        kind = amount.unit.dimension
        sums[kind] = sums[kind] + amount if kind in sums else amount
    words = [f"{counted} dose{'' if counted == 1 else 's'}"]
    words += [str(each.for_total()) for each in sums.values()]
    if unknown:
        words.append("some of them not stated")
    return ", ".join(words)
