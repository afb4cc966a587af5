"""The structural parameters on one scale: each as a standard normal under its prior.

In these coordinates the prior is N(0, I), whatever the units: a lognormal's coordinate is its logarithm, standardised.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.distributions import Distribution
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
    values = np.column_stack([prior.ppf(column) for prior, column in zip(PRIORS.values(), quantiles.T, strict=True)])
    return np.asarray(values)


def to_quantiles(coordinates: Floats) -> Floats:
    """Turn coordinates into quantiles of the priors, kept off 0 and 1."""
    from scipy.special import ndtr

    return np.asarray(np.clip(ndtr(coordinates), 1e-12, 1 - 1e-12))


def streams_of(scenario: Scenario) -> dict[str, int]:
    """Return the column of each parameter that a scenario does not write, by the stream of its input."""
    written = scenario.written_parameters
    return {f"parameters.{name}": column for column, name in enumerate(NAMES) if name not in written}
