"""Nash bargaining over an agreement, against a lottery of offensive and standoff (section 5.4)."""

from __future__ import annotations

import numpy as np

from sim.model.arrays import Floats, Number


def party_gain(
    stance: Floats, salience: Number, position: Number, imminence: Floats, condition: Number, worth: Number
) -> Floats:
    """Gain of one party: salience * x (d - imminence) - C * imminence + worth of an agreement in itself."""
    return salience * stance * (position - imminence) - condition * imminence + worth


def agreement_rate(first: Floats, second: Floats, imminence: Floats, leverage: Number) -> Floats:
    """Unscaled rate: leverage * sqrt(max(g1, 0) max(g2, 0)) * (0.3 + imminence) (Nash 1950)."""
    product = np.maximum(first, 0) * np.maximum(second, 0)
    return leverage * np.sqrt(product) * (0.3 + imminence)
