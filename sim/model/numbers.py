"""Uniform numbers, which rules read from 32 random bits."""

from __future__ import annotations

import numpy as np

from sim.compiled.rule import rule

STEP = 2.0**-24


@rule
def uniform(bits: np.uint32) -> float:
    """Return a uniform number in [0, 1), one of 2**24."""
    return np.float32(bits >> 8) * STEP  # type: ignore[return-value]


@rule
def happens(bits: np.uint32, chance: float) -> bool:
    """Whether an event of some probability happens."""
    return uniform(bits) < chance
