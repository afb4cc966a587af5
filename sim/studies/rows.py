"""Rows of a record: a probability or the change of one, with its interval, under the keys p, mc_low and mc_high."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.estimates import Estimate

Record = Mapping[str, Any]
Row = dict[str, float]
KEYS = ("p", "mc_low", "mc_high")


def plain_row(one: Estimate) -> Row:
    """Return an estimate as an entry of a record."""
    values = {"p": one.p, "mc_low": one.low, "mc_high": one.high}
    return {key: round(value, 6) + 0.0 for key, value in values.items()}  # no minus zero


def stored_row(old: Record, outcome: str, day: int) -> Row | None:
    """Return what a stored record says of one of `OUTCOMES` "within `day` days"; None beyond its horizon."""
    known = old["outcomes"][outcome].get(str(day))
    if known is not None:
        return {key: known[key] for key in KEYS}
    curve = {key: old["incidence"][outcome][key] for key in KEYS}
    if any(day >= len(values) for values in curve.values()):
        return None
    return {key: values[day] for key, values in curve.items()}


def unpaired_row(old: Row, new: Row) -> Row:
    """Difference of two independent proportions: their intervals, squared and added (Newcombe 1998, method 10)."""
    moved = new["p"] - old["p"]
    below = math.hypot(new["p"] - new["mc_low"], old["mc_high"] - old["p"])
    above = math.hypot(new["mc_high"] - new["p"], old["p"] - old["mc_low"])
    return {"p": round(moved, 6), "mc_low": round(moved - below, 6), "mc_high": round(moved + above, 6)}
