"""khal, a calendar program for the terminal, with a calendar of its own in a folder."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("khal")
_CONFIG = """\
[calendars]
[[treatment]]
path = {folder}/treatment
[sqlite]
path = {folder}/khal.db
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
[default]
default_calendar = treatment
"""


class Khal:
    """The program, told that it is used in a zone."""

    def __init__(self, folder: Path, zone: str) -> None:
        self.folder = folder
        (folder / "treatment").mkdir(parents=True)
        config = _CONFIG.format(folder=folder, zone=zone)
        (folder / "khal.conf").write_text(config, encoding="utf-8")

    def take_in(self, calendar: Path) -> None:
        self._run("import", "--batch", "-a", "treatment", str(calendar))

    def shown(self, form: str, since: date, days: int) -> list[str]:
        """What it has, each entry in the form, cancelled ones apart, in order."""
        said = self._run(
            "list",
            "--once",
            "--format",
            f"{form}|{{status}}",
            "--day-format",
            "",
            str(since),
            f"{days}d",
        )
        lines = [line.rsplit("|", 1) for line in said.splitlines() if line.strip()]
        assert all(len(line) == 2 for line in lines)
        return sorted(words for words, status in lines if "CANCELLED" not in status)

    def _run(self, *words: str) -> str:
        command = (str(PROGRAM), "-c", str(self.folder / "khal.conf"), *words)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr
