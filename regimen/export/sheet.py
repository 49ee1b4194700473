"""The printable sheet as one .html file: calendar, dose record, totals, and where they come from.

The file refers to nothing outside itself and runs nothing; its own policy forbids both. Colour
never stands alone: every course also has a mark, and closed days also have a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from regimen.export import sheet_reading
from regimen.export.entries import counted
from regimen.export.facts import injection_days, range_text, totals_of
from regimen.export.limits import limit_line, made_smaller
from regimen.export.markup import Html, css_text, join, style, tag
from regimen.export.not_given import not_given_texts, so_far_texts
from regimen.export.sheet_entries import STYLE, listed
from regimen.export.sheet_month import Look, looks_of, months
from regimen.export.sheet_record import record
from regimen.export.sheet_style import SHEET
from regimen.export.words import (
    DISCLAIMER,
    answer_text,
    day_text,
    moment_text,
    overrides,
    plan_findings,
    tolerance_texts,
)
from regimen.finding import Override
from regimen.protocol.words import days_in_words
from regimen.schedule import AppliedPhase, CheckedSchedule, Total

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """`label` stands beside the title."""
    looks = looks_of(checked)
    page = tag(
        "html",
        tag("head", *_head(checked)),
        tag(
            "body",
            tag(
                "main",
                _top(checked, label),
                _overrides(checked),
                _glance(checked, looks),
                _findings(checked),
                _list("Not given", not_given_texts(checked.schedule)),
                tag("p", DISCLAIMER, class_="disclaimer"),
                months(checked, looks),
                listed(checked),
                record(checked, looks),
                _totals(checked),
                _list("So far", so_far_texts(checked.schedule)),
                _products(checked),
                _list(
                    "Limits",
                    [
                        *(limit_line(each, checked) for each in checked.limits),
                        *made_smaller(checked),
                    ],
                ),
                _list("As needed, beside the calendar", [str(each) for each in checked.as_needed]),
                _grounds(checked),
            ),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n".encode()


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says, in the calendar
    or in the dose record, or hold anything that is not of a sheet's making."""
    sheet_reading.check(data, checked)


def _head(checked: CheckedSchedule) -> Iterator[Html]:
    protocol, plan = checked.protocol, checked.plan
    yield tag("meta", charset="utf-8")
    yield tag("meta", http_equiv="Content-Security-Policy", content=_POLICY)
    yield tag("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield tag("title", f"{protocol.title}, plan {plan.id}")
    # Every printed page names its plan: loose pages of two patients must not be mixed up.
    boxes = SHEET.replace("PLAN", css_text(f"Plan {plan.id}"))
    source = f"{protocol.id}, content {protocol.content_hash[:12]}"
    yield style(boxes.replace("PROTOCOL", css_text(source)))
    if checked.entries:
        yield style(STYLE)
    if checked.schedule.names_products:
        from regimen.export import sheet_products

        yield style(sheet_products.STYLE)


def _top(checked: CheckedSchedule, label: str | None) -> Html:
    protocol, plan = checked.protocol, checked.plan
    facts = [
        ("Start", moment_text(plan.start)),
        ("Plan", plan.id),
        ("Protocol", f"{protocol.id} ({protocol.status})"),
        ("Content", f"SHA-256 {protocol.content_hash[:12]}"),
    ]
    if any(each.time for each in checked.schedule.dated):
        facts.insert(1, ("Times", f"local time{f', {plan.zone}' if plan.zone else ''}"))
    rows = (tag("div", tag("dt", name), tag("dd", text)) for name, text in facts)
    sticker = tag(
        "div",
        tag("strong", "Patient sticker"),
        tag("span", "name, date of birth, record number"),
        class_="sticker",
    )
    return tag(
        "header",
        tag(
            "div",
            tag("p", label, class_="label") if label else None,
            tag("h1", protocol.title),
            tag("dl", *rows, class_="facts"),
        ),
        sticker,
        class_="top",
    )


def _overrides(checked: CheckedSchedule) -> Html | None:
    recorded = overrides(checked)
    if not recorded:
        return None
    whats = {each.override: each.what for each in checked.findings if each.override}
    items = (tag("li", *_override(each, whats.get(each))) for each in recorded)
    return tag(
        "section",
        tag("h2", "Recorded override" if len(recorded) == 1 else "Recorded overrides"),
        tag("ul", *items),
        class_="overrides",
    )


def _override(override: Override, what: str | None) -> Iterator[Html]:
    yield tag("strong", f"{what or override.about} ")
    yield tag("span", f"[{override.code} for {override.about}] ", class_="code")
    yield tag(
        "span",
        f"Recorded override: {override.by}, on {override.on}, because: {override.why}",
        class_="why",
    )


def _glance(checked: CheckedSchedule, looks: dict[str, Look]) -> Html:
    header = ("", "Drug", "How", "Doses", "Total", "First", "Last")
    rows = (
        tag(
            "tr",
            tag("td", looks[total.course].mark, class_=f"mark {looks[total.course].css}"),
            tag("th", total.drug, scope="row"),
            tag("td", _how(checked, total.course)),
            *_sums(total, None),
        )
        for total in checked.totals.by_course
        if total.course is not None
    )
    count, days = len(checked.administrations), checked.visit_days
    injections = injection_days(checked)
    injected = f"injections on {_counted(injections, 'day')}" if injections else "no injections"
    visits = f" {counted(checked.entries)} without a drug."
    comes = checked.schedule.clinic_days
    return tag(
        "section",
        tag(
            "p",
            tag("strong", _counted(count, "dose")),
            " on ",
            tag("strong", _counted(days, "day")),
            f"; {injected}.",
            visits if checked.entries else None,
            f" At the clinic on {_counted(comes, 'day')}." if comes is not None else None,
            class_="visits",
        ),
        tag("table", _header(header), tag("tbody", *rows), class_="glance"),
        class_="keep",
    )


def _how(checked: CheckedSchedule, course: str) -> str:
    """`intramuscular: daily, 7 doses; every other day, 4 doses`."""
    phases = [each for each in checked.schedule.phases_once if each.course == course]
    routes = list(dict.fromkeys(str(each.route) for each in phases if each.route))
    places = "; ".join(
        f"{days_in_words(each.pattern)}{_clocks(checked, each)}{_again(each)},"
        f" {_counted(each.count, 'dose')}"
        for each in phases
    )
    return f"{', '.join(routes)}: {places}" if routes else places


def _again(phase: AppliedPhase) -> str:
    return "" if phase.round is None else f", in {_counted(phase.rounds, 'round')}"


def _clocks(checked: CheckedSchedule, phase: AppliedPhase) -> str:
    times = {one.time for one in checked.administrations if one.time and one.phase is phase}
    return f" at {', '.join(time.isoformat('minutes') for time in sorted(times))}" if times else ""


def _findings(checked: CheckedSchedule) -> Html | None:
    open_ones = [each for each in plan_findings(checked) if each.override is None]
    if not open_ones:
        return None
    items = (
        tag(
            "li",
            tag("strong", f"{each.rule.severity.capitalize()}: {each.what}. "),
            f"To do: {each.mend}. ",
            tag("span", f"[{each.code}]", class_="code"),
        )
        for each in open_ones
    )
    return tag("section", tag("h2", "To look at"), tag("ul", *items), class_="findings")


def _totals(checked: CheckedSchedule) -> Html:
    header = ("By", "Of", "Doses", "Total", "Highest single dose", "First", "Last")
    rows, seen = [], ""
    for by, total in totals_of(checked):
        rows.append(
            tag(
                "tr",
                tag("th", by if by != seen else "", scope="row"),
                tag("td", _of(by, total)),
                *_sums(total, str(total.highest) if total.highest else ""),
                class_="group" if by != seen else None,
            )
        )
        seen = by
    return tag(
        "section",
        tag("h2", "Totals"),
        tag("table", _header(header), tag("tbody", *rows), class_="totals"),
        class_="keep",
    )


def _sums(total: Total, highest: str | None) -> Iterator[Html]:
    """The figures of a row, each with its title, for a phone has no room for the table's head."""
    yield tag("td", str(total.doses), class_="number", data_title="doses")
    yield tag("td", _amount(total), class_="number", data_title="total")
    if highest is not None:
        yield tag("td", highest, class_="number", data_title="highest single dose")
    yield tag("td", day_text(total.first.day), data_title="first")
    yield tag("td", day_text(total.last.day), data_title="last")


def _products(checked: CheckedSchedule) -> Html | None:
    if not checked.schedule.names_products:
        return None
    from regimen.export.sheet_products import products

    return products(checked)


def _of(by: str, total: Total) -> str:
    if by == "phase":
        return f"{total.course}: {total.phase}"
    return total.drug if total.course in (None, total.drug) else f"{total.course} ({total.drug})"


def _amount(total: Total) -> str:
    return str(total.amount) if total.amount else "not stated"


def _grounds(checked: CheckedSchedule) -> Html:
    protocol, plan = checked.protocol, checked.plan
    decided = [answer_text(name, answer) for name, answer in plan.answers.items()]
    return join(
        _list("Early, late or close", tolerance_texts(checked)),
        _list("Decided for this plan", decided),
        _list("Worked out", checked.schedule.worked_out),
        _list("Assumed", protocol.assumes),
        _list("Doses against the usual range", [range_text(each) for each in checked.ranges]),
        tag("section", tag("h2", "Source"), *_sources(checked), class_="sources"),
    )


def _list(title: str, texts: list[str] | tuple[str, ...]) -> Html | None:
    if not texts:
        return None
    items = (tag("li", text) for text in texts)
    return tag("section", tag("h2", title), tag("ul", *items), class_="keep")


def _sources(checked: CheckedSchedule) -> Iterator[Html]:
    for source in checked.protocol.sources:
        yield tag("p", source.cite)
        if source.says:
            yield tag("blockquote", source.says)
    yield tag("p", f"Protocol file: SHA-256 {checked.protocol.content_hash}", class_="code")


def _header(titles: tuple[str, ...]) -> Html:
    cells = (tag("th", title, scope="col") for title in titles)
    return tag("thead", tag("tr", *cells))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
