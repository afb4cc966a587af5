"""The ensemble: one block of runs, played and tallied. `run_block` is the unit of work, of seeding and of caching.

A block always draws for all its runs and then keeps those asked for, so run number 12,345 is the same run whatever
the number of runs, the horizon or the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.inputs import Draws, draw_inputs, inputs_of
from sim.model.setting import Dice, Setting
from sim.model.stack import Stack
from sim.runs.block.conditions import Condition, Look, all_met, indicators_of
from sim.runs.block.counts import indicator_counts, input_counts
from sim.runs.block.watches import Paths, PathWatch, PostureWatch
from sim.scenario.posterior import SAMPLE, SAMPLES
from sim.tallies import Counts, Tally, day_sums, event_sums, histogram, run_sums

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Days, Floats
    from sim.model.crisis import Crisis, Observer
    from sim.model.theatre import Theatre
    from sim.scenario.scenario import Scenario

BLOCK_RUNS = 4096
WEEK = 7
STANCE_BINS, POSTURE_BINS = 100, 50
FIRST_EVENTS = ("strikes", "agreement", "terms", "offensive", "limited", "full")
OUTCOMES = ("strikes", "agreement", "terms", "offensive")
STATES = ("standoff", "agreement", "terms", "offensive")
END_STATES = ("standoff", "agreement", "terms", "limited", "full")

RECORD = np.dtype([*((name, "<i2") for name in OUTCOMES), ("end", "u1"), ("breakdowns", "u1")])
"""What is kept of each run, 10 bytes: first days (the horizon where never), end state, breakdowns (255 at most)."""
PART_COUNTS = (
    "states", "stance", "posture", "runs", "kept", "first_days", "ends", "broke_agreement", "breakdowns", "events",
)  # fmt: skip
"""Names of the counts that a part of a block has (`run_part`); events only where the scenario has some."""
LEFT_OUT = 255
"""In place of the end state of a run that does not meet what is given."""


@dataclass(frozen=True)
class BlockTask:
    """One block of one scenario; `runs` of its runs are kept, from the first, and the paths of `sampled` of those.

    Where something is `given`, only the runs that meet it count.

    Attributes
    ----------
    quantiles
        What to take instead of drawn quantiles, by stream of the input, shape (draws of a block,): a design. Its result
        is the record of each run, without counts.
    """

    scenario: Scenario
    seed: int
    block: int
    replicates: int
    runs: int = BLOCK_RUNS
    sampled: int = 0
    given: tuple[Condition, ...] = ()
    quantiles: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block} of {self.scenario.id}"


@dataclass(frozen=True)
class BlockResult:
    """What a block gives: counts that merge, the record of each run, dtype `RECORD`, and paths where asked for."""

    tally: Tally
    records: npt.NDArray[np.void]
    paths: Paths | None = None


def run_block(task: BlockTask) -> BlockResult:
    """Play one block and tally it."""
    if task.quantiles:
        return BlockResult(Tally({}), record_block(task))
    draws = draw_inputs(inputs_of(task.scenario), task.seed, task.block, BLOCK_RUNS, task.replicates)
    dice = Dice(task.seed, task.block)
    return _given_result(task, draws, dice) if task.given else _result(task, draws, dice)


def run_part(
    tasks: Sequence[BlockTask], part: slice, dice: Dice, each_day: Callable[[], None] | None = None
) -> list[BlockResult]:
    """Play some runs of a block and tally what a look at the forecast needs: states, actors, events.

    The results of all parts of one task, added up, are those of its block, less what it counts by inputs and
    indicators. Several tasks, whose scenarios then differ in numbers only, are played in one array: that costs least,
    and a run may differ in the last digit from that of its task alone (`sim.model.stack`).

    Parameters
    ----------
    part
        Which runs, whole draws of them.
    dice
        The chance of these runs: that of the block, cut to the part.
    each_day
        Called at the end of each day played; what it raises ends the play.

    Raises
    ------
    ValueError
        Where several scenarios differ in more than numbers.
    """
    runs = part.stop - part.start
    cuts = [replace(task, runs=min(part.stop, task.runs) - part.start, sampled=0) for task in tasks]
    firsts = [place * runs for place in range(len(cuts))]
    watches = [_Watch(cut, (), first=first) for cut, first in zip(cuts, firsts, strict=True)]
    draws = [draw_inputs(inputs_of(one.scenario), one.seed, one.block, part.stop, one.replicates) for one in tasks]
    stack = Stack.of([one.scenario for one in tasks], [one.part(part) for one in draws], dice)
    whole = _played(stack, _Watches(watches, each_day))
    results = []
    for cut, watch, first in zip(cuts, watches, firsts, strict=True):
        theatre = whole.part(slice(first, first + cut.runs))
        days = first_days(theatre, cut.runs, cut.scenario.horizon)
        counts = {**watch.counts(), **_event_counts(cut, theatre, days)}
        results.append(BlockResult(Tally(counts), _records(cut, theatre)))
    return results


def _result(task: BlockTask, draws: Draws, dice: Dice) -> BlockResult:
    scenario, milestones = task.scenario, task.scenario.milestones
    indicators = indicators_of(scenario)
    watch = _Watch(task, indicators)
    theatre = _play(task, draws, dice, watch)
    days = first_days(theatre, task.runs, scenario.horizon)
    successes = {outcome: [days[outcome] < day for day in milestones] for outcome in OUTCOMES}
    counts = {
        **watch.counts(),
        **_event_counts(task, theatre, days),
        **input_counts(scenario, draws, successes),
        "indicators": indicator_counts(indicators, Look(days, watch.postures), milestones, task.replicates),
        **_sample_counts(task, draws, days["offensive"]),
    }
    return BlockResult(Tally(counts), _records(task, theatre), watch.paths())


def _given_result(task: BlockTask, draws: Draws, dice: Dice) -> BlockResult:
    """Play the days that settle what is given, then the whole block, and tally the runs that meet it."""
    horizon, runs = task.scenario.horizon, task.runs
    looking = PostureWatch(task.given, runs)
    theatre = _play(task, draws, dice, looking, max(one.day for one in task.given))
    kept = all_met(task.given, Look(first_days(theatre, runs, horizon), looking.postures))
    watch = _Watch(task, (), kept=kept)
    theatre = _play(task, draws, dice, watch)
    counts = {**watch.counts(), **_event_counts(task, theatre, first_days(theatre, runs, horizon), kept)}
    records = _records(task, theatre)
    records["end"][~kept] = LEFT_OUT
    return BlockResult(Tally(counts), records)


def watch_block(task: BlockTask, watch: Observer) -> tuple[npt.NDArray[np.void], Draws]:
    """Play one block before the eyes of an observer; return the record of each run, dtype `RECORD`, and the draws."""
    draws = draw_inputs(inputs_of(task.scenario), task.seed, task.block, BLOCK_RUNS, task.replicates)
    return _records(task, _play(task, draws, Dice(task.seed, task.block), watch)), draws


def sample_block(task: BlockTask) -> Paths:
    """Play one block again for the paths that `run_block` gives."""
    watch = _path_watch(task)
    watch_block(task, watch)
    return watch.paths()


def _path_watch(task: BlockTask) -> PathWatch:
    shape = task.scenario.horizon, len(task.scenario.actors), task.sampled
    return PathWatch(slice(task.sampled), shape)


def record_block(task: BlockTask) -> npt.NDArray[np.void]:
    """Play one block and return only the record of each run, dtype `RECORD`."""
    inputs = inputs_of(task.scenario)
    draws = draw_inputs(inputs, task.seed, task.block, BLOCK_RUNS, task.replicates, given=task.quantiles)
    return _records(task, _play(task, draws, Dice(task.seed, task.block)))


def _play(task: BlockTask, draws: Draws, dice: Dice, watch: Observer | None = None, days: int | None = None) -> Theatre:
    return _played(Setting(task.scenario, draws, dice), watch, days)


def _played(setting: Setting, watch: Observer | None = None, days: int | None = None) -> Theatre:
    from sim.model.crisis import Crisis  # late: it brings in Mesa, which only those who play need

    crisis = Crisis(setting)
    try:
        return crisis.play(watch, days)
    finally:
        crisis.close()


def first_days(theatre: Theatre, runs: int, horizon: int) -> dict[str, Days]:
    """Return the day of each first event for the first `runs` runs; the horizon where it never happened."""
    offensive, full = theatre.offensive[:runs], theatre.full[:runs]
    never = np.int16(horizon)
    return {
        "strikes": theatre.first_strike[:runs],
        "agreement": theatre.first_agreement[:runs],
        "terms": theatre.terms[:runs],
        "offensive": offensive,
        "limited": np.where(full, never, offensive),
        "full": np.where(full, offensive, never),
    }


def _event_counts(
    task: BlockTask, theatre: Theatre, days: dict[str, Days], kept: Bools | None = None
) -> dict[str, Counts]:
    horizon, replicates, runs = task.scenario.horizon, task.replicates, task.runs
    kept = np.ones(runs, dtype=np.bool_) if kept is None else kept
    states = np.arange(len(END_STATES))[:, None]
    happened = [theatre.firsts[name][:runs] < horizon for name in task.scenario.events]
    return {
        "runs": np.array(runs, dtype=np.int64),
        "kept": run_sums(kept, replicates),
        "first_days": np.stack([day_sums(days[name], horizon, replicates, kept) for name in FIRST_EVENTS]),
        "ends": event_sums(_end_states(theatre, runs) == states, replicates, kept),
        "broke_agreement": event_sums(theatre.broke_agreement[:runs], replicates, kept),
        "breakdowns": np.array(int(theatre.breakdowns[:runs][kept].sum()), dtype=np.int64),
        **({"events": event_sums(np.stack(happened), replicates, kept)} if happened else {}),
    }


def _sample_counts(task: BlockTask, draws: Draws, offensive: Days) -> dict[str, Counts]:
    """Count the runs of each sample of past cases, and of an offensive in each by milestone; nothing if there is one.

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


