"""The shape of a protocol file: every key, how its text is read, and its sentence.

Each key's description is the language reference's sentence about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language import anchor_texts, dose_texts, taper_texts, texts, time_texts
from regimen.language.anchor_texts import Later
from regimen.language.measure_shape import MeasureShape
from regimen.language.shapes import (
    Kind,
    Shape,
    block,
    key,
    named,
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
    DECLARED_TYPES,
    Anchor,
    Cap,
    Dealing,
    DoseExpression,
    Junction,
    LastDose,
    ParameterType,
    Portion,
    Ref,
    Rounding,
    Share,
    TaperStep,
    TotalOf,
)
from regimen.quantity import Quantity, Unit, read_count, read_unit
from regimen.route import Route, read_route
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    MonthEnd,
    Span,
    Weekday,
    read_calendar_span,
    read_clock,
    read_date,
    read_offset,
    read_span,
    read_weekday,
)

if TYPE_CHECKING:
    from regimen.language.product_texts import Strength
    from regimen.product import Form, Rest, Split
    from regimen.protocol.tolerance import MinGap


def read_junction(text: str) -> Junction:
    return Junction(_word(text, tuple(Junction)))


def read_dealing(text: str) -> Dealing:
    return Dealing(_word(text, tuple(Dealing)))


def read_month_end(text: str) -> MonthEnd:
    return MonthEnd(_word(text, tuple(MonthEnd)))


_word = texts.read_word


def read_per(text: str) -> Share:
    return Share(_word(text, (Share.DAY,)))


def read_status(text: str) -> str:
    return _word(text, ("guideline", "label", "trial", "case report", "local"))


def read_yes(text: str) -> bool:
    return _word(text, ("yes", "no")) == "yes"


def read_version(text: str) -> str:
    """The one version of the language there is, of protocols and of plans."""
    if text != "1":
        raise Misread(
            rules.LANGUAGE_VERSION, f"{quoted(text)} is not a version of the language", "write 1"
        )
    return text


def read_type(text: str) -> ParameterType:
    return ParameterType(_word(text, DECLARED_TYPES))


def read_total_of(text: str) -> TotalOf:
    return TotalOf(texts.read_word(text, tuple(TotalOf)))


def read_last_dose(text: str) -> LastDose:
    return LastDose(texts.read_word(text, tuple(LastDose)))


def read_doses(text: str) -> int:
    return read_count(text, at_most=texts.MOST_DOSES)


def read_per_week(text: str) -> int:
    return read_count(text, at_most=7)


def read_first_day(text: str) -> int:
    return int(_word(text, ("0", "1")))


def read_per_day(text: str) -> int:
    return read_count(text, at_most=24)


def written(text: str) -> str:
    return text


def read_expected(text: str) -> Quantity | None:
    """An amount, or `open`. Raises Misread."""
    return None if text == "open" else dose_texts.read_amount(text)


def _of_product(reader: str) -> Kind:
    """A text that a reader of `product_texts` takes, which is loaded where there is a product."""

    def read(text: str) -> object:
        from regimen.language import product_texts

        return getattr(product_texts, reader)(text)

    return reads(read)


def listable(read: Callable[[str], object]) -> Kind:
    """`read`, or a reference, or the words `not stated`."""
    return reads(texts.or_ref(read))


def valued(read: Callable[[str], object]) -> Kind:
    """`read`, or a reference, the words `not stated`, or a table."""
    return or_table(listable(read))


Stated = Ref | NotStated | TableText
TEXT = reads(written)
LINE = reads(texts.read_line)
ANCHOR = reads(anchor_texts.read_anchor)
MOMENT = reads(anchor_texts.read_moment)
AMOUNT = reads(dose_texts.read_amount)
DAY = reads(read_date)
DOSE_OR_PART = valued(dose_texts.read_dose_or_part)
SPAN_OR_RANGE = valued(texts.read_span_or_range)
ANY_SPAN = valued(texts.read_any_span_or_range)


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
        not_empty(several(reads(taper_texts.read_step))),
        "instead of by and to: step after step, each with the level it leads to",
        absent=None,
    )
    each: CalendarSpan | Stated = key(valued(read_calendar_span), "how long each level lasts")
    times_per_day: tuple[int, ...] | None = key(
        not_empty(several(reads(read_per_day))),
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
        or_keyed(or_table(one_or_several(listable(time_texts.read_days))), DOSE_OR_PART),
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
        or_keyed(or_table(one_or_several(listable(read_offset))), DOSE_OR_PART),
        "at these distances from the first moment",
        absent=None,
    )
    whichever_first: tuple[EndShape, ...] | None = key(
        several(block(EndShape)), "several ends, of which the first counts", absent=None
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
        or_table(one_or_several(_of_product("read_product_name"))),
        "of which products the doses are made up",
        absent=None,
    )
    max: tuple[Cap, ...] | TableText | None = key(
        or_table(one_or_several(reads(dose_texts.read_cap))),
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
        one_or_several(reads(_read_min_gap)),
        "the least time from the dose before, or from a named one",
        absent=None,
    )
    late: Mapping[str, str] | None = key(
        not_empty(named(TEXT)), "what to do with a late dose, by how late it is", absent=None
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


class SourceShape(Shape):
    """A source."""

    cite: str = key(TEXT, "the publication, label or guideline, so that it can be found")
    says: str | None = key(
        TEXT,
        "its words on the regimen, quoted; at least one source says something",
        absent=None,
    )


class ParameterShape(Shape):
    """A parameter."""

    type: ParameterType = key(reads(read_type), "what kind of answer it takes")
    ask: str = key(TEXT, "the question, in the words in which the plan's author is asked")
    unit: Unit | None = key(
        reads(read_unit), "of a quantity: the unit in which it is asked for", absent=None
    )
    at_least: str | None = key(TEXT, "the least answer that is accepted", absent=None)
    at_most: str | None = key(TEXT, "the greatest answer that is accepted", absent=None)
    choices: Mapping[str, str] | None = key(
        named(TEXT),
        "of a choice: each possible answer, with a line that explains it",
        absent=None,
    )
    count: int | None = key(reads(read_per_week), "of weekdays: how many of them", absent=None)
    decided: Anchor | Later | None = key(
        reads(anchor_texts.read_decided),
        "the day on which it is answered, where that is not the start: an anchor, or later",
        absent=None,
    )


class ProductShape(Shape):
    """A product."""

    drug: str = key(reads(texts.read_drug), "the drug, as courses call it")
    form: Form = key(_of_product("read_form"), "what one piece, or one container of a liquid, is")
    strength: Strength | None = key(
        _of_product("read_strength"), "the drug in one piece, or in a volume", absent=None
    )
    contains: Mapping[str, Strength] | None = key(
        not_empty(named(_of_product("read_strength"))),
        "of a fixed-dose combination: each drug in it, with its strength",
        absent=None,
    )
    size: Quantity | None = key(
        _of_product("read_size"), "what one container holds, or one pack", absent=None
    )
    split: Split | None = key(
        _of_product("read_split"),
        "into which parts a piece may be broken; unsaid, into none",
        absent=None,
    )
    once_opened: Rest | CalendarSpan | None = key(
        _of_product("read_once_opened"),
        "what becomes of the rest of an opened container",
        absent=None,
    )
    measured_to: Quantity | None = key(
        _of_product("read_step"),
        "the smallest volume that the syringe or cup shows",
        absent=None,
    )


class ExpectedShape(Shape):
    """What a case expects of one course or visit."""

    doses: int | None = key(
        reads(read_doses), "how many administrations the course has", absent=None
    )
    times: int | None = key(reads(read_doses), "of a visit: how often it is in all", absent=None)
    total: Quantity | None = key(AMOUNT, "what they add up to", absent=None)
    first: date | None = key(DAY, "the day of the first one", absent=None)
    last: date | None = key(DAY, "the day of the last one", absent=None)
    dates: tuple[date, ...] | None = key(
        several(DAY), "the day of every one, in order", absent=None
    )
    amounts: tuple[Quantity | None, ...] | None = key(
        several(reads(read_expected)),
        "the dose of every one, in order; open, where it is not known yet",
        absent=None,
    )


class ExpectedProductShape(Shape):
    """What a case expects of one product."""

    containers: int | None = key(
        reads(read_doses), "how many are opened; without a size, how many pieces", absent=None
    )
    given: Quantity | None = key(
        _of_product("read_size_or_part"), "what is taken of it in all", absent=None
    )
    left_over: Quantity | None = key(
        _of_product("read_rest"), "what is opened and not given", absent=None
    )


class CaseShape(Shape):
    """A case."""

    name: str = key(LINE, "what the case shows")
    given: Mapping[str, str] = key(named(TEXT), "the answers of a plan: start, zone, parameters")
    expect: Mapping[str, ExpectedShape] | None = key(
        named(block(ExpectedShape)), "what each course must come to, counted by hand", absent=None
    )
    refused: str | None = key(
        TEXT,
        "instead of expect: the code of the finding that must refuse the plan",
        absent=None,
    )
    products: Mapping[str, ExpectedProductShape] = key(
        named(block(ExpectedProductShape)),
        "what must be used up of each product, counted by hand",
        absent={},
    )


class ProtocolShape(PhaseKeys):
    """A protocol file."""

    regimen: str = key(reads(read_version), "the version of the language")
    id: str = key(TEXT, "the protocol's name for the program; also the file's name")
    title: str = key(LINE, "the protocol's name for people")
    status: str = key(reads(read_status), "what the regimen stands on")
    sources: tuple[SourceShape, ...] = key(
        several(block(SourceShape)), "where the regimen is written down"
    )
    assumes: tuple[str, ...] = key(
        several(TEXT), "what the author concluded and the source does not say", absent=()
    )
    parameters: Mapping[str, ParameterShape] = key(
        named(block(ParameterShape)),
        "what only the prescriber or the patient can tell",
        absent={},
    )
    measures: Mapping[str, MeasureShape] = key(
        named(block(MeasureShape)), "what is measured, where doses scale by it", absent={}
    )
    products: Mapping[str, ProductShape] = key(
        named(block(ProductShape)), "what stands on the shelf", absent={}
    )
    courses: Mapping[str, CourseShape] = key(
        named(block(CourseShape)), "the courses: one drug each, as phases in order"
    )
    visits: Mapping[str, VisitShape] = key(
        named(block(VisitShape)), "days without a drug, in the same calendar", absent={}
    )
    as_needed: Mapping[str, AsNeededShape] = key(
        named(block(AsNeededShape)),
        "what is given only when it is needed, with its limits",
        absent={},
    )
    cases: tuple[CaseShape, ...] = key(
        several(block(CaseShape)), "the author's tests: what a start date must lead to", absent=()
    )
