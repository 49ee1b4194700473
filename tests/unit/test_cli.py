"""The command line: its words, its exit codes, and what goes to which stream."""

from __future__ import annotations

import csv
import os
import pty
import select
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from regimen import library
from regimen.cli import files, main, questions, scheduling
from regimen.export import FORMATS, ExportMismatch
from regimen.finding import Place
from regimen.protocol import Parameter, ParameterType

CASE = "b12-acth-infantile-spasms"
ANSWERS = ("--start", "2026-03-02", "--set", "twice_weekly_for=2 weeks")
MALBORA = (
    "b12-acth-phenobarbital-malbora", "--start", "2026-03-02", "--zone", "Europe/Istanbul",
    "--set", "weight=7.5 kg", "--set", "acth_reading=each injection",
    "--set", "phenobarbital.at=08:00, 20:00",
)  # fmt: skip
EROL = ("b12-acth-erol", "--start", "2026-03-02")
START = "from regimen.cli import main; main(prog_name='regimen')"
ACCEPTED = (
    "--override", "not-stated=acth: the route, the dose, the days, the duration",
    "--by", "Dr Example", "--because", "given before admission",
)  # fmt: skip


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="regimen", catch_exceptions=False)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    run("plan", "new", CASE, *ANSWERS, "--by", "Dr Example", "-o", str(path))
    return path


def words(text: str) -> str:
    return " ".join(text.split())


def broken(tmp_path: Path, old: bytes, new: bytes, name: str = "broken") -> Path:
    """The case report's protocol with one thing changed."""
    text, _ = library.protocol_text(CASE)
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(text.replace(old, new).replace(CASE.encode(), name.encode()))
    return path


# --- the table


def test_the_table_has_a_row_for_every_dose_and_its_sums() -> None:
    result = run("schedule", CASE, *ANSWERS)
    lines = [words(line) for line in result.stdout.splitlines()]
    assert sum(" of 18 " in line or " of 12 " in line for line in lines) == 30
    assert "Mon 2 Mar 2026 vitamin B12 100 mcg intramuscular 1 of 18 daily" in lines
    assert "Thu 9 Apr 2026 synthetic ACTH 25 units intramuscular 12 of 12 twice a week" in lines
    assert "vitamin B12: 18 doses, 1.8 mg in all" in lines
    assert "synthetic ACTH: 12 doses, 300 units in all" in lines
    assert "twice_weekly_for: 2 weeks" in lines
    assert "usual range kept" in result.stdout
    assert "not a medical device" in result.stderr
    assert "medical device" not in result.stdout
    assert "it is not kept" in result.stderr


