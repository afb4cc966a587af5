"""Arithmetic as rules: a day consists of rules alone, so that it can be recorded (`sim.model.days`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled.rule import rule

if TYPE_CHECKING:
    from sim.model.arrays import Number


@rule
def add(one: float, other: float) -> float:
    """Return the sum of two numbers."""
    return one + other


@rule
def plus(total: float, weight: float, value: float) -> float:
    """Return total + weight * value, a step of a weighted sum."""
    return total + weight * value


@rule
def product(one: float, other: float) -> float:
    """Return a weight times a factor."""
    return one * other


@rule
def rest(share: float) -> float:
    """Return what is left of 1."""
    return 1 - share


@rule
def least(one: float, other: float) -> float:
    """Return the smaller of two numbers."""
    return min(one, other)


def total(numbers: Iterable[Number]) -> Number:
    """Return the sum of some numbers."""
    return reduce(add, numbers, np.float32(0))
