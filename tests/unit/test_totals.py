"""The pharmacist's totals: the recount that guards them, their files, their table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from msgspec.structs import replace

import regimen
from regimen import checks, library, planning
from regimen.checks import recount_figures
from regimen.engine.figures import figures
from regimen.export import (
    TOTALS_FORMATS,
    ExportMismatch,
    export_totals,
    totals_document,
    totals_table,
)
from regimen.figures import Figures, Part, Per, Period, Summary
from regimen.finding import Refusal
from regimen.planning import Given
from regimen.quantity import Quantity
from regimen.schedule import CheckedSchedule, LimitCheck
from regimen.timing import Moment
from tests import samples
from tests.unit.command_line import ANSWERS, CASE, MALBORA, run, words


@pytest.fixture
def checked() -> CheckedSchedule:
    protocol = planning.read_protocol(*library.protocol_text(CASE))
    given = {"start": Given("2026-03-02"), "twice_weekly_for": Given("2 weeks")}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    return planning.check(protocol, plan)


# --- the recount


def _a_little_more(amount: Quantity | None) -> Quantity:
    assert amount is not None
    return amount.times(Fraction(1_000_001, 1_000_000))


def _one_less(row: Figures) -> Figures:
    first, *rest = row.parts
    return replace(row, parts=(Part(first.dose, first.administrations[1:]), *rest))


def _another_dose(row: Figures) -> Figures:
    (part,) = row.parts
    return replace(row, parts=(Part(_a_little_more(part.dose), part.administrations),))


def _another_period(row: Figures) -> Figures:
    period = row.period or Period("week 1", date(2026, 3, 2), date(2026, 3, 8))
    return replace(row, period=replace(period, last=date(2026, 3, 30)))


WRONG: dict[str, Callable[[Figures], Figures]] = {
    "a dose less": _one_less,
    "another dose": _another_dose,
    "the total": lambda row: replace(row, amount=_a_little_more(row.amount)),
    "the highest dose": lambda row: replace(row, highest_dose=_a_little_more(row.highest_dose)),
    "the highest day": lambda row: replace(row, highest_day=_a_little_more(row.highest_day)),
    "its date": lambda row: replace(row, highest_on=date(2026, 3, 31)),
    "so far": lambda row: replace(row, cumulative=_a_little_more(row.cumulative)),
    "the first day": lambda row: replace(row, first=Moment(date(2026, 3, 1))),
    "the last day": lambda row: replace(row, last=Moment(date(2026, 7, 1))),
    "the period": _another_period,
    "the drug": lambda row: replace(row, drug="drug A"),
}


def test_right_figures_raise_nothing(checked: CheckedSchedule) -> None:
    found = figures(checked.schedule, Per)
    assert {each.per for each in found} == set(Per)
    assert list(recount_figures.differ(checked.schedule, found)) == []


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_figure_is_seen(checked: CheckedSchedule, per: Per, wrong: str) -> None:
    right, (first, *rest) = figures(checked.schedule, [Per.DRUG]), figures(checked.schedule, [per])
    others = right if per is not Per.DRUG else ()
    (finding,) = recount_figures.differ(checked.schedule, (*others, WRONG[wrong](first), *rest))
    assert finding.code == "recount-differs"
    assert f"per {per} " in finding.what


def test_a_row_too_few_or_too_many_is_seen(checked: CheckedSchedule) -> None:
    found = figures(checked.schedule, [Per.MONTH])
    for wrong in (found[1:], (*found, found[0])):
        assert len(list(recount_figures.differ(checked.schedule, wrong))) == 1


def test_figures_that_differ_are_not_handed_out(
    checked: CheckedSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regimen.engine.figures.figures", lambda *given: figures(*given)[1:])
    with pytest.raises(Refusal, match="recount-differs"):
        checks.summarized(checked, [Per.DRUG])


def test_what_is_asked_for_twice_is_given_once(checked: CheckedSchedule) -> None:
    assert len(planning.totals(checked, [Per.DRUG, Per.DRUG]).figures) == 2


SITE = b"""\
rows:
  - drug: house drug
    route: intravenous
    population: this house
    per: day
    limit: 4 g
    source: Formulary of the house, 2026.
