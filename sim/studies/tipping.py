"""Tipping points: the values of one input, or of two, at which a probability crosses a target.

For one number the answer is one value or several; for two it is points of a contour, the crossings on the lines of a
grid. Every value is played on the same draws and random numbers, and only up to the day in question, which leaves each
run unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import environment
from sim.distributions import Distribution, Uniform
from sim.errors import UsageError
from sim.estimates import Estimate, share
from sim.forecast.record import head_of
from sim.runs.block.blocks import FIRST_EVENTS
from sim.scenario.edit import over_days, with_document
from sim.scenario.inert import why_inert
from sim.scenario.numbers import number_range, with_number
from sim.scenario.windows import By, day_of
from sim.studies.bench import are_alike, happened
from sim.studies.crossing import Crossings, Point, crossings
from sim.studies.sweep.designs import rounded
from sim.studies.sweep.sweep import value_at
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench

FORMAT = "offramp/tipping/1"
DEFAULT_RUNS = 8192
GRID = {1: 9, 2: 7}
"""Initial values of each number, by how many numbers vary."""
LATER = 10
"""Approximate number of values a crossing takes beyond the grid."""
Span = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    """A question: which probability is to reach which target, as which numbers vary, each over its span.

    There are one or two dotted paths, such as `pressures.appeal.intensity`; a value replaces any prior there.
    """

    scenario: Scenario
    paths: tuple[str, ...]
    spans: tuple[Span, ...]
    outcome: str
    day: int
    target: float

    def __str__(self) -> str:
        """Return the question in words."""
        return (
            f"{self.outcome} within {counted(self.day, 'day')} to reach {self.target:g} by {' and '.join(self.paths)}"
        )

    def world(self, values: Sequence[float]) -> Scenario:
        """Return the scenario with a value at each path, over the days in question."""
        return over_days(self._with(values), self.day)

    def _with(self, numbers: Sequence[float | Distribution]) -> Scenario:
        """Return the scenario with a number, or a distribution, at each path."""
        document = self.scenario.document
        for path, number in zip(self.paths, numbers, strict=True):
            document = with_number(document, path, number)
        return with_document(self.scenario, document)

    @property
    def most_values(self) -> int:
        """Approximate largest number of points tried."""
        many = len(self.paths)
        grid = GRID[many]
        return int(grid**many + LATER * many * grid ** (many - 1))

    def sample(self, bench: Bench, values: Sequence[Sequence[float]]) -> list[Estimate]:
        """Estimate the probability at each point."""
        played = bench.records([self.world(point) for point in values])
        events = (happened(records, self.outcome, self.day) for records in played)
        return [share(event, bench.plan.replicates) for event in events]

    def why_inert(self, place: int) -> str | None:
        """Return why a number can have no effect anywhere in its range, whatever the other; None if it may have one."""
        return why_inert(self._with([Uniform(*span) for span in self.spans]), self.paths[place], self.day)

    def record(self, plan: Plan, command: str | None) -> dict[str, Any]:
        """Return the head of every record of an answer."""
        scenario, plain = self.scenario, self.scenario.plain()
        inputs = [
            {"path": path, "low": low, "high": high, "base": value_at(plain, path), "no_effect": self.why_inert(place)}
            for place, (path, (low, high)) in enumerate(zip(self.paths, self.spans, strict=True))
        ]
        return {
            **head_of(FORMAT, scenario),
            "outcome": self.outcome,
            "within": self.day,
            "target": self.target,
            "inputs": inputs,
            **plan.record(),
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
    """Check a question: the probability to reach, in (0, 1), of an outcome within some days, by default the horizon.

    Each number varies over its span, by default the range that the language allows. Raises UsageError if a path is not
    a number of the scenario, a range is missing or too wide, or any other part is invalid.
    """
    day = day_of(by, scenario.as_of, scenario.horizon)
    if outcome not in FIRST_EVENTS:
        raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(FIRST_EVENTS)}")
    if not isinstance(to, Real) or not 0 < to < 1:
        raise UsageError(f"expected a probability between 0 and 1, as in 0.10 (got {to})")
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
        said = str(error)
        raise UsageError(said if said.startswith(path) else f"{path}: {said}") from None
    if given is None:
        if not all(map(math.isfinite, (low, high))):
            allowed = "" if math.isinf(low) else f" from {low:g} on"
            raise UsageError(f"{path} may be any number{allowed}; give its range, as in --range 0:1")
        return low, high
    if not (low <= given[0] < given[1] <= high and math.isfinite(given[1] - given[0])):
        raise UsageError(f"{path}: expected a range within {low:g} to {high:g} (got {given[0]:g} to {given[1]:g})")
    return given


@dataclass(frozen=True, repr=False)
class Tipping:
    """The answer; there is `no_effect` if the paired runs at all points tried are identical."""

    asked: Asked
    plan: Plan
    crossings: Crossings
    no_effect: bool

    def __repr__(self) -> str:
        """Return where the target is reached, in one line."""
        found = self.crossings.found
        shown = ", ".join(
            f"{' and '.join(f'{value:.3g}' for value in one.point)} ({one.low:.3g} to {one.high:.3g})"
            for one in found[:3]
        )
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return f"Tipping({self.asked}: {self.verdict}{f' at {shown}{more}' if found else ''})"

    @property
    def verdict(self) -> str:
        """The finding: that the input has no effect, or whether the target is reached."""
        return "no effect" if self.no_effect else self.crossings.verdict

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each point tried: value (for two numbers, a column for each path), p, mc_low, mc_high."""
        import pandas as pd

        paths = self.asked.paths
        rows = [(*point, one.p, one.low, one.high) for point, one in self.crossings.points.items()]
        return pd.DataFrame(rows, columns=[*(paths if len(paths) > 1 else ["value"]), "p", "mc_low", "mc_high"])

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return the content of tipping.json (docs/what-if.md)."""
        found = self.crossings
        return {
            **self.asked.record(self.plan, command),
            "verdict": self.verdict,
            "grid": [list(axis) for axis in found.axes],
            "crossings": [
                {
                    "value": _plain(one.point),
                    "along": self.asked.paths[one.along],
                    **{key: getattr(one, key) for key in ("low", "high", "low_open", "high_open")},
                    "direction": "rising" if one.rising else "falling",
                    "searched": float(f"{one.searched:.3g}"),
                    "probability": one.there.row(),
                }
                for one in found.found
            ],
            "apart": found.are_apart,
            "nearest": _row(*found.nearest),
            "points": [_row(*tried) for tried in found.points.items()],
        }


def _plain(point: Point) -> float | list[float]:
    """Return the form of a point in a record: the value of one number, or the list of two."""
    return point[0] if len(point) == 1 else list(point)


def _row(point: Point, one: Estimate) -> dict[str, Any]:
    return {"value": _plain(point), **one.row()}


def tip(asked: Asked, bench: Bench, *, grid: int | None = None) -> Tipping:
    """Find where the probability crosses the target as one number varies, or two, starting from `GRID` values of each.

    The bench plays some twenty values of one number, or some hundred pairs of two, each once. Raises ExecutionError if
    a block failed.
    """
    many = GRID[len(asked.paths)] if grid is None else grid
    axes = [tuple(rounded(float(value)) for value in np.linspace(*span, many)) for span in asked.spans]
    found = crossings(lambda points: asked.sample(bench, points), axes, asked.target)
    no_effect = are_alike(bench.records([asked.world(point) for point in found.points]))
    return Tipping(asked, bench.plan, found, no_effect)
