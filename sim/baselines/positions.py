"""The inputs of simple rules, read from a scenario without any dynamics: its actors' positions, and two features.

`capabilities` gives the weight of each actor; `positions_of` the four baselines on their positions: weighted mean,
weighted median, challenge model and Condorcet choice. `features_of` gives the logistic baseline the support that
the initiator can expect and the troops in its way: a few dozen past cases support two features, not ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.baselines.challenge import play
from sim.baselines.choice import condorcet, weighted_mean, weighted_median
from sim.scenario.schema import Defender, Guarantor, Initiator, Mediator, Patron

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

OFFENSIVE, STANDOFF = 1.0, 0.0
TROOPS = 0.3
"""Median strength from which a guarantor counts as having troops inside (the initiator's is about 1)."""


@dataclass(frozen=True)
class Positions:
    """Results of the actors' positions, the means of their stances from -1 to 1.

    Attributes
    ----------
    mean, median
        Capability x salience weighted mean and median of the positions.
    challenge
        Weighted median after the last round of the challenge model; the median itself if nobody moves.
    condorcet
        Probabilistic Condorcet choice, as an expected position over offensive, standoff and agreement.
    challenge_rounds
        Rounds in which somebody moved.
    choice
        The probabilities of that choice: offensive, standoff, agreement.
    """

    mean: float
    median: float
    challenge: float
    condorcet: float
    challenge_rounds: int
    choice: Mapping[str, float] = field(hash=False)


@dataclass(frozen=True)
class Features:
    """The logistic baseline's features of a scenario.

    The expected support is self_reliance + (1 - self_reliance) * sum of share * clip((mean stance + 1) / 2, 0, 1) over
    patrons: what the initiator can expect to fight with, 0 to 1. Self-reliance alone if there is no patron (1 by
    default). There are troops inside, 1 or 0, if a guarantor has a median strength of 0.3 or more.
    """

    expected_support: float
    troops_inside: int


def capabilities(scenario: Scenario) -> dict[str, float]:
    """Return the weight that each actor could bring, 0 or more.

    By role, from medians of the values in the scenario: the initiator has its strength x self-reliance; each
    patron the initiator's strength x (1 - self-reliance) x its share of the backing, because it can withhold that;
    guarantors and defenders their strength; a mediator its largest leverage over the initiator or a patron (the first
    of equals) times the capability of that actor, because it acts through them.
    """
    capability = _armed(scenario)
    through = {
        name: value for name, value in capability.items() if isinstance(scenario.actors[name], (Initiator, Patron))
    }
    for name, actor in scenario.actors.items():
        if isinstance(actor, Mediator):
            capability[name] = _through_others(scenario, name, through)
    return capability


def positions_of(scenario: Scenario) -> Positions | None:
    """Return the results of the actors' positions; None if no actor has any weight."""
    actors, weights = scenario.actors, capabilities(scenario)
    position = np.array([scenario.distribution(name, "stance").mean for name in actors])
    capability = np.array([weights[name] for name in actors])
    salience = np.array([actor.salience.mean for actor in actors.values()])
    weight = capability * salience
    if not np.sum(weight) > 0:
        return None
    mean, median = weighted_mean(position, weight), weighted_median(position, weight)
    rounds = play(position, capability, salience)
    outcomes = np.array([OFFENSIVE, STANDOFF, scenario.document.parameters.agreement_position.mean])
    choice = condorcet(position, weight, outcomes)
    return Positions(
        mean=mean,
        median=median,
        challenge=rounds[-1].median if rounds else median,
        condorcet=float(choice @ outcomes),
        challenge_rounds=len(rounds),
        choice=dict(zip(("offensive", "standoff", "agreement"), choice.tolist(), strict=True)),
    )


def features_of(scenario: Scenario) -> Features:
    """Return the features of a resolved scenario."""
    initiator = next(actor for actor in scenario.actors.values() if isinstance(actor, Initiator))
    alone = _self_reliance(initiator)
    backing = sum(
        share * min(1.0, max(0.0, (scenario.distribution(name, "stance").mean + 1) / 2))
        for name, share in _patron_shares(scenario).items()
    )
    guarded = any(a.strength.median >= TROOPS for a in scenario.actors.values() if isinstance(a, Guarantor))
    return Features(alone + (1 - alone) * backing, int(guarded))


def _armed(scenario: Scenario) -> dict[str, float]:
    """Return the capability of all but the mediators."""
    initiator = next(actor for actor in scenario.actors.values() if isinstance(actor, Initiator))
    strength, alone = initiator.strength.median, _self_reliance(initiator)
    shares = _patron_shares(scenario)
    capability: dict[str, float] = {}
    for name, actor in scenario.actors.items():
        if isinstance(actor, Initiator):
            capability[name] = strength * alone
        elif isinstance(actor, Patron):
            capability[name] = strength * (1 - alone) * shares[name]
        elif isinstance(actor, (Guarantor, Defender)):
            capability[name] = actor.strength.median
    return capability


def _through_others(scenario: Scenario, name: str, through: dict[str, float]) -> float:
    ties = scenario.document.ties.get(name, {})
    leverage = {target: ties[target].median for target in through if target in ties}
    if not leverage:
        return 0.0
    target = max(leverage, key=lambda one: leverage[one])
    return leverage[target] * through[target]


def _self_reliance(initiator: Initiator) -> float:
    """Return the median of an initiator's self-reliance, which a resolved scenario always has."""
    if initiator.self_reliance is None:
        raise ValueError("the scenario is not resolved: its initiator has no self-reliance")
    return initiator.self_reliance.median


def _patron_shares(scenario: Scenario) -> dict[str, float]:
    """Return the median share of the backing by patron, normalised to add up to 1."""
    shares = {name: actor.share.median for name, actor in scenario.actors.items() if isinstance(actor, Patron)}
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