"""


def limited() -> CheckedSchedule:
    """Doxorubicin has a limit of a lifetime, methotrexate of a week, vincristine of a dose, a drug of
    the house of a day; vitamin B12 has none and comes in ampoules."""
    protocol = planning.read_protocol(LIMITED, "limited.yaml")
    answers = {"start": "2026-03-02", "bsa": "1.7 m2", "zone": "Europe/Rome"}
    given = {name: Given(text) for name, text in answers.items()}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    return planning.check(protocol, plan, ranges=planning.read_ranges(SITE, "site.yaml"))


LIMITED = b"""\
regimen: 1
id: limited
title: Drugs with limits
status: local
sources: [{cite: the ward}]
measures: {bsa: {taken: once, at_least: 0.2 m2, at_most: 1.7 m2}}
route: intravenous
products:
  ampoule:
    drug: vitamin B12
    form: ampoule
    strength: 1000 mcg in 1 mL
    size: 1 mL
    once_opened: discard
    measured_to: 0.01 mL
courses:
  doxorubicin: {dose: 60 mg/m2, every: 3 weeks, doses: 4}
  methotrexate: {route: oral, dose: 15 mg, every: 1 week, doses: 2}
  extra: {drug: methotrexate, route: subcutaneous, dose: 10 mg, every: 1 week, doses: 1}
  vincristine: {dose: 1.5 mg, every: 1 week, doses: 2}
  house: {drug: house drug, dose: 1 g, every: 1 day, at: [08:00, 20:00], doses: 5}
  b12: {drug: vitamin B12, route: intramuscular, dose: 100 mcg, every: 1 week, doses: 3, product: ampoule}
"""


def test_the_fullest_of_each_limit() -> None:
    found = {each.drug: (str(each.reached), str(each.limit), each.per) for each in limited().limits}
    assert found == {
        "doxorubicin": ("240 mg", "550 mg", "m²/lifetime"),
        "methotrexate": ("25 mg", "30 mg", "week"),
        "vincristine": ("1.5 mg", "2 mg", "dose"),
        "house drug": ("2 g", "4 g", "day"),
    }


def _fewer(limit: LimitCheck) -> LimitCheck:
    return replace(limit, given=limit.given[:-1] or limit.given * 2)


def _not_the_fullest(limit: LimitCheck) -> LimitCheck:
    given = limit.given[:1]
    return replace(limit, given=given, total=given[0].amount.times(Fraction(1, 2)))


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("wrong", [_fewer, _not_the_fullest])
def test_a_wrong_limit_is_seen(at: int, wrong: Callable[[LimitCheck], LimitCheck]) -> None:
    checked = limited()
    limits = [*checked.limits]
    assert list(recount_figures.limits_differ(checked.schedule, checked.limits)) == []
    limits[at] = wrong(limits[at])
    (finding,) = recount_figures.limits_differ(checked.schedule, tuple(limits))
    assert f"held against its limit, {limits[at].per}," in finding.what
    with pytest.raises(Refusal, match="recount-differs"):
        planning.totals(replace(checked, limits=tuple(limits)), [Per.DRUG])


@pytest.mark.parametrize("at", range(3))
def test_a_fuller_time_is_seen(at: int) -> None:
    """One dose of the fullest day, week or lifetime alone is not the fullest, and a dose that is not
    counted is missed."""
    checked = limited()
    limit = [each for each in checked.limits if each.per != "dose"][at]
    first = limit.given[0]
    alone = replace(limit, given=(first,), total=first.amount, sizes=limit.sizes[:1])
    alone = replace(alone, reached=first.amount.times(1 / (*limit.sizes, Fraction(1))[0]))
    fewer = replace(alone, counted=(first,))
    for wrong in (alone, fewer):
        assert len(list(recount_figures.limits_differ(checked.schedule, (wrong,)))) == 1


def combined() -> CheckedSchedule:
    """A syrup of two drugs, of which one is in it without an end in decimals."""
    protocol = planning.read_protocol(COMBINED, "combined.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    return planning.check(
        protocol, planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    )


COMBINED = b"""\
regimen: 1
id: combined
title: A syrup of two drugs
status: local
sources: [{cite: the ward}]
route: oral
products:
  syrup:
    drug: co-A
    form: bottle
    contains: {drug A: 30 mg in 3 mL, drug B: 5 mg in 3 mL}
    size: 90 mL
    once_opened: use until empty
    measured_to: 1 mL
  drops:
    drug: drug C
    form: drop
    strength: 1 mg in 1 mL
    size: 200 drops
    once_opened: use until empty
