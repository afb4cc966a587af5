"""Made-up forecast files for tests of the ledger."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from sim.evaluation.ledger.entry import Entry
from sim.evaluation.ledger.questions import record_forecast

AS_OF = datetime.date(2020, 1, 1)


def when(days: int = 0, hours: int = 12) -> datetime.datetime:
    """A time so many days after the as-of date."""
    start = datetime.datetime.combine(AS_OF, datetime.time(), datetime.UTC)
    return start + datetime.timedelta(days, hours=hours)


def forecast(name: str = "crisis", *, p: float = 0.3, seed: int = 0, baselines: Any = None) -> dict[str, Any]:
    """The part of a forecast.json that the ledger reads."""
    windows = {"30": {"p": p / 2}, "90": {"p": p}}
    return {
        "scenario": {"id": name, "title": "Does it begin?", "hash": "ab" * 32},
        "question": {"resolves": "It begins.", "does_not_resolve": "It does not."},
        "as_of": AS_OF.isoformat(),
        "horizon": 90,
        "seed": seed,
        "runs": 4096,
        "environment": {"model": "0" * 16},
        "outcomes": dict.fromkeys(("strikes", "agreement", "offensive", "limited", "full"), windows),
        "baselines": baselines,
    }


def enter(ledger: Path, record: dict[str, Any], at: datetime.datetime | None = None) -> Entry:
    """Enter a made-up forecast."""
    return record_forecast(ledger, record, json.dumps(record).encode(), when() if at is None else at)
