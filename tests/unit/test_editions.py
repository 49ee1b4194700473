"""Handing out again: what stays, what changes, what a nurse reads about it, and who reads what
somebody typed as a reason."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from regimen import library, planning
from regimen.cli import issuing, main
from regimen.export import ExportMismatch, calendar, export
from regimen.export.calendar import check
from regimen.finding import Refusal
from regimen.language.nodes import MOST_BYTES, MOST_OF_A_PLAN

SECRET = "phoned by Anna Rossi, mother of Mario"
BY = ("--by", "Nurse Bianchi")
WHY = (*BY, "--why", SECRET, "--verified-by", "Dr Verdi")


class Book:
    """A plan file, and the calendars that were handed out from it."""

    def __init__(self, folder: Path, *protocol: str) -> None:
        self.plan, self.calendar = folder / "plan.yaml", folder / "calendar.ics"
        protocol = protocol or ("b12-acth-infantile-spasms", "--set", "twice_weekly_for=2 weeks")
        self.run("new", *protocol, "--start", "2026-03-02", *BY, "-o", str(self.plan))

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["plan", *words])
        assert done.exit_code == code, f"{words}\n{done.output}"
        return done.output

    def on_plan(self, command: str, *words: str) -> str:
        return self.run(command, str(self.plan), *words)

    def issue(self, *words: str) -> str:
        return self.on_plan("issue", "-o", str(self.calendar), *words, *BY)

    def text(self) -> str:
        return self.calendar.read_bytes().decode().replace("\r\n ", "")

    def events(self) -> dict[str, bytes]:
        calendar = icalendar.Calendar.from_ical(self.calendar.read_bytes())
        return {str(each["UID"]): each.to_ical(sorted=False) for each in calendar.walk("VEVENT")}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


# --- the change list


def test_a_nurse_reads_what_changed_from_when_to_when(book: Book) -> None:
    first = book.issue()
    assert "30 doses: 30 new, 0 unchanged." in first
    assert "[b12/daily/1]" not in first  # what is all new is not listed one by one
    book.on_plan("record", "b12/daily/1", "--at", "2026-03-02", *BY)
    book.on_plan("record", "b12/daily/2", "--at", "2026-03-04", *BY)
    book.on_plan("missed", "b12/daily/3", "--then", "skip", *WHY)
    book.on_plan("move", "acth/phase-1/4", "--to", "2026-03-13", "--scope", "this dose", *WHY)
    book.on_plan("reduce", "acth", "--to", "80 %", "--from", "2026-04-03", *WHY)
    book.on_plan("move", "acth/phase-1/12", "--to", "2026-04-10", "--scope", "this dose", *WHY)
    said = book.issue()
    acth = "synthetic ACTH {} units intramuscular · dose {} of 12"
    b12 = "vitamin B12 100 mcg intramuscular · dose {} of 18"
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert lines == [
        f"given: Mon 2 Mar 2026, {b12.format(1)} · given [b12/daily/1]",
        f"moved: Tue 3 Mar 2026 → Wed 4 Mar 2026, {b12.format(2)} · given [b12/daily/2]",
        f"removed: Wed 4 Mar 2026, {b12.format(3)} [b12/daily/3]",
        f"moved: Thu 12 Mar 2026 → Fri 13 Mar 2026, {acth.format(25, 4)} [acth/phase-1/4]",
        f"changed: Mon 6 Apr 2026, {acth.format(20, 11)} (was: {acth.format(25, 11)})"
        " [acth/phase-1/11]",
        f"moved and changed: Thu 9 Apr 2026 → Fri 10 Apr 2026, {acth.format(20, 12)}"
        f" (was: {acth.format(25, 12)}) [acth/phase-1/12]",
    ]
    total = "2 moved, 1 moved and changed, 1 changed, 1 given, 1 removed, 24 unchanged."
    assert f"29 doses: {total}" in said


def test_the_list_can_be_kept(book: Book, tmp_path: Path) -> None:
    book.issue()
    book.on_plan("stop", "--course", "acth", "--from", "2026-04-09", *WHY)
    kept = tmp_path / "changes.txt"
    book.issue("--changes", str(kept))
    first, second = kept.read_text(encoding="utf-8").splitlines()
    assert first.endswith("29 doses: 1 removed, 29 unchanged.")
    assert second.startswith("removed: Thu 9 Apr 2026, synthetic ACTH 25 units")


def test_a_new_note_alone_is_said_to_be_no_more(book: Book) -> None:
    book.issue()
    book.on_plan("move", "b12/daily/3", "--to", "2026-03-04", "--scope", "this dose", *WHY)
    assert "1 with new notes, 29 unchanged" in book.issue()


def test_what_is_withdrawn_stays_as_it_was_withdrawn(book: Book) -> None:
    book.issue("--label", "Bed 4")
    book.on_plan("missed", "b12/daily/3", "--then", "skip", *WHY)
    book.issue()
    gone = "SUMMARY:Bed 4: No longer planned: vitamin B12 100 mcg intramuscular · dose 3 of 18"
    assert gone in book.text()
    before = book.events()
    said = book.issue("--label", "Bed 5")
    assert "29 written otherwise, 0 unchanged" in said
    after = book.events()
    same = [uid for uid in before if before[uid] == after[uid]]
    assert len(same) == 1
    assert b"STATUS:CANCELLED" in after[same[0]]
    assert gone in book.text()


def test_a_long_list_is_cut_on_the_screen_and_whole_in_the_file(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "_SHOWN", 2)
    book.issue()
    book.on_plan("hold", "--from", "2026-03-06", "--until", "2026-03-11", "--then", "shift", *WHY)
    said = book.issue("--changes", str(tmp_path / "changes.txt"))
    assert "… and 22 more; --changes FILE keeps them all" in said
    assert len([line for line in said.splitlines() if line.startswith("  moved: ")]) == 2
    kept = (tmp_path / "changes.txt").read_text(encoding="utf-8").splitlines()
    assert len([line for line in kept if line.startswith("moved: ")]) == 24


def test_a_treatment_that_never_began_is_taken_back_whole(book: Book, tmp_path: Path) -> None:
    book.issue()
    book.on_plan("stop", "--from", "2026-03-01", *WHY)
    assert "0 doses: 30 removed, 0 unchanged." in book.issue()
    assert book.text().count("STATUS:CANCELLED") == book.text().count("BEGIN:VEVENT") == 30
    for form in ("csv", "json", "html"):
        output = tmp_path / f"table.{form}"
        done = CliRunner().invoke(main, ["schedule", str(book.plan), "-o", str(output)])
        assert done.exit_code == 2, done.output
        assert "no dose of this plan is given, so there is nothing to write" in done.output
        assert not output.exists()


def test_a_treatment_that_never_began_has_nothing_to_hand_out(book: Book) -> None:
    book.on_plan("stop", "--from", "2026-03-01", *WHY)
    output = book.run("issue", str(book.plan), "-o", str(book.calendar), *BY, code=2)
    assert "there is nothing to hand out" in output
    assert not book.calendar.exists()


def test_what_cannot_be_written_is_not_recorded_as_handed_out(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ExportMismatch("broken on the way")

    book.issue()
    book.on_plan("move", "b12/daily/3", "--to", "2026-03-05", "--scope", "this dose", *WHY)
    before, old = book.plan.read_bytes(), book.calendar.read_bytes()
    monkeypatch.setattr(calendar, "write", broken)
    output = book.run("issue", str(book.plan), "-o", str(book.calendar), *BY, code=1)
    assert "broken on the way" in output
    assert (book.plan.read_bytes(), book.calendar.read_bytes()) == (before, old)


# --- the manner


def test_a_choice_is_kept_until_it_is_changed(book: Book) -> None:
    book.issue("--remind", "18:00 the day before", "--label", "Bed 4")
    first = book.calendar.read_bytes()
    assert first.count(b"BEGIN:VALARM") == 30
    assert "X-WR-CALNAME:Bed 4: Vitamin B12 and" in book.text()
    plan = book.plan.read_bytes()
    assert "Nothing has changed" in book.issue()
    assert book.calendar.read_bytes() == first
    assert book.plan.read_bytes() == plan

    said = book.issue("--remind", "08:00 on the day")
    assert "30 written otherwise, 0 unchanged" in said
    assert "[b12/daily/1]" not in said
    assert book.text().count("\r\nSEQUENCE:1\r\n") == 30
    assert book.text().count("\r\nTRIGGER:PT8H\r\n") == 30

    said = book.issue("--remind", "none")
    assert "30 written otherwise" in said
    assert "VALARM" not in book.text()
    shown = book.on_plan("show")
    assert "issued 1, label Bed 4, remind 18:00 the day before" in shown
    assert "issued 3, label Bed 4 (" in shown


def test_one_changed_dose_does_not_change_the_others_reminders(book: Book) -> None:
    book.issue("--remind", "18:00 the day before")
    book.on_plan("move", "b12/daily/3", "--to", "2026-03-05", "--scope", "this dose", *WHY)
    assert "1 moved, 29 unchanged" in book.issue()
    assert book.text().count("BEGIN:VALARM") == 30


def test_a_choice_that_changes_no_entry_is_kept_too(book: Book) -> None:
    book.issue()
    assert "30 unchanged" in book.issue("--reasons")
    book.on_plan("move", "b12/daily/3", "--to", "2026-03-05", "--scope", "this dose", *WHY)
    book.issue()
    assert SECRET in book.text().replace("\\,", ",")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--remind", "soon"), "does not say when to be reminded"),
        (("--remind", "none", "--remind", "1 day before"), "leaves no other reminder"),
        (("--remind", "1 day before"), "has no clock time from which to count"),
    ],
)
def test_a_reminder_that_cannot_be_is_refused(
    book: Book, words: tuple[str, ...], said: str
) -> None:
    before = book.plan.read_bytes()
    output = book.run("issue", str(book.plan), "-o", str(book.calendar), *words, *BY, code=2)
    assert said in output
    assert "Traceback" not in output
    assert book.plan.read_bytes() == before
    assert not book.calendar.exists()


# --- names and reasons


def decided(book: Book) -> None:
    """A record full of names: in reasons, authors and second persons."""
    book.on_plan("record", "b12/daily/1", "--at", "2026-03-02", *BY)
    book.on_plan("missed", "b12/daily/2", "--then", "skip", *WHY)
    book.on_plan("missed", "acth/phase-1/2", "--then", "late, keep", "--at", "2026-03-06", *WHY)
    book.on_plan("hold", "--from", "2026-03-08", "--until", "2026-03-10", "--then", "shift", *WHY)
    book.on_plan("reduce", "acth", "--to", "80 %", "--from", "2026-03-20", *WHY)
    book.on_plan("stop", "--course", "acth", "--from", "2026-04-08", *WHY)
    book.on_plan("take-back", "6", *WHY)


NAMES = re.compile("Rossi|Anna|Mario|Bianchi|Verdi|phoned")


def test_a_calendar_holds_no_name_and_no_reason_of_the_record(book: Book) -> None:
    decided(book)
    book.issue()
    book.on_plan("move", "b12/monthly/1", "--to", "2026-05-06", "--scope", "this dose", *WHY)
    book.issue()
    assert NAMES.search(book.plan.read_text(encoding="utf-8"))
    assert not NAMES.search(book.text())
    # What was done and by which entry of the record stays, so that it can be looked up.
    assert "moved by +2 days (entry 4)" in book.text()
    assert "reduced 20 units (80 % of 25 units (entry 5))" in book.text()


def test_reasons_stand_there_for_whoever_asks_for_them(book: Book) -> None:
    decided(book)
    said = book.issue("--reasons")
    assert "Nothing" not in said
    text = book.text().replace("\\,", ",")
    assert f"moved by +2 days (entry 4, Nurse Bianchi: {SECRET})" in text
    assert f"80 % of 25 units (entry 5, Nurse Bianchi: {SECRET})" in text
    book.issue()
    assert SECRET in book.text().replace("\\,", ",")
    assert "written otherwise" in book.issue("--no-reasons")
    assert not NAMES.search(book.text())


VISITS = """\
regimen: 1
id: doses-and-visits
title: Doses and visits
status: local
sources: [{cite: made for this test}]
courses:
  a: {drug: drug A, route: oral, dose: 5 mg, every: 1 week, doses: 4}
