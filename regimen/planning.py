"""The one door: read, expand, check, export. Command line, web and Python users come in here.

What only authors need is imported where it is used, because a schedule must start fast.
Nothing in here reads a clock, a disk or the environment: texts, the plan's random id and the moment
it was made are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from regimen import rules
from regimen.checks import check_protocol, checked, examined, slips
from regimen.checks.ranges import NO_SITE, Ranges
from regimen.engine.expansion import expand
from regimen.engine.inputs import asked, missing
from regimen.finding import Override, Place, Refusal, refuse
from regimen.language.building import read_protocol as _read_protocol
from regimen.language.plans import Given, new_plan
from regimen.plan import Plan
from regimen.protocol import Parameter, ParameterType, Protocol
from regimen.schedule import CheckedSchedule, Schedule
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.cases import CaseResult
    from regimen.comparison import Comparison
    from regimen.export.editions import Change
    from regimen.figures import Per, Summary
    from regimen.language.plan_files import PlanFile
    from regimen.protocol.tolerance import LateRule
    from regimen.record import Issued, Manner, RecordEntry, What

__all__ = [
    "NO_SITE",
    "START",
    "Given",
    "appended",
    "check",
    "choices_of_missed",
    "choices_of_move",
    "compare",
    "decided_in_words",
    "edition",
    "examine",
    "make_plan",
    "open_questions",
    "plan_of",
    "plan_text",
    "read_plan_file",
    "read_protocol",
    "read_ranges",
    "rule_of_late",
    "sentences",
    "taken_in_words",
    "test",
    "totals",
    "with_entry",
]

START = Parameter(
    "start",
    ParameterType.MOMENT,
    "On which day does the treatment start?",
    Place("", 0, 0),
)


def read_protocol(text: bytes | str, file: str) -> Protocol:
    """A protocol whose own text raises no objection; `file` names it in findings.

    Raises Refusal.
    """
    return check_protocol(_read_protocol(text, file))


def make_plan(
    protocol: Protocol,
    given: Mapping[str, Given],
    *,
    plan_id: str,
    made: datetime,
    overrides: tuple[Override, ...] = (),
) -> Plan:
    """A plan from texts: `start`, `zone`, `closed` and the protocol's parameters by name.

    Raises Refusal on texts that cannot be read, and on open questions, all of them in one.
    """
    plan = new_plan(protocol, given, plan_id=plan_id, made=made, overrides=overrides)
    questions = open_questions(protocol, given)
    if questions or plan is None:
        raise Refusal([missing(question) for question in questions])
    return plan


def read_plan_file(text: bytes | str, file: str) -> PlanFile:
    """A plan file's text, not yet held against its protocol. Raises Refusal."""
    from regimen.language.plan_files import read_plan_file

    return read_plan_file(text, file)


def plan_of(plan_file: PlanFile, protocol: Protocol) -> Plan:
    """The plan of a file, its answers read for the protocol's parameters. Raises Refusal."""
    from regimen.language.plan_files import plan_of

    return plan_of(plan_file, protocol)


def plan_text(plan: Plan) -> str:
    """The plan as the text of its file, which `read_plan_file` and `plan_of` read back alike."""
    from regimen.language.plan_files import plan_text

    return plan_text(plan)


def with_entry(plan: Plan, entry: RecordEntry) -> Plan:
    """The plan with one more entry in its record."""
    return replace(plan, entries=(*plan.entries, entry))


def appended(text: str, entry: RecordEntry) -> str:
    """A plan file's text with the entry at its end: nothing before it changes."""
    from regimen.language.plan_files import appended

    return appended(text, (entry,))


def edition(
    checked: CheckedSchedule, manner: Manner | None = None
) -> tuple[Issued | None, tuple[Change, ...], int]:
    """What a calendar handed out now says that the last edition did not: the edition to record
    (None where nothing has changed), its change list, and how many entries stay as they are.

    It is written in the last edition's manner if none is named. Raises UnfitReminder, and
    NothingLeft where there is nothing to hand out and nothing to take back."""
    from regimen.export.calendar import fingerprints, unfit_reminder
    from regimen.export.editions import changes, differences, last_edition, manner_of, standing
    from regimen.export.refusals import NothingLeft, UnfitReminder
    from regimen.record import Issued

    manner = manner_of(checked.plan.entries, None) if manner is None else manner
    problem = unfit_reminder(checked, manner)
    if problem is not None:
        raise UnfitReminder(problem)
    before, after = standing(checked.plan.entries), fingerprints(checked, manner)
    events = differences(before, after, manner)
    unchanged = len([name for name in after if name not in events])
    last = last_edition(checked.plan.entries)
    if last is None and not events:
        raise NothingLeft("no dose of this plan is given, so there is nothing to hand out")
    if last is not None and last.manner == manner and not events:
        return None, (), unchanged
    issued = Issued(1 if last is None else last.edition + 1, manner, events)
    rewritten = last is not None and last.manner != manner
    return issued, tuple(changes(before, events, rewritten=rewritten)), unchanged


