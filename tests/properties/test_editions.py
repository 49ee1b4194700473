"""Whatever is recorded between two editions: a calendar that was handed out is only ever changed in
what has changed, and nothing in it goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from regimen import planning
from regimen.export import NothingLeft, export
from regimen.export.identity import uid_of
from regimen.finding import Refusal
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.record import Manner, RecordEntry, What
from regimen.reminders import read_reminder
from tests.properties.test_record import NOW, WHATS, made

MANNERS = st.builds(
    Manner,
    st.sampled_from(["", "Bed 4"]),
    st.booleans(),
    st.sampled_from([(), (read_reminder("18:00 the day before"),)]),
)
STEPS = st.lists(
    st.tuples(st.lists(WHATS, max_size=2), st.none() | MANNERS, st.integers(-2, 5)),
    min_size=1,
    max_size=4,
)


@given(STEPS)
def test_what_was_handed_out_only_changes_where_it_has_changed(
    steps: list[tuple[list[What], Manner | None, int]],
) -> None:
    protocol, plan = made()
    before: dict[str, Any] = {}
    now = NOW
    for whats, manner, days in steps:
        plan = recorded(protocol, plan, whats)
        now += timedelta(days=days)  # the clock of the machine may be put back
        checked = planning.check(protocol, plan)
        try:
            issued, changes, unchanged = planning.edition(checked, manner)
        except NothingLeft:
            assert not before
            assert not checked.administrations
            return
        if issued is not None:
            entry = RecordEntry(len(plan.entries) + 1, issued, now, "N Example")
            plan = planning.with_entry(plan, entry)
            checked = planning.check(protocol, plan)
        after = events(export(checked, "ics"))
        assert before.keys() <= after.keys()
        standing = {uid for uid, each in after.items() if each.get("STATUS") != "CANCELLED"}
        assert standing == {uid_of(plan.id, each.id) for each in checked.administrations}
        differing = {uid for uid in after if text(before.get(uid)) != text(after[uid])}
        assert len(differing) == len(changes)
        assert len(standing - differing) == unchanged
        for uid in differing & before.keys():
            assert after[uid]["SEQUENCE"] == before[uid]["SEQUENCE"] + 1
            for name in ("DTSTAMP", "LAST-MODIFIED"):
                assert after[uid][name].dt >= before[uid][name].dt
        before = after
    assert before


def recorded(protocol: Protocol, plan: Plan, whats: list[What]) -> Plan:
    """The plan with those of the entries that it takes."""
    for what in whats:
        entry = RecordEntry(len(plan.entries) + 1, what, NOW, "N Example", "because")
        after = planning.with_entry(plan, entry)
        try:
            planning.check(protocol, after)
        except Refusal:
            continue
        plan = after
    return plan


def events(data: bytes) -> dict[str, Any]:
    found = icalendar.Calendar.from_ical(data).walk("VEVENT")
    by_uid = {str(each["UID"]): each for each in found}
    assert len(by_uid) == len(found)
    return by_uid


def text(event: Any) -> bytes:
    return b"" if event is None else bytes(event.to_ical(sorted=False))


def test_a_clock_that_was_put_back_dates_no_entry_back() -> None:
    protocol, plan = made()
    for written, label in ((datetime(2026, 3, 5, tzinfo=UTC), ""), (NOW, "Bed 4")):
        issued, _, _ = planning.edition(planning.check(protocol, plan), Manner(label))
        assert issued is not None
        entry = RecordEntry(len(plan.entries) + 1, issued, written, "N Example")
        plan = replace(plan, entries=(*plan.entries, entry))
    for event in events(export(planning.check(protocol, plan), "ics")).values():
        assert (event["SEQUENCE"], event["DTSTAMP"].dt) == (1, datetime(2026, 3, 5, tzinfo=UTC))
