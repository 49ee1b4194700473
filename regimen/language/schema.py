"""The shape of a protocol file: every key, how its text is read, and its sentence.

Each key's description is the language reference's sentence about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regimen.language import anchor_texts, texts
from regimen.language.anchor_texts import Later
from regimen.language.kinds import (
    AMOUNT,
    DAY_OR_TIME,
    LINE,
    TEXT,
    of_product,
    read_doses,
    read_expected,
    read_per_week,
    read_status,
    read_type,
    read_version,
)
from regimen.language.measure_shape import MeasureShape
from regimen.language.phase_shape import AsNeededShape, CourseShape, PhaseKeys, VisitShape
from regimen.language.shapes import (
    Shape,
    block,
    key,
    named,
    no_more_than,
    not_empty,
    reads,
    several,
)
from regimen.protocol import Anchor, ParameterType
from regimen.quantity import Quantity, Unit, read_unit
from regimen.timing import CalendarSpan, Moment

if TYPE_CHECKING:
    from regimen.language.product_texts import Strength
    from regimen.product import Form, Rest, Split


_MOST_CHOICES = 100  # of a parameter
_MOST_BESIDE = 200  # visits, products, and what is given as needed


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
        no_more_than(_MOST_CHOICES, named(TEXT)),
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
    form: Form = key(of_product("read_form"), "what one piece, or one container of a liquid, is")
    strength: Strength | None = key(
        of_product("read_strength"), "the drug in one piece, or in a volume", absent=None
    )
    contains: Mapping[str, Strength] | None = key(
        not_empty(named(of_product("read_strength"))),
        "of a fixed-dose combination: each drug in it, with its strength",
        absent=None,
    )
    size: Quantity | None = key(
        of_product("read_size"), "what one container holds, or one pack", absent=None
    )
    split: Split | None = key(
        of_product("read_split"),
        "into which parts a piece may be broken; unsaid, into none",
        absent=None,
    )
    once_opened: Rest | CalendarSpan | None = key(
        of_product("read_once_opened"),
        "what becomes of the rest of an opened container",
        absent=None,
    )
    measured_to: Quantity | None = key(
        of_product("read_step"),
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
    first: Moment | None = key(DAY_OR_TIME, "the day of the first one", absent=None)
    last: Moment | None = key(DAY_OR_TIME, "the day of the last one", absent=None)
    dates: tuple[Moment, ...] | None = key(
        several(DAY_OR_TIME), "the day of every one, in order", absent=None
    )
    finishes: tuple[Moment, ...] | None = key(
        several(DAY_OR_TIME), "of infusions, when every one is over, in order", absent=None
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
        of_product("read_size_or_part"), "what is taken of it in all", absent=None
    )
    left_over: Quantity | None = key(
        of_product("read_rest"), "what is opened and not given", absent=None
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
        no_more_than(_MOST_BESIDE, named(block(ProductShape))),
        "what stands on the shelf",
        absent={},
    )
    courses: Mapping[str, CourseShape] = key(
        named(block(CourseShape)), "the courses: one drug each, as phases in order"
    )
    visits: Mapping[str, VisitShape] = key(
        no_more_than(_MOST_BESIDE, named(block(VisitShape))),
        "days without a drug, in the same calendar",
        absent={},
    )
    as_needed: Mapping[str, AsNeededShape] = key(
        no_more_than(_MOST_BESIDE, named(block(AsNeededShape))),
        "what is given only when it is needed, with its limits",
        absent={},
    )
    cases: tuple[CaseShape, ...] = key(
        several(block(CaseShape)), "the author's tests: what a start date must lead to", absent=()
    )
