"""Every hazard names a rule and a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[tuple[int, str, str, str]]:
    text = (ROOT / "docs" / "HAZARDS.md").read_text(encoding="utf-8")
    found = [ROW.match(line) for line in text.splitlines()]
    return [(int(row[1]), row[2], row[3], row[4]) for row in found if row]


def missing(test: tuple[str, str]) -> bool:
    path = ROOT / test[0]
    if not path.is_file():
        return True
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return test[1] not in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }


def test_the_log_is_there_and_numbered() -> None:
    assert [row[0] for row in rows()] == list(range(1, len(rows()) + 1))
    assert len(rows()) >= 30


def test_every_hazard_names_a_test_that_exists() -> None:
    for number, hazard, rule, held_by in rows():
        tests = NAMED.findall(held_by)
        assert hazard, number
        assert rule, number
        assert tests, f"hazard {number} names no test"
        gone = [test for test in tests if missing(test)]
        assert gone == [], f"hazard {number}"


def test_a_missing_test_would_be_seen() -> None:
    assert missing(("tests/docs/test_hazards.py", "test_that_nobody_wrote"))
    assert missing(("tests/docs/no_such_file.py", "test_rows"))
