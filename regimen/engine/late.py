"""Which of the protocol's rules for late doses holds for a dose (rule T9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from regimen.protocol.tolerance import Delay, LateRule
from regimen.schedule import Administration, Schedule, Status
from regimen.timing import CalendarSpan, Moment, MonthEnd, Span, moment_after


def late_rule(schedule: Schedule, dose: str, at: Moment) -> LateRule | None:
    """The rule for a dose that is given at `at`; None where the protocol has none, or where no dose
    of the course was given before, from which the delay is counted."""
    late = next(each for each in schedule.every_dose if each.id == dose)
    tolerance = late.phase.written.tolerance
    if tolerance is None or not tolerance.late:
        return None
    given = [each for each in schedule.of_course(late.course) if _before(each, at)]
    if not given:
        return None
    last = given[-1].moment
    return next(rule for rule in tolerance.late if _holds(rule.delay, last, at))


def _before(each: Administration, at: Moment) -> bool:
    return each.status is Status.GIVEN and each.day <= at.day


def _holds(delay: Delay, last: Moment, at: Moment) -> bool:
    """Whether `at` lies in the delay, counted from `last`."""
    if delay.low is not None:
        order = _order(at, last, delay.low)
        if order < 0 or (order == 0 and not delay.low_in):
            return False
    if delay.high is None:
        return True
    order = _order(at, last, delay.high)
    return order < 0 or (order == 0 and delay.high_in)


def _order(at: Moment, last: Moment, span: Span) -> int:
    """-1, 0 or 1 as `at` is before, at or after `span` from `last`: by days, or by the clock where
    the rule is in hours."""
    if isinstance(span, CalendarSpan):
        edge = moment_after(last.on_date(), span, MonthEnd.CLAMP).day
        return (at.day > edge) - (at.day < edge)
    there, here = _clock(last) + timedelta(minutes=span.minutes), _clock(at)
    return (here > there) - (here < there)


def _clock(moment: Moment) -> datetime:
    assert moment.time is not None
    return datetime.combine(moment.day, moment.time)
