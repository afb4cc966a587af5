"""The ensemble: blocks of runs, played and tallied. A block is the unit of seeding and of caching.

A block always draws random numbers for all its runs and plays only the runs asked for. So run number 12,345 is the same
run for any number of runs, horizon or workers, and for any blocks played together with it (`run_blocks`).
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.chance import Dice, FirstDice
from sim.model.inputs import Draws, draw_inputs, inputs_of
from sim.model.stack import Member, Stack, structure
from sim.runs.block.conditions import Condition, Look, all_met, indicators_of
from sim.runs.block.counts import indicator_counts, input_counts
from sim.runs.block.watches import Paths, PathWatch, PostureWatch, StateWatch
from sim.scenario.posterior import SAMPLE, SAMPLES
from sim.tallies import Counts, Tally, day_sums, event_sums, run_sums

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Days, Floats
    from sim.model.crisis import Crisis, Observer
    from sim.model.setting import Setting
    from sim.model.theatre import Theatre
    from sim.scenario.scenario import Scenario

BLOCK_RUNS = 4096
FIRST_EVENTS = ("strikes", "agreement", "terms", "offensive", "limited", "full")
OUTCOMES = ("strikes", "agreement", "terms", "offensive")
STATES = ("standoff", "agreement", "terms", "offensive")
END_STATES = ("standoff", "agreement", "terms", "limited", "full")

RECORD = np.dtype([*((name, "<i2") for name in OUTCOMES), ("end", "u1"), ("breakdowns", "u1")])
"""The record of a run, 10 bytes: first days (the horizon if never), end state, breakdowns (255 at most)."""
LEFT_OUT = 255
"""Stands in for the end state of a run that does not meet the conditions given."""


@dataclass(frozen=True)
class BlockTask:
    """One block of one scenario: its first `runs` runs are kept, and of these the paths of the `sampled` ones.

    If conditions are `given`, only the runs that meet them count.

    Attributes
    ----------
    quantiles
        Quantiles of a design, used in place of drawn ones, keyed by stream of the input, shape (draws of a block,).
        The result is then the record of each run, without counts.
    """

    scenario: Scenario
    seed: int
    block: int
    replicates: int
    runs: int = BLOCK_RUNS
    sampled: int = 0
    given: tuple[Condition, ...] = ()
    quantiles: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def structure(self) -> Hashable:
        """Key shared by tasks that can be played together."""
        return structure(self.scenario)

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block} of {self.scenario.id}"


@dataclass(frozen=True)
class BlockResult:
    """Result of a block: counts that merge, the record of each run, dtype `RECORD`, and paths if asked for."""

    tally: Tally
    records: npt.NDArray[np.void]
    paths: Paths | None = None


def run_block(task: BlockTask) -> BlockResult:
    """Play one block and tally it."""
    return run_blocks([task])[0]


def run_blocks(tasks: Sequence[BlockTask], *, with_counts: bool = True) -> list[BlockResult]:
    """Play blocks in one array, the cheapest way for short ones, and tally each; each result is as if played alone.

    Only the runs that are kept are played. With a design, or without counts, the results hold records only.

    Raises
    ------
    ValueError
        If their scenarios differ in more than numbers.
    """
    members = [_member(task) for task in tasks]
    stack, rows = Stack.of(members), _rows(tasks, members)
    kept = _kept(tasks, stack, rows)
    watches = [_Watch(task, row) for task, row in zip(tasks, rows, strict=True)]
    counted = [with_counts and not task.quantiles for task in tasks]
    states = _state_watch(stack, rows, kept)
    whole = _played(stack, _Watches([states, *watches] if any(counted) else []))
    results = []
    for place, (task, row, met) in enumerate(zip(tasks, rows, kept, strict=True)):
        theatre, counts, paths = whole.part(row), {}, None
        if counted[place]:
            counts = {**states.counts(place, theatre), **_event_counts(task, theatre, met)}
            if not task.given:
                counts |= _further_counts(task, members[place].draws, theatre, watches[place].postures)
            paths = watches[place].paths()
        results.append(BlockResult(Tally(counts), _records(theatre, met), paths))
    return results


def _member(task: BlockTask) -> Member:
    """Return the runs of a task, as whole draws: their inputs and their chance."""
    given = {stream: column[: task.runs // task.replicates] for stream, column in task.quantiles.items()}
    drawn = draw_inputs(inputs_of(task.scenario), task.seed, task.block, task.runs, task.replicates, given=given)
    dice = Dice(task.seed, task.block)
    if task.runs < BLOCK_RUNS:
        dice = FirstDice(task.seed, task.block, BLOCK_RUNS)
    return Member(task.scenario, drawn, dice)


def _rows(tasks: Sequence[BlockTask], members: Sequence[Member]) -> list[slice]:
    """Return the rows of each task's runs in a stack of members."""
    starts = accumulate((member.runs for member in members), initial=0)
    return [slice(start, start + task.runs) for task, start in zip(tasks, starts, strict=False)]


