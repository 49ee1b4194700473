"""No float anywhere between the words and the dose: not in the code, not while it runs, not in what
comes out."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from regimen import planning
from regimen.finding import Refusal
from regimen.schedule import CheckedSchedule
from tests.properties import strategies, test_engine_agrees
from tests.properties.strategies import Sample
from tests.properties.strategies.making import FEWER

ROOT = Path(__file__).parents[2]
MADE = datetime(2026, 1, 1, tzinfo=UTC)

# --- the code

ROOMS = ("engine", "checks", "language", "protocol")
EXACT = {"ceil", "floor", "gcd", "isqrt", "lcm", "prod", "comb"}  # of math: exact on whole numbers
CODE = sorted(
    path
    for path in (ROOT / "regimen").rglob("*.py")
    if path.parent.name == "regimen" or path.relative_to(ROOT / "regimen").parts[0] in ROOMS
)


def inexact(tree: ast.AST) -> Iterator[str]:
    """What may make a float: literals, float(), the inexact part of math, powers that may be roots.
    What a division makes is seen while the code runs, below."""
    asked = {part for node in ast.walk(tree) for part in _asked_about(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"{node.lineno}: {node.value!r}"
            case ast.Name(id="float" | "complex", ctx=ast.Load()) if node not in asked:
                yield f"{node.lineno}: {node.id}"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in EXACT:
                yield f"{node.lineno}: math.{name}"
            case ast.ImportFrom(module="math", names=names):
                yield from (f"{node.lineno}: {n.name}" for n in names if n.name not in EXACT)
            case ast.ImportFrom(module="statistics" | "cmath" | "random" | "numpy"):
                yield f"{node.lineno}: {node.module}"
            case ast.Import(names=names):
                wrong = {"statistics", "cmath", "random", "numpy"}
                yield from (f"{node.lineno}: {n.name}" for n in names if n.name in wrong)
            case ast.BinOp(op=ast.Pow(), right=right) if not _whole(right):
                yield f"{node.lineno}: a power that may be a root"


def _asked_about(node: ast.AST) -> Iterator[ast.AST]:
    """The types that isinstance only asks about, to refuse them."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, types]):
            yield from ast.walk(types)


def _whole(exponent: ast.expr) -> bool:
    """A literal whole number, or a name or difference of such: what a Fraction may be raised to. A
    Fraction as exponent is refused where it stands."""
    return not any(
        isinstance(node, ast.Div) or (isinstance(node, ast.Name) and node.id == "Fraction")
        for node in ast.walk(exponent)
    )


def test_there_is_code_to_look_at() -> None:
    names = {path.relative_to(ROOT / "regimen").as_posix() for path in CODE}
    assert {"quantity.py", "timing.py", "engine/dosing.py", "checks/recount.py"} <= names


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_has_no_way_to_make_a_float(path: Path) -> None:
    assert list(inexact(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    ["0.5", "float(a)", "map(float, a)", "math.sqrt(a)", "from math import sqrt", "import random",
     "a ** Fraction(1, 2)", "a ** (1 / 2)", "1j"],
)  # fmt: skip
def test_what_makes_a_float_is_seen(code: str) -> None:
    assert list(inexact(ast.parse(code))) != []


# --- while it runs


def test_no_value_is_a_float_while_protocols_are_expanded() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.properties.watched"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(found.stdout)
    assert told["floats"] == []
    assert told["cases"] > 0
    for module in ("quantity", "engine.dosing", "engine.totals", "checks.recount"):
        assert told["seen"][f"regimen.{module}"] > 100


# --- what comes out

PLAIN = (str, bytes, bool, int, Fraction, date, time, datetime, timedelta, Enum, type(None))


def values(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value inside, with the way to it. Raises TypeError on what it cannot look into."""
    if isinstance(value, (float, complex, *PLAIN)):
        yield where, value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from values(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from values(key, f"{where}[key]")
            yield from values(each, f"{where}[{key}]")
    elif isinstance(value, list | tuple | Set):
        for each in value:
            yield from values(each, f"{where}[]")
    else:
        raise TypeError(f"{where} is a {type(value)}")


def assert_no_float(value: Any) -> None:
    count = 0
    for where, each in values(value):
        count += 1
        assert not isinstance(each, float | complex), where
    assert count > 5


def test_a_float_is_found_wherever_it_hides() -> None:
    for hidden in (1.0, [1.0], {"a": (1.0,)}, {1.0: "a"}, frozenset([1.0])):
        assert any(isinstance(value, float) for _, value in values(hidden))
    with pytest.raises(TypeError):
        list(values(object()))


@FEWER
@given(strategies.samples())
def test_no_float_in_a_random_schedule(sample: Sample) -> None:
    protocol = planning.read_protocol(strategies.to_yaml(sample.protocol), "sample.yaml")
    plan = test_engine_agrees.plan_for(protocol, sample.answers, sample.start)
    schedule = planning.examine(protocol, plan)
    assert_no_float(schedule)


@pytest.mark.parametrize("path", sorted((ROOT / "protocols").glob("*.yaml")), ids=lambda p: p.stem)
def test_no_float_in_what_is_shipped(path: Path) -> None:
    protocol = planning.read_protocol(path.read_bytes(), path.name)
    assert_no_float(protocol)
    for case in protocol.cases:
        texts = {name: planning.Given(text) for name, text in case.given.items()}
        try:
            plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
            schedule = planning.examine(protocol, plan)
        except Refusal as refusal:
            assert_no_float(refusal.findings)
            continue
        assert_no_float(schedule)
        if not any(finding.stands for finding in schedule.findings):
            checked = planning.check(protocol, plan)
            assert isinstance(checked, CheckedSchedule)
            assert_no_float(checked)
