"""The doses that another system's table states, a line each, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct

from regimen import rules
from regimen.comparing.cells import SEPARATORS, Cell, Row, rows_of
from regimen.comparing.columns import Header, header_of, no_rows
from regimen.comparing.values import (
    Ambiguous,
    check_ucum,
    check_weekday,
    read_day,
    read_dose,
    read_length,
    read_time,
)
from regimen.comparison import Line
from regimen.export.table import original
from regimen.finding import Finding, Misread, Refusal
from regimen.quantity import Quantity, read_unit
from regimen.route import read_route

MOST_FINDINGS = 20  # nobody mends more of them at once
T = TypeVar("T")


class Table(Struct, frozen=True):
    header: Header
    lines: tuple[Line, ...]


def read_table(text: str, file: str, columns: Mapping[str, str], drugs: Mapping[str, str]) -> Table:
    """The table's doses. `columns` names the column of a meaning, `drugs` our name of a drug by
    theirs. Raises Refusal with the place of everything that cannot be taken in one way only, and
    where there is nothing to take."""
    rows = rows_of(text, _separator(text, file), file)
    names = next(rows, None)
    if names is None:
        raise no_rows(file)
    header = header_of([Cell(original(cell.text), cell.place) for cell in names], columns)
    lines: list[Line] = []
    findings: list[Finding] = []
    for row in rows:
        reader = _RowReader(row, header)
        line = reader.line(drugs)
        findings += reader.findings
        if line is not None:
            lines.append(line)
        if len(findings) >= MOST_FINDINGS:
            break
    if findings:
        raise Refusal(findings[:MOST_FINDINGS])
    if not lines:
        raise no_rows(file)
    return Table(header, tuple(lines))


def _separator(text: str, file: str) -> str:
    """What sets the names of the columns apart: of comma, semicolon and tab the one that makes
    most of them, the others being part of a name."""

    def names(separator: str) -> int:
        try:
            return len(next(rows_of(text, separator, file), []))
        except Refusal:  # a quoted name ends at another separator
            return 0

    return max(SEPARATORS, key=names)


class _RowReader:
    """One row, with what is wrong in it."""

    def __init__(self, row: Row, header: Header) -> None:
        self.row, self.header = row, header
        self.findings: list[Finding] = []

    def line(self, drugs: Mapping[str, str]) -> Line | None:
        cells, names = self.row, self.header.cells
        if len(cells) != len(names):
            self.findings.append(
                Finding(
                    rules.TORN_TABLE,
                    f"this line has {len(cells)} cells and the first line has {len(names)}",
                    "write each cell that holds a separator in quotation marks, and leave no cell"
                    " out",
                    cells[0].place,
                )
            )
            return None
        if self.header.ours and not self.text("drug") and not self.text("dose"):
            return None  # a visit or a decision
        when = self.read("date", read_day)
        clock = self.optional("time", read_time)
        if when is not None:
            day, behind = when
            self.optional("weekday", lambda text: check_weekday(text, day))
            if behind is not None and clock is not None:
                self.add("time", _two_times())
            clock = behind or clock
        drug = self.read("drug", _drug)
        dose = self.dose()
        zone = self.optional("zone", str)
        route = self.optional("route", read_route)
        over = self.optional("over", read_length)
        if self.findings or when is None or drug is None:
            return None
        return Line(
            place=cells[0].place,
            day=when[0],
            time=clock,
            zone=zone,
            drug=drug,
            named=drugs.get(plain(drug), drug),
            dose=dose,
            route=route,
            over=over,
        )

    def dose(self) -> Quantity | None:
        unit = self.optional("unit", read_unit)
        if unit is None and self.text("unit"):
            return None  # what stands there is no unit, and was said so
        dose = self.read("dose", lambda text: read_dose(text, unit, self.header.unit))
        self.optional("ucum", lambda code: check_ucum(code, dose))
        return dose

    def read(self, meaning: str, read: Callable[[str], T]) -> T | None:
        """The value of the row's cell; None, with a finding, where it cannot be read."""
        try:
            return read(self.text(meaning))
        except Misread as misread:
            self.add(meaning, misread)
            return None

    def optional(self, meaning: str, read: Callable[[str], T]) -> T | None:
        """The same, where there is such a column and something stands in it."""
        return self.read(meaning, read) if self.text(meaning) else None

    def text(self, meaning: str) -> str:
        at = self.header.at.get(meaning)
        return self.row[at].text if at is not None else ""

    def add(self, meaning: str, misread: Misread) -> None:
        place = self.row[self.header.at[meaning]].place
        readings = misread.readings if isinstance(misread, Ambiguous) else ()
        self.findings.append(Finding(misread.rule, misread.what, misread.mend, place, "", readings))


def plain(drug: str) -> str:
    """A drug's name without regard to small and large letters and to blanks."""
    return " ".join(drug.casefold().split())


def _drug(text: str) -> str:
    if not text:
        raise Misread(
            rules.NO_DRUG,
            "the line names no drug",
            "name the drug, or leave the line out if it is no dose",
        )
    return original(text)


def _two_times() -> Misread:
    return Misread(
        rules.TWO_ANSWERS,
        "there is a clock time behind the date and another in the column for the time",
        "state one of them",
    )
