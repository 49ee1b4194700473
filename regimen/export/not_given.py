"""What a plan's record has taken out, and how far the plan has come, as every export says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from regimen.export.words import clean, dose_text, moment_text
from regimen.quantity import Quantity
from regimen.schedule import Administration, Schedule, Status


def not_given_texts(schedule: Schedule) -> list[str]:
    """`Tue 3 Mar 2026: vitamin B12 100 mcg, dose 2 of 18 (b12/daily/2): missed (entry 3, …)`, of
    every dose that is not given, by the day on which it would have been. Doses of a course that
    follow each other and are alike, as after a stop, are told in one."""
    runs: list[list[Administration]] = []
    last: dict[str, list[Administration]] = {}
    for each in schedule.removed:
        run = last.get(each.course)
        if run is not None and _goes_on(run[-1], each):
            run.append(each)
        else:
            last[each.course] = [each]
            runs.append(last[each.course])
    return [clean(_not_given(run)) for run in runs]


def _goes_on(one: Administration, other: Administration) -> bool:
    return (
        other.course_number == one.course_number + 1
        and dose_text(one) == dose_text(other)
        and one.moved == other.moved
    )


def _not_given(run: Sequence[Administration]) -> str:
    first, last = run[0], run[-1]
    of = first.phase.course_count
    if first is last:
        days, places = moment_text(first.moment), f"dose {first.course_number} of {of}"
        ids = first.id
    else:
        days = f"{moment_text(first.moment)} to {moment_text(last.moment)}"
        places = f"doses {first.course_number} to {last.course_number} of {of}"
        ids = f"{first.id} to {last.id}"
    why = "; ".join(map(str, first.moved))
    return f"{days}: {first.drug} {dose_text(first)}, {places} ({ids}): {why}"


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
