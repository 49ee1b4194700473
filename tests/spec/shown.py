"""What a row may expect of a schedule, as the tables write it."""

from __future__ import annotations

from collections.abc import Callable

from regimen.comparison import Comparison, Difference
from regimen.export.comparison_words import said
from regimen.export.totals_table import sum_text
from regimen.figures import Figures
from regimen.product import taken_text
from regimen.schedule import Administration, CheckedSchedule, Entry, Total, place_in_words
from tests.spec.tables import Plain


def _visit_days(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _days_counted(schedule.visit_days)


def _days_counted(days: int | None) -> dict[str, Plain]:
    return {"all courses": f"{days} days"}


def _dates(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, lambda each: each.day.isoformat())


def _administrations(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _line)


def _infusions(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _infusion)


def _infusion(each: Administration) -> str:
    until = f"to {each.finish}" if each.finish else f"over {each.phase.over}"
    return f"{each.moment} {until}"


def _places(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, lambda each: f"{each.day.isoformat()} {place_in_words(each)}")


def _not_given(schedule: CheckedSchedule) -> dict[str, Plain]:
    """What the record has taken out, each with what became of it and why."""
    removed = schedule.schedule.removed
    lines = [f"{each.moment} {each.status}: {'; '.join(map(str, each.moved))}" for each in removed]
    found: dict[str, list[str]] = {}
    for each, line in zip(removed, lines, strict=True):
        found.setdefault(each.course, []).append(line)
    return {course: list(lines) for course, lines in found.items()}


def _pieces(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _taken)


def _taken(each: Administration) -> str:
    taken = each.dose.taken if each.dose else ()
    return f"{each.moment} {taken_text(taken)}"


def _supplies(schedule: CheckedSchedule) -> dict[str, Plain]:
    """By product, not by course."""
    return {
        supply.product.key: {
            "dispensed": supply.dispensed,
            "given": str(supply.given),
            "opened": str(supply.opened),
            "waste": str(supply.waste),
            "wasted": " + ".join(map(str, supply.left_over)),
        }
        for supply in schedule.totals.by_product
    }


def _identities(schedule: CheckedSchedule) -> dict[str, Plain]:
    entries = _entries(schedule, lambda each: each.id)
    return _by_course(schedule, lambda each: each.id) | entries


def _visits(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _entries(schedule, lambda each: str(each.moment))


def _at_most(schedule: CheckedSchedule) -> dict[str, Plain]:
    return {
        each.written.key: f"{each.doses} doses, {each.amount}, {each.when}"
        for each in schedule.schedule.as_needed
    }


def _entries(schedule: CheckedSchedule, shown: Callable[[Entry], str]) -> dict[str, Plain]:
    names = dict.fromkeys(each.name for each in schedule.entries)
    return {name: [shown(each) for each in schedule.entries if each.name == name] for name in names}


def _line(each: Administration) -> str:
    return f"{each.moment} {each.dose or each.open_words}"


def _by_course(
    schedule: CheckedSchedule, shown: Callable[[Administration], str]
) -> dict[str, Plain]:
    courses = dict.fromkeys(each.course for each in schedule.administrations)
    return {
        course: [shown(each) for each in schedule.administrations if each.course == course]
        for course in courses
    }


def _total(schedule: CheckedSchedule) -> dict[str, Plain]:
    return {str(each.course): _parts(each) for each in schedule.totals.by_course}


def _parts(total: Total) -> Plain:
    return {
        "doses": str(total.doses),
        "amount": "not stated" if total.amount is None else str(total.amount),
        "first": str(total.first),
        "last": str(total.last),
    }


def difference_text(of: Comparison, difference: Difference) -> str:
    """`2026-03-02 drug A: other dose, 10 mg against 100 mg`"""
    ours, theirs = difference.ours, difference.theirs
    if ours is not None:
        what = f"{ours.day} {ours.drug}"
    else:
        assert theirs is not None
        what = f"{theirs.day} {theirs.named}"
    return f"{what}: {difference.kind}, {' against '.join(said(of, difference))}"


def figure_name(of: Figures, among: list[Figures]) -> str:
    """`2026-03 drug A`, with its kind of unit where the drug has several."""
    place = (of.period.name if of.period else None, of.course, of.phase)
    names = [each for each in (*place, of.drug) if each]
    if (
        sum(
            (each.drug, each.course, each.phase, each.period)
            == (of.drug, of.course, of.phase, of.period)
            for each in among
        )
        > 1
    ):
        names += ["in", of.amount.unit.name] if of.amount else ["not known"]
    return " ".join(names)


def figure(of: Figures) -> Plain:
    period: dict[str, Plain] = {}
    if of.period:
        period = {"from": str(of.period.first), "to": str(of.period.last)}
    return period | {
        "doses": str(of.doses),
        "total": str(of.amount or "not known"),
        "highest dose": str(of.highest_dose or "not known"),
        "most a day": f"{of.highest_day} on {of.highest_on}" if of.highest_day else "not known",
        "so far": str(of.cumulative or "not known"),
        "sum of": sum_text(of.parts),
    }


SHOWN: dict[str, Callable[[CheckedSchedule], dict[str, Plain]]] = {
    "dates": _dates,
    "visits": _visits,
    "at_most": _at_most,
    "administrations": _administrations,
    "places": _places,
    "infusions": _infusions,
    "not_given": _not_given,
    "pieces": _pieces,
    "supplies": _supplies,
    "identities": _identities,
    "visit_days": _visit_days,
    "clinic_days": lambda schedule: _days_counted(schedule.schedule.clinic_days),
    "total": _total,
}