visits:
  eeg: {what: EEG, every: 2 weeks, for: 4 weeks}
"""


def test_visits_are_counted_listed_and_without_reasons_too(tmp_path: Path) -> None:
    (tmp_path / "doses-and-visits.yaml").write_text(VISITS, encoding="utf-8")
    book = Book(tmp_path, str(tmp_path / "doses-and-visits.yaml"))
    assert "4 doses and 2 visits: 6 new" in book.issue()
    book.on_plan("move", "eeg/2", "--to", "2026-03-17", "--scope", "this dose", *WHY)
    said = book.issue("--remind", "07:00 on the day")
    assert "moved: Mon 16 Mar 2026 → Tue 17 Mar 2026, EEG · visit 2 of 2 [eeg/2]" in said
    assert "moved from 2026-03-16 (entry 2)" in book.text()
    assert book.text().count("TRIGGER:PT7H") == 6
    assert not NAMES.search(book.text())
    book.issue("--reasons")
    assert NAMES.search(book.text())


# --- what cannot be handed out


def test_a_calendar_that_was_not_handed_out_so_is_not_written(book: Book) -> None:
    book.issue("--label", "Bed 4")
    protocol, plan = library.opened(str(book.plan))
    assert plan is not None
    checked = planning.check(protocol, plan)
    assert export(checked, "ics") == export(checked, "ics", label="Bed 4")
    with pytest.raises(ExportMismatch, match="handed out with the label 'Bed 4'"):
        export(checked, "ics", label="Bed 5")
    first, *rest = checked.administrations
    moved = replace(first, day=date(2026, 3, 1))
    schedule = replace(checked.schedule, administrations=(moved, *rest))
    with pytest.raises(ExportMismatch, match="was not handed out like this"):
        export(replace(checked, schedule=schedule), "ics")
    schedule = replace(checked.schedule, administrations=tuple(rest))
    with pytest.raises(ExportMismatch, match="was handed out and is gone"):
        export(replace(checked, schedule=schedule), "ics")


def test_a_withdrawn_entry_that_is_missing_or_elsewhere_is_seen(book: Book) -> None:
    book.issue()
    book.on_plan("missed", "b12/daily/3", "--then", "skip", *WHY)
    book.on_plan("record", "b12/daily/1", "--at", "2026-03-02", *BY)
    book.issue()
    protocol, plan = library.opened(str(book.plan))
    assert plan is not None
    checked, data = planning.check(protocol, plan), book.calendar.read_bytes()
    begin = data.rindex(b"BEGIN:VEVENT")
    end = data.rindex(b"END:VEVENT\r\n") + len(b"END:VEVENT\r\n")
    assert b"STATUS:CANCELLED" in data[begin:end]
    check(data, checked, None)
    for changed, said in (
        (data[:begin] + data[end:], "not those that were handed out"),
        (data[:end] + data[begin:], "not those that were handed out"),
        (data[:begin] + data[begin:].replace(b"20260304", b"20260305"), "is withdrawn at"),
        (data.replace(" · given".encode(), b"", 1), "given"),
    ):
        with pytest.raises(ExportMismatch, match=said):
            check(changed, checked, None)


# --- much of it


def test_a_plan_may_keep_more_than_a_protocol_can_say(book: Book) -> None:
    """What was handed out is never forgotten: 3,000 entries take a third of a megabyte each time."""
    text = book.plan.read_text(encoding="utf-8")
    entry = "  - {accepted: too-close, about: a, written: 2026-03-02T08:00:00Z, by: N, why: WHY}\n"
    text += "entries:\n" + entry.replace("WHY", "x" * 1000) * 300
    assert len(text) > MOST_BYTES
    assert len(planning.read_plan_file(text, "plan.yaml").shape.entries) == 300
    text += "#" * MOST_OF_A_PLAN
    with pytest.raises(Refusal, match="make one for what is still to come"):
        planning.read_plan_file(text, "plan.yaml")
