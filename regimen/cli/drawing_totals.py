"""The pharmacist's totals drawn for a person: tables of figures, with their reasons if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console
from rich.text import Text

from regimen.cli.columns import Column, Columns
from regimen.cli.drawing import (
    console,
    day_cell,
    draw_as_needed,
    draw_overrides,
    draw_row,
    draw_title,
    flush,
    indented,
    listed,
)
from regimen.export.limits import limit_line, made_smaller, sum_of, without_limit
from regimen.export.words import clean, day_text, month_title
from regimen.figures import Figures, Part, Per, Summary
from regimen.schedule import Administration

_DRUG = Column("Drug", gives=True)
_SUMS = (
    Column("Doses", right=True),
    Column("Each", right=True, below=3, label="each"),
    Column("Most a day", right=True, below=3, label="most a day"),
    Column("Total", right=True),
)
_DAYS = (Column("First", below=2, label="from"), Column("Last", below=2, label="to"))
_COURSE, _PHASE = Column("Course", gives=True), Column("Phase", gives=True)
_WEEK = (Column("Week"), Column("From"), _DRUG)
_COLUMNS = {
    Per.DRUG: (_DRUG, *_SUMS, *_DAYS),
    Per.COURSE: (_COURSE, _DRUG, *_SUMS, *_DAYS),
    Per.PHASE: (_COURSE, _PHASE, _DRUG, *_SUMS, *_DAYS),
    Per.TREATMENT_WEEK: (*_WEEK, *_SUMS, Column("So far", right=True)),
    Per.CALENDAR_WEEK: (*_WEEK, *_SUMS, Column("So far", right=True)),
    Per.INGREDIENT: (Column("Ingredient", gives=True), *_SUMS, *_DAYS),
    Per.MONTH: (Column("Month"), _DRUG, *_SUMS, Column("So far", right=True)),
}
_WORDS = {Per.TREATMENT_WEEK: "week", Per.CALENDAR_WEEK: "week", Per.MONTH: "month"}
_UNKNOWN = "not known"


def draw_nested(summary: Summary, *, why: bool) -> None:
    """What each drug adds up to, and below it the phases it is the sum of."""
    rows: list[tuple[list[str], str, Figures]] = []
    phases = [each for each in summary.figures if each.per is Per.PHASE]
    for drug in (each for each in summary.figures if each.per is Per.DRUG):
        parts = [each for each in phases if _part_of(each, drug)]
        several = len({each.course for each in parts}) > 1
        rows.append(([clean(drug.drug), *_sums(drug), *_days(drug)], "bold", drug))
        for each in parts:
            name = f"{each.course}, {each.phase}" if several else str(each.phase)
            rows.append(([clean(f"  {name}"), *_sums(each), *_days(each)], "", each))
    columns = Columns(_COLUMNS[Per.DRUG], [cells for cells, _, _ in rows])
    out = console(columns)
    draw_title(out, summary.checked.schedule)
    out.print(columns.head())
    for cells, style, each in rows:
        draw_row(out, columns, cells, style)
        if why:
            _draw_why(out, each)
    if Per.INGREDIENT in summary.per:
        _draw_table(out, summary, Per.INGREDIENT, why=why)
    _draw_foot(out, summary, why=why)


def draw_each(summary: Summary, *, why: bool) -> None:
    """A table for each thing that was asked for."""
    out: Console | None = None
    for per in summary.per:
        out = _draw_table(out, summary, per, why=why)
    assert out is not None
    _draw_foot(out, summary, why=why)


def _draw_table(before: Console | None, summary: Summary, per: Per, *, why: bool) -> Console:
    """One table, below the one `before`."""
    figures = [each for each in summary.figures if each.per is per]
    rows = [_row(each) for each in figures]
    columns = Columns(_COLUMNS[per], rows)
    out = console(columns)
    if before is None:
        draw_title(out, summary.checked.schedule)
    else:
        out.print()
    out.print(flush(f"Per {per.replace('-', ' ')}: {per.means}", "bold"))
    out.print(columns.head())
    for cells, each in zip(rows, figures, strict=True):
        draw_row(out, columns, cells)
        if why:
            _draw_why(out, each)
    if per in _WORDS:
        out.print(flush(_note(_WORDS[per])))
    return out


def _draw_foot(out: Console, summary: Summary, *, why: bool) -> None:
    """What stands below every table of totals: limits, products, overrides."""
    checked = summary.checked
    out.print()
    out.print(Text("Limits", style="bold"))
    for limit in checked.limits:
        style = "bold red" if limit.is_over else ""
        out.print(listed(limit_line(limit, checked), style))
        if why:
            if limit.given:
                days = _from_to([each.by for each in limit.given])
                out.print(indented(f"{limit.total} = {sum_of(limit)}, {days}", "dim"))
            out.print(indented(limit.source, "dim"))
    for text in made_smaller(checked):
        out.print(listed(text))
    if unlimited := without_limit(checked):
        out.print(listed(f"No limit in the table of usual doses: {', '.join(unlimited)}."))
    if checked.schedule.names_products:
        from regimen.cli.drawing_products import draw_supplies

        draw_supplies(out, checked, why=why)
    draw_as_needed(out, checked)
    draw_overrides(out, checked)


def _part_of(phase: Figures, drug: Figures) -> bool:
    """Whether the phase is part of the drug's figures: mg and units of one drug stay apart."""
    kinds = [each.amount.unit.dimension if each.amount else None for each in (phase, drug)]
    return phase.drug == drug.drug and kinds[0] is kinds[1]


