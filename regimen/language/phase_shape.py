"""The shape of what is given and visited: the keys of phases, courses, visits, as-needed drugs.

Each key's description is the language reference's sentence about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING

from regimen.language import dose_texts, taper_texts, texts, time_texts
from regimen.language.kinds import (
    ANCHOR,
    ANY_SPAN,
    DOSE_OR_PART,
    LINE,
    MOMENT,
    SPAN_OR_RANGE,
    TEXT,
    Stated,
    listable,
    of_product,
    read_dealing,
    read_doses,
    read_first_day,
    read_junction,
    read_last_dose,
    read_month_end,
    read_per,
    read_per_day,
    read_per_week,
    read_total_of,
    read_yes,
    valued,
)
from regimen.language.shapes import (
    Shape,
    block,
    key,
    named,
    no_more_than,
    not_empty,
    one_or_several,
    or_keyed,
    or_table,
    reads,
    several,
    several_of_itself,
    word_or_block,
)
from regimen.language.texts import Between, KeyedText, NotStated, TableText
from regimen.protocol import (
    Anchor,
    Cap,
    Dealing,
    DoseExpression,
    Junction,
    LastDose,
    Portion,
    Ref,
    Rounding,
    Share,
    TaperStep,
    TotalOf,
)
from regimen.route import Route, read_route
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    MonthEnd,
    Span,
    Weekday,
    read_calendar_span,
    read_clock,
    read_offset,
    read_span,
    read_weekday,
)

if TYPE_CHECKING:
    from regimen.protocol.tolerance import MinGap


_MOST_LISTED = 100  # steps and levels of a taper, rows for late doses
_MOST_DAYS = 1000  # entries of a list of days or distances
_MOST_BESIDE = 20  # ends, caps and least distances of one phase


class TaperShape(Shape):
    """Levels of dose, one after the other."""

    first: DoseExpression | Stated | None = key(
        valued(taper_texts.read_level), "the first level given", name="from", absent=None
    )
    by: DoseExpression | Portion | Stated | None = key(
        or_table(reads(taper_texts.read_by_or_ref)),
        "how much less (or more) each level is",
        absent=None,
    )
    to: DoseExpression | Stated | None = key(
        valued(taper_texts.read_end), "the last level; 0 mg is never given", absent=None
    )
    steps: tuple[TaperStep, ...] | None = key(
        no_more_than(_MOST_LISTED, not_empty(several(reads(taper_texts.read_step)))),
        "instead of by and to: step after step, each with the level it leads to",
        absent=None,
    )
    each: CalendarSpan | Stated = key(valued(read_calendar_span), "how long each level lasts")
    times_per_day: tuple[int, ...] | None = key(
        no_more_than(_MOST_LISTED, not_empty(several(reads(read_per_day)))),
        "instead of amounts: how often a day the dose is given, level by level",
        absent=None,
    )
    per: Share | None = key(
        reads(read_per), "day, where the levels are shared among the doses of a day", absent=None
    )
    at_least: DoseExpression | Stated | None = key(
        valued(taper_texts.read_level),
        "the smallest step, where steps are percentages",
        absent=None,
    )
    stop_under: DoseExpression | Stated | None = key(
        valued(taper_texts.read_level),
        "instead of to: the taper is over as soon as a level would be less than this",
        absent=None,
    )
    starting_at: DoseExpression | Stated | None = key(
        valued(taper_texts.read_level),
        "the level that the patient has reached already; it must be one of them",
        absent=None,
    )


class TotalShape(Shape):
    """A total that ends a phase."""

    total: DoseExpression | Stated = key(valued(dose_texts.read_dose), "how much")
    of: TotalOf = key(reads(read_total_of), "course, or lifetime with what was given before")
    last: LastDose = key(
        reads(read_last_dose), "what becomes of the dose that would pass it: whole, part or omit"
    )


UNTIL = word_or_block("stopped", TotalShape)


class ExtentKeys(Shape):
    """The keys that say how long."""

    for_: Span | Between | Stated | None = key(
        ANY_SPAN, "how long the phase lasts", name="for", absent=None
    )
    cycles: int | Stated | None = key(valued(read_doses), "how many cycles it has", absent=None)
    before: Anchor | None = key(MOMENT, "up to this moment, itself not counted", absent=None)
    through: Anchor | None = key(MOMENT, "up to this moment, itself counted", absent=None)
    until: str | TotalShape | None = key(
        UNTIL, "up to a total, or until it is stopped", absent=None
    )


class EndShape(ExtentKeys):
    """One of several ends."""

    doses: int | Stated | None = key(
        valued(read_doses), "how many administrations it has", absent=None
    )
    times: int | Stated | None = key(
        valued(read_doses), "of a visit or of rounds: how many", absent=None
    )


class DaysKeys(ExtentKeys):
    """The keys that say on which days, and how long."""

    every: Span | Between | Stated | None = key(
        ANY_SPAN, "one place every so many days, weeks or months, or real hours", absent=None
    )
    times_per_week: int | Stated | None = key(
        valued(read_per_week), "so many places in each week", absent=None
    )
    on: tuple[Weekday | Ref | NotStated, ...] | TableText | KeyedText | None = key(
        or_keyed(or_table(one_or_several(listable(read_weekday))), DOSE_OR_PART),
        "every listed weekday",
        absent=None,
    )
    days: tuple[tuple[int, ...] | Ref | NotStated, ...] | TableText | KeyedText | None = key(
        or_keyed(
            or_table(no_more_than(_MOST_DAYS, one_or_several(listable(time_texts.read_days)))),
            DOSE_OR_PART,
        ),
        "the numbered days, ranges included",
        absent=None,
    )
    first_day: int | None = key(
        reads(read_first_day), "the number of the first day: 1, or 0", absent=None
    )
    cycle: CalendarSpan | Between | Stated | None = key(
        SPAN_OR_RANGE, "after how long the listed days come again", absent=None
    )
    offsets: tuple[Span | Ref | NotStated, ...] | TableText | KeyedText | None = key(
        or_keyed(
            or_table(no_more_than(_MOST_DAYS, one_or_several(listable(read_offset)))), DOSE_OR_PART
        ),
        "at these distances from the first moment",
        absent=None,
    )
    whichever_first: tuple[EndShape, ...] | None = key(
        no_more_than(_MOST_BESIDE, several(block(EndShape))),
        "several ends, of which the first counts",
        absent=None,
    )


class RepeatShape(DaysKeys):
    """Rounds."""

    times: int | Stated | None = key(valued(read_doses), "how many rounds there are", absent=None)


class TimingKeys(DaysKeys):
    """The keys that say when."""

    at: tuple[time | Ref | NotStated, ...] | TableText | KeyedText | None = key(
        or_keyed(or_table(one_or_several(listable(read_clock))), DOSE_OR_PART),
        "at which clock times",
        absent=None,
    )
    times_per_day: int | Stated | None = key(
        valued(read_per_day), "how often a day; the plan gives the clock times", absent=None
    )
    between: tuple[time, ...] | None = key(
        not_empty(several(reads(read_clock))),
        "from which clock time to which, on each day, an interval in hours is laid",
        absent=None,
    )
    month_end: MonthEnd | None = key(
        reads(read_month_end),
        "what n months later means where the month has no such day",
        absent=None,
    )


def _read_min_gap(text: str) -> MinGap:
    from regimen.language.tolerance import read_min_gap  # few protocols have any

    return read_min_gap(text)


class WindowShape(Shape):
    """A window."""

    early: Span | None = key(
        reads(read_span), "how long before its moment a dose may be given", absent=None
    )
    late: Span | None = key(
        reads(read_span), "how long after its moment a dose may be given", absent=None
    )


class PhaseKeys(TimingKeys):
    """The keys that may stand on a phase, on its course or on the protocol; the nearest wins."""

    drug: str | None = key(
        reads(texts.read_drug), "what is given; by default the course's key", absent=None
    )
    route: Route | Stated | None = key(valued(read_route), "how it is given", absent=None)
    dose: DoseExpression | Stated | None = key(
        valued(dose_texts.read_dose), "how much", absent=None
    )
    taper: TaperShape | None = key(block(TaperShape), "how much, level by level", absent=None)
    over: ElapsedSpan | Between | Stated | TableText | None = key(
        valued(texts.read_elapsed_or_range), "how long giving it takes", absent=None
    )
    product: tuple[str | Ref, ...] | TableText | None = key(
        or_table(one_or_several(of_product("read_product_name"))),
        "of which products the doses are made up",
        absent=None,
    )
    max: tuple[Cap, ...] | TableText | None = key(
        or_table(no_more_than(_MOST_BESIDE, one_or_several(reads(dose_texts.read_cap)))),
        "the most per dose, day, week or cycle, in all, or in a lifetime",
        absent=None,
    )
    round: Rounding | TableText | None = key(
        or_table(reads(dose_texts.read_rounding)), "how to round", absent=None
    )
    share: Dealing | None = key(
        reads(read_dealing), "how an amount that is shared is dealt out", absent=None
    )
    doses: int | Stated | None = key(
        valued(read_doses), "how many administrations it has", absent=None
    )
    window: WindowShape | None = key(
        block(WindowShape), "how early and how late a dose may be", absent=None
    )
    min_gap: tuple[MinGap, ...] | None = key(
        no_more_than(_MOST_BESIDE, one_or_several(reads(_read_min_gap))),
        "the least time from the dose before, or from a named one",
        absent=None,
    )
    late: Mapping[str, str] | None = key(
        no_more_than(_MOST_LISTED, not_empty(named(TEXT))),
        "what to do with a late dose, by how late it is",
        absent=None,
    )
    sites: tuple[str, ...] | None = key(
        one_or_several(LINE), "where on the body, in turn through the course", absent=None
    )
    junctions: Junction | None = key(
        reads(read_junction), "how each phase follows the one before", absent=None
    )


class WhenKeys(Shape):
    """The key that decides presence."""

    when: Mapping[str, tuple[str, ...]] | None = key(
        not_empty(named(one_or_several(TEXT))),
        "present only where the choice is one of these",
        absent=None,
    )


class PhaseShape(PhaseKeys, WhenKeys):
    """A phase."""

    name: str | None = key(LINE, "what people call the phase", absent=None)
    begins: Anchor | None = key(ANCHOR, "the anchor of its first moment", absent=None)
    overlap: bool = key(
        reads(read_yes), "whether it may lie beside the phase before it", absent=False
    )
    repeat: RepeatShape | None = key(
        block(RepeatShape), "on which days all this is laid again", absent=None
    )
    phases: tuple[PhaseShape, ...] | None = key(
        several_of_itself(lambda: PhaseShape), "the phases, in order", absent=None
    )


class CourseShape(PhaseShape):
    """A course, which is its own phase where it has no phases."""


class VisitShape(TimingKeys, WhenKeys):
    """A visit."""

    what: str | None = key(LINE, "what happens there; by default the visit's key", absent=None)
    times: int | Stated | None = key(valued(read_doses), "how often it is in all", absent=None)
    begins: Anchor | None = key(ANCHOR, "the anchor of its first moment", absent=None)


class AsNeededShape(WhenKeys):
    """A drug that is given as needed."""

    drug = PhaseKeys.keys["drug"]
    route = PhaseKeys.keys["route"]
    dose = PhaseKeys.keys["dose"]
    product = PhaseKeys.keys["product"]
    max = PhaseKeys.keys["max"]
    round = PhaseKeys.keys["round"]
    reason: str = key(LINE, "when it is needed")
    per_day: int | None = key(reads(read_per_day), "the most doses in any 24 hours", absent=None)
    min_gap: Span | None = key(reads(read_span), "the least time between two doses", absent=None)
    begins: Anchor | None = key(ANCHOR, "the anchor of its first moment", absent=None)
    for_ = PhaseKeys.keys["for_"]
    doses: int | Stated | None = key(
        valued(read_doses), "how many doses there are at the most", absent=None
    )
    before = PhaseKeys.keys["before"]
    through = PhaseKeys.keys["through"]
    until = PhaseKeys.keys["until"]
