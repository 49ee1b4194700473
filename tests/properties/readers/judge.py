"""Has other programs read our calendars, and keeps what they made of them: `make readers`.

The folder is where ical.js is installed. What a reader finds is kept as a fingerprint; where it is
not what the schedule says, the first differences are shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.properties.readers.calendars import Judged, calendars, digest
from tests.properties.readers.libical import Libical

HERE = Path(__file__).parent
KEPT = HERE / "verdicts.json"


def main(folder: Path) -> None:
    written = folder / "calendars"
    written.mkdir(exist_ok=True)
    for old in written.glob("*.ics"):
        old.unlink()
    names = {f"{number:03}.ics": each for number, each in enumerate(calendars())}
    for name, each in names.items():
        (written / name).write_bytes(each.data)
    found = dict([_by_libical(names), _by_ical_js(folder, names)])
    verdicts: dict[str, Any] = {each.name: {"calendar": each.hash} for each in calendars()}
    for reader, by_name in found.items():
        for each in calendars():
            read = by_name[each.name]
            verdicts[each.name][reader] = {"entries": len(read), "read": digest(read)}
            _show(reader, each, read)
    text = json.dumps({"readers": sorted(found), "verdicts": verdicts}, indent=1)
    KEPT.write_text(text + "\n", encoding="utf-8")


def _by_libical(names: dict[str, Judged]) -> tuple[str, dict[str, list[Any]]]:
    library = Libical()
    read = {each.name: json.loads(json.dumps(library.read(each.data))) for each in names.values()}
    return library.name, read


def _by_ical_js(folder: Path, names: dict[str, Judged]) -> tuple[str, dict[str, list[Any]]]:
    done = subprocess.run(
        ["node", str(HERE / "judge.mjs"), "calendars"],
        cwd=folder,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    said = json.loads(done.stdout)
    return said["reader"], {names[name].name: read for name, read in said["found"].items()}


def _show(reader: str, of: Judged, read: list[Any]) -> None:
    meant = json.loads(json.dumps(of.rows))
    if (read == meant) is not of.false:
        return
    print(f"{reader}: {of.name} is read {'as if it were right' if of.false else 'otherwise'}")
    pairs = zip_longest(meant, read)
    for should, does in [pair for pair in pairs if pair[0] != pair[1]][:3]:
        print(f"  should be {should}\n  was read  {does}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
