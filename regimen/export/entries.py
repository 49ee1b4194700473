"""What the calendar holds besides doses: visits, as words and rows that every export shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import time

from regimen.export.refusals import ExportMismatch
from regimen.export.rows import Row, rows_of, zone_of
from regimen.export.words import clean, weekday_title
from regimen.schedule import CheckedSchedule, Entry, EntryKind

ENTRY_HEADER = (
    "id", "date", "weekday", "time", "zone", "kind", "name", "what", "number", "of", "note",
)  # fmt: skip
PLACE = r"decision|visit (?P<place>\d+) of (?P<of>\d+)"


def entry_rows(checked: CheckedSchedule) -> Iterator[Row]:
    """A row for every entry, whose drug, route and dose are blank; `phase` says what it is."""
    for entry in checked.entries:
        yield Row(
            id=clean(entry.id),
            date=entry.day,
            weekday=weekday_title(entry.day),
            time=entry.time,
            zone=zone_of(checked, entry) or "",
            course=clean(entry.name),
            phase=clean(entry.what),
            number=entry.number,
            of=entry.of,
            course_number=entry.number,
            course_of=entry.of,
            drug="",
            route="",
            dose="",
            unit="",
            ucum="",
            note=clean(checked.notes_of(entry)),
        )


def calendar_rows(checked: CheckedSchedule) -> list[Row]:
    """Doses and entries in the order of their moments; on one day, doses without a time first."""
    rows = list(rows_of(checked))
    if checked.entries:
        rows += entry_rows(checked)
        rows.sort(key=lambda row: (row.date, row.time or time.min))  # keeps what is equal in order
    return rows


def place_text(entry: Entry) -> str:
    """`visit 1 of 2`, `decision`."""
    if entry.kind is EntryKind.DECISION:
        return str(entry.kind)
    return f"{entry.kind} {entry.number} of {entry.of}"


def place_read(text: str) -> tuple[int, int]:
    """The numbers of what `place_text` wrote. Raises ExportMismatch."""
    match = re.fullmatch(PLACE, text)
    if match is None:
        raise ExportMismatch(f"{text!r} is not a place")
    return int(match["place"] or 1), int(match["of"] or 1)


def counted(entries: Iterable[Entry]) -> str:
    """`4 visits and 1 decision`."""
    counts = Counter(each.kind for each in entries)
    parts = [f"{n} {kind}{'' if n == 1 else 's'}" for kind in EntryKind if (n := counts[kind])]
    return " and ".join(parts)