def _end_states(theatre: Theatre, runs: int) -> npt.NDArray[np.uint8]:
    """Code the state at the horizon by its place in `END_STATES`."""
    ended = np.where(theatre.yielded, 2, np.where(theatre.full, 4, 3))
    return np.where(theatre.ended, ended, theatre.agreement).astype(np.uint8)[:runs]


def last_days(records: npt.NDArray[np.void] | np.void) -> Days:
    """Return the day on which each run ended, by an offensive or by terms; the horizon where it goes on."""
    last: Days = np.minimum(records["offensive"], records["terms"])
    return last


def _records(task: BlockTask, theatre: Theatre) -> npt.NDArray[np.void]:
    records = np.zeros(task.runs, dtype=RECORD)
    records["strikes"] = theatre.first_strike[: task.runs]
    records["agreement"] = theatre.first_agreement[: task.runs]
    records["terms"] = theatre.terms[: task.runs]
    records["offensive"] = theatre.offensive[: task.runs]
    records["end"] = _end_states(theatre, task.runs)
    records["breakdowns"] = np.minimum(theatre.breakdowns[: task.runs], 255)
    return records


class _Watch:
    """Counts states by day and stances and postures by week, over the runs that have not ended.

    Parameters
    ----------
    conditions
        What postures are kept for.
    kept
        Which runs count; all where it is not given.
    first
        The first of the runs that are looked at, which stand next to each other.
    """

    def __init__(
        self, task: BlockTask, conditions: Sequence[Condition], *, kept: Bools | None = None, first: int = 0
    ) -> None:
        self._looking = PostureWatch(conditions, task.runs)
        self._kept = np.ones(task.runs, dtype=np.bool_) if kept is None else kept
        self._count = int(np.count_nonzero(self._kept))
        weeks = task.scenario.horizon // WEEK + 1
        actors = len(task.scenario.actors)
        self._rows = slice(first, first + task.runs)
        self._states = np.zeros((len(STATES), task.scenario.horizon + 1), dtype=np.int64)
        self._stance = np.zeros((actors, weeks, STANCE_BINS), dtype=np.int64)
        self._posture = np.zeros((actors, weeks, POSTURE_BINS), dtype=np.int64)
        self._paths = _path_watch(task) if task.sampled else None

    def start(self, crisis: Crisis) -> None:
        """Count the state before day 0."""
        self._count_states(crisis, 0)
        self._count_actors(crisis, 0)
        if self._paths is not None:
            self._paths.start(crisis)

    def day_end(self, crisis: Crisis) -> None:
        """Count the state at the end of a day, which is the state at the day after it."""
        day = crisis.day + 1
        self._count_states(crisis, day)
        if day % WEEK == 0:
            self._count_actors(crisis, day // WEEK)
        self._looking.day_end(crisis)
        if self._paths is not None:
            self._paths.day_end(crisis)

    @property
    def postures(self) -> Mapping[tuple[str, int], Floats]:
        """Postures that the conditions look at, by actor and day."""
        return self._looking.postures

    def paths(self) -> Paths | None:
        """Return the paths of the runs sampled; None without any."""
        return None if self._paths is None else self._paths.paths()

    def counts(self) -> dict[str, Counts]:
        """Return the counts by name."""
        return {"states": self._states, "stance": self._stance, "posture": self._posture}

    def _count_states(self, crisis: Crisis, day: int) -> None:
        theatre = crisis.theatre
        ended: Bools = theatre.ended[self._rows] & self._kept
        agreed = theatre.agreement[self._rows] & self._kept
        over = np.count_nonzero(ended)
        terms = np.count_nonzero(theatre.yielded[self._rows] & self._kept)
        agreement = np.count_nonzero(agreed & ~ended)
        self._states[:, day] = (self._count - over - agreement, agreement, terms, over - terms)

    def _count_actors(self, crisis: Crisis, week: int) -> None:
        going = np.flatnonzero(~crisis.theatre.ended[self._rows] & self._kept)
        for index, actor in enumerate(crisis.actors):
            self._stance[index, week] = histogram(actor.stance[self._rows].take(going), -1, 1, STANCE_BINS)
            self._posture[index, week] = histogram(actor.posture[self._rows].take(going), 0, 1, POSTURE_BINS)


class _Watches:
    """Lets several watches look at their runs of one play, and somebody else know that a day is over."""

    def __init__(self, watches: Sequence[_Watch], each_day: Callable[[], None] | None) -> None:
        self._watches, self._each_day = watches, each_day

    def start(self, crisis: Crisis) -> None:
        """Count the state before day 0."""
        for watch in self._watches:
            watch.start(crisis)

    def day_end(self, crisis: Crisis) -> None:
        """Count the state at the end of a day."""
        for watch in self._watches:
            watch.day_end(crisis)
        if self._each_day is not None:
            self._each_day()
