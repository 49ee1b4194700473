"""What the sheet shows of products: what to give beside each dose, and what to dispense."""

from __future__ import annotations

from regimen.export.markup import Html, tag
from regimen.export.taken import give_text, left_over
from regimen.product import Supply
from regimen.schedule import Administration, CheckedSchedule

NO_BREAK = "\N{NO-BREAK SPACE}"
_TITLES = ("Product", "Dispense", "Doses", "Given", "Opened", "Left over", "of drug")
STYLE = """
.take { display: block; font-size: 8.5pt; font-weight: normal; text-wrap: balance; }
.record .take { font-size: 10pt; font-weight: bold; }
.products { break-inside: avoid; }
.products th, .products td { border: 0.25mm solid #777; padding: 0.8mm 1.2mm; }
.products thead th { background: #eee; font-size: 9pt; }
"""


def taken(administration: Administration) -> Html:
    """What to give. A line may end before a plus and before an `of`, but tears no number from what
    it counts."""
    parts = [_unbroken(part) for part in give_text(administration).split(" + ")]
    return tag("span", f" +{NO_BREAK}".join(parts), class_="take")


def _unbroken(part: str) -> str:
    amount, of, strength = part.replace(" ", NO_BREAK).partition(f"{NO_BREAK}of{NO_BREAK}")
    return f"{amount} of{NO_BREAK}{strength}" if of else amount


def products(checked: CheckedSchedule) -> Html:
    """What the plan uses up of each product."""
    head = tag("tr", *(tag("th", title, scope="col") for title in _TITLES))
    rows = [_row(supply) for supply in checked.totals.by_product]
    return tag(
        "section",
        tag("h2", "Products"),
        tag("table", tag("thead", head), tag("tbody", *rows)),
        class_="products",
    )


def _row(supply: Supply) -> Html:
    unknown = f" (and {supply.unknown} not known yet)" if supply.unknown else ""
    amounts = (supply.given, supply.opened, supply.waste)
    return tag(
        "tr",
        tag("th", supply.product.title, scope="row"),
        tag("td", supply.dispensed),
        tag("td", f"{supply.doses}{unknown}", class_="number"),
        *(tag("td", str(amount), class_="number") for amount in amounts),
        tag("td", left_over(supply)),
    )
