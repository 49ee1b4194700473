"""The command line: plans, protocols, and the program as a whole."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from regimen import library
from regimen.cli import files, main
from tests.unit.command_line import (
    ACCEPTED,
    ANSWERS,
    CASE,
    EROL,
    broken,
    run,
    words,
)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    run("plan", "new", CASE, *ANSWERS, "--by", "Dr Example", "-o", str(path))
    return path


# --- plans


def test_a_plan_file_works_wherever_a_protocol_does(plan: Path) -> None:
    assert "Kept" not in run("schedule", str(plan)).stderr
    assert "18 doses" in run("schedule", str(plan)).stdout
    assert "1.8 mg" in run("totals", str(plan)).stdout
    assert "decided by Dr Example" in run("show", str(plan)).stdout
    assert run("check", str(plan)).stdout.startswith("pass")
    assert run("test", str(plan)).stdout.startswith("pass")


@pytest.mark.parametrize(
    "option",
    [ANSWERS[:2], ANSWERS[2:], ("--zone", "Europe/Rome"), ("--closed", "sat"), ("--by", "x"),
     ("--start", "")],
    ids=str,
)  # fmt: skip
def test_a_plan_already_says_its_answers(plan: Path, option: tuple[str, str]) -> None:
    assert "is a plan" in run("schedule", str(plan), *option, code=2).stderr
    assert "is a plan" in run("totals", str(plan), *option, code=2).stderr


def test_a_plan_is_never_overwritten(plan: Path) -> None:
    before = plan.read_bytes()
    assert "exists" in run("plan", "new", CASE, *ANSWERS, "-o", str(plan), code=2).stderr
    assert "exists" in run("schedule", CASE, *ANSWERS, "--save-plan", str(plan), code=2).stderr
    with pytest.raises(click.ClickException, match="exists"):
        files.write(str(plan), b"", replacing=False)
    assert (
        "overwrite" in run("schedule", str(plan), "--format", "csv", "-o", str(plan), code=2).stderr
    )
    assert plan.read_bytes() == before
    assert [each.name for each in plan.parent.iterdir()] == ["plan.yaml"]


def test_a_protocol_is_never_overwritten(tmp_path: Path) -> None:
    path = broken(tmp_path, b"dose: 100 mcg", b"dose: 110 mcg", "mine")
    before = path.read_bytes()
    for extra in (("--save-plan", str(path)), ("--format", "csv", "-o", str(path))):
        run("schedule", str(path), *ANSWERS, *extra, code=2)
    assert path.read_bytes() == before


def test_a_plan_of_a_plan_is_wrong_use(plan: Path) -> None:
    other = plan.with_name("other.yaml")
    assert "is a plan already" in run("plan", "new", str(plan), "-o", str(other), code=2).stderr
    assert not other.exists()


def test_an_override_of_a_plan_lives_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    run("plan", "new", *EROL, *ACCEPTED, "-o", str(path))
    run("schedule", str(path))
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("overrides:")], "utf-8")
    run("schedule", str(path), code=1)
    assert "--save-plan" in run("schedule", str(path), *ACCEPTED, code=2).stderr
    run("schedule", str(path), *ACCEPTED, "--save-plan", str(path))
    assert path.read_text("utf-8") == text
    run("schedule", str(path))


def test_a_plan_of_a_file_says_what_must_stay_beside_it(tmp_path: Path) -> None:
    protocol = broken(tmp_path, b"dose: 100 mcg", b"dose: 110 mcg", "mine")
    beside, elsewhere = tmp_path / "plan.yaml", tmp_path / "folder" / "plan.yaml"
    elsewhere.parent.mkdir()
    assert "beside it" not in run("plan", "new", str(protocol), *ANSWERS, "-o", str(beside)).stderr
    run("totals", str(beside))
    said = run("plan", "new", str(protocol), *ANSWERS, "-o", str(elsewhere)).stderr
    assert "mine.yaml beside it" in words(said)
    assert "[wrong-protocol]" in run("totals", str(elsewhere), code=1).stderr


# --- protocols


def test_list_shows_every_protocol() -> None:
    out = run("list").stdout
    for id in library.protocol_ids():
        assert sum(line.startswith(f"{id} ") for line in out.splitlines()) == 1
    assert "case report" in out
    assert "b12, phenobarbital, acth" in out


def test_list_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = run("list").stdout
    assert max(map(len, out.splitlines())) <= 80
    assert "Vitamin B12 and synthetic ACTH for infantile spasms with B12 deficiency" in out


def test_show_reads_the_protocol_back() -> None:
    out = words(run("show", "b12-acth-phenobarbital-malbora").stdout)
    for text in (
        "Vitamin B12, ACTH and phenobarbital",
        "(case report)",
        "b12, daily: cyanocobalamin",
        "Which dose of cyanocobalamin is given each time?",
        "(a number and its unit; in kg; at least 3 kg; at most 15 kg)",
        "each injection: 40 units",
        "All three drugs start on the same day.",
        "Malbora et al.",
        "“The patients were treated with intramuscular cyanocobalamin",
    ):
        assert text in out


def test_check_and_test_pass_on_the_library() -> None:
    ids = library.protocol_ids()
    checked = run("check", *ids)
    assert checked.stdout.count("pass ") == len(ids)
    assert checked.stderr == ""
    tested = run("test", *ids)
    assert tested.stdout.count("pass ") >= len(ids)
    assert " 0 failed" in tested.stderr


def test_a_failing_case_shows_what_was_expected_and_found(tmp_path: Path) -> None:
    path = broken(tmp_path, b"doses: 18,", b"doses: 17,")
    tested = run("test", str(path), code=1)
    assert "FAIL" in tested.stdout
    assert "b12: doses expected 17, found 18" in tested.stdout
    assert "0 passed, 1 failed" in tested.stderr
    checked = run("check", str(path), CASE, code=1)
    assert "0 of 1 case" in checked.stdout
    assert f"pass  {CASE}" in checked.stdout
    assert "[case-failed]" in checked.stderr
    assert "broken.yaml:" in checked.stderr


def test_a_protocol_without_cases_fails(tmp_path: Path) -> None:
    path = broken(tmp_path, b"\ncases:", b"\n#")
    path.write_bytes(path.read_bytes().split(b"\n#")[0] + b"\n")
    for command in ("check", "test"):
        assert "[no-cases]" in run(command, str(path), code=1).stderr


def test_an_author_is_told_the_place(tmp_path: Path) -> None:
    path = broken(tmp_path, b"dose: 100 mcg", b"dose: 0,1 mg")
    for command in ("check", "test", "show", "schedule"):
        result = run(command, str(path), code=1)
        assert f"{path}:" in result.stderr
        assert "error [decimal-comma]" in result.stderr


def test_nothing_to_check_is_wrong_use() -> None:
    for command in ("check", "test"):
        assert "Missing argument 'PROTOCOL...'" in run(command, code=2).stderr


def test_control_characters_of_a_file_never_reach_the_terminal(tmp_path: Path) -> None:
    path = broken(tmp_path, b"title: Vitamin", b'title: "\\e[2J\\u202eX" #', "hostile")
    for command in ("show", "schedule", "check"):
        answers = ANSWERS if command == "schedule" else ()
        result = CliRunner().invoke(main, [command, str(path), *answers], catch_exceptions=False)
        assert "\x1b" not in result.output
        assert "\u202e" not in result.output


# --- the program as a whole


def test_the_program_says_what_it_is_not() -> None:
    assert "not a medical device" in words(run("--help").stdout)


def test_every_command_explains_itself() -> None:
    for name in main.commands:
        out = run(name, "--help").stdout
        assert out.startswith(f"Usage: regimen {name}")
    assert "--override" in run("plan", "new", "--help").stdout


def test_the_version() -> None:
    assert run("--version").stdout.startswith("regimen ")


def test_a_missing_command_is_wrong_use() -> None:
    assert "There is no command 'nonsense'." in run("nonsense", code=2).stderr
    assert "Did you mean 'schedule'?" in run("schedul", CASE, code=2).stderr
    run("plan", "nonsense", code=2)


def test_what_is_worked_out_by_a_formula_is_shown(tmp_path: Path) -> None:
    answers = ("weight=95 kg", "height=185 cm", "age=60 years", "number_of_cycles=6")
    said = [word for answer in answers for word in ("--set", answer)]
    surface = "bsa: 2.209512… m² (mosteller of 95 kg and 185 cm)"
    shown = run("schedule", "r-chop-21", "--start", "2026-03-02", *said).output
    assert surface in " ".join(shown.split())
    sheet = tmp_path / "sheet.html"
    run("schedule", "r-chop-21", "--start", "2026-03-02", *said, "-o", str(sheet))
    assert surface in sheet.read_text(encoding="utf-8")


def test_what_may_be_answered_is_listed_with_its_name() -> None:
    shown = run("show", "hydroxocobalamin-pernicious-anaemia").output
    optional = shown[shown.index("May be answered") : shown.index("Assumed")]
    assert ".stopped: From which day on is " in optional
    assert "horizon: Up to which day is the schedule drawn up?" in optional


def test_the_steps_of_a_measure_are_told_with_the_question(tmp_path: Path) -> None:
    path = tmp_path / "steps.yaml"
    path.write_text(
        "regimen: 1\nid: steps\ntitle: Steps\nstatus: local\nsources: [{cite: own, says: so}]\n"
        "measures: {weight: {taken: once, at_least: 3 kg, at_most: 29 kg, grid: 1 kg}}\n"
        "courses: {a: {drug: drug A, route: oral, dose: 1 mg/kg, doses: 1}}\n",
        encoding="utf-8",
    )
    assert "at most 29 kg; in steps of 1 kg)" in run("show", str(path)).output


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("95 kg", "vincristine: 6 of 6 doses made smaller by the protocol, at most 2 mg per dose"),
        ("40 kg", "vincristine: no dose was made smaller by the protocol's own limits"),
    ],
)
def test_totals_say_what_the_protocols_own_limits_did(weight: str, said: str) -> None:
    answers = (f"weight={weight}", "height=150 cm", "age=60 years", "number_of_cycles=6")
    given = [word for answer in answers for word in ("--set", answer)]
    assert said in words(run("totals", "r-chop-21", "--start", "2026-03-02", *given).stdout)
