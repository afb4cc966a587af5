"""Runs a scenario by its plan: maps blocks over an executor and merges them in order.

A forecast that was interrupted therefore holds the first blocks of the whole one, and the first 4,096 runs of any
forecast are the runs of a forecast of 4,096.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import environment
from sim.errors import TooFewError, UsageError
from sim.forecast.checkpoint import NOTHING, Checkpoint, Progress
from sim.forecast.forecast import Forecast
from sim.forecast.plan import MAX_RUNS, Plan
from sim.forecast.record import Status, is_precise
from sim.runs.block.blocks import BLOCK_RUNS, RECORD, BlockResult, run_block, sample_block
from sim.runs.block.given import LEAST_DRAWS
from sim.runs.block.shapes import is_of
from sim.runs.executors import Executor, Serial
from sim.runs.store.store import KeptTask, take_or_play
from sim.wording import counted

if TYPE_CHECKING:
    from sim.runs.block.paths import Paths
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

RECORD_CAP = 1_000_000  # runs whose record is kept: 8 MB
SAVE_EVERY = 10.0  # seconds between checkpoints


def run(
    scenario: Scenario,
    plan: Plan,
    *,
    executor: Executor | None = None,
    finished: Callable[[], None] | None = None,
    checkpoint: Path | None = None,
    store: Store | None = None,
) -> Forecast:
    """Run a scenario.

    Parameters
    ----------
    executor
        Where blocks are played; this process if not given.
    finished
        Called once for each finished block.
    checkpoint
        File that keeps finished blocks until the forecast is complete; a later call with the same scenario, seed and
        replicates goes on from it.
    store
        Where finished blocks are looked for and kept, by workers that reach it.

    Raises
    ------
    UsageError
        Where the plan is too large.
    ExecutionError
        Where a block failed.
    StoreError
        Where a block cannot be kept.
    TooFewError
        Where fewer than 100 draws have a run that meets what is given.
    KeyboardInterrupt
        Where it came before the first block was done; later, what is done is returned as `interrupted`.
    """
    plan.check(scenario)
    keeper = None if checkpoint is None else Checkpoint(checkpoint, _key(scenario, plan))
    merge = _Merge(scenario, plan, keeper)
    for _ in range(merge.blocks if finished is not None else 0):
        finished()  # type: ignore[misc]
    tasks, executor = plan.tasks(scenario, merge.blocks, with_paths=True), executor or Serial()
    if store is None:
        results = executor.map(run_block, tasks, finished)
    else:
        results = executor.map(take_or_play, (KeptTask(task, store) for task in tasks), finished)
    status: Status = "complete"
    try:
        while not merge.is_done():
            merge.take(next(results))
    except KeyboardInterrupt:
        if merge.blocks == 0:
            raise
        status = "interrupted"
    finally:
        results.close()  # type: ignore[attr-defined]
        if not merge.is_done():
            merge.save()
    if status == "complete":
        merge.forget()
        if plan.precision is not None and not merge.is_precise():
            status = "imprecise"
    forecast = merge.forecast(status)
    if plan.given:
        _check_enough(forecast)
    return forecast


def _check_enough(forecast: Forecast) -> None:
    """Complain where too few runs meet what is given."""
    kept, made = int(forecast.tally["kept"][1]), forecast.draw_count
    if kept >= LEAST_DRAWS:
        return
    given = "; ".join(one.text(forecast.scenario.as_of) for one in forecast.plan.given)
    said = (
        f"{kept:,} of {counted(made, 'draw')} have a run that meets what is given ({given}), and {LEAST_DRAWS} are "
        "needed"
    )
    wanted = 1000 * math.ceil(1.3e-3 * forecast.runs * LEAST_DRAWS / max(kept, 1))
    more = f"; make about {counted(wanted, 'run')}, or give less" if kept and wanted <= MAX_RUNS else "; give less"
    raise TooFewError(said + more)


def _key(scenario: Scenario, plan: Plan) -> str:
    parts = (
        scenario.hash,
        plan.seed,
        plan.replicates,
        *map(repr, plan.given),
        environment.model_version(),
        *sorted(environment.package_versions().items()),
        environment.cpu_level(),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class _Merge:
    """Merges blocks in order and knows when to stop."""

    def __init__(self, scenario: Scenario, plan: Plan, keeper: Checkpoint | None) -> None:
        self._scenario, self._plan, self._keeper = scenario, plan, keeper
        kept = NOTHING if keeper is None else keeper.load()
        self._done = kept if self._can_go_on_from(kept) else NOTHING
        self._paths: Paths | None = None
        self._saved = time.monotonic()

    def _can_go_on_from(self, kept: Progress) -> bool:
        """Whether what was kept is no more than is asked for now, and has the counts and records of this scenario."""
        if kept.tally is None or kept.blocks > self._plan.most_runs // BLOCK_RUNS:
            return False
        task, runs, records = next(self._plan.tasks(self._scenario)), kept.blocks * BLOCK_RUNS, kept.records[0]
        return len(records) == min(runs, RECORD_CAP) and is_of(task, runs, kept.tally, records)

    @property
    def blocks(self) -> int:
        """How many blocks are in."""
        return self._done.blocks

    def is_done(self) -> bool:
        """Whether all blocks are in, or the precision is reached at a look."""
        if self.blocks >= self._plan.blocks:
            return True
        return self._plan.precision is not None and self._plan.is_look(self.blocks) and self.is_precise()

    def is_precise(self) -> bool:
        """Whether the interval of every probability of an offensive is narrow enough."""
        if self._done.tally is None or self._plan.precision is None:
            return False
        return is_precise(self._done.tally, self._scenario.milestones, self._plan.precision)

    def take(self, result: BlockResult) -> None:
        """Merge the next block, in one assignment: Ctrl-C comes between blocks or not at all."""
        done = self._done
        self._paths = result.paths if done.blocks == 0 else self._paths
        tally = result.tally if done.tally is None else done.tally + result.tally
        room = RECORD_CAP - sum(map(len, done.records))
        records = (*done.records, result.records[:room]) if room > 0 else done.records
        self._done = Progress(done.blocks + 1, tally, records)
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Keep what is done, whole blocks only."""
        self._saved = time.monotonic()
        done = self._done
        whole = done.tally is not None and int(done.tally["runs"]) == done.blocks * BLOCK_RUNS
        if self._keeper is not None and whole:
            self._keeper.save(done)

    def forget(self) -> None:
        """Drop what was kept."""
        if self._keeper is not None:
            self._keeper.remove()

    def forecast(self, status: Status) -> Forecast:
        """Return the forecast of what is merged."""
        done = self._done
        if done.tally is None:
            raise UsageError("no block is done")
        records = np.concatenate(done.records) if done.records else np.zeros(0, dtype=RECORD)
        return Forecast(self._scenario, self._plan, done.tally, records, status, self._paths or self._paths_again())

    def _paths_again(self) -> Paths | None:
        """Play the first block once more for its paths, which a checkpoint does not hold."""
        first = next(self._plan.tasks(self._scenario, with_paths=True))
        return sample_block(first) if first.sampled else None
