"""The inputs of a scenario: every number a run needs, by dotted path, and their draws for one block.

An input that is a distribution is epistemic: drawn once per draw, shared by the draw's replicates. Each has a random
stream of its own, named by its path, so changing or adding one leaves the draws of all others as they were.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.distributions import Distribution, Normal
from sim.model.arrays import Number
from sim.scenario.quantities import day_count
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Part, field_range


@dataclass(frozen=True)
class Input:
    """One number of a scenario, or its prior, with the range to which draws are clipped."""

    path: str
    distribution: Distribution
    low: float = -np.inf
    high: float = np.inf

    def draw(self, quantiles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the value at each quantile, clipped to the range."""
        return np.clip(self.distribution.ppf(quantiles), self.low, self.high)


def inputs_of(scenario: Scenario) -> tuple[Input, ...]:
    """Return every input of a scenario in file order; frailties are standard normal, scaled in the model."""
    return tuple(_walk(scenario))


def uncertain_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return the inputs that are distributions."""
    return tuple(one for one in inputs_of(scenario) if not one.distribution.is_fixed)


def _walk(scenario: Scenario) -> Iterator[Input]:
    document = scenario.document
    yield from _fields(document, "", document.question.as_of, only=("population", "credibility"))
    for name, actor in document.actors.items():
        yield from _fields(actor, f"actors.{name}.", scenario.as_of)
        yield Input(f"actors.{name}.frailty", Normal(0.0, 1.0))
    for source, targets in document.ties.items():
        for target, leverage in targets.items():
            yield Input(f"ties.{source}.{target}", leverage, 0.0, 1.0)
    for name, pressure in document.pressures.items():
        yield from _fields(pressure, f"pressures.{name}.", scenario.as_of)
    for name, talks in document.talks.items():
        yield from _fields(talks, f"talks.{name}.", scenario.as_of)
    yield from _fields(document.parameters, "parameters.", scenario.as_of)


def _fields(part: Part, prefix: str, as_of: datetime.date, only: tuple[str, ...] | None = None) -> Iterator[Input]:
    """Yield the numeric fields of a part; points in time become day counts."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if only is not None and name not in only:
            continue
        if isinstance(value, datetime.date):
            value = day_count(value, as_of)
        if isinstance(value, Distribution):
            yield Input(f"{prefix}{name}", value, *field_range(type(part), name))


@dataclass(frozen=True)
class Draws:
    """The inputs of one block.

    Attributes
    ----------
    values
        By path: a float where the input is one number, else float32 of shape (runs,).
    quantiles
        By path, for uncertain inputs: the quantile drawn, float64 of shape (draws,).
    runs, replicates
        Runs of the block; runs that share a draw, which stand next to each other.
    """

    values: Mapping[str, Number]
    quantiles: Mapping[str, npt.NDArray[np.float64]]
    runs: int
    replicates: int


def draw_inputs(inputs: tuple[Input, ...], seed: int, block: int, runs: int, replicates: int) -> Draws:
    """Draw the inputs of one block; run r of the block belongs to draw r // replicates."""
    values: dict[str, Number] = {}
    quantiles: dict[str, npt.NDArray[np.float64]] = {}
    for one in inputs:
        if one.distribution.is_fixed:
            values[one.path] = float(np.clip(one.distribution.mean, one.low, one.high))
            continue
        owner, _, purpose = one.path.rpartition(".")
        drawn = rng.stream(seed, block, owner, purpose).random(runs // replicates) + 2.0**-54  # never exactly 0
        quantiles[one.path] = drawn
        values[one.path] = np.repeat(one.draw(drawn).astype(np.float32), replicates)
    return Draws(values, quantiles, runs, replicates)