def _all_kept(tasks: Sequence[BlockTask]) -> list[Bools]:
    return [np.ones(task.runs, dtype=np.bool_) for task in tasks]


def _kept(tasks: Sequence[BlockTask], stack: Stack, rows: Sequence[slice]) -> list[Bools]:
    """Play the days that settle the conditions; return which runs of each task meet them, all if none are given."""
    days, everything = [one.day for task in tasks for one in task.given], _all_kept(tasks)
    if not days:
        return everything
    watches = [PostureWatch(task.given, row) for task, row in zip(tasks, rows, strict=True)]
    whole = _played(stack, _Watches(watches), max(days))
    looks = [
        Look(first_days(whole.part(row), stack.horizon), watch.postures)
        for row, watch in zip(rows, watches, strict=True)
    ]
    parts = zip(tasks, looks, everything, strict=True)
    return [all_met(task.given, look) if task.given else runs for task, look, runs in parts]


def _further_counts(
    task: BlockTask, draws: Draws, theatre: Theatre, postures: Mapping[tuple[str, int], Floats]
) -> dict[str, Counts]:
    """Return the counts by inputs, indicators and samples of past cases."""
    scenario, milestones = task.scenario, task.scenario.milestones
    days = first_days(theatre, scenario.horizon)
    successes = {outcome: [days[outcome] < day for day in milestones] for outcome in OUTCOMES}
    look = Look(days, postures)
    return {
        **input_counts(scenario, draws, successes),
        "indicators": indicator_counts(indicators_of(scenario), look, milestones, task.replicates),
        **_sample_counts(task, draws, days["offensive"]),
    }


def watch_block(task: BlockTask, watch: Observer) -> tuple[npt.NDArray[np.void], Draws]:
    """Play one block under an observer; return the record of each run, dtype `RECORD`, and the draws."""
    member = _member(task)
    with closing(_crisis(Stack.of([member]))) as crisis:
        theatre = crisis.play(watch)
    return _records(theatre.part(slice(0, task.runs)), *_all_kept([task])), member.draws


def sample_block(task: BlockTask) -> Paths:
    """Play again the runs whose paths `run_block` is asked for."""
    watch = _path_watch(task, slice(0, task.runs))
    _played(Stack.of([_member(task)]), watch)
    return watch.paths()


def _state_watch(stack: Stack, rows: Sequence[slice], kept: Sequence[Bools]) -> StateWatch:
    return StateWatch(rows, kept, (stack.runs, stack.horizon, len(stack.scenario.actors)))


def _path_watch(task: BlockTask, rows: slice) -> PathWatch:
    shape = task.scenario.horizon, len(task.scenario.actors), task.sampled
    return PathWatch(np.arange(rows.start, rows.start + task.sampled), shape)


def _played(setting: Setting, watch: Observer, days: int | None = None) -> Theatre:
    """Play a setting from a recording of a day."""
    from sim.model import days as recorded  # late: it imports Mesa, which only playing needs

    with closing(_crisis(setting)) as crisis:
        return recorded.play(crisis, watch, days)


def _crisis(setting: Setting) -> Crisis:
    from sim.model.crisis import Crisis  # late, as above

    return Crisis(setting)


def first_days(theatre: Theatre, horizon: int) -> dict[str, Days]:
    """Return the day of each first event in each run; the horizon if it never happened."""
    offensive, never = theatre.offensive, np.int16(horizon)
    return {
        "strikes": theatre.first_strike,
        "agreement": theatre.first_agreement,
        "terms": theatre.terms,
        "offensive": offensive,
        "limited": np.where(theatre.full, never, offensive),
        "full": np.where(theatre.full, offensive, never),
    }


