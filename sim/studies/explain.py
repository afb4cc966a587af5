"""Explain: one run of an ensemble as plain values, from its replay: what actors said and did, what chance decided.

`explain` is the whole: the course of the run for its story, and every day of it for tables and figures
(docs/explain.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.forecast.course import course_of
from sim.forecast.record import head_of, theatre_of
from sim.forecast.replay import Trace, replay
from sim.runs.block.blocks import BLOCK_RUNS

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FORMAT = "offramp/explanation/1"


def explain(
    scenario: Scenario, run: int, *, seed: int = 0, replicates: int = 2, command: str | None = None
) -> dict[str, Any]:
    """Replay one run and return all about it as plain values, format `offramp/explanation/1`.

    Parameters
    ----------
    run
        Its number, from 0, as in the dots and storylines of a forecast.
    seed, replicates
        As in that forecast.
    command
        What makes the same explanation again.

    Raises
    ------
    UsageError
        Where there can be no run of that number.
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
    """Days on which an event happened: those of an agreement and its breakdown are the changes of phase."""
    change = {"agreement": 1, "breakdown": -1}.get(event)
    days = np.flatnonzero(rolled if change is None else np.diff(agreed.astype(np.int8)) == change)
    return [int(day) for day in days]


def _numbers(values: npt.NDArray[np.floating[Any]], digits: int = 3) -> list[float]:
    return [_number(value, digits) for value in values.tolist()]


def _number(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
