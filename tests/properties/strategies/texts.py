"""Protocols as the text of a file."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

from tests.properties import reference


def span(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def quantity(amount: Fraction | int, unit: str) -> str:
    return f"{decimal(Fraction(amount))} {unit}"


def decimal(amount: Fraction) -> str:
    """The exact decimal of an amount that has one, without needless zeros."""
    assert reference.terminates(amount), amount
    places = 0
    while (amount * 10**places).denominator != 1:
        places += 1
    digits = str((amount * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def to_yaml(value: Any, indent: int = 0) -> str:
    """Block style, every value quoted, so that each scalar is read as the text it is."""
    pad = "  " * indent
    if isinstance(value, dict):
        return "".join(
            f"{pad}{key if PLAIN_KEY.fullmatch(key) else scalar(key)}:{below(part, indent)}"
            for key, part in value.items()
        )
    return "".join(f"{pad}-{below(part, indent)}" for part in value)


def below(part: Any, indent: int) -> str:
    if isinstance(part, str):
        return f" {scalar(part)}\n"
    if not part:
        return " {}\n" if isinstance(part, dict) else " []\n"
    return "\n" + to_yaml(part, indent + 1)


def scalar(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text)
