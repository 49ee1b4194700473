"""Every command and every protocol that stands in the documentation works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from regimen import planning

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
TOO_LONG = 120  # seconds

# Commands that cannot be run inside a test are held against this list of what they may look like.
BY_FORM = (
    re.compile(r"git clone \S+( \S+)?"),
    re.compile(
        r"make (run|test|check|format|cover|mutate|bench|docs|lock|clean)( \w+=(\"[^\"]*\"|\S+))*"
    ),
)
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"console(?: exit=(?P<code>[0-9]+))?")


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    info: str
    body: str

    @property
    def commands(self) -> list[str]:
        """The lines that begin with `$ `, each with those it is continued on."""
        joined = self.body.replace("\\\n", "")
        return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match["info"].strip(), match["body"])
        for match in _FENCE.finditer(text)
    ]


ALL = [block for page in PAGES for block in blocks(page)]
CONSOLE = [block for block in ALL if block.info.split(" ")[0] == "console"]
PROTOCOLS = [block for block in ALL if block.info == "yaml protocol"]
WITH_COMMANDS = sorted({block.page for block in CONSOLE})


def test_there_is_something_to_test() -> None:
    assert len(PAGES) > 5
    assert sum(len(block.commands) for block in CONSOLE) > 5
    assert len(PROTOCOLS) > 5


@pytest.mark.parametrize("block", CONSOLE, ids=str)
def test_a_console_block_holds_commands(block: Block) -> None:
    assert block.commands
    assert _EXIT.fullmatch(block.info), f"{block}: {block.info}"


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_work_in_order(page: Path, tmp_path: Path) -> None:
    environment = _environment(tmp_path / "bin")
    here = tmp_path / "here"
    here.mkdir()
    for block in CONSOLE:
        if block.page == page:
            for command in block.commands:
                _run(block, command, here, environment)


def _run(block: Block, command: str, here: Path, environment: dict[str, str]) -> None:
    if shlex.split(command)[0] in ("git", "make"):
        assert any(form.fullmatch(command) for form in BY_FORM), f"{block}: {command}"
        return
    match = _EXIT.fullmatch(block.info)
    assert match is not None
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TOO_LONG,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    shown = f"{block}: {command}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == int(match["code"] or 0), shown
    assert "Traceback" not in done.stderr, shown


def _environment(bin_folder: Path) -> dict[str, str]:
    """An environment in which `regimen` is this checkout's, whatever else is installed."""
    bin_folder.mkdir()
    script = bin_folder / "regimen"
    script.write_text(f"#!{sys.executable}\nfrom regimen.cli import main\nmain()\n")
    script.chmod(0o755)
    path = os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


@pytest.mark.parametrize("block", PROTOCOLS, ids=str)
def test_a_protocol_of_the_documentation_is_valid(block: Block) -> None:
    assert planning.read_protocol(block.body, str(block)).courses
