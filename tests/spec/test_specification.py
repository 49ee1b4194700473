"""Every row of every specification table is one test; and the runner refuses broken tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.runner import run
from tests.spec.tables import VECTORS, BadTableError, Row, read_table, tables

TABLES = tables()
ROWS = [row for table in TABLES for row in table.rows]
NAMES = {
    "t1-extent",
    "t2-listed-days",
    "t2-offsets",
    "t2-repeat",
    "t2-which-days",
    "t3-how-long",
    "t3-ends",
    "t4-what-time",
    "as-needed",
    "branches",
    "decisions",
    "t5-from-where",
    "t5-still-open",
    "t6-months",
    "sites",
    "t7-clock-and-elapsed",
    "t8-end",
    "t9-tolerance",
    "d1-amounts",
    "d2-basis",
    "d3-cap-and-round",
    "d4-tables",
    "d4-time-keys",
    "d5-measures",
    "d6-taper",
    "d7-totals",
    "d7-pieces",
    "d7-dispensing",
    "d8-usual-range",
    "d9-infusion",
    "compare",
    "inheritance",
    "plans",
    "r1-record",
    "r2-clinic-days",
    "unknowns",
    "visits",
}


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_row(row: Row) -> None:
    run(row)


def test_every_rule_has_its_table() -> None:
    assert {table.name for table in TABLES} == NAMES


def test_no_sentence_stands_twice() -> None:
    sentences = [row.means for row in ROWS]
    assert len(sentences) == len(set(sentences)) > 200


def test_what_other_systems_say_of_time_is_all_held() -> None:
    assert {row.vector for row in ROWS if row.vector} == set(VECTORS)


# --- the runner itself

GOOD = """
rule: T0
title: A table
why: Because.
unless_said: {drug: drug A, route: oral, dose: 10 mg}
rows:
  - means: Three days.
    phase: {every: 1 day, for: 3 days}
    given: {start: 2026-03-02}
    dates: [2026-03-02, 2026-03-03, 2026-03-04]
"""


def test_a_good_table_holds() -> None:
    (row,) = read_table(GOOD, "good").rows
    assert row.piece == "{every: 1 day, for: 3 days}"
    run(row)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-03-04]", "2026-03-05]"),
        (", 2026-03-04]", "]"),
        ("dates: [2026-03-02, 2026-03-03, 2026-03-04]", "total: {doses: 4}"),
        ("dates: [2026-03-02, 2026-03-03, 2026-03-04]", "prints: [nothing]"),
        ("dates: [2026-03-02, 2026-03-03, 2026-03-04]", "refused: no-days\n    says: [no]"),
        ("    dates", "    finds: [too-close]\n    dates"),
        ("    dates", "    notes: {2026-03-02: on a closed day}\n    dates"),
        ("    dates", "    because: {2026-03-02: by weight}\n    dates"),
    ],
)
def test_a_row_that_does_not_hold_fails(before: str, after: str) -> None:
    assert before in GOOD
    (row,) = read_table(GOOD.replace(before, after), "wrong").rows
    with pytest.raises(AssertionError):
        run(row)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (GOOD[GOOD.index("  - means") :], "", "no rows"),
        (GOOD[GOOD.index("rows:") :], "rows: []", "no rows"),
        ("    given:", "    givne:", "unknown key 'givne'"),
        ("why: Because.", "wyh: Because.", "unknown key 'wyh'"),
        ("    dates: [2026-03-02, 2026-03-03, 2026-03-04]", "", "needs exactly one of dates"),
        ("[2026-03-02, 2026-03-03, 2026-03-04]", "[]", "expects nothing"),
        ("    dates:", "    total: {doses: 3}\n    dates:", "needs exactly one of dates"),
        ("    phase:", "    course: {}\n    phase:", "needs exactly one of phase"),
        ("dates: [2026-03-02, 2026-03-03, 2026-03-04]", "refused: no-days", "says is missing"),
        ("    given: {start: 2026-03-02}", "    given: {}\n    given: {}", "stands twice"),
        ("means: Three days.", "source: nobody", "no means"),
        ("    dates:", "    vector: 12\n    dates:", "no source OpenMRS for 12"),
        ("    dates:", "    vector: 99\n    source: any.\n    dates:", "no source None for 99"),
        ("    dates:", "    says: [words]\n    dates:", "says belongs to"),
    ],
)
def test_a_broken_table_is_refused(before: str, after: str, words: str) -> None:
    assert before in GOOD
    with pytest.raises(BadTableError, match=words):
        read_table(GOOD.replace(before, after), "broken")


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTableError, match="no table"):
        tables(tmp_path)
