"""A weight, height or surface ten times too large, or too small, is stopped in every protocol of the
library whose doses rest on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from regimen import library, planning
from regimen.finding import Refusal
from regimen.planning import Given
from regimen.protocol import Case, Protocol
from regimen.quantity import decimal_text

MADE = datetime(2026, 3, 1, tzinfo=UTC)
SIZES = ("weight", "height", "bsa")
# What stops it: the limits of the protocol, the age, or the dose that would follow.
STOPPED_BY = {"outside-limits", "implausible-size", "far-outside-range"}
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?= (?:kg|g|cm|m2)\b)")


def protocol(name: str) -> Protocol:
    return planning.read_protocol(*library.protocol_text(name))


def sized_cases() -> Iterator[tuple[str, Case, str]]:
    """Every case that comes to doses, with each size that it gives."""
    for name in library.protocol_ids():
        read = protocol(name)
        for case in read.cases:
            for size in SIZES:
                if case.refused is None and _NUMBER.search(case.given.get(size, "")):
                    yield name, case, size


CASES = list(sized_cases())


def times(text: str, factor: Fraction) -> str:
    return _NUMBER.sub(lambda match: decimal_text(Fraction(match[0]) * factor) or "", text)


def stopped(name: str, case: Case, size: str, factor: Fraction) -> set[str]:
    read = protocol(name)
    given = {key: Given(text) for key, text in case.given.items()}
    given[size] = Given(times(case.given[size], factor))
    assert given[size].text != case.given[size]
    try:
        plan = planning.make_plan(read, given, plan_id="7" * 32, made=MADE)
        planning.check(read, plan)
    except Refusal as refusal:
        return {finding.code for finding in refusal.findings}
    return set()


@pytest.mark.parametrize(("name", "case", "size"), CASES, ids=[f"{n}-{s}" for n, _, s in CASES])
@pytest.mark.parametrize("factor", [Fraction(10), Fraction(1, 10)], ids=["tenfold", "a tenth"])
def test_a_size_ten_times_wrong_is_stopped(
    name: str, case: Case, size: str, factor: Fraction
) -> None:
    assert stopped(name, case, size, factor) & STOPPED_BY


def test_every_protocol_that_rests_on_a_weight_was_tried() -> None:
    by_weight = {
        name
        for name in library.protocol_ids()
        if any(
            size in phase.needs
            for course in protocol(name).courses
            for phase in course.phases
            for size in SIZES
        )
    }
    assert by_weight
    assert by_weight == {name for name, _, _ in CASES}


def test_what_is_not_wrong_is_not_stopped() -> None:
    for name, case, _ in CASES:
        read = protocol(name)
        given = {key: Given(text) for key, text in case.given.items()}
        plan = planning.make_plan(read, given, plan_id="7" * 32, made=MADE)
        codes = {each.code for each in planning.examine(read, plan).findings if each.stands}
        assert codes <= {"not-stated"}
