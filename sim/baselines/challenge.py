"""The expected-utility challenge model: who gives way to whom, round by round.

Bueno de Mesquita (1994, "Political forecasting: an expected utility method") as reconstructed by Scholz, Calbert &
Smith (2011, "Unravelling Bueno de Mesquita's group decision model"). `play` gives the positions after each round; a
baseline takes the weighted median of the last one. On 351 decisions of the EU, the plain weighted mean of positions was
closer to the outcome than this model, so wherever either is shown, both are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.baselines.choice import weighted_mean, weighted_median

Floats = npt.NDArray[np.float64]

ROUNDS = 8  # as in the published example
STILL = 1e-6  # of the range: positions that move less than this are at rest
STATUS_QUO = 1.0  # Q: a challenge is weighed against the state that lasts without one


@dataclass(frozen=True)
class Group:
    """The participants: arrays of shape (actors,).

    Attributes
    ----------
    position
        Position on one axis, in any unit.
    capability, salience
        Weight if fully used, and the share of it used on this question, 0 to 1.
    span
        Length of the axis: largest minus smallest position at the start, kept through the rounds.
    """

    position: Floats
    capability: Floats
    salience: Floats
    span: float

    @property
    def weight(self) -> Floats:
        """Capability times salience."""
        return self.capability * self.salience


@dataclass(frozen=True)
class Round:
    """Positions after a round, their weighted median and mean, and the risk exponents that led to them."""

    position: Floats
    risk: Floats
    median: float
    mean: float


def play(position: Floats, capability: Floats, salience: Floats, *, rounds: int = ROUNDS) -> tuple[Round, ...]:
    """Play rounds until no position moves, or up to the limit; no rounds if none moves from the start.

    That is common if saliences are near 1: everybody would resist, so nobody expects to gain by a challenge.

    Parameters
    ----------
    position, capability, salience
        Shape (actors,); capability at least 0, salience 0 to 1, with some weight among them.
    rounds
        Largest number of rounds.
    """
    span = float(np.ptp(position))
    played: list[Round] = []
    group = Group(position, capability, salience, span)
    while span > 0 and len(played) < rounds:
        risk = risk_exponents(group)
        moved = next_positions(group, risk)
        if float(np.max(np.abs(moved - group.position))) < STILL * span:
            break
        weight = group.weight
        played.append(Round(moved, risk, weighted_median(moved, weight), weighted_mean(moved, weight)))
        group = Group(moved, capability, salience, span)
    return tuple(played)


def victory_probabilities(group: Group, risk: Floats) -> Floats:
    """Return the chance that i prevails over j, shape (i, j): support for i over j against all votes on all pairs.

    Actor k's vote between two positions is its weight times the difference of their distances from its own, each to the
    power of its risk exponent (Scholz et al. 2011, with one denominator for all pairs, which their results need).
    """
    distance = np.abs(group.position[:, None] - group.position[None, :]) / group.span
    felt = distance ** risk[:, None]  # (k, i): how far i's position seems to k
    votes = group.weight[:, None, None] * (felt[:, None, :] - felt[:, :, None])  # (k, i, j)
    everything = float(np.sum(np.abs(votes)))
    if everything == 0:
        return np.zeros_like(distance)
    return np.where(distance == 0, 0.0, np.sum(np.maximum(votes, 0), axis=0) / everything)


def expected_utilities(group: Group, risk: Floats, victory: Floats) -> Floats:
    """Return E(i challenges j) in the eyes of each viewer, shape (viewer, i, j) (Scholz et al. 2011)."""
    distance = np.abs(group.position[:, None] - group.position[None, :]) / group.span
    power = risk[:, None, None]
    success = 2 - 4 * (0.5 - 0.5 * distance) ** power
    failure = 2 - 4 * (0.5 + 0.5 * distance) ** power
    status_quo = 2 - 4 * 0.5**power
    resisted = victory * success + (1 - victory) * failure
    resists = group.salience[None, None, :]
    return np.asarray(resists * resisted + (1 - resists) * success - STATUS_QUO * status_quo)


def risk_exponents(group: Group) -> Floats:
    """Return risk exponents, shape (actors,), 0.5 to 2: actors that are safe take risks elsewhere.

    Security is what all others can expect from challenging the actor, in its own view with a risk exponent of 1; the
    exponent is (1 - rho/3) / (1 + rho/3) with security scaled to rho in [-1, 1] (Scholz et al. 2011).
    """
    neutral = np.ones_like(group.position)
    utility = expected_utilities(group, neutral, victory_probabilities(group, neutral))
    index = np.arange(len(neutral))
    towards = utility[index, :, index]  # (i, j): E of j against i as i sees it
    security = towards.sum(axis=1) - towards[index, index]
    least, most = float(security.min()), float(security.max())
    scaled = (2 * security - most - least) / (most - least) if most > least else np.zeros_like(security)
    return np.asarray((1 - scaled / 3) / (1 + scaled / 3))


def next_positions(group: Group, risk: Floats) -> Floats:
    """Return positions after all have simultaneously answered the best challenge, shape (actors,).

    An actor that expects more harm from a challenge than good from its own moves to the nearest such challenger; if
    instead a challenger is threatening but would lose by being challenged, the actor moves part of the way.
    """
    utility = expected_utilities(group, risk, victory_probabilities(group, risk))
    return np.array([_answer(group.position, i, utility[i, i, :], utility[i, :, i]) for i in range(len(risk))])


def _answer(position: Floats, own: int, attack: Floats, threat: Floats) -> float:
    """Return an actor's new position; in its view, `attack` is its E against each other, `threat` E of each against it.

    `argmin` takes the first of equals, in the order of the actors.
    """
    here = float(position[own])
    apart = position != here
    confronted = np.flatnonzero(apart & (threat > attack) & (attack > 0))
    if len(confronted):
        nearest = confronted[np.argmin(np.abs(position[confronted] - here))]
        return float(position[nearest])
    pressed = np.flatnonzero(apart & (threat > 0) & (attack < 0) & (threat > np.abs(attack)))
    if not len(pressed):
        return here
    give, take = np.abs(attack[pressed]), np.abs(threat[pressed])
    best = np.argmin((give * here + take * position[pressed]) / (give + take))
    return float(here + (position[pressed][best] - here) * give[best] / take[best])
