"""Which line of theirs is which dose of ours.

In this order, and within each step in the order of the days:

1. A dose and a line of one drug on one day are a pair: first those that agree in time, amount and
   route, then in time and amount, in time, in amount, and then any.
2. A line whose drug our plan does not know is a pair with a dose of its day and amount.
3. What is left of one drug and amount is paired in order with lines at most a week away: as many
   as possible, by as few days as possible.
4. What is left then is missing in theirs, or extra in theirs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from datetime import date, time, timedelta
from typing import NamedTuple

from regimen import rules
from regimen.comparing.lines import plain
from regimen.comparison import Line
from regimen.finding import Place, refuse
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.schedule import Administration

AWAY = timedelta(days=7)  # a line further away is another dose
MOST_WEIGHED = 1_000_000  # pairs on other days that are weighed against each other

Pair = tuple[Administration | None, Line | None]


class _Ours(NamedTuple):
    drug: str
    day: date
    time: time | None
    dose: Quantity | None
    route: Route | None
    of: Administration


class _Theirs(NamedTuple):
    drug: str
    day: date
    time: time | None
    dose: Quantity | None
    route: Route | None
    of: Line


_Key = Callable[[_Ours | _Theirs], Hashable]
_ON_ONE_DAY: tuple[_Key, ...] = (
    lambda one: (one.drug, one.day, one.time, one.dose, one.route),
    lambda one: (one.drug, one.day, one.time, one.dose),
    lambda one: (one.drug, one.day, one.time),
    lambda one: (one.drug, one.day, one.dose),
    lambda one: (one.drug, one.day),
)


def pairs(given: Iterable[Administration], lines: Iterable[Line], file: str) -> list[Pair]:
    """Every dose and every line, once, in the order of the days. Raises Refusal where too many
    are on other days to be told apart."""
    ours = [
        _Ours(
            plain(each.drug),
            each.day,
            each.time,
            each.dose.ordered if each.dose else None,
            each.phase.route,
            each,
        )
        for each in given
    ]
    theirs = [
        _Theirs(plain(each.named), each.day, each.time, each.dose, each.route, each)
        for each in sorted(lines, key=_order)
    ]
    known = {one.drug for one in ours}
    found: list[Pair] = []
    for key in _ON_ONE_DAY:
        ours, theirs = _match(ours, theirs, key, found)
    strangers = [one for one in theirs if one.drug not in known]
    theirs = [one for one in theirs if one.drug in known]
    ours, strangers = _match(ours, strangers, lambda one: (one.day, one.dose), found)
    ours, theirs = _match_other_days(ours, theirs, file, found)
    found += [(one.of, None) for one in ours]
    found += [(None, one.of) for one in (*theirs, *strangers)]
    return sorted(found, key=_pair_order)


def _order(line: Line) -> tuple[date, time, int]:
    return line.day, line.time or time.min, line.place.line


def _pair_order(pair: Pair) -> tuple[date, time, str]:
    ours, theirs = pair
    if ours is not None:
        return ours.day, ours.time or time.min, plain(ours.drug)
    assert theirs is not None
    return theirs.day, theirs.time or time.min, plain(theirs.named)


def _match(
    ours: list[_Ours], theirs: list[_Theirs], key: _Key, found: list[Pair]
) -> tuple[list[_Ours], list[_Theirs]]:
    """What is left once the first of ours has been paired with the first of theirs of each key."""
    waiting: defaultdict[Hashable, deque[_Theirs]] = defaultdict(deque)
    for line in theirs:
        waiting[key(line)].append(line)
    left: list[_Ours] = []
    taken: set[int] = set()
    for one in ours:
        lines = waiting.get(key(one))
        if lines:
            line = lines.popleft()
            taken.add(id(line))
            found.append((one.of, line.of))
        else:
            left.append(one)
    return left, [line for line in theirs if id(line) not in taken]


# --- other days


def _match_other_days(
    ours: list[_Ours], theirs: list[_Theirs], file: str, found: list[Pair]
) -> tuple[list[_Ours], list[_Theirs]]:
    groups: defaultdict[Hashable, list[_Theirs]] = defaultdict(list)
    for line in theirs:
        groups[line.drug, line.dose].append(line)
    doses: defaultdict[Hashable, list[_Ours]] = defaultdict(list)
    for one in ours:
        doses[one.drug, one.dose].append(one)
    taken: set[int] = set()
    for key, mine in doses.items():
        lines = groups.get(key, [])
        for at, to in aligned([one.day for one in mine], [line.day for line in lines], file):
            found.append((mine[at].of, lines[to].of))
            taken |= {id(mine[at]), id(lines[to])}
    return (
        [one for one in ours if id(one) not in taken],
        [line for line in theirs if id(line) not in taken],
    )


class _Chain(NamedTuple):
    """The best pairs so far: how many, less the days by which they are apart, and the last one."""

    pairs: int
    nearness: int
    last: int


class _Best:
    """The best chain among those that end before a line: a tree of running maxima."""

    def __init__(self, size: int) -> None:
        self.tree: list[_Chain] = [_NONE] * (size + 1)

    def before(self, at: int) -> _Chain:
        best = _NONE
        while at > 0:
            best = _better(best, self.tree[at])
            at &= at - 1
        return best

    def ends_at(self, at: int, chain: _Chain) -> None:
        at += 1
        while at < len(self.tree):
            self.tree[at] = _better(self.tree[at], chain)
            at += at & -at


_NONE = _Chain(0, 0, -1)


def _better(one: _Chain, other: _Chain) -> _Chain:
    """The first where both are equally good: what stands earlier decides."""
    return other if other[:2] > one[:2] else one


def aligned(ours: list[date], theirs: list[date], file: str) -> list[tuple[int, int]]:
    """Positions in both lists, each ascending: the most pairs that keep the order, and of these the
    ones with the fewest days between them. Both lists ascend. Raises Refusal."""
    weighed: list[tuple[int, int, int]] = []  # ours, theirs, and the pair before
    best = _Best(len(theirs))
    for at, day in enumerate(ours):
        ends: list[tuple[int, _Chain]] = []
        for to in range(bisect_left(theirs, day - AWAY), bisect_right(theirs, day + AWAY)):
            before = best.before(to)
            nearness = before.nearness - abs((theirs[to] - day).days)
            ends.append((to, _Chain(before.pairs + 1, nearness, len(weighed))))
            weighed.append((at, to, before.last))
        if len(weighed) > MOST_WEIGHED:
            raise _too_many(file)
        for to, chain in ends:
            best.ends_at(to, chain)
    found: list[tuple[int, int]] = []
    last = best.before(len(theirs)).last
    while last >= 0:
        at, to, last = weighed[last]
        found.append((at, to))
    return found[::-1]


def _too_many(file: str) -> Exception:
    return refuse(
        rules.TOO_LARGE,
        "too many doses of one drug and amount are on other days to say which is which",
        "check that both are the same treatment from the same start",
        Place(file, 1, 1),
    )
