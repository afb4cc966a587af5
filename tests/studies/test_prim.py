"""PRIM: a planted box is recovered in its limits, measured without flattery, and noise has no box that stands out."""

from __future__ import annotations

import numpy as np
import pytest

from sim.studies.discovery import STANDS_OUT, find_boxes
from sim.studies.prim import MOST_LIMITED, Box, excess, find_box
from tests import sizes

INPUTS = 30
PATHS = [f"actors.a{place}.stance" for place in range(INPUTS)]
INSIDE, OUTSIDE = 0.7, 0.1


def planted(seed: int, draws: int = 4000, replicates: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and successes: frequent where input 3 is below 0.4 and input 7 above 0.5, else rare."""
    made = np.random.default_rng(seed)
    values = made.random((draws, INPUTS))
    frequent = (values[:, 3] < 0.4) & (values[:, 7] > 0.5)
    return values, made.binomial(replicates, np.where(frequent, INSIDE, OUTSIDE))


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_box_is_recovered_in_its_limits(seed: int) -> None:
    values, successes = planted(seed)
    box = find_box(values, successes / 2)
    assert set(box.limits) == {3, 7}
    (low, high), (other_low, other_high) = box.limits[3], box.limits[7]
    assert (low, other_high) == (-np.inf, np.inf)
    assert high == pytest.approx(0.4, abs=0.05)
    assert other_low == pytest.approx(0.5, abs=0.05)


def test_density_and_coverage_of_a_planted_box_are_those_it_was_planted_with() -> None:
    """Inside 0.7 in a fifth of all draws, outside 0.1: coverage 0.14 / 0.22."""
    values, successes = planted(5, draws=8000)
    first, *others = find_boxes(values, successes, 2, PATHS)
    assert first["stands_out"]
    assert (
        first["density"]["mc_low"] < INSIDE < first["density"]["mc_high"] + 0.02
    )  # a limit that is a little off lets in a few others
    assert abs(first["mass"] - 0.2) < 0.03
    coverage = first["coverage"]
    assert abs(coverage["p"] - 0.14 / 0.22) < 0.06
    assert coverage["mc_low"] < coverage["p"] < coverage["mc_high"]
    assert all(limit["p_value"] < 1e-6 for limit in first["limits"])
    assert [limit["path"] for limit in first["limits"]] == ["actors.a3.stance", "actors.a7.stance"]
    assert not any(other["stands_out"] for other in others)


@pytest.mark.parametrize("seed", range(2))
def test_no_box_stands_out_of_noise(seed: int) -> None:
    """Each box of noise stands out with a chance of 3 in 100,000: over both a false alarm below 1 in 10,000."""
    made = np.random.default_rng(100 + seed)
    values, successes = made.random((2000, INPUTS)), made.binomial(2, 0.3, 2000)
    boxes = find_boxes(values, successes, 2, PATHS)
    assert not any(box["stands_out"] for box in boxes)
    assert all(box["found_density"] > box["density"]["p"] for box in boxes), "the draws that find a box flatter it"


def test_an_outcome_that_never_comes_or_always_does_has_no_box() -> None:
    values = np.random.default_rng(1).random((1000, 5))
    for successes in (np.zeros(1000, dtype=np.int64), np.full(1000, 2)):
        assert find_boxes(values, successes, 2, PATHS[:5]) == []


def test_a_second_box_is_found_in_what_the_first_leaves() -> None:
    made = np.random.default_rng(8)
    values = made.random((6000, 10))
    chance = np.where(values[:, 0] < 0.2, 0.8, np.where(values[:, 1] > 0.85, 0.6, 0.1))
    boxes = find_boxes(values, made.binomial(2, chance), 2, PATHS[:10])
    standing = [box for box in boxes if box["stands_out"]]
    assert [{limit["path"] for limit in box["limits"]} for box in standing[:2]] == [
        {"actors.a0.stance"},
        {"actors.a1.stance"},
    ]
    assert sum(box["mass"] for box in standing) < 0.45


def test_a_second_box_poorer_than_futures_at_large_does_not_count() -> None:
    """What the first box leaves has a part at 0.7, which is far above the rest of it and below the 0.8 of all."""
    made = np.random.default_rng(8)
    values = made.random((6000, 10))
    chance = np.where(values[:, 0] < 0.7, 0.95, np.where(values[:, 1] > 0.6, 0.7, 0.3))
    first, second = find_boxes(values, made.binomial(2, chance), 2, PATHS[:10])[:2]
    assert first["stands_out"]
    assert {limit["path"] for limit in second["limits"]} == {"actors.a1.stance"}
    assert second["density"]["p"] == pytest.approx(0.7, abs=0.05)
    assert not second["stands_out"]


def test_a_box_limits_few_inputs() -> None:
    made = np.random.default_rng(9)
    values = made.random((4000, 12))
    chance = np.where((values[:, :6] < 0.8).all(axis=1), 0.9, 0.1)
    assert len(find_box(values, made.binomial(2, chance) / 2).limits) <= MOST_LIMITED


def test_inputs_with_few_values_are_cut_between_them() -> None:
    made = np.random.default_rng(10)
    values = np.column_stack([made.integers(0, 3, 2000), made.random(2000)]).astype(float)
    box = find_box(values, made.binomial(2, np.where(values[:, 0] == 2, 0.8, 0.1)) / 2)
    assert box.limits == {0: (2.0, np.inf)}


def test_a_box_without_limits_holds_all_and_limits_are_inside() -> None:
    values = np.array([[0.1], [0.5], [0.9]])
    assert Box().holds(values).all()
    assert Box({0: (0.5, np.inf)}).holds(values).tolist() == [False, True, True]
    assert Box({0: (0.5, np.inf)}).without(0) == Box()


def test_excess_is_welchs_t() -> None:
    stats = pytest.importorskip("scipy.stats")
    made = np.random.default_rng(11)
    first, second = made.normal(1, 2, 50), made.normal(0, 1, 80)
    assert excess(first, second) == pytest.approx(stats.ttest_ind(first, second, equal_var=False).statistic)
    assert excess(first[:1], second) == excess(np.ones(5), np.ones(5)) == 0.0
    assert STANDS_OUT == 4.0


@pytest.mark.slow
@pytest.mark.skipif(not sizes.full, reason="EMA Workbench takes many seconds to import")
@pytest.mark.filterwarnings("ignore")
def test_ema_workbench_finds_the_same_limits() -> None:
    """Its trajectory, at the box of about the same mass, limits the two planted inputs at nearly the same places."""
    prim = pytest.importorskip("ema_workbench.analysis.prim")
    import pandas as pd

    values, successes = planted(3, draws=1500, replicates=1)
    values = values[:, :10]
    box = find_box(values, successes.astype(float))
    frame = pd.DataFrame(values, columns=[f"x{place}" for place in range(10)])
    other = prim.Prim(frame, successes.astype(bool), threshold=0.1, peel_alpha=0.05).find_box()
    mass = box.holds(values).mean()
    place = int((other.peeling_trajectory["mass"] - mass).abs().argmin())
    limits = other.box_lims[place]
    assert limits["x3"][1] == pytest.approx(box.limits[3][1], abs=0.08)
    assert limits["x7"][0] == pytest.approx(box.limits[7][0], abs=0.08)
