"""A taper read back as part of a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regimen.protocol import DoseExpression, PercentOf, Portion, Ref, Taper, TaperStep
from regimen.quantity import decimal_text

_OF = {PercentOf.CURRENT: "the current dose", PercentOf.FROM: "the first dose"}


def taper_words(taper: Taper, value: Callable[[object, str], str]) -> str:
    """`from 20 mg to 0 mg in steps of 5 mg, each level for 1 week,`; `value` names what is left to
    the plan."""

    def amount(found: object, missing: str) -> str:
        return found.scaled if isinstance(found, DoseExpression) else value(found, missing)

    def by(step: TaperStep) -> str:
        if not isinstance(step.by, Portion):
            return amount(step.by, "step")
        part = step.by.part
        percent = value(part, "") if isinstance(part, Ref) else f"{decimal_text(part * 100)} %"
        of = step.by.of
        return f"{percent} of {_OF[of] if isinstance(of, PercentOf) else amount(of, '')}"

    def steps() -> Iterator[str]:
        for step in taper.steps:
            if step.to is None:
                yield (
                    f"in steps of {by(step)} until it would be under"
                    f" {amount(taper.stop_under, 'lowest level')}"
                )
            else:
                yield f"to {amount(step.to, 'last level')} in steps of {by(step)}"

    per = f" per {taper.share}" if taper.share else ""
    words = f"from {amount(taper.first, 'first level')}{per} {', then '.join(steps())}"
    if taper.least_step is not None:
        words += f", at least {amount(taper.least_step, 'smallest step')} each"
    words += f", each level for {value(taper.each, 'length')}"
    if taper.starting_at is not None:
        words += f", going on from {amount(taper.starting_at, 'level now')}"
    return f"{words},"
