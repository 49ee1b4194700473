"""The command line: files, formats, and what goes to which stream."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click
import pytest

from regimen.cli import scheduling
from regimen.export import FORMATS, ExportMismatch
from tests.unit.command_line import (
    ANSWERS,
    CASE,
    run,
    words,
)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    run("plan", "new", CASE, *ANSWERS, "--by", "Dr Example", "-o", str(path))
    return path


# --- files and formats


def test_nothing_but_data_goes_to_standard_output(plan: Path) -> None:
    for form in ("csv", "ics", "json", "html", "xlsx"):
        piped = run("schedule", str(plan), "--format", form, "-o", "-")
        path = plan.with_name(f"c.{form}")
        assert run("schedule", str(plan), "-o", str(path)).stdout == ""
        if form in ("csv", "ics", "json"):
            assert piped.stdout_bytes == path.read_bytes()
        assert piped.stderr == ""


def test_the_formats_are_those_there_are() -> None:
    option = next(each for each in scheduling.schedule.params if each.name == "form")
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(FORMATS)


def test_the_extension_chooses_the_format(plan: Path) -> None:
    path = plan.with_name("UPPER.CSV")
    run("schedule", str(plan), "-o", str(path))
    assert path.read_bytes().startswith(b"id,date,")
    other = plan.with_name("calendar.txt")
    run("schedule", str(plan), "-o", str(other), "--format", "csv")
    assert other.read_bytes() == path.read_bytes()


def test_a_file_is_replaced_whole_and_keeps_its_rights(plan: Path) -> None:
    path = plan.with_name("c.csv")
    path.write_text("old")
    path.chmod(0o640)
    assert "Replaced" in run("schedule", str(plan), "-o", str(path)).stderr
    assert path.read_bytes().startswith(b"id,date,")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in plan.parent.iterdir()) == ["c.csv", "plan.yaml"]


def test_a_link_keeps_pointing_where_it_pointed(plan: Path) -> None:
    target, link = plan.with_name("target.csv"), plan.with_name("link.csv")
    target.write_text("old")
    link.symlink_to(target)
    run("schedule", str(plan), "-o", str(link))
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"id,date,")


def test_a_failed_write_leaves_the_old_file(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plan.with_name("c.csv")
    path.write_text("old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    result = run("schedule", str(plan), "-o", str(path), code=2)
    assert "No space left" in result.stderr
    assert path.read_text() == "old"
    assert sorted(each.name for each in plan.parent.iterdir()) == ["c.csv", "plan.yaml"]


def test_what_does_not_read_back_is_not_written(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lies(*_: object, **__: object) -> bytes:
        raise ExportMismatch("row 3 says 1000 mcg")

    monkeypatch.setattr(import_module("regimen.export"), "export", lies)
    path = plan.with_name("c.csv")
    result = run("schedule", str(plan), "-o", str(path), code=1)
    assert "row 3 says 1000 mcg" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "c.doc"), "csv, xlsx, ics, json, html"),
        (("-o", "c"), "csv, xlsx, ics, json, html"),
        (("-o", "-"), "--format"),
        (("-o", "c.csv", "--format", "ics"), "contradict"),
        (("--format", "pdf"), "pdf"),
        (("-o", "c.csv", "--why"), "--why"),
        (("-o", "c.csv", "--label", "x"), "--label"),
        (("-o", "c.csv", "--save-plan", "c.csv"), "the same file"),
        (("-o", "no/such/folder/c.csv"), "cannot be written"),
        (("--set", "twice_weekly_for"), "NAME=TEXT"),
        (("--set", "=2 weeks"), "NAME=TEXT"),
        (("--set", "twice_weekly_for=3 weeks"), "answered twice"),
        (("--set", "start=2026-03-03"), "answered twice"),
        (("--override", "x=y"), "--by"),
        (("--override", "x=y", "--by", "Dr Example"), "--because"),
        (("--because", "y"), "--override"),
        (("--nonsense",), "--nonsense"),
        (("weeks",), 'stands in quotation marks: --set weight="7.5 kg"'),
    ],
    ids=str,
)
def test_wrong_use(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("schedule", CASE, *ANSWERS, *arguments, code=2)
    assert list(tmp_path.iterdir()) == []
    assert said in words(result.stderr)
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["schedule", "totals", "show", "check", "test"])
@pytest.mark.parametrize("source", ["b12-acth", "../protocols", "nope.yaml", "a\x1b[2Jb", "."])
def test_there_is_no_such_protocol(command: str, source: str) -> None:
    result = run(command, source, code=2)
    assert result.stdout == ""
    assert "\x1b" not in result.stderr


def test_the_meant_protocol_is_offered() -> None:
    result = run("show", "b12-acth-infantile-spasm", code=2)
    assert f"did you mean {CASE}?" in result.stderr
