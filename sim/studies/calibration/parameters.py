"""The structural parameters on one scale: each as a standard normal under its prior.

In these coordinates the prior is N(0, I), whatever the units: a lognormal's coordinate is its logarithm, standardised.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.distributions import Distribution
from sim.model.inputs import inputs_of
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Parameters

Floats = npt.NDArray[np.float64]
PRIORS: dict[str, Distribution] = {
    name: prior
    for name in Parameters.model_fields
    if isinstance(prior := getattr(Parameters(), name), Distribution) and not prior.is_fixed
}
"""The parameters that are calibrated, with their priors, in file order."""
NAMES = tuple(PRIORS)


def to_values(coordinates: Floats) -> Floats:
    """Turn coordinates of shape (points, parameters) into values of the same shape."""
    quantiles = to_quantiles(coordinates)
    values: Floats = np.column_stack([prior.ppf(column) for prior, column in zip(PRIORS.values(), quantiles.T, strict=True)])
    return np.asarray(values)


def to_quantiles(coordinates: Floats) -> Floats:
    """Turn coordinates into quantiles of the priors, kept off 0 and 1."""
    from scipy.special import ndtr

    return np.clip(np.asarray(ndtr(coordinates)), 1e-12, 1 - 1e-12)


def streams_of(scenario: Scenario) -> dict[str, int]:
    """Return, by stream of the inputs of a scenario, the column of each parameter that it leaves at its prior."""
    streams = {one.stream for one in inputs_of(scenario)}
    return {f"parameters.{name}": column for column, name in enumerate(NAMES) if f"parameters.{name}" in streams}
