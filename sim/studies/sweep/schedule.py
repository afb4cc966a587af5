"""The schedule of a sweep: which block of which cell is played next, and when a cell has enough.

Blocks of all cells share the workers. A cell's blocks are merged in their own order and it stops at the first look that
is precise enough, so its result does not depend on how many workers there are or what the store already holds. Cells
are opened as they are needed and dropped once they are done: what is kept of a cell is its row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.forecast.record import is_precise
from sim.runs.block.blocks import RECORD, BlockResult
from sim.studies.sweep.sweep import bare
from sim.studies.sweep.work import CellTask, Failure, Keeping

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.studies.sweep.rows import Records
    from sim.studies.sweep.sweep import Cell, Sweep
    from sim.tallies import Tally

RECORD_CAP = 1_000_000  # runs of a cell whose record is kept, as `run` does


@dataclass
class Opened:
    """A cell that is being run: its blocks merged so far, and those that came before their turn."""

    cell: Cell
    scenario: Scenario
    given: int = 0
    merged: int = 0
    tally: Tally | None = None
    records: list[Records] = field(default_factory=list)
    early: dict[int, BlockResult] = field(default_factory=dict)

    def merge(self, result: BlockResult) -> None:
        """Merge the next block in order."""
        self.tally = result.tally if self.tally is None else self.tally + result.tally
        room = RECORD_CAP - sum(map(len, self.records))
        if room > 0:
            self.records.append(result.records[:room])
        self.merged += 1

    @property
    def all_records(self) -> Records:
        """The records of all merged blocks."""
        return np.concatenate(self.records) if self.records else np.zeros(0, dtype=RECORD)


Done = Callable[[Opened, str | None], None]


class Schedule:
    """Deals the blocks of a sweep's cells and takes their results.

    Parameters
    ----------
    cells
        The cells to run, in order.
    done
        Called with each cell that is done, and why it failed where it did.
    advance
        Called for each block that is merged, and for those that turn out not to be needed.
    """

    def __init__(
        self, sweep: Sweep, cells: Sequence[Cell], keeping: Keeping, *, done: Done, advance: Callable[[], None]
    ) -> None:
        self._sweep, self._keeping = sweep, keeping
        self._waiting = deque(cells)
        self._open: dict[int, Opened] = {}
        self._out: deque[CellTask] = deque()
        self._done, self._advance = done, advance
        self._first = cells[0].index if cells and sweep.has_reference else None

    def tasks(self) -> Iterator[CellTask]:
        """Yield blocks that the store does not hold until no cell can need another."""
        while (opened := self._next()) is not None:
            task = self._task(opened)
            opened.given += 1
            kept = None if task.look_up else self._keeping.look_up(task.block)
            if kept is None:
                self._out.append(task)
                yield task
            else:
                self._accept(opened, task.block.block, kept)

    def take(self, result: BlockResult | Failure) -> None:
        """Take the result of the task that was given out first."""
        task = self._out.popleft()
        if not isinstance(result, Failure):
            self._keeping.receive(task.block, result)
        opened = self._open.get(task.cell)
        if opened is None:
            return  # decided already: it was played ahead, or another of its blocks failed
        if isinstance(result, Failure):
            self._close(opened, result.reason)
        else:
            self._accept(opened, task.block.block, result)

    def _task(self, opened: Opened) -> CellTask:
        plan = self._sweep.plan
        block = next(plan.tasks(opened.scenario, opened.given))
        return CellTask(opened.cell.index, opened.cell.label, block, self._keeping.of_workers, self._is_early(opened))

    def _next(self) -> Opened | None:
        """Choose the cell whose block is played next: surely needed ones first, then one that may be."""
        most = self._sweep.plan.blocks
        for opened in self._open.values():
            if opened.given < self._needed(opened):
                return opened
        if self._waiting and not self._waits_for_first():
            return self._open_next()
        ahead = [opened for opened in self._open.values() if opened.given < most]
        if ahead:
            return min(ahead, key=lambda opened: opened.given - opened.merged)
        return self._open_next() if self._waiting else None

    def _waits_for_first(self) -> bool:
        """Whether the cell that all are compared with should be decided before others begin.

        Without a precision there is no need: its blocks are the first given out, and results come in that order.
        """
        return self._sweep.plan.precision is not None and self._first in self._open

    def _is_early(self, opened: Opened) -> bool:
        """Whether a cell is opened before the one that all are compared with is decided.

        Then its blocks are given out even where the store holds them, so that they come after those of that cell.
        """
        return self._first in self._open and opened.cell.index != self._first

    def _open_next(self) -> Opened:
        cell = self._waiting.popleft()
        self._open[cell.index] = Opened(cell, bare(self._sweep.scenario(cell)))
        return self._open[cell.index]

    def _needed(self, opened: Opened) -> int:
        """Return how many blocks the cell will have before it can be decided."""
        plan = self._sweep.plan
        if plan.precision is None:
            return plan.blocks
        look = opened.merged + 1
        while not plan.is_look(look):
            look += 1
        return look

    def _accept(self, opened: Opened, block: int, result: BlockResult) -> None:
        opened.early[block] = result
        while opened.merged in opened.early:
            opened.merge(opened.early.pop(opened.merged))
            self._advance()
            if self._is_enough(opened):
                self._close(opened, None)
                return

    def _is_enough(self, opened: Opened) -> bool:
        plan = self._sweep.plan
        if opened.merged >= plan.blocks:
            return True
        if plan.precision is None or not plan.is_look(opened.merged) or opened.tally is None:
            return False
        return is_precise(opened.tally, self._sweep.milestones, plan.precision)

    def _close(self, opened: Opened, reason: str | None) -> None:
        del self._open[opened.cell.index]
        for _ in range(self._sweep.plan.blocks - opened.merged):
            self._advance()
        self._done(opened, reason)
