"""Every key of the language is read back by `regimen show`, with its values: whatever number or
word of a protocol is changed, what is shown changes with it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from docs.generate.language import Entry, chapters
from regimen.cli import main

# What says nothing of how the patient is treated: who wrote the file, and the author's own tests.
ABOUT_THE_FILE = {"regimen", "id", "title", "status", "sources", "assumes", "cases"}
SHAPES_OF_CASES = {"SourceShape", "CaseShape", "ExpectedShape", "ExpectedProductShape"}

Tree = Any  # a plain YAML tree, every scalar a text
Path_ = tuple[str | int, ...]


def written(entry: Entry) -> Tree:
    """The file but for what is about it."""
    tree = yaml.load(entry.text, Loader=yaml.BaseLoader)
    return {key: value for key, value in tree.items() if key not in ABOUT_THE_FILE}


def entries() -> list[tuple[str, Entry]]:
    return [
        (f"{chapter['shape']}.{key}: {form.shown}", form)
        for chapter in chapters()
        if chapter["shape"] not in SHAPES_OF_CASES
        for key, block in chapter["keys"].items()
        if key not in ABOUT_THE_FILE
        for form in block["forms"]
    ]


ENTRIES = entries()


def show(text: str, folder: Path) -> str | None:
    """What `regimen show` says of the file, or nothing where it refuses it."""
    path = folder / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["show", str(path)])
    return result.output if result.exit_code == 0 else None


def changed(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """The file with one number more by one, each in turn; and where it stands."""
    for path, text in _texts(tree):
        if path[0] in ABOUT_THE_FILE:
            continue
        for number in re.finditer(r"\d+", text):
            more = f"{int(number[0]) + 1:0{len(number[0])}}"
            yield (
                f"{path}: {text}",
                _put(tree, path, text[: number.start()] + more + text[number.end() :]),
            )


def _texts(tree: Tree, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every scalar; and every key, whose path ends in `?`."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if len(path) > 1:
                yield (*path, key, "?"), key
            yield from _texts(value, (*path, key))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            yield from _texts(value, (*path, at))
    elif path:
        yield path, tree


def _put(tree: Tree, path: Path_, text: str) -> Tree:
    made = spot = copy.deepcopy(tree)
    *way, last = path[:-1] if path[-1] == "?" else path
    for part in way:
        spot = spot[part]
    if path[-1] == "?":
        items = [(text if key == last else key, value) for key, value in spot.items()]
        spot.clear()
        spot.update(items)
    else:
        spot[last] = text
    return made


@pytest.mark.parametrize(
    "entry", [entry for _, entry in ENTRIES], ids=[name for name, _ in ENTRIES]
)
def test_a_number_that_changes_is_read_back_otherwise(entry: Entry, tmp_path: Path) -> None:
    usual = show(entry.text, tmp_path)
    assert usual is not None
    tree = yaml.load(entry.text, Loader=yaml.BaseLoader)
    silent = []
    for what, other in changed(tree):
        if show(yaml.safe_dump(other, sort_keys=False, allow_unicode=True), tmp_path) == usual:
            silent.append(what)
    assert silent == []


# Forms that mean the same: an abbreviation that is understood, and what holds where nothing is said.
SAME = {
    frozenset({"PhaseKeys.route: route: IM", "PhaseKeys.route: route: intramuscular"}),
    frozenset({"ProductShape.drug: drug: drug A", "ProductShape.split: split: never"}),
    frozenset({"PhaseKeys.times_per_day: times_per_day: 1", "PhaseShape.begins: begins: start"}),
}


def test_there_are_numbers_to_change() -> None:
    assert sum(len(list(changed(written(entry)))) for _, entry in ENTRIES) > 800


def test_forms_that_are_written_otherwise_are_read_back_otherwise(tmp_path: Path) -> None:
    shown: dict[str, str] = {}
    silent = []
    for name, entry in ENTRIES:
        said = show(entry.text, tmp_path)
        assert said is not None
        other = shown.setdefault(said, name)
        if other != name and written(dict(ENTRIES)[other]) != written(entry):
            silent.append((other, name))
    assert len(shown) > 150
    assert {frozenset(pair) for pair in silent} == SAME
