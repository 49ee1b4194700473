"""What products can make of a dose: the fewest pieces, exactly, and the nearest doses that can be
made (rule D7).

Everything is counted in whole parts: a tablet that may be halved is taken in halves, a liquid in
steps of the syringe. A dose is made only where whole parts add up to exactly that dose; several
strengths are put together by integer dynamic programming over the largest amount of which every
part is a multiple.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, gcd, lcm

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread
from regimen.product import Product, Split, Taken, taken_text
from regimen.protocol.dose import Rounding, RoundingMode
from regimen.quantity import Quantity, Unit

MOST_STEPS = 20_000  # of the common grid, in a dose of several strengths
_NOTHING = Fraction(0)


class Part(Struct, frozen=True):
    """What is taken of a product at once: `share` of a piece, or a step of the syringe in its
    unit. `amount` is the drug in it, in the base unit of the dose's dimension."""

    product: Product
    share: Fraction
    amount: Fraction


def made_up(products: tuple[Product, ...], drug: str, dose: Quantity) -> tuple[Taken, ...]:
    """The fewest pieces of these products that are exactly the dose; among equally many the fewest
    broken ones, then the stronger. Raises Misread where there are none, with the nearest doses
    that can be made."""
    parts = parts_of(products, drug, dose)
    counts = _counts(parts, dose.base)
    if counts is None:
        raise _not_made(products, parts, dose)
    taken = _taken(parts, counts)
    if len(products) > 1 and products[0].is_measured:
        return _poured(products, taken[0].amount)
    return taken


def rounded(
    products: tuple[Product, ...],
    drug: str,
    dose: Quantity,
    rounding: Rounding,
    limit: Quantity | None,
) -> Quantity:
    """The dose that these products can make next to this one, by the rule, and not above `limit`;
    zero where that is nothing. Raises Misread."""
    parts = parts_of(products, drug, dose)
    below, above = _nearest(parts, dose.base)
    up = rounding.mode is RoundingMode.UP
    if rounding.mode is RoundingMode.NEAREST:
        down_by, up_by = dose.base - below, above - dose.base
        up = up_by < down_by or (up_by == down_by and rounding.ties_up)
    chosen = above if up else below
    if limit is not None and chosen > limit.base:
        chosen = _nearest(parts, limit.base)[0]
    return _amount(chosen, dose)


def _amount(base: Fraction, like: Quantity) -> Quantity:
    return Quantity(base / like.unit.factor, like.unit)


# --- parts


def parts_of(products: tuple[Product, ...], drug: str, dose: Quantity) -> tuple[Part, ...]:
    """Every part that may be taken, the largest first. Raises Misread where the dose cannot be
    counted in these products."""
    counted = [each for each in products if each.form.unit.dimension is dose.unit.dimension]
    if dose.unit.dimension.is_counted and len(counted) != 1:
        why = "does not say of which product" if counted else "is of another form than the product"
        raise Misread(
            rules.WRONG_PRODUCT,
            f"a dose of {dose} {why}: {_listed(products)}",
            "write the dose as an amount of drug, or name one product of that form",
        )
    if products[0].is_measured:
        products = products[:1]  # containers of one liquid hold the same in every step
    found = [
        part
        for product in (counted or products)
        for part in _taken_of(product, _in_one(product, drug, dose))
    ]
    return tuple(sorted(found, key=lambda part: (-part.share, -part.amount)))


def _in_one(product: Product, drug: str, dose: Quantity) -> Fraction:
    """How much of the dose's kind is in one unit of the product: of drug, volume, pieces or whole
    containers, in the base unit of that kind."""
    kind, one = dose.unit.dimension, Quantity(Fraction(1), product.unit)
    if kind is one.unit.dimension:
        return one.base
    if kind is product.form.unit.dimension:
        assert product.size is not None  # a liquid is described with the size of its container
        return one.over(product.size)
    strength = product.strength_of(drug)
    if strength is None:
        raise Misread(
            rules.WRONG_PRODUCT,
            f"{dose} of {drug} could be any of what is in {product.title}",
            "name the course's drug after one of the contents, or write the dose in"
            f" {product.unit.name}",
        )
    if strength.unit.dimension is not kind:
        raise Misread(
            rules.DIMENSION,
            f"the dose is {kind} ({dose}), and the strength of {product.title} is"
            f" {strength.unit.dimension} ({strength})",
            "write both in one kind of unit; no conversion is assumed",
        )
    if one.unit.dimension is not product.base.unit.dimension:
        raise Misread(
            rules.WRONG_PRODUCT,
            f"{product.title} does not say how much one {product.form} holds, so {dose} cannot be"
            f" counted in {product.unit.name}",
            f"write the strength of one {product.form}, as in strength: 400 IU; or write the dose"
            f" in {product.unit.name}",
        )
    return strength.base * one.over(product.base)


def _taken_of(product: Product, in_one: Fraction) -> list[Part]:
    if product.step is not None:
        return [Part(product, product.step.value, product.step.value * in_one)]
    shares = [Fraction(1, parts) for parts in (1, 2, 4) if parts <= product.split.parts]
    return [Part(product, share, share * in_one) for share in shares]


def _listed(products: tuple[Product, ...]) -> str:
    return ", ".join(product.title for product in products)


# --- putting together


def _counts(parts: tuple[Part, ...], amount: Fraction) -> tuple[int, ...] | None:
    """How many of each part are exactly this amount; None where no number of them is."""
    grid, steps = _grid(parts, amount)
    if steps.denominator != 1:
        return None
    weights = _weights(parts, grid)
    if _of_one_product(parts):
        left, counts = int(steps), []
        for weight in weights:
            count, left = divmod(left, weight)
            counts.append(count)
        return tuple(counts)
    return _fewest(weights, _broken(parts), int(steps))


