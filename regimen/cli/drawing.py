"""Schedules and lists drawn for a person, no wider than the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from regimen.cli.columns import Column, Columns
from regimen.cli.terminal import counted, one_line
from regimen.export.entries import counted as counted_entries
from regimen.export.words import (
    answer_text,
    clean,
    day_text,
    dose_text,
    overrides,
    plan_findings,
    still_open,
    tolerance_texts,
)
from regimen.schedule import NOT_STATED, Administration, Entry, EntryKind

if TYPE_CHECKING:
    from regimen.protocol import Protocol
    from regimen.schedule import CheckedSchedule, Dated, Schedule, Total

_COLUMNS = (
    Column("Day"),
    Column("Drug", gives=True),
    Column("Dose", right=True),
    Column("Route", gives=True),
    Column("Number", right=True),
    Column("Phase", gives=True),
)
_AFTER_DOSE = 3


def console(preferred: Columns, spare: Columns | None = None) -> tuple[Console, Columns]:
    """Standard output, and the columns to print there: those preferred where they fit, else the
    `spare` ones, narrowed. Where standard output is no terminal and no width is set, all fit."""
    out = Console(markup=False, highlight=False, emoji=False)
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        out.width = max(preferred.width, 100)
    columns = preferred if spare is None or preferred.fit(out.width) else spare
    columns.squeeze(out.width)
    out.width = max(out.width, columns.width)  # a terminal may break lines, but loses none
    return out, columns


# --- the schedule


def draw_schedule(
    schedule: Schedule, checked: CheckedSchedule | None, label: str | None, *, why: bool
) -> None:
    """The administrations with a blank line between weeks, then what they add up to. `checked` is
    None while an error stands; the table is then for looking at, and says so at both ends."""
    given = schedule.administrations
    notes = [_note(schedule, each) for each in given]
    rows = [_cells(each) for each in given]
    titles = list(_COLUMNS)
    if schedule.names_products:
        from regimen.cli.drawing_products import COLUMN
        from regimen.export.taken import give_text

        titles.insert(_AFTER_DOSE, COLUMN)
        for row, each in zip(rows, given, strict=True):
            row.insert(_AFTER_DOSE, give_text(each))
    plain = Columns(titles, rows)
    noted = Columns((*titles, Column("Note", style="yellow")), _joined(rows, notes))
    out, columns = console(noted, plain) if any(notes) else console(plain)

    if checked is None:
        _warning(out)
        out.print()
    draw_title(out, schedule, label)
    out.print(columns.head())
    week: date | None = None
    of_doses = zip(rows, notes, strict=True)
    for dated in schedule.dated:
        monday = date.fromordinal(dated.day.toordinal() - dated.day.weekday())
        if week not in (None, monday):
            out.print()
        week = monday
        if isinstance(dated, Entry):
            out.print(columns.line(_moment(dated), _entry(schedule, dated)))
        else:
            cells, note = next(of_doses)
            out.print(columns.row([*cells, note] if columns is noted else cells))
            if note and columns is plain:
                out.print(indented(note, "yellow"))
        if why:
            out.print(indented(f"day: {dated.why_this_day()}", "dim"))
            if isinstance(dated, Administration):
                out.print(indented(f"dose: {dated.why_this_dose()}", "dim"))
    if checked is not None:
        _foot(out, checked, why=why)
    else:
        out.print()
        _warning(out)


def _moment(each: Dated) -> str:
    return day_cell(each.day) + (f" {each.time:%H:%M}" if each.time else "")


def _entry(schedule: Schedule, each: Entry) -> str:
    """`visit: EEG (1 of 2), on a closed day`"""
    place = f" ({each.number} of {each.of})" if each.kind is EntryKind.VISIT else ""
    note = schedule.notes_of(each)
    return clean(f"{each.kind}: {each.what}{place}{f', {note}' if note else ''}")


def _cells(each: Administration) -> list[str]:
    phase = each.phase
    return [
        _moment(each),
        clean(phase.drug),
        clean(dose_text(each)),
        str(phase.route or "not stated"),
        f"{each.course_number} of {phase.course_count}",
        clean(phase.title),
    ]


def _note(schedule: Schedule, each: Administration) -> str:
    """What must stand beside the row, but for what its dose already says."""
    return clean(schedule.notes_of(each).removesuffix(each.open_words).rstrip("; "))


def _joined(rows: list[list[str]], notes: list[str]) -> list[list[str]]:
    return [[*row, note] for row, note in zip(rows, notes, strict=True)]


def day_cell(day: date) -> str:
    """`Mon  2 Mar 2026`: one below the other, the days of the month line up."""
    weekday, number, rest = day_text(day).split(" ", 2)
    return f"{weekday} {number:>2} {rest}"


def _foot(out: Console, checked: CheckedSchedule, *, why: bool) -> None:
    out.print()
    out.print(Text("Totals", style="bold"))
    for total in checked.totals.by_drug:
        out.print(Text(f"  {_total(total)}"))
    if checked.schedule.names_products:
        from regimen.cli.drawing_products import draw_supplies

        draw_supplies(out, checked)
    out.print(Text("Usual ranges", style="bold"))
    for each in checked.ranges:
        style = "yellow" if each.checked and "NOT" in each.result else ""
        out.print(listed(f"{each.drug}: {each.result}", style))
        if why and each.source:
            out.print(indented(each.source, "dim"))
    draw_as_needed(out, checked)
    if early_or_late := tolerance_texts(checked):
        out.print(Text("Early, late or close", style="bold"))
        for text in early_or_late:
            out.print(listed(text))
    if checked.plan.answers:
        out.print(Text("Answers", style="bold"))
        for name, answer in checked.plan.answers.items():
            out.print(listed(answer_text(name, answer)))
    draw_overrides(out, checked)
    findings = [each for each in plan_findings(checked) if each.override is None]
    if findings:
        out.print(Text("Findings", style="bold yellow"))
        for finding in dict.fromkeys(findings):
            out.print(listed(one_line(finding), "yellow"))


def draw_overrides(out: Console, checked: CheckedSchedule) -> None:
    """Every recorded override: no table is without them."""
    if recorded := overrides(checked):
        out.print(Text("Overrides", style="bold yellow"))
        for override in recorded:
            out.print(listed(str(override), "yellow"))


def _total(total: Total) -> str:
    amount = f"{total.amount} in all" if total.amount is not None else NOT_STATED
    return clean(f"{total.drug}: {counted(total.doses, 'dose')}, {amount}")


def draw_as_needed(out: Console, checked: CheckedSchedule) -> None:
    """What may be given beside the schedule, and what that is at the most."""
    if checked.as_needed:
        out.print(Text("As needed, beside the schedule and its totals", style="bold"))
        for each in checked.as_needed:
            out.print(listed(str(each)))


def draw_title(out: Console, schedule: Schedule, label: str | None = None) -> None:
    protocol, given = schedule.protocol, schedule.administrations
    out.print(Text(clean(f"{f'{label}: ' if label else ''}{protocol.title}"), style="bold"))
    out.print(Text(f"{protocol.id} ({protocol.status}), plan {schedule.plan.id[:8]}"))
    if given:
        out.print(
            Text(
                f"{counted(len(given), 'dose')} on {counted(schedule.visit_days, 'day')},"
                f" {day_text(given[0].day)} to {day_text(given[-1].day)}"
            )
        )
    if schedule.entries:
        out.print(Text(f"Without a drug: {counted_entries(schedule.entries)}"))
    if schedule.plan.zone and any(each.time for each in schedule.dated):
        out.print(Text(f"Clock times are those of {schedule.plan.zone}."))
    if closed := sorted(schedule.plan.closed):
        on_them = sum(each.day.weekday() in closed for each in given)
        days = ", ".join(weekday.title for weekday in closed)
        out.print(Text(f"{counted(on_them, 'dose')} on closed days ({days})"))
    if undecided := still_open(schedule):
        out.print(Text(clean(f"{undecided[0].upper()}{undecided[1:]}"), style="yellow"))
    out.print()


def _warning(out: Console) -> None:
    text = "NOT FOR USE: errors stand, and nothing here may be given before they are mended."
    out.print(Text(text, style="bold white on red"))


# --- the library


def draw_list(protocols: Sequence[Protocol]) -> None:
    """A row for each; in a narrow terminal its title stands below it."""
    rows = [
        [clean(each.id), each.status, ", ".join(course.key for course in each.courses)]
        for each in protocols
    ]
    titles = [clean(each.title) for each in protocols]
    head = (Column("Id"), Column("Status"), Column("Courses", gives=True))
    titled = Columns((*head, Column("Title")), _joined(rows, titles))
    out, columns = console(titled, Columns(head, rows))
    out.print(columns.head())
    for row, title in zip(rows, titles, strict=True):
        out.print(columns.row([*row, title] if columns is titled else row))
        if columns is not titled:
            out.print(indented(title, ""))


def listed(text: str, style: str = "") -> Padding:
    return indented(text, style, by=2)


def indented(text: str, style: str, by: int = 6) -> Padding:
    return Padding(Text(clean(text), style=style), (0, 0, 0, by), expand=False)