def _event_counts(task: BlockTask, theatre: Theatre, kept: Bools) -> dict[str, Counts]:
    horizon, replicates, runs = task.scenario.horizon, task.replicates, task.runs
    days, states = first_days(theatre, horizon), np.arange(len(END_STATES))[:, None]
    happened = [theatre.firsts[name] < horizon for name in task.scenario.events]
    return {
        "runs": np.array(runs, dtype=np.int64),
        "kept": run_sums(kept, replicates),
        "first_days": np.stack([day_sums(days[name], horizon, replicates, kept) for name in FIRST_EVENTS]),
        "ends": event_sums(_end_states(theatre) == states, replicates, kept),
        "broke_agreement": event_sums(theatre.broke_agreement, replicates, kept),
        "breakdowns": np.array(int(theatre.breakdowns[kept].sum()), dtype=np.int64),
        **({"events": event_sums(np.stack(happened), replicates, kept)} if happened else {}),
    }


def _sample_counts(task: BlockTask, draws: Draws, offensive: Days) -> dict[str, Counts]:
    """Count the runs of each sample of past cases, and those with an offensive by each milestone; empty for one sample.

    `sample_runs`, shape (samples, 3), and `samples`, shape (samples, milestones, 4).
    """
    sample = draws.values.get(SAMPLE)
    if not isinstance(sample, np.ndarray):
        return {}
    within = [sample[: task.runs] == code for code in range(len(SAMPLES))]
    by_milestone = offensive < np.array(task.scenario.milestones)[:, None]
    return {
        "sample_runs": np.stack([run_sums(kept, task.replicates) for kept in within]),
        "samples": np.stack([event_sums(by_milestone, task.replicates, kept) for kept in within]),
    }


def _end_states(theatre: Theatre) -> npt.NDArray[np.uint8]:
    """Code the state at the horizon by its index in `END_STATES`."""
    ended = np.where(theatre.yielded, 2, np.where(theatre.full, 4, 3))
    return np.where(theatre.ended, ended, theatre.agreement).astype(np.uint8)


def last_days(records: npt.NDArray[np.void] | np.void) -> Days:
    """Return the day on which each run ended, by an offensive or by terms; the horizon if it did not end."""
    last: Days = np.minimum(records["offensive"], records["terms"])
    return last


def _records(theatre: Theatre, kept: Bools) -> npt.NDArray[np.void]:
    records = np.zeros(len(theatre.offensive), dtype=RECORD)
    records["strikes"] = theatre.first_strike
    records["agreement"] = theatre.first_agreement
    records["terms"] = theatre.terms
    records["offensive"] = theatre.offensive
    records["end"] = _end_states(theatre)
    records["breakdowns"] = np.minimum(theatre.breakdowns, 255)
    records["end"][~kept] = LEFT_OUT
    return records


class _Watch:
    """Observes some runs of a play: the postures of a task's indicators, and the paths of the runs it samples."""

    def __init__(self, task: BlockTask, rows: slice) -> None:
        self._looking = PostureWatch(indicators_of(task.scenario), rows)
        self._paths = _path_watch(task, rows) if task.sampled else None

    def start(self, crisis: Crisis) -> None:
        """Record the state before day 0."""
        if self._paths is not None:
            self._paths.start(crisis)

    def day_end(self, crisis: Crisis) -> None:
        """Record the state at the end of a day."""
        self._looking.day_end(crisis)
        if self._paths is not None:
            self._paths.day_end(crisis)

    def next_look(self, day: int) -> int:
        """Return the next day to record."""
        return min(one.next_look(day) for one in (self._looking, self._paths) if one is not None)

    @property
    def postures(self) -> Mapping[tuple[str, int], Floats]:
        """Postures, keyed by actor and day."""
        return self._looking.postures

    def paths(self) -> Paths | None:
        """Return the paths of the sampled runs; None if there are none."""
        return None if self._paths is None else self._paths.paths()


class _Watches:
    """Passes the days of a play on to several watches of its runs."""

    def __init__(self, watches: Sequence[Observer]) -> None:
        self._watches = watches

    def start(self, crisis: Crisis) -> None:
        """Count the state before day 0."""
        for watch in self._watches:
            watch.start(crisis)

    def day_end(self, crisis: Crisis) -> None:
        """Count the state at the end of a day."""
        for watch in self._watches:
            watch.day_end(crisis)

    def next_look(self, day: int) -> int:
        """Return the first day that any of them looks at."""
        return min((one.next_look(day) for one in self._watches), default=sys.maxsize)
