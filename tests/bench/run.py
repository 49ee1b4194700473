"""Benchmarks, one run, side by side. Timings are printed and judged by people, never by tests.

Run with `make bench`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dateutil import rrule

from regimen import library, planning
from regimen.engine.expansion import expand
from regimen.finding import Refusal
from tests.acceptance import test_pathological as pathological

REPEATS = 15


def case_report() -> tuple[Callable[[], object], Callable[[], list[datetime]]]:
    """The case report's 30 full administrations, and the same 30 bare dates from rrule."""
    text, name = library.protocol_text("b12-acth-infantile-spasms")
    protocol = planning.read_protocol(text, name)
    given = {
        "start": planning.Given("2026-03-02"),
        "twice_weekly_for": planning.Given("2 weeks"),
    }
    plan = planning.make_plan(
        protocol, given, plan_id="0" * 32, made=datetime(2026, 3, 1, tzinfo=UTC)
    )

    def dates() -> list[datetime]:
        def rule(frequency: Any, day: date, count: int, **more: Any) -> list[datetime]:
            start = datetime(day.year, day.month, day.day)
            return list(rrule.rrule(frequency, dtstart=start, count=count, **more))

        return [
            *rule(rrule.DAILY, date(2026, 3, 2), 7),
            *rule(rrule.DAILY, date(2026, 3, 10), 4, interval=2),
            *rule(rrule.WEEKLY, date(2026, 3, 19), 4, byweekday=(rrule.TH, rrule.SU)),
            *rule(rrule.MONTHLY, date(2026, 4, 29), 3),
            *rule(rrule.WEEKLY, date(2026, 3, 2), 12, byweekday=(rrule.MO, rrule.TH)),
        ]

    ours = expand(protocol, plan).administrations
    assert sorted(each.day for each in ours) == sorted(each.date() for each in dates())
    return lambda: expand(protocol, plan), dates


def side_by_side() -> None:
    administrations, dates = case_report()
    number = 500
    pairs = [
        (timeit.timeit(administrations, number=number), timeit.timeit(dates, number=number))
        for _ in range(REPEATS)
    ]
    for name, seconds in (
        ("regimen: 30 full administrations", [ours for ours, _ in pairs]),
        ("rrule:   the same 30 bare dates", [theirs for _, theirs in pairs]),
    ):
        median = statistics.median(seconds) / number
        print(f"{name:36} {median * 1e6:8.1f} µs {30 / median:12,.0f} a second")
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(f"{'regimen rate / rrule rate':36} {ratio:8.2f}")


def whole_processes() -> None:
    """The time of one command against the time of its imports alone, with the bytecode of both kept
    between runs, as after an installation."""
    regimen = shutil.which("regimen", path=str(Path(sys.executable).parent)) or "regimen"
    command = [
        regimen,
        "schedule",
        "b12-acth-infantile-spasms",
        "--start=2026-03-02",
        "--set=twice_weekly_for=2 weeks",
        "--format=csv",
        "-o",
        "-",
    ]
    imports = [sys.executable, "-c", "import pydantic, yaml, click"]
    with tempfile.TemporaryDirectory() as folder:
        kept = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        _ = _seconds(command, kept), _seconds(imports, kept)
        pairs = [(_seconds(command, kept), _seconds(imports, kept)) for _ in range(REPEATS)]
    for name, seconds in (
        ("regimen schedule … --format csv", [ours for ours, _ in pairs]),
        ("import pydantic, yaml, click", [theirs for _, theirs in pairs]),
    ):
        print(f"{name:36} {statistics.median(seconds) * 1e3:8.1f} ms")
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"{'command time / imports time':36} {ratio:8.2f}")


def _seconds(command: list[str], env: dict[str, str]) -> float:
    return timeit.timeit(
        lambda: subprocess.run(command, check=True, capture_output=True, env=env), number=1
    )


def refusals() -> None:
    """The time until what no treatment means is refused, whichever takes longest."""

    def refused(name: str) -> None:
        text, more, *_ = pathological.CASES[name]
        with contextlib.suppress(Refusal):
            pathological.planned(text, more)
            raise AssertionError(f"{name} is not refused")

    def seconds(name: str) -> float:
        return timeit.timeit(lambda: refused(name), number=1)

    slowest = sorted(((seconds(name), name) for name in pathological.CASES), reverse=True)[:5]
    print(f"the slowest of {len(pathological.CASES)} pathological protocols, until refused:")
    for each, name in slowest:
        print(f"  {name:34} {each * 1e3:8.1f} ms")


if __name__ == "__main__":
    side_by_side()
    whole_processes()
    refusals()
