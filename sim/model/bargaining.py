"""Nash bargaining over an agreement, against a lottery of offensive and standoff (section 5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compiled.rule import rule
from sim.model.actors import Actor, Guarantor
from sim.model.over_runs import OverRuns
from sim.model.sums import product

if TYPE_CHECKING:
    from sim.model.arrays import Floats, Number
    from sim.model.setting import Setting


@rule
def party_gain(
    stance: float, salience: float, position: float, imminence: float, condition: float, worth: float
) -> float:
    """Worth of an agreement at `position` against the lottery: salience * x (d - imminence).

    Less the effect of conditional pressures on acting today, condition * imminence, plus its intrinsic worth.
    """
    return salience * stance * (position - imminence) - condition * imminence + worth


@rule
def rift_avoided(gain: float, rift: float, imminence: float, deterrence: float) -> float:
    """Gain of the principal, including the rift that the lottery would have cost: + rift * imminence * deterrence."""
    return gain + rift * imminence * deterrence


@rule
def nash_rate(first: float, second: float, imminence: float) -> float:
    """Unscaled rate: sqrt(max(g1, 0) max(g2, 0)) * (0.3 + imminence) (Nash 1950)."""
    return np.sqrt(max(first, 0) * max(second, 0)) * (0.3 + imminence)


@rule
def agreement_probability(rate: float, talks: float, first: float, second: float, imminence: float) -> float:
    """Agreement: min(1, rate * talks * Nash rate), where talks is the factor of the day's talks."""
    return min(rate * talks * nash_rate(first, second, imminence), 1)


class Bargain(OverRuns):
    """Two parties, the worth of an agreement to each, and the probability that they conclude one on a day."""

    def __init__(self, setting: Setting, principal: Actor, counterpart: Actor) -> None:
        self._principal, self._counterpart = principal, counterpart
        self._position = setting.parameter("agreement_position")
        self._worth = setting.parameter("agreement_gain")
        leverage = setting.leverage(principal.name, counterpart.name)
        self._rate = product(setting.parameter("agreement_rate"), leverage)
        self._rift = product(setting.parameter("rift_cost"), leverage)

    def probability(self, talks: Number, imminence: Floats) -> Floats:
        """Return the probability of an agreement on a day, given the factor of the day's talks."""
        first, second = self._gain(self._principal, imminence), self._gain(self._counterpart, imminence)
        if isinstance(self._counterpart, Guarantor):
            first = rift_avoided(first, self._rift, imminence, self._counterpart.posture)
        return agreement_probability(self._rate, talks, first, second, imminence)

    def _gain(self, party: Actor, imminence: Floats) -> Floats:
        """Return a party's gain from an agreement, including its intrinsic worth."""
        own = party.condition, self._worth
        return party_gain(party.stance, party.salience, self._position, imminence, *own)
