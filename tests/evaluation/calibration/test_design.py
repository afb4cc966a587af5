"""The design of the calibration: parameters as given, everything else as in a run; and coordinates of parameters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.evaluation.calibration.calibrate import refined, study
from sim.evaluation.calibration.design import BLOCK_POINTS, Design, play, prior_points, seed_of
from sim.evaluation.calibration.outcomes import classes_of_runs
from sim.evaluation.calibration.parameters import (
    COLUMNS,
    COORDINATES,
    FACTOR_SD,
    NAMES,
    prior_of,
    projected,
    streams_of,
    to_quantiles,
    to_values,
)
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block
from sim.runs.store import Store
from sim.scenario.posterior import SAMPLED, SAMPLED_COLUMNS, SAMPLES
from sim.studies.bench import Site
from tests.played import count_blocks, replace_play
from tests.worlds import load

LAST = {"question__horizon": 180}


def test_coordinates_are_standard_normal_under_the_prior() -> None:
    values = to_values(np.zeros((1, len(COORDINATES))))
    for column, name in enumerate(COLUMNS):
        assert values[0, column] == pytest.approx(prior_of(name).median), name
    np.testing.assert_allclose(
        to_values(prior_points(1, 3)).mean(axis=0), [prior_of(name).mean for name in COLUMNS], rtol=0.03, atol=0.002
    )


def test_inertia_and_launch_rate_go_by_sample_and_nothing_else_does() -> None:
    points = prior_points(1, 3)
    values = dict(zip(COLUMNS, to_values(points).T, strict=True))
    assert set(COLUMNS) - set(NAMES) == set(SAMPLED_COLUMNS)
    for name in SAMPLED:
        crises, threats = (np.log(values[f"{name}_{sample}"]) for sample in SAMPLES)
        factor = points[:, COORDINATES.index(f"{name}_threats")] - points[:, COORDINATES.index(f"{name}_crises")]
        np.testing.assert_allclose(threats - crises, FACTOR_SD * factor, atol=1e-6)


def test_the_agreement_position_is_no_parameter_of_the_calibration() -> None:
    assert "agreement_position" not in NAMES
    assert len(NAMES) == 23


def test_a_parameter_that_a_case_writes_is_left_alone(tmp_path: Path) -> None:
    scenario = load(tmp_path, parameters={"launch_rate": 0.1}, **LAST)
    assert "parameters.launch_rate" not in streams_of(scenario)
    assert len(streams_of(scenario)) == len(NAMES) - 1


def test_a_point_of_the_design_is_a_run_with_those_parameters(tmp_path: Path) -> None:
    """With every parameter at one point, the design plays just the runs of the scenario that writes that point."""
    point = prior_points(1, 0)[7]
    values = dict(zip(COLUMNS, (float(value) for value in to_values(point[None])[0]), strict=True))
    written = {name: values.get(name, values.get(f"{name}_crises")) for name in NAMES}
    free, fixed = load(tmp_path, **LAST), load(tmp_path, parameters=written, **LAST)
    (got,) = play([Design(free, seed_of("x", 5), np.tile(point, (BLOCK_POINTS, 1)))], Site())
    expected = classes_of_runs(run_block(BlockTask(fixed, seed_of("x", 5), 0, 1)).records)
    assert (got != expected).mean() < 0.002  # a parameter's last bit may turn a run


@pytest.mark.slow
def test_a_store_keeps_the_runs_of_a_design_and_takes_no_other_points_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, points = Store(tmp_path / "store"), prior_points(2, 0)
    designs = [Design(load(tmp_path, **LAST), 5, part) for part in (points, points[::-1])]
    played = count_blocks(monkeypatch)
    first, second = play(designs, Site(store=store))
    assert [task.block for task in played] == [0, 1, 0, 1]
    assert (first != second).any()
    again = play(designs, Site(store=store))
    assert len(played) == 4
    assert all(np.array_equal(one, other) for one, other in zip((first, second), again, strict=True))


def test_cases_share_parameters_and_no_chance() -> None:
    assert len({seed_of(name, 0) for name in ("a", "b", "c")}) == 3
    assert seed_of("a", 0) != seed_of("a", 1)
    assert 0 <= seed_of("a", 2) < 2**62


def test_quantiles_stay_off_the_ends() -> None:
    quantiles = to_quantiles(np.array([[-40.0, 0.0, 40.0]]))
    assert quantiles.min() > 0
    assert quantiles.max() < 1


@pytest.mark.slow
def test_a_study_that_was_stopped_plays_only_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(tmp_path, **LAST)
    second = load(tmp_path, actors__backer__stance=0.5, **LAST)
    done: list[int] = []
    whole = study({"a": first, "b": second}, seed=1, site=Site(finished=lambda: done.append(1)), blocks=1)
    assert len(done) == 2
    store = Store(tmp_path / "store")
    study({"a": first}, seed=1, site=Site(store=store), blocks=1)
    played = count_blocks(monkeypatch)
    again = study({"a": first, "b": second}, seed=1, site=Site(store=store), blocks=1)
    assert len(played) == 1
    for name in ("a", "b"):
        assert np.array_equal(again.classes[name], whole.classes[name])
    changed = study({"a": second}, seed=1, site=Site(store=store), blocks=1)
    assert len(played) == 2, "a case of other content is played anew"
    assert len(changed.classes["a"]) == BLOCK_RUNS


@pytest.mark.slow
def test_a_posterior_follows_what_is_seen_and_leaving_all_out_is_the_prior(tmp_path: Path) -> None:
    """Four cases at war rather than none: the launch rate rises. Nothing kept: the prior, within its error."""
    alike = dict.fromkeys("abcd", load(tmp_path, **LAST))
    one = replace(study(alike, seed=0, site=Site(), blocks=1), particles=1024)
    war, peace = (
        projected(one.posterior(dict.fromkeys(alike, frozenset(seen))).draws, "crises")[:, NAMES.index("launch_rate")]
        for seen in ({0, 1}, {6, 7})
    )
    assert war.mean() > peace.mean() + 4.8 * np.hypot(war.std(), peace.std()) / np.sqrt(1024 / 4)
    empty = one.posterior({}).draws
    assert np.abs(empty.mean(axis=0)).max() < 4.8 / np.sqrt(1024)


@pytest.mark.slow
def test_a_refined_study_plays_each_case_at_the_posterior_and_comes_closer_to_the_model_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a posterior far from the prior, the surface says what runs of the model give, nearer than before."""
    scenario, seen = load(tmp_path, **LAST), {"a": frozenset({6, 7})}
    made = replace(study({"a": scenario}, seed=2, site=Site(), blocks=1), particles=512)
    done: list[int] = []
    store = Store(tmp_path / "store")
    near = refined(made, seen, Site(store=store, finished=lambda: done.append(1)))
    assert len(done) == 1
    points = np.resize(near.posterior(seen).draws, (BLOCK_POINTS, len(COORDINATES)))
    (played,) = play([Design(scenario, seed_of("a", 9), points)], Site())
    model = np.isin(played, [6, 7]).mean()
    before, after = (float(np.exp(one.surface.log_likelihood(points, seen)).mean()) for one in (made, near))
    assert abs(after - model) < 0.03
    assert abs(after - model) < abs(before - model) + 0.01
    replace_play(monkeypatch, lambda task: pytest.fail(f"{task} was played again"))
    again = refined(made, seen, Site(store=store))
    assert np.array_equal(again.surface.coefficients["a"], near.surface.coefficients["a"])
