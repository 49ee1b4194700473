"""What a plan uses up of each product: containers opened, how long they last, what is left over
(rule D7).

Tablets and their like come out of one pack after the other, and a broken half waits for the next
dose. Of a liquid, the file says what becomes of the rest. A dose is drawn from two vials, ampoules
or syringes only where one alone could not hold it: parts of two are not put together to make up a
dose. From bottles, the rest of one and the beginning of the next make up a dose.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import ceil

from msgspec import Struct

from regimen.product import Form, Product, Rest, Supply
from regimen.quantity import Quantity
from regimen.schedule import Schedule
from regimen.timing import CalendarSpan, Moment, MonthEnd, moment_after

_NOTHING = Fraction(0)


def supplies(schedule: Schedule) -> tuple[Supply, ...]:
    """What is used up of every product that the plan's phases name, in the order in which they
    name them."""
    products: dict[str, Product] = {}
    for phase in schedule.phases:
        products.update({each.key: each for each in phase.products})
    return tuple(_supply(product, schedule) for product in products.values())


def _supply(product: Product, schedule: Schedule) -> Supply:
    taken: list[tuple[date, Fraction]] = []
    unknown = 0
    for each in schedule.administrations:
        if each.dose is None:
            unknown += product in each.phase.products
            continue
        taken += [
            (each.day, one.amount.to(product.unit).value)
            for one in each.dose.taken
            if one.product.key == product.key
        ]
    given = sum([amount for _, amount in taken], _NOTHING)
    containers = _opened(product, taken)
    held = Fraction(1) if product.size is None else product.size.to(product.unit).value
    return Supply(
        product=product,
        doses=len(taken),
        unknown=unknown,
        given=Quantity(given, product.unit),
        containers=containers,
        opened=Quantity(held * containers, product.unit),
    )


class _Open(Struct):
    """The container that is open: what is left in it, and the day from which it is too old."""

    left: Fraction = _NOTHING
    until: date | None = None


def _opened(product: Product, taken: Iterable[tuple[date, Fraction]]) -> int:
    """How many containers are opened for these amounts, which are in order of their days."""
    if product.size is None:
        return ceil(sum([amount for _, amount in taken], _NOTHING))
    size, opened, current = product.size.to(product.unit).value, 0, _Open()
    for day, amount in taken:
        if product.once_opened is Rest.DISCARDED or (
            current.until is not None and day >= current.until
        ):
            current = _Open()
        if current.left < amount:
            # Parts of two vials are not put together, but what is more than one can hold must be.
            rest = current.left if _runs_on(product) else _NOTHING
            fresh = ceil((amount - rest) / size)
            opened += fresh
            current = _Open(rest + fresh * size, _until(product, day))
        current.left -= amount
    return opened


def _runs_on(product: Product) -> bool:
    """Whether the rest of one container and the beginning of the next may make up a dose."""
    return not product.is_measured or product.form is Form.BOTTLE


def _until(product: Product, day: date) -> date | None:
    if not isinstance(product.once_opened, CalendarSpan):
        return None
    return moment_after(Moment(day), product.once_opened, MonthEnd.CLAMP).day
