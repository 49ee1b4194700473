"""Every reason for which a protocol or a plan file, or their expansion, is refused.

The codes are published: they are never renumbered, renamed or given a second meaning. The rules
of the clinical checks stand with the checks.
"""

from __future__ import annotations

from regimen.finding import Reader, Rule, Severity


def _author(code: str, why: str) -> Rule:
    return Rule(code, Severity.ERROR, Reader.AUTHOR, why)


def _plan(code: str, why: str, *, may_override: bool = False) -> Rule:
    return Rule(code, Severity.ERROR, Reader.PLAN, why, may_override)


# --- the file as text and as YAML
TOO_LARGE = _author("too-large", "a file beyond any real regimen can only exhaust the machine")
TOO_DEEP = _author("too-deep", "nesting beyond any real regimen can only exhaust the machine")
NOT_TEXT = _author("not-text", "a file that is not UTF-8 text may show other characters elsewhere")
NOT_YAML = _author("not-yaml", "where the structure is broken, a key may belong to another phase")
EMPTY_FILE = _author("empty-file", "a check that examined nothing has failed")
SEVERAL_DOCUMENTS = _author("several-documents", "only one of them would be read, the others lost")
DUPLICATE_KEY = _author("duplicate-key", "one of the two values would be lost in silence")
ALIAS = _author("alias", "a value written elsewhere cannot be checked where it is used")
TAG = _author("tag", "a tag makes a reader turn the text into something that was not typed")
KEY_NOT_TEXT = _author("key-not-text", "a key must be a word that a person can read aloud")
COMMA_CUT = _author("comma-cut", "a comma that ends a value early makes another value of it")

# --- the shape of the file
UNKNOWN_KEY = _author("unknown-key", "a misspelt key would be ignored, and its meaning with it")
MISSING_KEY = _author("missing-key", "what the file does not say is not guessed")
WRONG_SHAPE = _author("wrong-shape", "a list or block where one value belongs has no one meaning")
EMPTY_VALUE = _author("empty-value", "a key without a value states nothing, and nothing is guessed")
UNKNOWN_WORD = _author("unknown-word", "a word outside the language has no agreed meaning")
LANGUAGE_VERSION = _author("language-version", "other versions may read the same words differently")
BAD_NAME = _author("bad-name", "names become identities in calendars and must stay unambiguous")
DUPLICATE_NAME = _author("duplicate-name", "two phases of one name cannot be told apart")
UNCITED = _author("uncited", "a regimen without its source cannot be checked by anyone else")

# --- values
DECIMAL_COMMA = _author("decimal-comma", "0,5 and 1,000 mean different amounts on two continents")
BAD_NUMBER = _author("bad-number", "a misread number is a wrong dose")
BAD_QUANTITY = _author("bad-quantity", "an amount without a clear unit can be off a thousandfold")
UNKNOWN_UNIT = _author("unknown-unit", "a unit outside the closed table has no agreed factor")
BAD_DURATION = _author("bad-duration", "a misread duration moves every later dose")
BAD_DATE = _author("bad-date", "a misread date is a dose on the wrong day")
BAD_TIME = _author("bad-time", "a misread clock time is a dose at the wrong hour")
BAD_WEEKDAY = _author("bad-weekday", "a misread weekday moves every dose of the week")
BAD_ANCHOR = _author("bad-anchor", "where a phase begins decides the date of every dose in it")
BAD_ROUNDING = _author("bad-rounding", "how a dose is rounded decides what is given")
BAD_TEXT = _author("bad-text", "characters that cannot be seen can change what a reader sees")
NOT_ASCENDING = _author("not-ascending", "a list that goes back most often hides a slip")
ABSURD = _author("absurd", "no treatment is this long or this large: it is a slip of the hand")