def test_weeks_stand_apart() -> None:
    lines = run("schedule", CASE, *ANSWERS).stdout.splitlines()
    sunday = next(at for at, line in enumerate(lines) if line.startswith("Sun  8 Mar 2026"))
    assert lines[sunday + 1].strip() == ""
    assert lines[sunday + 2].startswith("Mon  9 Mar 2026")


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_no_width_loses_a_word(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("schedule", CASE, *ANSWERS, "--closed", "sat,sun")
    assert max(map(len, result.stdout.splitlines())) <= columns
    assert "…" not in result.stdout
    assert result.stdout.count("on a closed day") == 5
    assert "5 doses on closed days (Saturday, Sunday)" in result.stdout
    dates = [line[:15] for line in result.stdout.splitlines() if line[:3] in ("Mon", "Thu")]
    assert "Mon  2 Mar 2026" in dates


def test_a_note_stands_under_its_row_where_there_is_no_room_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for columns, under in ((80, True), (120, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = run("schedule", CASE, *ANSWERS, "--closed", "sat").stdout.splitlines()
        row = next(at for at, line in enumerate(lines) if line.startswith("Sat  7 Mar 2026"))
        assert ("on a closed day" in lines[row + 1]) is under
        assert ("on a closed day" in lines[row]) is not under


def test_why_explains_every_row() -> None:
    result = run("schedule", CASE, *ANSWERS, "--why")
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert sum(line.startswith("day: ") for line in lines) == 30
    assert sum(line.startswith("dose: ") for line in lines) == 30
    assert "1 month after the last dose of twice weekly (2026-03-29)" in words(result.stdout)


def test_clock_times_and_their_zone() -> None:
    result = run("schedule", *MALBORA, "--set", "b12_dose=1 mg")
    assert "Mon  2 Mar 2026 08:00" in result.stdout
    assert "Clock times are those of Europe/Istanbul." in result.stdout


def test_a_label_heads_the_table() -> None:
    assert "Bed 4: Vitamin B12" in run("schedule", CASE, *ANSWERS, "--label", "Bed 4").stdout


def test_totals_show_what_they_are_the_sum_of() -> None:
    lines = [words(line) for line in run("totals", CASE, *ANSWERS).stdout.splitlines()]
    assert "vitamin B12 18 100 mcg 100 mcg 1.8 mg 2 Mar 2026 29 Jun 2026" in lines
    assert "every other day 4 100 mcg 100 mcg 400 mcg 10 Mar 2026 16 Mar 2026" in lines
    assert "synthetic ACTH 12 25 units 25 units 300 units 2 Mar 2026 9 Apr 2026" in lines


# --- what stands against a schedule


def test_while_an_error_stands_the_table_is_only_for_looking_at(tmp_path: Path) -> None:
    result = run("schedule", *EROL, "--save-plan", str(tmp_path / "plan.yaml"), code=1)
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    assert lines[0].startswith("NOT FOR USE")
    assert lines[-1].startswith("NOT FOR USE")
    assert sum(" of 13 " in line for line in lines) == 13
    assert "Totals" not in result.stdout
    assert "error [not-stated] the source does not state the route" in result.stderr
    for form in ("csv", "ics", "json", "html", "xlsx"):
        result = run("schedule", *EROL, "-o", str(tmp_path / f"c.{form}"), code=1)
        assert result.stdout == ""
    assert run("totals", *EROL, code=1).stdout == ""
    assert run("plan", "new", *EROL, "-o", str(tmp_path / "plan.yaml"), code=1).stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_finding_shows_the_option_to_copy() -> None:
    result = run("schedule", *EROL, code=1)
    option = f"--override '{ACCEPTED[1]}' --by 'WHO' --because 'WHY'"
    assert option in result.stderr
    accepted = run("schedule", *EROL, *ACCEPTED)
    assert "Dr Example" in words(accepted.stdout)
    assert "given before admission" in words(accepted.stdout)
    assert "NOT FOR USE" not in accepted.stdout


def test_a_copied_override_survives_a_lost_narrow_space() -> None:
    dose = ("--set", "b12_dose=2000 mg")
    refused = run("schedule", *MALBORA, *dose, code=1)
    assert "2\u202f000 mg" in refused.stderr
    about = "far-outside-range=b12: 2 000 mg intramuscular per dose"
    recorded = ("--override", about, "--by", "Dr Example", "--because", "as printed")
    result = run("schedule", *MALBORA, *dose, *recorded)
    out = words(result.stdout)
    assert "far-outside-range for b12: 2 000 mg intramuscular per dose: overridden by" in out


def test_an_override_that_meets_nothing_is_refused() -> None:
    result = run(
        "schedule", CASE, *ANSWERS, "--override", "not-stated=acth: the dose",
        "--by", "Dr Example", "--because", "so", code=1,
    )  # fmt: skip
    assert "[idle-override]" in result.stderr


def test_one_reason_is_given_once() -> None:
    result = run(
        "schedule", CASE, "--start", "2.3.2026", "--zone", "Mars", "--closed", "caturday", code=1
    )
    assert result.stderr.count("[bad-date]") == 1
    assert result.stderr.count("[bad-weekday]") == 1


# --- what is missing


def test_without_a_terminal_everything_missing_is_one_error() -> None:
    result = run("schedule", "b12-acth-phenobarbital-malbora", code=1)
    assert result.stdout == ""
    assert result.stderr.count("error [") == 1
    assert "needs 6 more answers" in result.stderr
    for text in (
        "--start …",
        '--set b12_dose="…"',
        "Which dose of cyanocobalamin is given each time?",
        "(a number and its unit; in mg)",
        "(a number and its unit; in kg; at least 3 kg; at most 15 kg)",
        "each injection: 40 units at each of the two injections a week",
    ):
        assert text in result.stderr


def test_every_kind_of_question_says_how_it_is_answered() -> None:
    place = Place("protocol.yaml", 1, 1)
    for type in ParameterType:
        said = questions.kind(Parameter("name", type, "What?", place))
        assert said.startswith("(")
        assert len(said) > len("(route)")


def test_limits_are_kept() -> None:
    result = run(
        "schedule", CASE, "--start", "2026-03-02", "--set", "twice_weekly_for=53 weeks", code=1
    )
    assert "[outside-limits]" in result.stderr


class Terminal:
    """The program at a pseudo terminal, with standard output going elsewhere."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdin=slave,
            stderr=slave,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80"},
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 30
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            ready, _, _ = select.select([self.master], [], [], 1)
            if ready:
                self.said += os.read(self.master, 4096).decode()

    def type(self, text: str) -> None:
        self.said = ""
        os.write(self.master, text.encode())

    def end(self) -> str:
        out, _ = self.process.communicate(timeout=30)
        os.close(self.master)
        return out.decode()


def test_at_a_terminal_what_is_missing_is_asked_for() -> None:
    terminal = Terminal("schedule", CASE, "--format", "csv")
    terminal.wait_for("On which day does the treatment start?")
    terminal.wait_for("start: ")
    terminal.type("2.3.2026\n")
    terminal.wait_for("'2.3.2026' is not a date")
    terminal.wait_for("start: ")
    terminal.type("2026-03-02\n")
    terminal.wait_for("How long is vitamin B12 given twice a week?")
    terminal.wait_for("at least 1 week; at most 52 weeks")
    terminal.wait_for("twice_weekly_for: ")
    terminal.type("\n")
    terminal.wait_for("twice_weekly_for: ")
    terminal.type("53 weeks\n")
    terminal.wait_for("[outside-limits]")
    terminal.type("2 weeks\n")
    out = terminal.end()
    assert terminal.process.returncode == 0
    assert len(list(csv.DictReader(out.splitlines()))) == 30
    assert out.startswith("id,date,")


def test_a_person_may_give_up() -> None:
    terminal = Terminal("schedule", CASE)
    terminal.wait_for("start: ")
    terminal.type("\x04")
    assert terminal.end() == ""
    assert terminal.process.returncode == 1


# --- files and formats


def test_nothing_but_data_goes_to_standard_output(plan: Path) -> None:
    for form in ("csv", "ics", "json", "html", "xlsx"):
        piped = run("schedule", str(plan), "--format", form, "-o", "-")
        path = plan.with_name(f"c.{form}")
        assert run("schedule", str(plan), "-o", str(path)).stdout == ""
        if form in ("csv", "ics", "json"):
            assert piped.stdout_bytes == path.read_bytes()
        assert piped.stderr == ""


def test_the_formats_are_those_there_are() -> None:
    option = next(each for each in scheduling.schedule.params if each.name == "form")
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(FORMATS)


def test_the_extension_chooses_the_format(plan: Path) -> None:
    path = plan.with_name("UPPER.CSV")
    run("schedule", str(plan), "-o", str(path))
    assert path.read_bytes().startswith(b"id,date,")
    other = plan.with_name("calendar.txt")
    run("schedule", str(plan), "-o", str(other), "--format", "csv")
    assert other.read_bytes() == path.read_bytes()


def test_a_file_is_replaced_whole_and_keeps_its_rights(plan: Path) -> None:
    path = plan.with_name("c.csv")
    path.write_text("old")
    path.chmod(0o640)
    assert "Replaced" in run("schedule", str(plan), "-o", str(path)).stderr
    assert path.read_bytes().startswith(b"id,date,")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in plan.parent.iterdir()) == ["c.csv", "plan.yaml"]


def test_a_link_keeps_pointing_where_it_pointed(plan: Path) -> None:
    target, link = plan.with_name("target.csv"), plan.with_name("link.csv")
    target.write_text("old")
    link.symlink_to(target)
    run("schedule", str(plan), "-o", str(link))
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"id,date,")


def test_a_failed_write_leaves_the_old_file(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plan.with_name("c.csv")
    path.write_text("old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    result = run("schedule", str(plan), "-o", str(path), code=2)
    assert "No space left" in result.stderr
    assert path.read_text() == "old"
    assert sorted(each.name for each in plan.parent.iterdir()) == ["c.csv", "plan.yaml"]


def test_what_does_not_read_back_is_not_written(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lies(*_: object, **__: object) -> bytes:
        raise ExportMismatch("row 3 says 1000 mcg")

    monkeypatch.setattr(import_module("regimen.export"), "export", lies)
    path = plan.with_name("c.csv")
    result = run("schedule", str(plan), "-o", str(path), code=1)
    assert "row 3 says 1000 mcg" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "c.doc"), "csv, xlsx, ics, json, html"),
        (("-o", "c"), "csv, xlsx, ics, json, html"),
        (("-o", "-"), "--format"),
        (("-o", "c.csv", "--format", "ics"), "contradict"),
        (("--format", "pdf"), "pdf"),
        (("-o", "c.csv", "--why"), "--why"),
        (("-o", "c.csv", "--label", "x"), "--label"),
        (("-o", "c.csv", "--save-plan", "c.csv"), "the same file"),
        (("-o", "no/such/folder/c.csv"), "cannot be written"),
        (("--set", "twice_weekly_for"), "NAME=TEXT"),
        (("--set", "=2 weeks"), "NAME=TEXT"),
        (("--set", "twice_weekly_for=3 weeks"), "answered twice"),
        (("--set", "start=2026-03-03"), "answered twice"),
        (("--override", "x=y"), "--by"),
        (("--override", "x=y", "--by", "Dr Example"), "--because"),
        (("--because", "y"), "--override"),
        (("--nonsense",), "--nonsense"),
        (("weeks",), 'stands in quotation marks: --set weight="7.5 kg"'),
    ],
    ids=str,
)
def test_wrong_use(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("schedule", CASE, *ANSWERS, *arguments, code=2)
    assert list(tmp_path.iterdir()) == []
    assert said in words(result.stderr)
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["schedule", "totals", "show", "check", "test"])
@pytest.mark.parametrize("source", ["b12-acth", "../protocols", "nope.yaml", "a\x1b[2Jb", "."])
def test_there_is_no_such_protocol(command: str, source: str) -> None:
    result = run(command, source, code=2)
    assert result.stdout == ""
    assert "\x1b" not in result.stderr


def test_the_meant_protocol_is_offered() -> None:
    result = run("show", "b12-acth-infantile-spasm", code=2)
    assert f"did you mean {CASE}?" in result.stderr


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
