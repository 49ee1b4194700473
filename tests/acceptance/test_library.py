"""Every protocol of the library: read, checked, tried, and quiet when it is right."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from regimen import library, planning
from regimen.finding import Override, Reader
from regimen.planning import Given
from regimen.protocol import Protocol

MADE = datetime(2026, 3, 1, tzinfo=UTC)
MOST_FINDINGS = 2


def protocol(name: str) -> Protocol:
    text, file = library.protocol_text(name)
    return planning.read_protocol(text, file)


def test_the_library_holds_the_four_published_treatments() -> None:
    assert set(library.protocol_ids()) >= {
        "b12-acth-infantile-spasms",
        "b12-acth-erol",
        "b12-acth-phenobarbital-malbora",
        "b12-sulthiame-glaser",
    }


@pytest.mark.parametrize("name", library.protocol_ids())
def test_every_protocol_passes_its_cases(name: str) -> None:
    results = planning.test(protocol(name))
    assert [str(finding) for result in results for finding in result.findings] == []
    assert any(result.case.expected for result in results)


@pytest.mark.parametrize("name", library.protocol_ids())
def test_every_protocol_is_cited(name: str) -> None:
    read = protocol(name)
    assert read.id == name
    assert all(source.cite for source in read.sources)
    assert read.status == "local" or any(source.says for source in read.sources)
    assert read.assumes


@pytest.mark.parametrize("name", library.protocol_ids())
def test_every_course_stands_on_quoted_words(name: str) -> None:
    """The drug of each course is named in the words that the source is quoted for."""
    read = protocol(name)
    quoted = re.sub(
        r"[^a-z0-9]", "", " ".join(source.says or "" for source in read.sources).lower()
    )
    for course in read.courses:
        words = re.sub(r"^synthetic ", "", course.drug.lower())
        assert re.sub(r"[^a-z0-9]", "", words) in quoted, course.key


@pytest.mark.parametrize("name", library.protocol_ids())
def test_a_correct_plan_is_quiet(name: str) -> None:
    read = protocol(name)
    for case in read.cases:
        if case.refused is None:
            given = {key: Given(text) for key, text in case.given.items()}
            plan = planning.make_plan(read, given, plan_id="7" * 32, made=MADE)
            findings = planning.examine(read, plan).findings
            assert len(findings) <= MOST_FINDINGS
            assert all(finding.rule.reader is Reader.PLAN for finding in findings)


def test_erol_is_exported_only_once_its_gap_is_accepted() -> None:
    erol = protocol("b12-acth-erol")
    about = "acth: the route, the dose, the days, the duration"
    accepted = Override("not-stated", about, "Dr A", "2026-03-01", "ACTH has ended")
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(erol, given, plan_id="7" * 32, made=MADE, overrides=(accepted,))
    assert planning.check(erol, plan).findings[0].override == accepted
