"""A CalDAV server that takes in each edition holds the schedule: moved entries moved, withdrawn ones
cancelled, nothing twice, nothing left over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from regimen import library, planning
from regimen.cli import main
from regimen.export.identity import uid_of
from tests.acceptance.calendar_server import Client, Server, served

BY = ("--by", "N Example")
WHY = (*BY, "--why", "as the ward book says")
ROOM = "Europe/Rome"
TIMED = """\
regimen: 1
id: evening-and-morning
title: An infusion every other week, and tablets twice a day
status: local
sources: [{cite: made for this test}]
courses:
  infused: {drug: drug A, route: intravenous, dose: 100 mg, every: 2 weeks, doses: 3, at: ["09:00"], over: 2 hours}
  tablets: {drug: drug B, route: oral, dose: 5 mg, every: 1 day, doses: 24, at: ["08:00", "20:00"]}
"""  # fmt: skip


class Ward:
    """A plan, and a server that is given each calendar of it."""

    def __init__(self, plan: Path, client: Client) -> None:
        self.plan, self.client = plan, client
        self.sequences: dict[str, int] = {}

    def on_plan(self, command: str, *words: str) -> str:
        done = CliRunner().invoke(main, ["plan", command, str(self.plan), *words])
        assert done.exit_code == 0, f"{command} {words}\n{done.output}"
        return done.output

    def issue(self, *words: str) -> str:
        """Hand out the calendar to the server, and hold what it has against the schedule."""
        calendar = self.plan.with_suffix(".ics")
        said = self.on_plan("issue", "-o", str(calendar), *words, *BY)
        self.client.take_in(calendar.read_bytes())
        self.compare()
        return said

    def compare(self) -> None:
        found: list[Any] = list(self.client.collection().walk("VEVENT"))
        by_uid = {str(each["UID"]): each for each in found}
        assert len(by_uid) == len(found), "an entry is there twice"
        kept = {uid: each for uid, each in by_uid.items() if each.get("STATUS") != "CANCELLED"}
        assert {uid: _shown(each) for uid, each in kept.items()} == self.planned()
        for uid, event in by_uid.items():
            assert int(event["SEQUENCE"]) >= self.sequences.get(uid, 0), "SEQUENCE has fallen"
        self.sequences |= {uid: int(event["SEQUENCE"]) for uid, event in by_uid.items()}

    def planned(self) -> dict[str, tuple[date, str]]:
        """What the schedule says, by its own reading of the plan."""
        protocol, plan = library.opened(str(self.plan))
        assert plan is not None
        return {
            uid_of(plan.id, each.id): (
                each.instant or each.day,
                f"{each.drug} {each.dose} {each.phase.route} · dose {each.course_number} of"
                f" {each.phase.course_count}{' · given' if each.status == 'given' else ''}",
            )
            for each in planning.check(protocol, plan).administrations
        }

    def uid(self, dose: str) -> str:
        plan = library.opened(str(self.plan))[1]
        assert plan is not None
        return uid_of(plan.id, dose)

    def cancelled(self) -> set[str]:
        found = self.client.collection().walk("VEVENT")
        return {str(each["UID"]) for each in found if each.get("STATUS") == "CANCELLED"}


def _shown(event: Any) -> tuple[date, str]:
    start: date = event["DTSTART"].dt
    if isinstance(start, datetime):
        start = start.astimezone(UTC)
    return start, str(event["SUMMARY"])


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with served(tmp_path) as client:
        yield client


def plan_of(folder: Path, *words: str) -> Path:
    plan = folder / "plan.yaml"
    done = CliRunner().invoke(main, ["plan", "new", *words, "--by", "Dr Example", "-o", str(plan)])
    assert done.exit_code == 0, done.output
    return plan


def test_a_server_follows_a_plan_from_edition_to_edition(client: Client, tmp_path: Path) -> None:
    protocol = ("b12-acth-infantile-spasms", "--start", "2026-03-02")
    ward = Ward(plan_of(tmp_path, *protocol, "--set", "twice_weekly_for=2 weeks"), client)
    ward.issue()
    assert len(client.put) == 30

    ward.on_plan("record", "b12/daily/1", "--at", "2026-03-02", *BY)
    ward.on_plan("missed", "b12/daily/2", "--then", "skip", *WHY)
    ward.on_plan("move", "b12/daily/4", "--to", "2026-03-06", "--scope", "this dose", *WHY)
    assert "1 moved, 1 given, 1 removed, 27 unchanged" in ward.issue()
    assert len(client.put) == 3
    assert ward.cancelled() == {ward.uid("b12/daily/2")}
    moved = ward.uid("b12/daily/4")
    assert moved in client.on(date(2026, 3, 6))
    assert moved not in client.on(date(2026, 3, 5))

    ward.on_plan("hold", "--from", "2026-03-07", "--until", "2026-03-12", "--then", "shift", *WHY)
    ward.on_plan("reduce", "acth", "--to", "80 %", "--from", "2026-03-20", *WHY)
    ward.issue()
    ward.on_plan("stop", "--course", "acth", "--from", "2026-04-08", *WHY)
    ward.issue()
    assert len(ward.cancelled()) == 3

    # what was stopped goes on after all: the entries that were cancelled stand again
    plan = library.opened(str(ward.plan))[1]
    assert plan is not None
    ward.on_plan("take-back", str(len(plan.entries) - 1), *WHY)
    assert "2 planned again" in ward.issue()
    assert ward.cancelled() == {ward.uid("b12/daily/2")}

    assert "Nothing has changed" in ward.issue()
    assert client.put == []

    # reminders: every entry is sent again, and says so
    assert "28 written otherwise, 1 unchanged" in ward.issue("--remind", "18:00 the day before")
    assert len(client.put) == 28
    found = client.collection().walk("VALARM")
    assert len(found) == 28  # one dose was given, and one is no longer planned
    assert {each["TRIGGER"].to_ical() for each in found} == {b"-PT6H"}


def test_a_server_follows_clock_times_over_the_end_of_summer_time(
    client: Client, tmp_path: Path
) -> None:
    """Clocks go back in Rome on 25 October 2026: some doses move over that night, beyond the span
    that the first calendar defines the zone for, and some are withdrawn there."""
    (tmp_path / "evening-and-morning.yaml").write_text(TIMED, encoding="utf-8")
    protocol = (str(tmp_path / "evening-and-morning.yaml"), "--start", "2026-09-14", "--zone", ROOM)
    ward = Ward(plan_of(tmp_path, *protocol), client)
    ward.issue("--remind", "30 minutes before")
    assert len(client.put) == 27

    later = ("--to", "2026-10-26 09:00", "--scope", "this dose")
    ward.on_plan("move", "infused/phase-1/3", *later, *WHY)
    ward.on_plan("missed", "tablets/phase-1/3", "--then", "skip", *WHY)
    assert "1 moved, 1 removed, 25 unchanged" in ward.issue()
    assert ward.planned()[ward.uid("infused/phase-1/3")][0] == datetime(2026, 10, 26, 8, tzinfo=UTC)
    assert ward.uid("infused/phase-1/3") in client.on(date(2026, 10, 26))

    ward.on_plan("stop", "--course", "infused", "--from", "2026-10-20", *WHY)
    ward.issue()
    (gone,) = [
        each
        for each in client.collection().walk("VEVENT")
        if str(each["UID"]) == ward.uid("infused/phase-1/3")
    ]
    assert gone["STATUS"] == "CANCELLED"
    assert _shown(gone)[0] == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_the_server_ends_with_the_block_even_when_that_fails(tmp_path: Path) -> None:
    started: list[Server] = []

    def fail() -> None:
        with served(tmp_path) as client:
            started.append(client.server)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [each.ended for each in started] == [True]
