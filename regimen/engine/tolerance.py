"""The window and the site of every dose that has one (rule T9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen import rules
from regimen.engine.clocks import local_after
from regimen.finding import refuse
from regimen.schedule import Administration, Due
from regimen.timing import CalendarSpan, Moment, Span, moment_after


def placed(given: Iterable[Administration], zone: str | None) -> list[Administration]:
    """The administrations, each with its window and the site whose turn it is. Raises Refusal where
    hours are to be counted from a dose without a clock time."""
    turns: Counter[tuple[str, tuple[str, ...]]] = Counter()
    return [_placed(each, turns, zone) for each in given]


def _placed(
    each: Administration, turns: Counter[tuple[str, tuple[str, ...]]], zone: str | None
) -> Administration:
    sites, tolerance = each.phase.written.sites, each.phase.written.tolerance
    site = None
    if sites:
        turn = turns[each.course, sites]
        turns[each.course, sites] = turn + 1
        site = sites[turn % len(sites)]
    window = None if tolerance is None else tolerance.window
    if window is None:
        return each if site is None else replace(each, site=site)
    due = Due(_beside(each, window.early, -1, zone), _beside(each, window.late, 1, zone))
    return replace(each, site=site, due=due)


def _beside(each: Administration, span: Span | None, sign: int, zone: str | None) -> Moment | None:
    """The moment at this distance from the dose, before or after it."""
    if span is None:
        return None
    if isinstance(span, CalendarSpan):
        month_end = each.phase.written.month_end
        return moment_after(Moment(each.day), span.times(sign), month_end)
    if each.time is None:
        raise refuse(
            rules.UNTIMED_ANCHOR,
            f"{span} cannot be counted from a dose without a clock time",
            "write the window in days, or give the doses a clock time",
            each.phase.written.place_of("window"),
        )
    assert zone is not None  # asked for wherever a clock time can occur
    day, clock = local_after(each.day, each.time, sign * span.minutes, ZoneInfo(zone))
    return Moment(day, clock.replace(fold=0))
