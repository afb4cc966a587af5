"""What the past says whatever the model says: the outside view and the track record, files that come with offramp.

The outside view is how often it came among threats between states since 1946. Its rates are aggregates of the
Militarized Interstate Events data (Gibler & Miller), whose rows may not be passed on; `rates_of` makes them anew from
the table. How often it came among crises like those of the library is the base rate of the baselines.

The track record is how the model scored on past cases. `make calibrations` writes it; every forecast carries it, so
that no probability stands without a word on how earlier ones fared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sim.baselines.base_rate import base_rate
from sim.errors import UsageError

WINDOWS = (30, 90, 180)
KINDS = ("force", "major")
"""First use of force; an occupation, a battle or 25 deaths."""
TRACK_RECORD_FORMAT = "offramp/track-record/1"
OUTSIDE_VIEW = Path(__file__).with_name("outside_view.json")
TRACK_RECORD = Path(__file__).with_name("track_record.json")


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
    rates: dict[str, Any] = json.loads(OUTSIDE_VIEW.read_text(encoding="utf-8"))
    return rates


def track_record(path: Path = TRACK_RECORD) -> dict[str, Any] | None:
    """Return the scores of the backtest (docs/forecast.md, `track_record`); None where there has been none.

    Raises
    ------
    UsageError
        Where the file cannot be read or holds something else.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"cannot read the track record {path}: {error}; make it again with: make calibrations"
        ) from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != TRACK_RECORD_FORMAT:
        raise UsageError(
            f"{path}: schema: expected {TRACK_RECORD_FORMAT} (got {schema!r}); make it again with: make calibrations"
        )
    return dict(content)
