"""The expected shapes of a block's counts and records: the check on a stored block before it is reused.

A stored file has a digest, which detects damage but not a file written by somebody else. Whatever passes this check
can be merged with a block that is played; whether its numbers are true depends on who may write to the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.inputs import inputs_of, tied_inputs
from sim.runs.block.blocks import (
    END_STATES,
    FIRST_EVENTS,
    LEFT_OUT,
    OUTCOMES,
    RECORD,
    STATES,
)  # fmt: skip
from sim.runs.block.conditions import indicators_of
from sim.runs.block.counts import INPUT_BINS, PARTS, binned_inputs, most_cells, posterior_rows
from sim.runs.block.watches import POSTURE_BINS, STANCE_BINS, WEEK
from sim.scenario.posterior import SAMPLE, SAMPLES
from sim.tallies import SUMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from sim.runs.block.blocks import BlockTask
    from sim.tallies import Counts, Tally

Shapes = dict[str, tuple[int, ...]]


def shapes_of(task: BlockTask) -> Shapes:
    """Return the shape of every array of counts in the result of a task, keyed by name."""
    if task.quantiles:
        return {}
    scenario, levels = task.scenario, task.replicates + 1
    days, weeks, actors = scenario.horizon + 1, scenario.horizon // WEEK + 1, len(scenario.actors)
    counts: Shapes = {
        "states": (len(STATES), days),
        "stance": (actors, weeks, STANCE_BINS),
        "posture": (actors, weeks, POSTURE_BINS),
        "runs": (),
        "breakdowns": (),
        "kept": (3,),
        "first_days": (len(FIRST_EVENTS), days, len(SUMS)),
        "ends": (len(END_STATES), len(SUMS)),
        "broke_agreement": (len(SUMS),),
    }
    if scenario.events:
        counts["events"] = (len(scenario.events), len(SUMS))
    if task.given:
        return counts
    milestones, rows = len(scenario.milestones), posterior_rows(scenario)
    counts |= {
        "inputs": (len(OUTCOMES), milestones, len(binned_inputs(scenario)), INPUT_BINS, levels),
        "indicators": (len(indicators_of(scenario)), milestones, len(PARTS), len(PARTS)),
    }
    if rows:
        counts |= {"rows": (rows,), "row_successes": (len(OUTCOMES), milestones, rows, 2)}
    if groups := tied_inputs(scenario):
        counts["tied"] = (len(OUTCOMES), milestones, len(groups), most_cells(groups), levels)
    if any(one.path == SAMPLE and not one.distribution.is_fixed for one in inputs_of(scenario)):
        counts |= {"samples": (len(SAMPLES), milestones, len(SUMS)), "sample_runs": (len(SAMPLES), 3)}
    return counts


def is_of(task: BlockTask, tally: Tally, records: npt.NDArray[np.void]) -> bool:
    """Whether counts and records are as the task would produce them: names, shapes, types, ranges."""
    return _are_counts(task, tally.counts) and _are_records(task, records)


def _are_counts(task: BlockTask, counts: Mapping[str, Counts]) -> bool:
    return (
        {name: count.shape for name, count in counts.items()} == shapes_of(task)
        and all(count.dtype == np.int64 and count.min(initial=0) >= 0 for count in counts.values())
        and int(counts.get("runs", task.runs)) == task.runs
    )


def _are_records(task: BlockTask, records: npt.NDArray[np.void]) -> bool:
    return (
        (len(records), records.dtype) == (task.runs, RECORD)
        and all(np.all((records[one] >= 0) & (records[one] <= task.scenario.horizon)) for one in OUTCOMES)
        and bool(np.all((records["end"] < len(END_STATES)) | (records["end"] == LEFT_OUT)))
    )
