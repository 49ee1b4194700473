"""Why an export gives nothing."""

from __future__ import annotations


class ExportMismatch(Exception):
    """What was produced does not say what the schedule says; nothing of it may be handed out."""


class MissingLibrary(Exception):
    """The format needs a library that is not installed; the message says how to get it."""


class NothingLeft(Exception):
    """Nothing of the plan is given, so that a file of it would hold nothing."""


class UnfitReminder(Exception):
    """The reminders that were asked for do not fit the entries; the message says what would."""
