"""The commands that write into a plan's record: what they write, what they refuse, what they say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from regimen import library
from regimen.cli import main, plan_store
from regimen.cli.clinic import public_holidays
from regimen.cli.terminal import WrongUse
from regimen.record import Clinic, RecordEntry

BY = ("--by", "N Example")
WHY = (*BY, "--why", "as decided")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    made = run(
        "plan", "new", "b12-acth-infantile-spasms", "--start", "2026-03-02",
        "--set", "twice_weekly_for=2 weeks", "--by", "Dr Example", "-o", str(path),
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return path


def entries(plan: Path) -> tuple[RecordEntry, ...]:
    found = library.opened(str(plan))[1]
    assert found is not None
    return found.entries


def refused(plan: Path, *words: str, code: int) -> str:
    """What the command says; it fails, and the plan's file stays as it was."""
    before = plan.read_bytes()
    done = run("plan", words[0], str(plan), *words[1:])
    assert done.exit_code == code, done.output
    assert plan.read_bytes() == before
    return done.output


COMMANDS = {
    "record": ("b12/daily/1", "--at", "2026-03-02", *BY),
    "record, another amount": ("b12/daily/1", "--at", "2026-03-02", "--amount", "90 mcg", *BY),
    "missed": ("b12/daily/2", "--then", "skip", *WHY),
    "missed, late": ("b12/daily/2", "--then", "late, shift", "--at", "2026-03-04", *WHY),
    "hold": ("--from", "2026-03-06", "--until", "2026-03-11", "--then", "shift", *WHY),
    "move": ("acth/phase-1/3", "--to", "2026-03-10", "--scope", "rest of course", *WHY),
    "reduce": ("acth", "--to", "80 %", "--from", "2026-03-20", *WHY),
    "stop": ("--course", "acth", "--from", "2026-03-20", *WHY, "--verified-by", "P Example"),
    "answer": ("twice_weekly_for=3 weeks", *BY),
    "clinic": (
        "--closed", "sun", "--courses", "b12,acth", "--move", "next", "--following", "stay",
        "--gap", "b12=1 day", "--gap", "acth=2 days", *BY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_appends_one_entry(plan: Path, name: str) -> None:
    before = plan.read_text(encoding="utf-8")
    done = run("plan", name.split(",", maxsplit=1)[0], str(plan), *COMMANDS[name])
    assert done.exit_code == 0, done.output
    after = plan.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert [each.number for each in entries(plan)] == [1]
    assert "\nEntry 1 is kept in" in done.output
    assert "changed" in done.output


def test_a_clinic_may_leave_the_least_distances_to_the_protocol(plan: Path) -> None:
    words = ("--closed", "2027-01-01 New Year", "--courses", "b12", "--move", "next")
    done = run("plan", "clinic", str(plan), *words, "--following", "stay", *BY)
    assert done.exit_code == 0, done.output
    (kept,) = entries(plan)
    assert isinstance(kept.what, Clinic)
    assert kept.what.gaps == {}
    assert "gaps" not in plan.read_text(encoding="utf-8")


def test_a_decision_that_was_written_by_hand_needs_its_reason(plan: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    entry = "{stopped: all, since: 2026-03-10, written: 2026-03-09T10:00:00Z, by: N Example"
    plan.write_text(f"{text}entries:\n  - {entry}, why: Fever}}\n", encoding="utf-8")
    assert run("schedule", str(plan)).exit_code == 0
    plan.write_text(f"{text}entries:\n  - {entry}}}\n", encoding="utf-8")
    done = run("schedule", str(plan))
    assert done.exit_code == 1
    assert "missing-key" in done.output
    assert "an entry of the kind stopped needs a reason" in done.output


def test_an_entry_can_be_taken_back(plan: Path) -> None:
    run("plan", "stop", str(plan), "--from", "2026-03-10", *WHY)
    done = run("plan", "take-back", str(plan), "1", *WHY)
    assert done.exit_code == 0, done.output
    shown = run("plan", "show", str(plan)).output
    assert "1 (does not count)  stopped all, since 2026-03-10" in shown
    assert "there is no entry 3" in refused(plan, "take-back", "3", *WHY, code=2)


def test_an_empty_record_says_so(plan: Path) -> None:
    assert "Nothing was recorded." in run("plan", "show", str(plan)).output
    assert "name a plan file" in run("plan", "show", "b12-acth-infantile-spasms").output


def test_a_missed_dose_without_a_rule_shows_every_choice(plan: Path) -> None:
    said = refused(plan, "missed", "b12/daily/2", "--at", "2026-03-04", *WHY, code=2)
    lines = [line.split("  ") for line in said.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert ["--then", "skip", "late, keep", "late, shift"] in cells
    assert ["b12/daily/2", "not given", "Wed 2026-03-04", "Wed 2026-03-04"] in cells
    assert ["b12/daily/3", "Wed 2026-03-04", "Wed 2026-03-04", "Thu 2026-03-05"] in cells
    assert ["last dose", "Mon 2026-06-29", "Mon 2026-06-29", "Tue 2026-06-30"] in cells
    assert ["doses", "17 doses", "18 doses", "18 doses"] in cells
    assert "late, keep: warning [closer-than-planned]" in said
    assert "choose with --then" in said
    said = refused(plan, "missed", "b12/daily/2", *WHY, code=2)
    assert "needs --at" in said


LATE_RULES = """\
regimen: 1
id: weekly
title: Drug A once a week
status: local
sources: [{cite: "Ward protocol of the day clinic, 2026"}]
courses:
  a:
    drug: drug A
    route: intramuscular
    dose: 10 mg
    every: 1 week
    doses: 5
    late:
      up to 8 days: keep
      over 8 days to under 2 weeks: shift
      2 weeks to under 3 weeks: skip
      3 weeks to under 6 weeks: review
      from 6 weeks: restart
"""


@pytest.mark.parametrize(
    ("at", "said", "then"),
    [
        ("2026-03-10", "up to 8 days", "late, keep"),
        ("2026-03-11", "over 8 days", "late, shift"),
        ("2026-03-15", "over 8 days", "late, shift"),
        ("2026-03-16", "2 weeks", "skip"),
        ("2026-03-23", "the prescriber", None),
        ("2026-04-13", "the prescriber", None),
    ],
)
def test_the_protocols_own_rule_decides_about_a_late_dose(
    tmp_path: Path, at: str, said: str, then: str | None
) -> None:
    (tmp_path / "weekly.yaml").write_text(LATE_RULES, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    made = run(
        "plan", "new", str(tmp_path / "weekly.yaml"), "--start", "2026-03-02", *BY, "-o", str(plan)
    )
    assert made.exit_code == 0, made.output
    run("plan", "record", str(plan), "a/phase-1/1", "--at", "2026-03-02", *BY)
    done = run("plan", "missed", str(plan), "a/phase-1/2", "--at", at, *WHY)
    assert said in done.output
    assert done.exit_code == (2 if then is None else 0), done.output
    if then is not None:
        assert f"then: {then}" in plan.read_text(encoding="utf-8")


LATE_IN_HOURS = """\
regimen: 1
id: daily
title: Drug A every morning
status: local
sources: [{cite: "Ward protocol of the day clinic, 2026"}]
courses:
  a:
    drug: drug A
    route: oral
    dose: 10 mg
    every: 1 day
    doses: 5
    at: 08:00
    late: {up to 36 hours: keep, over 36 hours to under 40 hours: review, from 40 hours: skip}
"""


@pytest.mark.parametrize(
    ("at", "said", "code"),
    [
        # in the night to 29 March 2026 the clocks of Rome go forward: 36 hours end at 21:00
        ("2026-03-29 21:00", "up to 36 hours, give it and keep", 0),
        ("2026-03-29 21:01", "the prescriber", 2),
        ("2026-03-30 00:59", "the prescriber", 2),
        ("2026-03-30 01:00", "from 40 hours, leave it out", 0),
        ("2026-03-29", "write both with a clock time", 1),
    ],
)
def test_a_delay_in_hours_counts_hours_that_really_pass(
    tmp_path: Path, at: str, said: str, code: int
) -> None:
    (tmp_path / "daily.yaml").write_text(LATE_IN_HOURS, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    start = ("--start", "2026-03-28", "--set", "zone=Europe/Rome")
    run("plan", "new", str(tmp_path / "daily.yaml"), *start, *BY, "-o", str(plan))
    run("plan", "record", str(plan), "a/phase-1/1", "--at", "2026-03-28 08:00", *BY)
    done = run("plan", "missed", str(plan), "a/phase-1/2", "--at", at, *WHY)
    assert said in done.output
    assert done.exit_code == code, done.output


def test_no_delay_in_hours_counts_from_a_dose_whose_hour_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "daily.yaml").write_text(LATE_IN_HOURS, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    start = ("--start", "2026-03-28", "--set", "zone=Europe/Rome")
    run("plan", "new", str(tmp_path / "daily.yaml"), *start, *BY, "-o", str(plan))
    run("plan", "record", str(plan), "a/phase-1/2", "--at", "2026-03-30", *BY)
    late = ("missed", "a/phase-1/3", "--at", "2026-03-31 20:00", *WHY)
    assert "from the last dose given (2026-03-30) to this one" in refused(plan, *late, code=1)


def test_a_delay_counts_from_a_dose_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "weekly.yaml").write_text(LATE_RULES, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    run("plan", "new", str(tmp_path / "weekly.yaml"), "--start", "2026-03-02", *BY, "-o", str(plan))
    said = refused(plan, "missed", "a/phase-1/2", "--at", "2026-03-10", *WHY, code=2)
    assert "the protocol does not say what becomes of this dose" in said


def test_a_move_without_a_scope_shows_every_scope(plan: Path) -> None:
    said = refused(plan, "move", "b12/daily/5", "--to", "2026-03-09", *WHY, code=2)
    assert "this dose" in said.splitlines()[0]
    assert "everything after" in said.splitlines()[0]
    assert "more move" in said.splitlines()[-3]  # of the other course
    assert "choose with --scope" in said


CLOSED = """\
  - clinic: {closed: [2026-03-19 a feast, 2026-03-20 a feast], courses: [a], move: next, following: stay}
    written: 2026-03-01T08:00:00Z
    by: N Example
"""


def test_a_choice_that_cannot_be_is_told_as_such(tmp_path: Path) -> None:
    text = LATE_RULES.partition("    late:")[0] + "    min_gap: 5 days\n    window: {late: 1 day}\n"
    (tmp_path / "weekly.yaml").write_text(text, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    run("plan", "new", str(tmp_path / "weekly.yaml"), "--start", "2026-03-02", *BY, "-o", str(plan))
    plan.write_text(f"{plan.read_text(encoding='utf-8')}entries:\n{CLOSED}", encoding="utf-8")
    said = refused(plan, "missed", "a/phase-1/2", "--at", "2026-03-12", *WHY, code=2)
    assert "late, shift: cannot be: a/phase-1/3, drug A, falls on 2026-03-19 (a feast)" in said


def test_a_skipped_dose_has_no_new_moment(plan: Path) -> None:
    words = ("b12/daily/2", "--then", "skip", "--at", "2026-03-04", *WHY)
    assert "a skipped dose takes no --at" in refused(plan, "missed", *words, code=2)
    late = ("b12/daily/2", "--then", "late, keep", *WHY)
    assert "Say so with --at" in refused(plan, "missed", *late, code=2)


def test_a_dose_is_named_by_its_course_and_day(plan: Path) -> None:
    run("plan", "record", str(plan), "b12@2026-03-03", "--at", "2026-03-03", *BY)
    assert "given: b12/daily/2" in plan.read_text(encoding="utf-8")
    said = refused(plan, "record", "b12@2026-03-09", "--at", "2026-03-09", *BY, code=2)
    assert "there is no dose 'b12@2026-03-09' in this plan" in said
    said = refused(plan, "record", "b12@2026-03", "--at", "2026-03-09", *BY, code=2)
    assert "is more than one dose" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record", "b12/daily/1", "--at", "2.3.2026", *BY), "is not a date"),
        (("hold", "--from", "2026-03-06", "--until", "2026-03-06", "--then", "skip", *WHY), "after --from"),
        (("reduce", "acth", "--to", "80%", "--from", "2026-03-20", *WHY), "not a percentage"),
        (("reduce", "acth", "--to", "0 %", "--from", "2026-03-20", *WHY), "is no reduction"),
        (("reduce", "acth", "--to", "100 %", "--from", "2026-03-20", *WHY), "is no reduction"),
        (("reduce", "acth", "--to", "80 %", "--from", "2026-03-20", "--until", "2026-03-20", *WHY), "after --from"),
        (("measure", "weight", "--on", "2026-03-06", *BY), "not of the form NAME=VALUE"),
        (("accept", "too-close", *WHY), "not of the form CODE=ABOUT"),
        (("clinic", "--courses", "b12", "--move", "next", "--following", "stay", *BY), "nothing says when"),
        (("clinic", "--closed", "sun", "--courses", "b12", "--move", "next", "--following", "stay", "--gap", "b12", *BY), "not of the form COURSE=DAYS"),
        (("hold", "--from", "2026-03-06", "--until", "2026-03-09", "--then", "skip", "--by", "N"), "--why"),
        (("issue", "-o", "calendar.csv", *BY), "must end in .ics"),
    ],
)  # fmt: skip
def test_wrong_use_is_explained(plan: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(plan, *words, code=2)


def test_what_cannot_be_is_not_written(plan: Path) -> None:
    assert "bad-entry" in refused(plan, "measure", "weight=7 kg", "--on", "2026-03-06", *BY, code=1)
    run("plan", "record", str(plan), "b12/daily/1", "--at", "2026-03-02", *BY)
    move = ("move", "b12/daily/1", "--to", "2026-03-03", "--scope", "this dose", *WHY)
    assert "is given already" in refused(plan, *move, code=1)
    words = (
        "clinic",
        "--closed",
        "sun",
        "--courses",
        "b12",
        "--move",
        "next",
        "--following",
        "stay",
        *BY,
    )
    assert "missing-input" in refused(plan, *words, code=1)


def test_a_finding_is_accepted_in_the_record(tmp_path: Path) -> None:
    text = LATE_RULES.partition("    late:")[0] + "    min_gap: 5 days\n"
    (tmp_path / "weekly.yaml").write_text(text, encoding="utf-8")
    plan = tmp_path / "plan.yaml"
    run("plan", "new", str(tmp_path / "weekly.yaml"), "--start", "2026-03-02", *BY, "-o", str(plan))
    done = run("plan", "record", str(plan), "a/phase-1/2", "--at", "2026-03-12", *BY)
    assert "error [below-min-gap]" in done.output  # what happened is taken down all the same
    about = "a: 2026-03-12 and 2026-03-16"
    assert about in done.output
    done = run("plan", "accept", str(plan), f"below-min-gap={about}", *WHY)
    assert done.exit_code == 0, done.output
    assert run("schedule", str(plan)).exit_code == 0


def test_what_is_not_found_cannot_be_accepted(plan: Path) -> None:
    said = refused(plan, "accept", "too-close=a", *WHY, code=1)
    assert "the override of too-close for a meets no finding" in said
    assert "Nothing was written." in said


def test_only_a_plan_has_a_record(plan: Path) -> None:
    done = run("plan", "stop", "b12-acth-infantile-spasms", "--from", "2026-03-10", *WHY)
    assert done.exit_code == 2
    assert "is a protocol; name a plan file" in done.output


def test_a_second_writer_is_refused_while_the_first_writes(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_store, "PATIENCE", 0)
    with FileLock(plan.parent / f".{plan.name}.lock"):
        said = refused(plan, "stop", "--from", "2026-03-10", *WHY, code=2)
    assert "another program is writing" in said


# --- calendars that were handed out


def test_a_calendar_that_was_handed_out_is_not_contradicted(plan: Path) -> None:
    first, again = plan.with_name("1.ics"), plan.with_name("2.ics")
    assert run("plan", "issue", str(plan), "-o", str(first), "--label", "Bed 4", *BY).exit_code == 0
    assert run("schedule", str(plan), "-o", str(again)).exit_code == 0
    assert again.read_bytes() == first.read_bytes()
    assert b"Bed 4: vitamin B12" in first.read_bytes()
    done = run("schedule", str(plan), "-o", str(again), "--label", "Bed 5")
    assert done.exit_code == 2
    run("plan", "stop", str(plan), "--from", "2026-03-10", *WHY)
    done = run("schedule", str(plan), "-o", str(again))
    assert done.exit_code == 2
    assert "regimen plan issue hands out the changes" in done.output
    assert run("schedule", str(plan), "-o", str(plan.with_name("1.csv"))).exit_code == 0


def test_a_dose_that_comes_back_is_no_longer_cancelled(plan: Path) -> None:
    calendar = plan.with_name("calendar.ics")
    run("plan", "issue", str(plan), "-o", str(calendar), *BY)
    run("plan", "stop", str(plan), "--course", "acth", "--from", "2026-04-09", *WHY)
    run("plan", "issue", str(plan), "-o", str(calendar), *BY)
    assert b"STATUS:CANCELLED" in calendar.read_bytes()
    assert b"No longer planned: synthetic ACTH" in calendar.read_bytes()
    run("plan", "take-back", str(plan), "2", *WHY)
    done = run("plan", "issue", str(plan), "-o", str(calendar), *BY)
    assert "planned again: Thu 9 Apr 2026, synthetic ACTH 25 units" in done.output
    assert "1 planned again, 29 unchanged" in done.output
    assert b"STATUS:CANCELLED" not in calendar.read_bytes()
    assert b"SEQUENCE:2" in calendar.read_bytes()


# --- public holidays


def test_public_holidays_of_a_country_and_a_region() -> None:
    italy = public_holidays("IT", date(2026, 4, 1), date(2026, 5, 1))
    assert list(italy) == [date(2026, 4, 5), date(2026, 4, 6), date(2026, 4, 25), date(2026, 5, 1)]
    bavaria = public_holidays("DE-BY", date(2026, 6, 1), date(2026, 6, 30))
    assert list(bavaria) == [date(2026, 6, 4)]  # Corpus Christi, not kept in all of Germany
    with pytest.raises(WrongUse, match="are not known"):
        public_holidays("XX", date(2026, 6, 1), date(2026, 6, 30))


def test_a_plan_is_shown_with_what_it_rests_on_and_where_it_stands(plan: Path) -> None:
    run("plan", "record", str(plan), "b12/daily/1", "--at", "2026-03-02", *BY)
    run("plan", "missed", str(plan), "acth/phase-1/1", "--then", "skip", *WHY)
    shown = " ".join(run("plan", "show", str(plan)).output.split())
    assert "protocol b12-acth-infantile-spasms (case report), content " in shown
    assert "starts 2026-03-02" in shown
    assert "twice_weekly_for: 2 weeks" in shown
    assert "1 given, 1 not given any more, 28 to come" in shown
    assert "first to come: Tue 3 Mar 2026, vitamin B12, 100 mcg (b12/daily/2)" in shown


def test_what_is_still_to_be_answered_is_shown(tmp_path: Path) -> None:
    path = str(tmp_path / "plan.yaml")
    clocks = {"first": "07:00", "second": "12:00", "third": "17:00", "fourth": "22:00"}
    made = run(
        "plan", "new", "ukiss-prednisolone", "--start", "2026-03-02", "--zone", "Europe/Rome",
        *(f"--set={name}={at}" for name, at in clocks.items()), "-o", path,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "to be answered: " in run("plan", "show", path).output


def test_a_question_is_answered_once_at_a_time(plan: Path) -> None:
    twice = ("twice_weekly_for=3 weeks", "twice_weekly_for=4 weeks", *BY)
    assert "given twice; which one is meant?" in refused(plan, "answer", *twice, code=2)
    assert "is not of the form" in refused(plan, "answer", "twice_weekly_for", *BY, code=2)


def test_an_answer_that_the_protocol_does_not_ask_for_is_not_written(plan: Path) -> None:
    assert "did you mean 'twice_weekly_for'?" in refused(
        plan, "answer", "twice_weekly=3 weeks", *BY, code=1
    )


def test_an_entry_mends_a_plan_that_has_no_dates(plan: Path) -> None:
    bad = """entries:
  - {stopped: nothing, since: 2026-03-10, written: 2026-03-02T08:00:00Z, by: N Example, why: x}
"""
    plan.write_text(plan.read_text(encoding="utf-8") + bad, encoding="utf-8")
    assert run("schedule", str(plan)).exit_code == 1
    mended = run("plan", "take-back", str(plan), "1", *WHY)
    assert mended.exit_code == 0, mended.output
    assert "The plan had no dates before; now it has." in mended.output
    assert run("schedule", str(plan)).exit_code == 0


def test_the_number_of_visits_is_said_where_it_changes(plan: Path) -> None:
    words = ("clinic", "--closed", "sun", "--courses", "acth,b12", "--move", "next", "--following")
    more = ("stay", "--together", "--gap", "b12=1 day", "--gap", "acth=2 days", *BY)
    done = run("plan", words[0], str(plan), *words[1:], *more)
    assert done.exit_code == 0, done.output
    assert "Doses are given on 21 days, not 24." in done.output
    assert "The patient comes to the clinic on 21 days." in done.output
    assert "At the clinic on 21 days" in run("schedule", str(plan)).output
    sheet = plan.with_name("sheet.html")
    run("schedule", str(plan), "-o", str(sheet))
    assert "At the clinic on 21 days." in sheet.read_text(encoding="utf-8")


def test_doses_that_an_answer_takes_out_are_named(plan: Path) -> None:
    done = run("plan", "answer", str(plan), "twice_weekly_for=1 week", *BY)
    assert "b12/twice-weekly/3: no longer there, was 2026-03-26" in done.output


WITH_VISITS = """\
regimen: 1
id: visited
title: Drug A, and looking how it went
status: local
sources: [{cite: "Ward protocol of the day clinic, 2026"}]
courses: {a: {drug: drug A, route: intramuscular, dose: 10 mg, every: 1 week, doses: 3}}
visits:
  eeg: {what: EEG, begins: 1 month after start}
  level: {what: blood level, begins: 2 weeks after a.last}
"""


def test_visits_keep_the_clinics_days_and_are_moved_by_hand(tmp_path: Path) -> None:
    (tmp_path / "visited.yaml").write_text(WITH_VISITS, encoding="utf-8")
    plan, calendar = str(tmp_path / "plan.yaml"), tmp_path / "calendar.ics"
    run("plan", "new", str(tmp_path / "visited.yaml"), "--start", "2026-03-05", *BY, "-o", plan)
    more = ("--courses", "a", "--visits", "eeg", "--move", "next", "--following", "stay", *BY)
    done = run("plan", "clinic", plan, "--closed", "sun", *more)
    assert "eeg/1: 2026-04-05 → 2026-04-06" in done.output
    assert "1 visit changed." in done.output
    run("plan", "issue", plan, "-o", str(calendar), *BY)
    why = (*BY, "--why", "at the grandparents")
    done = run(
        "plan", "move", plan, "level@2026-04-02", "--to", "2026-04-09", "--scope", "this dose", *why
    )
    assert "level/1: 2026-04-02 → 2026-04-09" in done.output
    done = run("plan", "issue", plan, "-o", str(calendar), *BY)
    assert "1 moved, 4 unchanged" in done.output
    assert b"grandparents" not in calendar.read_bytes()
    done = run("plan", "move", plan, "ekg/1", "--to", "2026-04-09", "--scope", "this dose", *why)
    assert "there is no dose or visit 'ekg/1' in this plan" in done.output


def test_a_clinic_where_nothing_is_given_is_no_clinic(plan: Path) -> None:
    words = ("--closed", "sun", "--courses", " ", "--move", "next", "--following", "stay", *BY)
    assert "nothing says what is given at the clinic" in refused(plan, "clinic", *words, code=2)


def test_the_holidays_of_another_year_move_nothing_before_them(plan: Path) -> None:
    words = ("--courses", "b12", "--move", "next", "--following", "stay", "--gap", "b12=1 day", *BY)
    run("plan", "clinic", str(plan), "--closed", "2026-04-29 a feast", *words)
    more = ("--closed", "2026-06-29 a feast", "--from", "2026-05-01")
    done = run("plan", "clinic", str(plan), *more, *words)
    assert "b12/monthly/3: 2026-06-29 → 2026-06-30" in done.output
    assert "b12/monthly/1" not in done.output
    said = refused(plan, "clinic", "--closed", "sun", "--from", "May", *words, code=2)
    assert "is not a date" in said


def test_the_clinics_days_are_read_back_in_words(plan: Path) -> None:
    words = ("--closed", "sun,2026-04-06 Easter Monday", "--courses", "acth,b12", "--move", "next")
    more = ("--following", "stay", "--together", "--gap", "acth=2 days", "--gap", "b12=1 day", *BY)
    done = run("plan", "clinic", str(plan), *words, *more)
    assert done.exit_code == 0, done.output
    assert (
        "1  clinic: closed on sun, 2026-04-06 (Easter Monday); given there: acth, b12; moved to the"
        " next open day, and what follows stays; together where that will do; acth at least 2 days"
        " apart; b12 at least 1 day apart ("
    ) in run("plan", "show", str(plan)).output


def test_holidays_and_visits_of_the_clinic_are_read_back(tmp_path: Path) -> None:
    (tmp_path / "visited.yaml").write_text(WITH_VISITS, encoding="utf-8")
    plan = str(tmp_path / "plan.yaml")
    run("plan", "new", str(tmp_path / "visited.yaml"), "--start", "2026-03-05", *BY, "-o", plan)
    words = ("--holidays", "IT", "--courses", "a", "--visits", "eeg", "--move", "next", *BY)
    run("plan", "clinic", plan, *words, "--following", "move along", "--from", "2026-03-06")
    said = run("plan", "show", plan).output
    assert "1  clinic: from 2026-03-06; closed on 2026-04-05 (" in said
    assert "; the holidays of IT among them; given there: a; kept there: eeg; moved to" in said
    assert "and what follows moves along (" in said


def test_an_answer_is_read_back_in_words(plan: Path) -> None:
    run("plan", "answer", str(plan), "twice_weekly_for=3 weeks", *BY)
    assert "1  answered twice_weekly_for = 3 weeks (" in run("plan", "show", str(plan)).output
