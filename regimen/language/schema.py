"""The shape of a protocol file, as pydantic models that read every text into its value.

Each field's description is the language reference's sentence about the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language import texts
from regimen.language.texts import Between, NotStated
from regimen.protocol import (
    DECLARED_TYPES,
    Anchor,
    Cap,
    DoseExpression,
    Junction,
    ParameterType,
    Ref,
    Rounding,
    Share,
)
from regimen.quantity import Quantity, Unit, read_count, read_unit
from regimen.route import Route, read_route
from regimen.timing import (
    CalendarSpan,
    MonthEnd,
    Weekday,
    read_calendar_span,
    read_clock,
    read_date,
    read_weekday,
)


class Reads:
    """The annotation of a field whose text is read by a function of ours.

    It gives pydantic the finished validator, so that it does not look into the types behind it.
    """

    def __init__(self, read: Callable[[str], object]) -> None:
        self.read = read

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def validate(self, value: object) -> object:
        """What `read` makes of the text; its Misread becomes an error that keeps its rule."""
        try:
            return self.read(_text(value))
        except Misread as misread:
            raise _as_error(misread) from None


MISREAD = "misread"


def _as_error(misread: Misread) -> PydanticCustomError:
    return PydanticCustomError(
        MISREAD, "{what}", {"what": misread.what, "mend": misread.mend, "rule": misread.rule}
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misread(
            rules.WRONG_SHAPE,
            "a list or a block stands where one value belongs",
            "write one value here",
        )
    if value == "":
        raise Misread(rules.EMPTY_VALUE, "the key has no value", "write one, or remove the key")
    return value


def listed(value: object) -> object:
    """One value may stand for a list of one; an empty list says nothing."""
    return [value] if isinstance(value, str) else filled(value)


def filled(value: object) -> object:
    """A list or block that holds something."""
    if value in ([], {}):
        raise _as_error(
            Misread(
                rules.EMPTY_VALUE,
                "the brackets are empty",
                "write what belongs in them, or remove the key",
            )
        )
    return value


def read_junction(text: str) -> Junction:
    return Junction(_word(text, tuple(Junction)))


def read_month_end(text: str) -> MonthEnd:
    return MonthEnd(_word(text, tuple(MonthEnd)))


def _word(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} has no meaning here",
            f"use one of: {', '.join(words)}",
        )
    return text


def read_per(text: str) -> Share:
    return Share(_word(text, (Share.DAY,)))


def read_status(text: str) -> str:
    return _word(text, ("guideline", "label", "trial", "case report", "local"))


def read_taken(text: str) -> str:
    return _word(text, ("once",))


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


def read_doses(text: str) -> int:
    return read_count(text, at_most=texts.MOST_DOSES)


def read_per_week(text: str) -> int:
    return read_count(text, at_most=7)


def read_per_day(text: str) -> int:
    return read_count(text, at_most=24)


def written(text: str) -> str:
    return text


Text = Annotated[str, Reads(written)]
Line = Annotated[str, Reads(texts.read_line)]
JunctionValue = Annotated[Junction, Reads(read_junction)]
MonthEndValue = Annotated[MonthEnd, Reads(read_month_end)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(listed)]


def valued(read: Callable[[str], object]) -> Reads:
    """`read`, or a reference, or the words `not stated`."""
    return Reads(texts.or_ref(read))


Stated = Ref | NotStated
RouteValue = Annotated[Route | Stated, valued(read_route)]
DoseValue = Annotated[DoseExpression | Stated, valued(texts.read_dose)]
AmountValue = Annotated[Quantity | Stated, valued(texts.read_amount)]
LevelValue = Annotated[Quantity | Stated, valued(texts.read_level)]
SpanValue = Annotated[CalendarSpan | Stated, valued(read_calendar_span)]
SpanOrRange = Annotated[CalendarSpan | Between | Stated, valued(texts.read_span_or_range)]
CountValue = Annotated[int | Stated, valued(read_doses)]
PerWeekValue = Annotated[int | Stated, valued(read_per_week)]
PerDayValue = Annotated[int | Stated, valued(read_per_day)]
WeekdayValues = Annotated[
    tuple[Annotated[Weekday | Stated, valued(read_weekday)], ...], BeforeValidator(listed)
]
WeekdayList = Annotated[
    tuple[Annotated[Weekday, Reads(read_weekday)], ...], BeforeValidator(listed)
]
ClockValues = Annotated[
    tuple[Annotated[time | Stated, valued(read_clock)], ...], BeforeValidator(listed)
]
CapValues = Annotated[tuple[Annotated[Cap, Reads(texts.read_cap)], ...], BeforeValidator(listed)]
RoundingValue = Annotated[Rounding, Reads(texts.read_rounding)]
AnchorValue = Annotated[Anchor, Reads(texts.read_anchor)]
DateValue = Annotated[date, Reads(read_date)]
TotalValue = Annotated[Quantity, Reads(texts.read_amount)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TaperShape(Shape):
    """Levels of dose, one after the other."""

    first: AmountValue = Field(alias="from", description="the first level given")
    by: AmountValue = Field(description="how much less (or more) each level is")
    to: LevelValue = Field(description="the last level; 0 mg is never given")
    each: SpanValue = Field(description="how long each level lasts")
    per: Annotated[Share | None, Reads(read_per)] = Field(
        None, description="day, where the levels are shared among the doses of a day"
    )


class PhaseKeys(Shape):
    """The keys that may stand on a phase, on its course or on the protocol; the nearest wins."""

    drug: Annotated[str | None, Reads(texts.read_drug)] = Field(
        None, description="what is given; by default the course's key"
    )
    route: RouteValue | None = Field(None, description="how it is given")
    dose: DoseValue | None = Field(None, description="how much")
    taper: TaperShape | None = Field(None, description="how much, level by level")
    max: CapValues | None = Field(None, description="the most per dose or per day")
    round: RoundingValue | None = Field(None, description="how to round")
    every: SpanOrRange | None = Field(
        None, description="one place every so many days, weeks or months"
    )
    times_per_week: PerWeekValue | None = Field(None, description="so many places in each week")
    on: WeekdayValues | None = Field(None, description="every listed weekday")
    for_: SpanOrRange | None = Field(None, alias="for", description="how long the phase lasts")
    doses: CountValue | None = Field(None, description="how many administrations it has")
    before: AnchorValue | None = Field(None, description="up to this moment, itself not counted")
    through: AnchorValue | None = Field(None, description="up to this moment, itself counted")
    at: ClockValues | None = Field(None, description="at which clock times")
    times_per_day: PerDayValue | None = Field(
        None, description="how often a day; the plan gives the clock times"
    )
    junctions: JunctionValue | None = Field(
        None, description="how each phase follows the one before"
    )
    month_end: MonthEndValue | None = Field(
        None, description="what n months later means where the month has no such day"
    )


class WhenKeys(Shape):
    when: Annotated[Mapping[str, Texts] | None, BeforeValidator(filled)] = Field(
        None, description="present only where the choice is one of these"
    )


class PhaseShape(PhaseKeys, WhenKeys):
    name: Line | None = Field(None, description="what people call the phase")
    begins: AnchorValue | None = Field(None, description="the anchor of its first moment")
    overlap: Annotated[bool, Reads(read_yes)] = Field(
        False, description="whether it may lie beside the phase before it"
    )


class CourseShape(PhaseShape):
    phases: tuple[PhaseShape, ...] | None = Field(None, description="the phases, in order")


class SourceShape(Shape):
    cite: Text = Field(description="the publication, label or guideline, so that it can be found")
    says: Text | None = Field(
        None, description="its words on the regimen, quoted; at least one source says something"
    )


class ParameterShape(Shape):
    type: Annotated[ParameterType, Reads(read_type)] = Field(
        description="what kind of answer it takes"
    )
    ask: Text = Field(description="the question, in the words in which the plan's author is asked")
    unit: Annotated[Unit | None, Reads(read_unit)] = Field(
        None, description="of a quantity: the unit in which it is asked for"
    )
    at_least: Text | None = Field(None, description="the least answer that is accepted")
    at_most: Text | None = Field(None, description="the greatest answer that is accepted")
    choices: Mapping[str, Text] | None = Field(
        None, description="of a choice: each possible answer, with a line that explains it"
    )
    count: Annotated[int | None, Reads(read_per_week)] = Field(
        None, description="of weekdays: how many of them"
    )


class MeasureShape(Shape):
    taken: Annotated[str, Reads(read_taken)] = Field(
        description="when it is measured; so far only once, before the first dose"
    )
    at_least: Text | None = Field(None, description="the least value that is accepted")
    at_most: Text | None = Field(None, description="the greatest value that is accepted")


class ExpectedShape(Shape):
    doses: Annotated[int | None, Reads(read_doses)] = Field(
        None, description="how many administrations the course has"
    )
    total: TotalValue | None = Field(None, description="what they add up to")
    first: DateValue | None = Field(None, description="the day of the first one")
    last: DateValue | None = Field(None, description="the day of the last one")
    dates: tuple[DateValue, ...] | None = Field(None, description="the day of every one, in order")
    amounts: tuple[TotalValue, ...] | None = Field(
        None, description="the dose of every one, in order"
    )


class CaseShape(Shape):
    name: Line = Field(description="what the case shows")
    given: Mapping[str, Text] = Field(description="the answers of a plan: start, zone, parameters")
    expect: Mapping[str, ExpectedShape] | None = Field(
        None, description="what each course must come to, counted by hand"
    )
    refused: Text | None = Field(
        None, description="instead of expect: the code of the finding that must refuse the plan"
    )


class ProtocolShape(PhaseKeys):
    regimen: Annotated[str, Reads(read_version)] = Field(description="the version of the language")
    id: Text = Field(description="the protocol's name for the program; also the file's name")
    title: Line = Field(description="the protocol's name for people")
    status: Annotated[str, Reads(read_status)] = Field(description="what the regimen stands on")
    sources: tuple[SourceShape, ...] = Field(description="where the regimen is written down")
    assumes: tuple[Text, ...] = Field(
        (), description="what the author concluded and the source does not say"
    )
    parameters: Mapping[str, ParameterShape] = Field(
        default_factory=dict, description="what only the prescriber or the patient can tell"
    )
    measures: Mapping[str, MeasureShape] = Field(
        default_factory=dict, description="what is measured, where doses scale by it"
    )
    courses: Mapping[str, CourseShape] = Field(
        description="the courses: one drug each, as phases in order"
    )
    cases: tuple[CaseShape, ...] = Field(
        (), description="the author's tests: what a start date must lead to"
    )
