"""The levels of a taper, and where it sticks (rule D6).

A step that is an amount, or a part of a stated amount, goes from one stated level to the next. A
step that is a part of the current dose goes from what is really given on the level before, capped
and rounded; such a taper can come to a dose from which it never moves again.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import floor

from msgspec import Struct, field
from msgspec.structs import replace

from regimen import rules
from regimen.engine.bound import Bound, Levels, Part, Step
from regimen.engine.dealing import dealt_doses, heaped, is_dealt
from regimen.engine.dosing import dose_of, scaled, settled
from regimen.engine.rounding import on_grid
from regimen.engine.sharing import in_words, parts_of
from regimen.finding import Refusal, refuse
from regimen.plan import Plan
from regimen.protocol import DoseExpression, PercentOf, Phase, Ref, Table, Taper
from regimen.protocol.words import in_row
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Dose, DoseStage

MOST_LEVELS = 1000
_FINEST = 10**9  # no dose is finer, and unrounded parts of parts soon are
Given = Callable[[Quantity], Quantity]  # a level as it is given: capped and rounded


def level_doses(bound: Bound, levels: Levels, plan: Plan) -> tuple[tuple[Dose, ...], ...]:
    """The dose of each level that is given, in order; several where the level is an amount per day
    that is dealt out to the doses of a day. Raises Refusal where the taper sticks."""
    if _mixed(levels) or _of_current(levels):
        levels = _absolute(levels, plan)
    parts = 1
    if levels.share is not None:
        parts, _ = parts_of(bound, replace(levels.first, share=levels.share), 0)
    dealt = levels.share is not None and is_dealt(bound)

    def given(level: Quantity) -> Quantity:
        if dealt:
            return heaped(bound, level, parts, plan).rounded
        return settled(bound, level.times(Fraction(1, parts)), plan).times(parts)

    walk = _walked(bound.phase, levels, given)

    def worked_out(bound: Bound) -> list[tuple[Dose, ...]]:
        found = []
        for level, words in zip(walk.levels, walk.because, strict=True):
            written = replace(levels.first, amount=level, share=levels.share)
            if dealt:
                found.append(dealt_doses(bound, written, plan, 0, words))
            else:
                found.append((dose_of(bound, written, plan, 0, words),))
        return found

    whole = worked_out(replace(bound, reduction=None))
    totals = [_in_all(doses).times(Fraction(parts, len(doses))) for doses in whole]
    _refuse_alike(bound.phase, levels, whole, totals)
    found = whole if bound.reduction is None else worked_out(bound)
    return tuple(found[_starting(bound.phase, levels, walk, totals) :])


def _in_all(doses: tuple[Dose, ...]) -> Quantity:
    total = doses[0].ordered
    for dose in doses[1:]:
        total += dose.ordered
    return total


def _as_it_is(level: Quantity) -> Quantity:
    return level


def refuse_missteps(phase: Phase, levels: Levels) -> None:
    """Raises Refusal for whatever can be told without a plan."""
    if _mixed(levels):
        return
    given: Given = _as_it_is
    if _of_current(levels):
        if levels.first.per is not None or levels.share is not None or phase.caps:
            return
        rounding = phase.rounding
        assert not isinstance(rounding, Table)
        if rounding is not None and rounding.grid is None:
            return  # what the products can make is told when the plan has chosen them
        if rounding is not None:
            given = partial(on_grid, rounding)
    _walked(phase, levels, given)


def _of_current(levels: Levels) -> bool:
    return any(_rests_on_current(step) for step in levels.steps)


def _rests_on_current(step: Step) -> bool:
    return isinstance(step.by, Part) and step.by.of is PercentOf.CURRENT


# --- amounts of one kind


def _expressions(levels: Levels) -> list[DoseExpression]:
    found: list[object] = [levels.first, levels.least_step, levels.stop_under, levels.starting_at]
    for step in levels.steps:
        found += [step.by.of if isinstance(step.by, Part) else step.by, step.to]
    return [each for each in found if isinstance(each, DoseExpression)]


def _mixed(levels: Levels) -> bool:
    """Whether some amounts scale and others do not; nothing at all is nothing on any scale."""
    return any(
        each.measure != levels.first.measure for each in _expressions(levels) if each.amount.value
    )


def _absolute(levels: Levels, plan: Plan) -> Levels:
    """The taper with every amount worked out for this patient."""

    def worked_out(value: DoseExpression | None) -> DoseExpression | None:
        if value is None or value.per is None:
            return value
        return DoseExpression(scaled(value, plan))

    def step(written: Step) -> Step:
        by = written.by
        if isinstance(by, Part):
            of = by.of if isinstance(by.of, PercentOf) else worked_out(by.of)
            assert of is not None
            return Step(Part(by.part, of), worked_out(written.to))
        return Step(worked_out(by) or by, worked_out(written.to))

    return replace(
        levels,
        first=worked_out(levels.first) or levels.first,
        steps=tuple(step(each) for each in levels.steps),
        least_step=worked_out(levels.least_step),
        stop_under=worked_out(levels.stop_under),
        starting_at=worked_out(levels.starting_at),
    )


def _refuse_kinds(phase: Phase, levels: Levels) -> None:
    kind = levels.first.amount.unit.dimension
    for other in _expressions(levels):
        if other.amount.unit.dimension is not kind:
            raise refuse(
                rules.DIMENSION,
                f"a {_title(levels)}: {levels.first.amount} and {other.amount} are not of one kind",
                "write all amounts of a taper in one kind of unit",
                phase.place_of("taper"),
            )


# --- from level to level


class _Walk(Struct):
    """The levels so far: `levels` as they are worked out, `given` as they are given, `shown` as a
    message names them; `here` is the level that the next step starts from."""

    phase: Phase
    taper: Levels
    as_given: Given
    here: Quantity
    levels: list[Quantity] = field(default_factory=list)
    given: list[Quantity] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    because: list[str] = field(default_factory=list)

    def reach(self, level: Quantity, given: Quantity, shown: Quantity, words: str = "") -> None:
        self.here = level
        self.levels.append(level)
        self.given.append(given)
        self.shown.append(_amount(self.taper, shown))
        self.because.append(f"level {len(self.levels)} of the {_title(self.taper)}{words}")

    def stick(self, why: str, mend: str = "") -> Refusal:
        """A refusal that names the level where the taper sticks, and the way to it."""
        return _missing(
            self.phase,
            f"a {_title(self.taper)} sticks at {self.shown[-1]}, its level {len(self.shown)}:"
            f" {why} ({_way(self.shown)})",
            mend,
        )


def _missing(phase: Phase, what: str, mend: str = "") -> Refusal:
    return refuse(
        rules.TAPER_MISSES,
        what,
        mend or "choose a step that divides the way evenly, or list several steps",
        phase.place_of("taper"),
    )


def _walked(phase: Phase, levels: Levels, given: Given) -> _Walk:
    """Every level of the taper, without a last one of zero. Raises Refusal where it sticks."""
    _refuse_kinds(phase, levels)
    first = levels.first.amount
    walk = _Walk(phase, levels, given, first)
    walk.reach(first, given(first), given(first) if _of_current(levels) else first)
    turned: bool | None = None
    for number, step in enumerate(levels.steps):
        end = levels.stop_under if step.to is None else step.to
        assert end is not None  # the reader asks for one of them
        if step.to is None and end.amount > first:
            raise _missing(phase, f"a {_title(levels)} is over before its first level")
        if end.amount == walk.here and step.to is not None:
            name = _answered(phase, number)
            if name is not None:
                raise _unchanged(walk, name)
            raise _missing(
                phase, f"a {_title(levels)} never changes at {_amount(levels, walk.here)}"
            )
        down = step.to is None or end.amount < walk.here
        if turned is not None and turned is not down:
            why = f"from {_amount(levels, walk.here)} it would turn"
            raise walk.stick(why, "write what goes up and what goes down as two phases")
        turned = down
        if _rests_on_current(step):
            _by_current(walk, number, end.amount, down=down)
        else:
            _by_amount(walk, number, end.amount, down=down)
        if step.to is not None:
            walk.here = end.amount
    return walk


def _unchanged(walk: _Walk, name: str) -> Refusal:
    """The refusal of an answer with the level that the taper has reached already."""
    here = _amount(walk.taper, walk.here)
    return refuse(
        rules.NOT_A_LEVEL,
        f"{name} {here} is where the taper stands already, so nothing would change",
        f"answer {name} with a level that comes after it; or ask the protocol's author",
        walk.phase.place_of("taper"),
    )


def _past(walk: _Walk, number: int, end: Quantity, following: Quantity) -> Refusal:
    """The refusal of a step that would pass the end. Where a plan says what the end is, it is told
    which levels there are."""
    name = _answered(walk.phase, number)
    if name is None:
        return walk.stick(f"the next step would pass {_amount(walk.taper, end)}")
    near = walk.shown[-2:]
    if following.value > 0:
        near = [*near, _amount(walk.taper, following)]
    return refuse(
        rules.NOT_A_LEVEL,
        f"{name} {_amount(walk.taper, end)} is no level of the {_title(walk.taper)}:"
        f" {in_row(near)} {'is' if len(near) == 1 else 'are'}",
        f"answer {name} with one of the levels; or ask the protocol's author, who may mean a"
        " smaller last step",
        walk.phase.place_of("taper"),
    )


def _answered(phase: Phase, number: int) -> str | None:
    """What the plan answers that says to where a step of the taper goes; None where the protocol
    says it."""
    assert isinstance(phase.dose, Taper)
    to = phase.dose.steps[number].to
    return to.name if isinstance(to, Ref) else None


def _by_amount(walk: _Walk, number: int, end: Quantity, *, down: bool) -> None:
    """Equal steps, which must land on the end unless a stop rule says where they are over."""
    step = walk.taper.steps[number]
    size, here = _size(walk, step), walk.here
    if not size.value:
        raise _missing(walk.phase, f"a {_title(walk.taper)} never changes")
    steps = abs(here.base - end.base) / size.base
    count = floor(steps)
    levels = len(walk.levels) + count - (count == steps and not end.value)
    if levels > MOST_LEVELS:
        raise _missing(
            walk.phase,
            f"a {_title(walk.taper)} has {levels} levels, and at most {MOST_LEVELS} are allowed",
        )
    for times in range(1, count + 1):
        level = here + size.times(-times if down else times)
        if level.value:
            given = walk.as_given(level)
            _refuse_small(walk, step, level, given)
            walk.reach(level, given, level)
    if step.to is not None and steps.denominator != 1:
        times = count + 1
        raise _past(walk, number, end, here + size.times(-times if down else times))


def _by_current(walk: _Walk, number: int, end: Quantity, *, down: bool) -> None:
    """Steps that are a part of what was given before."""
    step = walk.taper.steps[number]
    while True:
        current, size = walk.given[-1], _size(walk, step)
        level = current + size.times(-1 if down else 1)
        given = walk.as_given(level) if level.value > 0 else level
        if step.to is None and given < end:
            return
        if given.value.denominator > _FINEST:
            raise walk.stick(
                "the next level has more than nine decimals",
                "state how levels are rounded, as in round: nearest 0.5 mg, ties up",
            )
        words = f"{current} {'less' if down else 'plus'} {size}"
        if given == current:
            raise walk.stick(
                f"{words} is {level}, which is given as {given} again",
                "state the smallest step, as in at_least: 0.5 mg, or where it stops, as in"
                " stop_under: 2 mg; or round to smaller amounts",
            )
        if level.value > 0 and not given.value:
            raise walk.stick(
                f"{words} is {level}, which rounds to nothing",
                "state where the taper stops, as in stop_under: 0.5 mg",
            )
        if given < end if down else given > end:
            raise _past(walk, number, end, given)
        if not given.value:
            return
        _refuse_small(walk, step, level, given)
        if len(walk.levels) == MOST_LEVELS:
            raise walk.stick(
                f"it does not come to {end}", "state where it stops, as in stop_under: 2 mg"
            )
        walk.reach(level, given, given, f": {words}")
        if given == end:
            return


def _refuse_small(walk: _Walk, step: Step, level: Quantity, given: Quantity) -> None:
    """Raises Refusal where rounding leaves less of a percentage than the smallest step."""
    least, current = walk.taper.least_step, walk.given[-1]
    if least is None or not isinstance(step.by, Part):
        return
    if abs(given.base - current.base) < least.amount.base:
        raise walk.stick(
            f"after {current} comes {level}, which is given as {given}: a step of less than"
            f" {least.amount}",
            "let at_least be a multiple of what doses are rounded to; or round to smaller amounts",
        )


def _size(walk: _Walk, step: Step) -> Quantity:
    """How far the next step goes from the level that was reached."""
    if isinstance(step.by, DoseExpression):
        return step.by.amount
    of = step.by.of
    base = of.amount if isinstance(of, DoseExpression) else walk.given[-1]
    if of is PercentOf.FROM:
        base = walk.taper.first.amount
    size, least = base.times(step.by.part), walk.taper.least_step
    return size if least is None else max(size, least.amount)


# --- what the levels come to


def _refuse_alike(
    phase: Phase, levels: Levels, doses: list[tuple[Dose, ...]], totals: list[Quantity]
) -> None:
    """Raises Refusal where two levels in a row are rounded to one dose."""
    calculated = [_before_rounding(each[0]) for each in doses]
    for number, (one, other) in enumerate(pairwise(totals), 1):
        first, second = calculated[number - 1 : number + 1]
        if one == other and first != second:
            raise _missing(
                phase,
                f"a {_title(levels)} sticks at its level {number}: {first} and then {second} are"
                f" both rounded to {one} ({_way([str(total) for total in totals[:number]])})",
                "round to smaller amounts, or take larger steps",
            )


def _before_rounding(dose: Dose) -> Quantity:
    """The amount that was rounded, or that needed no rounding."""
    rounded = (DoseStage.ROUNDED, DoseStage.ORDERED)
    at = next(at for at, step in enumerate(dose.steps) if step.stage in rounded)
    return dose.steps[at - 1].amount  # the first step is what was calculated


def _starting(phase: Phase, levels: Levels, walk: _Walk, given: list[Quantity]) -> int:
    """The place of the level that the patient has reached, among the levels. Raises Refusal."""
    if levels.starting_at is None:
        return 0
    wanted = levels.starting_at.amount
    places = [at for at, level in enumerate(walk.levels) if level == wanted]
    places = places or [at for at, level in enumerate(given) if level == wanted]
    if len(places) != 1:
        raise refuse(
            rules.NOT_A_LEVEL,
            f"the taper is to go on from {_amount(levels, wanted)}, which is"
            f" {'more than one' if places else 'none'} of its levels"
            f" ({_way(walk.shown)})",
            "check the dose that is given now, and the taper it belongs to",
            phase.place_of("taper"),
        )
    return places[0]


# --- words


def _title(levels: Levels) -> str:
    """`taper from 20 mg by 10 % of current to 0 mg`."""
    words = [_step_in_words(levels, step) for step in levels.steps]
    return f"taper from {_amount(levels, levels.first.amount)} {', '.join(words)}"


def _step_in_words(levels: Levels, step: Step) -> str:
    if isinstance(step.by, Part):
        of = step.by.of if isinstance(step.by.of, PercentOf) else in_words(step.by.of)
        by = f"{decimal_text(step.by.part * 100)} % of {of}"
    else:
        by = in_words(step.by)
    if step.to is not None:
        return f"by {by} to {in_words(step.to)}"
    assert levels.stop_under is not None
    return f"by {by} until it would be under {in_words(levels.stop_under)}"


def _amount(levels: Levels, amount: Quantity) -> str:
    return in_words(replace(levels.first, amount=amount, share=None))


def _way(shown: list[str]) -> str:
    """The levels on the way; of many, the first and the last ones."""
    if len(shown) > _MOST_SHOWN:
        shown = [*shown[:3], "…", *shown[-4:]]
    return ", ".join(shown)


_MOST_SHOWN = 10
