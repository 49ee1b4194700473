"""The small texts of products: strengths, forms, sizes, what becomes of an opened container. Each
reader raises Misread."""

from __future__ import annotations

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language.texts import read_name, read_ref, read_word
from regimen.product import Form, Rest, Split
from regimen.protocol import Ref
from regimen.quantity import Dimension, Quantity, read_quantity
from regimen.timing import CalendarSpan, read_calendar_span

_OF_DRUG = (
    Dimension.MASS,
    Dimension.BIOLOGICAL,
    Dimension.SUBSTANCE,
    Dimension.EQUIVALENTS,
)
_WITHIN = "use within "


class Strength(Struct, frozen=True):
    """An amount of drug in one piece, or in the volume `per`."""

    amount: Quantity
    per: Quantity | None


def read_strength(text: str) -> Strength:
    """`5 mg` in one piece, `1000 mcg in 1 mL`."""
    amount_text, apart, volume_text = text.partition(" in ")
    if "/" in amount_text:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} does not say which volume it means",
            "write the amount and the whole volume: 1000 mcg in 1 mL, 250 mg in 5 mL",
        )
    amount = read_quantity(amount_text)
    if amount.unit.dimension not in _OF_DRUG:
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {amount.unit.dimension}, not an amount of a drug",
            "write the drug in one piece or in a volume: 5 mg, or 1000 mcg in 1 mL",
        )
    per = None
    if apart:
        per = read_quantity(volume_text)
        if per.unit.dimension is not Dimension.VOLUME:
            raise Misread(
                rules.DIMENSION,
                f"{quoted(volume_text)} is {per.unit.dimension}, not a volume",
                "write the volume that holds the amount, as in 1000 mcg in 1 mL; of a piece write"
                " the amount alone",
            )
    for each in (amount, per):
        if each is not None:
            _something(each, text)
    return Strength(amount, per)


def _something(amount: Quantity, text: str) -> Quantity:
    if not amount.value:
        raise Misread(rules.BAD_QUANTITY, f"{quoted(text)} holds nothing", "write what it holds")
    return amount


def read_rest(text: str) -> Quantity:
    """`16.2 mL`, `0.5 tablets`, `0 mL`: a volume or a number of pieces."""
    size = read_quantity(text)
    kind = size.unit.dimension
    if kind is not Dimension.VOLUME and not kind.is_counted:
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {kind}, not what a container holds",
            "write a volume or a number of pieces: 1 mL, 30 tablets",
        )
    return size


def read_size_or_part(text: str) -> Quantity:
    """`1.8 mL`, `3.5 tablets`: something of a product."""
    return _something(read_rest(text), text)


def read_size(text: str) -> Quantity:
    """`1 mL`, `30 tablets`."""
    size = _something(read_rest(text), text)
    if size.unit.dimension.is_counted and size.value.denominator != 1:
        raise Misread(
            rules.BAD_NUMBER,
            f"{quoted(text)} is not a whole number of pieces",
            "write how many whole pieces are in the pack",
        )
    return size


def read_step(text: str) -> Quantity:
    """`0.01 mL`: what a syringe or cup shows."""
    step = _something(read_quantity(text), text)
    if step.unit.dimension is not Dimension.VOLUME:
        raise Misread(
            rules.DIMENSION,
            f"{quoted(text)} is {step.unit.dimension}, not a volume",
            "write the smallest volume that the syringe or cup shows: 0.01 mL",
        )
    return step


def read_form(text: str) -> Form:
    return Form(read_word(text, tuple(Form)))


def read_split(text: str) -> Split:
    return Split(read_word(text, tuple(Split)))


def read_once_opened(text: str) -> Rest | CalendarSpan:
    """`discard`, `use until empty`, `use within 28 days`."""
    if text.startswith(_WITHIN):
        return read_calendar_span(text.removeprefix(_WITHIN))
    return Rest(read_word(text, tuple(Rest), f"{_WITHIN}28 days (or another time)"))


def read_product_name(text: str) -> str | Ref:
    """The name of a product, or of the choice that names one."""
    return read_ref(text) if text.startswith("$") else read_name(text)
