"""Prints every unit code that the program writes, and some that the validator must refuse."""

from __future__ import annotations

from regimen.quantity import UNITS

REFUSED = ("IU", "mcg", "tablet", "milligrams", "mgs")


def codes() -> list[str]:
    return [*(unit.ucum for unit in UNITS), *REFUSED]


if __name__ == "__main__":
    print("\n".join(codes()))
