"""The options that stand for a plan, where no plan file does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from regimen.cli.terminal import WrongUse

if TYPE_CHECKING:
    from regimen.finding import Override
    from regimen.language.plans import Given

T = TypeVar("T")
Command = Callable[..., T]


class Wanted(Struct, frozen=True):
    """What was typed about the plan, unread."""

    start: str | None
    answers: tuple[tuple[str, str], ...]
    zone: str | None
    closed: str | None
    by: str | None
    overrides: tuple[tuple[str, str], ...]
    because: str | None
    ranges: str | None

    def __post_init__(self) -> None:
        if self.overrides and not (self.by and self.because):
            raise click.UsageError(
                "--override needs --by (who decided) and --because (the reason)."
            )
        if self.because and not self.overrides:
            raise click.UsageError("--because is the reason of an --override, and there is none.")

    def given(self) -> dict[str, Given]:
        """The answers by name, each with who gave it today."""
        named = {"start": self.start, "zone": self.zone, "closed": self.closed}
        texts = [(name, text) for name, text in named.items() if text is not None]
        given: dict[str, Given] = {}
        for name, text in (*texts, *self.answers):
            if name in given:
                raise WrongUse(f"{name} is answered twice; which one is meant?")
            given[name] = self.answer(text)
        return given

    def answer(self, text: str) -> Given:
        from regimen.planning import Given

        return Given(text, self.by, date.today() if self.by else None)

    def recorded(self) -> tuple[Override, ...]:
        """The overrides, as decided today."""
        from regimen.finding import Override

        return tuple(
            Override(code, about, self.by or "", date.today().isoformat(), self.because or "")
            for code, about in self.overrides
        )

    def refuse_answers(self, source: str) -> None:
        """Raises WrongUse where anything was typed that a plan file already says."""
        typed = (self.start, self.zone, self.closed, None if self.overrides else self.by)
        if self.answers or any(each is not None for each in typed):
            raise WrongUse(
                f"{source} is a plan, which already says its start, answers, zone and closed days:"
                " --start, --set, --zone, --closed and --by are for a protocol."
            )


def pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        left, equals, right = value.partition("=")
        if not (equals and left.strip()):
            raise click.BadParameter(
                f"{value!r} is not of the form {parameter.make_metavar(context)}.",
                context,
                parameter,
            )
        pairs.append((left.strip(), right.strip()))
    return tuple(pairs)


def once(typed: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What was typed as pairs, each name once. Raises WrongUse."""
    found: dict[str, str] = {}
    for left, right in typed:
        if left in found:
            raise WrongUse(f"{left} is given twice; which one is meant?")
        found[left] = right
    return found


_OPTIONS = (
    click.option("--start", metavar="DATE", help="The first day, as in 2026-03-02."),
    click.option(
        "--set",
        "answers",
        metavar="NAME=TEXT",
        multiple=True,
        callback=pairs,
        help='An answer to one of the protocol\'s questions, as in weight="7.5 kg".',
    ),
    click.option("--zone", help="Time zone of clock times, as in Europe/Rome."),
    click.option("--closed", metavar="DAYS", help="Weekdays to mark as closed, as in sat,sun."),
    click.option("--by", metavar="WHO", help="Who decided these answers; kept in the plan."),
    click.option(
        "--override",
        "overrides",
        metavar="CODE=ABOUT",
        multiple=True,
        callback=pairs,
        help="Go on in spite of a finding; the finding shows what to copy.",
    ),
    click.option("--because", metavar="WHY", help="The reason for --override."),
    click.option(
        "--ranges",
        metavar="FILE",
        help="A site's own table of usual doses and limits, which stands before the program's.",
    ),
)


def plan_options(command: Command[T]) -> Command[T]:
    """Give the command these options, and hand them to it as one: `wanted`."""

    @wraps(command)
    def collected(**arguments: Any) -> T:
        typed = {name: arguments.pop(name) for name in Wanted.__struct_fields__}
        return command(wanted=Wanted(**typed), **arguments)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected
