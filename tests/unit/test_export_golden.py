"""The case report's exports, byte by byte, and counted again by code that shares nothing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal

import pytest

from regimen.export import export
from tests import samples
from tests.golden.regenerate import FORMATS, golden


@pytest.mark.parametrize("format", FORMATS)
def test_bytes_are_the_golden_ones(format: str) -> None:
    assert export(samples.case_report(), format) == golden(format).read_bytes()


def test_the_golden_table_counts_to_the_published_totals() -> None:
    doses: dict[str, list[str]] = defaultdict(list)
    total: dict[str, Decimal] = defaultdict(Decimal)
    for record in csv.DictReader(io.StringIO(golden("csv").read_bytes().decode(), newline="")):
        doses[record["course"]].append(record["date"])
        total[record["course"] + " " + record["unit"]] += Decimal(record["dose"])
    days = ["03-02", "03-03", "03-04", "03-05", "03-06", "03-07", "03-08", "03-10", "03-12"]
    days += ["03-14", "03-16", "03-19", "03-22", "03-26", "03-29", "04-29", "05-29", "06-29"]
    assert doses["b12"] == [f"2026-{day}" for day in days]
    assert len(doses["acth"]) == 12
    assert doses["acth"][-1] == "2026-04-09"
    assert total == {"b12 mcg": Decimal(1800), "acth units": Decimal(300)}
