"""Calibration: agreement with model-diagnostics, known answers, and bands that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_diagnostics.scoring import SquaredError
from model_diagnostics.scoring import decompose as oracle
from sklearn.isotonic import IsotonicRegression

from sim.evaluation.scoring import rounded, too_few
from sim.evaluation.scoring.calibration import decompose, recalibrated, reliability

cases = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0]), st.integers(0, 1)), min_size=1)


def drawn(count: int, seed: int, *, digits: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts on a grid, so that many are equal, and outcomes that they overstate."""
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(0.8, 1.2, count), digits)
    return p, (rng.random(count) < p**1.5).astype(int)


@pytest.mark.parametrize("seed", range(5))
def test_the_decomposition_agrees_with_model_diagnostics(seed: int) -> None:
    p, y = drawn(300, seed)
    ours = decompose(p, y)
    row = oracle(y, p, scoring_function=SquaredError()).row(0, named=True)
    for name in ("miscalibration", "discrimination", "uncertainty", "score"):
        assert getattr(ours, name) == pytest.approx(row[name], abs=1e-9), name


@pytest.mark.parametrize("seed", range(5))
def test_recalibration_agrees_with_scikit_learn(seed: int) -> None:
    p, y = drawn(200, seed)
    assert recalibrated(p, y) == pytest.approx(IsotonicRegression().fit(p, y).predict(p), abs=1e-9)


@given(cases)
def test_recalibration_is_the_max_min_formula(rows: list[tuple[float, int]]) -> None:
    """Independent of any pooling algorithm (the oracles may share ours): the fitted value at a forecast is the largest,
    over lower ends, of the smallest, over upper ends, of the share that happened between them (Robertson, Wright &
    Dykstra 1988).
    """
    p, y = (np.array(column) for column in zip(*rows, strict=True))
    said = np.unique(p)
    between = {(a, b): y[(p >= a) & (p <= b)].mean() for a in said for b in said if a <= b}
    expected = {
        x: max(min(between[a, b] for b in said if b >= x) for a in said if a <= x) for x in said
    }  # fmt: skip
    assert recalibrated(p, y) == pytest.approx([expected[x] for x in p], abs=1e-12)


def test_known_answers() -> None:
    """Four cases: 0.2 (no), 0.4 (yes), 0.4 (no), 0.8 (yes); pooled to 0, 1/2, 1/2, 1."""
    p, y = [0.2, 0.4, 0.4, 0.8], [0, 1, 0, 1]
    assert recalibrated(p, y).tolist() == [0, 0.5, 0.5, 1]
    one = decompose(p, y)
    assert one.score == pytest.approx((0.04 + 0.36 + 0.16 + 0.04) / 4)
    assert (one.uncertainty, one.discrimination) == pytest.approx((0.25, 0.125))
    assert one.miscalibration == pytest.approx(0.15 - 0.125)
    assert recalibrated([0.1, 0.9], [1, 0]).tolist() == [0.5, 0.5], "forecasts the wrong way round are pooled"


@given(cases)
def test_the_parts_add_up_and_are_never_negative(rows: list[tuple[float, int]]) -> None:
    p, y = zip(*rows, strict=True)
    one = decompose(p, y)
    assert one.score == pytest.approx(one.miscalibration - one.discrimination + one.uncertainty, abs=1e-12)
    assert min(one.miscalibration, one.discrimination, one.uncertainty) >= -1e-12
    assert decompose(recalibrated(p, y), y).miscalibration == pytest.approx(0, abs=1e-12)


def test_a_constant_forecast_discriminates_nothing() -> None:
    one = decompose([0.3] * 10, [1] * 4 + [0] * 6)
    assert (one.discrimination, one.miscalibration) == pytest.approx((0, 0.01))


def outside_of(points: list[dict[str, float]]) -> int:
    """Number of points outside their band."""
    return sum(not point["low"] <= point["observed"] <= point["high"] for point in points)


def test_bands_hold_calibrated_forecasts_and_catch_overconfident_ones() -> None:
    """Pointwise bands at 90%: of 30 calibrated sets with about 11 points each, about a tenth of the points lie outside.

    Points of one set hang together, so sets count: the mean share outside of a set has an sd near 0.15, of 30 near
    0.027, and 0.23 lies 4.8 of them above 0.1. Overconfident forecasts (odds squared) leave most of theirs.
    """
    rng, outside, caught = np.random.default_rng(5), [], []
    for index in range(30):
        p = np.round(rng.random(400), 1)
        y = rng.random(400) < p
        calibrated = reliability(p, y, seed=index, resamples=200)
        outside.append(outside_of(calibrated) / len(calibrated))
        bold = p**2 / (p**2 + (1 - p) ** 2)
        caught.append(outside_of(reliability(bold, y, seed=index, resamples=200)) / len(calibrated))
    print(f"outside: calibrated {np.mean(outside):.3f}, overconfident {np.mean(caught):.3f}")
    assert np.mean(outside) < 0.23
    assert np.mean(caught) > 0.4


def test_a_diagram_is_the_same_for_the_same_seed_and_holds_every_case() -> None:
    p, y = drawn(120, 7, digits=1)
    one = reliability(p, y, seed=3)
    assert one == reliability(p, y, seed=3)
    assert one != reliability(p, y, seed=4)
    assert [point["forecast"] for point in one] == sorted({float(x) for x in p})
    observed = [point["observed"] for point in one]
    assert observed == sorted(observed)
    assert all(0 <= point["low"] <= point["high"] <= 1 for point in one)


def test_a_band_is_the_central_share_of_what_calibrated_forecasts_give() -> None:
    """One forecast of 1/2 said 100 times: what happens is binomial, the central 70% from 45 to 55.

    Of 5,000 resamples 13.6% are below 45 and 18.4% below 46: at 15% either is more than 2.8 standard errors off.
    """
    one = reliability([0.5] * 100, [1] * 56 + [0] * 44, level=0.7, resamples=5000, seed=2)
    (point,) = one
    assert (point["forecast"], point["observed"]) == (0.5, pytest.approx(0.56))
    assert (point["low"], point["high"]) == pytest.approx((0.45, 0.55))
    assert outside_of(one) == 1
    p, y = drawn(60, 3, digits=1)
    assert reliability(p, y) == reliability(p, y, seed=0, level=0.9, resamples=1000)


def test_fewer_than_fifty_cases_are_too_few_to_judge() -> None:
    assert too_few(49)
    assert not too_few(50)


def test_plain_values_are_rounded_wherever_they_stand() -> None:
    value = {"a": [0.12345, (1, 2.34567)], "b": {"c": -0.98765}, "d": "0.12345", "e": None, "f": 12345}
    assert rounded(value, 2) == {"a": [0.12, [1, 2.35]], "b": {"c": -0.99}, "d": "0.12345", "e": None, "f": 12345}


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one forecast"):
        decompose([], [])
    with pytest.raises(ValueError, match="at least one forecast"):
        recalibrated([[0.5]], [[1]])
    for level, resamples in ((1, 10), (0, 10), (0.5, 0)):
        with pytest.raises(ValueError, match="level"):
            reliability([0.5], [1], level=level, resamples=resamples)
    assert len(reliability([0.5], [1], resamples=1)) == 1