courses:
  a: {drug: drug A, dose: 10 mg, every: 1 day, doses: 2, product: syrup}
  b: {drug: drug B, dose: 1 mg, every: 1 day, doses: 1}
  c: {drug: drug C, dose: 3 drops, every: 1 day, doses: 1, product: drops}
"""


def test_ingredients_stand_where_a_product_holds_several(tmp_path: Path) -> None:
    path = tmp_path / "combined.yaml"
    path.write_bytes(COMBINED)
    out = words(run("totals", str(path), "--start", "2026-03-02").stdout)
    assert "Per ingredient: each drug inside the products that are given" in out
    assert "drug B 3 up to 5/3 mg 8/3 mg 13/3 mg 2 Mar 2026 3 Mar 2026" in out
    assert "drug C 1 3 drops 3 drops 3 drops" in out
    assert "Per ingredient" not in run("totals", CASE, *ANSWERS).stdout
    only = run("totals", CASE, *ANSWERS, "--per", "ingredient").stdout
    assert "vitamin B12 18 100 mcg 100 mcg 1.8 mg" in words(only)


# --- the files


SAMPLES: dict[str, Callable[[], CheckedSchedule]] = {
    "case report": samples.case_report,
    "timed": samples.twice_a_day,
    "overridden": samples.overridden,
    "hostile": samples.hostile,
    "limited": limited,
    "combined": combined,
}


def summary(sample: str) -> Summary:
    return planning.totals(SAMPLES[sample](), Per)


def validator() -> jsonschema.Draft202012Validator:
    schemas = [
        json.loads(files("regimen.export").joinpath(f"{name}.schema.json").read_text("utf-8"))
        for name in ("schedule", "totals")
    ]
    for each in schemas:
        jsonschema.Draft202012Validator.check_schema(each)
    resources = [(each["$id"], referencing.Resource.from_contents(each)) for each in schemas]
    return jsonschema.Draft202012Validator(
        schemas[1],
        registry=referencing.Registry().with_resources(resources),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_document_obeys_the_schema(sample: str) -> None:
    validator().validate(json.loads(export_totals(summary(sample), "json")))


def test_the_schema_refuses_what_is_not_ours() -> None:
    document: dict[str, Any] = json.loads(export_totals(summary("case report"), "json"))
    changes: list[dict[str, Any]] = [
        {"schema_version": 2}, {"surprise": 1}, {"figures": []}, {"per": {"week": ""}},
    ]  # fmt: skip
    for change in changes:
        assert not validator().is_valid(document | change)
    document["figures"][0]["doses"] = "18"
    assert not validator().is_valid(document)


@pytest.mark.parametrize("format", TOTALS_FORMATS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_format_reads_back_and_is_the_same_again(format: str, sample: str) -> None:
    assert export_totals(summary(sample), format) == export_totals(summary(sample), format)


def test_the_csv_says_what_each_figure_is_the_sum_of() -> None:
    records = list(csv.DictReader(io.StringIO(export_totals(summary("timed"), "csv").decode())))
    first = records[0]
    (last,) = [record for record in records if record["per"] == "month"]
    assert (first["total"], first["unit"], first["sum_of"]) == ("225", "mg", "10 × 22.5 mg")
    assert (first["highest_day"], first["highest_day_on"]) == ("45", "2026-03-27")
    assert (last["per"], last["period"], last["from"]) == ("month", "2026-03", "2026-03-01")


def test_the_csv_prints_overrides_beside_the_figures_they_concern() -> None:
    records = list(
        csv.DictReader(io.StringIO(export_totals(summary("overridden"), "csv").decode()))
    )
    assert records
    for record in records:
        assert ("as printed; the author was asked" in record["note"]) == (
            record["drug"] == "vitamin B12"
        )
        assert ("decided at the bedside" in record["note"]) == (record["drug"] == "ACTH")
        assert bool(record["total"]) == (record["drug"] == "vitamin B12")


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    for cells in csv.reader(io.StringIO(export_totals(summary("hostile"), "csv").decode())):
        assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@", "\uff1d")]


def _changed(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return change


@pytest.mark.parametrize(
    ("format", "change"),
    [
        ("csv", _changed("18,1.8,mg", "18,1.9,mg")),
        ("csv", _changed("18,1.8,mg", "17,1.8,mg")),
        ("csv", _changed("18 × 100 mcg", "18 × 110 mcg")),
        ("csv", _changed("18 × 100 mcg", "nothing")),
        ("csv", _changed("per,period", "of,period")),
        ("csv", lambda data: data[: data.rindex(b"month,")]),
        ("limits.csv", _changed(",550,240,310,mg,m²/lifetime", ",551,240,310,mg,m²/lifetime")),
        ("limits.csv", _changed(",550,240,310,mg,m²/lifetime", ",550,241,310,mg,m²/lifetime")),
        ("limits.csv", _changed(",550,240,310,mg,m²/lifetime", ",550,240,311,mg,m²/lifetime")),
        ("limits.csv", _changed("1 × 15 mg + 1 × 10 mg", "2 × 15 mg")),
        ("limits.csv", _changed("limit,,,,vincristine", "limit,,,,vinblastine")),
        ("limits.json", _changed('"value": "550"', '"value": "551"')),
        ("limits.json", _changed('"value": "310"', '"value": "311"')),
        ("limits.json", _changed('"limits": [', '"limits": [], "old": [')),
        ("json", _changed('"value": "1.8"', '"value": "1.9"')),
        ("json", _changed('"value": "1.8"', '"value": 1.8')),
        ("json", _changed('        "b12/daily/1",\n', "")),
        ("json", _changed('"figures": [', '"figures": [], "old": [')),
        ("json", _changed('"overrides": []', '"overrides": [1]')),
    ],
)  # fmt: skip
def test_a_difference_stops_the_file(
    format: str, change: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _, form = format.rpartition(".")
    module = {"csv": totals_table, "json": totals_document}[form]
    write = module.write
    monkeypatch.setattr(module, "write", lambda given: change(write(given)))
    with pytest.raises(ExportMismatch):
        export_totals(summary("limited" if kind else "case report"), form)


def test_nothing_to_add_up_is_no_file() -> None:
    with pytest.raises(ExportMismatch, match="nothing"):
        export_totals(Summary(samples.case_report(), (), ()), "csv")


# --- the command


def test_a_figure_names_its_doses() -> None:
    lines = [words(line) for line in run("totals", CASE, *ANSWERS, "--why").stdout.splitlines()]
    assert "total 1.8 mg = 18 × 100 mcg, Mon 2 Mar 2026 to Mon 29 Jun 2026" in lines
    assert "most a day 100 mcg = 1 × 100 mcg, first on Mon 2 Mar 2026" in lines
    twice = words(run("totals", *MALBORA, "--set", "b12_dose=1 mg", "--why").stdout)
    assert "most a day 45 mg = 2 × 22.5 mg, first on Mon 2 Mar 2026" in twice


TAPER = b"""\
regimen: 1
id: pack
title: A pack of tablets
status: local
sources: [{cite: the label}]
courses:
  methylprednisolone:
    route: oral
    every: 1 day
    taper: {from: 24 mg, by: 4 mg, to: 4 mg, each: 1 day}
