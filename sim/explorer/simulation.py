"""A simulation: one scenario's runs, merged in order as they arrive, for all pages that look at it.

Its first look is the first block; later blocks refine the answer. The merged runs are always the first runs of
`offramp run` with the same seed, to the byte.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.forecast.plan import Plan
from sim.runs.block.blocks import BLOCK_RUNS
from sim.runs.groups import Task
from sim.runs.play import Merger, Records
from sim.scenario.edit import bare

if TYPE_CHECKING:
    from sim.runs.block.blocks import BlockResult
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario
    from sim.tallies import Tally

PLAN = Plan(runs=50_000)  # plan of every simulation, carried out as long as somebody waits for it

Watcher = Callable[["Simulation"], None]


@dataclass(frozen=True)
class Look:
    """What is known of a simulation at one moment."""

    scenario: Scenario
    plan: Plan
    tally: Tally
    records: Records

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.tally["runs"])

    @property
    def probability(self) -> float:
        """Share of runs in which an offensive begins."""
        return float((self.records["offensive"] < self.scenario.horizon).mean())


@dataclass(eq=False)
class Simulation:
    """Runs of one scenario.

    Attributes
    ----------
    watchers
        Called when more runs are merged; without watchers, playing stops.
    store
        Store for whole blocks.
    asked
        Time at which somebody last began to wait for it.
    rests
        Time until which it is paused, so that users first see what there is.
    failure
        Why it cannot be played, or empty.
    """

    scenario: Scenario
    store: Store | None = None
    watchers: list[Watcher] = field(default_factory=list)
    asked: float = field(default_factory=time.monotonic)
    rests: float = 0.0
    failure: str = ""
    _merger: Merger = field(default_factory=Merger)
    _playing: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._light = bare(self.scenario)
        self._blocks = deque(range(PLAN.blocks))

    @property
    def runs(self) -> int:
        """Number of merged runs."""
        return self._merger.merged.runs

    @property
    def looks(self) -> bool:
        """Whether its first block remains to be handed out."""
        return not self.failure and bool(self._blocks) and self._blocks[0] == 0

    @property
    def is_playing(self) -> bool:
        """Whether any block of it is being played."""
        return bool(self._playing)

    def look(self) -> Look | None:
        """Return the merged runs; None if there are none yet."""
        if not self.runs:
            return None
        return Look(self.scenario, PLAN, self._merger.merged.tally, self._merger.merged.records)

    def next_block(self) -> Task | None:
        """Hand out the next block; None if there is none."""
        if self.failure or not self._blocks:
            return None
        block = PLAN.task(self._light, self._blocks.popleft())
        self._playing.add(block.block)
        return Task(block, self.scenario.id, with_counts=True, store=self.store, look_up=self.store is not None)

    def give_back(self, task: Task) -> None:
        """Take back a block that was not played to its end."""
        self._playing.remove(task.block.block)
        self._blocks = deque(sorted([*self._blocks, task.block.block]))

    def take(self, task: Task, result: BlockResult) -> None:
        """Merge a block as soon as all before it have arrived."""
        self._playing.remove(task.block.block)
        self._merger.add(task.block.block * BLOCK_RUNS, result)
        while self._merger.step():
            pass

    def fail(self, reason: str) -> None:
        """Notify all watchers of why it cannot be played."""
        self.failure = reason
        self.tell()

    def tell(self) -> None:
        """Notify all watchers."""
        for watcher in tuple(self.watchers):
            watcher(self)
