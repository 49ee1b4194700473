"""How much, drawn last."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.properties import reference
from tests.properties.reference import timed_doses
from tests.properties.reference.texts import as_list, number_range
from tests.properties.strategies.making import WEIGHTS, Making, Phase, literal
from tests.properties.strategies.rounds import leaf_dicts
from tests.properties.strategies.texts import quantity


def give_doses(making: Making) -> None:
    """Doses come last, when the number of administrations that share one is known."""
    reader = making.reader()
    counts: Counter[tuple[str, str]] = Counter()
    for course_name in reader.courses():
        for phase_ in reader.phases(course_name):
            counts[course_name, phase_.key] += len(reader.places(phase_))
    for name, course in making.courses.items():
        for phase in leaf_dicts(course):
            if "taper" in phase:
                continue
            kept = dict(making.answers), dict(making.parameters), dict(phase)
            given = draw_dose(making, phase, counts.get((name, phase.get("name", "1"))))
            phase.update(given)
            fine = making.fine()
            if not fine and "share" in phase:  # or in equal parts
                del phase["share"]
                phase["round"] = phase["round"].removesuffix(", over the week")
                fine = making.fine()
            if not fine:
                making.answers, making.parameters, before = kept
                phase.clear()
                phase.update(before)
                phase["dose"] = "25 IU"


def draw_dose(making: Making, phase: Phase, count: int | None) -> Phase:
    amount = making.pick((100, 25, 5, 1, 6, 40, Fraction(1, 2), Fraction(5, 4), Fraction(1, 10)))
    unit = making.pick(("mcg", "mg", "IU", "g") if amount <= 6 else ("mcg", "mg", "IU"))
    slots = len(phase["at"]) if isinstance(phase.get("at"), list) else 1
    slots = int(phase.get("times_per_day", slots))
    kinds = ["flat", "flat", "flat", "scaled", "day", "week", "in all"]
    kinds += ["cycle", "cycle", "cycle"] * ("cycle" in phase) + ["hour"] * 3 * ("over" in phase)
    kind = making.pick(kinds)
    if phase.get("doses") == "1" and "every" not in phase and kind in ("day", "week"):
        kind = "scaled"
    times = [key for key in timed_doses.WHOLES if isinstance(phase.get(key), list)]
    if times and making.scope.timed_doses and making.chance(4):
        given = draw_timed(making, phase, making.pick(times), unit)
        return given | draw_ordering(making, phase, amount, unit, slots)
    if kind == "flat":
        text = quantity(amount, unit)
        dose = making.maybe_asked("quantity", text, unit=unit)
        said = draw_ordering(making, phase, amount, unit, slots)
        if "round" in said and isinstance(dose, str) and not dose.startswith("$"):
            said |= draw_sharing(making, said, [", over the week"])
        return {"dose": dose} | said
    if kind == "hour":
        return {
            "dose": f"{quantity(amount, unit)}/h",
            "round": f"down to {quantity(amount, unit)}, within 100 %",
        }
    text, scale = "", Fraction(1)
    if making.chance(2) or kind == "scaled":
        if making.chance(3):
            making.answers.setdefault("bsa", making.pick(("0.35 m2", "1.5 m2", "1.82 m2")))
            text, scale = "/m2", Fraction(making.answers["bsa"].split()[0])
        else:
            making.answers.setdefault("weight", making.pick(WEIGHTS))
            text, scale = "/kg", Fraction(making.answers["weight"].split()[0])
    sharers = 1
    if kind == "day" and phase.get("every") == "1 day":
        sharers, text = slots, text + "/day"
    elif kind == "week" and ("on" in phase or "times_per_week" in phase):
        if "times_per_week" in phase:
            days = int(literal(making, phase["times_per_week"]))
        elif isinstance(phase["on"], str):
            days = literal(making, phase["on"]).count(",") + 1
        else:
            days = len(phase["on"])
        sharers, text = days * slots, text + "/week"
    elif kind == "cycle":
        days = sum(len(number_range(each)) for each in as_list(phase["days"]))
        sharers, text = days * slots, text + "/cycle"
    elif kind == "in all" and count is not None:
        sharers, text = count, text + " in all"
    even = Fraction(amount) * (1 if making.chance(3) else sharers)
    said = draw_ordering(making, phase, even * scale / sharers, unit, slots)
    if sharers > 1 and "round" in said:
        weekly = [", over the week"] * (kind == "day")
        said |= draw_sharing(making, said, ["", "", *weekly])
    return {"dose": quantity(even, unit) + text} | said


def draw_sharing(making: Making, said: Phase, wholes: list[str]) -> Phase:
    """Dealt out in whole steps."""
    if not making.scope.sharing:
        return {}
    share = making.pick(("largest first", "spread"))
    return {"share": share, "round": said["round"] + making.pick(wholes)}


def draw_timed(making: Making, phase: Phase, key: str, unit: str) -> Phase:
    """Doses on the times of a key, as amounts or as parts; some of the times share a row."""
    rows: list[list[str]] = []
    for time in phase[key]:
        if rows and making.chance(4) and key != "offsets":
            rows[-1].append(time)
        else:
            rows.append([time])
    shares = [making.number(1, 4) for _ in rows]
    if making.chance(2):
        scale = making.pick(("", "", "/kg"))
        if scale:
            making.answers.setdefault("weight", making.pick(WEIGHTS))
        amounts = [making.maybe_asked("quantity", quantity(n, unit), unit=unit) for n in shares]
        if scale:
            amounts = [f"{quantity(n, unit)}{scale}" for n in shares]
        block = {"/".join(row): said for row, said in zip(rows, amounts, strict=True)}
        if key == "on" and len(phase["on"]) < 7 and making.chance(3):
            block["other days"] = quantity(making.number(1, 9), unit)
        return {key: block}
    whole = sum(
        n * len(timed_doses.times_in(key, "/".join(row)))
        for n, row in zip(shares, rows, strict=True)
    )
    per = making.pick(("", f" {timed_doses.WHOLES[key]}"))
    per = per if per in ("", " in all") else f"/{per.strip()}"
    if per == "/day" and phase.get("every") != "1 day":
        per = ""
    block = {"/".join(row): f"{n}/{whole}" for n, row in zip(shares, rows, strict=True)}
    return {key: block, "dose": quantity(whole * making.number(1, 8), unit) + per}


def draw_ordering(
    making: Making, phase: Phase, calculated: Fraction | int, unit: str, slots: int
) -> Phase:
    """Caps and rounding that bite about half of the time; what goes too far is taken back."""
    said: Phase = {}
    if making.chance(4):
        part = making.pick((Fraction(1, 2), Fraction(3, 4), Fraction(9, 10), 2))
        cap, cap_unit = Fraction(calculated) * part, unit
        weekly = len(phase["on"]) if isinstance(phase.get("on"), list) else 0
        weekly = 7 if phase.get("every") == "1 day" else weekly
        per = making.pick(("dose", "day", "week") if weekly else ("dose", "day"))
        cap *= {"dose": 1, "day": slots, "week": weekly * slots}[per]
        if unit in ("mg", "g") and making.chance(3):
            cap, cap_unit = (cap / 1000, "g") if unit == "mg" else (cap * 1000, "mg")
        if reference.terminates(cap) and len(quantity(cap, "")) < 11:
            text = f"{quantity(cap, cap_unit)}/{per}"
            said["max"] = [text] if making.chance(2) else text
    if making.chance(4):
        parts = making.pick((10, 7, 20, 33, 12))
        grid = readable(Fraction(calculated) / parts)
        how = making.pick(("nearest *, ties up", "nearest *, ties down", "up to *", "down to *"))
        said["round"] = how.replace("*", quantity(grid, unit))
    return said


def readable(amount: Fraction) -> Fraction:
    """A number of one digit not far below."""
    power = Fraction(1)
    while power > amount:
        power /= 10
    while power * 10 <= amount:
        power *= 10
    return power * next(digit for digit in (5, 2, 1) if digit * power <= amount)
