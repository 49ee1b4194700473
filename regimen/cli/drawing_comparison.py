"""A comparison drawn for a person: what was compared, every difference, and the sums."""

from __future__ import annotations

from rich.text import Text

from regimen.cli.columns import Column, Columns
from regimen.cli.drawing import (
    console,
    day_cell,
    draw_overrides,
    draw_row,
    draw_title,
    flush,
    listed,
)
from regimen.cli.terminal import counted
from regimen.comparison import Comparison, Difference, Kind, Sums
from regimen.export.comparison_words import said, summary_of
from regimen.export.words import clean

_COLUMNS = (
    Column("Day"),
    Column("Drug", gives=True),
    Column("Difference", gives=True),
    Column("Ours", gives=True),
    Column("Theirs", gives=True),
    Column("Line", right=True, below=1, label="line"),
)


def draw_comparison(of: Comparison) -> None:
    rows = [_cells(of, each) for each in of.differences]
    columns = Columns(_COLUMNS, rows)
    out = console(columns)
    draw_title(out, of.checked.schedule)
    given = counted(len(of.lines), "dose")
    out.print(flush(f"Compared with {of.file}, which has {given}.", "bold"))
    out.print(listed(f"Columns read: {_read(of)}."))
    if of.unread:
        out.print(listed(f"Columns not read: {', '.join(of.unread)}."))
    for theirs, ours in of.drugs.items():
        out.print(listed(f"Taken for {ours}, as you said: {theirs}."))
    for remark in of.remarks:
        out.print(listed(remark, "yellow"))
    out.print()
    if rows:
        out.print(columns.head())
        for row in rows:
            draw_row(out, columns, row)
        out.print()
    for hint in _hints(of):
        out.print(flush(hint))
    out.print(Text("Sums", style="bold"))
    for sums in of.sums:
        out.print(listed(_sums(sums), "" if _agree(sums) else "yellow"))
    style = "bold red" if of.differences else "bold green"
    out.print(flush(summary_of(of), style))
    draw_overrides(out, of.checked)


def _cells(of: Comparison, each: Difference) -> list[str]:
    ours, theirs = each.ours, each.theirs
    day = ours.day if ours is not None else theirs.day if theirs is not None else None
    drug = ours.drug if ours is not None else theirs.named if theirs is not None else ""
    assert day is not None
    where = "in theirs" if each.kind in (Kind.MISSING, Kind.EXTRA) else ""
    return [
        day_cell(day),
        clean(drug),
        f"{each.kind} {where}".rstrip(),
        *said(of, each),
        str(theirs.place.line) if theirs is not None else "",
    ]


def _read(of: Comparison) -> str:
    """`Given on (the date), drug, dose`"""
    return ", ".join(
        name if meaning == name.lower() else f"{name} (the {meaning})"
        for meaning, name in of.columns.items()
    )


def _hints(of: Comparison) -> list[str]:
    """What to type where another name may be the same drug: it is never taken for it."""
    names = {
        (each.theirs.drug, each.ours.drug): None
        for each in of.differences
        if each.kind is Kind.OTHER_DRUG and each.ours is not None and each.theirs is not None
    }
    return [
        clean(f'If {theirs!r} is {ours}, say so: --drug "{theirs}={ours}"')
        for theirs, ours in names
    ]


def _agree(sums: Sums) -> bool:
    return (sums.our_doses, sums.our_amount) == (sums.their_doses, sums.their_amount)


def _sums(sums: Sums) -> str:
    ours = f"{counted(sums.our_doses, 'dose')}, {sums.our_amount or 'not stated'}"
    theirs = f"{counted(sums.their_doses, 'dose')}, {sums.their_amount or 'not stated'}"
    return f"{sums.drug}: {ours}; theirs {'the same' if _agree(sums) else theirs}"
