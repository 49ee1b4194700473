"""Another schedule held against ours: its limits, its pairing, its files, its options."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from hypothesis import given
from hypothesis import strategies as st

import regimen
from regimen import library, planning
from regimen.comparing import cells, lines, pairing
from regimen.comparison import Comparison, Kind
from regimen.export import (
    COMPARISON_FORMATS,
    ExportMismatch,
    comparison_document,
    comparison_table,
    export,
    export_comparison,
)
from regimen.finding import Refusal
from regimen.planning import Given
from regimen.schedule import CheckedSchedule
from tests import samples
from tests.unit.command_line import ANSWERS, CASE, MALBORA, run, words

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def compared(checked: CheckedSchedule, table: bytes | str, **more: dict[str, str]) -> Comparison:
    data = table.encode() if isinstance(table, str) else table
    named: dict[str, dict[str, str]] = {"drugs": {}, "columns": {}} | more
    return planning.compare(checked, data, "theirs.csv", **named)


def refused(table: bytes | str, **more: dict[str, str]) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        compared(samples.case_report(), table, **more)
    return [f"{finding.place} {finding.code}" for finding in refusal.value.findings]


def case_plans() -> list[tuple[str, CheckedSchedule]]:
    found = []
    for id in library.protocol_ids():
        protocol = planning.read_protocol(*library.protocol_text(id))
        for case in protocol.cases:
            if case.refused is None:
                answers = {name: Given(text) for name, text in case.given.items()}
                plan = planning.make_plan(protocol, answers, plan_id="7" * 32, made=MADE)
                if not any(each.stands for each in planning.examine(protocol, plan).findings):
                    found.append((f"{id}: {case.name}", planning.check(protocol, plan)))
    return found


CASES = case_plans()
SAMPLES = {
    "timed": samples.twice_a_day(),
    "floating": samples.twice_a_day(zone=None),
    "overridden": samples.overridden(),
    "case report": samples.case_report(),
} | dict(CASES)


def test_there_are_cases() -> None:
    assert len(CASES) > 4


@pytest.mark.parametrize("name", SAMPLES)
def test_our_own_table_agrees_with_its_plan(name: str) -> None:
    found = compared(SAMPLES[name], export(SAMPLES[name], "csv"))
    assert found.differences == ()
    assert found.agreeing == len(found.lines) == len(SAMPLES[name].administrations) > 0


@pytest.mark.parametrize("name", SAMPLES)
def test_without_its_first_dose_that_dose_is_missing(name: str) -> None:
    own = export(SAMPLES[name], "csv").split(b"\r\n")
    found = compared(SAMPLES[name], b"\r\n".join(own[:1] + own[2:]))
    kinds = {each.kind for each in found.differences}
    assert Kind.MISSING in kinds
    assert kinds <= {Kind.MISSING, Kind.OTHER_TIME}
    assert found.count(Kind.MISSING) == 1


# --- pairing


def _best(ours: list[date], theirs: list[date]) -> tuple[int, int]:
    """The most pairs in order, and their fewest days, by trying all."""
    best = (0, 0)
    for size in range(1, min(len(ours), len(theirs)) + 1):
        for mine in combinations(ours, size):
            for others in combinations(theirs, size):
                apart = [abs((a - b).days) for a, b in zip(mine, others, strict=True)]
                if max(apart) <= pairing.AWAY.days:
                    best = max(best, (size, -sum(apart)))
    return best


DAYS = st.lists(
    st.integers(0, 40).map(lambda day: date(2026, 3, 1) + timedelta(days=day)), max_size=6
)


@given(DAYS.map(sorted), DAYS.map(sorted))
def test_other_days_are_paired_as_well_as_can_be(ours: list[date], theirs: list[date]) -> None:
    found = pairing.aligned(ours, theirs, "theirs.csv")
    assert all(one[0] < next[0] and one[1] < next[1] for one, next in pairwise(found))
    apart = [abs((ours[at] - theirs[to]).days) for at, to in found]
    assert (len(found), -sum(apart)) == _best(ours, theirs)


def test_a_long_schedule_that_is_shifted_is_paired_in_good_time() -> None:
    ours = [date(2026, 1, 1) + timedelta(days=2 * at) for at in range(5000)]
    theirs = [day + timedelta(days=1) for day in ours]
    began = time.perf_counter()
    assert pairing.aligned(ours, theirs, "theirs.csv") == [(at, at) for at in range(5000)]
    assert time.perf_counter() - began < 20


def test_too_many_to_pair_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST_WEIGHED", 3)
    ours, theirs = [date(2026, 3, 2)] * 2, [date(2026, 3, 3)] * 2
    with pytest.raises(Refusal, match="too-large"):
        pairing.aligned(ours, theirs, "theirs.csv")


def test_the_same_table_in_another_order_gives_the_same_differences() -> None:
    checked = samples.case_report()
    head, *rest = export(checked, "csv").decode().rstrip().split("\r\n")
    rest = [line for at, line in enumerate(rest) if at % 5]
    found = [
        [
            (each.kind, each.ours, each.theirs and each.theirs.day)
            for each in compared(checked, "\n".join([head, *order])).differences
        ]
        for order in (rest, rest[::-1])
    ]
    assert found[0] == found[1] != []


# --- tables


def test_a_byte_order_mark_is_no_letter() -> None:
    checked = samples.case_report()
    assert compared(checked, b"\xef\xbb\xbf" + export(checked, "csv")).differences == ()


def test_quoted_cells_and_their_places() -> None:
    table = 'remark,"date",drug,dose\r\n"two\r\nlines, ""quoted""",02.03.2026,x,1 mg\r\n"a",2026-03-02,x,y\r\n'
    assert refused(table) == ["theirs.csv:3:20 bad-date", "theirs.csv:4:18 bad-quantity"]


