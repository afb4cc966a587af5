"""Replay: the run that is played again is the run that the ensemble counted."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from sim.errors import UsageError
from sim.forecast.replay import Trace, replay
from sim.model.chance import Dice
from sim.model.crisis import Crisis
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.setting import Setting
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block
from sim.scenario.scenario import Scenario
from tests import worlds

SEED, REPLICATES = 5, 2
EAGER = {"launch_rate": 0.4, "agreement_rate": 0.3, "break_rate": 0.2}
RUNS = [0, 1, 77, 4095, 4096, 5000, 8191, 8192, *range(9000, 9100)]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("replay"), question__horizon=40, parameters=EAGER)


@pytest.fixture(scope="module")
def traces(scenario: Scenario) -> list[Trace]:
    return [replay(scenario, run, seed=SEED, replicates=REPLICATES) for run in RUNS]


@pytest.fixture(scope="module")
def records(scenario: Scenario) -> np.ndarray:
    tasks = [BlockTask(scenario, SEED, block, REPLICATES) for block in range(3)]
    return np.concatenate([run_block(task).records for task in tasks])


def test_a_replayed_run_is_the_run_of_the_ensemble(traces: list[Trace], records: np.ndarray) -> None:
    assert [trace.run for trace in traces] == RUNS
    assert all(trace.record == records[trace.run] for trace in traces)
    assert len({tuple(trace.record) for trace in traces}) > 20, "too much alike to tell runs apart"


def test_the_trace_tells_the_record_once_more(traces: list[Trace], scenario: Scenario) -> None:
    """First days, end and breakdowns follow from the trace alone."""
    for trace in traces:
        agreed = trace.path.agreement[:, 0].astype(int)
        launched = int(trace.record["offensive"]) < scenario.horizon
        yielded = int(trace.record["terms"]) < scenario.horizon
        strikes = np.flatnonzero(trace.path.strike[:, 0])
        concluded, broken = (np.flatnonzero(np.diff(agreed) == step) for step in (1, -1))
        assert trace.record["strikes"] == (strikes[0] if len(strikes) else scenario.horizon)
        assert trace.record["agreement"] == (concluded[0] if len(concluded) else scenario.horizon)
        assert trace.record["breakdowns"] == len(broken)
        assert trace.happened["launch"][-1] == launched
        assert not trace.happened["launch"][:-1].any()
        assert len(trace.path.stance) == trace.days + 1 == len(trace.said) + 1
        if launched:
            full = trace.ground["imminence"][-1] >= 0.3
            assert trace.record["end"] == (4 if full else 3)
        elif yielded:
            assert (trace.record["end"], trace.days) == (2, int(trace.record["terms"]) + 1)
            assert trace.happened["terms"][-1]
        else:
            assert trace.record["end"] == agreed[-1]


def test_every_number_of_a_trace_is_that_of_the_whole_block(traces: list[Trace], scenario: Scenario) -> None:
    class Look:
        def __init__(self) -> None:
            self.rows: list[tuple[np.ndarray, ...]] = []

        def start(self, crisis: Crisis) -> None:
            pass

        def day_end(self, crisis: Crisis) -> None:
            backer = crisis.actors[1]
            self.rows.append(
                (backer.stance.copy(), backer.perceived.copy(), backer.posture.copy(), crisis.imminence.copy())
            )

    look = Look()
    draws = draw_inputs(inputs_of(scenario), SEED, 1, BLOCK_RUNS, REPLICATES)
    Crisis(Setting(scenario, draws, Dice(SEED, 1))).play(look)
    for trace in (one for one in traces if one.run // BLOCK_RUNS == 1):
        row, days = trace.run - BLOCK_RUNS, trace.days
        stance, perceived, posture, imminence = (
            np.array([day[place][row] for day in look.rows[:days]]) for place in range(4)
        )
        assert np.array_equal(trace.path.stance[1:, 1, 0], stance)
        assert np.array_equal(trace.perceived[:, 1], perceived)
        assert np.array_equal(trace.path.posture[1:, 1, 0], posture)
        assert np.array_equal(trace.ground["imminence"][1:], imminence)
        assert trace.inputs["actors.backer.stance"] == draws.values["actors.backer.stance"][row]


def test_the_posture_goes_the_daily_share_of_the_way_to_its_target(traces: list[Trace]) -> None:
    """Backing moves by 0.08 of the way a day (docs/model.md, section 2)."""
    for trace in traces[:8]:
        posture = trace.path.posture[:, 1, 0]
        inside = (trace.target[:, 1] > 0) & (trace.target[:, 1] < 1)
        moved = posture[:-1] + 0.08 * (trace.target[:, 1] - posture[:-1])
        assert np.allclose(moved[inside], posture[1:][inside], atol=1e-5)


def test_the_chances_are_those_by_which_the_dice_fall(traces: list[Trace]) -> None:
    """Strikes over all runs and days against the sum of their chances: |z| < 4.8, a false alarm below 1 in 600,000."""
    chances = np.concatenate([trace.chances["strike"] for trace in traces])
    happened = np.concatenate([trace.happened["strike"] for trace in traces])
    assert abs(happened.sum() - chances.sum()) < 4.8 * np.sqrt((chances * (1 - chances)).sum())


def test_the_sampled_paths_of_a_block_are_those_of_its_replay(traces: list[Trace], scenario: Scenario) -> None:
    paths = run_block(BlockTask(scenario, SEED, 0, REPLICATES, sampled=128)).paths
    assert paths is not None
    assert paths.runs == 128
    for trace in (one for one in traces if one.run < 128):
        own = paths.of([trace.run]).until(trace.days)
        for name in ("stance", "posture", "agreement", "incident", "strike"):
            assert np.array_equal(getattr(own, name), getattr(trace.path, name)), name


@pytest.mark.parametrize("run", [-1, 10_000_000])
def test_a_run_that_cannot_be_is_refused(scenario: Scenario, run: int) -> None:
    with pytest.raises(UsageError, match="expected the number of a run"):
        replay(scenario, run)


@pytest.mark.parametrize(
    ("run", "options", "told"),
    [
        (3.5, {}, "expected a whole number for a run (got 3.5)"),
        (True, {}, "expected a whole number for a run (got True)"),
        (0, {"seed": -1}, "expected a seed from 0"),
        (0, {"replicates": 3}, "expected replicates of 1, 2, 4"),
    ],
)
def test_a_replay_that_belongs_to_no_forecast_is_refused(
    scenario: Scenario, run: Any, options: dict[str, int], told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        replay(scenario, run, **options)
