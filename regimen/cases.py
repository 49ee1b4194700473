"""A protocol's own tests: given these answers, expect those doses, dates and totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import zip_longest

from msgspec import Struct

from regimen import rules
from regimen.checks import examined
from regimen.engine.expansion import expand
from regimen.engine.totals import total
from regimen.finding import Finding, Place, Refusal, quoted
from regimen.language.plans import Given, new_plan
from regimen.protocol import Case, Expected, ExpectedProduct, Protocol
from regimen.quantity import Quantity
from regimen.schedule import Administration, Schedule
from regimen.timing import Moment

_NO_PLAN = "0" * 32  # cases belong to no patient
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class CaseResult(Struct, frozen=True):
    """How a case came out; without findings it passed."""

    case: Case
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return not self.findings


def run_cases(protocol: Protocol) -> tuple[CaseResult, ...]:
    """Every case of the protocol, in order."""
    return tuple(CaseResult(case, tuple(_run(protocol, case))) for case in protocol.cases)


def _run(protocol: Protocol, case: Case) -> Iterator[Finding]:
    try:
        given = {name: Given(text, place=case.places[name]) for name, text in case.given.items()}
        plan = new_plan(protocol, given, plan_id=_NO_PLAN, made=_LONG_AGO)
        if plan is None:
            yield _failed(case, "no start is given", "add start to given")
            return
        schedule = examined(expand(protocol, plan))
        standing = [finding for finding in schedule.findings if finding.stands]
        if case.refused is None:  # what is stated can be tested while gaps are open
            standing = [finding for finding in standing if finding.rule is not rules.NOT_STATED]
        if standing:
            raise Refusal(standing)
    except Refusal as refusal:
        codes = [finding.code for finding in refusal.findings]
        if case.refused is None:
            yield _failed(case, f"refused: {codes[0]}", "see the findings below", case.place)
            yield from refusal.findings
        elif case.refused not in codes:
            yield _failed(
                case, f"refused with {', '.join(codes)}, not {case.refused}", "correct the case"
            )
        return
    if case.refused is not None:
        yield _failed(case, f"not refused; {case.refused} was expected", "correct one of the two")
    courses = {course.key for course in protocol.courses}
    for expected in case.expected:
        if expected.course in courses:
            yield from _differences(case, expected, schedule)
        else:
            yield from _entries(case, expected, schedule)
    if case.products:
        yield from _used_up(case, schedule)


def _used_up(case: Case, schedule: Schedule) -> Iterator[Finding]:
    supplies = {each.product.key: each for each in total(schedule).by_product}
    for expected in case.products:
        found = supplies.get(expected.product)
        if found is None:
            yield _failed(case, f"nothing of {expected.product} is given", _MEND, expected.place)
            continue
        yield from _compared(
            case,
            expected,
            (
                ("containers", expected.containers, found.containers),
                ("given", expected.given, found.given),
                ("left_over", expected.left_over, found.waste),
            ),
        )


def _entries(case: Case, expected: Expected, schedule: Schedule) -> Iterator[Finding]:
    times = [
        Moment(each.day, each.time) for each in schedule.entries if each.name == expected.course
    ]
    if not times:
        yield _failed(case, f"{expected.course} is on no day", _MEND, expected.place)
        return
    yield from _compared(
        case,
        expected,
        (
            ("times", expected.doses, len(times)),
            ("first", expected.first, times[0]),
            ("last", expected.last, times[-1]),
            ("dates", expected.dates, tuple(times)),
        ),
    )


def _differences(case: Case, expected: Expected, schedule: Schedule) -> Iterator[Finding]:
    given = schedule.of_course(expected.course)
    if not given:
        yield _failed(case, f"{expected.course} has no administrations", _MEND, expected.place)
        return
    times = tuple(Moment(each.day, each.time) for each in given)
    yield from _compared(
        case,
        expected,
        (
            ("doses", expected.doses, len(given)),
            ("first", expected.first, times[0]),
            ("last", expected.last, times[-1]),
            ("dates", expected.dates, times),
            ("finishes", expected.finishes, tuple(each.finish for each in given)),
            ("amounts", expected.amounts, tuple(_given(each) for each in given)),
            ("total", expected.total, _total(given)),
        ),
    )


def _compared(
    case: Case,
    expected: Expected | ExpectedProduct,
    claims: Iterable[tuple[str, object, object]],
) -> Iterator[Finding]:
    name = expected.course if isinstance(expected, Expected) else expected.product
    for words, wanted, full in claims:
        found = _as_stated(wanted, full)
        if wanted is not None and wanted != found:
            what = f"{name}: {words}{_differing(wanted, found)}"
            yield _failed(case, what, _MEND, expected.place)


_MEND = "hold the case and the protocol against the source, and correct the one that is wrong"


def _total(given: tuple[Administration, ...]) -> Quantity | None:
    doses = [each.dose.ordered for each in given if each.dose]
    if len(doses) < len(given) or len({dose.unit.dimension for dose in doses}) != 1:
        return None
    total = doses[0]
    for dose in doses[1:]:
        total += dose
    return total


def _given(administration: Administration) -> Quantity | None:
    """Its dose, or None where it is open."""
    return administration.dose.ordered if administration.dose else None


def _as_stated(wanted: object, found: object) -> object:
    """What was found, without the clock times that nothing is expected of."""
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        pairs = zip_longest(wanted, found)
        return tuple(_as_stated(one, other) for one, other in pairs)[: len(found)]
    if isinstance(wanted, Moment) and wanted.time is None and isinstance(found, Moment):
        return found.on_date()
    return found


def _differing(wanted: object, found: object) -> str:
    """What was expected and what was found; of two lists, the first item that differs."""
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        pairs = enumerate(zip_longest(wanted, found, fillvalue=_ABSENT), 1)
        number, (one, other) = next(each for each in pairs if each[1][0] != each[1][1])
        return f", dose {number} of {len(found)}: expected {_shown(one)}, found {_shown(other)}"
    return f" expected {_shown(wanted)}, found {_shown(found)}"


_ABSENT = "nothing"  # where one list is shorter; a dose that is open stands as None


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)


def _failed(case: Case, what: str, mend: str, place: Place | None = None) -> Finding:
    return Finding(
        rules.CASE_FAILED, f"case {quoted(case.name)}: {what}", mend, place or case.place
    )