def test_a_separator_inside_a_quoted_name_is_part_of_it() -> None:
    table = '"date;time",date,drug,dose\n,2026-03-02,x,0,\n'
    assert refused(table) == ["theirs.csv:2:1 torn-table"]
    assert refused('"a,b";date;drug\n') == ["theirs.csv:1:1 no-column"]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"date,drug,dose\n2026-03-02,\xe4,1 mg\n", "theirs.csv:2:12 not-text"),
        ("date,drug,dose\n2026-03-02,b\u200b,1 mg\n", "theirs.csv:2:13 bad-text"),
        ("date,drug,dose\n2026-03-02,b\0,1 mg\n", "theirs.csv:2:13 bad-text"),
        (export(samples.case_report(), "xlsx"), "theirs.csv:1:1 not-text"),
        (b"x" * (cells.MOST_BYTES + 1), "theirs.csv:1:1 too-large"),
        ("date,drug,dose\n" + "2026-03-02,b,1 mg\n" * cells.MOST_LINES,
         f"theirs.csv:{cells.MOST_LINES + 1}:1 too-large"),
        ("\n" * (cells.MOST_LINES + 1), f"theirs.csv:{cells.MOST_LINES + 1}:1 too-large"),
        ("date,drug,dose\n" + "," * cells.MOST_CELLS, f"theirs.csv:2:{cells.MOST_CELLS} too-large"),
        ("date,drug,dose\n2026-03-02,b,1 mg,\"\n", "theirs.csv:2:19 torn-table"),
        ('date,drug,"dose', "theirs.csv:1:11 torn-table"),
        ("", "theirs.csv:1:1 empty-file"),
        ("dose (mgs),drug,date\n1,b,2026-03-02\n", "theirs.csv:1:1 unknown-unit"),
        ("dose (mg),drug,date,unit\n1,b,2026-03-02,mg\n", "theirs.csv:1:21 two-answers"),
        ("date,drug,dose,ucum\n2026-03-02,b,,mg\n", "theirs.csv:2:15 two-answers"),
        ("date,drug,dose,ucum\n2026-03-02,b,1 mg,[iU]\n", "theirs.csv:2:19 two-answers"),
        ("date,drug,dose,route\n2026-03-02,b,1 mg,by mouth\n", "theirs.csv:2:19 unknown-word"),
        ("date,drug,dose\n31/02/2026,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\n2/2/26,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\n40/40/2026,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\n2 Mrz 2026,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\n31 Feb 2026,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\nTue 2 Mar 2026,b,1 mg\n", "theirs.csv:2:1 bad-weekday"),
        ("date,drug,dose\nMar 2026,b,1 mg\n", "theirs.csv:2:1 bad-date"),
        ("date,drug,dose\n2026-03-02 8:00,b,1 mg\n", "theirs.csv:2:1 bad-time"),
        ("date,drug,dose\n2026-03-02,b,1 mg\n" + "2026-03-02,b,\u00bd\n", "theirs.csv:3:14 bad-quantity"),
    ],
)  # fmt: skip
def test_what_is_not_taken(table: bytes | str, code: str) -> None:
    assert refused(table) == [code]


