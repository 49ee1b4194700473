"""The command line as the tests run it, and what they run it with."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from regimen import library
from regimen.cli import main

CASE = "b12-acth-infantile-spasms"
ANSWERS = ("--start", "2026-03-02", "--set", "twice_weekly_for=2 weeks")
MALBORA = (
    "b12-acth-phenobarbital-malbora", "--start", "2026-03-02", "--zone", "Europe/Istanbul",
    "--set", "weight=7.5 kg", "--set", "acth_reading=each injection",
    "--set", "phenobarbital.at=08:00, 20:00",
)  # fmt: skip
EROL = ("b12-acth-erol", "--start", "2026-03-02")
START = "from regimen.cli import main; main(prog_name='regimen')"
ACCEPTED = (
    "--override", "not-stated=acth: the route, the dose, the days, the duration",
    "--by", "Dr Example", "--because", "given before admission",
)  # fmt: skip


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="regimen", catch_exceptions=False)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def words(text: str) -> str:
    return " ".join(text.split())


def broken(tmp_path: Path, old: bytes, new: bytes, name: str = "broken") -> Path:
    """The case report's protocol with one thing changed."""
    text, _ = library.protocol_text(CASE)
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(text.replace(old, new).replace(CASE.encode(), name.encode()))
    return path