# --- what belongs together
UNLIMITED = _author("unlimited", "what is given as needed without a limit may be given without end")
NO_EXTENT = _author("no-extent", "an unbounded phase would be given for ever, or cut at random")
TWO_WAYS = _author("two-ways", "two keys that answer the same question can contradict each other")
NO_DAYS = _author("no-days", "without a rule for the days nothing can be dated")
NO_DOSE = _author("no-dose", "a missing dose is never taken for zero, or for the dose before it")
NO_ROUTE = _author("no-route", "the same amount by another route is another treatment")
NO_DRUG = _author("no-drug", "an administration without a drug cannot be given")
UNKNOWN_PARAMETER = _author("unknown-parameter", "a reference to nothing has no value")
UNUSED_PARAMETER = _author(
    "unused-parameter", "an answer that changes nothing misleads who gives it"
)
WRONG_PARAMETER = _author("wrong-parameter", "an answer of another kind has no meaning here")
UNKNOWN_ANCHOR = _author("unknown-anchor", "a phase tied to nothing has no date")
CIRCLE = _author("circle", "phases that wait for each other never begin")
DIMENSION = _author("dimension", "amounts of different kinds meet only through a cited conversion")
NO_MEASURE = _author("no-measure", "a dose by weight or surface needs to say when it is measured")
UNUSED_MEASURE = _author("unused-measure", "a measure that changes no dose misleads who takes it")
PER_DAY_ON_REST_DAYS = _author(
    "per-day-on-rest-days", "an amount per day on a pattern with rest days has two readings"
)
TAPER_MISSES = _author(
    "taper-misses", "a taper that does not land on its end stops at a wrong dose"
)
BEYOND_CYCLE = _author("beyond-cycle", "a day beyond its cycle would fall into the next one")
BAD_BAND = _author("bad-band", "a row that does not say whom it holds is a dose for anyone")
TABLE_ORDER = _author("table-order", "rows out of order hide what they leave out or say twice")
TABLE_OVERLAP = _author("table-overlap", "whoever stands in two rows has two doses")
TABLE_GAP = _author("table-gap", "whoever stands between two rows has no dose")
BAD_PRODUCT = _author("bad-product", "a product that contradicts itself is not on the shelf")
NO_PRODUCT = _author("no-product", "pieces that nobody named hold an unknown amount of drug")
UNKNOWN_PRODUCT = _author("unknown-product", "a product that is not described cannot be counted")
WRONG_PRODUCT = _author("wrong-product", "the wrong product, or the wrong part of it, is given")
UNUSED_PRODUCT = _author("unused-product", "a product that nothing is made of misleads who reads")
CANNOT_BE_MADE = _author(
    "cannot-be-made", "pieces that do not add up to the dose are another dose than was ordered"
)
NOT_WHOLE = _author("not-whole", "parts that do not add up to the dose give another dose")
UNUSED_KEY = _author("unused-key", "a value that decides nothing misleads who reads it")
NO_CASES = _author("no-cases", "a protocol that was never tried has not been checked")
CASE_FAILED = _author("case-failed", "the protocol does not do what its author says it does")

# --- expansion
UNSTATED_JUNCTION = _author(
    "unstated-junction", "published regimens differ here, and it moves doses"
)
NO_END = _author("no-end", "the anchor asks for an end that the phase does not have")
EMPTY_PHASE = _author("empty-phase", "a phase that gives nothing was surely not meant")
NOT_APPLIED = _author("not-applied", "the anchor lies in a phase that this patient does not get")
UNTIMED_ANCHOR = _author("untimed-anchor", "hours cannot be counted from a dose without a time")
LOST_DOSE = _plan(
    "lost-dose", "a first dose that falls before its own beginning would be left out in silence"
)
NEVER_ENDING = _author(
    "never-ending", "more doses than any treatment has: it is a slip of the hand"
)
END_UNKNOWN = _author("end-unknown", "doses that nobody knows yet cannot say when to stop")
INEXACT = _author("inexact", "the exact dose has no end in decimals: a stated rule must round it")
NO_RESULT = _plan("no-result", "a formula outside its meaning gives a number that is no dose")
CANNOT_RETAKE = _author(
    "cannot-retake", "a dose that is settled beforehand cannot follow a later measurement"
)
ROUNDS_TO_ZERO = _author(
    "rounds-to-zero", "a rounded dose of nothing is a dose left out in silence"
)
ROUNDS_FAR = _author("rounds-far", "rounding by more than a tenth changes the treatment")
CAP_IMPOSSIBLE = _author("cap-impossible", "no dose on the rounding grid lies below the cap")

# --- plans
MISSING_INPUT = _plan(
    "missing-input", "what only the prescriber or the patient can tell is asked for"
)
UNKNOWN_INPUT = _plan("unknown-input", "an answer to a question nobody asked changes nothing")
OUTSIDE_LIMITS = _plan("outside-limits", "a value outside its stated limits is most often a slip")
NO_ROW = _plan("no-row", "a patient whom the source's table does not hold has no dose in it")
WRONG_PROTOCOL = _plan(
    "wrong-protocol", "a plan is read with the very text of the protocol that it was made for"
)
NOT_A_LEVEL = _plan(
    "not-a-level", "a dose that is none of a taper's levels belongs to another taper"
)
TWO_ANSWERS = _plan("two-answers", "of two answers to one question only one can be meant")
NOT_STATED = _plan(
    "not-stated",
    "what the source leaves open must be decided, or the gap knowingly accepted",
    may_override=True,
)
SHARED_WHILE_OPEN = _plan(
    "shared-while-open", "of an amount in all, nobody knows the parts before it is known how many"
)
BAD_ENTRY = _plan("bad-entry", "a record that does not fit the plan says what did not happen")
NO_CLINIC_DAY = _plan(
    "no-clinic-day", "a dose on a day when nobody is there is a dose that is missed"
)
IDLE_OVERRIDE = _plan("idle-override", "an override that meets no finding may rest on old inputs")

# --- another schedule, held against ours
TORN_TABLE = _plan("torn-table", "where a cell is torn, a dose may stand under another date")
NO_COLUMN = _plan("no-column", "without this column it cannot be known what the other says")


def all_rules() -> tuple[Rule, ...]:
    return tuple(value for value in globals().values() if isinstance(value, Rule))