def test_a_wrong_table_is_not_told_line_by_line_for_ever() -> None:
    table = "date,drug,dose\n" + "2.3.2026,b,1\n" * 1000
    assert len(refused(table)) == lines.MOST_FINDINGS


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3000),
            st.sampled_from(
                [b"", b'"', b",", b"\n", b"\r", b"\t", b"\0", b"9", b".", b";", b"\xff", b" "]
            ),
        ),
        max_size=4,
    )
)
def test_mutated_tables_are_compared_or_refused(changes: list[tuple[int, bytes]]) -> None:
    checked = samples.case_report()
    data = export(checked, "csv")
    for at, new in changes:
        place = at % len(data)
        data = data[:place] + new + data[place + 1 :]
    try:
        found = compared(checked, data)
    except Refusal as refusal:
        placed = [finding.place is not None for finding in refusal.findings]
    else:
        differing = {id(each.ours) for each in found.differences if each.ours}
        placed = [found.agreeing + len(differing) == 30]
    assert placed
    assert all(placed)


# --- columns and drugs


TABLE = "day,date,medicine,dose\nMonday,2026-03-02,B12,100 mcg\n"


def test_a_column_that_is_named_is_taken() -> None:
    assert refused(TABLE) == ["theirs.csv:1:5 two-answers"]
    found = compared(samples.case_report(), TABLE, columns={"date": "date"})
    assert found.columns == {"date": "date", "drug": "medicine", "dose": "dose"}
    assert found.unread == ("day",)


def test_a_column_may_be_left_alone() -> None:
    table = TABLE.replace("day,", "route,")
    assert refused(table) == ["theirs.csv:2:1 unknown-word"]
    found = compared(samples.case_report(), table, columns={"route": ""})
    assert found.unread == ("route",)
    assert "The table has no routes, so none were compared." in found.remarks


def test_a_named_column_must_be_there_and_has_one_meaning() -> None:
    assert refused(TABLE, columns={"date": "Date"}) == [
        "theirs.csv:1:1 no-column", "theirs.csv:1:1 no-column",
    ]  # fmt: skip
    assert refused(TABLE, columns={"date": "date", "dose": ""}) == ["theirs.csv:1:1 no-column"]
    assert refused(TABLE, columns={"date": "date", "drug": "dose"}) == ["theirs.csv:1:1 no-column"]


def test_a_drug_is_mapped_and_never_guessed() -> None:
    checked = samples.case_report()
    own = export(checked, "csv").replace(b"vitamin B12", b"Cobalamin")
    found = compared(checked, own)
    assert found.count(Kind.OTHER_DRUG) == len(found.differences) == 18
    assert compared(checked, own, drugs={"cobalamin": "Vitamin B12"}).differences == ()
    with pytest.raises(regimen.WrongMapping, match="'B12' is no drug of this plan, which has"):
        compared(checked, own, drugs={"Cobalamin": "B12"})
    with pytest.raises(regimen.WrongMapping, match="has no drug 'hydroxocobalamin'"):
        compared(checked, own, drugs={"hydroxocobalamin": "vitamin B12"})


