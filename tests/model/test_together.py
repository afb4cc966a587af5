"""Inputs that go together: their ranks correlate as written, each keeps its distribution, and nothing else moves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.forecast.drivers import drivers
from sim.forecast.first_order import InputIndices
from sim.model.inputs import Draws, draw_inputs, inputs_of, names_of_streams, tied_inputs
from sim.runs.block.blocks import BlockTask, run_block
from sim.runs.block.counts import sides
from sim.runs.block.shapes import shapes_of
from sim.scenario.edit import path_complaint
from sim.scenario.scenario import Scenario
from sim.studies.drivers import ask, design_of
from sim.studies.sweep.sweep import Base
from tests import worlds
from tests.known_models import by_bin

BACKER, ATTACKER, SHIELD = (f"actors.{name}.stance" for name in ("backer", "attacker", "shield"))
PAIR = [{"inputs": [BACKER, ATTACKER], "rank": 0.6}]
RUNS = 40_960
PROBABILITY = 1e-5
"""Of a false alarm of each comparison, were the seed drawn anew: eight of them, below 1e-4 in all."""


def drawn(scenario: Scenario, runs: int = RUNS) -> Draws:
    return draw_inputs(inputs_of(scenario), 7, 0, runs, 1)


def same(one: Draws, other: Draws, path: str) -> bool:
    return bool(np.array_equal(one.values[path], other.values[path]))


def spearman(draws: Draws, one: str, other: str) -> float:
    return float(stats.spearmanr(draws.values[one], draws.values[other]).statistic)


def marginal_p(draws: Draws, scenario: Scenario, path: str) -> float:
    """P-value of Kolmogorov and Smirnov against the input's own distribution, on its quantiles."""
    (one,) = (one for one in inputs_of(scenario) if one.path == path)
    return float(stats.kstest(draws.of(one), "uniform").pvalue)


@pytest.mark.parametrize("rank", [0.6, -0.8, 0.05])
def test_ranks_correlate_as_written_and_each_keeps_its_own_distribution(tmp_path: Path, rank: float) -> None:
    scenario = worlds.load(tmp_path, together=[{"inputs": [BACKER, ATTACKER], "rank": rank}])
    draws = drawn(scenario)
    z = (np.arctanh(spearman(draws, BACKER, ATTACKER)) - np.arctanh(rank)) * np.sqrt((RUNS - 3) / (1 + rank**2 / 2))
    assert 2 * stats.norm.sf(abs(z)) > PROBABILITY  # Bonett & Wright 2000
    assert marginal_p(draws, scenario, BACKER) > PROBABILITY
    assert marginal_p(draws, scenario, ATTACKER) > PROBABILITY


def test_a_group_moves_no_other_input_and_its_first_member_keeps_its_draws(tmp_path: Path) -> None:
    free, tied = (drawn(worlds.load(tmp_path, together=one), 2048) for one in ([], PAIR))
    moved = {path for path in free.values if isinstance(free.values[path], np.ndarray) and not same(free, tied, path)}
    assert moved == {ATTACKER}


def test_pairs_of_several_entries_make_one_matrix_with_0_between_the_rest(tmp_path: Path) -> None:
    pairs = [*PAIR, {"inputs": [ATTACKER, SHIELD], "rank": -0.4}]
    draws = drawn(worlds.load(tmp_path, together=pairs))
    for one, other, rank in ((BACKER, ATTACKER, 0.6), (ATTACKER, SHIELD, -0.4), (BACKER, SHIELD, 0.0)):
        assert spearman(draws, one, other) == pytest.approx(rank, abs=5 / np.sqrt(RUNS))


def test_several_inputs_of_one_entry_all_have_its_rank(tmp_path: Path) -> None:
    draws = drawn(worlds.load(tmp_path, together=[{"inputs": [BACKER, ATTACKER, SHIELD], "rank": 0.5}]))
    for one, other in ((BACKER, ATTACKER), (ATTACKER, SHIELD), (BACKER, SHIELD)):
        assert spearman(draws, one, other) == pytest.approx(0.5, abs=5 / np.sqrt(RUNS))


def test_what_sets_or_removes_a_member_leaves_the_draws_of_the_others(tmp_path: Path) -> None:
    """So a study that sets one compares runs that differ in nothing else: setting an input tells nothing of others."""
    push = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]}, "start": 5}
    path = "pressures.push.intensity"
    entry = [{"inputs": [path, BACKER, ATTACKER], "rank": 0.5}]
    base = worlds.load(tmp_path, pressures={"push": push}, together=entry)
    removed = base.with_({"pressures.push": None})
    for other in (base.with_({path: 0.5}), removed, removed.with_({"actors.envoy.salience": 0.5})):
        assert same(drawn(base, 2048), drawn(other, 2048), BACKER)
        assert same(drawn(base, 2048), drawn(other, 2048), ATTACKER)
    assert tied_inputs(removed) == ((BACKER, ATTACKER),)


