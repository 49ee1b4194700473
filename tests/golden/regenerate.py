"""Writes the golden exports of the case report anew: `python tests/golden/regenerate.py`.

Look at the difference before it is committed: every changed byte is a change to what a nurse or
another program reads.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
FORMATS = ("csv", "ics", "json", "html")


def golden(format: str) -> Path:
    return HERE / f"case-report.{format}"


def main() -> None:
    sys.path.insert(0, str(HERE.parents[1]))
    from regimen.export import export
    from tests import samples

    for format in FORMATS:
        golden(format).write_bytes(export(samples.case_report(), format))


if __name__ == "__main__":
    main()
