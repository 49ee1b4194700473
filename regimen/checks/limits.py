"""How near a plan comes to the limits of its drugs, for the pharmacist's totals.

A limit is a row of the table of usual doses that says the most that may be given per dose, day,
week or lifetime. What is over it is found with the usual doses; here the fullest of these is shown
for each, whether it is over or not.
"""

from __future__ import annotations

from collections.abc import Iterable

from regimen.checks.held import sum_of
from regimen.checks.usual_range import Compared
from regimen.schedule import Held, LimitCheck


def reached(comparisons: Iterable[Compared]) -> tuple[LimitCheck, ...]:
    """For each limit of each drug, the doses that come nearest to it, or are furthest over."""
    fullest: dict[tuple[str, int], Compared] = {}
    counted: dict[tuple[str, int], dict[str, Held]] = {}
    for each in comparisons:
        if each.row.limit is not None:
            key = each.given[0].drug, id(each.row)
            counted.setdefault(key, {}).update({one.by.id: one for one in each.given})
            if key not in fullest or each.amount > fullest[key].amount:
                fullest[key] = each
    return tuple(_check(each, tuple(counted[key].values())) for key, each in fullest.items())


def _check(compared: Compared, counted: tuple[Held, ...]) -> LimitCheck:
    row, limit = compared.row, compared.row.limit
    assert limit is not None
    return LimitCheck(
        drug=compared.given[0].drug,
        per=str(row.per),
        limit=limit,
        reached=compared.amount,
        before=compared.before,
        total=sum_of(compared.given),
        given=compared.given,
        counted=counted,
        sizes=compared.sizes,
        population=row.population,
        source=row.source,
    )
