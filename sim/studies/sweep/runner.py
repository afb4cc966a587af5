"""Runs a sweep: the blocks of all its cells over one executor, a row for each cell, whatever befalls some of them.

The rows are the same bytes for any number of workers, shards and interruptions. A block that fails costs its cell; a
task that loses its worker again and again costs its cell too; all else goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import ExecutionError
from sim.forecast.forecast import Forecast
from sim.runs.play import Records, Request, play
from sim.scenario.edit import bare
from sim.studies.bench import HERE, Site
from sim.studies.sweep.result import Row, changes_from, finished, row_of
from sim.studies.sweep.sweep import Cell, Sweep

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

OnCell = Callable[[Cell, Forecast], None]


@dataclass(frozen=True)
class Options:
    """How a sweep is run; none of it changes a result.

    Attributes
    ----------
    cells
        The cells whose rows are wanted; None: all.
    fail_fast
        Whether the first failing cell stops the sweep.
    on_cell
        Called for each cell that is done, failed ones too.
    on_forecast
        Called with the whole forecast of each cell, where that is wanted.
    """

    cells: Sequence[Cell] | None = None
    fail_fast: bool = False
    on_cell: Callable[[], None] = lambda: None
    on_forecast: OnCell | None = None


USUAL = Options()


def run_sweep(sweep: Sweep, site: Site = HERE, options: Options = USUAL) -> list[Row]:
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
    wanted = sweep.cells if options.cells is None else options.cells
    book = _Book(sweep, options, {cell.index for cell in wanted})
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


class CellFailedError(ExecutionError):
    """A cell failed, and the sweep was to stop there."""


class _Book:
    """Takes the cells that are done and keeps a row of each."""

    def __init__(self, sweep: Sweep, options: Options, wanted: set[int]) -> None:
        self.rows: list[Row] = []
        self._sweep, self._options, self._wanted = sweep, options, wanted
        self._open: dict[Request, tuple[Cell, Scenario]] = {}
        self._reference: Records | None = None

    def request(self, cell: Cell) -> Request:
        """Return the request for the blocks of a cell, whose scenario is built now."""
        sweep, scenario = self._sweep, self._sweep.scenario(cell)
        name = f"cell {cell.index + 1} ({cell.label})"
        request = sweep.plan.request(scenario, milestones=sweep.milestones, name=name)
        self._open[request] = cell, bare(scenario)
        return request

    def take(self, request: Request) -> None:
        """Make the row of a cell."""
        cell, scenario = self._open.pop(request)
        sweep, failure = self._sweep, request.failure
        if sweep.has_reference and cell.index == 0:
            self._reference = None if failure is not None else request.merged.records
        if cell.index not in self._wanted:
            return
        inputs = sweep.inputs(cell, scenario)
        if failure is None:
            self.rows.append(self._finished(cell, inputs, request))
        else:
            if self._options.fail_fast:
                raise CellFailedError(f"{request.name} failed: {failure.reason}")
            self.rows.append(row_of(cell, inputs, error=failure.reason))
        self._options.on_cell()

    def _finished(self, cell: Cell, inputs: dict[str, Any], request: Request) -> Row:
        sweep, merged = self._sweep, request.merged
        row = finished(cell, inputs, merged.tally, merged.records, sweep.milestones)
        if not request.is_met:
            row["status"] = "imprecise"
        if self._reference is not None:
            row["changes"] = changes_from(self._reference, merged.records, sweep.milestones, sweep.plan.replicates)
        if self._options.on_forecast is not None:
            forecast = Forecast(sweep.scenario(cell), sweep.plan, merged.tally, merged.records, row["status"])
            self._options.on_forecast(cell, forecast)
        return row
