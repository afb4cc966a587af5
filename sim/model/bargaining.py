"""Nash bargaining over an agreement, against a lottery of offensive and standoff (section 5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.actors import Actor, Guarantor
from sim.model.arrays import Floats, Number, at_least, at_most, is_zero, number

if TYPE_CHECKING:
    from sim.model.setting import Setting


def party_gain(stance: Floats, salience: Number, position: Number, imminence: Floats) -> Floats:
    """Worth of an agreement at `position` against the lottery: salience * x (d - imminence)."""
    return salience * stance * (position - imminence)


def nash_rate(first: Floats, second: Floats, imminence: Floats) -> Floats:
    """Unscaled rate: sqrt(max(g1, 0) max(g2, 0)) * (0.3 + imminence) (Nash 1950)."""
    product: Floats = at_least(first, 0) * at_least(second, 0)
    rate: Floats = np.sqrt(product) * (0.3 + imminence)
    return rate


class Bargain:
    """Two parties, what an agreement is worth to each, and how likely they conclude one on a day."""

    def __init__(self, setting: Setting, principal: Actor, counterpart: Actor) -> None:
        self._principal, self._counterpart = principal, counterpart
        self._position = setting.parameter("agreement_position")
        self._worth = setting.parameter("agreement_gain")
        leverage = setting.leverage(principal.name, counterpart.name)
        self._rate = number(setting.parameter("agreement_rate") * leverage)
        self._rift = number(setting.parameter("rift_cost") * leverage)

    def probability(self, talks: Number, imminence: Floats) -> Floats:
        """Return the probability of an agreement on a day, given the factor of the day's talks."""
        first, second = self._gain(self._principal, imminence), self._gain(self._counterpart, imminence)
        if isinstance(self._counterpart, Guarantor):
            first += self._rift * imminence * self._counterpart.posture
        return at_most(self._rate * talks * nash_rate(first, second, imminence), 1)

    def _gain(self, party: Actor, imminence: Floats) -> Floats:
        """Gain of a party, its conditional pressures and the worth of an agreement in itself included."""
        gain = party_gain(party.stance, party.salience, self._position, imminence)
        if not is_zero(party.condition):
            gain -= party.condition * imminence
        return gain + self._worth
