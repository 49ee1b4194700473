"""Which column of another system's table says what: by its name, where that has one meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from regimen import rules
from regimen.comparing.cells import Cell, Row
from regimen.finding import Finding, Misread, Place, Refusal, quoted, refuse
from regimen.quantity import Unit, read_unit

# The names by which a column is known, in small letters and with blanks for underscores.
NAMES: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day"),
    "weekday": ("weekday",),
    "time": ("time", "clock time"),
    "zone": ("zone", "time zone", "timezone"),
    "drug": ("drug", "drug name", "medicine", "medication"),
    "dose": ("dose", "amount"),
    "unit": ("unit", "units", "dose unit"),
    "ucum": ("ucum",),
    "route": ("route",),
    "over": ("over", "infused over"),
}
OURS = ("id", "date", "weekday", "time", "zone", "course", "phase")  # how our own tables begin
NEEDED = ("date", "drug", "dose")
_IN_UNIT = re.compile(r"(?P<name>[^(\[]*?) *[(\[](?P<unit>[^()\[\]]+)[)\]]")  # dose (mg)


class Header(Struct, frozen=True):
    """Where each value stands in a row; `unit` is that of a `dose (mg)` column."""

    at: Mapping[str, int]
    cells: Row
    unit: Unit | None

    @property
    def columns(self) -> dict[str, str]:
        """Each meaning with the name of its column."""
        return {meaning: self.cells[at].text for meaning, at in self.at.items()}

    @property
    def ours(self) -> bool:
        """Whether the table begins as our own do."""
        return tuple(cell.text for cell in self.cells[: len(OURS)]) == OURS

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(cell.text for at, cell in enumerate(self.cells) if at not in self.at.values())


def header_of(cells: Row, chosen: Mapping[str, str]) -> Header:
    """What the columns mean. `chosen` names the column of a meaning, or none with an empty text.

    Raises Refusal where a needed column is missing, or two may be meant.
    """
    findings = [*_unknown(cells, chosen)]
    at: dict[str, int] = {}
    unit: Unit | None = None
    for meaning in NAMES:
        meant = [*_meant(cells, meaning, chosen)]
        if len(meant) > 1:
            findings.append(_several(cells, meaning, meant))
        elif meant:
            at[meaning] = meant[0]
        elif meaning in NEEDED:
            findings.append(_none(cells, meaning))
    if "dose" in at:
        unit = _unit_in_name(cells[at["dose"]])
        if unit is not None and "unit" in at:
            findings.append(_several(cells, "unit", [at["dose"], at["unit"]]))
    if findings:
        raise Refusal(findings)
    return Header(at, cells, unit)


def _meant(cells: Row, meaning: str, chosen: Mapping[str, str]) -> Iterator[int]:
    for at, cell in enumerate(cells):
        if meaning in chosen:
            if chosen[meaning] and cell.text == chosen[meaning]:
                yield at
        elif cell.text not in chosen.values():
            match = _IN_UNIT.fullmatch(cell.text) if meaning == "dose" else None
            if _plain(match["name"] if match else cell.text) in NAMES[meaning]:
                yield at


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def _unit_in_name(cell: Cell) -> Unit | None:
    """The unit of `dose (mg)`. Raises Refusal where it is none."""
    match = _IN_UNIT.fullmatch(cell.text)
    if match is None:
        return None
    try:
        return read_unit(match["unit"].strip())
    except Misread as misread:
        raise Refusal([misread.finding(cell.place)]) from None


def _unknown(cells: Row, chosen: Mapping[str, str]) -> Iterator[Finding]:
    names = [cell.text for cell in cells]
    for meaning, name in chosen.items():
        if name and name not in names:
            yield Finding(
                rules.NO_COLUMN,
                f"there is no column {quoted(name)}, which was named for the {meaning}",
                f"its columns are {', '.join(map(quoted, names))}",
                cells[0].place,
            )


def _several(cells: Row, meaning: str, meant: list[int]) -> Finding:
    names = " and ".join(quoted(cells[at].text) for at in meant)
    neither = "" if meaning in NEEDED else f", or --column {meaning}= for neither"
    return Finding(
        rules.TWO_ANSWERS,
        f"the columns {names} may both say the {meaning}",
        f"name the one that is meant: --column {meaning}=NAME{neither}",
        cells[meant[1]].place,
    )


def _none(cells: Row, meaning: str) -> Finding:
    return Finding(
        rules.NO_COLUMN,
        f"the first line names no column for the {meaning}",
        f"call one of them {' or '.join(NAMES[meaning])}, or name it: --column {meaning}=NAME",
        cells[0].place,
    )


def no_rows(file: str) -> Refusal:
    """A table without anything to compare."""
    return refuse(
        rules.EMPTY_FILE,
        "the table holds no dose, so nothing would be compared",
        "check that this is the file you meant: a line with the names of the columns, then a line"
        " for each dose",
        Place(file, 1, 1),
    )
