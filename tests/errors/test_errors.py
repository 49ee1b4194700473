"""One broken file per error code: the finding, its exact place, and the words it must hold."""

from __future__ import annotations

import re

import pytest

from regimen.finding import Finding
from tests.errors import broken
from tests.errors.broken import Expected

EXPECTED = broken.expectations()
ROWS = [pytest.param(expected, id=code) for code, expected in sorted(EXPECTED.items())]

# What only the people who write the program know, and nobody who reads a message.
INTERNALS = re.compile(
    r"pydantic|NoneType|Traceback|\bloc\b|ctx|_type\b|type=|input_value|object at 0x|\.py\b"
    r"|\b(?:tuple|dict|list|str|int|bool|float|Fraction|datetime|Decimal)\b[\[(]"
    r"|\b(?:Ref|Quantity|CalendarSpan|ElapsedSpan|DoseExpression|NotStated|Between|Misread)\b"
    r"|\w+Shape\b|Error\b|Exception|<class|\bself\b|\bNone\b|\bTrue\b|\bFalse\b"
)


@pytest.mark.parametrize("expected", ROWS)
def test_the_finding_is_this_one_here(expected: Expected) -> None:
    found = broken.findings(expected)
    codes = [finding.code for finding in found]
    assert codes == sorted([expected.code, *expected.also], key=codes.index), shown(found)
    finding = next(each for each in found if each.code == expected.code)
    assert finding.rule.severity == expected.severity
    assert finding.rule.reader == expected.reader
    words = f"{finding.what}\n{finding.mend}"
    assert [said for said in expected.says if said not in words] == [], words
    readings = [reading.title for reading in finding.readings]
    missing = [each for each in expected.readings if not any(each in title for title in readings)]
    assert missing == [], readings
    assert bool(readings) == bool(expected.readings)
    if expected.place is None:
        assert finding.place is None
    else:
        assert finding.place is not None
        assert (finding.place.line, finding.place.column) == expected.place[:2], shown(found)


@pytest.mark.parametrize("expected", ROWS)
def test_what_stands_at_the_place_is_what_is_wrong(expected: Expected) -> None:
    if expected.place is None:
        return
    line, column, words = expected.place
    if expected.code in broken.MADE_HERE:
        text = broken.made_here(expected.code).decode("latin-1")
    else:
        text = broken.place_text(expected.code, expected)
    assert text.split("\n")[line - 1][column - 1 :].startswith(words)


@pytest.mark.parametrize(
    "expected", [row for row in ROWS if EXPECTED[str(row.id)].broken], ids=lambda each: each.code
)
def test_the_file_is_right_but_for_that(expected: Expected) -> None:
    assert shown(broken.mended(expected)) == ""


def test_every_rule_has_a_file_and_every_file_a_rule() -> None:
    known = set(broken.all_rules())
    assert set(EXPECTED) == known
    assert broken.files() == known - set(broken.MADE_HERE)
    assert len(known) > 70


@pytest.mark.parametrize("expected", ROWS)
def test_no_message_speaks_of_the_program(expected: Expected) -> None:
    found = broken.findings(expected)
    assert found
    for finding in found:
        assert INTERNALS.findall(str(finding)) == []


@pytest.mark.parametrize("expected", ROWS)
def test_messages_are_whole_and_short(expected: Expected) -> None:
    for finding in broken.findings(expected):
        for words in (finding.what, finding.mend, finding.rule.why):
            assert words == words.strip()
            assert words[-1] not in ".!"
            assert "  " not in words
            assert len(words) < 400, words
        assert finding.what[0].islower() or not finding.what[0].isalpha() or ":" in finding.what


def test_the_messages_are_the_golden_ones() -> None:
    assert broken.golden() == broken.GOLDEN.read_text(encoding="utf-8"), (
        "if the change is meant: python tests/errors/regenerate.py, and read the difference"
    )


def shown(found: tuple[Finding, ...]) -> str:
    return "\n".join(str(finding) for finding in found)
