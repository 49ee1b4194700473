"""Writes the generated pages of the documentation; with --check it only compares them.

Exit code 1, with the names, if a page is stale. What a person writes by hand is left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from docs.generate import findings, language, specification

ROOT = Path(__file__).resolve().parents[1]

PAGES: dict[str, Callable[[], str]] = {
    "specification.md": specification.page,
    "language.md": language.page,
    "findings.md": findings.findings_page,
    "checks.md": findings.checks_page,
}
_NOTE = "<!-- Written by docs/build.py; change what it is made from and run `make docs`. -->\n\n"


def stale() -> list[Path]:
    """The pages that differ from what would be written."""
    return [path for path, text in _made() if not path.exists() or _read(path) != text]


def _made() -> list[tuple[Path, str]]:
    return [(ROOT / "docs" / name, _NOTE + page()) for name, page in PAGES.items()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        for path in stale():
            print(f"docs/{path.name} is stale: run make docs", file=sys.stderr)
        return bool(stale())
    if arguments:
        print("usage: build.py [--check]", file=sys.stderr)
        return 2
    for path, text in _made():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
