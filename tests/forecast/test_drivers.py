"""Drivers: which inputs a probability rests on, from the counts of a forecast or of a stand-in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.errors import UsageError
from sim.forecast.drivers import STRUCTURAL, drivers, drivers_record, group_of
from sim.forecast.forecast import Forecast
from sim.runs.block.blocks import OUTCOMES
from sim.runs.block.counts import binned_inputs
from sim.scenario.scenario import Scenario
from sim.tallies import Tally
from tests import worlds
from tests.known_models import by_bin

DRAWS = 3000


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(
        tmp_path_factory.mktemp("crisis"),
        ties__envoy__backer={"uniform": [0.1, 0.5]},
        pressures__push={
            "from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]}, "basis": "x",
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def forecast(scenario: Scenario) -> Forecast:
    return sim.run(scenario, runs=8192, seed=3)


def stand_in(scenario: Scenario, planted: int, slope: float, seed: int) -> Tally:
    """Counts of a made-up model: a logistic probability of one planted input, and of all the others by chance only."""
    rng = np.random.default_rng(seed)
    names = binned_inputs(scenario)
    quantiles = rng.random((len(names), DRAWS))
    p = 1 / (1 + np.exp(1.5 - slope * (quantiles[planted] - 0.5) - 1.5 * rng.standard_normal(DRAWS)))
    hits = rng.binomial(2, p)
    counts = by_bin(quantiles, hits, 2)
    whole = np.broadcast_to(counts, (len(OUTCOMES), len(scenario.milestones), *counts.shape))
    return Tally({"runs": np.array(2 * DRAWS), "inputs": whole})


@pytest.mark.slow
def test_a_planted_driver_comes_first_under_100_of_100_seeds(scenario: Scenario) -> None:
    inputs = binned_inputs(scenario)
    for seed in range(100):
        planted, slope = seed % len(inputs), 3.0 if seed % 2 else -3.0
        found = drivers(scenario, stand_in(scenario, planted, slope, seed), "offensive", 60)
        first = found.inputs[0]
        assert first.path == inputs[planted].path
        assert first.direction == ("rises" if slope > 0 else "falls")
        assert first.index is not None
        assert first.index.low > 0
        assert found.groups[0].name == group_of(scenario, first.path)


def test_what_a_planted_driver_is_worth(scenario: Scenario) -> None:
    found = drivers(scenario, stand_in(scenario, 4, 3.0, 1), "offensive", 60)
    first = found.inputs[0]
    assert first.low is not None and first.high is not None  # noqa: PT018 - for mypy
    assert first.low.high < found.p < first.high.low
    assert first.index is not None
    assert first.fall == pytest.approx(first.index.value * found.variance)
    assert found.not_chance is not None
    assert found.variance == pytest.approx(found.not_chance.value * found.p * (1 - found.p))


def test_an_input_that_bends_has_no_direction(scenario: Scenario) -> None:
    tally = stand_in(scenario, 0, 0.0, 2)
    counts = np.array(tally["inputs"])
    bent = np.array([[150, 30, 20]] * 4 + [[100, 50, 50]] * 8 + [[150, 30, 20]] * 4)
    counts[..., 0, :, :] = bent
    found = drivers(scenario, replace(tally, counts={**tally.counts, "inputs": counts}), "offensive", 60)
    assert next(one for one in found.inputs if one.path == binned_inputs(scenario)[0].path).direction == "bends"


def test_inputs_belong_to_whoever_they_are_of(scenario: Scenario) -> None:
    assert group_of(scenario, "actors.backer.frailty") == "backer"
    assert group_of(scenario, "ties.envoy.backer") == "envoy"
    assert group_of(scenario, "pressures.push.intensity") == "envoy"
    assert group_of(scenario, "parameters.launch_rate") == STRUCTURAL
    assert group_of(scenario, "credibility") == "setting"


def test_the_record_has_every_input_and_group_by_milestone(scenario: Scenario, forecast: Forecast) -> None:
    part = drivers_record(scenario, forecast.tally)
    assert part is not None
    assert list(part["by"]) == ["14", "30", "60"]
    paths = {one.path for one in binned_inputs(scenario)}
    for by in part["by"].values():
        assert {one["path"] for one in by["inputs"]} == paths
        assert sum(one["inputs"] for one in by["groups"]) == len(paths)
    assert part["by"]["60"]["p"] == forecast.record()["outcomes"]["offensive"]["60"]["p"]
    assert forecast.record()["drivers"] == part == drivers_record(scenario, forecast.tally)


def test_known_drivers_of_the_model_come_out(scenario: Scenario, forecast: Forecast) -> None:
    """The attacker's own unobserved leaning raises the probability: 14 standard errors or more in this forecast."""
    found = {one.path: one for one in drivers(scenario, forecast.tally, "offensive", 60).inputs}
    assert found["actors.attacker.frailty"].direction == "rises"
    assert found["parameters.launch_rate"].direction == "rises"
    idle = [one for one in found.values() if one.path == "actors.town.frailty"]
    assert all(one.index is not None and abs(one.index.value) < 0.05 for one in idle)


def test_a_posterior_is_one_joint_group(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("posterior")
    scenario = worlds.load(folder, calibration="calibrated-all", question__as_of="2025-01-01")
    forecast = sim.run(scenario, runs=8192, seed=3)
    found = drivers(scenario, forecast.tally, "offensive", 60)
    structural = next(one for one in found.groups if one.name == STRUCTURAL)
    assert structural.joint
    assert structural.index is not None
    assert not any(one.joint for one in found.groups if one is not structural)
    single = max(one.index.value for one in found.inputs if one.group == STRUCTURAL and one.index is not None)
    assert structural.index.high > single


def test_too_little_to_tell_is_said(scenario: Scenario) -> None:
    assert drivers_record(scenario, sim.run(scenario, runs=400, seed=3).tally) is None
    assert drivers_record(scenario, sim.run(scenario, runs=600, seed=3, replicates=1).tally) is None
    small = sim.run(scenario, runs=400, seed=3)
    with pytest.raises(UsageError, match="need 512 runs or more"):
        drivers(scenario, small.tally, "offensive", 60)
    with pytest.raises(UsageError, match="expected one of 14, 30, 60 days"):
        drivers(scenario, small.tally, "offensive", 15)
    with pytest.raises(UsageError, match="no outcome 'peace'"):
        drivers(scenario, small.tally, "peace", 60)


def test_where_nothing_varies_there_is_no_index(scenario: Scenario) -> None:
    tally = stand_in(scenario, 0, 0.0, 2)
    rng = np.random.default_rng(1)
    cells = rng.multinomial(DRAWS, np.outer(np.full(16, 1 / 16), [0.49, 0.42, 0.09]).ravel(), tally["inputs"].shape[2])
    counts = np.broadcast_to(cells.reshape(-1, 16, 3), tally["inputs"].shape)
    found = drivers(scenario, Tally({**tally.counts, "inputs": counts}), "offensive", 60)
    assert all(one.index is None for one in (*found.inputs, *found.groups))
