"""Gates: claims about a forecast that `offramp check` verifies.

A gate does not affect the model, so it is not part of a scenario's hash, and a variant does not inherit the gates of
its base. docs/gates.md explains what each gate claims and when it passes.
"""

import datetime
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import Field, GetPydanticSchema, StringConstraints

from sim.scenario.quantities import Part, Text, Window, date_or_none, fault, read_day, read_horizon, written
from sim.scenario.yamltree import map_at
from sim.wording import counted

MAX_GATES = 64
MAX_STEPS = 21
STEPS = 5
TOLERANCE = 0.01


def between(low: float, high: float, *, open: bool = False) -> GetPydanticSchema:
    """Return the pydantic schema of a plain number within a range; `open` excludes both ends."""

    def read(value: Any) -> float:
        inside = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        if not inside or (open and value in (low, high)):
            raise fault(f"expected a number {f'between {low:g} and' if open else f'from {low:g} to'} {high:g}")
        return float(value)

    least, most = ("exclusiveMinimum", "exclusiveMaximum") if open else ("minimum", "maximum")
    return written(read, {"type": "number", least: low, most: high})


Chance = Annotated[float, between(0.0, 1.0, open=True)]
Change = Annotated[float, between(-1.0, 1.0, open=True)]
Tolerance = Annotated[float, between(0.0, 1.0)]
End = Annotated[float, between(-1e15, 1e15)]
File = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Steps = Annotated[int, Field(ge=2, le=MAX_STEPS)]


class Gate(Part):
    """One claim about the probability that an outcome comes within some days."""

    outcome: Literal["offensive", "limited", "full", "agreement", "strikes", "terms"] = Field(
        default="offensive", description="Outcome whose probability is tested"
    )
    by: Window | None = Field(
        default=None, description="Window: a number of days or a last date; the horizon by default"
    )
    below: Chance | None = Field(default=None, description="The probability is below this")
    above: Chance | None = Field(default=None, description="The probability is above this")
    compared_with: File | None = Field(
        default=None, description="Scenario file, relative to this one: the claim is about the change from it to this"
    )
    against: File | None = Field(
        default=None, description="A forecast.json, relative to this file: the claim is about the change since then"
    )
    change_below: Change | None = Field(default=None, description="The change is below this")
    change_above: Change | None = Field(default=None, description="The change is above this")
    change_within: Chance | None = Field(default=None, description="The change is at most this, up or down")
    along: File | None = Field(
        default=None, description="Dotted path of a number: the claim is about the probability as this number rises"
    )
    trend: Literal["not-rising", "not-falling"] | None = Field(
        default=None, description="Trend of the probability along it"
    )
    start: End | None = Field(default=None, alias="from", description="First value; the smallest allowed by default")
    to: End | None = Field(default=None, description="Last value; the largest allowed by default")
    steps: Steps | None = Field(default=None, description=f"Number of values; {STEPS} by default")
    tolerance: Tolerance | None = Field(
        default=None, description=f"Rise or fall that a trend may have anyway; {TOLERANCE:g} by default"
    )
    basis: Text | None = Field(default=None, description="Why this is claimed")

    def day(self, as_of: datetime.date, horizon: int) -> int:
        """Return the number of days n of "within n days", which may lie outside the horizon."""
        days = read_day(self.by, as_of)
        return horizon if days is None else days


def window_complaint(days: int, as_of: datetime.date, horizon: int) -> str | None:
    """Return what is wrong with a window of some days; None if nothing is."""
    if 1 <= days <= horizon:
        return None
    last = as_of + datetime.timedelta(days=horizon - 1)
    return f"expected a day within the horizon of {counted(horizon, 'day')}, up to {last}"


SUBJECTS = ("compared_with", "against", "along")
LEVEL = ("below", "above")
CHANGE = ("change_below", "change_above", "change_within")
TREND = ("trend", "from", "to", "steps", "tolerance")
CLAIMS: dict[str | None, tuple[str, ...]] = {
    None: LEVEL, "compared_with": CHANGE, "against": CHANGE, "along": TREND,
}  # fmt: skip
"""Keys that may state a gate's claim, by the key that says what the gate is about."""
NEEDED = {**CLAIMS, "along": ("trend",)}
"""Keys of which a claim needs one."""
ADVICE = {
    **dict.fromkeys(LEVEL, "leave out what it is compared with, or write `change_below` or `change_above`"),
    **dict.fromkeys(CHANGE, "add `compared_with` or `against`"),
    **dict.fromkeys(TREND, "add `along`"),
}
"""What to do about a key that does not apply."""
Complaint = tuple[tuple[str | int, ...], str]


def gate_complaints(value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check on plain values that every gate makes one claim that can be true and lies within the horizon."""
    question = map_at(value, "question")
    for name, gate in map_at(value, "gates").items():
        if isinstance(gate, Mapping):
            for path, message in chain(_window_complaints(gate, question), _gate_complaints(gate)):
                yield ("gates", name, *path), message


def _window_complaints(gate: Mapping[str, Any], question: Mapping[str, Any]) -> Iterator[Complaint]:
    horizon, as_of = read_horizon(question.get("horizon")), date_or_none(question.get("as_of"))
    if horizon is None or as_of is None:
        return
    by = read_day(gate.get("by"), as_of)
    if by is not None and (message := window_complaint(by, as_of, horizon)):
        yield ("by",), message


def _gate_complaints(gate: Mapping[str, Any]) -> Iterator[Complaint]:
    subjects = [key for key in SUBJECTS if key in gate]
    if len(subjects) > 1:
        yield (subjects[1],), f"a gate is about one thing, and this one has `{subjects[0]}` already; write two gates"
        return
    yield from _claim_complaints(gate, *subjects)
    for low, high in (("above", "below"), ("change_above", "change_below"), ("from", "to")):
        least, most = gate.get(low), gate.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least >= most:
            yield (high,), f"expected a number above `{low}`, which is {least:g}"


def _claim_complaints(gate: Mapping[str, Any], subject: str | None = None) -> Iterator[Complaint]:
    about = "to a probability alone" if subject is None else f"with `{subject}`"
    for key, advice in ADVICE.items():
        if key in gate.keys() - {*CLAIMS[subject]}:
            yield (key,), f"this does not apply {about}; {advice}"
    needed = NEEDED[subject]
    if not gate.keys() & {*needed}:
        yield (), f"this gate claims nothing; add {'one of ' if len(needed) > 1 else ''}`{'`, `'.join(needed)}`"
    if "change_within" in gate and gate.keys() & {"change_below", "change_above"}:
        yield ("change_within",), "expected either this or `change_below` and `change_above`"
