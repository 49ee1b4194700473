"""Schedules and lists drawn for a person, no wider than the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from regimen.cli.columns import Column, Columns
from regimen.cli.lines import in_lines
from regimen.cli.terminal import counted, one_line
from regimen.export.entries import counted as counted_entries
from regimen.export.told import ToldOnce
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
    Column("Route", gives=True, below=3),
    Column("Number", right=True, below=2, label="dose"),
    Column("Phase", gives=True, below=2),
)
_NOTE = Column("Note", style="yellow", below=1)
_AFTER_DOSE = 3


def console(columns: Columns) -> Console:
    """Standard output, for which the columns are laid out. Where it is no terminal and no width is
    set, all fit."""
    out = Console(markup=False, highlight=False, emoji=False)
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        out.width = max(columns.width, 100)
    columns.lay_out(out.width)
    out.width = max(out.width, columns.width)  # a terminal may break lines, but loses none
    return out


def draw_row(out: Console, columns: Columns, cells: Sequence[str], style: str = "") -> None:
    """The row, and below it what had no room in it."""
    out.print(columns.row(cells, style))
    for text, below_style in columns.below(cells):
        out.print(indented(text, below_style))


# --- the schedule


def draw_schedule(
    schedule: Schedule, checked: CheckedSchedule | None, label: str | None, *, why: bool
) -> None:
    """The administrations with a blank line between weeks, then what they add up to. `checked` is
    None while an error stands; the table is then for looking at, and says so at both ends."""
    given = schedule.administrations
    told = ToldOnce(schedule)
    rows = [_cells(each, told) for each in given]
    titles = [*_COLUMNS, _NOTE] if any(row[-1] for row in rows) else [*_COLUMNS]
    if schedule.names_products:
        from regimen.cli.drawing_products import COLUMN
        from regimen.export.taken import give_text

        titles.insert(_AFTER_DOSE, COLUMN)
        for row, each in zip(rows, given, strict=True):
            row.insert(_AFTER_DOSE, give_text(each))
    columns = Columns(titles, rows)
    out = console(columns)

    if checked is None:
        _warning(out)
        out.print()
    draw_title(out, schedule, label)
    out.print(columns.head())
    week: date | None = None
    of_doses = iter(rows)
    for dated in schedule.dated:
        monday = date.fromordinal(dated.day.toordinal() - dated.day.weekday())
        if week not in (None, monday):
            out.print()
        week = monday
        if isinstance(dated, Entry):
            out.print(columns.line(_moment(dated), _entry(schedule, dated)))
        else:
            draw_row(out, columns, next(of_doses))
        if why:
            out.print(indented(f"day: {dated.why_this_day()}", "dim"))
            if isinstance(dated, Administration):
                out.print(indented(f"dose: {dated.why_this_dose()}", "dim"))
    _not_given(out, schedule)
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


def _cells(each: Administration, told: ToldOnce) -> list[str]:
    phase = each.phase
    return [
        _moment(each),
        clean(phase.drug),
        clean(dose_text(each)),
        str(phase.route or "not stated"),
        f"{each.course_number} of {phase.course_count}",
        clean(phase.title),
        _note(each, told),
    ]


def _note(each: Administration, told: ToldOnce) -> str:
    """What must stand beside the row, but for what its dose already says."""
    return clean(told.notes_of(each).removesuffix(each.open_words).rstrip("; "))


def day_cell(day: date) -> str:
    """`Mon  2 Mar 2026`: one below the other, the days of the month line up."""
    weekday, number, rest = day_text(day).split(" ", 2)
    return f"{weekday} {number:>2} {rest}"


def _not_given(out: Console, schedule: Schedule) -> None:
    """What the record has taken out, so that nobody looks for it in vain, or gives it."""
    if schedule.removed:
        from regimen.export.not_given import not_given_texts

        out.print()
        out.print(Text("Not given", style="bold yellow"))
        for text in not_given_texts(schedule):
            out.print(listed(text, "yellow"))


def _foot(out: Console, checked: CheckedSchedule, *, why: bool) -> None:
    out.print()
    out.print(Text("Totals", style="bold"))
    for total in checked.totals.by_drug:
        out.print(listed(_total(total)))
    if checked.plan.entries:
        from regimen.export.not_given import so_far_texts

        if so_far := so_far_texts(checked.schedule):
            out.print(Text("So far", style="bold"))
        for text in so_far:
            out.print(listed(text))
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
    if checked.schedule.worked_out:
        out.print(Text("Worked out", style="bold"))
        for text in checked.schedule.worked_out:
            out.print(listed(text))
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
    return f"{total.drug}: {counted(total.doses, 'dose')}, {amount}"


def draw_as_needed(out: Console, checked: CheckedSchedule) -> None:
    """What may be given beside the schedule, and what that is at the most."""
    if checked.as_needed:
        out.print(Text("As needed, beside the schedule and its totals", style="bold"))
        for each in checked.as_needed:
            out.print(listed(str(each)))


def draw_title(out: Console, schedule: Schedule, label: str | None = None) -> None:
    protocol, given = schedule.protocol, schedule.administrations
    out.print(flush(f"{f'{label}: ' if label else ''}{protocol.title}", "bold"))
    out.print(flush(f"{protocol.id} ({protocol.status}), plan {schedule.plan.id[:8]}"))
    if given:
        out.print(
            flush(
                f"{counted(len(given), 'dose')} on {counted(schedule.visit_days, 'day')},"
                f" {day_text(given[0].day)} to {day_text(given[-1].day)}"
            )
        )
    if schedule.clinic_days is not None:
        out.print(flush(f"At the clinic on {counted(schedule.clinic_days, 'day')}"))
    if schedule.entries:
        out.print(flush(f"Without a drug: {counted_entries(schedule.entries)}"))
    if schedule.plan.zone and any(each.time for each in schedule.dated):
        out.print(flush(f"Clock times are those of {schedule.plan.zone}."))
    if closed := sorted(schedule.plan.closed):
        on_them = sum(each.day.weekday() in closed for each in given)
        days = ", ".join(weekday.title for weekday in closed)
        out.print(flush(f"{counted(on_them, 'dose')} on closed days ({days})"))
    if undecided := still_open(schedule):
        out.print(flush(f"{undecided[0].upper()}{undecided[1:]}", "yellow"))
    out.print()


def _warning(out: Console) -> None:
    text = "NOT FOR USE: errors stand, and nothing here may be given before they are mended."
    out.print(flush(text, "bold white on red"))


# --- the library


def draw_list(protocols: Sequence[Protocol]) -> None:
    """A row for each; in a narrow terminal its title stands below it."""
    head = (
        Column("Id"),
        Column("Status"),
        Column("Courses", gives=True),
        Column("Title", below=1),
    )
    rows = [
        [
            clean(each.id),
            each.status,
            ", ".join(course.key for course in each.courses),
            clean(each.title),
        ]
        for each in protocols
    ]
    columns = Columns(head, rows)
    out = console(columns)
    out.print(columns.head())
    for row in rows:
        draw_row(out, columns, row)


def listed(text: str, style: str = "") -> Indented:
    return Indented(text, style, by=2)


def indented(text: str, style: str) -> Indented:
    return Indented(text, style, by=6)


def flush(text: str, style: str = "") -> Indented:
    return Indented(text, style, by=0)


class Indented:
    """A text in lines of the terminal's width, of which none tears a number from what it counts."""

    def __init__(self, text: str, style: str, by: int) -> None:
        self.text, self.style, self.by = clean(text), style, by

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        indent = " " * self.by
        for line in in_lines(self.text, options.max_width, indent, indent, tear=True):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")
