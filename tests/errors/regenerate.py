"""Writes the golden text of all messages anew: `python tests/errors/regenerate.py`.

Read the difference line by line before it is committed: every word is read by someone who must
mend a file or decide about a dose.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.errors import broken

    broken.refresh_hashes()
    broken.GOLDEN.write_text(broken.golden(), encoding="utf-8")


if __name__ == "__main__":
    main()
