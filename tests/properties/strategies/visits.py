"""Visits: dated entries without a drug, tied to the start or to a course."""

from __future__ import annotations

from tests.properties.strategies.making import Making
from tests.properties.strategies.texts import span


def draw_visits(making: Making) -> None:
    tied = [name for name, course in making.courses.items() if "when" not in course]
    for name in ("review", "level")[: making.number(1, 2)]:
        units = ("day", "week", "month") if making.scope.months else ("day", "week")
        count, unit = making.number(1, 5), making.pick(units)
        anchor = "start"
        if tied and making.chance(2):
            anchor = f"{making.pick(tied)}.{making.pick(('first', 'last', 'begin'))}"
        side = "before" if making.chance(5) else "after"
        visit = {"begins": f"{span(count, unit)} {side} {anchor}"}
        kind = making.pick(("once", "times", "for", "until"))
        if kind != "once":
            visit["every"] = span(making.number(1, 4), making.pick(units))
        if kind == "times":
            visit["times"] = str(making.number(1, 4))
        elif kind == "for":
            visit["for"] = span(making.number(1, 20), "week")
        elif kind == "until":
            visit["begins"] = "start"
            course = making.pick([*tied, None])
            until = "3 months after start" if course is None else f"{course}.last"
            visit["through"] = until if making.scope.months or course else "12 weeks after start"
        making.visits[name] = visit
        if not making.fine():
            del making.visits[name]
