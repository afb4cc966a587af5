"""Scoring rules: agreement with scoringrules, known answers, and that honesty pays."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st

from sim.evaluation.scoring.rules import (
    LOG_CLIP,
    brier_score,
    log_score,
    ranked_probability_score,
)

AGREE = 1e-9
chances = st.floats(0, 1)


def forecasts(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities inside the clip and outcomes."""
    rng = np.random.default_rng(seed)
    return rng.uniform(LOG_CLIP, 1 - LOG_CLIP, count), rng.integers(0, 2, count)


def test_brier_and_log_scores_agree_with_scoringrules() -> None:
    p, y = forecasts(500)
    assert brier_score(p, y) == pytest.approx(scoringrules.brier_score(y, p), abs=AGREE)
    assert log_score(p, y) == pytest.approx(scoringrules.log_score(y, p), abs=AGREE)


def test_rps_agrees_with_scoringrules_up_to_the_number_of_windows() -> None:
    rng = np.random.default_rng(2)
    categories = rng.dirichlet(np.ones(4), 300)
    came = rng.integers(1, 5, 300)
    within = np.minimum(np.cumsum(categories, axis=1)[:, :3], 1)
    happened = came[:, None] <= np.arange(1, 4)
    ours = ranked_probability_score(within, happened)
    assert 3 * ours == pytest.approx(scoringrules.rps_score(came, categories), abs=AGREE)


def test_known_answers() -> None:
    assert brier_score([0, 0.3, 0.3, 1], [0, 0, 1, 0]) == pytest.approx([0, 0.09, 0.49, 1])
    assert log_score([0.25, 0, 1], [1, 1, 1]) == pytest.approx([math.log(4), math.log(1000), -math.log(0.999)])
    assert ranked_probability_score([0.2, 0.5, 0.6], [0, 1, 1]) == pytest.approx((0.04 + 0.25 + 0.16) / 3)


@given(chances)
def test_rps_of_one_window_is_the_brier_score(p: float) -> None:
    for outcome in (0, 1):
        assert ranked_probability_score([p], [outcome]) == pytest.approx(brier_score(p, outcome), abs=1e-15)
        twice = ranked_probability_score([p, p], [outcome, outcome])
        assert twice == pytest.approx(brier_score(p, outcome), abs=1e-15)


@given(chances, chances)
def test_brier_and_log_scores_are_least_at_the_truth(truth: float, said: float) -> None:
    for rule in (brier_score, log_score):
        expected = [truth * rule(p, 1) + (1 - truth) * rule(p, 0) for p in (truth, said)]
        assert expected[0] <= expected[1] + 1e-12
    assert truth * brier_score(said, 1) + (1 - truth) * brier_score(said, 0) == pytest.approx(
        truth * (1 - truth) + (said - truth) ** 2
    ), "strictly: the excess is the squared distance from the truth"


weights = st.lists(st.floats(0.01, 1), min_size=4, max_size=4)


@given(weights, weights)
def test_rps_is_least_at_the_truth(truth: list[float], said: list[float]) -> None:
    chance = np.array(truth) / sum(truth)
    happened = np.arange(4)[:, None] <= np.arange(3)  # row: which category comes; column: within which window
    true, other = (np.minimum(np.cumsum(np.array(w) / sum(w))[:3], 1) for w in (truth, said))
    first, second = (ranked_probability_score(np.tile(f, (4, 1)), happened) for f in (true, other))
    assert chance @ first <= chance @ second + 1e-12


def test_what_is_no_forecast_is_refused() -> None:
    for p, y in ([1.1, 1], [-0.1, 0], [math.nan, 1], [0.5, 2], [0.5, math.nan]):
        with pytest.raises(ValueError, match="expected"):
            brier_score(p, y)
    with pytest.raises(ValueError, match="an outcome for each forecast"):
        log_score([0.1, 0.2], [1])
    with pytest.raises(ValueError, match="rising order"):
        ranked_probability_score([0.5, 0.4], [0, 0])
    with pytest.raises(ValueError, match="rising order"):
        ranked_probability_score([0.4, 0.5], [1, 0])
