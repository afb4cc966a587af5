"""Replay: one run of an ensemble played again, with everything about it recorded.

A run cannot be played alone, because its block draws for all its runs at once; so its block is played, with a watch
that copies the run. The result is the run that the ensemble counted, to the last bit.

`explain` gives one run as plain values: its course for the story, and every day of it for tables and figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.forecast.course import course_of
from sim.forecast.plan import MAX_RUNS, Plan, whole_number
from sim.forecast.record import head_of, theatre_of
from sim.model.theatre import EVENTS
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, last_days, watch_block
from sim.runs.block.watches import PathWatch

if TYPE_CHECKING:
    from sim.model.arrays import Bools
    from sim.model.crisis import Crisis
    from sim.model.inputs import Draws
    from sim.runs.block.watches import Paths
    from sim.scenario.scenario import Scenario

OF_GROUND = ("attacks", "bombing", "displacement", "support", "imminence")


class Trace(PathWatch):
    """One run, day by day, up to the day that ends it or the horizon: arrays of `days` or `days + 1` entries.

    It watches its block being played, and is whole once `end` has cut it off.

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
        Value of each uncertain input in this run's draw, by path, including those drawn together with others.
    """

    record: np.void
    path: Paths
    happened: Mapping[str, Bools]
    inputs: Mapping[str, float]

    def __init__(self, scenario: Scenario, run: int, replicates: int) -> None:
        self.run, self.draw, self.days = run, run // replicates, scenario.horizon
        self.row, shape = run % BLOCK_RUNS, (self.days, len(scenario.actors))
        super().__init__(np.array([self.row]), (*shape, 1), EVENTS)
        self.said, self.perceived, self.target = (np.empty(shape, dtype=np.float32) for _ in range(3))
        self.ground = {name: np.empty(self.days + 1, dtype=np.float32) for name in OF_GROUND}
        self.chances = {event: np.empty(self.days, dtype=np.float32) for event in EVENTS}
        self.will = np.empty(self.days, dtype=np.float32)

    def start(self, crisis: Crisis) -> None:
        """Copy the state before day 0."""
        super().start(crisis)
        self._copy_ground(crisis, 0)

    def day_end(self, crisis: Crisis) -> None:
        """Copy, in addition to the path, statements and beliefs, the ground, and the results of chance."""
        super().day_end(crisis)
        day, row = crisis.day, self.row
        self._copy_ground(crisis, day + 1)
        for place, actor in enumerate(crisis.actors):
            self.said[day, place], self.perceived[day, place] = actor.said[row], actor.perceived[row]
            before, after = self._posture[day, place], self._posture[day + 1, place]
            target = before + (after - before) / actor.posture_rate  # section 3, phase 4, solved for the target
            self.target[day, place] = target[0]
        for event, table in self.chances.items():
            chance = crisis.chances[event]
            table[day] = chance[row] if isinstance(chance, np.ndarray) else chance
        self.will[day] = crisis.will[row]

    def end(self, record: np.void, draws: Draws) -> None:
        """Cut it off where the run ends, given its record and the draws of its block."""
        self.record, self.days = record, min(int(last_days(record)) + 1, self.days)
        days = slice(self.days)
        self.path = self.paths().until(self.days)
        self.said, self.perceived, self.will = self.said[days], self.perceived[days], self.will[days]
        self.target = np.clip(self.target[days], 0, 1)
        self.ground = {name: table[: self.days + 1] for name, table in self.ground.items()}
        self.chances = {event: table[days] for event, table in self.chances.items()}
        self.happened = {event: table[days, 0] for event, table in self._happened.items()}
        self.inputs = {path: float(one[self.row]) for path, one in draws.values.items() if isinstance(one, np.ndarray)}

    def _copy_ground(self, crisis: Crisis, entry: int) -> None:
        theatre = crisis.theatre
        state = {
            "attacks": theatre.attacks, "bombing": theatre.bombing, "displacement": theatre.displacement,
            "support": crisis.support, "imminence": crisis.imminence,
        }  # fmt: skip
        for name, values in state.items():
            self.ground[name][entry] = values[self.row]


def replay(scenario: Scenario, run: int, *, seed: int = 0, replicates: int = 2) -> Trace:
    """Play a run of a scenario again.

    Its number counts from 0; seed and replicates are those of the forecast that it belongs to. Raises UsageError if
    there can be no run of that number, or no forecast with that seed or these replicates.
    """
    plan = Plan(seed=seed, replicates=replicates)
    if not 0 <= whole_number("a run", run) < MAX_RUNS:
        raise UsageError(f"expected the number of a run from 0 to {MAX_RUNS - 1:,} (got {run:,})")
    trace = Trace(scenario, run, plan.replicates)
    records, draws = watch_block(BlockTask(scenario, plan.seed, run // BLOCK_RUNS, plan.replicates), trace)
    trace.end(records[trace.row], draws)
    return trace


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
    trace = replay(scenario, run, seed=seed, replicates=replicates)
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
