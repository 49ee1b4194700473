"""Doses on the times they are given, read back as part of a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regimen.protocol import DividedDose, DosesByTime, TimeKey, at_time


def keyed_words(dose: DosesByTime | DividedDose, said: Callable[[Any], str]) -> str:
    """`2 mg at 08:00 and 1 mg at 14:00 and 20:00,`, `said` telling one of the doses."""
    rows: dict[str, list[TimeKey]] = {}
    if isinstance(dose, DosesByTime):
        for each in dose.doses:
            rows.setdefault(said(each.dose).removesuffix(","), []).append(each.at)
        return f"{_listed(rows)},"
    for time, part in dose.parts:
        rows.setdefault(str(part), []).append(time)
    whole = said(dose.whole).removesuffix(",").removesuffix(" in equal doses")
    return f"{whole}, of it {_listed(rows)},"


def _listed(rows: dict[str, list[TimeKey]]) -> str:
    return " and ".join(f"{amount} {_times(times)}" for amount, times in rows.items())


def _times(times: list[TimeKey]) -> str:
    """`on Monday, Wednesday and Friday`."""
    first, *others = [at_time(time) for time in times]
    words = [first, *(other.removeprefix("at ").removeprefix("on ") for other in others)]
    return " and ".join((", ".join(words[:-1]), words[-1])) if others else first
