"""Special functions of SciPy, from the module that has them.

Importing `scipy.special` itself takes a quarter of a second more, to prepare for arrays of other libraries.
"""

from __future__ import annotations

from sim.later import put_off

put_off("scipy.special")

from scipy.special._ufuncs import (  # noqa: E402  # what it lies in is put off first
    betainc,
    betaincinv,
    chdtrc,
    expit,
    gammainc,
    gammaln,
    logit,
    ndtr,
    ndtri,
    stdtrit,
)

__all__ = ["betainc", "betaincinv", "chdtrc", "expit", "gammainc", "gammaln", "logit", "ndtr", "ndtri", "stdtrit"]
