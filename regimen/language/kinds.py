"""How the text of one value is read: the kinds of which the shapes of a file are made."""

from __future__ import annotations

from collections.abc import Callable

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language import anchor_texts, dose_texts, texts
from regimen.language.shapes import Kind, or_table, reads
from regimen.language.texts import NotStated, TableText
from regimen.protocol import (
    DECLARED_TYPES,
    Dealing,
    Junction,
    LastDose,
    ParameterType,
    Ref,
    Share,
    TotalOf,
)
from regimen.quantity import Quantity, read_count
from regimen.timing import MonthEnd, read_date, read_moment


def read_junction(text: str) -> Junction:
    return Junction(texts.read_word(text, tuple(Junction)))


def read_dealing(text: str) -> Dealing:
    return Dealing(texts.read_word(text, tuple(Dealing)))


def read_month_end(text: str) -> MonthEnd:
    return MonthEnd(texts.read_word(text, tuple(MonthEnd)))


def read_per(text: str) -> Share:
    return Share(texts.read_word(text, (Share.DAY,)))


def read_status(text: str) -> str:
    return texts.read_word(text, ("guideline", "label", "trial", "case report", "local"))


def read_yes(text: str) -> bool:
    return texts.read_word(text, ("yes", "no")) == "yes"


def read_version(text: str) -> str:
    """The one version of the language there is, of protocols and of plans."""
    if text != "1":
        raise Misread(
            rules.LANGUAGE_VERSION, f"{quoted(text)} is not a version of the language", "write 1"
        )
    return text


def read_type(text: str) -> ParameterType:
    return ParameterType(texts.read_word(text, DECLARED_TYPES))


def read_total_of(text: str) -> TotalOf:
    return TotalOf(texts.read_word(text, tuple(TotalOf)))


def read_last_dose(text: str) -> LastDose:
    return LastDose(texts.read_word(text, tuple(LastDose)))


def read_doses(text: str) -> int:
    return read_count(text, at_most=texts.MOST_DOSES)


def read_per_week(text: str) -> int:
    return read_count(text, at_most=7)


def read_first_day(text: str) -> int:
    return int(texts.read_word(text, ("0", "1")))


def read_per_day(text: str) -> int:
    return read_count(text, at_most=24)


def written(text: str) -> str:
    return text


def read_expected(text: str) -> Quantity | None:
    """An amount, or `open`. Raises Misread."""
    return None if text == "open" else dose_texts.read_amount(text)


def of_product(reader: str) -> Kind:
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
DAY_OR_TIME = reads(read_moment)
DOSE_OR_PART = valued(dose_texts.read_dose_or_part)
SPAN_OR_RANGE = valued(texts.read_span_or_range)
ANY_SPAN = valued(texts.read_any_span_or_range)