def test_doses_without_an_amount_on_either_side_are_said_to_be_so() -> None:
    found = compared(SAMPLES["overridden"], export(SAMPLES["overridden"], "csv"))
    assert found.differences == ()
    assert "Of 2 doses neither side has an amount: only their days were compared." in found.remarks


def test_sums_of_both_sides() -> None:
    checked = samples.overridden()
    table = "date,drug,dose\n2026-01-31,vitamin B12,1 mg\n2026-01-31,vitamin B12,500 mcg\n2026-02-01,C,5 mL\n"
    found = compared(checked, table)
    assert [
        (each.drug, each.our_doses, str(each.our_amount), each.their_doses, str(each.their_amount))
        for each in found.sums
    ] == [
        ("ACTH", 2, "None", 0, "None"),
        ("vitamin B12", 2, "200 mg", 2, "1.5 mg"),
        ("C", 0, "None", 1, "5 mL"),
    ]


# --- files


def differing() -> Comparison:
    checked = samples.twice_a_day()
    table = """\
date,time,zone,drug,dose,route,over
2026-03-27,08:00,Europe/Rome,phenobarbital,22.5 mg,oral,90 minutes
2026-03-27,21:00,Europe/Rome,phenobarbital,22.5 mg,oral,
2026-03-28,08:00,Europe/Rome,phenobarbital,225 mg,oral,
2026-03-28,20:00,Europe/Rome,=phenobarbital,22.5 mg,oral,
2026-03-29,08:00,Europe/Rome,phenobarbital,22.5 mg,IV,
2026-03-30,08:00,,phenobarbital,22.5 mg,,
2026-03-30,20:00,Europe/Rome,phenobarbital,22.5 mg,oral,
2026-03-31,08:00,Europe/Rome,phenobarbital,22.5 mg,oral,
2026-04-01,20:00,Europe/Rome,phenobarbital,22.5 mg,oral,
2026-04-30,,,phenobarbital,,,
"""
    return compared(checked, table)


def test_every_kind_of_difference_is_met() -> None:
    found = differing()
    assert {each.kind for each in found.differences} == set(Kind)
    assert len(CASES) > 0


def validator() -> jsonschema.Draft202012Validator:
    schemas = [
        json.loads(files("regimen.export").joinpath(f"{name}.schema.json").read_text("utf-8"))
        for name in ("schedule", "comparison")
    ]
    for each in schemas:
        jsonschema.Draft202012Validator.check_schema(each)
    resources = [(each["$id"], referencing.Resource.from_contents(each)) for each in schemas]
    registry: referencing.Registry[Any] = referencing.Registry()
    return jsonschema.Draft202012Validator(
        schemas[1],
        registry=registry.with_resources(resources),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def test_the_document_obeys_its_schema() -> None:
    for found in (
        differing(),
        compared(samples.case_report(), export(samples.case_report(), "csv")),
    ):
        document = json.loads(export_comparison(found, "json"))
        validator().validate(document)
        changes: list[dict[str, Any]] = [{"surprise": 1}, {"schema_version": 2}, {"sums": []}]
        for change in changes:
            assert not validator().is_valid(document | change)


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    data = export_comparison(differing(), "csv").decode()
    assert "'=phenobarbital" in data
    for row in csv.reader(io.StringIO(data)):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@")]


def _without_the_last(data: bytes) -> bytes:
    return data[: data.rstrip().rindex(b"\n") + 1]


def _changed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("format", "change"),
    [
        ("csv", _without_the_last),
        ("csv", _changed(b"other dose,", b"other day,")),
        ("csv", _changed(b"difference,", b"differs,")),
        ("json", _changed(b'"line": 3', b'"line": 4')),
        ("json", _changed(b'"missing": 1', b'"missing": 0')),
        ("json", _changed(b'"differences": [', b'"differences": [], "old": [')),
    ],
)
def test_a_difference_that_is_lost_stops_the_file(
    format: str, change: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"csv": comparison_table, "json": comparison_document}[format]
    write = module.write
    monkeypatch.setattr(module, "write", lambda given: change(write(given)))
    with pytest.raises(ExportMismatch):
        export_comparison(differing(), format)


