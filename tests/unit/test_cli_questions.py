"""The command line: what is missing is asked for, at a terminal and without."""

from __future__ import annotations

import csv
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from regimen.cli import questions
from regimen.finding import Place
from regimen.protocol import Parameter, ParameterType
from tests.unit.command_line import (
    CASE,
    START,
    run,
)

# --- what is missing


def test_without_a_terminal_everything_missing_is_one_error() -> None:
    result = run("schedule", "b12-acth-phenobarbital-malbora", code=1)
    assert result.stdout == ""
    assert result.stderr.count("error [") == 1
    assert "needs 6 more answers" in result.stderr
    for text in (
        "--start …",
        '--set b12_dose="…"',
        "Which dose of cyanocobalamin is given each time?",
        "(a number and its unit; in mg)",
        "(a number and its unit; in kg; at least 3 kg; at most 15 kg)",
        "each injection: 40 units at each of the two injections a week",
    ):
        assert text in result.stderr


def test_every_kind_of_question_says_how_it_is_answered() -> None:
    place = Place("protocol.yaml", 1, 1)
    for type in ParameterType:
        said = questions.kind(Parameter("name", type, "What?", place))
        assert said.startswith("(")
        assert len(said) > len("(route)")


def test_limits_are_kept() -> None:
    result = run(
        "schedule", CASE, "--start", "2026-03-02", "--set", "twice_weekly_for=53 weeks", code=1
    )
    assert "[outside-limits]" in result.stderr


class Terminal:
    """The program at a pseudo terminal, with standard output going elsewhere."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdin=slave,
            stderr=slave,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80"},
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 30
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            ready, _, _ = select.select([self.master], [], [], 1)
            if ready:
                self.said += os.read(self.master, 4096).decode()

    def type(self, text: str) -> None:
        self.said = ""
        os.write(self.master, text.encode())

    def end(self) -> str:
        out, _ = self.process.communicate(timeout=30)
        os.close(self.master)
        return out.decode()


def test_at_a_terminal_what_is_missing_is_asked_for() -> None:
    terminal = Terminal("schedule", CASE, "--format", "csv")
    terminal.wait_for("On which day does the treatment start?")
    terminal.wait_for("start: ")
    terminal.type("2.3.2026\n")
    terminal.wait_for("'2.3.2026' is not a date")
    terminal.wait_for("start: ")
    terminal.type("2026-03-02\n")
    terminal.wait_for("How long is vitamin B12 given twice a week?")
    terminal.wait_for("at least 1 week; at most 52 weeks")
    terminal.wait_for("twice_weekly_for: ")
    terminal.type("\n")
    terminal.wait_for("twice_weekly_for: ")
    terminal.type("53 weeks\n")
    terminal.wait_for("[outside-limits]")
    terminal.type("2 weeks\n")
    out = terminal.end()
    assert terminal.process.returncode == 0
    assert len(list(csv.DictReader(out.splitlines()))) == 30
    assert out.startswith("id,date,")


def test_a_person_may_give_up() -> None:
    terminal = Terminal("schedule", CASE)
    terminal.wait_for("start: ")
    terminal.type("\x04")
    assert terminal.end() == ""
    assert terminal.process.returncode == 1
