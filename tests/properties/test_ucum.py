"""Every unit code we write, judged by UCUM's own validator.

The validator is a program for Node. Its verdicts are kept in `ucum/verdicts.json`, so that the test
needs no Node: a code that is not among them fails, until `make ucum` has asked for it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regimen.quantity import UNITS
from tests.properties.ucum.codes import REFUSED, codes

KEPT = json.loads((Path(__file__).parent / "ucum" / "verdicts.json").read_text(encoding="utf-8"))
VERDICTS: dict[str, dict[str, str]] = KEPT["verdicts"]


def test_the_verdicts_are_about_the_codes_we_write() -> None:
    assert KEPT["validator"].startswith("@lhncbc/ucum-lhc ")
    assert sorted(VERDICTS) == sorted(codes()), "run: make ucum"


@pytest.mark.parametrize("code", [unit.ucum for unit in UNITS])
def test_the_validator_accepts_every_code_we_write(code: str) -> None:
    assert VERDICTS[code]["status"] == "valid"


@pytest.mark.parametrize("code", REFUSED)
def test_the_validator_can_refuse(code: str) -> None:
    assert VERDICTS[code]["status"] != "valid"
