"""The words of patterns, as prescribers say them."""

from __future__ import annotations

from collections.abc import Iterable

from regimen.protocol.when import (
    EVERY_DAY,
    Every,
    Offsets,
    Once,
    OnDays,
    OnWeekdays,
    Pattern,
    TimesPerWeek,
)
from regimen.timing import CalendarSpan, Span

_NUMBER_WORDS = {1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times"}


def often(count: int) -> str:
    """`once`, `twice`, `three times`."""
    return _NUMBER_WORDS.get(count, f"{count} times")


def days_in_words(pattern: Pattern) -> str:
    """The words a prescriber uses for the pattern: `daily`, `every other day`, `twice a week`."""
    match pattern:
        case Once():
            return "once"
        case Every(span=span):
            words = {"1 day": "daily", "2 days": "every other day", "1 week": "weekly"}
            words["1 month"] = "monthly"
            return words.get(str(span), f"every {span}")
        case TimesPerWeek(count=int(count)):
            return f"{often(count)} a week"
        case OnWeekdays() if pattern == EVERY_DAY:
            return "daily"
        case OnWeekdays(weekdays=tuple(weekdays)):
            return "on " + " and ".join(weekday.title for weekday in weekdays)
        case OnDays(cycle=None | CalendarSpan()):
            return _numbered(pattern)
        case Offsets(offsets=offsets):
            return f"at {_distances(offsets)}"
        case _:
            raise TypeError(f"{pattern} holds a reference")


def _numbered(pattern: OnDays) -> str:
    """`on days 1 to 5 and 8 of every cycle of 21 days`."""
    words = f"on day{'s' if len(pattern.days) > 1 else ''} {day_list(pattern.days)}"
    if pattern.cycle is not None:
        words += f" of every cycle of {pattern.cycle}"
    return words if pattern.first_day else f"{words} (the first day is day 0)"


def _distances(offsets: tuple[Span, ...]) -> str:
    """`0, 2 and 6 weeks`; every distance with its unit, where they differ."""
    units = {
        each.unit if isinstance(each, CalendarSpan) else "hour" if each.minutes % 60 == 0 else ""
        for each in offsets
    }
    words = [str(each) for each in offsets]
    if len(units) == 1 and "" not in units:
        words[:-1] = [each.partition(" ")[0] for each in words[:-1]]
    return " and ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def day_list(days: tuple[int, ...]) -> str:
    """`1 to 5, 8 and 15`: three neighbours or more as a range."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(day) for day in run]
    return " and ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def limits_in_words(per_day: int | None, min_gap: Span | None) -> str:
    """`at most 4 doses in 24 hours, at least 6 hours apart`."""
    most = None if per_day is None else f"at most {counted_doses(per_day)} in 24 hours"
    apart = None if min_gap is None else f"at least {min_gap} apart"
    return ", ".join(filter(None, (most, apart)))


def counted_doses(count: int) -> str:
    return f"{count} dose{'' if count == 1 else 's'}"


def in_row(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`; nothing where there is none."""
    *before, last = [*words] or [""]
    return f"{', '.join(before)} and {last}" if before else last
