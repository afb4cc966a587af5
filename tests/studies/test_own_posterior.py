"""A scenario that rests on a user's own posterior keeps it wherever it is changed, compared or run again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.scenario.posterior import MODEL, Posterior, parse
from sim.studies.bench import Bench
from sim.studies.diff import diff, plan_of, read_side, read_sides, since
from sim.studies.gates.trials import trials_of
from sim.studies.records import rerunnable
from tests import worlds

TABLE = np.array([[0.1 + 0.01 * row, 1.0 + row] for row in range(8)])
MINE = Posterior(
    "mine", ("launch_rate", "rift_cost"), TABLE, {"name": "mine", "model": MODEL, "date": "2019-12-31", "cases": ["a"]}
)
RUNS = 2048


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(MINE.text(), encoding="utf-8")
    return worlds.write(tmp_path, worlds.crisis(calibration="./mine.csv"))


@pytest.fixture
def stored(own: Path) -> Path:
    file = own.with_name("old.json")
    file.write_text(json.dumps(sim.run(sim.load(own), runs=RUNS, seed=1).record()), encoding="utf-8")
    return file


def test_a_change_since_a_forecast_on_ones_own_posterior_is_paired(own: Path, stored: Path) -> None:
    made = since(json.loads(stored.read_text(encoding="utf-8")), sim.run(sim.load(own), runs=RUNS, seed=1))
    assert (made.runs, made.unpaired) == (RUNS, None)
    assert all(row["change"]["p"] == 0 for row in made.rows)


def test_a_difference_from_a_forecast_on_ones_own_posterior_is_paired(own: Path, stored: Path) -> None:
    for before, after in ((own, stored), (stored, own)):
        sides = read_sides(before, after)
        assert diff(sides, Bench(plan_of(sides, None, None))).runs == RUNS


def test_another_posterior_of_that_name_is_not_taken_for_it(own: Path, stored: Path) -> None:
    other = Posterior("mine", MINE.parameters, TABLE + 0.5, MINE.about)
    record = json.loads(stored.read_text(encoding="utf-8"))
    assert rerunnable(record, other) == "the scenario in the earlier file is not the one it was made from"


def test_a_posterior_that_is_not_at_hand_is_said_and_no_error(stored: Path) -> None:
    side = read_side(stored)
    assert side.scenario is None
    assert side.unpaired == "old.json: the posterior that the earlier forecast rests on is not available"


@pytest.mark.parametrize(
    "gate",
    [
        {"outcome": "offensive", "along": "actors.backer.resolve", "trend": "not-rising", "steps": 3},
        {"outcome": "offensive", "against": "./old.json", "change_within": 0.1},
    ],
)
def test_a_gate_keeps_the_posterior_of_its_scenario(own: Path, stored: Path, gate: dict[str, object]) -> None:
    file = worlds.write(own.parent, worlds.crisis(calibration="./mine.csv", gates={"one": gate}), "gated.yaml")
    digest = parse(MINE.text(), "mine.csv").digest
    sources = [source.build() for trial in trials_of(file) for source in trial.sources]
    assert len(sources) >= (3 if "along" in gate else 1)
    assert {None if one.posterior is None else one.posterior.digest for one in sources} == {digest}


def test_two_stored_forecasts_of_different_seeds_are_told_as_they_are(tmp_path: Path) -> None:
    path = worlds.write(tmp_path, worlds.crisis())
    files = []
    for seed in (1, 2):
        files.append(tmp_path / f"{seed}.json")
        files[-1].write_text(json.dumps(sim.run(sim.load(path), runs=RUNS, seed=seed).record()), encoding="utf-8")
    sides = read_sides(files[0], files[1])
    found = diff(sides, Bench(plan_of(sides, None, None)))
    assert found.runs is None
    assert found.unpaired is not None
    assert found.unpaired.startswith("the two forecasts have different seeds")
    for one in found.rows:
        first, second = (
            json.loads(file.read_text())["outcomes"][one["outcome"]][str(one["day"])]["p"] for file in files
        )
        assert (one["before"]["p"], one["after"]["p"]) == (first, second)
        assert one["change"]["p"] == pytest.approx(second - first, abs=2e-6)
    again = read_sides(files[0], files[1], 1)
    assert diff(again, Bench(plan_of(again, None, 1))).runs == RUNS


def test_a_change_since_a_forecast_of_another_seed_is_of_independent_estimates(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    old = json.loads(json.dumps(sim.run(scenario, runs=RUNS, seed=1).record()))
    made = since(old, sim.run(scenario, runs=RUNS, seed=2))
    assert (made.runs, made.unpaired) == (None, "the two forecasts have different seeds")
    (moved,) = (one for one in made.rows if (one["outcome"], one["day"]) == ("offensive", 60))
    assert moved["change"]["p"] == pytest.approx(moved["after"]["p"] - moved["before"]["p"], abs=2e-6)
    assert moved["change"]["mc_low"] < moved["change"]["mc_high"]
