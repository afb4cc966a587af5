"""Differences of scenarios and stored forecasts: paired where both can be run, and told from noise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import environment
from sim.errors import ScenarioError, UsageError
from sim.forecast.plan import Plan
from sim.runs.block.blocks import OUTCOMES
from sim.studies.bench import Bench, Site
from sim.studies.diff import Difference, Side, blocks_of, diff, plan_of, read_side, read_sides
from tests import worlds

RUNS = 4096
PRESS = {"from": "envoy", "on": "backer", "aim": "encourage", "intensity": 0.9}


def compare(before: Path, after: Path, runs: int | None = RUNS, seed: int | None = 1) -> Difference:
    sides = read_sides(before, after, seed)
    return diff(sides, Bench(plan_of(sides, runs, seed)))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return worlds.write(tmp_path, worlds.crisis(), "base.yaml")


@pytest.fixture
def pressed(tmp_path: Path) -> Path:
    return worlds.write(tmp_path, worlds.crisis(id="pressed", pressures__push=PRESS), "pressed.yaml")


def store(path: Path, name: str, seed: int = 1, **changes: object) -> Path:
    """Write the forecast of a scenario file beside it."""
    record = sim.run(sim.load(path), runs=RUNS, seed=seed).record()
    file = path.with_name(name)
    file.write_text(json.dumps({**record, **changes}), encoding="utf-8")
    return file


def test_a_side_that_is_neither_scenario_nor_forecast_is_refused_by_name(base: Path) -> None:
    sides = Side(Path("empty.json"), None, None), read_side(base)
    with pytest.raises(UsageError, match=r"empty\.json: neither a scenario nor a stored forecast"):
        diff(sides, Bench(Plan(runs=64)))


@pytest.mark.slow
def test_a_change_is_that_of_the_same_runs_and_its_inputs_are_named(base: Path, pressed: Path) -> None:
    found = compare(base, pressed)
    first, second = (sim.run(sim.load(path), runs=RUNS, seed=1) for path in (base, pressed))
    for one in found.rows:
        expected = first.difference(second, one["outcome"], one["day"])
        assert (one["change"]["p"], one["change"]["mc_low"], one["change"]["mc_high"]) == pytest.approx(
            (expected.p, expected.low, expected.high), abs=1e-6
        )
        differs = (first.records[one["outcome"]] < one["day"]) != (second.records[one["outcome"]] < one["day"])
        assert one["differing_runs"] == np.count_nonzero(differs)
    verdicts = {(one["outcome"], one["day"]): one["verdict"] for one in found.rows}
    assert list(verdicts) == [(outcome, day) for outcome in OUTCOMES for day in (14, 30, 60)]
    assert verdicts["offensive", 60] == "real"
    record = found.record()
    assert {one["path"] for one in record["inputs"]} >= {"pressures.push.intensity", "pressures.push.aim"}
    assert {one["name"] for one in record["settings"]} == {"scenario"}
    assert json.loads(json.dumps(record)) == record


def test_the_same_scenario_twice_is_run_once_and_no_run_differs(base: Path, tmp_path: Path) -> None:
    copy = worlds.write(tmp_path, worlds.crisis(), "copy.yaml")
    sides = read_side(base), read_side(copy)
    plan = Plan(runs=RUNS)
    assert blocks_of(sides, plan) == 1
    done: list[int] = []
    found = diff(sides, Bench(plan, Site(finished=lambda: done.append(1))))
    assert len(done) == 1
    assert {one["verdict"] for one in found.rows} == {"none"}
    assert found.record()["inputs"] == []


@pytest.mark.slow
def test_what_moves_no_probability_clearly_is_noise(base: Path, tmp_path: Path) -> None:
    nudged = worlds.write(tmp_path, worlds.crisis(ties__envoy__shield=0.22), "nudged.yaml")
    found = compare(base, nudged)
    verdicts = {(one["outcome"], one["day"]): one["verdict"] for one in found.rows}
    assert set(verdicts.values()) <= {"noise", "none"}
    assert "noise" in verdicts.values()


@pytest.mark.slow
@pytest.mark.parametrize("stored", ["before", "after", "both"])
def test_a_stored_forecast_is_run_again_and_paired(base: Path, pressed: Path, stored: str) -> None:
    plain = compare(base, pressed)
    before = store(base, "base.json") if stored in ("before", "both") else base
    after = store(pressed, "pressed.json") if stored in ("after", "both") else pressed
    found = compare(before, after, runs=None, seed=None)
    assert (found.rows, found.runs) == (plain.rows, RUNS)
    assert found.record()["inputs"] == plain.record()["inputs"]


def test_runs_and_seed_are_those_of_a_stored_forecast_unless_given(base: Path, pressed: Path) -> None:
    sides = read_side(base), read_side(store(pressed, "pressed.json", seed=9))
    assert plan_of(sides, None, None) == Plan(runs=RUNS, seed=9)
    assert plan_of(sides, 512, 0) == Plan(runs=512, seed=0)
    assert plan_of((read_side(base), read_side(pressed)), None, None) == Plan(runs=20_000, seed=0)


@pytest.mark.parametrize("stored", ["before", "after", "both"])
def test_a_forecast_of_another_model_is_not_paired_and_says_why(base: Path, pressed: Path, stored: str) -> None:
    other = {"environment": {**environment.stamp(), "model": "0" * 16, "cpu": "x"}}
    before = store(base, "base.json", **other) if stored != "after" else base
    after = store(pressed, "pressed.json", seed=2, **other) if stored != "before" else pressed
    sides = read_sides(before, after)
    assert blocks_of(sides, Plan(runs=RUNS)) == {"before": 1, "after": 1, "both": 0}[stored]
    found = diff(sides, Bench(Plan(runs=RUNS, seed=2)))
    assert found.runs is None
    assert found.unpaired is not None
    assert "another version of the model" in found.unpaired
    (row,) = (one for one in found.rows if (one["outcome"], one["day"]) == ("offensive", 60))
    assert (row["verdict"], row["differing_runs"]) == ("real", None)
    assert row["change"]["p"] == pytest.approx(row["after"]["p"] - row["before"]["p"], abs=2e-6)
    widths = [side["mc_high"] - side["mc_low"] for side in (row["before"], row["after"], row["change"])]
    assert max(widths[:2]) < widths[2] < sum(widths[:2])


def test_only_days_within_both_windows_are_compared(base: Path, tmp_path: Path) -> None:
    shorter = worlds.crisis(question__horizon=40, question__milestones=[10, 30])
    found = compare(base, worlds.write(tmp_path, shorter, "shorter.yaml"))
    assert sorted({one["day"] for one in found.rows}) == [10, 14, 30, 40]


def test_what_is_at_fault_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="is not a forecast"):
        read_side(tmp_path / "no.json")
    with pytest.raises(ScenarioError):
        read_side(worlds.write(tmp_path, worlds.crisis(title=None), "wrong.yaml"))
    with pytest.raises(UsageError, match="expected more than 8 runs"):
        compare(base, base, runs=2)
