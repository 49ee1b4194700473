"""Which of the protocol's rules for late doses holds for a dose (rule T9)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from regimen import rules
from regimen.engine.clocks import instant_of
from regimen.finding import Place, refuse
from regimen.protocol.tolerance import Delay, LateRule
from regimen.schedule import Administration, Schedule, Status
from regimen.timing import CalendarSpan, Moment, MonthEnd, moment_after


def late_rule(schedule: Schedule, dose: str, at: Moment) -> LateRule | None:
    """The rule for a dose that is given at `at`; None where the protocol has none, or where no dose
    of the course was given before, from which the delay is counted. Raises Refusal where it is
    counted in hours and one of the two has no clock time."""
    late = next(each for each in schedule.every_dose if each.id == dose)
    tolerance = late.phase.written.tolerance
    if tolerance is None or not tolerance.late:
        return None
    given = [each for each in schedule.of_course(late.course) if _before(each, at)]
    if not given:
        return None
    where, zone = late.phase.written.place_of("late"), schedule.plan.zone
    # the rows leave no gap and stand in order, so that the first that is not passed holds
    return next(
        rule for rule in tolerance.late if not _passed(rule.delay, given[-1], at, zone, where)
    )


def _before(each: Administration, at: Moment) -> bool:
    return each.status is Status.GIVEN and each.day <= at.day


def _passed(delay: Delay, last: Administration, at: Moment, zone: str | None, where: Place) -> bool:
    """Whether `at` lies behind the delay, counted from the last dose: by days, or by hours that
    really pass where the rule is in hours."""
    span = delay.high
    if span is None:
        return False
    if isinstance(span, CalendarSpan):
        edge = moment_after(Moment(last.day), span, MonthEnd.CLAMP).day
        return at.day > edge if delay.high_in else at.day >= edge
    if last.instant is None or at.time is None:
        raise refuse(
            rules.UNTIMED_ANCHOR,
            f"the delay is counted in hours, up to {span}, from the last dose given ({last.moment})"
            f" to this one ({at})",
            "write both with a clock time, as in 2026-03-02 08:00",
            where,
        )
    assert zone is not None  # the last dose has an instant
    until = last.instant + timedelta(minutes=span.minutes)
    instant, _ = instant_of(at.day, at.time, ZoneInfo(zone))
    return instant > until if delay.high_in else instant >= until
