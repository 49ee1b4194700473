"""The checks, and the only maker of a checked schedule.

`ON_PROTOCOL`, `ON_SCHEDULE`, `AS_WRITTEN` (of the dates as the protocol has them) and
`AGAINST_RANGES` list every check there is; a check that is not listed does not exist, and one that
examined nothing has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from regimen import rules
from regimen.checks import (
    after_each,
    conservation,
    decisions,
    dimensions,
    ends,
    gaps,
    limits,
    makeable,
    measuring,
    moved,
    patterns,
    range_results,
    recount,
    spacing,
    stated_limits,
    stopped,
    tolerance,
    usual_range,
)
from regimen.checks.ranges import NO_SITE, Ranges
from regimen.engine.inputs import unknown_answers
from regimen.engine.totals import total
from regimen.finding import Finding, Refusal
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.schedule import CheckedSchedule, Schedule

if TYPE_CHECKING:
    from regimen.figures import Per, Summary

ON_SCHEDULE: tuple[Callable[[Schedule], Iterator[Finding]], ...] = (
    gaps.open_gaps,
    gaps.nothing_scheduled,
    decisions.still_open,
    ends.going_on,
    ends.still_waiting,
    ends.never_begun,
    ends.cut_short,
    stopped.later_phases_left_out,
    after_each.left_behind,
    decisions.branches,
    measuring.still_to_be_measured,
    measuring.outside_formulas,
    measuring.measured_late,
    measuring.age_outside,
    measuring.measured_unborn,
    measuring.implausible,
    tolerance.too_soon,
    moved.closer_than_planned,
    moved.outside_window,
    stated_limits.over_stated,
    stated_limits.over_with_as_needed,
    recount.differs,
    conservation.differ,
)
AS_WRITTEN: tuple[Callable[[Schedule], Iterator[Finding]], ...] = (
    after_each.each_has_its_round,
    spacing.too_close,
    spacing.overlapping,
    spacing.running_on,
    tolerance.windows_overlap,
    tolerance.late_before_due,
)
AGAINST_RANGES: tuple[Callable[[Schedule, Ranges], Iterator[Finding]], ...] = (
    usual_range.outside,
    usual_range.in_another_unit,
    usual_range.above_with_as_needed,
)
ON_PROTOCOL: tuple[Callable[[Protocol], Iterator[Finding]], ...] = (
    dimensions.per_day_on_rest_days,
    dimensions.per_hour_of_no_length,
    dimensions.of_other_kinds,
    dimensions.shared_with_other_times,
    dimensions.tapers,
    patterns.beyond_cycles,
    makeable.pieces,
    measuring.fixed_beforehand,
)


def check_protocol(protocol: Protocol) -> Protocol:
    """The protocol, if no check on its own text refuses it. Raises Refusal with every finding."""
    findings = [finding for check in ON_PROTOCOL for finding in check(protocol)]
    if findings:
        raise Refusal(dict.fromkeys(findings))  # one row of a table may meet several of another
    return protocol


def examined(schedule: Schedule, ranges: Ranges = NO_SITE) -> Schedule:
    """The schedule with its findings, each with the override that the plan records for it."""
    found = [*unknown_answers(schedule.protocol, schedule.plan)]
    found += [finding for check in ON_SCHEDULE for finding in check(schedule)]
    as_written = schedule.ideal or schedule  # what a patient's record moves is not the author's
    found += [finding for check in AS_WRITTEN for finding in check(as_written)]
    found += [finding for check in AGAINST_RANGES for finding in check(schedule, ranges)]
    findings = [_overridden(finding, schedule.plan) for finding in found]
    findings += _idle(schedule, findings)
    return replace(schedule, findings=tuple(findings))


def slips(protocol: Protocol, plan: Plan) -> tuple[Finding, ...]:
    """The sizes in a plan that no patient of that age has and nobody has decided on. They are told
    first where they lead to no schedule at all."""
    found = (_overridden(finding, plan) for finding in measuring.sizes(protocol, plan))
    return tuple(finding for finding in found if finding.stands)


def checked(schedule: Schedule, ranges: Ranges = NO_SITE) -> CheckedSchedule:
    """The examined schedule, fit for export. Raises Refusal while an error stands."""
    schedule = examined(schedule, ranges)
    compared = list(usual_range.comparisons(schedule, ranges))
    results = tuple(range_results.results(schedule, compared, ranges))
    near = (*stated_limits.nearness(schedule), *limits.reached(compared))
    return CheckedSchedule(schedule, total(schedule), results, near)


def summarized(checked: CheckedSchedule, per: Iterable[Per]) -> Summary:
    """What the schedule adds up to. Raises Refusal where a recount does not confirm a figure."""
    from regimen.checks import recount_figures  # needed for totals only
    from regimen.engine.figures import figures
    from regimen.figures import Summary

    wanted = tuple(dict.fromkeys(per))
    found = figures(checked.schedule, wanted)
    differing = (
        *recount_figures.differ(checked.schedule, found),
        *recount_figures.limits_differ(checked.schedule, checked.limits),
    )
    if differing:
        raise Refusal(differing)
    return Summary(checked, wanted, found)


def _overridden(finding: Finding, plan: Plan) -> Finding:
    for override in plan.decided:
        if (
            finding.rule.may_override
            and override.code == finding.code
            and override.about == finding.about
        ):
            return replace(finding, override=override)
    return finding


def _idle(schedule: Schedule, findings: list[Finding]) -> list[Finding]:
    used = {id(finding.override) for finding in findings if finding.override}
    return [
        Finding(
            rules.IDLE_OVERRIDE,
            f"the override of {override.code} for {override.about} meets no finding",
            "remove it, or take its entry back; if a finding like it stands now, decide on that one"
            " anew",
        )
        for override in schedule.plan.decided
        if id(override) not in used
    ]
