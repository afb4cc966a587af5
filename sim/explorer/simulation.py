"""A simulation: one scenario's runs, merged in order as they arrive, for all pages that look at it.

Its first look is the first block, split in two so that both workers share it; later blocks refine the answer. The
merged runs are always the first runs of `offramp run` with the same seed, to the byte. If many wait at once, each is
shown a glimpse first: fewer runs, played in one array with those of others and discarded after the first look.

With a store, the first block is looked up before any of it is played. Later blocks are then played whole and stored;
the first, of which only parts were played, comes last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sim.explorer.play import Piece
from sim.forecast.plan import Plan
from sim.model.stack import structure
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask
from sim.runs.play import Merger, Records
from sim.scenario.edit import bare

if TYPE_CHECKING:
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario
    from sim.tallies import Tally

PLAN = Plan(runs=50_000)  # plan of every simulation, carried out as long as somebody waits for it
HALVES = ((0, BLOCK_RUNS // 2), (BLOCK_RUNS // 2, BLOCK_RUNS))
GLIMPSE = slice(0, BLOCK_RUNS // 4)

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
    glimpse
        Shown until its first runs are merged; None if there is none.
    """

    scenario: Scenario
    store: Store | None = None
    watchers: list[Watcher] = field(default_factory=list)
    asked: float = field(default_factory=time.monotonic)
    rests: float = 0.0
    failure: str = ""
    glimpse: Look | None = None
    _merger: Merger = field(default_factory=Merger)
    _playing: dict[int, Piece] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._light = bare(self.scenario)
        self._look = list(HALVES)
        self._blocks = list(range(1, PLAN.blocks))
        self.is_searched = self.store is None
        if self.store is not None:
            self._look = []
            self._blocks.append(0)

    @property
    def runs(self) -> int:
        """Number of merged runs."""
        return self._merger.merged.runs

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show."""
        return self.runs > 0 or self.glimpse is not None

    def look(self) -> Look | None:
        """Return the merged runs, or the glimpse if there are none; None if nothing is known yet."""
        if not self.runs:
            return self.glimpse
        return Look(self.scenario, PLAN, self._merger.merged.tally, self._merger.merged.records)

    @cached_property
    def structure(self) -> Hashable:
        """The structure that simulations must share to be played in one array."""
        return structure(self._light)

    @property
    def looks(self) -> bool:
        """Whether a piece of its first look remains to be handed out."""
        return bool(self._look) and not self.failure

    @property
    def is_playing(self) -> bool:
        """Whether any piece of it is being played."""
        return bool(self._playing)

    def task(self, block: int) -> BlockTask:
        """Return the task of a block."""
        return PLAN.task(self._light, block)

    def next_search(self) -> Piece | None:
        """Hand out the first block for lookup in the store; None if that is done or under way."""
        if self.is_searched or self._playing:
            return None
        return self._handed(0, 0, BLOCK_RUNS, self.store)

    def next_look(self, *, whole: bool) -> Piece:
        """Hand out the next piece of the first look or, with `whole`, the rest of it."""
        first, last = self._look.pop(0)
        while whole and self._look and self._look[0][0] == last:
            last = self._look.pop(0)[1]
        return self._handed(0, first, last)

    def next_block(self) -> Piece | None:
        """Hand out the next block that refines the answer; None if there is none."""
        if self.failure or self._look or not self._blocks or not self.is_searched:
            return None
        return self._handed(self._blocks.pop(0), 0, BLOCK_RUNS, self.store)

    def _handed(self, block: int, first: int, last: int, store: Store | None = None) -> Piece:
        piece = Piece((self.task(block),), slice(first, last), store)
        self._playing[block * BLOCK_RUNS + first] = piece
        return piece

    def give_back(self, piece: Piece) -> None:
        """Take back a piece that was not played to its end."""
        block, part = piece.block, piece.part
        del self._playing[block * BLOCK_RUNS + part.start]
        if block == 0:
            self._look = sorted([*self._look, (part.start, part.stop)])
        else:
            self._blocks = sorted([*self._blocks, block])

    def take_search(self, piece: Piece, result: BlockResult | None) -> None:
        """Merge the first block from the store; if it is not there, schedule a first look."""
        self.is_searched = True
        if result is None:
            del self._playing[0]
            self._look = list(HALVES)
        else:
            self._blocks.remove(0)
            self.take(piece, result)

    def take(self, piece: Piece, result: BlockResult) -> None:
        """Merge a piece as soon as all runs before it have arrived."""
        start = piece.block * BLOCK_RUNS + piece.part.start
        del self._playing[start]
        if start < self.runs:
            return  # the first block, played whole for the store
        self._merger.add(start, result)
        while self._merger.step():
            self.glimpse = None

    def show(self, glimpse: BlockResult) -> None:
        """Set the glimpse, unless runs have been merged meanwhile."""
        if not self.runs:
            self.glimpse = Look(self.scenario, PLAN, glimpse.tally, glimpse.records)

    def fail(self, reason: str) -> None:
        """Notify all watchers of why it cannot be played."""
        self.failure = reason
        self.tell()

    def tell(self) -> None:
        """Notify all watchers."""
        for watcher in tuple(self.watchers):
            watcher(self)
