"""How near the drugs come to their limits, in words and cells that the totals share."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.export.facts import exact
from regimen.export.words import clean
from regimen.figures import given_by, parts_of
from regimen.quantity import decimal_text
from regimen.schedule import CheckedSchedule, LimitCheck

_TIMES = {"dose": "a dose", "day": "a day", "week": "a week", "lifetime": "in a lifetime"}
LIMIT_HEADER = (
    "limit",
    "limit_reached",
    "limit_unit",
    "limit_per",
    "given_before",
    "limit_for",
    "limit_source",
)


def sum_of(limit: LimitCheck) -> str:
    """`4 × 102 mg`"""
    parts = parts_of(map(given_by, limit.given))
    return " + ".join(f"{part.count} × {part.words}" for part in parts)


def limit_text(limit: LimitCheck) -> str:
    """`methotrexate: 25 mg of 30 mg a week (adults), 5 mg left`."""
    scale, slash, time = limit.per.rpartition("/")
    sign = f"{slash}{scale}"
    left = limit.limit - limit.reached
    rest = f"{left.times(-1).shown}{sign} OVER" if limit.is_over else f"{left.shown}{sign} left"
    words = f"{limit.reached.shown}{sign} of {limit.limit}{sign} {_TIMES.get(time, time)}"
    return clean(f"{limit.drug}: {words} ({limit.population}), {rest}{_parts_of(limit, sign)}")


def _parts_of(limit: LimitCheck, sign: str) -> str:
    """`; 408 mg in this plan, 100 mg/m² given before`, as far as that says more."""
    parts = [f"{limit.total} in this plan"] if sign or limit.before else []
    if limit.before:
        parts.append(f"{limit.before}{sign} given before")
    return f"; {', '.join(parts)}" if parts else ""


def not_counted(limit: LimitCheck) -> str:
    """What must be said of a limit that reaches beyond this plan; or nothing."""
    if limit.before is not None or not limit.per.endswith("lifetime"):
        return ""
    return "what was given before this plan is not counted"


def without_limit(checked: CheckedSchedule) -> list[str]:
    """The drugs of the plan for which no limit is known."""
    known = {each.drug for limit in checked.limits for each in limit.given}
    drugs = dict.fromkeys(each.drug for each in checked.administrations)
    return [drug for drug in drugs if drug not in known]


def limit_cells(limit: LimitCheck) -> Iterator[tuple[str, str]]:
    """Its cells by the name of their column."""
    yield from (("drug", limit.drug), ("doses", str(len(limit.given))))
    yield from (("total", exact(limit.total)), ("unit", limit.total.unit.name))
    yield from (("first", str(limit.given[0].moment)), ("last", str(limit.given[-1].moment)))
    yield from (("sum_of", sum_of(limit)), ("note", not_counted(limit)))
    reached = limit.reached.to(limit.limit.unit).value
    yield ("limit_reached", decimal_text(reached) or str(reached))
    yield from (("limit", exact(limit.limit)), ("limit_unit", limit.limit.unit.name))
    if limit.before is not None:
        yield ("given_before", exact(limit.before.to(limit.limit.unit)))
    yield from (("limit_per", limit.per), ("limit_for", limit.population))
    yield ("limit_source", limit.source)
