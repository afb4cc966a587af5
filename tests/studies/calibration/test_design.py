"""The design of the calibration: parameters as given, everything else as in a run; and coordinates of parameters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.ensemble.blocks import BLOCK_RUNS, BlockTask, record_block
from sim.executors import Serial
from sim.studies.calibration.calibrate import study
from sim.studies.calibration.design import BLOCK_POINTS, play, prior_points, seed_of
from sim.studies.calibration.outcomes import classes_of_runs
from sim.studies.calibration.parameters import NAMES, PRIORS, streams_of, to_quantiles, to_values
from tests.worlds import load

LAST = {"question__horizon": 180}


def test_coordinates_are_standard_normal_under_the_prior() -> None:
    values = to_values(np.array([[0.0] * len(NAMES), [1.0] * len(NAMES)]))
    for column, (name, prior) in enumerate(PRIORS.items()):
        assert values[0, column] == pytest.approx(prior.median), name
    np.testing.assert_allclose(
        to_values(prior_points(1, 3)).mean(axis=0), [p.mean for p in PRIORS.values()], rtol=0.02, atol=0.002
    )


def test_the_agreement_position_is_no_parameter_of_the_calibration() -> None:
    assert "agreement_position" not in NAMES
    assert len(NAMES) == 21


def test_a_parameter_that_a_case_writes_is_left_alone(tmp_path: Path) -> None:
    scenario = load(tmp_path, parameters={"launch_rate": 0.1}, **LAST)
    assert "parameters.launch_rate" not in streams_of(scenario)
    assert len(streams_of(scenario)) == len(NAMES) - 1


def test_a_point_of_the_design_is_a_run_with_those_parameters(tmp_path: Path) -> None:
    """With every parameter at one point, the design plays just the runs of the scenario that writes that point."""
    point = prior_points(1, 0)[7]
    written = dict(zip(NAMES, (float(value) for value in to_values(point[None])[0]), strict=True))
    free, fixed = load(tmp_path, **LAST), load(tmp_path, parameters=written, **LAST)
    _, got = next(play({"x": free}, np.tile(point, (BLOCK_POINTS, 1)), seed=5, executor=Serial()))
    expected = classes_of_runs(record_block(BlockTask(fixed, seed_of("x", 5), 0, 1)))
    assert (got != expected).mean() < 0.002  # a parameter's last bit may turn a run


def test_cases_share_parameters_and_no_chance() -> None:
    assert len({seed_of(name, 0) for name in ("a", "b", "c")}) == 3
    assert seed_of("a", 0) != seed_of("a", 1)
    assert 0 <= seed_of("a", 2) < 2**62


def test_quantiles_stay_off_the_ends() -> None:
    quantiles = to_quantiles(np.array([[-40.0, 0.0, 40.0]]))
    assert quantiles.min() > 0
    assert quantiles.max() < 1


def test_a_study_that_was_stopped_plays_only_what_is_missing(tmp_path: Path) -> None:
    first = load(tmp_path, **LAST)
    second = load(tmp_path, actors__backer__stance=0.5, **LAST)
    done: list[int] = []
    whole = study({"a": first, "b": second}, seed=1, executor=Serial(), blocks=1, finished=lambda: done.append(1))
    assert len(done) == 2
    keep = tmp_path / "kept"
    study({"a": first}, seed=1, executor=Serial(), blocks=1, keep=keep)
    played: list[str] = []

    class Counting(Serial):
        def map(self, function, tasks, finished=None):  # type: ignore[no-untyped-def]
            tasks = list(tasks)
            played.extend(map(str, tasks))
            return super().map(function, tasks, finished)

    again = study({"a": first, "b": second}, seed=1, executor=Counting(), blocks=1, keep=keep)
    assert len(played) == 1
    for name in ("a", "b"):
        assert np.array_equal(again.classes[name], whole.classes[name])
    changed = study({"a": second}, seed=1, executor=Counting(), blocks=1, keep=keep)
    assert len(played) == 2, "a case of other content is played anew"
    assert len(changed.classes["a"]) == BLOCK_RUNS


def test_a_posterior_follows_what_is_seen_and_leaving_all_out_is_the_prior(tmp_path: Path) -> None:
    """Always at war: the launch rate rises. Nothing kept: the prior, within its error."""
    one = replace(study({"a": load(tmp_path, **LAST)}, seed=0, executor=Serial(), blocks=2), particles=1024)
    rate = NAMES.index("launch_rate")
    war, peace = (one.posterior({"a": frozenset(seen)}).draws[:, rate] for seen in ({0, 1}, {6, 7}))
    assert war.mean() > peace.mean() + 4.8 * np.hypot(war.std(), peace.std()) / np.sqrt(1024 / 4)
    empty = one.posterior({"a": frozenset({0})}, without=["a"]).draws
    assert np.abs(empty.mean(axis=0)).max() < 4.8 / np.sqrt(1024)
