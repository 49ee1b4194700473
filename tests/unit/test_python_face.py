"""Regimen as a Python package."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

import regimen
from regimen import library

CASE = "b12-acth-infantile-spasms"
ANSWERS = {"twice_weekly_for": "2 weeks"}


def test_importing_it_loads_no_library() -> None:
    script = (
        "import sys, regimen\n"
        "heavy = {'pydantic', 'pydantic_core', 'icalendar', 'yaml', 'dateutil', 'click', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), [m for m in sys.modules if 'regimen' in m])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == "[] ['regimen']"


def test_its_examples_run() -> None:
    result = doctest.testmod(regimen, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 5
    assert result.failed == 0


def test_functions_keep_their_names_beside_the_modules_of_the_same_name() -> None:
    import_module("regimen.schedule")
    import_module("regimen.export")
    assert callable(regimen.schedule)
    assert callable(regimen.export)


def test_every_public_name_is_there() -> None:
    for name in regimen.__all__:
        assert getattr(regimen, name) is not None
    unknown = "nonsense"
    with pytest.raises(AttributeError, match=unknown):
        getattr(regimen, unknown)


@pytest.mark.parametrize("start", [date(2026, 3, 2), "2026-03-02"], ids=repr)
def test_the_case_report(start: date | str) -> None:
    checked = regimen.schedule(CASE, start=start, parameters=ANSWERS)
    assert len(checked.administrations) == 30
    assert checked.administrations[-1].day == date(2026, 6, 29)


def test_a_start_with_a_clock_time() -> None:
    checked = regimen.schedule(CASE, start=datetime(2026, 3, 2, 8, 30), parameters=ANSWERS)
    assert str(checked.plan.start) == "2026-03-02 08:30"


def test_a_path_is_taken_as_a_path() -> None:
    path = Path(__file__).parents[2] / "protocols" / f"{CASE}.yaml"
    assert regimen.read_protocol(path).id == CASE
    assert regimen.read_protocol(str(path)).id == CASE
    with pytest.raises(regimen.NotFound):
        regimen.read_protocol(Path(CASE))


def test_all_open_questions_come_in_one_refusal() -> None:
    with pytest.raises(regimen.Refusal) as refused:
        regimen.schedule(CASE)
    assert [finding.code for finding in refused.value.findings] == ["missing-input"] * 2


@pytest.mark.parametrize("value", [0.5, 2.0, float("nan"), [1.5]], ids=repr)
def test_a_float_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"twice_weekly_for: .* is a float.*'0\.5 mg'"):
        regimen.schedule(CASE, start="2026-03-02", parameters={"twice_weekly_for": value})


@pytest.mark.parametrize(
    "value",
    [True, Decimal("2"), Fraction(1, 2), None, b"2 weeks", {"weeks": 2}, time(8, 0, 1)],
    ids=repr,
)
def test_what_is_no_clear_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="twice_weekly_for"):
        regimen.schedule(CASE, start="2026-03-02", parameters={"twice_weekly_for": value})


def test_a_start_in_another_zone_than_the_plans_is_refused() -> None:
    with pytest.raises(TypeError, match="without tzinfo"):
        regimen.schedule(CASE, start=datetime(2026, 3, 2, 8, tzinfo=UTC), parameters=ANSWERS)


def test_an_answer_is_given_once() -> None:
    with pytest.raises(TypeError, match="start is given twice"):
        regimen.schedule(CASE, start="2026-03-02", parameters={"start": "2026-03-03"})


def test_values_become_the_texts_of_a_plan_file() -> None:
    checked = regimen.schedule(
        "b12-acth-phenobarbital-malbora",
        start=date(2026, 3, 2),
        zone="Europe/Istanbul",
        closed=["sat", "sun"],
        by="Dr Example",
        parameters={
            "weight": "7.5 kg",
            "b12_dose": "1 mg",
            "acth_reading": "each injection",
            "phenobarbital.at": [time(8), time(20)],
        },
    )
    answer = checked.plan.answers["phenobarbital.at"]
    assert (answer.text, answer.by) == ("08:00, 20:00", "Dr Example")
    assert answer.on is not None
    assert len(checked.plan.closed) == 2


def test_each_call_makes_a_new_plan() -> None:
    first, second = (
        regimen.schedule(CASE, start="2026-03-02", parameters=ANSWERS).plan for _ in range(2)
    )
    assert first.id != second.id
    assert len(first.id) == 32


def test_a_kept_plan_stands_for_its_protocol(tmp_path: Path) -> None:
    checked = regimen.schedule(CASE, start="2026-03-02", parameters=ANSWERS, by="Dr Example")
    path = tmp_path / "plan.yaml"
    path.write_text(regimen.plan_text(checked.plan), encoding="utf-8")
    assert regimen.read_plan(path) == checked.plan
    assert regimen.read_protocol(path).id == CASE
    assert regimen.schedule(path).administrations == checked.administrations
    for more in ({"start": "2026-03-02"}, {"parameters": ANSWERS}, {"closed": "sat"}):
        with pytest.raises(TypeError, match="give it alone"):
            regimen.schedule(path, **more)


def test_a_protocol_is_no_plan() -> None:
    with pytest.raises(ValueError, match="is a protocol, not a plan"):
        regimen.read_plan(CASE)


def test_an_override_is_recorded() -> None:
    recorded = regimen.Override(
        "not-stated",
        "acth: the route, the dose, the days, the duration",
        "Dr Example",
        "2026-03-01",
        "given before",
    )
    with pytest.raises(regimen.Refusal, match="not-stated"):
        regimen.schedule("b12-acth-erol", start="2026-03-02")
    checked = regimen.schedule("b12-acth-erol", start="2026-03-02", overrides=[recorded])
    assert b"given before" in regimen.export(checked, "csv")


def test_exports() -> None:
    checked = regimen.schedule(CASE, start="2026-03-02", parameters=ANSWERS)
    assert regimen.export(checked, "csv").count(b"\r\n") == 31
    assert b"Bed 4: vitamin B12" in regimen.export(checked, "ics", label="Bed 4")
    with pytest.raises(ValueError, match="'pdf' is not a format; there are csv"):
        regimen.export(checked, "pdf")


# --- the library


def test_the_library_is_every_shipped_file() -> None:
    files = (Path(__file__).parents[2] / "protocols").glob("*.yaml")
    assert regimen.protocol_ids() == sorted(path.stem for path in files)
    assert len(regimen.protocol_ids()) >= 4


def test_an_installed_copy_has_its_library_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "regimen"
    (package / "_protocols").mkdir(parents=True)
    (package / "_protocols" / "inside.yaml").write_bytes(b"regimen: 1\n")
    (package / "_protocols" / "No Id.yaml").write_bytes(b"regimen: 1\n")
    monkeypatch.setattr(library, "__file__", str(package / "library.py"))
    assert library.protocol_ids() == ["inside"]
    assert library.protocol_text("inside") == (b"regimen: 1\n", "inside.yaml")


@pytest.mark.parametrize(
    "id",
    ["../protocols/" + CASE, "..", "/etc/passwd", "a/b", "", ".", f"{CASE}.yaml", CASE.upper(),
     f"{CASE}\n", f"{CASE}\0", "-", "a--b", "\\\\host\\share", "c:x"],
)  # fmt: skip
def test_an_id_is_never_a_path(id: str) -> None:
    with pytest.raises(library.NotFound):
        library.protocol_text(id)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("b12-acth-infantile-spasm", CASE),
        ("malbora", "b12-acth-phenobarbital-malbora"),
        ("B12-ACTH-Erol", "b12-acth-erol"),
        ("b12-acth-erol.yml", "b12-acth-erol"),
        ("protocols/none/b12-sulthiame-glaser.yaml", "b12-sulthiame-glaser"),
    ],
)
def test_the_meant_id_is_offered(typed: str, meant: str) -> None:
    with pytest.raises(library.NotFound, match=f"did you mean .*{meant}"):
        library.read(typed)


def test_no_more_is_read_than_a_protocol_can_have(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (library.MOST_BYTES + 1))
    with pytest.raises(regimen.Refusal, match="too-large"):
        library.read(path)
    if Path("/dev/zero").exists():
        with pytest.raises(regimen.Refusal, match="too-large"):
            library.read("/dev/zero")


def test_folders_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(library.NotFound, match="is a folder"):
        library.read(tmp_path)
    with pytest.raises(library.NotFound, match="cannot be read"):
        library.read("a\0b")


def test_a_plan_takes_the_protocol_with_its_own_text(tmp_path: Path) -> None:
    """A protocol beside the plan wins over the library's only where it is the plan's own."""
    checked = regimen.schedule(CASE, start="2026-03-02", parameters=ANSWERS)
    path = tmp_path / "plan.yaml"
    path.write_text(regimen.plan_text(checked.plan), encoding="utf-8")
    text, _ = library.protocol_text(CASE)
    beside = tmp_path / f"{CASE}.yaml"
    beside.write_bytes(text.replace(b"dose: 100 mcg", b"dose: 200 mcg"))
    assert regimen.schedule(path).administrations == checked.administrations

    changed = regimen.schedule(beside, start="2026-03-02", parameters=ANSWERS)
    path.write_text(regimen.plan_text(changed.plan), encoding="utf-8")
    assert str(regimen.schedule(path).administrations[0].dose) == "200 mcg"

    beside.unlink()
    with pytest.raises(regimen.Refusal, match="wrong-protocol"):
        regimen.schedule(path)


def test_a_plans_protocol_id_is_never_a_path(tmp_path: Path) -> None:
    checked = regimen.schedule(CASE, start="2026-03-02", parameters=ANSWERS)
    folder = tmp_path / "plans"
    folder.mkdir()
    (tmp_path / f"{CASE}.yaml").write_bytes(library.protocol_text(CASE)[0])
    path = folder / "plan.yaml"
    text = regimen.plan_text(checked.plan)
    path.write_text(text.replace(f"protocol: {CASE}", f"protocol: ../{CASE}"), encoding="utf-8")
    with pytest.raises(regimen.Refusal, match="neither beside the plan nor in the library"):
        regimen.schedule(path)
