"""A row of a sweep's results: what one cell says, as plain values, rounded well below its Monte Carlo error."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.estimates import Estimate, difference
from sim.forecast.record import event_estimate
from sim.runs.block.blocks import FIRST_EVENTS, OUTCOMES

if TYPE_CHECKING:
    from sim.runs.play import Records
    from sim.studies.sweep.sweep import Cell
    from sim.tallies import Tally

Row = dict[str, Any]

RUNS_DIGITS = 16


def row_of(cell: Cell, inputs: Mapping[str, Any]) -> Row:
    """Return a row without results."""
    return {
        "index": cell.index,
        "cell": cell.id,
        "label": cell.label,
        "changed": list(cell.changes),
        "inputs": dict(inputs),
        "scenario_hash": cell.hash,
        "status": "failed",
        "error": None,
        "runs": 0,
        "runs_digest": None,
        "outcomes": None,
        "changes": None,
        "page": None,
    }


def failed(cell: Cell, inputs: Mapping[str, Any], reason: str) -> Row:
    """Return the row of a cell that has no result."""
    return {**row_of(cell, inputs), "error": reason}


def finished(cell: Cell, inputs: Mapping[str, Any], tally: Tally, records: Records, milestones: tuple[int, ...]) -> Row:
    """Return the row of a cell whose runs are done; `runs_digest` stands for what happened in all of them."""
    return {
        **row_of(cell, inputs),
        "status": "complete",
        "runs": int(tally["runs"]),
        "runs_digest": hashlib.sha256(records.tobytes()).hexdigest()[:RUNS_DIGITS],
        "outcomes": {
            name: {str(day): _plain(event_estimate(tally, name, day)) for day in milestones} for name in FIRST_EVENTS
        },
    }


def changes_from(
    reference: Records, records: Records, milestones: tuple[int, ...], replicates: int
) -> dict[str, dict[str, Any]]:
    """Return the change of each probability from the reference cell, paired run by run."""
    runs = min(len(reference), len(records))
    if runs < 2 * replicates:
        return {}
    return {
        name: {
            str(day): _change(difference(reference[name][:runs] < day, records[name][:runs] < day, replicates))
            for day in milestones
        }
        for name in OUTCOMES
    }


def _plain(one: Estimate) -> dict[str, float | None]:
    return {**_change(one), "input_sd": None if one.input_sd is None else _round(one.input_sd)}


def _change(one: Estimate) -> dict[str, float | None]:
    return {"p": _round(one.p), "mc_low": _round(one.low), "mc_high": _round(one.high)}


def _round(value: float) -> float:
    return round(value, 6) + 0.0  # no minus zero