def rule_of_late(schedule: Schedule, dose: str, at: Moment) -> LateRule | None:
    """What the protocol says about a dose that is given at `at` instead of when it was due; None
    where it says nothing, or where nothing was given before."""
    from regimen.engine.late import late_rule

    return late_rule(schedule, dose, at)


def choices_of_missed(
    protocol: Protocol, plan: Plan, dose: str, at: Moment | None
) -> Iterator[tuple[str, Schedule | Refusal | None]]:
    """What each way to go on after a missed dose would lead to: a schedule, or why there is none;
    None where it needs a moment."""
    from regimen.record import Missed, Then

    for then in Then:
        late = None if then is Then.SKIP else at
        if late is None and then is not Then.SKIP:
            yield then, None
        else:
            yield then, _outcome(protocol, plan, Missed(dose, then, late))


def choices_of_move(
    protocol: Protocol, plan: Plan, dose: str, to: Moment
) -> Iterator[tuple[str, Schedule | Refusal]]:
    """What it would lead to, by what moves along with a dose that is moved: a schedule, or why
    there is none."""
    from regimen.record import Moved, Scope

    for scope in Scope:
        yield scope, _outcome(protocol, plan, Moved(dose, to, scope))


def _outcome(protocol: Protocol, plan: Plan, what: What) -> Schedule | Refusal:
    from regimen.record import RecordEntry

    entry = RecordEntry(len(plan.entries) + 1, what, plan.made, "")
    try:
        return examine(protocol, with_entry(plan, entry))
    except Refusal as refusal:
        return refusal


def open_questions(protocol: Protocol, given: Mapping[str, Given]) -> tuple[Parameter, ...]:
    """What must still be answered before anything is scheduled; more may follow once a choice is
    made. Raises Refusal on texts that cannot be read."""
    plan = new_plan(protocol, {"start": _SOME_DAY, **given}, plan_id="", made=_SOME_TIME)
    assert plan is not None
    start = () if "start" in given else (START,)
    return (*start, *asked(protocol, plan))


_SOME_DAY = Given("2000-01-01")  # which questions are open does not depend on the start
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def read_ranges(text: bytes | str, file: str) -> Ranges:
    """A site's own table of usual doses and limits, which stands before the package's. Raises
    Refusal."""
    from regimen.checks.ranges import read_rows

    return Ranges(read_rows(text, file))


def _expanded(protocol: Protocol, plan: Plan) -> Schedule:
    if plan.entries:
        from regimen.language.answered_since import with_answers

        plan = with_answers(protocol, plan)
    try:
        return expand(protocol, plan)
    except Refusal as refusal:
        first = slips(protocol, plan)
        if first:
            raise Refusal([*first, *refusal.findings]) from None
        raise


def examine(protocol: Protocol, plan: Plan, *, ranges: Ranges = NO_SITE) -> Schedule:
    """The plan's schedule with all its findings, to be looked at. Raises Refusal where there is
    none at all: on open questions, and on whatever has no exact date or dose."""
    return examined(_expanded(protocol, plan), ranges)


def check(protocol: Protocol, plan: Plan, *, ranges: Ranges = NO_SITE) -> CheckedSchedule:
    """The plan's schedule, fit for export. Raises Refusal while any error stands."""
    return checked(_expanded(protocol, plan), ranges)


def totals(checked: CheckedSchedule, per: Iterable[Per]) -> Summary:
    """What the schedule adds up to per drug, course, phase, week or month, recounted.

    Raises Refusal where the recount differs, which no protocol leads to.
    """
    from regimen.checks import summarized

    return summarized(checked, per)


def compare(
    checked: CheckedSchedule,
    data: bytes,
    file: str,
    *,
    drugs: Mapping[str, str],
    columns: Mapping[str, str],
) -> Comparison:
    """The schedule against a table of doses from elsewhere, whose bytes are given; `file` names it
    in messages. Raises Refusal where the table cannot be taken in one way only, and WrongMapping
    where `drugs` (our name by theirs) names a drug that is on neither side."""
    from regimen.comparing import compare as compared

    return compared(checked, data, file, drugs=drugs, columns=columns)


def test(protocol: Protocol) -> tuple[CaseResult, ...]:
    """The protocol's own cases, run. Raises Refusal where it has none."""
    if not protocol.cases:
        raise refuse(
            rules.NO_CASES,
            f"{protocol.id} has no cases",
            "write under cases what is expected for a start date you worked out by hand",
            protocol.place,
        )
    from regimen.cases import run_cases

    return run_cases(protocol)


def decided_in_words(protocol: Protocol, parameter: Parameter) -> str:
    """When a parameter is decided that is not asked for at once; or nothing."""
    from regimen.language.sentences import decided_in_words

    return decided_in_words(protocol, parameter)


def taken_in_words(parameter: Parameter) -> str:
    """` Taken before each dose.`; nothing where it is asked for once."""
    from regimen.language.measure_sentences import taken_in_words

    return taken_in_words(parameter)


def sentences(protocol: Protocol) -> Iterator[str]:
    """The protocol read back: a sentence for each phase, and one for each question."""
    from regimen.language.sentences import sentences

    return sentences(protocol)
