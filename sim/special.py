"""SciPy's special functions, imported from the module that defines them.

Importing `scipy.special` itself takes a quarter of a second more, to support arrays of other libraries.
"""

from __future__ import annotations

from sim.later import put_off

put_off("scipy.special")

from scipy.special._ufuncs import (  # noqa: E402  # its package must be delayed first
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
