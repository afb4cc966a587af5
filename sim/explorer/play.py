"""A worker's part in the explorer: play a block, or take it from the store."""

from __future__ import annotations

from sim.errors import ExecutionError
from sim.runs.block.blocks import BlockResult
from sim.runs.groups import Failure, Group, Task, play_group
from sim.tallies import Tally

SHOWN = (
    "states", "stance", "posture", "runs", "kept", "first_days", "ends", "broke_agreement", "breakdowns", "events",
)  # fmt: skip
"""Names of the counts that a page shows; events only if the scenario has some."""


def play(task: Task) -> BlockResult:
    """Return the part of a block's result that a page shows. Raises ExecutionError if it fails, or StoreError."""
    (result,) = play_group(Group((task,)))
    if isinstance(result, Failure):
        raise ExecutionError(result.message)
    counts = result.tally.counts
    return BlockResult(Tally({name: counts[name] for name in SHOWN if name in counts}), result.records)
