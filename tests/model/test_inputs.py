"""Inputs: what kind each is, and the two distributions that only posteriors have."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.model.inputs import (
    Input,
    PosteriorColumn,
    SampleChoice,
    can_be_looked_up,
    draw_inputs,
    inputs_of,
    is_key,
    is_unseen,
)
from tests import worlds


@pytest.mark.parametrize(
    ("path", "unseen", "looked_up", "key"),
    [
        ("population", False, True, True),
        ("actors.town.stance", False, True, True),
        ("actors.town.frailty", True, False, False),
        ("actors.attacker.disposition", True, False, False),
        ("ties.envoy.backer", False, True, True),
        ("talks.disposition.boost", False, True, True),
        ("parameters.frailty", False, False, True),
        ("parameters.inertia", False, False, True),
        ("parameters.inertia_threats", False, False, False),
        ("sample", False, False, False),
    ],
)
def test_an_input_is_written_looked_up_or_unseen(path: str, unseen: bool, looked_up: bool, key: bool) -> None:
    assert (is_unseen(path), can_be_looked_up(path), is_key(path)) == (unseen, looked_up, key)


def test_a_column_of_a_posterior_is_its_draws() -> None:
    column = PosteriorColumn(np.array([0.3, 0.1, 0.2, 0.9]))
    assert (column.mean, column.sd, column.median) == pytest.approx((0.375, math.sqrt(0.096875), 0.25))
    assert column.support == (0.1, 0.9)
    quantiles = np.array([0.0, 0.26, 0.5, 0.74, 0.99, 1.0])
    assert column.ppf(quantiles).tolist() == [0.3, 0.1, 0.2, 0.2, 0.9, 0.9]
    assert Input("parameters.x", column).place(quantiles).tolist() == [0.625, 0.125, 0.375, 0.375, 0.875, 0.875]
    assert Input("parameters.x", column, 0.15, 0.5).draw(quantiles).tolist() == [0.3, 0.15, 0.2, 0.2, 0.5, 0.5]
    thirds = PosteriorColumn(np.arange(101) / 300)
    assert thirds.to_plain() == {"posterior": [0.0167, 0.1667, 0.3167]}


def test_the_sample_is_threats_in_the_upper_quantiles() -> None:
    choice = SampleChoice(0.3)
    assert choice.ppf(np.array([0.1, 0.69, 0.71, 0.9])).tolist() == [0, 0, 1, 1]
    assert (choice.mean, choice.sd, choice.median, choice.support) == (0.3, pytest.approx(0.21**0.5), 0, (0, 1))
    assert choice.to_plain() == {"sample": [0.7, 0.3]}
    assert [SampleChoice(share).median for share in (0.5, 0.51)] == [0, 1]
    assert [SampleChoice(share).support for share in (0.0, 1.0)] == [(0, 0), (1, 1)]


def test_a_part_of_the_draws_is_of_its_runs(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    whole = draw_inputs(inputs_of(scenario), 1, 0, 64, 4)
    part = whole.part(slice(8, 24))
    assert (part.runs, part.replicates, whole.runs) == (16, 4, 64)
    assert part.values.keys() == whole.values.keys()
    assert part.quantiles.keys() == whole.quantiles.keys()
    for path, value in whole.values.items():
        assert np.array_equal(part.values[path], value[8:24] if isinstance(value, np.ndarray) else value), path
    for name, column in whole.quantiles.items():
        assert np.array_equal(part.quantiles[name], column[2:6]), name


def test_quantiles_that_are_kept_for_the_next_scenario_cannot_be_written_over(tmp_path: Path) -> None:
    drawn = draw_inputs(inputs_of(worlds.load(tmp_path)), 1, 0, 64, 4).quantiles
    assert drawn
    assert not any(column.flags.writeable for column in drawn.values())
