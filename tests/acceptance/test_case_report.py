"""The case report, as its reader would check it by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regimen import library, planning
from regimen.finding import Override, Refusal
from regimen.planning import Given
from regimen.protocol import Protocol
from regimen.schedule import CheckedSchedule

MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def protocol(name: str) -> Protocol:
    text, file = library.protocol_text(name)
    return planning.read_protocol(text, file)


def case_report(start: str) -> CheckedSchedule:
    report = protocol("b12-acth-infantile-spasms")
    given = {"start": Given(start), "twice_weekly_for": Given("2 weeks")}
    plan = planning.make_plan(report, given, plan_id="5" * 32, made=MADE)
    return planning.check(report, plan)


def days(schedule: CheckedSchedule, course: str) -> list[date]:
    return [each.day for each in schedule.schedule.of_course(course)]


B12_FROM_2026_03_02 = [
    *(date(2026, 3, day) for day in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 19, 22, 26, 29)),
    date(2026, 4, 29),
    date(2026, 5, 29),
    date(2026, 6, 29),
]
ACTH_FROM_2026_03_02 = [
    *(date(2026, 3, day) for day in (2, 5, 9, 12, 16, 19, 23, 26, 30)),
    *(date(2026, 4, day) for day in (2, 6, 9)),
]


def test_from_2026_03_02_with_two_weeks_of_twice_weekly_doses() -> None:
    schedule = case_report("2026-03-02")
    assert len(schedule.administrations) == 30
    assert days(schedule, "b12") == B12_FROM_2026_03_02
    assert days(schedule, "acth") == ACTH_FROM_2026_03_02
    totals = {each.drug: (each.doses, str(each.amount)) for each in schedule.totals.by_drug}
    assert totals == {"vitamin B12": (18, "1.8 mg"), "synthetic ACTH": (12, "300 units")}
    assert schedule.findings == ()


def test_from_2027_01_04_the_months_are_not_chained_through_a_clamp() -> None:
    b12 = days(case_report("2027-01-04"), "b12")
    assert b12[-4:] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]


def test_without_the_missing_duration_there_is_no_schedule() -> None:
    report = protocol("b12-acth-infantile-spasms")
    with pytest.raises(Refusal) as refused:
        planning.make_plan(report, {"start": Given("2026-03-02")}, plan_id="5" * 32, made=MADE)
    assert [finding.code for finding in refused.value.findings] == ["missing-input"]
    assert "How long is vitamin B12 given twice a week?" in refused.value.findings[0].what


MALBORA = {
    "start": Given("2026-03-02"),
    "zone": Given("Europe/Istanbul"),
    "weight": Given("7.5 kg"),
    "b12_dose": Given("100 mg"),
    "acth_reading": Given("each injection"),
    "phenobarbital.at": Given("08:00, 20:00"),
}


def test_the_printed_100_mg_is_refused() -> None:
    malbora = protocol("b12-acth-phenobarbital-malbora")
    plan = planning.make_plan(malbora, MALBORA, plan_id="5" * 32, made=MADE)
    with pytest.raises(Refusal) as refused:
        planning.check(malbora, plan)
    (finding,) = refused.value.findings
    assert finding.code == "far-outside-range"
    assert "100 mg" in finding.what
    assert finding.about == "b12: 100 mg intramuscular per dose"


def test_the_printed_100_mg_goes_on_only_with_an_override_for_exactly_this() -> None:
    malbora = protocol("b12-acth-phenobarbital-malbora")
    about = "b12: 100 mg intramuscular per dose"
    override = Override("far-outside-range", about, "Dr A", "2026-03-01", "as printed")
    for which, passes in (
        (override, True),
        (Override("far-outside-range", "b12", "A", "", ""), False),
    ):
        plan = planning.make_plan(malbora, MALBORA, plan_id="5" * 32, made=MADE, overrides=(which,))
        if passes:
            (finding,) = planning.check(malbora, plan).findings
            assert finding.override == override
        else:
            with pytest.raises(Refusal):
                planning.check(malbora, plan)


def test_an_override_lapses_when_its_dose_changes() -> None:
    malbora = protocol("b12-acth-phenobarbital-malbora")
    about = "b12: 100 mg intramuscular per dose"
    override = Override("far-outside-range", about, "Dr A", "2026-03-01", "as printed")
    given = MALBORA | {"b12_dose": Given("200 mg")}
    plan = planning.make_plan(malbora, given, plan_id="5" * 32, made=MADE, overrides=(override,))
    with pytest.raises(Refusal):
        planning.check(malbora, plan)


def test_acth_without_a_dose_is_never_taken_for_none() -> None:
    erol = protocol("b12-acth-erol")
    plan = planning.make_plan(erol, {"start": Given("2026-03-02")}, plan_id="5" * 32, made=MADE)
    looked_at = planning.examine(erol, plan)
    assert len(looked_at.administrations) == 13
    with pytest.raises(Refusal) as refused:
        planning.check(erol, plan)
    assert [finding.code for finding in refused.value.findings] == ["not-stated"]
    (finding,) = refused.value.findings
    accepted = Override("not-stated", finding.about, "Dr A", "2026-03-01", "ACTH has ended")
    plan = planning.make_plan(
        erol, {"start": Given("2026-03-02")}, plan_id="5" * 32, made=MADE, overrides=(accepted,)
    )
    assert planning.check(erol, plan).findings[0].override == accepted
