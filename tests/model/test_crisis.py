"""The whole model: limits with closed forms, and the independence of random streams."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.chance import Dice
from sim.model.crisis import Crisis, _stake
from sim.model.inputs import draw_inputs, inputs_of, uncertain_inputs
from sim.model.setting import Setting
from sim.model.theatre import Theatre
from sim.runs.block.blocks import BLOCK_RUNS
from sim.scenario.scenario import Scenario
from tests import worlds

DOCKING = Path(__file__).parents[1] / "docking" / "scenarios"
QUIET = {"inertia": 0.0, "frailty": 0.0, "patron_bias": 0.0, "guarantor_bias": 0.0, "press_effect": 0.0}


def play(scenario: Scenario, seed: int = 1, block: int = 0) -> Theatre:
    draws = draw_inputs(inputs_of(scenario), seed, block, BLOCK_RUNS, 2)
    return Crisis(Setting(scenario, draws, Dice(seed, block))).play()


@pytest.mark.parametrize(
    "change",
    [
        {"actors__backer": None, "ties__backer": None, "ties__shield": {"town": 0.5}, "ties__envoy": {"shield": 0.2}},
        {"actors__backer__stance": -1.0, "actors__backer__posture": 0.0},
    ],
    ids=["no patron", "a patron that never backs"],
)
def test_without_any_support_there_is_no_offensive(tmp_path: Path, change: dict[str, object]) -> None:
    eager = {"launch_rate": 5.0, "precision": 2000.0, "frailty": 0.0, "patron_bias": 0.0, "provocation_pull": 0.0}
    scenario = worlds.load(tmp_path, actors__attacker__self_reliance=0.0, parameters=eager, **change)
    assert not play(scenario).ended.any()


@pytest.mark.slow
def test_a_constant_hazard_matches_its_closed_form(tmp_path: Path) -> None:
    """A lone initiator that always wants to: imminence is readiness, which rises by a known recursion.

    |z| < 4.8 in 3 comparisons: a false alarm has a chance below 1 in 200,000.
    """
    scenario = worlds.load(
        tmp_path,
        actors={
            "attacker": {
                "role": "initiator",
                "stance": 1.0,
                "strength": 1.0,
                "resolve": 1.0,
                "posture": 1.0,
                "salience": 1.0,
            },
            "town": {"role": "defender", "stance": -1.0, "strength": 0.0, "militancy": 0.0},
        },
        ties=None,
        terms="off",
        parameters={**QUIET, "launch_rate": 0.02, "precision": 50.0},
    )
    forecast = sim.run(scenario, runs=8 * BLOCK_RUNS, seed=3, replicates=1)
    for day in (14, 30, 60):
        expected = 1 - (1 - 0.02) ** day
        se = math.sqrt(expected * (1 - expected) / forecast.runs)
        assert abs(forecast.probability("offensive", day).p - expected) < 4.8 * se


def test_the_share_of_draws_that_ever_launch_is_the_share_that_is_willing(tmp_path: Path) -> None:
    """An initiator without salience gains -inertia every day: willing in S of the draws, and then it launches at once.

    |z| < 4.8: a false alarm has a chance below 1 in 600,000. Replicates share a disposition, so none of them differ.
    """
    town = {"role": "defender", "stance": -1.0, "strength": 0.0, "militancy": 0.0}
    attacker = {"role": "initiator", "stance": 0.0, "salience": 0.0, "posture": 1.0, "held": True}
    scenario = worlds.load(
        tmp_path,
        actors={"attacker": attacker, "town": town},
        ties=None,
        terms="off",
        credibility=0.5,
        parameters={**QUIET, "launch_rate": 1.0, "precision": 7.0, "inertia": 0.1},
    )
    willing = 1 / (1 + math.exp(0.7))
    forecast = sim.run(scenario, runs=8 * BLOCK_RUNS, seed=3, replicates=2)
    se = math.sqrt(willing * (1 - willing) / forecast.draw_count)
    assert abs(forecast.probability("offensive").p - willing) < 4.8 * se
    assert set(forecast.records["offensive"].tolist()) == {0, 60}
    assert (forecast.records["offensive"][::2] == forecast.records["offensive"][1::2]).all()


def test_a_constant_rate_of_terms_matches_its_closed_form(tmp_path: Path) -> None:
    """At hardly any precision defenders yield in half of the cases; imminence is held, bombing fades by a tenth a day.

    |z| < 4.8 in 2 comparisons: a false alarm has a chance below 1 in 300,000.
    """
    attacker = {"role": "initiator", "stance": 1.0, "resolve": 1.0, "posture": 0.5, "held": True}
    scenario = worlds.load(
        tmp_path,
        actors={"attacker": attacker, "town": {"role": "defender", "stance": -1.0, "strength": 0.0}},
        ties=None,
        strikes="off",
        talks={"meeting": {"start": 20, "boost": 4}},
        parameters={**QUIET, "launch_rate": 0.0, "terms_rate": 0.04, "precision": 1e-6},
    )
    daily = [0.04 * (5 if day == 20 else 1) * 0.5 * (0.5 + 0.1 * 0.9 ** (day + 1)) for day in range(60)]
    forecast = sim.run(scenario, runs=8 * BLOCK_RUNS, seed=3, replicates=1)
    for day in (21, 60):
        expected = 1 - math.prod(1 - chance for chance in daily[:day])
        se = math.sqrt(expected * (1 - expected) / forecast.runs)
        assert abs(forecast.probability("terms", day).p - expected) < 4.8 * se
    for never in ("offensive", "strikes", "agreement"):  # nobody is there to bargain with
        assert forecast.probability(never).p == 0


def test_terms_are_offered_by_no_attacker_below_zero(tmp_path: Path) -> None:
    attacker = {"role": "initiator", "stance": -0.5, "resolve": 1.0, "posture": 1.0, "held": True}
    scenario = worlds.load(
        tmp_path,
        actors={"attacker": attacker, "town": {"role": "defender", "stance": -1.0, "strength": 0.0}},
        ties=None,
        parameters={**QUIET, "terms_rate": 5.0},
    )
    assert sim.run(scenario, runs=1000).probability("terms").p == 0


@pytest.mark.slow
def test_a_constant_rate_of_agreement_matches_its_closed_form(tmp_path: Path) -> None:
    """An initiator that cannot move and a mediator bargain: imminence 0, gains and rate constant but for stance noise.

    Resolve 1 keeps stances at their convictions up to the daily noise, whose effect is bounded by taking the gain from
    `agreement_gain` alone: salience 0. |z| < 4.8: a false alarm has a chance below 1 in 600,000.
    """
    scenario = worlds.load(
        tmp_path,
        actors={
            "attacker": {"role": "initiator", "stance": 0.5, "salience": 0.0, "self_reliance": 0.0, "strength": 1.0},
            "town": {"role": "defender", "stance": -1.0, "strength": 1.0},
            "envoy": {"role": "mediator", "stance": -0.5, "salience": 0.0},
        },
        ties={"envoy": {"attacker": 0.5}},
        parameters={**QUIET, "agreement_rate": 0.4, "agreement_gain": 0.2},
    )
    daily = 0.4 * 0.5 * 0.2 * 0.3
    expected = 1 - (1 - daily) ** 60
    forecast = sim.run(scenario, runs=8 * BLOCK_RUNS, seed=3, replicates=1)
    se = math.sqrt(expected * (1 - expected) / forecast.runs)
    assert abs(forecast.probability("agreement").p - expected) < 4.8 * se
    assert forecast.probability("offensive").p == 0


def test_talks_multiply_the_chance_of_an_agreement_on_their_days_only(tmp_path: Path) -> None:
    quiet = {"agreement_rate": 0.05}
    plain = play(worlds.load(tmp_path, parameters=quiet))
    talks = play(worlds.load(tmp_path, parameters=quiet, talks={"summit": {"start": 20, "boost": 50}}))
    early = plain.first_agreement < 20
    assert np.array_equal(plain.first_agreement[early], talks.first_agreement[early])
    assert (talks.first_agreement == 20).sum() > 10 * (plain.first_agreement == 20).sum()


@pytest.mark.parametrize(
    "change",
    [
        {"actors__bystander": {"role": "mediator", "stance": {"normal": [0, 0.3]}, "frailty": None}},
        {"pressures__empty": {"from": "envoy", "on": "town", "aim": "restrain", "intensity": {"uniform": [0, 1]}}},
    ],
    ids=["unrelated actor", "pressure without a tie"],
)
def test_what_has_no_bearing_changes_no_run(tmp_path: Path, change: dict[str, object]) -> None:
    change = {k: {f: w for f, w in v.items() if w is not None} if isinstance(v, dict) else v for k, v in change.items()}
    before, after = play(worlds.load(tmp_path)), play(worlds.load(tmp_path, **change))
    for record in ("first_strike", "first_agreement", "offensive", "breakdowns"):
        assert np.array_equal(getattr(before, record), getattr(after, record)), record


def test_adding_an_actor_a_pressure_or_a_parameter_changes_no_draw_of_the_others(tmp_path: Path) -> None:
    before = worlds.load(tmp_path)
    after = worlds.load(
        tmp_path,
        actors__zealot={"role": "defender", "stance": {"normal": [-0.5, 0.3]}, "strength": {"uniform": [0, 1]}},
        pressures__appeal={"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]}},
        parameters={"launch_rate": 0.3},
    )
    first, second = (draw_inputs(inputs_of(one), 4, 2, BLOCK_RUNS, 2) for one in (before, after))
    shared = [path for path in first.quantiles if path in second.quantiles]
    assert len(shared) > 25
    for path in shared:
        assert np.array_equal(first.values[path], second.values[path]), path


def test_a_changed_prior_moves_values_but_keeps_quantiles(tmp_path: Path) -> None:
    narrow = worlds.load(tmp_path, actors__backer__stance={"normal": [0.2, 0.1]})
    wide = worlds.load(tmp_path, actors__backer__stance={"normal": [0.3, 0.2]})
    first, second = (draw_inputs(inputs_of(one), 4, 0, BLOCK_RUNS, 2) for one in (narrow, wide))
    path = "actors.backer.stance"
    assert np.array_equal(first.quantiles[path], second.quantiles[path])
    inside = np.abs(np.asarray(second.values[path])) < 1
    scores = [
        (np.asarray(one.values[path])[inside] - mean) / sd for one, mean, sd in ((first, 0.2, 0.1), (second, 0.3, 0.2))
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)


def test_replicates_share_inputs_and_not_chance(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    draws = draw_inputs(inputs_of(scenario), 1, 0, BLOCK_RUNS, 2)
    for path, value in draws.values.items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value[::2], value[1::2]), path
    theatre = play(scenario)
    assert not np.array_equal(theatre.offensive[::2], theatre.offensive[1::2])


def test_convictions_are_drawn_from_their_prior_and_clipped(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, actors__shield__stance={"normal": [-0.9, 0.2]})
    drawn = np.asarray(draw_inputs(inputs_of(scenario), 1, 0, BLOCK_RUNS, 2).values["actors.shield.stance"])
    assert drawn.min() == -1
    assert 0.2 < (drawn == -1).mean() < 0.42, "a third of N(-0.9, 0.2) lies below -1"


def test_every_number_of_a_scenario_is_an_input(tmp_path: Path) -> None:
    scenario = worlds.load(
        tmp_path,
        pressures={
            "p": {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]},
                  "start": {"uniform": [0, 9]}, "ramp": {"uniform": [1, 9]}, "half_life": {"uniform": [5, 9]},
                  "end": {"uniform": [20, 50]}},
        },
        talks={"t": {"start": {"uniform": [0, 20]}, "boost": {"uniform": [0, 3]}}},
        population={"lognormal": [1e6, 0.2]},
        ties__shield__town={"beta": [2, 2]},
    )  # fmt: skip
    names = {one.path for one in uncertain_inputs(scenario)}
    assert {f"pressures.p.{key}" for key in ("intensity", "start", "ramp", "half_life", "end")} <= names
    assert {"talks.t.start", "talks.t.boost", "population", "ties.shield.town", "actors.town.frailty"} <= names
    play(scenario)


def test_nothing_is_recorded_after_an_offensive(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, parameters={"launch_rate": 2.0, "agreement_rate": 2.0, "break_rate": 2.0})
    theatre = play(scenario)
    ended = theatre.ended
    assert ended.mean() > 0.3
    never = scenario.horizon
    strikes, agreements = theatre.first_strike[ended], theatre.first_agreement[ended]
    assert ((strikes <= theatre.offensive[ended]) | (strikes == never)).all(), "a strike on the launch day counts"
    assert ((agreements < theatre.offensive[ended]) | (agreements == never)).all(), "one change of phase a day"
    assert (theatre.full[~ended] == 0).all()


def test_an_offensive_is_full_from_an_imminence_of_three_tenths_on() -> None:
    theatre = Theatre(4, 60, under_agreement=False)
    theatre.agreement[2] = True
    launch, no = np.array([True, True, True, False]), np.zeros(4, dtype=bool)
    chance = {"launch": launch, "terms": no, "agreement": no, "breakdown": no}
    theatre.change_phase(7, chance, np.array([0.29, 0.3, 0.31, 0.9], dtype=np.float32))
    assert theatre.full.tolist() == [False, True, True, False]
    assert theatre.broke_agreement.tolist() == [False, False, True, False]
    assert theatre.offensive.tolist() == [7, 7, 7, 60]


def test_an_agreement_in_force_at_the_start_is_not_one_concluded(tmp_path: Path) -> None:
    quiet = {"break_rate": 0.0, "launch_rate": 0.0}
    theatre = play(worlds.load(tmp_path, start={"phase": "agreement"}, parameters=quiet))
    assert theatre.agreement.all()
    assert (theatre.first_agreement == 60).all()


@pytest.mark.parametrize("name", ["alone", "twofold", "truce"])
def test_numbers_of_runs_are_float32_and_days_int16_throughout(name: str) -> None:
    scenario = sim.load(DOCKING / f"{name}.yaml")
    draws = draw_inputs(inputs_of(scenario), 1, 0, 64, 2)
    crisis = Crisis(Setting(scenario, draws, Dice(1, 0)))
    assert crisis.day == -1
    theatre = crisis.play(days=12)
    assert crisis.day == 11
    kept = {"support": crisis.support, "imminence": crisis.imminence, "will": crisis.will, **crisis.chances}
    kept |= {name: getattr(theatre, name) for name in ("attacks", "bombing", "displacement")}
    for actor in crisis.actors:
        kept |= {f"{actor.name} {one}": getattr(actor, one) for one in ("stance", "said", "perceived", "posture")}
        kept |= {f"{actor.name} {one}": getattr(actor, one, 0.0) for one in ("argument", "condition", "variance")}
    wide = {name: value.dtype for name, value in kept.items() if isinstance(value, np.ndarray)}
    assert set(wide.values()) == {np.dtype(np.float32)}, wide
    assert len(wide) > 20
    for one in ("first_strike", "first_agreement", "offensive", "terms", "breakdowns"):
        assert getattr(theatre, one).dtype == np.int16, one
    for one in ("agreement", "ended", "yielded", "full", "broke_agreement"):
        assert getattr(theatre, one).dtype == np.bool_, one


def test_the_stake_is_nothing_below_ten_thousand_people_and_all_above_three_million() -> None:
    people = np.array([1, 9_999, 10_000, 1_000_000, 1e4 * 10**2.5, 1e9], dtype=np.float32)
    assert _stake(people) == pytest.approx([0, 0, 0, 0.8, 1, 1], abs=1e-6)
    assert (_stake(None), _stake(100_000.0)) == (0.5, pytest.approx(0.4))


def test_a_crisis_that_is_closed_is_freed_without_a_search_for_cycles(tmp_path: Path) -> None:
    import gc
    import weakref

    scenario = worlds.load(tmp_path)
    draws = draw_inputs(inputs_of(scenario), 1, 0, BLOCK_RUNS, 2)
    gc.disable()
    try:
        crisis = Crisis(Setting(scenario, draws, Dice(1, 0)))
        theatre = crisis.play(days=3)
        traces = [weakref.ref(one) for one in (crisis, *crisis.actors)]
        crisis.close()
        assert crisis.theatre is theatre
        del crisis
        assert [trace() for trace in traces] == [None] * len(traces)
    finally:
        gc.enable()
