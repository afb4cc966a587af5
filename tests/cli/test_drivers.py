"""`drivers`: tables, JSON and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.forecast.drivers import drivers
from tests import worlds
from tests.cli.conftest import Offramp


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return worlds.write(tmp_path, worlds.crisis(question__horizon=30, question__milestones=[14]))


def test_it_prints_groups_and_inputs(offramp: Offramp, file: Path) -> None:
    answer = offramp("drivers", file, "--runs", 4096, "--quiet")
    scenario = sim.load(file)
    found = drivers(scenario, sim.run(scenario, runs=4096).tally, "offensive", 30)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[3] == f"{found.p:.0%} is the probability of the offensive within 30 days."
    rows = [line for line in lines if " rises " in line or " falls " in line]
    assert rows
    first = found.inputs[0]
    assert first.path == "actors.attacker.disposition"
    assert rows[0].startswith("Disposition of Attacker")
    assert first.direction in rows[0]
    assert any(line.startswith("Structural parameters") for line in lines)
    assert "--study sobol" in answer.err
    assert "caus" not in answer.out


def test_json_is_what_a_forecast_holds(offramp: Offramp, file: Path) -> None:
    answer = offramp("drivers", file, "--runs", 4096, "--by", "14 days", "--quiet", "--format", "json")
    told = json.loads(answer.out)
    held = sim.run(sim.load(file), runs=4096).record()["drivers"]["by"]["14"]
    assert told["schema"] == "offramp/drivers/1"
    assert {key: told[key] for key in held} == held
    assert told["command"].endswith("--by '14 days' --runs 4096 --seed 0")


def test_a_design_adds_total_indices(offramp: Offramp, file: Path) -> None:
    answer = offramp("drivers", file, "--study", "sobol", "--by-actor", "--runs", 4096, "--quiet")
    assert answer.code == 0
    head = next(line for line in answer.out.splitlines() if line.startswith("Inputs of"))
    assert head.split()[2:] == ["First", "95%", "Total", "95%", "Note"]
    told = json.loads(offramp("drivers", file, "--study", "sobol", "--runs", 8192, "--quiet", "--format", "json").out)
    assert {"first", "total", "path", "group", "no_effect", "can_be_looked_up"} == set(told["inputs"][0])


@pytest.mark.parametrize("study", ["counts", "sobol"])
def test_what_nobody_can_look_up_and_what_has_no_effect_is_marked(offramp: Offramp, tmp_path: Path, study: str) -> None:
    constant = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]}, "start": -9}
    file = worlds.write(tmp_path, worlds.crisis(question__horizon=30, pressures={"plea": constant}))
    asked = ("drivers", file, "--study", study, "--runs", 16_384, "--quiet")
    inputs = {one["path"]: one for one in json.loads(offramp(*asked, "--format", "json").out)["inputs"]}
    unknowable = {path for path, one in inputs.items() if not one["can_be_looked_up"]}
    assert unknowable == {
        path for path in inputs if path.split(".")[-1] in ("frailty", "disposition") or "param" in path
    }
    assert [path for path, one in inputs.items() if one["no_effect"]] == ["pressures.plea.intensity"]
    lines = offramp(*asked).out.splitlines()
    (disposition,) = (line for line in lines if line.startswith("Disposition of Attacker"))
    assert disposition.endswith("cannot be looked up")
    told = " ".join(lines)
    assert "No effect within the window: Intensity of Plea: the pressure is in force and constant" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--outcome", "peace"), "no outcome 'peace'"),
        (("--by", "31"), "from 1 to 30"),
        (("--by", "soon"), "expected a number of days"),
        (("--runs", "100"), "need 512 runs or more"),
        (("--study", "sobol", "--runs", "100"), "runs or more"),
        (("--by-actor",), "needs --study sobol"),
    ],
)
def test_what_cannot_be_told_is_said(offramp: Offramp, file: Path, options: tuple[str, ...], said: str) -> None:
    answer = offramp("drivers", file, "--quiet", *options)
    assert answer.code == 2
    assert said in answer.err
