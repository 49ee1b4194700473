"""Where protocols are found: the library that is shipped, and the files that people name.

An id is looked up in the library only, and is never part of a path before it is known to be one.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Place, refuse

if TYPE_CHECKING:
    from regimen.checks.ranges import Ranges
    from regimen.language.plan_files import PlanFile
    from regimen.plan import Plan
    from regimen.protocol import Protocol

MOST_BYTES = 4 * 1024 * 1024  # beyond any protocol or plan
_PLAN_KEY = re.compile(rb"^plan: ", re.MULTILINE)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_SUFFIX = ".yaml"


class NotFound(LookupError):
    """There is no such protocol, or no such file; the message says what was looked for."""


def protocol_ids() -> list[str]:
    """The ids of the library's protocols, sorted."""
    names = [path.stem for path in _folder().glob(f"*{_SUFFIX}")]
    return sorted(name for name in names if _ID.fullmatch(name))


def protocol_text(id: str) -> tuple[bytes, str]:
    """The bytes of a protocol of the library, and the file's name to show. Raises NotFound."""
    if not _ID.fullmatch(id) or id not in protocol_ids():
        raise NotFound(f"{id!r} is not in the library{_meant(id)}")
    return _bytes_of(_folder() / f"{id}{_SUFFIX}", f"{id}{_SUFFIX}"), f"{id}{_SUFFIX}"


def read(source: str | os.PathLike[str]) -> tuple[bytes, str]:
    """The bytes of a protocol or plan, and the name to show: an id of the library, else the path of
    a file. Raises NotFound, and Refusal where the file is too large."""
    name = os.fspath(source)
    if isinstance(source, str) and _ID.fullmatch(name) and name in protocol_ids():
        return protocol_text(name)
    try:
        return _bytes_named(name), name
    except FileNotFoundError:
        what = "in the library and no file" if _ID.fullmatch(name) else "a file, and no id"
        raise NotFound(f"{name!r} is not {what} here{_meant(name)}") from None


def ranges(source: str | os.PathLike[str]) -> Ranges:
    """A site's own table of usual doses and limits. Raises NotFound and Refusal."""
    from regimen import planning

    name = os.fspath(source)
    try:
        return planning.read_ranges(_bytes_named(name), name)
    except FileNotFoundError:
        raise NotFound(f"{name!r} is not a file here") from None


def _bytes_named(name: str) -> bytes:
    """The bytes of the file. Raises FileNotFoundError, and NotFound where it cannot be read."""
    path = Path(name)
    try:
        if path.is_dir():
            raise NotFound(f"{name!r} is a folder; name a file in it")
        return _bytes_of(path, name)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NotFound(f"{name!r} cannot be read: {reason}") from None


def read_table(source: str | os.PathLike[str]) -> tuple[bytes, str]:
    """The bytes of a table of doses, and the name to show. Raises NotFound, and Refusal where the
    file is too large."""
    from regimen.comparing.cells import MOST_BYTES as MOST_OF_A_TABLE

    name = os.fspath(source)
    try:
        if Path(name).is_dir():
            raise NotFound(f"{name!r} is a folder; name a file in it")
        return _bytes_of(Path(name), name, MOST_OF_A_TABLE, "no treatment"), name
    except FileNotFoundError:
        raise NotFound(f"{name!r} is no file here") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NotFound(f"{name!r} cannot be read: {reason}") from None


def opened(source: str | os.PathLike[str]) -> tuple[Protocol, Plan | None]:
    """The protocol that `source` names; or, where it names a plan file, the plan and its protocol.

    Raises NotFound and Refusal.
    """
    from regimen import planning

    text, name = read(source)
    if not _is_plan(text, name):
        return planning.read_protocol(text, name), None
    plan_file = planning.read_plan_file(text, name)
    protocol = planning.read_protocol(*protocol_of(plan_file, Path(name).parent))
    return protocol, planning.plan_of(plan_file, protocol)


def _is_plan(text: bytes, name: str) -> bool:
    """Whether a file is a plan's: it has the key `plan`. Raises Refusal where it is no YAML."""
    if b"plan" not in text:
        return False
    if _PLAN_KEY.search(text):  # as the program writes it, without reading the whole record twice
        return True
    from regimen.language.nodes import read_nodes

    tree = read_nodes(text, name).tree
    return isinstance(tree, dict) and "plan" in tree


def protocol_of(plan_file: PlanFile, folder: Path) -> tuple[bytes, str]:
    """The protocol's text that the plan was made for: from the plan's own folder, else from the
    library. Where neither is that text, the nearer one, which the plan will then be refused with.

    Raises Refusal where there is no protocol of that id in either.
    """
    from hashlib import sha256

    id, place = plan_file.protocol_id, plan_file.document.place(("protocol",))
    found: list[tuple[bytes, str]] = []
    beside = folder / f"{id}{_SUFFIX}"
    if _ID.fullmatch(id):
        if beside.is_file():
            found.append((_bytes_of(beside, str(beside)), str(beside)))
        if id in protocol_ids():
            found.append(protocol_text(id))
    for text, name in found:
        if sha256(text).hexdigest() == plan_file.protocol_hash:
            return text, name
    if not found:
        raise refuse(
            rules.WRONG_PROTOCOL,
            f"the plan's protocol {id!r} is neither beside the plan nor in the library",
            f"put the protocol's file {id}{_SUFFIX} into the plan's folder",
            place,
        )
    return found[0]


def _folder() -> Path:
    """In an installed copy the library lies inside the package, in a checkout beside it."""
    package = Path(__file__).parent
    installed = package / "_protocols"
    return installed if installed.is_dir() else package.parent / "protocols"


def _bytes_of(
    path: Path, name: str, most: int = MOST_BYTES, which: str = "no protocol or plan"
) -> bytes:
    """The file's bytes, of which no more are read than it can have."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise refuse(
            rules.TOO_LARGE,
            f"the file has more than {most} bytes, which {which} has",
            "check that this is the file you meant",
            Place(name, 1, 1),
        )
    return data


def _meant(name: str) -> str:
    """`; did you mean …?` where the library has something like it."""
    ids = protocol_ids()
    wanted = Path(name).name.lower().removesuffix(_SUFFIX)
    close = [id for id in ids if wanted and wanted in id]
    close = close or get_close_matches(wanted, ids, n=3)
    if not close:
        return "; `regimen list` shows the library"
    return f"; did you mean {', '.join(close[:-1])}{' or ' if close[1:] else ''}{close[-1]}?"
