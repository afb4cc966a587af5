"""A simulation: one scenario's runs as they come in, merged in order, for all pages that look at it.

Its first look is the first block, cut in two so that both workers share it; the blocks after it refine the answer.
Whatever is merged are the first runs of `offramp run` with the same seed, to the byte. Where many wait at once, each
is shown a glimpse before: fewer runs, played in one array with those of others, forgotten when the first look is there.

With a store, the first block is looked for there before any of it is played. Blocks are then played whole and kept; the
first, of which only parts were played, comes last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
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

PLAN = Plan(runs=50_000)
"""What every simulation comes to, if somebody waits for it."""
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
        """Runs that it rests on."""
        return int(self.tally["runs"])

    @property
    def probability(self) -> float:
        """Share of the runs in which an offensive begins."""
        return float((self.records["offensive"] < self.scenario.horizon).mean())


@dataclass(eq=False)
class Simulation:
    """Runs of one scenario.

    Attributes
    ----------
    watchers
        Who is told when more runs are merged; without any it is not played on.
    store
        Where whole blocks are looked for and kept.
    asked
        When somebody last began to wait for its first answer.
    rests
        Until when nothing more of it is played: people should first see what there is.
    failure
        Why it cannot be played, or empty.
    glimpse
        What is shown until its first runs are merged, where there is something.
    """

    scenario: Scenario
    plan: Plan = PLAN
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
        self._blocks = list(range(1, self.plan.blocks))
        self.is_searched = self.store is None
        if self.store is not None:
            self._look = []
            self._blocks.append(0)

    @property
    def runs(self) -> int:
        """Runs merged."""
        return self._merger.merged.runs

    @property
    def is_known(self) -> bool:
        """Whether there is something to look at."""
        return self.runs > 0 or self.glimpse is not None

    def look(self) -> Look:
        """Return what is merged, or the glimpse where nothing is.

        Raises
        ------
        ValueError
            Where nothing is known yet.
        """
        if self.runs:
            return Look(self.scenario, self.plan, self._merger.merged.tally, self._merger.merged.records)
        if self.glimpse is not None:
            return self.glimpse
        raise ValueError("nothing is known yet")

    @cached_property
    def structure(self) -> Hashable:
        """What it must have in common with others to be played in one array with them."""
        return structure(self._light)

    @property
    def looks(self) -> bool:
        """Whether a piece of its first look is still to be handed out."""
        return bool(self._look) and not self.failure

    @property
    def is_playing(self) -> bool:
        """Whether some piece of it is being played."""
        return bool(self._playing)

    def task(self, block: int) -> BlockTask:
        """Return the task of a block."""
        return self.plan.task(self._light, block)

    def next_search(self) -> Piece | None:
        """Hand out the first block to be looked for in the store; None where that was done or is being done."""
        if self.is_searched or self._playing:
            return None
        return self._handed(0, 0, BLOCK_RUNS, self.store)

    def next_look(self, *, whole: bool) -> Piece:
        """Hand out the next piece of the first look, or all that is left of it."""
        first, last = self._look.pop(0)
        while whole and self._look and self._look[0][0] == last:
            last = self._look.pop(0)[1]
        return self._handed(0, first, last)

    def next_block(self) -> Piece | None:
        """Hand out the next block that refines the answer; None where all are."""
        if self.failure or self._look or not self._blocks or not self.is_searched:
            return None
        return self._handed(self._blocks.pop(0), 0, BLOCK_RUNS, self.store)

    def _handed(self, block: int, first: int, last: int, store: Store | None = None) -> Piece:
        piece = Piece((self.task(block),), slice(first, last), store)
        self._playing[block * BLOCK_RUNS + first] = piece
        return piece

    def give_back(self, piece: Piece) -> None:
        """Take a piece back that was not played to its end."""
        block, part = piece.block, piece.part
        del self._playing[block * BLOCK_RUNS + part.start]
        if block == 0:
            self._look = sorted([*self._look, (part.start, part.stop)])
        else:
            self._blocks = sorted([*self._blocks, block])

    def take_search(self, piece: Piece, result: BlockResult | None) -> None:
        """Merge the first block as the store has it; where it has none, there is a first look to be played."""
        self.is_searched = True
        if result is None:
            del self._playing[0]
            self._look = list(HALVES)
        else:
            self._blocks.remove(0)
            self.take(piece, result)

    def take(self, piece: Piece, result: BlockResult) -> None:
        """Merge a piece, as soon as all runs before it are in."""
        start = piece.block * BLOCK_RUNS + piece.part.start
        del self._playing[start]
        if start < self.runs:
            return  # the first block, played whole to be kept
        self._merger.add(start, result)
        while self._merger.step():
            self.glimpse = None

    def show(self, glimpse: BlockResult) -> None:
        """Take a glimpse, unless there is something better by now."""
        if not self.runs:
            self.glimpse = Look(self.scenario, self.plan, glimpse.tally, glimpse.records)

    def fail(self, reason: str) -> None:
        """Say to all who watch why it cannot be played."""
        self.failure = reason
        self.tell()

    def tell(self) -> None:
        """Tell all who watch."""
        for watcher in tuple(self.watchers):
            watcher(self)


def awaited(simulations: Iterator[Simulation]) -> list[Simulation]:
    """Return those that somebody watches and that can be played, the longest waiting first."""
    held = [one for one in simulations if one.watchers and not one.failure]
    return sorted(held, key=lambda one: one.asked)
