"""What every test of this folder starts from."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def nobody_set_a_width_or_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
