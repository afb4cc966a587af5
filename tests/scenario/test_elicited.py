"""Percentiles and pools of experts in files: read, refused, merged, shown, swept, and as levels."""

from __future__ import annotations

import json

import numpy as np
import pytest

import sim
from sim.distributions import Normal, Pool, Quantiles, is_distribution
from sim.explorer.controls import sliders_of
from sim.forecast.provenance import provenance_of
from sim.report.values import quantity
from sim.scenario.levels import level
from sim.scenario.written import origins, resolved_yaml
from sim.studies.sweep.designs import axis_complaints, read_axis
from sim.studies.sweep.sweep import Base
from tests.scenario.files import FULL, OVER, Folder

PERCENTS = "{quantiles: {10: 0.2, 50: 0.5, 90: 0.7}}"
POOL = "{experts: [{normal: [0.2, 0.1]}, {triangular: [0, 0.1, 0.5]}, {quantiles: {5: 0, 95: 1}}], weights: [2, 1, 1]}"


def text(stance: str) -> str:
    return FULL.replace("backer: {role: patron, stance: 0.2}", f"backer: {{role: patron, stance: {stance}}}")


def test_percentiles_are_read_with_the_range_of_their_key(folder: Folder) -> None:
    backer = folder.load(text("{quantiles: {10: -0.9, 50: 0, 90: 0.95}}")).actors["backer"]
    assert backer.stance == Quantiles((10, 50, 90), (-0.9, 0, 0.95), -1, 1)
    assert backer.stance.support == (-1, 1)


def test_a_pool_is_read_with_its_weights(folder: Folder) -> None:
    stance = folder.load(text(POOL)).distribution("backer", "stance")
    assert isinstance(stance, Pool)
    assert stance.weights == (2, 1, 1)
    assert stance.experts[2].support == pytest.approx((-0.0555556, 1))


@pytest.mark.parametrize("key", ["population", "credibility"])
def test_every_number_may_be_elicited(folder: Folder, key: str) -> None:
    scenario = folder.load(FULL + f"{key}: {PERCENTS}\n")
    assert getattr(scenario.document, key).median == 0.5


def test_days_may_be_elicited(folder: Folder) -> None:
    ties = "ties: {envoy: {backer: {quantiles: {25: 0.1, 75: 0.2}}}}\n"
    press = "{from: envoy, on: backer, aim: restrain, intensity: 0.5, start: {quantiles: {5: 2, 95: 20}}, ramp: 9}"
    pressure = folder.load(FULL + ties + f"pressures: {{plea: {press}}}\n").pressures["plea"]
    assert isinstance(pressure.start, Quantiles)


def test_a_level_may_stand_for_what_an_expert_says(folder: Folder) -> None:
    scenario = folder.load(text("{experts: [backs, {normal: [0, 0.2]}, withholds]}"))
    stance = scenario.distribution("backer", "stance")
    own = [level("patron.stance", word).distribution for word in ("backs", "withholds")]
    assert stance == Pool((own[0], Normal(0, 0.2), own[1]))
    path = ("actors", "backer", "stance", "experts")
    assert {where: one.word for where, one in scenario.levels.items()} == {(*path, 0): "backs", (*path, 2): "withholds"}
    told = origins(scenario)["actors.backer.stance"]["origin"]
    assert "backs: Fights, strikes" in told
    assert "withholds: Says no" in told
    (row,) = (one for one in provenance_of(scenario)["inputs"] if one["path"] == "actors.backer.stance")
    assert "withholds: Says no" in row["origin"]
    assert scenario.with_({"actors.envoy.salience": 0.3}).levels == scenario.levels


