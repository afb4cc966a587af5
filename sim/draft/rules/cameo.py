"""CAMEO's codes: their scores on the Goldstein scale, and what the twenty roots are called, in short.

`cameo.csv` has the scale (Goldstein 1992, as GDELT publishes it) and the roots (Schrodt 2012).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sim.draft.rules.acts import table


@cache
def goldstein() -> Mapping[str, float]:
    """Scores by code."""
    return {row["code"]: float(row["goldstein"]) for row in table("cameo.csv")}


@cache
def roots() -> Mapping[str, str]:
    """Names by the two digits of a root."""
    return {row["code"]: row["root"] for row in table("cameo.csv") if row["root"]}
