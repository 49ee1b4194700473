"""What a protocol's case may expect of a course, and what of a visit."""

from __future__ import annotations

import pytest

from regimen import planning
from regimen.finding import Refusal

PROTOCOL = """\
regimen: 1
id: cases
title: Cases
status: local
sources: [{{cite: "Ward protocol of the day clinic, 2026"}}]
visits:
  weighing: {{every: 1 week, times: 2}}
courses:
  a: {{drug: drug A, route: oral, dose: 10 mg, every: 1 day, doses: 3}}
cases:
  - name: three days
    given: {{start: 2026-03-02}}
    expect: {{{expected}}}
"""


def read(expected: str) -> None:
    protocol = planning.read_protocol(PROTOCOL.format(expected=expected), "cases.yaml")
    (case,) = planning.test(protocol)
    assert not case.findings


@pytest.mark.parametrize(
    "expected",
    [
        "a: {doses: 3, total: 30 mg, last: 2026-03-04}",
        "weighing: {times: 2, last: 2026-03-09}",
        "a: {first: 2026-03-02}, weighing: {dates: [2026-03-02, 2026-03-09]}",
    ],
)
def test_a_case_counts_doses_of_a_course_and_times_of_a_visit(expected: str) -> None:
    read(expected)


@pytest.mark.parametrize(
    ("expected", "code", "words"),
    [
        ("a: {times: 3}", "unknown-key", "times says nothing of a course"),
        ("weighing: {doses: 2}", "unknown-key", "doses says nothing of a visit"),
        ("weighing: {total: 30 mg}", "unknown-key", "total says nothing of a visit"),
        ("weighing: {amounts: [10 mg, 10 mg]}", "unknown-key", "amounts says nothing of a visit"),
        ("a: {}", "empty-value", "the case expects nothing of a"),
        ("weighing: {}", "empty-value", "the case expects nothing of weighing"),
        ("b: {doses: 3}", "unknown-anchor", "there is no course or visit 'b'"),
    ],
)
def test_what_says_nothing_of_it_is_refused(expected: str, code: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(expected)
    assert [finding.code for finding in refusal.value.findings] == [code]
    assert words in str(refusal.value)
