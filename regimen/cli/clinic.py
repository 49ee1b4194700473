"""The command that says when the clinic is open, and what becomes of doses on other days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from regimen.cli.recording import Author, author_options, read_option, written
from regimen.cli.terminal import WrongUse

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import What

_AHEAD = timedelta(days=366)  # public holidays are taken down this far beyond the last dose


@click.command()
@click.argument("plan")
@click.option("--closed", metavar="DAYS", default="", help="Weekdays, dates: sat,sun,2026-04-06.")
@click.option(
    "--holidays", metavar="COUNTRY", help="Public holidays of a country, or a region: IT, DE-BY."
)
@click.option("--courses", metavar="COURSES", required=True, help="Given there: b12,acth.")
@click.option("--visits", metavar="VISITS", default="", help="Kept there, too: eeg,level.")
@click.option(
    "--move",
    "way",
    type=click.Choice(["next", "previous", "nearest"]),
    required=True,
    help="Where a dose on a closed day goes.",
)
@click.option(
    "--following",
    type=click.Choice(["stay", "move along"]),
    required=True,
    help="What becomes of the doses after it.",
)
@click.option("--from", "since", metavar="DATE", help="The first day it holds for; else all.")
@click.option("--together", is_flag=True, help="Let courses seek days they share.")
@click.option(
    "--gap",
    "gaps",
    metavar="COURSE=DAYS",
    multiple=True,
    help='The least time between two doses, where the protocol is silent: acth="2 days".',
)
@author_options(reason=False)
def clinic(  # noqa: PLR0913, PLR0917 - each is an option of the command
    plan: str,
    closed: str,
    holidays: str | None,
    courses: str,
    visits: str,
    way: str,
    following: str,
    since: str | None,
    together: bool,
    gaps: tuple[str, ...],
    author: Author,
) -> None:
    """Say when the clinic is closed, and what becomes of the doses on such days."""
    from regimen.language.clinic_texts import read_closed, read_gap
    from regimen.record import Clinic, MoveTo
    from regimen.timing import Weekday, read_date

    days = [read_option(read_closed, each.strip()) for each in closed.split(",") if each.strip()]
    named = [_named(gap) for gap in gaps]

    def make(protocol: Protocol, known: Plan) -> What:
        dates = dict(each for each in days if not isinstance(each, Weekday))
        if holidays is not None:
            dates = public_holidays(holidays, *_span(protocol, known)) | dates
        if not _listed(courses):
            raise WrongUse("nothing says what is given at the clinic: name --courses.")
        if not dates and not days:
            raise WrongUse("nothing says when the clinic is closed: add --closed or --holidays.")
        return Clinic(
            frozenset(each for each in days if isinstance(each, Weekday)),
            dates,
            _listed(courses),
            MoveTo(way),
            following == "move along",
            together,
            {course: read_option(read_gap, text) for course, text in named},
            holidays or "",
            _listed(visits),
            None if since is None else read_option(read_date, since),
        )

    written(plan, author, make, decision=True)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _named(text: str) -> tuple[str, str]:
    course, equals, gap = text.partition("=")
    if not equals:
        raise click.UsageError(f"{text!r} is not of the form COURSE=DAYS.")
    return course.strip(), gap.strip()


def _span(protocol: Protocol, plan: Plan) -> tuple[date, date]:
    """The days for which public holidays are wanted."""
    from regimen import planning

    days = [each.day for each in planning.examine(protocol, plan).administrations]
    return min(days, default=plan.start.day), max(days, default=plan.start.day) + _AHEAD


def public_holidays(place: str, first: date, last: date) -> dict[date, str]:
    """The public holidays of `IT`, or of a region, `DE-BY`, from `first` to `last`.

    Taken down in the plan by date and name, so that a schedule never depends on which release of
    the calendar of holidays is installed. Raises WrongUse.
    """
    try:
        import holidays
    except ImportError:
        raise WrongUse(
            "public holidays need one more package: pip install 'regimen-scheduler[holidays]'."
        ) from None
    country, _, region = place.partition("-")
    try:
        found = holidays.country_holidays(
            country, subdiv=region or None, years=range(first.year, last.year + 1)
        )
    except NotImplementedError:
        raise WrongUse(f"the holidays of {place!r} are not known.") from None
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}