# --- the command


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.csv"
    run("schedule", CASE, *ANSWERS, "-o", str(path))
    return path


def test_exit_codes(theirs: Path) -> None:
    assert "No difference" in run("compare", CASE, str(theirs), *ANSWERS).stdout
    theirs.write_bytes(theirs.read_bytes().replace(b"25,units", b"20,units", 1))
    assert (
        "29 of 30 doses agree; 1 other dose."
        in run("compare", CASE, str(theirs), *ANSWERS, code=1).stdout
    )
    out = theirs.with_name("differences.csv")
    said = run("compare", CASE, str(theirs), *ANSWERS, "-o", str(out), code=1)
    assert said.stdout == ""
    assert f"Wrote {out}: 29 of 30 doses agree" in said.stderr
    assert out.read_bytes().count(b"\r\n") == 2
    piped = run("compare", CASE, str(theirs), *ANSWERS, "--format", "csv", code=1)
    assert piped.stdout_bytes == out.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--drug", "x=y"), "'y' is no drug of this plan"),
        (("--drug", "x=vitamin B12"), "has no drug 'x'"),
        (("--drug", "x"), "THEIRS=OURS"),
        (("--drug", "x=vitamin B12", "--drug", "x=synthetic ACTH"), "given twice"),
        (("--column", "when=date"), "none of date"),
        (("--format", "ics"), "ics"),
        (("-o", "theirs.csv"), "overwrite theirs.csv"),
        (("weeks",), "stands in quotation marks"),
    ],
    ids=str,
)
def test_wrong_use(
    theirs: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(theirs.parent)
    before = theirs.read_bytes()
    result = run("compare", CASE, "theirs.csv", *ANSWERS, *arguments, code=2)
    assert said in words(result.stderr)
    assert result.stdout == ""
    assert theirs.read_bytes() == before
    assert list(theirs.parent.iterdir()) == [theirs]


def test_the_plan_stands_first(theirs: Path) -> None:
    assert "stands first" in run("compare", str(theirs), CASE, *ANSWERS, code=2).stderr


def test_a_table_that_is_none(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "none.csv"), "a\0b"):
        with pytest.raises(regimen.NotFound):
            library.read_table(name)
        if "\0" not in name:
            run("compare", CASE, name, *ANSWERS, code=2)


def test_no_more_is_read_than_a_table_can_have() -> None:
    with pytest.raises(Refusal, match="too-large"):
        library.read_table("/dev/zero")