cases:
  - {name: one, given: {start: 2026-03-02}, expect: {methylprednisolone: {doses: 6, total: 84 mg}}}
"""


def test_a_taper_names_its_levels(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(TAPER)
    arguments = ("totals", str(path), "--start", "2026-03-02", "--why", "--per", "drug")
    lines = [words(line) for line in run(*arguments).stdout.splitlines()]
    at = lines.index("total 84 mg, the sum of:")
    assert lines[at + 1 : at + 3] == [
        "24 mg = 1 × 24 mg, Mon 2 Mar 2026",
        "20 mg = 1 × 20 mg, Tue 3 Mar 2026",
    ]
    assert lines[at + 7] == "highest dose 24 mg, 1 × 24 mg, Mon 2 Mar 2026"


def test_periods_say_what_they_are() -> None:
    out = run("totals", CASE, *ANSWERS, "--per", "treatment-week", "--per", "month", "--why").stdout
    lines = [words(line) for line in out.splitlines()]
    assert any(line.startswith("Per treatment week: 7 days each, counted from") for line in lines)
    assert "week 2 9 Mar 2026 vitamin B12 3 100 mcg 100 mcg 300 mcg 1 mg" in lines
    assert "so far 1 mg = 700 mcg before + 300 mcg" in lines
    assert "March 2026 vitamin B12 15 100 mcg 100 mcg 1.5 mg 1.5 mg" in lines
    assert sum("without a dose has no row" in line for line in lines) == 2
    other = run("totals", CASE, *ANSWERS, "--per", "calendar-week").stdout
    assert "2026-W10" in other
    assert "Monday to Sunday" in other


def test_each_kind_of_row_has_its_columns() -> None:
    out = run("totals", CASE, *ANSWERS, "--per", "course", "--per", "phase").stdout
    lines = [words(line) for line in out.splitlines()]
    assert "b12 vitamin B12 18 100 mcg 100 mcg 1.8 mg 2 Mar 2026 29 Jun 2026" in lines
    assert "b12 monthly vitamin B12 3 100 mcg 100 mcg 300 mcg 29 Apr 2026 29 Jun 2026" in lines


def test_a_week_alone_is_asked_back() -> None:
    said = words(run("totals", CASE, *ANSWERS, "--per", "week", code=2).stderr)
    assert "treatment-week" in said
    assert "calendar-week" in said
    assert "'year'" in run("totals", CASE, *ANSWERS, "--per", "year", code=2).stderr


def test_limits_and_products_stand_below_the_sums(tmp_path: Path) -> None:
    protocol, site = tmp_path / "limited.yaml", tmp_path / "site.yaml"
    protocol.write_bytes(LIMITED)
    site.write_bytes(SITE)
    given = (str(protocol), "--start", "2026-03-02", "--zone", "Europe/Rome", "--ranges", str(site))
    out = words(run("totals", *given, "--set", "bsa=1.7 m2", "--why").stdout)
    assert (
        "doxorubicin: 240 mg/m² of 550 mg/m² in a lifetime (adults; other anthracyclines and"
        " radiation count too), 310 mg/m² left; 408 mg in this plan; what was given before this plan"
        " is not counted 408 mg = 4 × 102 mg, Mon 2 Mar 2026 to Mon 4 May 2026 US label of doxorubicin"
    ) in out
    assert "methotrexate: 25 mg of 30 mg a week" in out
    assert "house drug: 2 g of 4 g a day (this house), 2 g left" in out
    assert "No limit in the table of usual doses: vitamin B12." in out
    assert "given 0.3 mL = 3 × 0.1 mL" in out
    month = words(run("totals", *given, "--set", "bsa=1.7 m2", "--per", "month").stdout)
    assert month.count("house drug: 2 g of 4 g a day") == 1
    assert "US label of doxorubicin" not in month


def test_a_limit_that_is_over_says_so(tmp_path: Path) -> None:
    protocol = tmp_path / "limited.yaml"
    protocol.write_bytes(LIMITED.replace(b"dose: 1.5 mg", b"dose: 2.5 mg"))
    given = (str(protocol), "--start", "2026-03-02", "--zone", "Europe/Rome", "--set", "bsa=1.7 m2")
    about = "over-limit=vincristine: 2.5 mg intravenous per dose"
    recorded = ("--override", about, "--by", "Dr Example", "--because", "as agreed")
    run("totals", *given, code=1)
    out = words(run("totals", *given, *recorded).stdout)
    assert "vincristine: 2.5 mg of 2 mg a dose (adults), 0.5 mg OVER" in out
    assert "as agreed" in out


def test_totals_print_every_override() -> None:
    dose = ("--set", "b12_dose=100 mg")
    about = "far-outside-range=b12: 100 mg intramuscular per dose"
    recorded = ("--override", about, "--by", "Dr Example", "--because", "as printed")
    for per in ((), ("--per", "month")):
        assert "as printed" in words(run("totals", *MALBORA, *dose, *recorded, *per).stdout)


def test_doses_that_are_not_stated_are_no_sum(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    taper = b"taper: {from: 24 mg, by: 4 mg, to: 4 mg, each: 1 day}"
    path.write_bytes(TAPER.replace(taper, b"dose: not stated\n    for: 3 days").split(b"cases")[0])
    out = run(
        "totals", str(path), "--start", "2026-03-02", "--per", "month", "--per", "drug", "--why",
        "--override", "not-stated=methylprednisolone: the dose",
        "--by", "Dr Example", "--because", "as the label says",
    ).stdout  # fmt: skip
    lines = [words(line) for line in out.splitlines()]
    row = "methylprednisolone 3 not stated not known not known"
    assert f"March 2026 {row} not known" in lines
    assert f"{row} 2 Mar 2026 4 Mar 2026" in lines
    assert "total not known = 3 × dose not stated, Mon 2 Mar 2026 to Wed 4 Mar 2026" in lines
    assert "most a day" not in out
    assert words(out).count("as the label says") == 1


def test_totals_in_files(tmp_path: Path) -> None:
    for form in TOTALS_FORMATS:
        path = tmp_path / f"totals.{form}"
        done = run("totals", CASE, *ANSWERS, "-o", str(path))
        assert done.stdout == ""
        assert f"Wrote {path}: 9 rows." in words(done.stderr)
    piped = run("totals", CASE, *ANSWERS, "--format", "csv", "-o", "-")
    assert piped.stdout_bytes == (tmp_path / "totals.csv").read_bytes()
    assert piped.stderr == ""
    run("totals", CASE, *ANSWERS, "--format", "csv", "--why", code=2)
    run("totals", CASE, *ANSWERS, "-o", str(tmp_path / "totals.ics"), code=2)
    mine = tmp_path / "pack.yaml"
    mine.write_bytes(TAPER)
    said = run(
        "totals", str(mine), "--start", "2026-03-02", "-o", str(mine), "--format", "csv", code=2
    )
    assert "overwrite" in said.stderr
    assert mine.read_bytes() == TAPER


# --- from Python


def test_from_python() -> None:
    checked = regimen.schedule(CASE, start="2026-03-02", parameters={"twice_weekly_for": "2 weeks"})
    found = regimen.totals(checked)
    assert isinstance(found, regimen.Summary)
    assert [str(each.amount) for each in found.figures[:2]] == ["1.8 mg", "300 units"]
    assert regimen.export(found, "csv").startswith(b"per,period,")
    with pytest.raises(ValueError, match="'week' is nothing to add up per; there are drug"):
        regimen.totals(checked, per="week")
    with pytest.raises(ValueError, match="there are csv, json"):
        regimen.export(found, "ics")
    with pytest.raises(ValueError, match="place for a label"):
        regimen.export(found, "csv", label="Bed 4")
