"""A made-up table of threats between states, in the columns that `load_threats` reads."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from sim.evaluation.threats import COLUMNS

QUIET: dict[str, Any] = {
    **dict.fromkeys(COLUMNS, 0),
    "as_of": "1980-01-01",
    "pair": "1-2",
    "days_to_force": "",
    "days_to_major": "",
    "land": 1,
    "cinc_a": 0.02,
    "cinc_b": 0.01,
    "tpop_b": 8000,
}


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row: two minor powers that border each other, a show of nothing."""
    return {**QUIET, "case": f"made-{number}", **changes}


def write_threats(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def many(count: int = 40) -> list[dict[str, Any]]:
    """Return threats of ten pairs: those that mobilise use force within the month, the others do not."""
    return [
        row(
            number,
            pair=f"{number % 10}-99",
            as_of=f"{1980 + number // 12}-{1 + number % 12:02d}-01",
            trig_mobil=int(number % 3 == 0),
            trig_war_threat=int(number % 3 == 0),
            days_to_force=12 if number % 3 == 0 else "",
        )
        for number in range(count)
    ]
