"""Designed Sobol' indices: known answers with chance on top, and agreement with the indices from counts."""

from __future__ import annotations

import importlib
import math
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import rng
from sim.errors import UsageError
from sim.forecast.drivers import drivers
from sim.scenario.scenario import Scenario
from sim.studies.bench import Bench, Site
from sim.studies.drivers import Asked, ask, design_of, from_counts, plain_indices
from sim.studies.sobol import Plan, blocks_of, design, indices, plan_of, study
from tests import sizes, worlds
from tests.known_models import ISHIGAMI, Known, logistic
from tests.places import IDLIB


def played(
    known: Known, base: int, replicates: int, seed: int, names: tuple[str, ...] | None = None
) -> tuple[Plan, np.ndarray]:
    """Play a design on a stand-in: the successes of each row, of a probability that is known."""
    streams = tuple(f"x{place}" for place in range(len(known.first)))
    plan = Plan(streams, names or streams, base, replicates, seed)
    return plan, np.random.default_rng(seed).binomial(replicates, known.p(design(plan)))


@pytest.mark.parametrize("known", [ISHIGAMI, logistic(2.0, 1.0)], ids=lambda one: one.name)
@pytest.mark.parametrize("replicates", [4, 16])
def test_first_and_total_indices_of_known_models(known: Known, replicates: int) -> None:
    """Each lies within 4.8 bootstrap standard errors of the truth: 20 of them, a false alarm in 30,000."""
    plan, hits = played(known, 8192, replicates, 3)
    found = indices(hits, plan)
    assert found.variance == pytest.approx(known.variance, rel=0.15)
    by_name = {one.name: one for one in found.inputs}
    for place, name in enumerate(plan.streams):
        for one, true in ((by_name[name].first, known.first[place]), (by_name[name].total, known.total[place])):
            assert abs(one.value - true) < 4.8 * one.se, (name, one, true)
            assert one.se < 0.25


def test_without_taking_chance_out_the_total_indices_would_be_far_off() -> None:
    """The third input of Ishigami's function takes part in 24% of the variance; chance would make it far more."""
    plan, hits = played(ISHIGAMI, 8192, 4, 3)
    total = next(one for one in indices(hits, plan).inputs if one.name == "x2").total
    share = (hits / 4).reshape(plan.base, -1)
    raw = 0.5 * np.mean((share[:, 0] - share[:, 3]) ** 2) / np.var(share[:, [0, -1]])
    assert raw > 2 * ISHIGAMI.total[2]
    assert total.low < ISHIGAMI.total[2] < total.high


@pytest.mark.parametrize("names", [None, ("a", "b", "a")], ids=["alone", "together"])
def test_design_and_indices_are_those_of_salib(names: tuple[str, ...] | None) -> None:
    """Without chance; with it, an index is SALib's times the variance of row means over that of the probability."""
    sample = pytest.importorskip("SALib.sample.sobol", reason="SALib is not installed")
    analyze = importlib.import_module("SALib.analyze.sobol").analyze
    plan, hits = played(ISHIGAMI, 256, 1 << 20, 3, names)
    problem = {"num_vars": 3, "names": list(plan.streams), "bounds": [[0, 1]] * 3, "groups": list(plan.names)}
    same = rng.stream(plan.seed, 0, "sobol", "design")
    assert np.allclose(design(plan), sample.sample(problem, plan.base, calc_second_order=False, seed=same), atol=1e-15)
    theirs = analyze(problem, hits / plan.replicates, calc_second_order=False)
    for one in indices(hits, plan).inputs:
        place = plan.groups.index(one.name)
        assert (one.first.value, one.total.value) == pytest.approx((theirs["S1"][place], theirs["ST"][place]), abs=1e-3)


def test_inputs_of_one_name_are_varied_together() -> None:
    plan, hits = played(ISHIGAMI, 8192, 8, 5, ("a", "b", "a"))
    assert plan.rows == 8192 * 4
    found = {one.name: one for one in indices(hits, plan).inputs}
    assert set(found) == {"a", "b"}
    joint = 1 - ISHIGAMI.first[1]  # the second takes part in nothing with the others
    for one in (found["a"].first, found["a"].total):
        assert abs(one.value - joint) < 4.8 * one.se


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"), question__horizon=30, question__milestones=[14])


@pytest.mark.slow
def test_a_design_of_the_model_is_the_same_again(scenario: Scenario) -> None:
    plan = plan_of(scenario, 20_000, replicates=2, seed=1)
    assert plan.rows * 2 <= 20_000 < plan.rows * 4
    first = study(scenario, plan, "offensive", 30, Site())
    assert first == study(scenario, plan, "offensive", 30, Site())
    p = sim.run(scenario, runs=16_384, seed=9).probability("offensive")
    assert first.p == pytest.approx(p.p, abs=0.03)
    assert math.isclose(first.variance, first.not_chance.value * first.p * (1 - first.p))


def test_by_actor_there_is_one_index_an_actor(scenario: Scenario) -> None:
    asked = Asked(scenario, "offensive", 30)
    plan = design_of(asked, 8192, seed=1, replicates=2, by_actor=True)
    told = plain_indices(asked, plan, study(scenario, plan, "offensive", 30, Site()), by_actor=True)
    assert {one["group"] for one in told["inputs"]} == {*scenario.actors, "structural"}
    assert blocks_of(plan) <= 2


def test_what_cannot_be_designed_is_said(scenario: Scenario) -> None:
    with pytest.raises(UsageError, match=r"needs [0-9,]+ runs or more"):
        plan_of(scenario, 100, replicates=2, seed=0)
    with pytest.raises(UsageError, match="two or more replicates"):
        plan_of(scenario, 100_000, replicates=1, seed=0)


def test_counts_tell_of_days_that_are_no_milestone(scenario: Scenario) -> None:
    found = from_counts(Asked(scenario, "strikes", 9), Bench(sim.forecast.plan.Plan(runs=4096, seed=2)))
    assert (found.outcome, found.day) == ("strikes", 9)
    assert found.p == sim.run(scenario, runs=4096, seed=2).probability("strikes", 9).p
    assert ask(scenario, "strikes") == Asked(scenario, "strikes", 30)
    with pytest.raises(UsageError, match="expected a window from 1 to 30 days"):
        ask(scenario, "strikes", 31)
    with pytest.raises(UsageError, match="no outcome 'peace'"):
        ask(scenario, "peace")


@pytest.mark.slow
def test_counts_and_design_agree(scenario: Scenario) -> None:
    """First-order indices of both lie within 4.8 of their joint standard errors; in full on the Idlib baseline."""
    full = sizes.full
    world = sim.load(Path(IDLIB) / "baseline.yaml") if full else scenario
    day, runs = world.horizon, 800_000 if full else 130_000
    plan = plan_of(world, runs, replicates=2, seed=4)
    designed = {one.name: one for one in study(world, plan, "offensive", day, Site()).inputs}
    counted = drivers(world, sim.run(world, runs=100_000 if full else 40_000, seed=8).tally, "offensive", day)
    compared = [one for one in counted.inputs if one.path in designed]
    assert len(compared) >= 8
    for one in compared:
        assert one.index is not None
        other = designed[one.path]
        se = math.hypot(one.index.se, other.first.se)
        assert abs(one.index.value - other.first.value) < 4.8 * se, (one.path, one.index, other.first)
        assert other.total.high > other.first.low
