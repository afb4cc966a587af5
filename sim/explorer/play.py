"""What a worker does for the explorer: it plays some runs of a block, with the dice of the first block at hand.

Drawing random numbers takes a good part of a block's time and does not depend on what a slider says, so each worker
keeps the numbers of the block that every answer begins with.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.model.kept_dice import KeptDice, Shelf
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask, run_part
from sim.runs.executors.processes import halted

SHELF_BYTES = 96 * 1024**2
_shelf = Shelf(SHELF_BYTES)


@dataclass(frozen=True)
class Piece:
    """Some runs of a block: of one scenario, or of several that differ in numbers only."""

    tasks: tuple[BlockTask, ...]
    part: slice

    @property
    def block(self) -> int:
        """Which block."""
        return self.tasks[0].block

    def __str__(self) -> str:
        """Name it in messages."""
        others = f" and {len(self.tasks) - 1} more" if len(self.tasks) > 1 else ""
        return f"runs {self.part.start} to {self.part.stop} of {self.tasks[0]}{others}"


class Halted(Exception):  # noqa: N818 - no error: nobody waits any more
    """The piece was told to stop."""


def play(piece: Piece) -> list[BlockResult] | None:
    """Play a piece; return the result of each of its tasks, or None where it was told to stop."""
    first = piece.tasks[0]
    shelf = _shelf if first.block == 0 else None
    dice = KeptDice(first.seed, first.block, BLOCK_RUNS, piece.part, first.scenario.horizon, shelf)
    try:
        return run_part(piece.tasks, piece.part, dice, _look_up)
    except Halted:
        return None


def _look_up() -> None:
    if halted():
        raise Halted
