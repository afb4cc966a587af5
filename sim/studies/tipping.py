"""Tipping points: how much of one number of a scenario it takes for a probability to cross a target.

`tip` answers for one number, `sim.studies.contour` for two. Every value is played on the same draws and random numbers,
up to the day that is asked about and no further, which leaves each run as it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.distributions import Uniform
from sim.errors import UsageError
from sim.estimates import LEVEL, Estimate, share
from sim.forecast.record import names_of
from sim.runs.block.blocks import FIRST_EVENTS
from sim.scenario.edit import over_days, with_document
from sim.scenario.inert import why_inert
from sim.scenario.numbers import number_range, with_number
from sim.scenario.windows import By, day_of
from sim.studies.bench import are_alike, happened
from sim.studies.crossing import GRID, Crossing, Crossings, crossings
from sim.studies.rows import plain_row
from sim.studies.sweep.sweep import value_at
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench

FORMAT = "offramp/tipping/1"
DEFAULT_RUNS = 8192
Span = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    """A question: which probability is to reach what, as which numbers of the scenario vary, each over its span.

    Attributes
    ----------
    paths
        One dotted path or two, as `pressures.appeal.intensity`; a prior there gives way to the value.
    """

    scenario: Scenario
    paths: tuple[str, ...]
    spans: tuple[Span, ...]
    outcome: str
    day: int
    target: float

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"{self.outcome} within {counted(self.day, 'day')} to reach {self.target:g} by {' and '.join(self.paths)}"
        )

    def world(self, values: Sequence[float]) -> Scenario:
        """Return the scenario with a value at each path, over the days that are asked about."""
        document = self.scenario.document
        for path, value in zip(self.paths, values, strict=True):
            document = with_number(document, path, value)
        return over_days(with_document(self.scenario, document), self.day)

    def sample(self, bench: Bench, values: Sequence[Sequence[float]]) -> list[Estimate]:
        """Estimate the probability at each point."""
        played = bench.records([self.world(point) for point in values])
        events = (happened(records, self.outcome, self.day) for records in played)
        return [share(event, bench.plan.replicates) for event in events]

    def has_no_effect(self, bench: Bench, values: Sequence[Sequence[float]]) -> bool:
        """Whether the paired runs at all of some points, played already, show no difference."""
        return are_alike(bench.records([self.world(point) for point in values]))

    def why_inert(self, place: int) -> str | None:
        """Say why a number cannot have an effect anywhere in its range, whatever the other; None where that is open."""
        document = self.scenario.document
        for path, span in zip(self.paths, self.spans, strict=True):
            document = with_number(document, path, Uniform(*span))
        return why_inert(with_document(self.scenario, document), self.paths[place], self.day)

    def record(self, plan: Plan, command: str | None) -> dict[str, Any]:
        """Return what every record of an answer begins with."""
        scenario, plain = self.scenario, self.scenario.plain()
        inputs = [
            {"path": path, "low": low, "high": high, "base": value_at(plain, path), "no_effect": self.why_inert(place)}
            for place, (path, (low, high)) in enumerate(zip(self.paths, self.spans, strict=True))
        ]
        return {
            "schema": FORMAT,
            "scenario": {"id": scenario.id, "title": scenario.document.title, "hash": scenario.hash},
            "as_of": scenario.as_of.isoformat(),
            **names_of(scenario),
            "outcome": self.outcome,
            "within": self.day,
            "target": self.target,
            "inputs": inputs,
            "seed": plan.seed,
            "runs": plan.most_runs,
            "replicates": plan.replicates,
            "level": LEVEL,
            "environment": environment.stamp(),
            "command": command,
        }


def ask(
    scenario: Scenario,
    paths: Sequence[str],
    *,
    to: float,
    outcome: str = "offensive",
    by: By = None,
    spans: Sequence[Span | None] = (),
) -> Asked:
    """Check a question.

    Parameters
    ----------
    to
        The probability to reach, in (0, 1).
    by
        Within how many days; the horizon where it is not given.
    spans
        Range of each number; what the language allows it where it is not given.

    Raises
    ------
    UsageError
        Where a path is no number of the scenario, a range is missing or too wide, or anything else cannot be.
    """
    day = day_of(by, scenario.as_of, scenario.horizon)
    if outcome not in FIRST_EVENTS:
        raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(FIRST_EVENTS)}")
    if not 0 < to < 1:
        raise UsageError(f"expected a probability between 0 and 1, as in 0.10 (got {to:g})")
    if len(set(paths)) != len(paths) or not 1 <= len(paths) <= 2:
        raise UsageError("expected one number or two different ones; a sweep takes more (docs/sweeps.md)")
    if len(spans) > len(paths):
        raise UsageError(f"expected a range for each number at most (got {len(spans)} for {len(paths)})")
    given = [*spans, *[None] * (len(paths) - len(spans))]
    checked = tuple(_span(scenario, path, span) for path, span in zip(paths, given, strict=True))
    return Asked(scenario, tuple(paths), checked, outcome, day, to)


def _span(scenario: Scenario, path: str, given: Span | None) -> Span:
    try:
        low, high = number_range(scenario.document, path)
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    if given is None:
        if not (math.isfinite(low) and math.isfinite(high)):
            allowed = "" if math.isinf(low) and math.isinf(high) else f" from {low:g} to {high:g}"
            raise UsageError(f"{path} may be any number{allowed}; give its range, as in --range 0:1")
        return low, high
    if not (low <= given[0] < given[1] <= high and math.isfinite(given[1] - given[0])):
        raise UsageError(f"{path}: expected a range within {low:g} to {high:g} (got {given[0]:g} to {given[1]:g})")
    return given


@dataclass(frozen=True, repr=False)
class Tipping:
    """The answer for one number.

    Attributes
    ----------
    no_effect
        Whether the paired runs at all values tried show no difference.
    """

    asked: Asked
    plan: Plan
    crossings: Crossings
    no_effect: bool

    def __repr__(self) -> str:
        """Say where the target is reached, in one line."""
        found = self.crossings.found
        where = ", ".join(f"{one.value:.3g} ({one.low:.3g} to {one.high:.3g})" for one in found[:3])
        return f"Tipping({self.asked}: {self.crossings.verdict}{f' at {where}' if found else ''})"

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each value that was tried: value, p, mc_low, mc_high."""
        import pandas as pd

        rows = [(value, one.p, one.low, one.high) for value, one in self.crossings.points]
        return pd.DataFrame(rows, columns=["value", "p", "mc_low", "mc_high"])

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return the content of tipping.json (docs/what-if.md)."""
        found = self.crossings
        value, nearest = found.nearest
        return {
            **self.asked.record(self.plan, command),
            "verdict": "no effect" if self.no_effect else found.verdict,
            "grid": found.grid,
            "crossings": [_crossing(one) for one in found.found],
            "apart": found.are_apart,
            "nearest": {"value": value, **plain_row(nearest)},
            "points": [{"value": value, **plain_row(one)} for value, one in found.points],
            "contour": None,
        }


def _crossing(one: Crossing) -> Mapping[str, Any]:
    ends = {key: getattr(one, key) for key in ("value", "low", "high", "low_open", "high_open")}
    return ends | {
        "direction": "rising" if one.rising else "falling",
        "searched": float(f"{one.searched:.3g}"),
        "probability": plain_row(one.there),
    }


def tip(asked: Asked, bench: Bench, *, grid: int = GRID) -> Tipping:
    """Find where the probability crosses the target as one number varies.

    Parameters
    ----------
    asked
        As `ask` returns it, with one path.
    bench
        Plays some twenty values, each once.
    grid
        Values that are tried first.

    Raises
    ------
    ExecutionError
        Where a block failed.
    """
    ((low, high),) = asked.spans
    found = crossings(
        lambda values: asked.sample(bench, [(value,) for value in values]), low, high, asked.target, grid=grid
    )
    return Tipping(asked, bench.plan, found, asked.has_no_effect(bench, [(value,) for value, _ in found.points]))
