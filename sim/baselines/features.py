"""Two features of a scenario for the logistic baseline: the support that the initiator can expect, troops in its way.

With a few dozen past cases a regression bears two features, not ten. Both are read from the scenario as written,
without simulating.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.baselines.positions import patron_shares, prior_of, self_reliance
from sim.scenario.schema import Guarantor, Initiator

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

TROOPS = 0.3
"""Median strength from which a guarantor counts as having troops inside (the initiator's is about 1)."""


@dataclass(frozen=True)
class Features:
    """What the logistic baseline knows of a scenario.

    Attributes
    ----------
    expected_support
        self_reliance + (1 - self_reliance) * sum of share * clip((mean stance + 1) / 2, 0, 1) over patrons: what the
        initiator can expect to fight with, 0 to 1. Self-reliance alone where there is no patron (1 by default).
    troops_inside
        1 where a guarantor has a median strength of 0.3 or more, else 0.
    """

    expected_support: float
    troops_inside: int


def features_of(scenario: Scenario) -> Features:
    """Return the features of a resolved scenario."""
    initiator = next(actor for actor in scenario.actors.values() if isinstance(actor, Initiator))
    alone = self_reliance(initiator)
    backing = sum(
        share * min(1.0, max(0.0, (prior_of(scenario.actors[name].stance).mean + 1) / 2))
        for name, share in patron_shares(scenario).items()
    )
    guarded = any(a.strength.median >= TROOPS for a in scenario.actors.values() if isinstance(a, Guarantor))
    return Features(alone + (1 - alone) * backing, int(guarded))
