"""Functions that rules call: exponential, logarithm, power, bounds.

They use single precision, to two units in the last place, with the polynomials of Cephes (Moshier 1992, *Methods and
programs for mathematical functions*). Those of NumPy and the C library differ in the last bits between processors.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.rule import rule

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4  # ln 2 in two parts, the first of which has few bits
ROOT_HALF = 0.7071067811865476
LARGEST_EXPONENT = 87.0
LEAST, MOST = 1e-30, 1e30


@rule
def clip(x: float, low: float, high: float) -> float:
    """Return the value within bounds that is nearest to x."""
    return min(max(x, low), high)


@rule
def exp(x: float) -> float:
    """Return e**x, with x clipped to -87 and 87."""
    x = clip(x, -LARGEST_EXPONENT, LARGEST_EXPONENT)
    n = np.floor(x * LOG2_E + 0.5)
    r = x - n * LN2_HIGH - n * LN2_LOW
    p = 1.9875691500e-4 * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    return np.ldexp(p * (r * r) + r + 1, int(n))


@rule
def log(x: float) -> float:
    """Return the natural logarithm of x, with x clipped to 1e-30 and 1e30."""
    m, e = np.frexp(clip(x, LEAST, MOST))
    below = m < ROOT_HALF
    m = m + m - 1 if below else m - 1
    n = np.float32(e) - below
    p = 7.0376836292e-2 * m - 1.1514610310e-1
    p = p * m + 1.1676998740e-1
    p = p * m - 1.2420140846e-1
    p = p * m + 1.4249322787e-1
    p = p * m - 1.6668057665e-1
    p = p * m + 2.0000714765e-1
    p = p * m - 2.4999993993e-1
    p = p * m + 3.3333331174e-1
    z = m * m
    return m + (p * m * z + n * LN2_LOW - 0.5 * z) + n * LN2_HIGH


@rule
def power(x: float, exponent: float) -> float:
    """Return x**exponent for x of 0 or more; 0**0 is 1."""
    return exp(exponent * log(x))
