"""The link from a position to a probability: a logistic curve through the past cases, one feature, fixed by its data.

Weighted mean, median, challenge model and Condorcet choice give positions on the axis of support, which are no
probabilities. Each gets the curve that its own positions in past cases fit, by the same regression as the logistic
baseline, so all are judged alike and none has an invented scale.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.baselines.logistic import Prediction, fit


def linked(position: float, positions: Sequence[float], outcome: Sequence[bool]) -> Prediction:
    """Return the probability that a position stands for.

    Parameters
    ----------
    position
        Of the scenario.
    positions, outcome
        Of past cases by the same rule, and whether it happened.
    """
    return fit([[value] for value in positions], outcome).predict(position)
