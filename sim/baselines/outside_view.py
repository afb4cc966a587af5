"""The outside view: how often it came among threats between states since 1946, whatever the model says.

The rates that come with offramp are aggregates of the Militarized Interstate Events data (Gibler & Miller), whose rows
may not be passed on; `rates_of` makes them anew from the table. How often it came among crises like those of the
library is the base rate of the baselines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from sim.baselines.base_rate import base_rate

WINDOWS = (30, 90, 180)
KINDS = ("force", "major")
"""First use of force; an occupation, a battle or 25 deaths."""


def rates_of(days: Sequence[tuple[str, int | None, int | None]], source: str) -> dict[str, Any]:
    """Return how often force, and how often major force, came within each window, with intervals clustered by pair.

    Parameters
    ----------
    days
        For each threat the pair of states, and the days on which force and major force came; None: never.
    source
        Where they are from.
    """
    pairs = [pair for pair, _, _ in days]
    windows = {}
    for window in WINDOWS:
        rates = {}
        for place, kind in enumerate(KINDS, start=1):
            rate = base_rate([_came(one[place], window) for one in days], pairs)  # type: ignore[arg-type]
            rates[kind] = {"p": round(rate.p, 4), "low": round(rate.low, 4), "high": round(rate.high, 4)} | {
                "happened": rate.happened
            }
        windows[str(window)] = rates
    return {"source": source, "cases": len(days), "pairs": len(set(pairs)), "windows": windows}


def _came(day: int | None, window: int) -> bool:
    return day is not None and day < window


@cache
def threats_between_states() -> dict[str, Any]:
    """Return the rates that come with offramp."""
    text = resources.files("sim.baselines").joinpath("outside_view.json").read_text(encoding="utf-8")
    rates: dict[str, Any] = json.loads(text)
    return rates
