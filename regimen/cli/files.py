"""Writing files: whole or not at all, read back before they take their place."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from regimen.cli.terminal import WrongUse


def write(name: str, data: bytes, *, replacing: bool) -> None:
    """Put `data` into the file, by way of a new file in the same folder.

    An existing file is left alone unless `replacing`. Raises WrongUse where the file
    cannot be written, and then leaves nothing behind.
    """
    target = Path(os.path.realpath(name))  # a link keeps pointing where it pointed
    if replacing and target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(data)  # a pipe or a device
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w+b") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                if file.read() != data:
                    raise OSError("what was written reads back otherwise")
            os.chmod(temporary, _mode(target))
            if replacing:
                os.replace(temporary, target)
            else:
                os.link(temporary, target)
            _settle(target.parent)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except FileExistsError:
        raise exists(name) from None
    except OSError as error:
        raise WrongUse(f"{name!r} cannot be written: {error.strerror or error}.") from None


def _settle(folder: Path) -> None:
    """Have the folder's new state on the disk too, where the system can say so."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def exists(name: str) -> WrongUse:
    """The refusal to lose a plan."""
    return WrongUse(
        f"{name!r} exists, and a plan is never overwritten: its calendar entries could then no"
        " longer be found. Choose another name, or remove it first."
    )


def _mode(target: Path) -> int:
    """That of the file to be replaced, or what the user's own settings give to a new file."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
