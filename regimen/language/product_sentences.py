"""The products of a protocol read back as sentences."""

from __future__ import annotations

from regimen.product import Product, Rest, Split
from regimen.protocol import OneOf


def product(each: Product) -> str:
    """`ampoule: vitamin B12 1000 mcg in 1 mL, ampoule of 1 mL, measured to 0.01 mL. …`"""
    words = each.title
    if each.size is not None and not each.is_measured:
        words += f", in {_a(each.container)}"
    if each.split is not Split.NEVER:
        words += f", which may be broken into {each.split}"
    if each.step is not None:
        words += f", measured to {each.step}"
    return f"{each.key}: {words}.{_rest(each)}"


def _rest(each: Product) -> str:
    if each.size is None:
        return ""
    what = f"the rest of an opened {each.container.partition(' ')[0]}"
    if each.once_opened is Rest.DISCARDED:
        return f" For each dose one is opened, and {what} is discarded."
    if each.once_opened is Rest.KEPT:
        return f" {what.capitalize()} is used until it is empty."
    return f" {what.capitalize()} may be used within {each.once_opened}, and not after."


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def names(products: tuple[Product, ...] | OneOf) -> str:
    """What a phase's doses are made up of."""
    if isinstance(products, OneOf):
        return f"the product that «{products.ref.name}» names"
    return " and ".join(each.title for each in products)
