"""What a sweep gives: the row of each cell, and the record of all, the content of sweep.json.

A row is plain values, rounded well below their Monte Carlo error. A record is a head, the same for every shard, and
rows: merging the partial files of all shards gives, to the byte, what one run of the whole sweep gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.estimates import difference
from sim.forecast.probability import event_estimate
from sim.forecast.record import ids_of
from sim.rng import STRATA
from sim.runs.block.blocks import FIRST_EVENTS, OUTCOMES
from sim.studies.sweep.sweep import value_at

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.runs.play import Records
    from sim.studies.sweep.sweep import Cell, Sweep
    from sim.tallies import Tally


Row = dict[str, Any]

RUNS_DIGITS = 16


def row_of(cell: Cell, inputs: Mapping[str, Any], **found: Any) -> Row:
    """Return the row of a cell: what was found, in place of no results."""
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
        **found,
    }


def finished(cell: Cell, inputs: Mapping[str, Any], tally: Tally, records: Records, milestones: tuple[int, ...]) -> Row:
    """Return the row of a cell whose runs are done; `runs_digest` stands for what happened in all of them."""
    return row_of(
        cell,
        inputs,
        status="complete",
        runs=int(tally["runs"]),
        runs_digest=hashlib.sha256(records.tobytes()).hexdigest()[:RUNS_DIGITS],
        outcomes={
            name: {str(day): _plain(event_estimate(tally, name, day)) for day in milestones} for name in FIRST_EVENTS
        },
    )


def changes_from(
    reference: Records, records: Records, milestones: tuple[int, ...], replicates: int
) -> dict[str, dict[str, Any]]:
    """Return the change of each probability from the reference cell, paired run by run."""
    runs = min(len(reference), len(records))
    if runs <= replicates * STRATA:
        return {}
    return {
        name: {
            str(day): difference(reference[name][:runs] < day, records[name][:runs] < day, replicates).row()
            for day in milestones
        }
        for name in OUTCOMES
    }


def _plain(one: Estimate) -> dict[str, float | None]:
    return {**one.row(), "input_sd": None if one.input_sd is None else round(one.input_sd, 6) + 0.0}


FORMAT = "offramp/sweep-result/1"
Record = dict[str, Any]


def head_of(sweep: Sweep, command: str, gates: Record | None = None) -> Record:
    """Return all of a sweep's record but what its cells gave.

    Parameters
    ----------
    gates
        How its gates are judged; None where it has none.
    """
    scenario = sweep.bases[0].scenario
    packages = {name: text for name, text in environment.package_versions().items() if name != "python"}
    document, plan = sweep.document, sweep.plan
    return {
        "schema": FORMAT,
        "sweep": {"id": document.id, "title": document.title, "about": document.about, "identity": sweep.identity},
        "design": sweep.kind,
        "base": ids_of(scenario),
        "as_of": scenario.as_of.isoformat(),
        "horizon": sweep.milestones[-1],
        "milestones": list(sweep.milestones),
        "outcomes": list(FIRST_EVENTS),
        "axes": {path: value_at(scenario.plain(), path) for path in sweep.paths},
        **sweep.names,
        "reference": sweep.cells[0].id if sweep.has_reference else None,
        "contours": None if document.contours is None else list(document.contours),
        "seed": plan.seed,
        "runs": plan.most_runs,
        "replicates": plan.replicates,
        "precision": plan.precision,
        "cells": len(sweep.cells),
        "gates": gates,
        "environment": {
            "offramp": environment.version(),
            "model": environment.model_version(),
            **packages,
            "cpu": [environment.cpu_level()],
        },
        "command": command,
    }


def record_of(head: Record, rows: Sequence[Row], verdicts: Sequence[Record] = ()) -> Record:
    """Return the whole record: the head with status, notes, rows and the verdicts of its gates."""
    status = "complete"
    if any(row["status"] == "imprecise" for row in rows):
        status = "imprecise"
    if any(row["status"] == "failed" for row in rows):
        status = "failed"
    return {
        **head,
        "status": status,
        "without_effect": without_effect(rows),
        "rows": list(rows),
        "verdicts": list(verdicts),
    }


def without_effect(rows: Iterable[Row]) -> list[list[str]]:
    """Return groups of cells in which every single run went the same although their inputs differ.

    Their common random numbers make this visible: an input that acts at all changes at least some run.
    """
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["runs_digest"] is not None and row["runs"]:
            groups.setdefault(row["runs_digest"], []).append(row["cell"])
    return [cells for cells in groups.values() if len(cells) > 1]