def test_what_is_not_compared_is_said(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    run("schedule", *MALBORA, "--set", "b12_dose=1 mg", "-o", str(path))
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    with path.open("w", encoding="utf-8") as file:
        file.write("date,drug,dose,unit\n")
        file.writelines(
            f"{row['date']},{row['drug']},{row['dose']},{row['unit']}\n" for row in rows
        )
    out = words(
        run("compare", MALBORA[0], str(path), *MALBORA[1:], "--set", "b12_dose=1 mg").stdout
    )
    assert "The table has no clock times, so none were compared." in out
    assert "The table has no routes, so none were compared." in out
    assert f"No difference: all {len(rows)} doses agree." in out


def test_an_override_is_printed_here_too(tmp_path: Path) -> None:
    dose = ("--set", "b12_dose=100 mg", "--override",
            "far-outside-range=b12: 100 mg intramuscular per dose",
            "--by", "Dr Example", "--because", "as printed")  # fmt: skip
    path = tmp_path / "theirs.csv"
    run("schedule", *MALBORA, *dose, "-o", str(path))
    assert "as printed" in words(run("compare", MALBORA[0], str(path), *MALBORA[1:], *dose).stdout)


def test_comparing_opens_no_other_file_and_starts_nothing(theirs: Path) -> None:
    """A table that names files and commands is text, and nothing but the table is opened."""
    text = theirs.read_text("utf-8").replace(
        "vitamin B12", "\"=cmd|' /C calc'!A0 file:///etc/passwd\""
    )
    theirs.write_text(text, "utf-8")
    script = f"""
import sys
opened = []
def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(({str(theirs.parent)!r}, "/etc/passwd")):
        opened.append(arguments[0])
    if event.split(".")[0] in ("subprocess", "socket") or event in ("os.system", "os.exec", "os.fork"):
        opened.append(event)
import regimen
checked = regimen.schedule({CASE!r}, start="2026-03-02", parameters={{"twice_weekly_for": "2 weeks"}})
sys.addaudithook(watch)
comparison = regimen.compare(checked, {str(theirs)!r})
print(len(comparison.differences), opened)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout.strip() == f"18 [{str(theirs)!r}]"


# --- from Python


def test_from_python(theirs: Path) -> None:
    checked = regimen.schedule(CASE, start="2026-03-02", parameters={"twice_weekly_for": "2 weeks"})
    found = regimen.compare(checked, theirs)
    assert isinstance(found, regimen.Comparison)
    assert found.differences == ()
    for format in COMPARISON_FORMATS:
        assert regimen.export(found, format)
    with pytest.raises(ValueError, match="there are csv, json"):
        regimen.export(found, "xlsx")
    with pytest.raises(regimen.NotFound):
        regimen.compare(checked, theirs.with_name("none.csv"))


DECIDED = b"""\
regimen: 1
id: decided
title: What follows is decided after a week
status: local
sources: [{cite: the ward}]
route: oral
parameters:
  response:
    type: choice
    ask: Do spasms persist on day 8?
    choices: {stopped: none for two days, persist: any in two days}
    decided: 1 week after start
courses:
  a:
    drug: drug A
    dose: 10 mg
    every: 1 day
    junctions: at once
    phases:
      - {name: first week, for: 1 week}
      - {name: unchanged, for: 3 days, when: {response: stopped}}
      - {name: doubled, for: 3 days, dose: 20 mg, when: {response: persist}}
"""


def test_a_plan_that_waits_for_a_decision_says_so(tmp_path: Path) -> None:
    protocol, table = tmp_path / "decided.yaml", tmp_path / "theirs.csv"
    protocol.write_bytes(DECIDED)
    plan = (str(protocol), "--start", "2026-03-02")
    days = (f"2026-03-{day:02},drug A,10 mg\n" for day in range(2, 12))
    table.write_text("date,drug,dose\n" + "".join(days), "utf-8")
    open_ = "while response is to be decided"
    out = words(run("compare", str(protocol), str(table), *plan[1:], code=1).stdout)
    assert f"Not the whole treatment, {open_}" in out
    assert f"The plan is not the whole treatment, {open_}: what follows is not in it yet." in out
    assert "7 of 7 doses agree; 3 extra." in out
    assert f"Not the whole treatment, {open_}" in words(run("totals", *plan).stdout)
    assert f"Not the whole treatment, {open_}" in words(run("schedule", *plan).stdout)
    for record in csv.DictReader(run("totals", *plan, "--format", "csv").stdout.splitlines()):
        assert record["note"] == f"not the whole treatment, {open_}"
    decided = (*plan[1:], "--set", "response=stopped")
    assert "No difference" in run("compare", str(protocol), str(table), *decided).stdout
