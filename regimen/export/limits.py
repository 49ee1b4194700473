"""How near the drugs come to their limits, in words and cells that the totals share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from regimen.export.facts import exact
from regimen.export.words import clean
from regimen.figures import Given, parts_of
from regimen.protocol.words import counted_doses
from regimen.quantity import decimal_text
from regimen.schedule import CheckedSchedule, LimitCheck

_SIZES = {"/kg": "weight", "/m²": "surface"}
_TIMES = {"dose": "a dose", "day": "a day", "week": "a week", "lifetime": "in a lifetime"}
LIMIT_HEADER = (
    "limit",
    "limit_reached",
    "limit_left",
    "limit_unit",
    "limit_per",
    "given_before",
    "limit_for",
    "limit_source",
)


def sum_of(limit: LimitCheck) -> str:
    """`4 × 102 mg`"""
    parts = parts_of(Given(each.drug, each.amount, each.by) for each in limit.given)
    return " + ".join(f"{part.count} × {part.words}" for part in parts)


def limit_text(limit: LimitCheck) -> str:
    """`methotrexate: 25 mg of 30 mg a week (adults), 5 mg left`."""
    sign, time = _sign(limit), limit.per.rpartition("/")[2]
    over = limit.reached - limit.limit
    rest = (
        f"{limit.left.shown}{sign} left" if limit.left is not None else f"{over.shown}{sign} OVER"
    )
    words = f"{limit.reached.shown}{sign} of {limit.limit}{sign} {_TIMES.get(time, time)}"
    return clean(f"{limit.drug}: {words} ({limit.population}), {rest}{_parts_of(limit, sign)}")


def limit_line(limit: LimitCheck, checked: CheckedSchedule) -> str:
    """The same, and what it does not count."""
    remark = not_counted(limit, checked)
    return f"{limit_text(limit)}{f'; {remark}' if remark else ''}"


def _sign(limit: LimitCheck) -> str:
    """What stands behind an amount on the limit's basis: `/m²`, or nothing."""
    scale, slash, _ = limit.per.rpartition("/")
    return f"{slash}{scale}"


def _parts_of(limit: LimitCheck, sign: str) -> str:
    """`; 408 mg in this plan, 100 mg/m² given before`, as far as that says more."""
    parts = [f"{limit.total} in this plan"] if sign or limit.before else []
    if limit.before is not None:
        parts.append(f"{limit.before}{sign} given before")
    if len(set(limit.sizes)) > 1:
        parts.append(f"each dose by the {_SIZES.get(sign, 'size')} of its day")
    return f"; {', '.join(parts)}" if parts else ""


def not_counted(limit: LimitCheck, checked: CheckedSchedule) -> str:
    """What must be said of a limit that reaches beyond what is counted; or nothing."""
    said = []
    if limit.before is None and limit.per.endswith("lifetime"):
        said.append("what was given before this plan is not counted")
    if left := _left_out(limit, checked):
        said.append(f"{left} open {'doses are' if left > 1 else 'dose is'} not counted")
    return "; ".join(said)


def _left_out(limit: LimitCheck, checked: CheckedSchedule) -> int:
    """How many doses that the limit is about are still open."""
    routes = {each.by.phase.route for each in limit.counted}
    return sum(
        each.dose is None
        and each.drug.lower() == limit.drug.lower()
        and limit.course in (None, each.course)
        and (limit.stated or each.phase.route in routes)
        for each in checked.administrations
    )


def made_smaller(checked: CheckedSchedule) -> Iterator[str]:
    """What the protocol's own limits per dose, day, week or cycle did to the doses of each drug
    that has any: `vincristine: 6 of 6 doses made smaller by the protocol, at most 2 mg/dose`."""
    drugs = dict.fromkeys(each.drug for each in checked.administrations if each.phase.written.caps)
    for drug in drugs:
        doses = [each.dose for each in checked.administrations if each.drug == drug]
        limits = Counter(dose.limit for dose in doses if dose is not None and dose.limit)
        for limit, count in limits.items():
            part = f"{count} of {counted_doses(len(doses))}"
            yield clean(f"{drug}: {part} made smaller by the protocol, {limit}")
        if not limits:
            yield clean(f"{drug}: no dose was made smaller by the protocol's own limits")


def without_limit(checked: CheckedSchedule) -> list[str]:
    """The drugs of the plan for which the table of usual doses has no limit."""
    known = {limit.drug for limit in checked.limits}
    known.update(each.by.drug for limit in checked.limits for each in limit.given)
    drugs = dict.fromkeys(each.drug for each in checked.administrations)
    return [drug for drug in drugs if drug not in known]


def limit_cells(limit: LimitCheck, checked: CheckedSchedule) -> Iterator[tuple[str, str]]:
    """Its cells by the name of their column."""
    note = "; ".join(filter(None, ("over the limit" * limit.is_over, not_counted(limit, checked))))
    yield from (("drug", limit.drug), ("doses", str(len(limit.given))))
    yield from (("total", exact(limit.total)), ("unit", limit.total.unit.name))
    if limit.given:
        yield from (
            ("first", str(limit.given[0].by.moment)),
            ("last", str(limit.given[-1].by.moment)),
        )
    yield from (("sum_of", sum_of(limit)), ("note", note))
    for name, amount in (("reached", limit.reached), ("left", limit.left)):
        if amount is not None:
            value = amount.to(limit.limit.unit).value
            yield (f"limit_{name}", decimal_text(value) or str(value))
    yield from (("limit", exact(limit.limit)), ("limit_unit", limit.limit.unit.name))
    if limit.before is not None:
        yield ("given_before", exact(limit.before.to(limit.limit.unit)))
    yield from (("limit_per", limit.per), ("limit_for", limit.population))
    yield ("limit_source", limit.source)
