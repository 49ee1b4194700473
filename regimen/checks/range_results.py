"""What was held against a usual range, and what was not, drug by drug."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regimen.checks.held import age_on, held_in
from regimen.checks.ranges import NO_SITE, Ranges, Row
from regimen.checks.usual_range import Compared
from regimen.protocol import Course
from regimen.schedule import Held, RangeCheck, Schedule


def results(
    schedule: Schedule, compared: Sequence[Compared], ranges: Ranges = NO_SITE
) -> Iterator[RangeCheck]:
    """For every course, and every drug in it, whether its doses were held against a usual range,
    and against which."""
    given: dict[str, dict[str, list[Held]]] = {}
    for each in schedule.administrations:
        for one in held_in(each):
            given.setdefault(each.course, {}).setdefault(one.drug, []).append(one)
    for course in schedule.protocol.courses:
        drugs = given.get(course.key)
        if not drugs:
            dated = any(each.course == course.key for each in schedule.every_dose)
            reason = "no dose is stated" if dated else "nothing is scheduled yet"
            yield RangeCheck(course.key, course.drug, False, f"range not checked: {reason}")
            continue
        for drug, held in _worth_saying(drugs, ranges):
            named = drug if drug == held[0].by.drug else f"{drug} in {held[0].by.drug}"
            yield _result(course, named, held, schedule, compared, ranges)


def _worth_saying(drugs: dict[str, list[Held]], ranges: Ranges) -> Iterator[tuple[str, list[Held]]]:
    """Every drug of a course; but a mere name for several drugs, of which the table knows nothing,
    goes without saying where the drugs do not."""
    for drug, held in drugs.items():
        if drug != held[0].by.drug or ranges.about([drug]) or not all(map(_is_a_name, held)):
            yield drug, held


def _is_a_name(held: Held) -> bool:
    """Whether the drug that is ordered is in no product: others are."""
    dose = held.by.dose
    assert dose is not None
    inside = [content.drug for taken in dose.taken for content in taken.product.contents]
    return bool(inside) and held.drug not in inside


def _result(
    course: Course,
    named: str,
    held: list[Held],
    schedule: Schedule,
    compared: Sequence[Compared],
    ranges: Ranges,
) -> RangeCheck:
    drug = held[0].drug
    mine = [one for one in compared if any(_same(each, course, drug) for each in one.given)]
    if not mine:
        reason = _not_checked(held, schedule, ranges)
        return RangeCheck(course.key, named, False, f"range not checked: {reason}")
    full = [each for each in mine if not each.only_above]
    rows = list({id(each.row): each.row for each in full or mine}.values())
    out = any(each.times > 1 for each in mine)
    kept = f"usual range {'NOT kept' if out else 'kept'}"
    if not full:
        kept = f"range not checked at this age; what is usual later {'IS' if out else 'not'} passed"
    said = "; ".join(row.words() for row in rows)
    return RangeCheck(
        course.key,
        named,
        bool(full),
        f"{kept}: {said}{_by_fit(rows, schedule, ranges)}{_unchecked(held, full or mine)}",
        "; ".join(dict.fromkeys(row.source for row in rows)).replace(".; ", "; "),
    )


def _same(held: Held, course: Course, drug: str) -> bool:
    return held.by.course == course.key and held.drug == drug


def _by_fit(rows: Sequence[Row], schedule: Schedule, ranges: Ranges) -> str:
    """That the row was not chosen by an age, where rows differ by it."""
    if age_on(schedule.plan, schedule.plan.start.day) is not None:
        return ""
    for row in rows:
        for other in ranges.about([row.drug]):
            if other.age != row.age and other.per == row.per and other.low and row.low:
                return "; the age is not known, and of the rows by age this one fits best"
    return ""


def _unchecked(given: Sequence[Held], compared: Sequence[Compared]) -> str:
    """What the table says nothing of, where it speaks of another part of the course."""
    spoken_of = {each.by.id for one in compared for each in one.given}
    doses: dict[str, list[bool]] = {}
    for each in given:
        doses.setdefault(each.by.phase.title, []).append(each.by.id in spoken_of)
    left = [
        title if not any(checked) else f"{checked.count(False)} of {len(checked)} doses of {title}"
        for title, checked in doses.items()
        if not all(checked)
    ]
    return f"; range not checked of {', '.join(left)}" if left else ""


def _not_checked(given: Sequence[Held], schedule: Schedule, ranges: Ranges) -> str:
    drug = given[0].drug
    rows = [
        row for row in ranges.about([drug]) if any(row.by(each.by.phase.route) for each in given)
    ]
    if not rows:
        return f"no row for {drug} by this route"
    kinds = {each.amount.unit.dimension for each in given}
    alike = [row for row in rows if row.amounts[0].unit.dimension in kinds]
    if not alike:
        units = " and ".join(dict.fromkeys(row.amounts[0].unit.name for row in rows))
        return f"the table knows {drug} in {units}, which is another kind of unit"
    ages = [age_on(schedule.plan, each.by.day) for each in given]
    if not any(row.counts_at(age) for row in alike for age in ages):
        return f"no row for {drug} at this age"
    return "the table's row needs the weight or the body surface"
