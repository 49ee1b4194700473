"""What a calendar entry says: its words at a glance, and the lines below them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from regimen.export.entries import place_text
from regimen.export.rows import override_notes
from regimen.export.words import DISCLAIMER, clean, dose_text, overrides
from regimen.record import Manner
from regimen.schedule import Administration, CheckedSchedule, Dated, Entry, Status

GIVEN = " · given"


class Wording:
    """The words of a schedule's entries. Names and reasons that stand in the plan's record are left
    out unless they are asked for: nobody knows what was typed there, nor who reads the calendar."""

    def __init__(self, checked: CheckedSchedule, manner: Manner) -> None:
        self.checked, self.manner = checked, manner
        recorded = overrides(checked)
        if not manner.reasons:
            recorded = tuple(each.without_reason() for each in recorded)
        self.overridden = override_notes(checked, recorded)
        self.grounds = tuple(_grounds(checked))

    def summary(self, dated: Dated) -> str:
        """`Bed 4: vitamin B12 100 mcg (0.1 mL) intramuscular · dose 3 of 18`, or
        `Bed 4: EEG · visit 1 of 2`."""
        words = of_dose(dated) if isinstance(dated, Administration) else _of_visit(dated)
        return clean(f"{prefix(self.manner.label)}{words}")

    def description(self, dated: Dated) -> str:
        """Why the entry is there, and on what it rests."""
        lines = self.of_dose(dated) if isinstance(dated, Administration) else self.of_visit(dated)
        return "\n".join(clean(line) for line in (*lines, *self.grounds))

    def of_dose(self, administration: Administration) -> Iterator[str]:
        if not self.manner.reasons:
            administration = administration.without_reasons()
        phase = administration.phase
        yield f"{phase.title}: dose {administration.number} of {phase.count} of this phase"
        if administration.dose is not None and administration.dose.taken:
            from regimen.export.taken import product_lines

            yield from product_lines(administration)
        notes = (self.checked.notes_of(administration), self.overridden[administration.course])
        if note := "; ".join(filter(None, notes)):
            yield f"Note: {note}"
        yield f"Why this day: {administration.why_this_day()}"
        yield f"Why this dose: {administration.why_this_dose()}"
        if phase.written.tolerance is not None:
            yield f"Early or late: {' '.join(phase.written.tolerance.sentences())}"

    def of_visit(self, entry: Entry) -> Iterator[str]:
        if not self.manner.reasons:
            entry = entry.without_reasons()
        yield f"{entry.what}: {place_text(entry)}"
        if note := self.checked.notes_of(entry):
            yield f"Note: {note}"
        yield f"Why this day: {entry.why_this_day()}"


def prefix(label: str) -> str:
    """What a label puts before an entry's words."""
    return f"{clean(label)}: " if label else ""


def of_dose(administration: Administration) -> str:
    """`vitamin B12 100 mcg (0.1 mL) intramuscular · dose 3 of 18 · given`."""
    words = [administration.drug, dose_text(administration)]
    if (give := _give(administration)) and give != words[-1]:
        words.append(f"({give})")
    if administration.phase.route:
        words.append(str(administration.phase.route))
    place = f"dose {administration.course_number} of {administration.phase.course_count}"
    given = GIVEN if administration.status is Status.GIVEN else ""
    return f"{' '.join(words)} · {place}{given}"


def _of_visit(entry: Entry) -> str:
    return f"{entry.what} · {place_text(entry)}"


def _give(administration: Administration) -> str:
    if administration.dose is None or not administration.dose.taken:
        return ""
    from regimen.export.taken import give_text

    return give_text(administration)


def _grounds(checked: CheckedSchedule) -> Iterator[str]:
    protocol, plan = checked.protocol, checked.plan
    if protocol.assumes:
        yield f"Assumed: {' '.join(protocol.assumes)}"
    digest = protocol.content_hash
    yield f"Protocol: {protocol.id}, content {digest[:12]} (SHA-256 {digest})"
    yield f"Plan: {plan.id}, made {plan.made.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield DISCLAIMER
