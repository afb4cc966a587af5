"""What blocks count of inputs and indicators agrees with the runs themselves, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.inputs import POSTERIOR_STREAM, draw_inputs, inputs_of
from sim.runs.block.blocks import OUTCOMES, BlockResult, BlockTask, run_block
from sim.runs.block.conditions import EventBy, Look, PostureAt, indicators_of
from sim.runs.block.counts import INPUT_BINS, binned_inputs, indicator_counts, posterior_rows
from sim.scenario.scenario import Scenario
from tests import worlds

REPLICATES = 4


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"), calibration="calibrated-all", question__as_of="2025-01-01")


@pytest.fixture(scope="module")
def block(scenario: Scenario) -> BlockResult:
    return run_block(BlockTask(scenario, 3, 1, REPLICATES, 2000))


def test_parameters_of_a_posterior_are_sorted_by_their_own_value(scenario: Scenario, block: BlockResult) -> None:
    inputs = binned_inputs(scenario)
    place = [one.path for one in inputs].index("parameters.agreement_rate")
    quantiles = draw_inputs(inputs_of(scenario), 3, 1, 4096, REPLICATES).quantiles[POSTERIOR_STREAM][:500]
    values = inputs[place].draw(quantiles)
    edges = np.quantile(inputs[place].distribution.values, np.arange(1, INPUT_BINS) / INPUT_BINS)
    expected = np.bincount(np.searchsorted(edges, values, side="right"), minlength=INPUT_BINS)
    counted = block.tally["inputs"][0, 0, place].sum(axis=-1)
    assert np.abs(counted - expected).max() <= 2  # a draw may lie on the edge of two bins


def test_rows_of_a_posterior_hold_every_draw_and_success(scenario: Scenario, block: BlockResult) -> None:
    assert posterior_rows(scenario) == len(block.tally["rows"]) == 1024
    assert block.tally["rows"].sum() == 500
    for o, outcome in enumerate(OUTCOMES):
        for m, day in enumerate(scenario.milestones):
            hits = (block.records[outcome] < day).reshape(-1, REPLICATES).sum(axis=1)
            assert block.tally["row_successes"][o, m].sum(axis=0).tolist() == [hits.sum(), (hits**2).sum()]


def test_indicators_count_only_runs_that_have_not_ended(scenario: Scenario, block: BlockResult) -> None:
    runs = block.records
    for index, one in enumerate(indicators_of(scenario)):
        if not isinstance(one, EventBy):
            continue
        for m, day in enumerate(scenario.milestones):
            waiting = runs["offensive"] >= one.day
            if one.event != "terms":
                waiting &= runs["terms"] >= one.day
            seen = (runs[one.event] < one.day) & waiting
            unseen = (runs[one.event] >= one.day) & waiting
            later = runs["offensive"] < day
            parts = [seen, seen & later, unseen, unseen & later]
            sums = np.array([np.ones(500), *(part.reshape(-1, REPLICATES).sum(axis=1) for part in parts)])
            expected = sums @ sums.T if one.day < day else np.zeros((5, 5))
            assert np.array_equal(block.tally["indicators"][index, m], expected), one


def test_a_higher_level_is_seen_less_often(scenario: Scenario, block: BlockResult) -> None:
    indicators = indicators_of(scenario)
    seen = dict(zip(indicators, block.tally["indicators"][:, -1, 0, 1].tolist(), strict=True))
    for actor in ("attacker", "shield"):
        by_level = [
            seen[one] for one in indicators if isinstance(one, PostureAt) and (one.actor, one.day) == (actor, 14)
        ]
        assert len(by_level) == 3
        assert by_level == sorted(by_level, reverse=True)
        assert by_level[0] > 0


def test_postures_are_looked_at_on_their_day() -> None:
    days = {name: np.array([first, 60, 60, 60], dtype=np.int16) for name, first in (("offensive", 9), ("terms", 60))}
    look = Look(days, {("a", 14): np.array([0.9, 0.9, 0.5, 0.1], dtype=np.float32)})
    counts = indicator_counts([PostureAt("a", "initiator", 0.5, 14)], look, [10, 60], 1)
    assert counts[0, 0].tolist() == np.zeros((5, 5)).tolist()
    assert counts[0, 1].diagonal().tolist() == [4, 1, 0, 2, 0]
