"""The result of positions by weight alone: their mean, their median, and a probabilistic Condorcet choice.

Weights are capability times salience. The mean is the baseline that is hard to beat (Achen 2006; Schneider, Steunenberg
& Widgren 2006); the median is where challenge models begin (Black 1948).

The Condorcet choice turns pairwise contests between outcomes into a probability for each. Its rule is that of the
KAPSARC Toolkit for Behavioral Analysis (Wise, Lester & Efird 2015, "An Introduction to the KAPSARC Toolkit for
Behavioral Analysis (KTAB) using one-dimensional spatial models"): proportional voting, victory in proportion to
support, and a Markov process in which outcomes challenge each other with equal chance.

1. Actor k's vote for outcome a over b is its weight times the gain, w_k * x_k * (o_a - o_b): the value of outcomes is
that of the crisis model, x * o (directional, Rabinowitz & Macdonald 1989), not the distance that KTAB uses.
2. P(a beats b) = support for a over b / (support for a over b + support for b over a); 1/2 if nobody cares.
3. Each round, the outcome in force is challenged by one drawn at random among all, and replaced with P(challenger beats
it). The probabilities are those of the long run: p_a = sum_b P(a beats b) (p_a + p_b) / n.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def weighted_mean(position: Floats, weight: Floats) -> float:
    """Return the sum of weight times position over the sum of weights, which must be above 0."""
    return float(np.sum(weight * position) / np.sum(weight))


def weighted_median(position: Floats, weight: Floats) -> float:
    """Return the first position, in rising order, at which cumulative weight reaches half the (positive) total."""
    order = np.argsort(position, kind="stable")
    reached = np.cumsum(weight[order])
    first = np.argmax(reached >= reached[-1] / 2 - 1e-12 * reached[-1])  # 0.5 of a sum of tenths is not always half
    return float(position[order][first])


def pairwise(stance: Floats, weight: Floats, outcomes: Floats) -> Floats:
    """Return P(a beats b), shape (outcomes, outcomes), 1/2 on the diagonal.

    Stances and weights, 0 or more, have the shape (actors,), the positions of the outcomes on the same axis of support
    (outcomes,).
    """
    gain = outcomes[:, None] - outcomes[None, :]
    votes = (weight * stance)[:, None, None] * gain
    support = np.sum(np.maximum(votes, 0), axis=0)
    both = support + support.T
    return np.asarray(np.divide(support, both, out=np.full_like(both, 0.5), where=both > 0))


def long_run(victory: Floats) -> Floats:
    """Return the probabilities of the outcomes in the long run of random challenges, shape (outcomes,).

    P(a beats b) has the shape (outcomes, outcomes) and adds up to 1 with P(b beats a). If some outcomes can never be
    beaten back and there is more than one such set, the share of each depends on the start, which is equal chances.
    """
    count = len(victory)
    step = victory / count  # step[a, b]: from b to a
    step[np.diag_indices(count)] = 0
    step[np.diag_indices(count)] = 1 - step.sum(axis=0)
    lasting = np.linalg.matrix_power(step, 2**40)  # 40 squarings: exact to rounding, whatever the gap
    chance = lasting @ np.full(count, 1 / count)
    return np.asarray(chance / chance.sum())


def condorcet(stance: Floats, weight: Floats, outcomes: Floats) -> Floats:
    """Return the probability of each outcome, shape (outcomes,); arguments as for `pairwise`."""
    return long_run(pairwise(stance, weight, outcomes))
