"""Runs a sweep: the blocks of all its cells on one executor, a row for each cell, and the record of all, sweep.json.

The rows are the same bytes for any number of workers, shards and interruptions. A block that fails, or a task that
loses its worker again and again, costs only its cell; everything else continues.

A row is plain values, rounded well below their Monte Carlo error. A record is a head, the same for every shard, plus
rows: merging the partial files of all shards gives exactly the bytes of a single run of the whole sweep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.errors import ExecutionError
from sim.estimates import difference
from sim.forecast.forecast import Forecast
from sim.forecast.probability import event_estimate
from sim.forecast.record import ids_of
from sim.rng import STRATA
from sim.runs.block.blocks import FIRST_EVENTS, OUTCOMES
from sim.runs.play import Records, Request, play
from sim.scenario.edit import bare
from sim.studies.bench import HERE, Site
from sim.studies.sweep.sweep import Cell, Sweep, value_at

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.scenario.scenario import Scenario

Row = dict[str, Any]

RUNS_DIGITS = 16


def _row_of(cell: Cell, inputs: Mapping[str, Any], **found: Any) -> Row:
    """Return the row of a cell: the results found, or empty ones."""
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


def _changes_from(
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


RESULT = "offramp/sweep-result/1"
Record = dict[str, Any]


def head_of(sweep: Sweep, command: str, gates: Record | None = None) -> Record:
    """Return everything in a sweep's record except the results of its cells.

    `gates` says how its gates are judged; None without gates.
    """
    scenario = sweep.bases[0].scenario
    packages = {name: text for name, text in environment.package_versions().items() if name != "python"}
    document, plan = sweep.document, sweep.plan
    return {
        "schema": RESULT,
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
    """Return groups of cells in which every single run is identical although their inputs differ.

    Common random numbers make this visible: an input that has any effect changes at least some run.
    """
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["runs_digest"] is not None and row["runs"]:
            groups.setdefault(row["runs_digest"], []).append(row["cell"])
    return [cells for cells in groups.values() if len(cells) > 1]


def run_sweep(
    sweep: Sweep,
    site: Site = HERE,
    *,
    cells: Sequence[Cell] | None = None,
    fail_fast: bool = False,
    on_cell: Callable[[], None] = lambda: None,
    on_forecast: Callable[[Cell, Forecast], None] | None = None,
) -> list[Row]:
    """Run the cells of a sweep, by default all; return their rows in order.

    `on_cell` is called for each finished cell, including failed ones, `on_forecast` with the whole forecast of each.

    Raises StoreError if a block cannot be kept; everything kept before is intact. Raises ExecutionError if a cell
    failed, with `fail_fast`, or if no workers are left. On Ctrl-C, finished blocks are in the store.
    """
    wanted = sweep.cells if cells is None else cells
    book = _Book(sweep, {cell.index for cell in wanted}, fail_fast, on_cell, on_forecast)
    first = [sweep.cells[0]] if sweep.has_reference and wanted and wanted[0].index != 0 else []
    play(
        (book.request(cell) for cell in (*first, *wanted)),
        executor=site.executor,
        store=site.store,
        in_order=sweep.has_reference,
        done=book.take,
        finished=site.finished,
    )
    return sorted(book.rows, key=lambda row: int(row["index"]))


@dataclass
class _Book:
    """Collects finished cells and keeps a row of each."""

    sweep: Sweep
    wanted: set[int]
    fail_fast: bool
    on_cell: Callable[[], None]
    on_forecast: Callable[[Cell, Forecast], None] | None
    rows: list[Row] = field(default_factory=list)
    open: dict[Request, tuple[Cell, Scenario]] = field(default_factory=dict)
    reference: Records | None = None

    def request(self, cell: Cell) -> Request:
        """Return the request for the blocks of a cell, whose scenario is built now."""
        sweep, scenario = self.sweep, self.sweep.scenario(cell)
        name = f"cell {cell.index + 1} ({cell.label})"
        request = sweep.plan.request(scenario, milestones=sweep.milestones, name=name)
        self.open[request] = cell, bare(scenario)
        return request

    def take(self, request: Request) -> None:
        """Make the row of a cell."""
        cell, scenario = self.open.pop(request)
        sweep, failure = self.sweep, request.failure
        if sweep.has_reference and cell.index == 0:
            self.reference = None if failure is not None else request.merged.records
        if cell.index not in self.wanted:
            return
        inputs = sweep.inputs(cell, scenario)
        if failure is None:
            self.rows.append(self._finished(cell, inputs, request))
        else:
            if self.fail_fast:
                raise ExecutionError(f"{request.name} failed: {failure.reason}")
            self.rows.append(_row_of(cell, inputs, error=failure.reason))
        self.on_cell()

    def _finished(self, cell: Cell, inputs: dict[str, Any], request: Request) -> Row:
        """Return the row of a finished cell; `runs_digest` identifies everything that happened in its runs."""
        sweep, merged = self.sweep, request.merged
        row = _row_of(
            cell,
            inputs,
            status="complete" if request.is_met else "imprecise",
            runs=int(merged.tally["runs"]),
            runs_digest=hashlib.sha256(merged.records.tobytes()).hexdigest()[:RUNS_DIGITS],
            outcomes={
                name: {str(day): _plain(event_estimate(merged.tally, name, day)) for day in sweep.milestones}
                for name in FIRST_EVENTS
            },
        )
        if self.reference is not None:
            row["changes"] = _changes_from(self.reference, merged.records, sweep.milestones, sweep.plan.replicates)
        if self.on_forecast is not None:
            forecast = Forecast(sweep.scenario(cell), sweep.plan, merged.tally, merged.records, row["status"])
            self.on_forecast(cell, forecast)
        return row
