"""The commands that write into a plan's record: what happened, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from regimen.cli.terminal import WrongUse, report, say

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.quantity import Quantity
    from regimen.record import RecordEntry, What
    from regimen.schedule import Schedule

T = TypeVar("T")
Command = Callable[..., T]


class Author(Struct, frozen=True):
    """Who writes an entry, why, and who checked it."""

    by: str
    why: str
    verified_by: str | None

    def entry(self, plan: Plan, what: What) -> RecordEntry:
        """The plan's next entry, written now."""
        from regimen.record import RecordEntry

        now = datetime.now(UTC).replace(microsecond=0)
        return RecordEntry(
            len(plan.entries) + 1, what, now, self.by, self.why, self.verified_by or None
        )


def author_options(*, reason: bool) -> Callable[[Command[T]], Command[T]]:
    """Give a command --by, --why and --verified-by, and hand them to it as one: `author`."""

    def decorated(command: Command[T]) -> Command[T]:
        @wraps(command)
        def collected(**arguments: Any) -> T:
            said = {name: arguments.pop(name) for name in Author.__struct_fields__}
            return command(author=Author(**said), **arguments)

        for option in (
            click.option("--verified-by", metavar="WHO", help="Who checked the entry."),
            click.option("--why", metavar="WHY", required=True, help="The reason.")
            if reason
            else click.option("--why", metavar="WHY", default="", help="The reason."),
            click.option("--by", metavar="WHO", required=True, help="Who decided or gave it."),
        ):
            collected = option(collected)
        return collected

    return decorated


def written(
    name: str, author: Author, make: Callable[[Protocol, Plan], What], *, decision: bool
) -> None:
    """Append the entry, and say what it changes. What happened is always taken down; a decision
    that an error stands against is not, and then nothing is written."""
    from regimen import planning
    from regimen.cli.changes import say_changes
    from regimen.cli.plan_store import change
    from regimen.finding import Refusal

    def decide(protocol: Protocol, plan: Plan) -> RecordEntry:
        entry = author.entry(plan, make(protocol, plan))
        after = planning.examine(protocol, planning.with_entry(plan, entry))
        if decision:
            known = _examined(protocol, plan)
            before = {(each.code, each.what) for each in known.findings} if known else set()
            new = [each for each in after.findings if each.stands]
            new = [each for each in new if (each.code, each.what) not in before]
            if new:
                raise Refusal(new)
        return entry

    try:
        protocol, before, after = change(name, decide)
    except Refusal as refusal:
        report(refusal.findings)
        say("Nothing was written.")
        raise click.exceptions.Exit(1) from None
    schedule = planning.examine(protocol, after)
    was = _examined(protocol, before)
    if was is None:
        say("The plan had no dates before; now it has.")
    else:
        say_changes(was, schedule)
    report(each for each in schedule.findings if each.override is None)
    say(f"Entry {len(after.entries)} is kept in {name}.")


def _examined(protocol: Protocol, plan: Plan) -> Schedule | None:
    """The schedule; None where the plan has none, which the entry may be about to mend."""
    from regimen import planning
    from regimen.finding import Refusal

    try:
        return planning.examine(protocol, plan)
    except Refusal:
        return None


# --- which dose


def dose_named(schedule: Schedule, text: str, *, or_visit: bool = False) -> str:
    """The identity of the dose meant by `b12/daily/3`, or by its course and the day on which it
    stands now: `b12@2026-03-04`; or of a visit. Raises WrongUse."""
    named = [(each.course, each.id, each.moment) for each in schedule.every_dose]
    if or_visit:
        named += [(each.name, each.id, each.moment) for each in schedule.visits]
    if any(id == text for _, id, _ in named):
        return text
    course, at, day = text.partition("@")
    found = [id for name, id, moment in named if name == course and str(moment).startswith(day)]
    if at and len(found) == 1:
        return found[0]
    if at and found:
        raise WrongUse(f"{text!r} is more than one dose; name one of: {', '.join(found)}.")
    what = "dose or visit" if or_visit else "dose"
    known = ", ".join(f"{id} ({moment})" for _, id, moment in named[:4])
    raise WrongUse(f"there is no {what} {text!r} in this plan; it has: {known}, …")


def _dose(protocol: Protocol, plan: Plan, text: str) -> str:
    from regimen import planning

    return dose_named(planning.examine(protocol, plan), text)


# --- commands


@click.command()
@click.argument("plan")
@click.argument("dose")
@click.option("--at", metavar="MOMENT", required=True, help="When it was given: 2026-03-04 08:10.")
@click.option("--amount", metavar="AMOUNT", help="How much, if not what was planned.")
@author_options(reason=False)
def record(plan: str, dose: str, at: str, amount: str | None, author: Author) -> None:
    """Take down that a dose was given.

    DOSE is its id (b12/daily/3), or its course and day (b12@2026-03-04).
    """
    from regimen import planning
    from regimen.language.dose_texts import read_amount
    from regimen.record import Given
    from regimen.timing import read_moment

    given_at = read_option(read_moment, at)
    given = None if amount is None else read_option(read_amount, amount)

    def make(protocol: Protocol, known: Plan) -> What:
        schedule = planning.examine(protocol, known)
        id = dose_named(schedule, dose)
        return Given(id, given_at, given or _planned(schedule, id))

    written(plan, author, make, decision=False)


def _planned(schedule: Schedule, id: str) -> Quantity:
    """The amount that is planned, to be taken down as what was given. Raises WrongUse."""
    planned = next(each for each in schedule.every_dose if each.id == id)
    if planned.dose is None:
        raise WrongUse(f"the plan does not say how much {id} is; say with --amount what was given.")
    return planned.dose.ordered


@click.command()
@click.argument("plan")
@click.argument("dose")
@click.option(
    "--then",
    type=click.Choice(["skip", "late, keep", "late, shift"]),
    help="Leave it out; or give it late, and keep the other dates or shift them.",
)
@click.option("--at", metavar="MOMENT", help="When it is given instead.")
@author_options(reason=True)
def missed(plan: str, dose: str, then: str | None, at: str | None, author: Author) -> None:
    """Take down that a dose was missed, and what becomes of it.

    Without --then the protocol's own rule decides; where it has none, every option is shown with
    its dates, and nothing is written.
    """
    from regimen.cli.choices import by_rule
    from regimen.record import Missed, Then
    from regimen.timing import read_moment

    late = None if at is None else read_option(read_moment, at)

    def make(protocol: Protocol, known: Plan) -> What:
        id = _dose(protocol, known, dose)
        choice = None if then is None else Then(then)
        if choice is None:
            choice = by_rule(protocol, known, id, late)
            return Missed(id, choice, None if choice is Then.SKIP else late)
        if choice is Then.SKIP and late is not None:
            raise WrongUse("a skipped dose takes no --at: leave it out, or choose a late --then.")
        if choice is not Then.SKIP and late is None:
            raise WrongUse("when is it given instead? Say so with --at.")
        return Missed(id, choice, late)

    written(plan, author, make, decision=then not in (None, "skip"))


def read_option(read: Callable[[str], T], text: str) -> T:
    """What was typed as an option, as its value. Raises WrongUse."""
    from regimen.finding import Misread

    try:
        return read(text)
    except Misread as misread:
        raise WrongUse(f"{misread.what}: {misread.mend}.") from None