@pytest.mark.parametrize(
    ("stance", "fault"),
    [
        (
            "{quantiles: {10: 0.5, 90: 0.2}}",
            "12:56: actors.backer.stance.quantiles.90: quantiles must not fall: 10% is 0.5, so 90% is 0.5 or more "
            "(got 0.2)",
        ),
        (
            "{quantiles: {10: 0.5, 90: 1.2}}",
            "12:56: actors.backer.stance.quantiles.90: expected a number from -1 to 1 (got 1.2)",
        ),
        (
            "{experts: [{normal: [0, 1]}, {uniform: [0, 2]}]}",
            "12:63: actors.backer.stance.experts.1: expected a number from -1 to 1 (got {",
        ),
        (
            "{experts: [{normal: [0, 1]}, {quantiles: {10: low, 90: 2}}]}",
            'actors.backer.stance.experts.1.quantiles.10: expected a number at percentile 10 (got "low")',
        ),
        (
            "{experts: [backs, withold]}",
            "12:52: actors.backer.stance.experts.1: expected a number, a distribution or a level: backs, mixed, "
            'withholds (got "withold"); did you mean withholds?',
        ),
        (
            "{experts: [backs, mixed], weights: [1, 2, 3]}",
            "12:60: actors.backer.stance.weights: expected 2 weights, one for each expert (got [1, 2, 3])",
        ),
        ("{experts: [0.5]}", "experts takes a list of two or more; write a single one by itself, or `evidence`"),
    ],
)
def test_faults_name_the_part_that_is_wrong(folder: Folder, stance: str, fault: str) -> None:
    (found,) = folder.faults(text(stance))
    assert fault in found


def test_a_variant_replaces_an_elicited_number_whole(folder: Folder) -> None:
    folder.load(text(PERCENTS), "base.yaml")
    for stance, kind in ((POOL, Pool), ("{quantiles: {20: 0, 80: 0.3}}", Quantiles), ("{normal: [0, 1]}", Normal)):
        changed = folder.load(OVER + f"actors: {{backer: {{stance: {stance}}}}}\n")
        assert type(changed.distribution("backer", "stance")) is kind
        again = changed.with_({"actors.backer.stance": changed.distribution("backer", "stance")})
        assert again.hash == changed.hash


def test_what_is_shown_reads_as_a_file_again(folder: Folder) -> None:
    scenario = folder.load(text(POOL) + f"credibility: {PERCENTS}\n")
    again = folder.load(resolved_yaml(scenario), "again.yaml")
    assert again.hash == scenario.hash
    assert origins(scenario)["credibility"]["value"] == {"quantiles": {"10": 0.2, "50": 0.5, "90": 0.7}}


def test_sweeps_take_elicited_numbers_as_values_and_as_axes(folder: Folder) -> None:
    base = Base.load(folder.write(text(POOL)))
    own = base.inputs["actors.backer.stance"]
    for one in (json.loads('{"quantiles": {"10": -1, "90": 0.9}}'), {"experts": [0.1, {"uniform": [0, 1]}]}):
        assert is_distribution(one)
        assert not list(axis_complaints(one, own))
        assert not list(axis_complaints([0.1, one], own))
        low, high = read_axis(one, own).at(np.array([1e-9, 1 - 1e-9]))
        assert -1 <= low < high <= 1
        assert base.vary({own.path: one}, {}).distribution("backer", "stance").mean != own.distribution.mean
    words = {"experts": ["backs", 0.1]}
    assert base.vary({own.path: words}, {}).levels
    assert words == {"experts": ["backs", 0.1]}  # the cell keeps what it says


def test_the_explorer_starts_at_the_median_of_a_pool(folder: Folder) -> None:
    scenario = folder.load(text(POOL))
    slider, prior = sliders_of(scenario)["actors.backer.stance"], scenario.distribution("backer", "stance")
    assert slider.median == pytest.approx(prior.median, abs=1e-4)
    assert slider.q05 < slider.median < slider.q95


def test_reports_say_what_the_experts_say(folder: Folder) -> None:
    plain = folder.load(text(POOL)).distribution("backer", "stance").to_plain()
    assert quantity(plain) == (
        "3 experts: 50% normal 0.2, 0.1; 25% triangular 0, 0.1, 0.5; 25% quantiles 5%: 0, 95%: 1"
    )


def test_an_option_of_the_menu_may_be_elicited_and_keeps_to_its_range(folder: Folder) -> None:
    option = "{by: envoy, cost: 1, change: {actors.backer.stance: {quantiles: {10: -0.99, 90: 0.5}}}}"
    scenario = folder.load(FULL + f"menu: {{persuade: {option}}}\n")
    assert sim.load(folder.path / "crisis.yaml").document.menu == scenario.document.menu