def test_a_sweep_may_lift_a_correlation(tmp_path: Path) -> None:
    base = Base.load(worlds.write(tmp_path, worlds.crisis(together=PAIR)))
    assert path_complaint(base.merged.value, "together") is None
    lifted = base.vary({"together": None}, {})
    assert lifted.document.together is None
    assert same(drawn(lifted, 2048), drawn(worlds.load(tmp_path), 2048), ATTACKER)


def test_a_part_of_a_block_draws_what_the_block_does(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, together=PAIR)
    whole, less = drawn(scenario, 4096), drawn(scenario, 1024)
    assert np.array_equal(whole.values[ATTACKER][:1024], less.values[ATTACKER])  # type: ignore[index]
    assert np.array_equal(whole.part(slice(512, 1024)).tied[ATTACKER], less.tied[ATTACKER][512:])


def test_a_block_counts_what_its_shapes_say(tmp_path: Path) -> None:
    pairs = [*PAIR, {"inputs": ["actors.attacker.resolve", "actors.backer.resolve", "credibility"], "rank": 0.3}]
    uncertain = {f"actors.{name}.resolve": {"uniform": [0.2, 0.8]} for name in ("attacker", "backer")}
    scenario = worlds.load(tmp_path, together=pairs, credibility={"beta": [2, 2]}, **uncertain)
    task = BlockTask(scenario, 1, 0, 2)
    counts = run_block(task).tally.counts
    assert {name: one.shape for name, one in counts.items()} == shapes_of(task)
    assert counts["tied"].sum(axis=(3, 4)).tolist() == [[[2048] * 2] * len(scenario.milestones)] * len(counts["tied"])


@pytest.mark.parametrize("members", [2, 3, 4])
def test_a_group_has_the_share_of_all_its_members_at_once(members: int) -> None:
    """Of a made-up probability, linear in correlated inputs and in another; within 5 standard errors of the truth."""
    rng = np.random.default_rng(members)
    draws, levels, side = 40_000, 3, sides(members)
    normals = rng.multivariate_normal(
        np.zeros(members), np.full((members, members), 0.5) + 0.5 * np.eye(members), draws
    )
    quantiles, other = stats.norm.cdf(normals), rng.random(draws)
    sums = quantiles.sum(axis=1) - members / 2
    p = 0.5 + 0.2 * sums / members + 0.3 * (other - 0.5)
    hits = rng.binomial(2, p)
    cell = ((quantiles * side).astype(int) @ side ** np.arange(members)[::-1]) * levels + hits
    cells = np.bincount(cell, minlength=side**members * levels).reshape(-1, levels)
    indices = InputIndices(by_bin(np.array([*quantiles.T, other]), hits, 2), "test")
    true = np.var(0.2 * sums / members) / np.var(p)
    together, alone = indices.of([], indices.tied(cells, members)), indices.of([members])
    assert together is not None
    assert alone is not None
    error, other_error = ((one.high - one.low) / 2 / 1.96 for one in (together, alone))
    assert together.value == pytest.approx(true, abs=5 * error)
    assert together.value + alone.value == pytest.approx(1, abs=3 * math.hypot(error, other_error))


def test_drivers_have_one_row_for_what_goes_together(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, together=PAIR)
    tally = run_block(BlockTask(scenario, 3, 0, 2)).tally
    found = drivers(scenario, tally, "offensive", 60)
    name = f"{BACKER}+{ATTACKER}"
    paths = [one.path for one in found.inputs]
    assert name in paths
    assert not {BACKER, ATTACKER} & set(paths)
    (group,) = (one for one in found.groups if one.name == name)
    assert (group.joint, group.inputs) == (True, 2)


def test_a_design_varies_what_goes_together_together(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, together=PAIR)
    plan = design_of(ask(scenario, "offensive"), 1 << 20, seed=0, replicates=2, by_actor=False)
    assert plan.groups.count(f"{BACKER}+{ATTACKER}") == 1
    fixed = scenario.with_({BACKER: 0.1})
    assert names_of_streams(fixed)[BACKER] == names_of_streams(fixed)[ATTACKER] == ATTACKER


def test_quantiles_that_are_given_decide_all_that_goes_together(tmp_path: Path) -> None:
    """As a split of the variance gives them, under another seed; a member that is fixed lends its own too."""
    for scenario in (one := worlds.load(tmp_path, together=PAIR), one.with_({BACKER: 0.1})):
        inputs = inputs_of(scenario)
        given = {name: drawn(scenario, 2048).quantiles[name] for name in names_of_streams(scenario)}
        again = draw_inputs(inputs, 99, 0, 2048, 1, given=given)
        assert same(drawn(scenario, 2048), again, ATTACKER)
