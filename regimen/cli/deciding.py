"""The commands by which somebody decides about a plan: hold, move, measure, reduce, stop, accept,
take back, and the clinic's days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from regimen.cli.options import once, pairs
from regimen.cli.recording import Author, author_options, dose_named, read_option, written
from regimen.cli.terminal import WrongUse

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import What

_COURSES = click.option(
    "--course", "courses", metavar="COURSE", multiple=True, help="Only this one; else all."
)


def _day(text: str) -> date:
    from regimen.timing import read_date

    return read_option(read_date, text)


@click.command()
@click.argument("plan")
@click.option("--from", "since", metavar="DATE", required=True, help="The first day held.")
@click.option("--until", metavar="DATE", required=True, help="The first day given again.")
@click.option(
    "--then",
    type=click.Choice(["skip", "shift"]),
    required=True,
    help="Leave out what falls into the hold, or move it and all that follows.",
)
@_COURSES
@author_options(reason=True)
def hold(
    plan: str, since: str, until: str, then: str, courses: tuple[str, ...], author: Author
) -> None:
    """Give nothing for a while, as in a fever."""
    from regimen.record import Held

    first, last = _day(since), _day(until)
    if last <= first:
        raise WrongUse("--until is the first day on which it is given again: after --from.")
    what = Held(courses, first, last, then == "shift")
    written(plan, author, lambda *_: what, decision=True)


@click.command()
@click.argument("plan")
@click.argument("dose")
@click.option("--to", metavar="MOMENT", required=True, help="The new day, with a time if need be.")
@click.option(
    "--scope",
    type=click.Choice(["this dose", "rest of phase", "rest of course", "everything after"]),
    help="What else moves by as many days.",
)
@author_options(reason=True)
def move(plan: str, dose: str, to: str, scope: str | None, author: Author) -> None:
    """Move a dose, or a visit, to another day.

    Without --scope every choice is shown with its dates, and nothing is written.
    """
    from regimen import planning
    from regimen.cli.choices import ask_scope
    from regimen.record import Moved, Scope
    from regimen.timing import read_moment

    moment = read_option(read_moment, to)

    def make(protocol: Protocol, known: Plan) -> What:
        schedule = planning.examine(protocol, known)
        id = dose_named(schedule, dose, or_visit=True)
        if any(each.id == id for each in schedule.visits):
            return Moved(id, moment, Scope(scope or Scope.DOSE))  # nothing moves with a visit
        if scope is None:
            raise ask_scope(protocol, known, id, moment)
        return Moved(id, moment, Scope(scope))

    written(plan, author, make, decision=True)


@click.command()
@click.argument("plan")
@click.argument("measured", metavar="NAME=VALUE")
@click.option("--on", metavar="DATE", required=True, help="The day it was measured.")
@author_options(reason=False)
def measure(plan: str, measured: str, on: str, author: Author) -> None:
    """Take down a new measurement, as in weight="7.9 kg"."""
    from regimen.record import Measured

    name, equals, value = measured.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise click.UsageError(f"{measured!r} is not of the form NAME=VALUE.")
    what = Measured(name.strip(), value.strip(), _day(on))
    written(plan, author, lambda *_: what, decision=False)


@click.command()
@click.argument("plan")
@click.argument("answers", metavar="NAME=TEXT...", nargs=-1, required=True, callback=pairs)
@author_options(reason=False)
def answer(plan: str, answers: tuple[tuple[str, str], ...], author: Author) -> None:
    """Answer questions of the protocol that were left open, or decide them anew.

    What was given stays as it was given; what is still to come follows the new answer.
    """
    from regimen.record import Answered

    what = Answered(once(answers))
    written(plan, author, lambda *_: what, decision=True)


@click.command()
@click.argument("plan")
@click.argument("course")
@click.option(
    "--to",
    metavar="PERCENT",
    required=True,
    help='The part given: "75 %"; where a limit lowers the dose, "75 % of calculated" (before'
    ' the limit) or "75 % of ordered" (of what would be given).',
)
@click.option("--from", "since", metavar="DATE", required=True, help="The first day it holds for.")
@click.option("--until", metavar="DATE", help="The first day of whole doses again, if any.")
@author_options(reason=True)
def reduce(plan: str, course: str, to: str, since: str, until: str | None, author: Author) -> None:
    """Give only a part of what the protocol says."""
    from regimen.language.entries import read_part
    from regimen.record import Reduced

    part, of = read_option(read_part, to)
    first, last = _day(since), None if until is None else _day(until)
    if last is not None and last <= first:
        raise WrongUse("--until is the first day on which the whole dose is given: after --from.")
    what = Reduced(course, part, first, last, of)
    written(plan, author, lambda *_: what, decision=True)


@click.command()
@click.argument("plan")
@click.option("--from", "since", metavar="DATE", required=True, help="The first day without it.")
@_COURSES
@author_options(reason=True)
def stop(plan: str, since: str, courses: tuple[str, ...], author: Author) -> None:
    """Give nothing more."""
    from regimen.record import Stopped

    what = Stopped(courses, _day(since))
    written(plan, author, lambda *_: what, decision=True)


@click.command("accept")
@click.argument("plan")
@click.argument("finding", metavar="CODE=ABOUT")
@author_options(reason=True)
def accept(plan: str, finding: str, author: Author) -> None:
    """Go on in spite of a finding; the finding shows what to copy."""
    from regimen.finding import Override
    from regimen.record import Accepted

    code, equals, about = finding.partition("=")
    if not (equals and code.strip()):
        raise click.UsageError(f"{finding!r} is not of the form CODE=ABOUT.")
    on = date.today().isoformat()
    what = Accepted(Override(code.strip(), about.strip(), author.by, on, author.why))
    written(plan, author, lambda *_: what, decision=True)


@click.command("take-back")
@click.argument("plan")
@click.argument("entry", type=int)
@author_options(reason=True)
def take_back(plan: str, entry: int, author: Author) -> None:
    """Let an earlier entry no longer count; it stays where it is."""
    from regimen.record import TakenBack

    def make(_: Protocol, known: Plan) -> What:
        if not 1 <= entry <= len(known.entries):
            raise WrongUse(f"there is no entry {entry}; the last one is {len(known.entries)}.")
        return TakenBack(entry)

    written(plan, author, make, decision=False)
