"""What is taken of each product for a dose, and what a plan uses up: words and cells that every
export shares. Only plans whose protocol names products have any of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction

from regimen.export.facts import exact
from regimen.export.readback import AMOUNT, amount_read
from regimen.export.refusals import ExportMismatch
from regimen.export.words import clean
from regimen.product import Supply, pieces_text, taken_text
from regimen.quantity import UNITS, Quantity
from regimen.schedule import Administration, CheckedSchedule

SUPPLY_HEADER = (
    "product",
    "description",
    "dispense",
    "doses",
    "unknown",
    "given",
    "opened",
    "left_over",
    "unit",
    "left_over_of_drug",
)
SUPPLY_AMOUNTS = ("given", "opened", "left_over")
_JOINT = "; "
Cells = tuple[str, str]
Take = tuple[str, Fraction, str]  # the product's key, how much, and of which unit's name


def cells_of(administration: Administration) -> Cells:
    """The products by their keys, and what is taken of each: `five; one` and `2 tablets; 1
    tablet`."""
    taken = administration.dose.taken if administration.dose else ()
    keys = _JOINT.join(each.product.key for each in taken)
    return keys, _JOINT.join(str(each.amount) for each in taken)


def cells_read(keys: str, amounts: str) -> tuple[Take, ...]:
    """What such cells say. Raises ExportMismatch."""
    pairs = zip(keys.split(_JOINT), amounts.split(_JOINT), strict=True)
    return tuple(_take(key, amount) for key, amount in pairs) if keys or amounts else ()


def _take(key: str, text: str) -> Take:
    number, unit = amount_read(text)
    if number is None or unit is None:
        raise ExportMismatch(f"{text!r} does not say how much of {key}")
    return key, number, unit


def give_text(administration: Administration) -> str:
    """`0.1 mL`, `2 tablets of 5 mg + ½ tablet of 2 mg`; nothing where no product is named."""
    return clean(taken_text(administration.dose.taken)) if administration.dose else ""


_NUMBER = r"(?:[0-9\u202f]+(?:\.[0-9]+)?[¼½¾]?|[¼½¾])"
_NAMES = {name: unit.name for unit in UNITS for name in (unit.name, unit.singular) if name}
_GIVEN = re.compile(
    rf"(?P<number>{_NUMBER}) (?P<unit>{'|'.join(map(re.escape, sorted(_NAMES, key=len)[::-1]))})"
    r"(?: (?:of|from) .+)?"
)
_PARTS = {"¼": Fraction(1, 4), "½": Fraction(1, 2), "¾": Fraction(3, 4)}


def give_read(text: str) -> tuple[Take, ...]:
    """What such words say, without the products' keys. Raises ExportMismatch."""
    return tuple(_given(part) for part in text.split(" + ")) if text else ()


def _given(text: str) -> Take:
    match = _GIVEN.fullmatch(text)
    if match is None:
        raise ExportMismatch(f"{text!r} does not say what is given")
    number = match["number"].replace("\u202f", "")
    part = _PARTS.get(number[-1], Fraction(0))
    whole = number.rstrip("¼½¾")
    return "", Fraction(whole or 0) + part, _NAMES[match["unit"]]


def product_lines(administration: Administration) -> Iterator[str]:
    """`Give: 0.1 mL of vitamin B12 1000 mcg in 1 mL, ampoule of 1 mL [ampoule]`."""
    for each in administration.dose.taken if administration.dose else ():
        yield f"Give: {each.amount} of {each.product.title} [{each.product.key}]"


_LINE = re.compile(rf"Give: (?P<amount>{AMOUNT}) of .* \[(?P<key>[a-z0-9_]+)\]")


def lines_read(lines: list[str]) -> tuple[Take, ...]:
    """What such lines say, among others. Raises ExportMismatch."""
    return tuple(_line(line) for line in lines if line.startswith("Give: "))


def _line(text: str) -> Take:
    match = _LINE.fullmatch(text)
    if match is None:
        raise ExportMismatch(f"{text!r} does not say what is given")
    return _take(match["key"], match["amount"])


def supply_cells(supply: Supply) -> tuple[object, ...]:
    """A row under SUPPLY_HEADER, its amounts exact plain decimals."""
    return (
        supply.product.key,
        clean(supply.product.title),
        supply.dispensed,
        supply.doses,
        supply.unknown,
        exact(supply.given),
        exact(supply.opened),
        exact(supply.waste),
        supply.given.unit.name,
        clean(left_over(supply)),
    )


def supply_record(supply: Supply) -> dict[str, object]:
    return dict(zip(SUPPLY_HEADER, supply_cells(supply), strict=True))


def supply_read(record: Mapping[str, object]) -> tuple[object, ...]:
    """What such a row says, whether its numbers are texts, or numbers of a spreadsheet."""
    names = ("product", "description", "dispense", "doses", "unknown", "unit")
    amounts = (Fraction(str(record[name])) for name in SUPPLY_AMOUNTS)
    return (*(record[name] for name in names), *amounts)


def left_over(supply: Supply) -> str:
    """`vitamin B12 16.2 mg`: what is left over as drug; nothing where nothing is."""
    return " + ".join(map(str, supply.left_over))


def given_text(checked: CheckedSchedule, supply: Supply) -> str:
    """`18 × 0.1 mL`: the doses that what is given of a product is the sum of."""
    counts: Counter[Quantity] = Counter()
    for each in checked.administrations:
        for taken in each.dose.taken if each.dose else ():
            if taken.product.key == supply.product.key:
                counts[taken.amount] += 1
    return " + ".join(f"{count} × {pieces_text(amount)}" for amount, count in counts.items())


def supply_text(supply: Supply) -> str:
    """`18 ampoules of 1 mL: 1.8 mL given in 18 doses, 16.2 mL left over (vitamin B12
    16.2 mg)`."""
    drug = left_over(supply)
    words = f"{supply.given} given in {supply.doses} dose{'' if supply.doses == 1 else 's'}"
    rest = f"{supply.waste} left over{f' ({drug})' if drug else ''}"
    if not supply.waste.value:
        rest = "nothing left over"
    text = f"{supply.dispensed}: {words}, {rest}"
    if supply.unknown:
        text += f"; {supply.unknown} doses are not known yet and not counted"
    return clean(text)
