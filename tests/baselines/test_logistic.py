"""Logistic regression: independent optimisers, published answers, separation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from sim.baselines.logistic import fit


def sample(cases: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.random(cases), rng.integers(0, 2, cases)])
    odds = -1 + 3 * x[:, 0] - 1.5 * x[:, 1]
    return x, (rng.random(cases) < 1 / (1 + np.exp(-odds))).astype(int)


def penalised(beta: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """Minus Firth's penalised log-likelihood, written from its definition."""
    design = np.column_stack([np.ones(len(x)), x])
    p = 1 / (1 + np.exp(-(design @ beta)))
    likelihood = np.sum(np.log(np.where(y == 1, p, 1 - p)))
    information = sum(pi * (1 - pi) * np.outer(row, row) for pi, row in zip(p, design, strict=True))
    return -float(likelihood + np.log(np.linalg.det(information)) / 2)


@pytest.mark.parametrize("seed", range(4))
def test_slopes_maximise_the_penalised_likelihood_as_a_general_optimiser_finds(seed: int) -> None:
    x, y = sample(30, seed)
    options = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000}
    found = minimize(penalised, np.zeros(3), (x, y), method="Nelder-Mead", options=options)
    assert fit(x, y).coefficients[1:] == pytest.approx(found.x[1:], abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_fitted_probabilities_have_the_mean_of_the_outcomes(seed: int) -> None:
    x, y = sample(30, seed)
    fitted = [fit(x, y).predict(*row).p for row in x]
    assert np.mean(fitted) == pytest.approx(np.mean(y), abs=1e-9)


def test_with_many_cases_it_is_ordinary_logistic_regression() -> None:
    """The penalty moves a coefficient by about its bias, of the order of 1 / cases."""
    x, y = sample(20_000, 9)
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(x, y)
    ours = fit(x, y)
    assert ours.coefficients == pytest.approx([plain.intercept_[0], *plain.coef_[0]], abs=2e-3)
    p = plain.predict_proba(x)[:, 1]
    design = np.column_stack([np.ones(len(x)), x])
    covariance = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
    assert np.array(ours.covariance) == pytest.approx(covariance, rel=2e-2)
    one = ours.predict(0.4, 1)
    row = np.array([1, 0.4, 1])
    assert one.p == pytest.approx(plain.predict_proba([[0.4, 1]])[0, 1], abs=1e-3)
    assert one.se == pytest.approx(math.sqrt(row @ covariance @ row), rel=2e-2)


def test_one_binary_feature_gives_firths_closed_form() -> None:
    """With one binary feature Firth's estimate adds half a case to each cell of the table: the odds ratio of the table
    7 of 10 against 2 of 12 is (7.5 / 3.5) / (2.5 / 10.5).
    """
    x = [[1]] * 10 + [[0]] * 12
    y = [1] * 7 + [0] * 3 + [1] * 2 + [0] * 10
    assert fit(x, y).coefficients[1] == pytest.approx(math.log(7.5 / 3.5 * 10.5 / 2.5), abs=1e-9)


def test_without_a_feature_that_tells_it_gives_the_share() -> None:
    one = fit([[2.0]] * 20, [1] * 5 + [0] * 15)
    assert one.coefficients == pytest.approx((math.log(5 / 15), 0), abs=1e-9)
    assert one.predict(7.0).p == pytest.approx(0.25)
    assert one.predict(7.0).se == pytest.approx(math.sqrt(1 / 5 + 1 / 15))


def test_cases_all_alike_keep_a_finite_probability_by_jeffreys() -> None:
    """No event in 20 cases: the penalised estimate is 0.5 / 21."""
    one = fit(np.zeros((20, 0)), np.zeros(20))
    assert one.predict().p == pytest.approx(0.5 / 21, abs=1e-9)


def test_separated_cases_have_a_finite_estimate() -> None:
    x = [[0.1], [0.2], [0.3], [0.4], [0.6], [0.7], [0.8], [0.9]]
    y = [0, 0, 0, 0, 1, 1, 1, 1]
    one = fit(x, y)
    assert 0 < one.coefficients[1] < 50
    assert 0.5 < one.predict(0.6).p < one.predict(0.9).p < 1
    found = minimize(penalised, np.zeros(2), (np.array(x), np.array(y)), method="Nelder-Mead", options={"xatol": 1e-10})
    assert one.coefficients[1] == pytest.approx(found.x[1], abs=1e-3)


def test_a_feature_told_twice_is_used_once() -> None:
    x, y = sample(40, 3)
    twice = np.column_stack([x[:, 0], 2 * x[:, 0] + 1, x[:, 1]])
    one, two = fit(x, y), fit(twice, y)
    assert two.coefficients[2] == 0
    assert two.predict(0.3, 1.6, 1).p == pytest.approx(one.predict(0.3, 1).p, abs=1e-9)


rows = st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 1), st.integers(0, 1)), min_size=3, max_size=30)


@pytest.mark.slow
@given(rows, st.floats(-3, 3), st.floats(0.1, 50))
def test_units_of_the_features_do_not_matter(data: list[tuple[float, int, int]], shift: float, scale: float) -> None:
    x = np.array([[round(a, 2), b] for a, b, _ in data])
    y = np.array([c for _, _, c in data])
    here, there = fit(x, y).predict(0.2, 1), fit(x * [scale, 1] + [shift, 0], y).predict(0.2 * scale + shift, 1)
    assert there.p == pytest.approx(here.p, abs=1e-6)
    assert 0 < here.p < 1
    assert here.low <= here.p <= here.high


@pytest.mark.slow
def test_intervals_of_the_curve_cover() -> None:
    """400 samples of 40 cases: at a true coverage of 93% fewer than 340 cover with a chance below 1e-8 (z = 6)."""
    covered = 0
    for seed in range(400):
        x, y = sample(40, 1000 + seed)
        one = fit(x, y).predict(0.5, 0)
        covered += one.low <= 1 / (1 + math.exp(-0.5)) <= one.high
    print(f"{covered} of 400 intervals cover")
    assert covered >= 340


def test_what_cannot_be_fitted_is_refused() -> None:
    for x, y in (([[1.0]], [2]), ([[math.nan]], [1]), ([[1.0]], [1, 0]), (np.zeros((0, 1)), [])):
        with pytest.raises(ValueError, match="expected"):
            fit(x, y)
    with pytest.raises(ValueError, match="1 features"):
        fit([[1.0], [2.0]], [0, 1]).predict(1, 2)
