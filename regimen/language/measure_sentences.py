"""Measures read back: what an amount scales by, how a measure is worked out, when it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regimen.protocol import Cap, DoseExpression, Measure, Parameter, Retake
from regimen.quantity import Quantity, decimal_text, number_text

if TYPE_CHECKING:
    from regimen.protocol.measures import Derived

_SCALES = {Measure.WEIGHT: "per kg of body weight", Measure.BSA: "per m² of body surface"}
_WHEN = {
    Retake.ONCE: "once",
    Retake.EACH_DOSE: "before each dose",
    Retake.EACH_CYCLE: "before each cycle",
}


def scale_in_words(amount: DoseExpression | Cap) -> str:
    """`6 mg per kg of body weight`, `5 mg per kg of «adjusted_weight»`."""
    if amount.per is Measure.CLEARANCE:
        return f"target AUC {number_text(amount.amount.value)} mg·min/mL by «{amount.by}»"
    if amount.per is None:
        return str(amount.amount)
    if amount.by is None:
        return f"{amount.amount} {_SCALES[amount.per]}"
    return f"{amount.amount} per {amount.per.unit.name} of «{amount.by}»"


def taken_in_words(parameter: Parameter) -> str:
    """When a measure is taken, where that is more than once."""
    taken = parameter.taken
    if taken is None or not taken.again:
        return ""
    if taken.by is not None:
        return f" Taken again whenever it may have changed by {decimal_text(taken.by * 100)} %."
    return f" Taken {_WHEN[taken.when]}."


def derived_in_words(derived: Derived) -> str:
    """`bsa is worked out from weight and height by mosteller, rounded …`."""
    names = list(derived.inputs.values())
    of = " and ".join([*filter(None, [", ".join(names[:-1])]), names[-1]])
    words = f"{derived.name} is {of}"
    if derived.formula is not None:
        words = f"{derived.name} is worked out from {of} by {derived.formula}"
    if derived.factor is not None:
        words += f", counting {decimal_text(derived.factor)} of what lies over the ideal weight"
    if derived.above is not None:
        percent = decimal_text(derived.above * 100)
        words += f" where the weight is more than {percent} % of it"
    for bound, way in ((derived.at_least, "least"), (derived.at_most, "most")):
        if bound is not None:
            words += f", at {way} {bound if isinstance(bound, Quantity) else f'«{bound}»'}"
    if derived.rounding is not None:
        words += f", rounded {derived.rounding}"
    return f"{words}."
