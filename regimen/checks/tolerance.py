"""What the protocol says of early, late and close doses, held against its own dates (rule T9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

from regimen import rules
from regimen.finding import Finding, Place, Reader, Rule, Severity
from regimen.protocol import Point, PointOf
from regimen.protocol.tolerance import MinGap, Tolerance
from regimen.schedule import Administration, Schedule
from regimen.timing import CalendarSpan, ElapsedSpan, Moment, MonthEnd, Span, moment_after

WINDOW_OVERLAP = Rule(
    "window-overlap",
    Severity.ERROR,
    Reader.AUTHOR,
    "a dose given on a day of two windows counts for neither, or for both",
)
BELOW_MIN_GAP = Rule(
    "below-min-gap",
    Severity.ERROR,
    Reader.PLAN,
    "a dose too soon after another may be too much, or may not count",
    may_override=True,
)
NOT_LATE = Rule(
    "not-late",
    Severity.ERROR,
    Reader.AUTHOR,
    "a rule for late doses that begins before they are due would be applied to doses in time",
)
_NONE = Tolerance()
_Pair = tuple[Administration, Administration]


def _said(each: Administration) -> Tolerance:
    return each.phase.written.tolerance or _NONE


def _doses(schedule: Schedule) -> Iterator[tuple[Administration | None, Administration]]:
    """Each dose of the courses of which anything is said, with the one before it."""
    for course in schedule.protocol.courses:
        if any(phase.tolerance for phase in course.phases):
            doses = schedule.of_course(course.key)
            yield from zip((None, *doses), doses, strict=False)


def _pairs(schedule: Schedule) -> Iterator[_Pair]:
    """Neighbouring doses of a course."""
    return ((before, after) for before, after in _doses(schedule) if before is not None)


def windows_overlap(schedule: Schedule) -> Iterator[Finding]:
    """One finding per phase whose windows share a day with their neighbours."""
    found: set[int] = set()
    for before, after in _pairs(schedule):
        if before.due is None or after.due is None or id(after.phase) in found:
            continue
        to, since = before.due.to, after.due.since
        if to is None or since is None or not _meet(before, after, to, since):
            continue
        found.add(id(after.phase))
        yield Finding(
            WINDOW_OVERLAP,
            f"{after.drug}: the window of {before.moment} (to {to}) and that of {after.moment}"
            f" (from {since}) overlap",
            "make the window narrower than the interval",
            after.phase.written.place_of("window"),
        )


def _meet(before: Administration, after: Administration, to: Moment, since: Moment) -> bool:
    """Whether the window of the one, which reaches to that moment, meets the other's, which reaches
    back to its own. In hours it is the real ones that count, also in an hour that comes twice."""
    if to.time is None or since.time is None:
        return to.day >= since.day
    assert before.instant is not None
    assert after.instant is not None
    return before.instant + _side(before, "late") > after.instant - _side(after, "early")


def _side(dose: Administration, side: str) -> timedelta:
    span = getattr(_said(dose).window, side)
    assert isinstance(span, ElapsedSpan)
    return timedelta(minutes=span.minutes)


def too_soon(schedule: Schedule) -> Iterator[Finding]:
    """One finding for each phase and least distance with doses that are closer, to the one before
    or to a named one."""
    met: dict[tuple[int, MinGap], list[_Pair]] = {}
    named: dict[PointOf, Administration | None] = {}
    for before, after in _doses(schedule):
        for gap in _said(after).min_gaps:
            base = before
            if gap.after is not None:
                if gap.after not in named:
                    named[gap.after] = _named(gap.after, schedule)
                base = named[gap.after]
            if base is None or base is after or _order(base) > _order(after):
                continue
            if not _reached(gap.span, base, after):
                met.setdefault((id(after.phase), gap), []).append((base, after))
    for (_, gap), pairs in met.items():
        yield _closer(gap, pairs)


def _order(each: Administration) -> tuple[date, time]:
    return each.day, each.time or time.min


def _closer(gap: MinGap, pairs: list[_Pair]) -> Finding:
    before, after = pairs[0]
    place = after.phase.written.place_of("min_gap")
    if _reached(gap.span, before, after) is None:
        return _untimed(gap.span, place)
    more = f", and {len(pairs) - 1} more likewise" if len(pairs) > 1 else ""
    return Finding(
        BELOW_MIN_GAP,
        f"{after.drug}: {after.moment} is less than {gap.span} after {before.moment}{more}",
        "check the dates that the plan gives and the protocol's own; or record why it is meant",
        place,
        about=f"{after.course}: {before.moment} and {after.moment}{more}",
    )


def _named(point: PointOf, schedule: Schedule) -> Administration | None:
    """The dose that the point means, if this plan has it."""
    doses = [
        each
        for each in schedule.of_course(point.course)
        if point.phase in (None, each.phase.written.name, each.phase.key)
    ]
    return None if not doses else doses[0] if point.point is Point.FIRST else doses[-1]


def _untimed(span: Span, place: Place) -> Finding:
    return Finding(
        rules.UNTIMED_ANCHOR,
        f"{span} cannot be counted from a dose without a clock time",
        "write it in days, or give the doses a clock time",
        place,
    )


def _reached(span: Span, before: Administration, after: Administration) -> bool | None:
    """Whether the span after `before` ends by `after`; None where that needs clock times."""
    if isinstance(span, CalendarSpan):
        return moment_after(Moment(before.day), span, MonthEnd.CLAMP).day <= after.day
    if before.instant is None or after.instant is None:
        return None
    return (after.instant - before.instant).total_seconds() >= span.minutes * 60


def late_before_due(schedule: Schedule) -> Iterator[Finding]:
    """One finding per phase whose rule for late doses begins before a dose is due."""
    found: set[int] = set()
    for before, after in _pairs(schedule):
        late = _said(after).late
        edge = late[0].delay.high if late else None
        if edge is None or id(after.phase) in found:
            continue
        reached, place = _reached(edge, before, after), after.phase.written.place_of("late")
        if reached is None:
            found.add(id(after.phase))
            yield _untimed(edge, place)
        elif reached:
            found.add(id(after.phase))
            yield Finding(
                NOT_LATE,
                f"{after.drug}: the first rule for late doses ends {edge} after the dose of"
                f" {before.moment}, when the next one is only due on {after.moment}",
                "count the delays from the last dose given, not from the day on which one is due",
                place,
            )
