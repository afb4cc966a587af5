"""The structural parameters on one scale: each as a standard normal under its prior.

In these coordinates the prior is N(0, I), whatever the units: a lognormal's coordinate is its standardised logarithm.
Two parameters, how readily anybody acts and how fast, have a value for each sample of past cases: the shared one times
a factor of the sample's own, lognormal around 1. The coordinates of the factors follow those of the parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.distributions import Distribution, LogNormal
from sim.scenario.posterior import SAMPLED, SAMPLED_COLUMNS, SAMPLES
from sim.scenario.schema import Parameters
from sim.special import ndtr

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]
PRIORS: dict[str, Distribution] = {
    name: prior
    for name in Parameters.model_fields
    if isinstance(prior := getattr(Parameters(), name), Distribution) and not prior.is_fixed
}
"""The calibrated parameters with their priors, in file order."""
NAMES = tuple(PRIORS)
COORDINATES = (*NAMES, *SAMPLED_COLUMNS)
"""The parameters, then each sample's factor on the parameters that have one."""
FACTOR_SD = 0.7
"""Prior sd of the logarithm of a sample's factor."""
COLUMNS = (*(name for name in NAMES if name not in SAMPLED), *SAMPLED_COLUMNS)
"""Columns of a posterior's table: each parameter once, or once per sample."""


def _slope(name: str) -> float:
    """Return how much a parameter's coordinate moves with that of a factor on it."""
    prior = PRIORS[name]
    if not isinstance(prior, LogNormal):
        raise TypeError(f"{name} is not lognormal, so no factor can be laid over it")
    return FACTOR_SD / prior.log_sd


SCALES = np.array([np.hypot(1.0, _slope(name)) if name in SAMPLED else 1.0 for name in NAMES])
"""Sd of each parameter's coordinate within a sample, including its factor."""


def projected(points: Floats, sample: str) -> Floats:
    """Return the parameters' coordinates within a sample, shape (points, parameters), for points in all coordinates."""
    own = points[:, : len(NAMES)].copy()
    for name in SAMPLED:
        own[:, NAMES.index(name)] += _slope(name) * points[:, COORDINATES.index(f"{name}_{sample}")]
    return own


def prior_of(column: str) -> Distribution:
    """Return the prior of a column of a posterior's table."""
    name = next((one for one in SAMPLED if column.startswith(f"{one}_")), column)
    prior = PRIORS[name]
    if name == column or not isinstance(prior, LogNormal):
        return prior
    return LogNormal(prior.scale, float(np.hypot(prior.log_sd, FACTOR_SD)))


def sample_of(scenario: Scenario) -> str:
    """Return the sample that a past case belongs to, or the likelier one of a scenario that may belong to either."""
    return SAMPLES[round(scenario.threats_weight)]


def to_values(points: Floats) -> Floats:
    """Convert points in all coordinates to the values of a posterior's table: shape (points, COLUMNS)."""
    within = {}
    for sample in SAMPLES:
        quantiles = to_quantiles(projected(points, sample)).T
        pairs = zip(PRIORS.values(), quantiles, strict=True)
        within[sample] = np.column_stack([prior.ppf(column) for prior, column in pairs])

    def values(column: str) -> Floats:
        name, sample = column.rsplit("_", 1) if column in SAMPLED_COLUMNS else (column, SAMPLES[0])
        return within[sample][:, NAMES.index(name)]

    return np.column_stack(list(map(values, COLUMNS)))


def to_quantiles(coordinates: Floats) -> Floats:
    """Convert coordinates of the parameters to quantiles of the priors, kept away from 0 and 1."""
    return np.asarray(np.clip(ndtr(coordinates), 1e-12, 1 - 1e-12))


def streams_of(scenario: Scenario) -> dict[str, int]:
    """Return the column of each parameter that a scenario does not set, by the stream of its input."""
    written = scenario.written_parameters
    return {f"parameters.{name}": column for column, name in enumerate(NAMES) if name not in written}
