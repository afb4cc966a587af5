"""A worker's part in the explorer: play some runs of a block, with the random numbers of block 0 cached.

Drawing random numbers takes a good part of a block's time and does not depend on the sliders, so each worker caches the
numbers of the block that every answer begins with. With a store, whole blocks are looked up and kept there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import ExecutionError
from sim.model.kept_dice import KeptDice, Shelf
from sim.runs.block.blocks import BLOCK_RUNS, PART_COUNTS, BlockResult, BlockTask, run_part
from sim.runs.executors.processes import halted
from sim.runs.groups import Failure, Group, Task, play_group
from sim.tallies import Tally

if TYPE_CHECKING:
    from sim.runs.store import Store

SHELF_BYTES = 96 * 1024**2
_shelf = Shelf(SHELF_BYTES)


@dataclass(frozen=True)
class Piece:
    """Some runs of a block, for scenarios that differ in numbers only; a store, for a whole block of one scenario."""

    tasks: tuple[BlockTask, ...]
    part: slice
    store: Store | None = None

    @property
    def block(self) -> int:
        """Number of the block."""
        return self.tasks[0].block

    def __str__(self) -> str:
        others = f" and {len(self.tasks) - 1} more" if len(self.tasks) > 1 else ""
        return f"runs {self.part.start} to {self.part.stop} of {self.tasks[0]}{others}"


class Halted(Exception):  # noqa: N818 - not an error: nobody waits any more
    """The piece was halted."""


def play(piece: Piece) -> list[BlockResult] | None:
    """Play a piece; return a result per task, None if halted. Raises StoreError or ExecutionError if it is stored."""
    first = piece.tasks[0]
    if piece.store is not None:
        task = Task(first, first.scenario.id, with_counts=True, store=piece.store, look_up=True)
        (result,) = play_group(Group((task,)))
        if isinstance(result, Failure):
            raise ExecutionError(result.message)
        return [_shown(result)]
    shelf = _shelf if first.block == 0 else None
    dice = KeptDice(first.seed, first.block, BLOCK_RUNS, piece.part, first.scenario.horizon, shelf)
    try:
        return run_part(piece.tasks, piece.part, dice, _look_up)
    except Halted:
        return None


def found(piece: Piece) -> list[BlockResult] | None:
    """Return the results of a piece from its store; None if they are not there."""
    kept = None if piece.store is None else piece.store.get(piece.tasks[0])
    return None if kept is None else [_shown(kept)]


def _shown(result: BlockResult) -> BlockResult:
    """Reduce the result of a whole block to what the page shows, as in the result of a part."""
    counts = result.tally.counts
    return BlockResult(Tally({name: counts[name] for name in PART_COUNTS if name in counts}), result.records)


def _look_up() -> None:
    if halted():
        raise Halted
