"""Every protocol of the library: read, checked, tried, and quiet when it is right."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from regimen import library, planning
from regimen.finding import Override, Reader
from regimen.planning import Given
from regimen.protocol import Protocol
from regimen.schedule import CheckedSchedule

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


def schedule(name: str) -> CheckedSchedule:
    """The schedule of the first of its cases."""
    read = protocol(name)
    given = {key: Given(text) for key, text in read.cases[0].given.items()}
    return planning.check(read, planning.make_plan(read, given, plan_id="7" * 32, made=MADE))


def test_each_later_injection_of_medroxyprogesterone_has_its_window() -> None:
    """Two weeks early to four weeks late, as the handbook has it of the next injection."""
    first, *later = schedule("medroxyprogesterone-contraception").administrations
    assert first.due is None
    assert [str(dose.due) for dose in later] == [
        "2025-03-24 to 2025-05-05",
        "2025-06-23 to 2025-08-04",
        "2025-09-22 to 2025-11-03",
        "2025-12-22 to 2026-02-02",
    ]


def test_for_pain_after_surgery_four_doses_are_counted_and_none_is_planned() -> None:
    drops = schedule("cataract-surgery-drops")
    assert {dose.course for dose in drops.administrations} == {
        "moxifloxacin",
        "steroid",
        "ketorolac",
    }
    (pain,) = drops.as_needed
    assert (pain.doses, str(pain.amount)) == (4, "4 g")
