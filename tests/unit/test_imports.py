"""Imports point down only: the order of the rooms, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import regimen

ROOT = Path(regimen.__file__).parent

# Lowest first. A module may import from rooms below its own, and from its own room.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("regimen.finding",),
    ("regimen.rules",),
    ("regimen.quantity",),
    ("regimen.timing", "regimen.route", "regimen.cause"),
    ("regimen.product", "regimen.reminders"),
    ("regimen.protocol",),
    ("regimen.record",),
    ("regimen.plan",),
    ("regimen.schedule",),
    ("regimen.figures", "regimen.comparison"),
    ("regimen.language",),
    ("regimen.engine",),
    ("regimen.checks",),
    ("regimen.cases",),
    ("regimen.export",),
    ("regimen.comparing",),
    ("regimen.planning",),
    ("regimen.library",),
    ("regimen",),
    ("regimen.cli",),
)
FORBIDDEN = {
    "regimen.engine": {"regimen.language"},
    "regimen.export": {"regimen.language", "regimen.engine", "regimen.checks", "regimen.cases"},
}
FACES = ("regimen.cli", "regimen.library", "regimen")


def room_of(module: str) -> str:
    candidates = [room for rooms in ROOMS for room in rooms]
    best = [room for room in candidates if module == room or module.startswith(f"{room}.")]
    exact = [room for room in best if room != "regimen" or module == "regimen"]
    if not exact:
        raise AssertionError(f"{module} is in no room: list it in ROOMS")
    return max(exact, key=len)


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def edges() -> list[tuple[str, str]]:
    known, found = modules(), []
    for module, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                assert node.level == 0, f"{module} imports relatively"
                names = [
                    full if (full := f"{node.module}.{alias.name}") in known else node.module
                    for alias in node.names
                ]
            found += [(module, name) for name in names if name.split(".")[0] == "regimen"]
    return found


def test_there_are_imports_to_judge() -> None:
    assert len(edges()) > 100


def test_every_module_is_in_a_room() -> None:
    assert "regimen.engine.expansion" in modules()
    for module in modules():
        room_of(module)  # raises AssertionError where it has none


def test_imports_point_down() -> None:
    height = {room: at for at, rooms in enumerate(ROOMS) for room in rooms}
    upward = [
        f"{importer} imports {imported}"
        for importer, imported in edges()
        if room_of(imported) != room_of(importer)
        and height[room_of(imported)] >= height[room_of(importer)]
    ]
    assert upward == []


def test_rooms_that_must_not_know_each_other() -> None:
    broken = [
        f"{importer} imports {imported}"
        for importer, imported in edges()
        if room_of(imported) in FORBIDDEN.get(room_of(importer), set())
    ]
    assert broken == []


READS_THE_WORLD = {"now", "today", "utcnow", "open", "getenv", "environ", "urandom", "uuid4"}


@pytest.mark.parametrize(
    "module", [each for each in modules() if room_of(each) not in FACES], ids=str
)
def test_nothing_below_the_faces_reads_the_world(module: str) -> None:
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Name))
    }
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    assert used & READS_THE_WORLD - own - attributes == set()


@pytest.mark.parametrize("module", list(modules()), ids=str)
def test_no_float_touches_a_dose(module: str) -> None:
    """No float literal and no call of float anywhere in the package."""
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{module}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"{module}:{node.lineno}"
