"""Checked schedules made by hand, so that exports are tried without the engine.

Every date below was counted from the sentence it illustrates, with a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from regimen.finding import Finding, Override, Place, Reader, Rule, Severity
from regimen.plan import Answer, Plan
from regimen.protocol import Every, OnWeekdays, Phase, Protocol, Source, TimesPerWeek
from regimen.protocol.words import days_in_words
from regimen.quantity import BY_UCUM, Quantity, read_quantity
from regimen.route import Route
from regimen.schedule import (
    Administration,
    AppliedPhase,
    Beginning,
    CheckedSchedule,
    Dose,
    DoseStage,
    DoseStep,
    RangeCheck,
    Schedule,
    Total,
    Totals,
)
from regimen.timing import CalendarSpan, Moment, SpanUnit, Weekday

MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PLACE = Place("sample.yaml", 1, 1)

DAILY = [date(2026, 3, day) for day in range(2, 9)]
EVERY_OTHER_DAY = [date(2026, 3, day) for day in (10, 12, 14, 16)]
TWICE_WEEKLY = [date(2026, 3, day) for day in (19, 22, 26, 29)]
MONTHLY = [date(2026, 4, 29), date(2026, 5, 29), date(2026, 6, 29)]
ACTH = [
    *(date(2026, 3, day) for day in (2, 5, 9, 12, 16, 19, 23, 26, 30)),
    *(date(2026, 4, day) for day in (2, 6, 9)),
]


def dose(text: str, because: str = "as the protocol states it") -> Dose:
    amount = read_quantity(text)
    return Dose(amount, (DoseStep(DoseStage.STATED, amount, because),))


def every(count: int, unit: SpanUnit) -> Every:
    return Every(CalendarSpan(count, unit))


def phase(
    course: str,
    key: str,
    drug: str,
    route: Route | None,
    pattern: Every | TimesPerWeek | OnWeekdays,
    days: list[date],
    count: int,
    course_count: int,
    *,
    anchor: str = "the start of the plan",
    at: date | None = None,
    times: tuple[time, ...] = (),
    title: str = "",
) -> AppliedPhase:
    first = Moment(days[0], times[0] if times else None)
    # An export looks at nothing else of what the protocol's phase says.
    values: dict[str, Any] = dict.fromkeys(Phase.__struct_fields__)
    written = Phase(**values | {"key": key, "drug": drug, "place": PLACE})
    return AppliedPhase(
        course=course,
        written=written,
        title=title or days_in_words(pattern),
        route=route,
        pattern=pattern,
        beginning=Beginning(anchor, Moment(at or days[0])),
        first=first,
        count=count,
        course_count=course_count,
    )


def untimed(
    of: AppliedPhase,
    days: Iterable[date],
    amount: Dose | None,
    before: int = 0,
    clamped: int | None = None,
) -> list[Administration]:
    return [
        Administration(of, number, before + number, day, None, amount, clamped)
        for number, day in enumerate(days, 1)
    ]


def timed(
    of: AppliedPhase,
    days: Iterable[date],
    times: Iterable[time],
    amount: Dose | None,
    zone: str | None,
) -> list[Administration]:
    moments = [(day, clock) for day in days for clock in times]
    return [
        Administration(
            of,
            number,
            number,
            day,
            clock,
            amount,
            None,
            instant(day, clock, zone) if zone else None,
        )
        for number, (day, clock) in enumerate(moments, 1)
    ]


def instant(day: date, clock: time, zone: str, fold: int = 0) -> datetime:
    return datetime.combine(day, clock.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC)


def total(given: list[Administration], course: str | None, key: str | None) -> Total:
    stated = [each.dose.ordered for each in given if each.dose]
    amount = (
        Quantity(sum((each.value for each in stated), Fraction(0)), stated[0].unit)
        if stated
        else None
    )
    return Total(
        drug=given[0].drug,
        course=course,
        phase=key,
        doses=len(given),
        amount=amount.for_total() if amount else None,
        first=min(given, key=lambda each: (each.day, each.time or time())).moment,
        last=max(given, key=lambda each: (each.day, each.time or time())).moment,
        highest=max(stated) if stated else None,
    )


def totals(given: list[Administration]) -> Totals:
    drugs = list(dict.fromkeys(each.drug for each in given))
    courses = list(dict.fromkeys(each.course for each in given))
    phases = list(dict.fromkeys((each.course, each.phase.title) for each in given))
    return Totals(
        tuple(total([each for each in given if each.drug == drug], None, None) for drug in drugs),
        tuple(
            total([each for each in given if each.course == course], course, None)
            for course in courses
        ),
        tuple(
            total([each for each in given if (each.course, each.phase.title) == pair], *pair)
            for pair in phases
        ),
    )


def protocol(
    id: str, title: str, sources: tuple[Source, ...] = (), assumes: tuple[str, ...] = ()
) -> Protocol:
    return Protocol(
        id=id,
        title=title,
        status="case report",
        sources=sources or (Source("A. Author. A report. 2020.", "Given as stated."),),
        assumes=assumes,
        parameters={},
        courses=(),
        cases=(),
        place=PLACE,
        content_hash="0f343b0931126a20f133d67c2b018a3b5e0a1c9d7f6e4b2a8c1d3e5f70819203",
    )


def checked(
    of: Protocol,
    given: list[Administration],
    *,
    zone: str | None = None,
    closed: frozenset[Weekday] = frozenset(),
    findings: tuple[Finding, ...] = (),
    answers: dict[str, Answer[object]] | None = None,
    recorded: tuple[Override, ...] = (),
    ranges: tuple[RangeCheck, ...] = (),
) -> CheckedSchedule:
    given = sorted(
        given, key=lambda each: (each.day, each.time or time(), each.course, each.number)
    )
    plan = Plan(
        id="p-5f0c1b7e9a2d4836",
        protocol_id=of.id,
        protocol_hash=of.content_hash,
        made=MADE,
        start=given[0].moment if given else Moment(date(2026, 3, 2)),
        zone=zone,
        answers=answers or {},
        closed=closed,
        overrides=recorded,
    )
    phases = tuple(dict.fromkeys(each.phase for each in given))
    return CheckedSchedule(
        Schedule(of, plan, phases, tuple(given), findings), totals(given), ranges
    )


def case_report(closed: frozenset[Weekday] = frozenset()) -> CheckedSchedule:
    """Vitamin B12 18 times and synthetic ACTH 12 times from Monday 2 March 2026."""
    b12, acth, im = "vitamin B12", "synthetic ACTH", Route.INTRAMUSCULAR
    amount = dose("100 mcg")
    day, month = SpanUnit.DAY, SpanUnit.MONTH
    phases = [
        (phase("b12", "daily", b12, im, every(1, day), DAILY, 7, 18), DAILY),
        (
            phase(
                "b12", "every other day", b12, im, every(2, day), EVERY_OTHER_DAY, 4, 18,
                anchor="the last dose of daily", at=date(2026, 3, 8),
            ),
            EVERY_OTHER_DAY,
        ),
        (
            phase(
                "b12", "twice weekly", b12, im, TimesPerWeek(2), TWICE_WEEKLY, 4, 18,
                anchor="the last dose of every other day", at=date(2026, 3, 16),
            ),
            TWICE_WEEKLY,
        ),
        (
            phase(
                "b12", "monthly", b12, im, every(1, month), MONTHLY, 3, 18,
                anchor="the last dose of twice weekly", at=date(2026, 3, 29),
            ),
            MONTHLY,
        ),
    ]  # fmt: skip
    given: list[Administration] = []
    for one, days in phases:
        given += untimed(one, days, amount, before=len(given))
    acth_phase = phase("acth", "acth", acth, im, TimesPerWeek(2), ACTH, 12, 12)
    given += untimed(acth_phase, ACTH, dose("25 IU"))
    return checked(
        protocol(
            "b12-acth-infantile-spasms",
            "Vitamin B12 and synthetic ACTH for infantile spasms with B12 deficiency",
            (
                Source(
                    "Arıcan P, Olgaç Dündar N, Çavuşoğlu D, Güngör G, Gençpınar P. An occult cause"  # noqa: RUF001
                    " of infantile spasms: vitamin B12 deficiency. A case report and review of"
                    " literature.",
                    "The patient received intramuscular synthetic adrenocorticotropic hormone"
                    " (ACTH) treatment 25 IU twice a week, total of 12 doses and intramuscular"
                    " vitamin B12 treatment 100 mcg daily for a week, then given 100 mcg every"
                    " other day for a week, and then given 100 mcg twice a week. After this"
                    " regimen, he was given 100 mcg monthly for 3 months.",
                ),
            ),
            (
                "Both courses start on the same day.",
                "Each new interval is waited out after the last dose of the phase before.",
                "Monthly for 3 months means three doses.",
            ),
        ),
        given,
        closed=closed,
        answers={
            "twice_weekly_for": Answer(
                CalendarSpan(2, SpanUnit.WEEK), "2 weeks", "Dr Example", date(2026, 3, 1)
            )
        },
        ranges=(
            RangeCheck(
                "b12", b12, True, "100 mcg is within 30 mcg to 1000 mcg",
                "US label, cyanocobalamin injection",
            ),
            RangeCheck("acth", acth, False, "range not checked: no usual range is known"),
        ),
    )  # fmt: skip


def twice_a_day(zone: str | None = "Europe/Rome") -> CheckedSchedule:
    """Phenobarbital at 08:00 and 20:00 for five days around the clock change of 29 March 2026."""
    days = [date(2026, 3, day) for day in range(27, 32)]
    times = (time(8), time(20))
    amount = Quantity(Fraction("22.5"), BY_UCUM["mg"])
    steps = (
        DoseStep(DoseStage.STATED, read_quantity("6 mg"), "per kg and day"),
        DoseStep(DoseStage.CALCULATED, read_quantity("45 mg"), "6 mg × 7.5 kg"),
        DoseStep(DoseStage.SHARED, amount, "a day's amount in 2 equal doses"),
    )
    of = phase(
        "phenobarbital", "phenobarbital", "phenobarbital", Route.ORAL, every(1, SpanUnit.DAY),
        days, 10, 10, times=times,
    )  # fmt: skip
    return checked(
        protocol("phenobarbital-twice-daily", "Phenobarbital twice a day"),
        timed(of, days, times, Dose(amount, steps), zone),
        zone=zone,
    )


DOSE_RANGE = Rule(
    "dose-range",
    Severity.ERROR,
    Reader.PLAN,
    "a thousandfold dose is a slip of a unit",
    may_override=True,
)
NOT_STATED = Rule(
    "dose-not-stated", Severity.ERROR, Reader.PLAN, "a gap is decided by someone", may_override=True
)
WEEKEND = Rule("closed-day", Severity.WARNING, Reader.PLAN, "nobody is there to give it")
STYLE = Rule("style", Severity.NOTICE, Reader.AUTHOR, "files that look alike are read faster")


def overridden() -> CheckedSchedule:
    """A dose far outside its range with its override recorded, and a course without a dose."""
    days = [date(2026, 1, 31), date(2026, 2, 28)]
    b12 = phase(
        "b12", "monthly", "vitamin B12", Route.INTRAMUSCULAR, every(1, SpanUnit.MONTH), days, 2, 2
    )
    acth = phase("acth", "acth", "ACTH", None, TimesPerWeek(2), days, 2, 2)
    given = [
        *untimed(b12, days[:1], dose("100 mg")),
        Administration(b12, 2, 2, days[1], None, dose("100 mg"), clamped_from=31),
        *untimed(acth, days, None),
    ]
    recorded = Override(
        "dose-range", "b12 100 mg", "Dr Example", "2026-01-30", "as printed; the author was asked"
    )
    accepted = Override(
        "dose-not-stated", "acth", "Dr Example", "2026-01-30", "decided at the bedside"
    )
    return checked(
        protocol("gaps", "A report with a misprint and a gap"),
        given,
        closed=frozenset({Weekday.SAT, Weekday.SUN}),
        findings=(
            Finding(
                DOSE_RANGE,
                "100 mg is far above 1000 mcg",
                "check the unit",
                PLACE,
                "b12 100 mg",
                (),
                recorded,
            ),
            Finding(
                NOT_STATED,
                "the dose of ACTH is not stated",
                "state it",
                PLACE,
                "acth",
                (),
                accepted,
            ),
            Finding(WEEKEND, "4 doses are on closed days", "move them or accept it"),
            Finding(STYLE, "a remark for the author", "tidy it", PLACE),
        ),
        recorded=(recorded,),
    )


HOSTILE = (
    '=HYPERLINK("http://x")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\uff1d1",
    "'=already",
    "'quoted",
    "x;=1+1",
    'a, "b"; c\\n d',
    "<script>alert(1)</script>",
    "</style><b data-id=x>&amp;",
    "line\r\nBEGIN:VEVENT\r\nUID:evil",
    "bell\x07nul\x00esc\x1b",
    "left\u202eright",
    "line\u2028separator\x85",
    "ACTH 5 mg · dose 9 of 9",
    "émoji 🩺 " + "ü" * 80,
)


def hostile() -> CheckedSchedule:
    """Drug names that try to break out of every format, one course each."""
    given: list[Administration] = []
    for index, drug in enumerate(HOSTILE):
        day = date(2026, 3, 2 + index)
        of = phase(
            f"c{index}", "only", drug, Route.ORAL, every(1, SpanUnit.DAY), [day], 1, 1, title=drug
        )
        given += untimed(of, [day], dose("0.5 mg", because=drug))
    return checked(
        protocol(
            "hostile", HOSTILE[10] + HOSTILE[13], (Source(HOSTILE[11], HOSTILE[12]),), HOSTILE
        ),
        given,
        recorded=tuple(Override("x", text, text, "2026-03-01", text) for text in HOSTILE),
        answers={
            f"a{index}": Answer(text, text, text, None, text) for index, text in enumerate(HOSTILE)
        },
    )