def _row(each: Figures) -> list[str]:
    period = each.period
    if period is None:
        names = [text for text in (each.course, each.phase) if text]
        return [clean(text) for text in (*names, each.drug)] + _sums(each) + _days(each)
    if each.per is Per.MONTH:
        when = [month_title(period.first.year, period.first.month)]
    else:
        when = [period.name, _day(period.first)]
    return [*when, clean(each.drug), *_sums(each), str(each.cumulative or _UNKNOWN)]


def _sums(each: Figures) -> list[str]:
    if each.amount is None:
        words = " or ".join(part.words.removeprefix("dose ") for part in each.parts)
        return [str(each.doses), words, _UNKNOWN, _UNKNOWN]
    one = f"{'up to ' if len(each.parts) > 1 else ''}{each.highest_dose}"
    return [str(each.doses), one, str(each.highest_day), str(each.amount)]


def _days(each: Figures) -> list[str]:
    return [_day(each.first.day), _day(each.last.day)]


def _day(day: date) -> str:
    """` 2 Mar 2026`: sums hang on no weekday, and the names of drugs need the room."""
    return day_cell(day)[4:]


def _note(word: str) -> str:
    """What the reader of a table with periods must know."""
    return (
        f"A {word} without a dose has no row. So far: what the drug adds up to in this plan by the"
        f" end of the {word}."
    )


# --- why


def _draw_why(out: Console, each: Figures) -> None:
    for line in _why(each):
        out.print(indented(line, "dim"))


def _why(each: Figures) -> Iterator[str]:
    total = each.amount or _UNKNOWN
    if len(each.parts) == 1:
        yield f"total {total} = {_part(each.parts[0])}"
    else:
        yield f"total {total}, the sum of:"
        for part in each.parts:
            product = f"{part.dose.times(part.count).for_total()} = " if part.dose else ""
            yield f"    {product}{_part(part)}"
    if each.highest_on is None or each.amount is None or each.cumulative is None:
        return
    if len(each.parts) > 1:
        highest = next(part for part in each.parts if part.dose == each.highest_dose)
        yield f"highest dose {each.highest_dose}, {_part(highest)}"
    on_it = [
        (sum(given.day == each.highest_on for given in part.administrations), part.dose)
        for part in each.parts
    ]
    doses = " + ".join(f"{count} × {dose}" for count, dose in on_it if count)
    yield f"most a day {each.highest_day} = {doses}, first on {day_text(each.highest_on)}"
    if each.period and each.cumulative != each.amount:
        before = (each.cumulative - each.amount).to(each.amount.unit)
        yield f"so far {each.cumulative} = {before.for_total()} before + {each.amount}"


def _part(part: Part) -> str:
    """`7 × 40 mg, Mon 2 Mar 2026 to Sun 8 Mar 2026`"""
    return f"{part.count} × {part.words}, {_from_to(part.administrations)}"


def _from_to(given: Sequence[Administration]) -> str:
    first, last = given[0].day, given[-1].day
    return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"
