"""Shapes: what a block gives is what is expected of one that was kept, whatever the scenario has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.runs.block.blocks import BlockTask, run_block
from sim.runs.block.given import read_given
from sim.runs.block.shapes import is_of, shapes_of
from sim.tallies import Tally
from tests import worlds

CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"calibration": "prior", "question__horizon": 10, "question__milestones": [5]},
    {"calibration": "prior", "sample": "threats"},
    {"calibration": "calibrated-2018-08", "question__horizon": 14, "question__milestones": [5]},
    {"terms": "off", "strikes": "off"},
)


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("replicates", [1, 4])
def test_a_block_has_the_shapes_that_are_expected_of_its_task(
    tmp_path: Path, changes: dict[str, Any], replicates: int
) -> None:
    task = BlockTask(worlds.load(tmp_path, **changes), 3, 0, replicates, runs=64)
    result = run_block(task)
    assert {name: count.shape for name, count in result.tally.counts.items()} == shapes_of(task)
    assert is_of(task, result.tally, result.records)


def test_a_block_of_runs_that_meet_what_is_given_has_them_too(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    task = BlockTask(scenario, 3, 0, 2, runs=64, given=read_given(["strikes by 2020-01-10"], scenario))
    result = run_block(task)
    assert {name: count.shape for name, count in result.tally.counts.items()} == shapes_of(task)
    assert is_of(task, result.tally, result.records)


def test_what_is_of_another_shape_type_number_or_range_is_of_no_task(tmp_path: Path) -> None:
    task = BlockTask(worlds.load(tmp_path), 3, 0, 2, runs=64)
    result = run_block(task)
    counts, records = dict(result.tally.counts), result.records
    late = records.copy()
    late["offensive"][0] = task.scenario.horizon + 1
    wrong = [
        ({**counts, "ends": counts["ends"][:1]}, records),
        ({**counts, "more": counts["ends"]}, records),
        ({name: count for name, count in counts.items() if name != "ends"}, records),
        ({**counts, "ends": counts["ends"].astype(np.float64)}, records),
        ({**counts, "ends": np.full_like(counts["ends"], np.nan, dtype=np.float64)}, records),
        ({**counts, "ends": counts["ends"] - 1000}, records),
        ({**counts, "runs": np.array(63)}, records),
        (counts, late),
        (counts, np.zeros(64)),
    ]
    assert not any(is_of(task, Tally(one), kept) for one, kept in wrong)
    assert not is_of(replace(task, replicates=4), result.tally, records)
