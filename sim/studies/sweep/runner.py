"""Runs a sweep: the blocks of all its cells over one executor, a row for each cell, whatever befalls some of them.

The rows are the same bytes for any number of workers, shards and interruptions. A block that fails costs its cell; a
task that loses its worker again and again costs its cell too; all else goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ExecutionError
from sim.forecast.forecast import Forecast
from sim.forecast.record import is_precise
from sim.runs.executors import Executor, Serial
from sim.studies.sweep.rows import Records, Row, changes_from, failed, finished
from sim.studies.sweep.schedule import Opened, Schedule
from sim.studies.sweep.sweep import Cell, Sweep
from sim.studies.sweep.work import Failure, Keeping, play

if TYPE_CHECKING:
    from sim.forecast.record import Status
    from sim.runs.store import Store
    from sim.tallies import Tally

OnCell = Callable[[Cell, Forecast], None]


@dataclass(frozen=True)
class Options:
    """How a sweep is run; none of it changes a result.

    Attributes
    ----------
    store
        Where blocks are kept and looked for; None: nowhere.
    cells
        The cells whose rows are wanted; None: all.
    fail_fast
        Whether the first failing cell stops the sweep.
    on_block
        Called for each block that is merged.
    on_cell
        Called for each cell that is done, failed ones too.
    on_forecast
        Called with the whole forecast of each cell, where that is wanted.
    """

    store: Store | None = None
    cells: Sequence[Cell] | None = None
    fail_fast: bool = False
    on_block: Callable[[], None] = lambda: None
    on_cell: Callable[[], None] = lambda: None
    on_forecast: OnCell | None = None


def run_sweep(sweep: Sweep, *, executor: Executor | None = None, options: Options | None = None) -> list[Row]:
    """Run the cells of a sweep; return their rows in order.

    Raises
    ------
    StoreError
        Where a block cannot be kept; what was kept before is intact.
    ExecutionError
        With `fail_fast`, where a cell failed; or where there are no workers any more.
    KeyboardInterrupt
        Where it came; finished blocks are in the store.
    """
    options = options or Options()
    executor = executor or Serial()
    wanted = sweep.cells if options.cells is None else options.cells
    book = _Book(sweep, options, {cell.index for cell in wanted})
    first = [sweep.cells[0]] if sweep.has_reference and wanted and wanted[0].index != 0 else []
    keeping = Keeping.between(options.store, executor)
    schedule = Schedule(sweep, [*first, *wanted], keeping, done=book.take, advance=options.on_block)
    results = executor.map(play, schedule.tasks(), lost=lambda _, error: Failure(str(error)))
    try:
        for result in results:
            schedule.take(result)
    finally:
        results.close()  # type: ignore[attr-defined]
    return sorted(book.rows, key=lambda row: int(row["index"]))


class CellFailedError(ExecutionError):
    """A cell failed, and the sweep was to stop there."""


class _Book:
    """Takes the cells that are done and keeps a row of each."""

    def __init__(self, sweep: Sweep, options: Options, wanted: set[int]) -> None:
        self.rows: list[Row] = []
        self._sweep, self._options, self._wanted = sweep, options, wanted
        self._reference: Records | None = None

    def take(self, opened: Opened, reason: str | None) -> None:
        """Make the row of a cell."""
        cell, sweep = opened.cell, self._sweep
        records = opened.all_records
        if sweep.has_reference and cell.index == 0:
            self._reference = None if reason is not None else records
        if cell.index not in self._wanted:
            return
        inputs = sweep.inputs(cell, opened.scenario)
        if reason is None and opened.tally is not None:
            self.rows.append(self._finished(cell, inputs, opened.tally, records))
        else:
            reason = reason or "none of its blocks was played"
            if self._options.fail_fast:
                raise CellFailedError(f"cell {cell.index + 1} ({cell.label}) failed: {reason}")
            self.rows.append(failed(cell, inputs, reason))
        self._options.on_cell()

    def _finished(self, cell: Cell, inputs: dict[str, Any], tally: Tally, records: Records) -> Row:
        sweep, precision = self._sweep, self._sweep.plan.precision
        row = finished(cell, inputs, tally, records, sweep.milestones)
        if precision is not None and not is_precise(tally, sweep.milestones, precision):
            row["status"] = "imprecise"
        if self._reference is not None:
            row["changes"] = changes_from(self._reference, records, sweep.milestones, sweep.plan.replicates)
        if self._options.on_forecast is not None:
            status: Status = row["status"]
            forecast = Forecast(sweep.scenario(cell), sweep.plan, tally, np.array(records), status)
            self._options.on_forecast(cell, forecast)
        return row
