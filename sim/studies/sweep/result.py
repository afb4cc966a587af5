"""The record of a sweep: the content of sweep.json, and of the partial files that shards write.

A record is a head, the same for every shard, and rows. Merging the partial files of all shards gives, to the byte, what
one run of the whole sweep gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.runs.block.blocks import FIRST_EVENTS

if TYPE_CHECKING:
    from sim.studies.sweep.rows import Row
    from sim.studies.sweep.sweep import Sweep

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
        "base": {"id": scenario.id, "title": scenario.document.title, "hash": scenario.hash},
        "as_of": scenario.as_of.isoformat(),
        "horizon": sweep.milestones[-1],
        "milestones": list(sweep.milestones),
        "outcomes": list(FIRST_EVENTS),
        "axes": {path: sweep.bases[0].value_at(path) for path in sweep.paths},
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