def _nearest(parts: tuple[Part, ...], amount: Fraction) -> tuple[Fraction, Fraction]:
    """The nearest amounts that can be made, not above and not below this one. The lower may be
    nothing at all."""
    grid, steps = _grid(parts, amount)
    below, above = floor(steps), ceil(steps)
    if not _of_one_product(parts):
        weights, broken = _weights(parts, grid), _broken(parts)
        while _fewest(weights, broken, below) is None:
            below -= 1
        while _fewest(weights, broken, above) is None:
            above += 1
    return grid * below, grid * above


def _of_one_product(parts: tuple[Part, ...]) -> bool:
    """Whether every amount on the grid can be made: parts of one piece divide each other."""
    return all(part.product is parts[0].product for part in parts)


def _grid(parts: tuple[Part, ...], amount: Fraction) -> tuple[Fraction, Fraction]:
    """The largest amount of which every part is a multiple, and how many of it the dose is. Raises
    Misread where a dose of several strengths is too many."""
    common = lcm(*[part.amount.denominator for part in parts])
    grid = Fraction(gcd(*[int(part.amount * common) for part in parts]), common)
    steps = amount / grid
    if steps > MOST_STEPS and not _of_one_product(parts):
        raise _too_many()
    return grid, steps


def _too_many() -> Misread:
    return Misread(
        rules.ABSURD,
        f"the products differ so much that more than {MOST_STEPS} combinations would have to be"
        " tried",
        "leave out the product that is too small for this dose, or too large",
    )


def _weights(parts: tuple[Part, ...], grid: Fraction) -> tuple[int, ...]:
    return tuple(int(part.amount / grid) for part in parts)


def _broken(parts: tuple[Part, ...]) -> tuple[bool, ...]:
    return tuple(part.share != 1 for part in parts)


def _fewest(
    weights: tuple[int, ...], broken: tuple[bool, ...], steps: int
) -> tuple[int, ...] | None:
    """How many parts of each weight add up to `steps`: the fewest, then the fewest broken, then
    those listed first; None where no number of them does."""
    last = _table(weights, broken, 1 << steps.bit_length())
    counts = [0] * len(weights)
    while steps:
        part = last[steps]
        if part is None:
            return None
        counts[part] += 1
        steps -= weights[part]
    return tuple(counts)


@lru_cache(maxsize=64)
def _table(
    weights: tuple[int, ...], broken: tuple[bool, ...], reach: int
) -> tuple[int | None, ...]:
    """For every number of steps below `reach`, the part to take first; None where none leads to
    exactly that number."""
    best: list[tuple[int, int] | None] = [(0, 0)]
    first: list[int | None] = [None]
    for steps in range(1, reach):
        found: tuple[int, int] | None = None
        chosen: int | None = None
        for part, weight in enumerate(weights):
            rest = best[steps - weight] if weight <= steps else None
            if rest is not None:
                cost = (rest[0] + 1, rest[1] + broken[part])
                if found is None or cost < found:
                    found, chosen = cost, part
        best.append(found)
        first.append(chosen)
    return tuple(first)


def _taken(parts: tuple[Part, ...], counts: tuple[int, ...]) -> tuple[Taken, ...]:
    """What is taken of each product, the strongest first, as the whole pieces come."""
    products = {part.product.key: part.product for part in parts}
    amounts = dict.fromkeys(products, _NOTHING)
    for part, count in zip(parts, counts, strict=True):
        amounts[part.product.key] += part.share * count
    return tuple(
        Taken(products[key], Quantity(amount, products[key].unit))
        for key, amount in amounts.items()
        if amount
    )


def _poured(products: tuple[Product, ...], volume: Quantity) -> tuple[Taken, ...]:
    """The volume out of containers of one liquid in several sizes: those that leave the least, and
    among these the fewest; the larger ones are emptied first. Raises Misread where that is too
    much to try."""
    step = products[0].step
    assert step is not None
    sized = sorted(
        ((_size(each, volume.unit), each) for each in products), key=lambda each: -each[0]
    )
    weights = tuple(int(size / step.value) for size, _ in sized)
    steps = int(volume.over(step))
    if steps + weights[0] > MOST_STEPS:
        raise _too_many()
    while (counts := _fewest(weights, (False,) * len(weights), steps)) is None:
        steps += 1
    taken, left = [], volume.value
    for (size, product), count in zip(sized, counts, strict=True):
        amount = min(left, count * size)
        if amount:
            taken.append(Taken(product, Quantity(amount, volume.unit)))
            left -= amount
    return tuple(taken)


def _size(product: Product, unit: Unit) -> Fraction:
    assert product.size is not None
    return product.size.to(unit).value


def _not_made(products: tuple[Product, ...], parts: tuple[Part, ...], dose: Quantity) -> Misread:
    """The refusal of a dose that cannot be made, with the nearest ones that can."""
    near = [
        f"{_amount(base, dose)} ({taken_text(_taken(parts, counts))})"
        for base in _nearest(parts, dose.base)
        if base and (counts := _counts(parts, base)) is not None
    ]
    return Misread(
        rules.CANNOT_BE_MADE,
        f"{dose} cannot be made exactly of {_listed(products)}{_ways(products)};"
        f" the nearest {'are' if len(near) > 1 else 'is'} {' and '.join(near)}",
        "choose a product that can make it; or let the protocol say how the dose is rounded, as in"
        " round: nearest piece, ties up",
    )


def _ways(products: tuple[Product, ...]) -> str:
    """How finely they can be taken: `, measured to 0.01 mL`; `, in halves`."""
    if products[0].step is not None:
        return f", measured to {products[0].step}"
    if len(products) == 1 and products[0].split is not Split.NEVER:
        return f", in {products[0].split}"
    return ""
