"""The pool: a weighted mean of log-odds, and weights that score best on past cases."""

from __future__ import annotations

import numpy as np
import pytest

from sim.baselines.pool import LEAST, pooled, stack


def test_equal_weights_give_the_mean_of_the_log_odds() -> None:
    """Odds of 1/9 and 4: their geometric mean is 2/3, a probability of 0.4."""
    assert pooled({"a": 0.1, "b": 0.8}, {"a": 0.5, "b": 0.5}) == pytest.approx(0.4)


def test_what_all_agree_on_stays_and_weights_pull() -> None:
    assert pooled({"a": 0.3, "b": 0.3}, {"a": 0.2, "b": 0.8}) == pytest.approx(0.3)
    assert pooled({"a": 0.3, "b": 0.9}, {"a": 1.0, "b": 0.0}) == pytest.approx(0.3)


def test_nobody_is_surer_than_the_bound_and_whoever_is_missing_leaves_its_weight_to_the_others() -> None:
    assert pooled({"a": 0.0}, {"a": 1.0}) == pytest.approx(LEAST)
    assert pooled({"a": 0.3}, {"a": 0.5, "b": 0.5}) == pytest.approx(0.3)
    with pytest.raises(ValueError, match="at least one forecaster"):
        pooled({"c": 0.3}, {"a": 0.5, "b": 0.5})


def test_stacking_finds_the_forecaster_that_knows() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.95, (400, 2))
    happened = rng.random((400, 2)) < p
    weights = stack({"knows": p, "shrugs": np.full_like(p, 0.5), "errs": 1 - p}, happened)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["knows"] >= 0.8
    assert weights["errs"] <= 0.05


def test_stacking_mixes_where_a_mixture_scores_best() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(0, 1.5, (2, 500, 1))
    happened = rng.random((500, 1)) < 1 / (1 + np.exp(-(first + second) / 2))
    said = {name: 1 / (1 + np.exp(-one)) for name, one in (("a", first), ("b", second))}
    weights = stack(said, happened)
    assert 0.3 <= weights["a"] <= 0.7
    scores = [float(np.mean((one - happened) ** 2)) for one in said.values()]
    assert np.mean((pooled(said, weights) - happened) ** 2) < min(scores)
