"""What is given of each product, and what a plan uses up of it, drawn for a person."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from regimen.cli.columns import Column
from regimen.cli.drawing import indented, listed
from regimen.export.taken import given_text, supply_text
from regimen.export.words import clean
from regimen.schedule import CheckedSchedule

COLUMN = Column("Give", below=4, label="give")


def draw_supplies(out: Console, checked: CheckedSchedule, *, why: bool = False) -> None:
    """What to dispense of each product, what is given of it and what is left over; with `why`, of
    which doses that is the sum."""
    out.print(Text("Products", style="bold"))
    for supply in checked.totals.by_product:
        out.print(listed(clean(supply.product.title)))
        out.print(indented(supply_text(supply), ""))
        if why:
            out.print(indented(f"given {supply.given} = {given_text(checked, supply)}", "dim"))
