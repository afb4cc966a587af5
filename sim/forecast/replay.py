"""Replay: chosen runs of an ensemble played again, with everything about them recorded.

A run cannot be played alone, because its block draws for all its runs at once; so its block is played, with a watch
that copies the chosen runs. The result is the run that the ensemble counted, to the last bit.

`explain` gives one run as plain values: its course for the story, and every day of it for tables and figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.forecast.course import course_of
from sim.forecast.plan import MAX_RUNS, Plan, whole_number
from sim.forecast.record import head_of, theatre_of
from sim.model.theatre import EVENTS
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, last_days, watch_block
from sim.runs.block.watches import Paths, PathWatch

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Floats
    from sim.model.crisis import Crisis
    from sim.model.inputs import Draws
    from sim.scenario.scenario import Scenario

OF_GROUND = ("attacks", "bombing", "displacement", "support", "imminence")


@dataclass(frozen=True)
class Trace:
    """One run, day by day, up to the day that ends it or the horizon: arrays of `days` or `days + 1` entries.

    Attributes
    ----------
    run, draw
        Its number in the ensemble, and the number of its draw of the uncertain inputs.
    record
        The ensemble's record of it, dtype `RECORD`.
    days
        Days played, up to and including that of the offensive or of terms.
    path
        Its path: stances, postures, phase, incidents and strikes, as `Paths` of one run.
    said, perceived, target
        Float32, shape (days, actors): each actor's public statement of its stance on the day, what the others believe
        its stance to be after that, and the posture that it would have adopted at once if it could.
    ground
        `attacks`, `bombing` and `displacement` at the end of each day, shape (days + 1,), and `support` and `imminence`
        under the postures then.
    chances, happened
        By event, shape (days,): its probability on the day, and whether it came up. Chance is drawn for every event
        every day; an agreement counts only in a standoff, a breakdown only under an agreement.
    will
        Share of the initiator's dispositions that would attack on each day; it launches only if this is above its own.
    inputs
        Value of each uncertain input in this run's draw, by path.
    """

    run: int
    draw: int
    record: np.void
    days: int
    path: Paths
    said: Floats
    perceived: Floats
    target: Floats
    ground: Mapping[str, Floats]
    chances: Mapping[str, Floats]
    happened: Mapping[str, Bools]
    will: Floats
    inputs: Mapping[str, float]


def replay(scenario: Scenario, runs: Sequence[int], *, seed: int = 0, replicates: int = 2) -> list[Trace]:
    """Play some runs of a scenario again, each of their blocks once.

    Parameters
    ----------
    runs
        Numbers of runs, from 0, in any order.
    seed, replicates
        As in the forecast that the runs belong to.

    Returns
    -------
    list
        Their traces, in the order requested.

    Raises
    ------
    UsageError
        If there can be no run of that number, or no forecast with that seed or these replicates.
    """
    plan = Plan(seed=seed, replicates=replicates)
    for run in runs:
        if not 0 <= whole_number("a run", run) < MAX_RUNS:
            raise UsageError(f"expected the number of a run from 0 to {MAX_RUNS - 1:,} (got {run:,})")
    traces: dict[int, Trace] = {}
    for block, members in groupby(sorted(set(runs)), lambda run: run // BLOCK_RUNS):
        chosen = list(members)
        traces |= zip(chosen, _traces(BlockTask(scenario, plan.seed, block, plan.replicates), chosen), strict=True)
    return [traces[run] for run in runs]


def _traces(task: BlockTask, runs: Sequence[int]) -> Iterator[Trace]:
    rows = np.array(runs, dtype=np.int64) - task.block * BLOCK_RUNS
    watch = _TraceWatch(rows, task.scenario)
    records, draws = watch_block(task, watch)
    for place, row in enumerate(rows):
        yield watch.trace(task, place, records[row], _inputs(draws, int(row)))


def _inputs(draws: Draws, row: int) -> dict[str, float]:
    """Return the values of one run, including every input that is drawn together with others."""
    return {path: float(value[row]) for path, value in draws.values.items() if isinstance(value, np.ndarray)}


class _TraceWatch(PathWatch):
    """Copies, in addition to the paths, public statements and beliefs, the ground, and the results of chance."""

    def __init__(self, rows: npt.NDArray[np.int64], scenario: Scenario) -> None:
        shape = days, actors, runs = scenario.horizon, len(scenario.actors), len(rows)
        super().__init__(rows, shape, EVENTS)
        self._said = np.empty((days, actors, runs), dtype=np.float32)
        self._perceived = np.empty_like(self._said)
        self._target = np.empty_like(self._said)
        self._ground = {name: np.empty((days + 1, runs), dtype=np.float32) for name in OF_GROUND}
        self._chances = {event: np.empty((days, runs), dtype=np.float32) for event in EVENTS}
        self._will = np.empty((days, runs), dtype=np.float32)

    def start(self, crisis: Crisis) -> None:
        """Copy the state before day 0."""
        super().start(crisis)
        self._copy_ground(crisis, 0)

    def day_end(self, crisis: Crisis) -> None:
        """Copy everything of a day."""
        super().day_end(crisis)
        day = crisis.day
        self._copy_ground(crisis, day + 1)
        for place, actor in enumerate(crisis.actors):
            self._said[day, place] = actor.said[self.rows]
            self._perceived[day, place] = actor.perceived[self.rows]
            before, after = self._posture[day, place], self._posture[day + 1, place]
            self._target[day, place] = (
                before + (after - before) / actor.posture_rate
            )  # section 3, phase 4, solved for the target
        for event, table in self._chances.items():
            chance = crisis.chances[event]
            table[day] = chance[self.rows] if isinstance(chance, np.ndarray) else chance
        self._will[day] = crisis.will[self.rows]

    def trace(self, task: BlockTask, place: int, record: np.void, inputs: Mapping[str, float]) -> Trace:
        """Return the trace of one run, cut off where it ends."""
        run = task.block * BLOCK_RUNS + int(self.rows[place])
        days = min(int(last_days(record)) + 1, task.scenario.horizon)
        return Trace(
            run=run,
            draw=run // task.replicates,
            record=record,
            days=days,
            path=self.paths().of([place]).until(days),
            said=self._said[:days, :, place],
            perceived=self._perceived[:days, :, place],
            target=np.clip(self._target[:days, :, place], 0, 1),
            ground={name: table[: days + 1, place] for name, table in self._ground.items()},
            chances={event: table[:days, place] for event, table in self._chances.items()},
            happened={event: table[:days, place] for event, table in self._happened.items()},
            will=self._will[:days, place],
            inputs=inputs,
        )

    def _copy_ground(self, crisis: Crisis, entry: int) -> None:
        theatre = crisis.theatre
        state = {
            "attacks": theatre.attacks, "bombing": theatre.bombing, "displacement": theatre.displacement,
            "support": crisis.support, "imminence": crisis.imminence,
        }  # fmt: skip
        for name, values in state.items():
            self._ground[name][entry] = values[self.rows]


FORMAT = "offramp/explanation/1"


def explain(
    scenario: Scenario, run: int, *, seed: int = 0, replicates: int = 2, command: str | None = None
) -> dict[str, Any]:
    """Replay one run and return everything about it as plain values, format `offramp/explanation/1`.

    Parameters
    ----------
    run
        Its number, from 0, as in the dots and storylines of a forecast.
    seed, replicates
        As in that forecast.
    command
        Command that reproduces the explanation.

    Raises
    ------
    UsageError
        As for `replay`.
    """
    (trace,) = replay(scenario, [run], seed=seed, replicates=replicates)
    return {
        **head_of(FORMAT, scenario),
        "theatre": theatre_of(scenario),
        "seed": seed,
        "replicates": replicates,
        "run": run,
        "draw": trace.draw,
        "block": run // BLOCK_RUNS,
        "course": course_of(scenario, trace.path, trace.record),
        "inputs": {path: _number(value, 4) for path, value in trace.inputs.items()},
        "daily": _daily(scenario, trace),
        "command": command,
    }


def _daily(scenario: Scenario, trace: Trace) -> dict[str, Any]:
    agreed = trace.path.agreement[:, 0]
    return {
        "day": list(range(trace.days)),
        "phase": ["agreement" if one else "standoff" for one in agreed[:-1]],
        "actors": {
            name: {
                "stance": _numbers(trace.path.stance[:, place, 0]),
                "said": _numbers(trace.said[:, place]),
                "perceived": _numbers(trace.perceived[:, place]),
                "target": _numbers(trace.target[:, place]),
                "posture": _numbers(trace.path.posture[:, place, 0]),
            }
            for place, name in enumerate(scenario.actors)
        },
        "ground": {name: _numbers(values) for name, values in trace.ground.items()},
        "chances": {event: _numbers(values, 5) for event, values in trace.chances.items()},
        "happened": {event: _days(event, values, agreed) for event, values in trace.happened.items()},
        "will": _numbers(trace.will),
    }


def _days(event: str, rolled: npt.NDArray[np.bool_], agreed: npt.NDArray[np.bool_]) -> list[int]:
    """Return the days on which an event happened; an agreement or breakdown happens when the phase changes."""
    change = {"agreement": 1, "breakdown": -1}.get(event)
    days = np.flatnonzero(rolled if change is None else np.diff(agreed.astype(np.int8)) == change)
    return [int(day) for day in days]


def _numbers(values: npt.NDArray[np.floating[Any]], digits: int = 3) -> list[float]:
    return [_number(value, digits) for value in values.tolist()]


def _number(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
