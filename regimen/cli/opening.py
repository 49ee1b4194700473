"""From what was typed to a protocol and a plan: read, made afresh, or asked for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from regimen.cli.options import Wanted
from regimen.cli.questions import complete
from regimen.cli.terminal import WrongUse

if TYPE_CHECKING:
    from regimen.checks.ranges import Ranges
    from regimen.finding import Finding
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.schedule import CheckedSchedule


class Opened(Struct, frozen=True):
    """A plan and its protocol, and a site's ranges, if any; `fresh` where the plan was made just
    now and is in no file."""

    protocol: Protocol
    plan: Plan
    fresh: bool
    ranges: Ranges


def open_plan(source: str, wanted: Wanted, *, kept: bool) -> Opened:
    """The plan that `source` and the options name; `kept` where it is going to be saved.

    Raises Refusal, NotFound and WrongUse; ends the program where an answer is missing and
    there is nobody to ask.
    """
    from regimen import planning
    from regimen.library import opened, ranges

    protocol, plan = opened(source)
    site = planning.NO_SITE if wanted.ranges is None else ranges(wanted.ranges)
    if plan is None:
        given = complete(protocol, wanted)
        plan = planning.make_plan(
            protocol,
            given,
            plan_id=os.urandom(16).hex(),
            made=datetime.now(UTC).replace(microsecond=0),
        )
        return Opened(protocol, _with_overrides(protocol, plan, wanted, site), True, site)
    wanted.refuse_answers(source)
    if wanted.overrides and not kept:
        raise WrongUse(
            f"{source} is a plan, and its overrides belong into a plan file:"
            f" add --save-plan {source}, or another file."
        )
    return Opened(protocol, _with_overrides(protocol, plan, wanted, site), False, site)


def checked_plan(opened: Opened) -> CheckedSchedule:
    """Raises Refusal while an error stands."""
    from regimen import planning

    return planning.check(opened.protocol, opened.plan, ranges=opened.ranges)


def remarks(checked: CheckedSchedule) -> list[Finding]:
    """What whoever works with the plan has not met yet."""
    from regimen.export.words import plan_findings

    return [each for each in plan_findings(checked) if each.override is None]


def _with_overrides(protocol: Protocol, plan: Plan, wanted: Wanted, ranges: Ranges) -> Plan:
    """The plan with the overrides that were typed, each on the exact words of its finding: a
    narrow space is easily lost where a number was copied."""
    if not wanted.overrides:
        return plan
    from regimen import planning

    findings = planning.examine(protocol, plan, ranges=ranges).findings
    exact = {(each.code, " ".join(each.about.split())): each.about for each in findings}
    typed = [
        replace(each, about=exact.get((each.code, " ".join(each.about.split())), each.about))
        for each in wanted.recorded()
    ]
    return replace(plan, overrides=(*plan.overrides, *typed))
