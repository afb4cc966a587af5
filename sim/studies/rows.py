"""Rows of a record: a probability or the change of one, with its interval, under the keys p, mc_low and mc_high.

`plain` writes the dataclasses that studies return.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from sim.estimates import Estimate

Record = Mapping[str, Any]
Row = dict[str, float]
KEYS = ("p", "mc_low", "mc_high")


def plain(value: Any) -> Any:
    """Return what a record holds of a value: fields by name, days by number, dates as text, estimates as rows."""
    match value:
        case Estimate():
            return value.row()
        case datetime.date():
            return value.isoformat()
        case float():
            return round(value, 6)
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case tuple() | list():
            return [plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value


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
