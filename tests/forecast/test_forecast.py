"""Forecasts: the same bytes whatever the workers, prefixes, stopping, interruption, the questions that may be asked."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import UsageError
from sim.forecast.forecast import Forecast
from sim.forecast.plan import Plan
from sim.forecast.runner import run
from sim.runs import groups
from sim.runs.block.blocks import BLOCK_RUNS, END_STATES, OUTCOMES, RECORD, BlockTask, run_block
from sim.runs.executors import Executor, Local, Serial
from sim.runs.store import Store
from sim.scenario.scenario import Scenario
from tests import worlds
from tests.places import IDLIB
from tests.played import count_blocks


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"))


def as_bytes(forecast: Forecast) -> bytes:
    return json.dumps(forecast.record("again"), sort_keys=False).encode()


@pytest.mark.slow
def test_one_and_two_workers_give_the_same_bytes(scenario: Scenario) -> None:
    plan = Plan(runs=3 * BLOCK_RUNS + 100, seed=11)
    assert as_bytes(run(scenario, plan)) == as_bytes(run(scenario, plan, executor=Local(2)))


@pytest.mark.slow
def test_an_executor_of_the_callers_own_gives_the_same_bytes(scenario: Scenario) -> None:
    runs = 2 * BLOCK_RUNS + 100
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as lent:
        theirs = sim.run(scenario, runs=runs, workers=lent)
    assert as_bytes(theirs) == as_bytes(sim.run(scenario, runs=runs))


def test_a_tally_travels_in_few_bytes_and_arrives_as_it_was(scenario: Scenario) -> None:
    tally = run_block(BlockTask(scenario, 5, 0, 2)).tally
    sent = pickle.dumps(tally)
    arrived = pickle.loads(sent)  # noqa: S301 - our own bytes
    assert {n: c.tobytes() for n, c in arrived.counts.items()} == {n: c.tobytes() for n, c in tally.counts.items()}
    assert {count.dtype for count in arrived.counts.values()} == {np.dtype(np.int64)}
    assert len(sent) < sum(count.nbytes for count in tally.counts.values()) / 3


def test_tallies_merge_in_any_order(scenario: Scenario) -> None:
    results = [run_block(BlockTask(scenario, 5, block, 2)) for block in range(3)]
    forwards, backwards = (
        results[0].tally + results[1].tally + results[2].tally,
        results[2].tally + results[1].tally + results[0].tally,
    )
    for name, counts in forwards.counts.items():
        assert np.array_equal(counts, backwards[name]), name


def test_blocks_do_not_depend_on_what_ran_before_them(scenario: Scenario) -> None:
    alone = run_block(BlockTask(scenario, 5, 2, 2))
    run_block(BlockTask(scenario, 5, 0, 2))
    again = run_block(BlockTask(scenario, 5, 2, 2))
    assert np.array_equal(alone.records, again.records)


@pytest.mark.slow
def test_a_small_forecast_is_the_beginning_of_a_large_one() -> None:
    idlib = sim.load(IDLIB / "baseline.yaml")
    small, large = sim.run(idlib, runs=4096, seed=3), sim.run(idlib, runs=100_000, seed=3, workers=2)
    assert np.array_equal(small.records, large.records[:4096])
    odd = sim.run(idlib, runs=1000, seed=3)
    assert np.array_equal(odd.records, large.records[:1000])


def test_a_shorter_horizon_changes_no_run_within_it(tmp_path: Path, scenario: Scenario) -> None:
    short = worlds.load(tmp_path, question__horizon=30, question__milestones=[14])
    long = sim.run(scenario, runs=4096, seed=3).records["offensive"]
    assert np.array_equal(np.minimum(long, 30), sim.run(short, runs=4096, seed=3).records["offensive"])


def test_another_seed_gives_other_runs(scenario: Scenario) -> None:
    first, second = (sim.run(scenario, runs=4096, seed=seed) for seed in (0, 1))
    assert not np.array_equal(first.records, second.records)


def test_counts_agree_with_the_records(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=5000, seed=2)
    days = forecast.records["offensive"]
    assert forecast.runs == len(days) == 5000
    for day in (1, 14, 30, 60):
        assert forecast.probability("offensive", day).p == pytest.approx((days < day).mean(), abs=1e-12)
        assert forecast.tally["states"][3, day] == (days < day).sum()
        assert forecast.tally["states"][2, day] == (forecast.records["terms"] < day).sum()
    assert forecast.tally["states"].sum(axis=0).tolist() == [5000] * 61
    assert (forecast.records["terms"] < 60).any()
    ends = np.bincount(forecast.records["end"], minlength=5)
    assert forecast.tally["states"][:3, 60].tolist() == ends[:3].tolist(), "a state at the horizon is an end state"
    assert forecast.tally["ends"][:, 0].tolist() == ends.tolist()
    limited, full = (forecast.probability(kind).p for kind in ("limited", "full"))
    assert limited + full == pytest.approx(forecast.probability("offensive").p)


@pytest.mark.parametrize("runs", [1, 2, 9])
def test_a_handful_of_runs_has_a_record_whatever_it_cannot_tell(tmp_path: Path, runs: int) -> None:
    """With one draw one of the two samples of past cases has no run, and with two hypercubes there is an interval."""
    scenario = worlds.load(tmp_path, calibration="calibrated-all", question__as_of="2025-01-01")
    record = sim.run(scenario, runs=runs, seed=2).record()
    assert (record["samples"] is None) == (runs <= 2)
    one = record["outcomes"]["offensive"]["60"]
    assert 0 <= one["mc_low"] <= one["p"] <= one["mc_high"] <= 1
    assert one["mc_high"] - one["mc_low"] > 0.3


def test_a_difference_of_a_handful_of_runs_is_refused(scenario: Scenario) -> None:
    few, many = sim.run(scenario, runs=8), sim.run(scenario, runs=64)
    with pytest.raises(UsageError, match="expected more than 8 runs for a difference"):
        many.difference(few, "offensive")
    assert many.difference(many, "offensive").p == 0


def test_histograms_of_inputs_hold_every_draw_once(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=5000, seed=2)
    counts = forecast.tally["inputs"]
    assert (counts.sum(axis=(-1, -2)) == forecast.draw_count).all()
    hits = counts.sum(axis=-2) @ np.arange(3)
    expected = round(forecast.probability("offensive").p * forecast.runs)
    assert (hits[OUTCOMES.index("offensive"), -1] == expected).all()


def test_fans_are_over_runs_that_have_not_ended(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=4096, seed=2)
    weeks = forecast.tally["stance"].shape[1]
    for week in range(weeks):
        going = forecast.tally["states"][:2, 7 * week].sum()
        assert (forecast.tally["stance"][:, week].sum(axis=-1) == going).all()
        assert (forecast.tally["posture"][:, week].sum(axis=-1) == going).all()


def test_the_record_of_a_run_takes_ten_bytes() -> None:
    assert RECORD.itemsize == 10


@pytest.mark.slow
def test_precision_stops_at_the_first_look_that_reaches_it(scenario: Scenario) -> None:
    forecast = sim.run(scenario, precision=0.012, seed=4)
    assert forecast.status == "complete"
    assert all(forecast.probability("offensive", day).half_width <= 0.012 for day in scenario.milestones)
    blocks = forecast.runs // BLOCK_RUNS
    assert blocks > 1
    before = sim.run(scenario, runs=BLOCK_RUNS, seed=4)
    assert any(before.probability("offensive", day).half_width > 0.012 for day in scenario.milestones)
    assert as_bytes(forecast) == as_bytes(run(scenario, forecast.plan, executor=Local(2)))


def test_a_precision_out_of_reach_says_so(scenario: Scenario) -> None:
    assert sim.run(scenario, runs=2000, precision=0.001).status == "imprecise"


class Interrupted(Executor):
    """Works like `Serial` and is interrupted after some tasks."""

    def __init__(self, after: int) -> None:
        self.after = after

    def map(
        self, function: Callable[[Any], Any], tasks: Iterable[Any], finished: Any = None, lost: Any = None
    ) -> Iterator[Any]:
        for count, result in enumerate(Serial().map(function, tasks, finished)):
            if count == self.after:
                raise KeyboardInterrupt
            yield result


@pytest.mark.slow
def test_an_interruption_keeps_what_is_done_and_the_next_call_goes_on(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, store = Plan(runs=3 * BLOCK_RUNS, seed=6), Store(tmp_path / "store")
    whole = as_bytes(run(scenario, plan))
    monkeypatch.setattr(groups, "MOST_TOGETHER", BLOCK_RUNS)
    stopped = run(scenario, plan, executor=Interrupted(2), store=store)
    assert (stopped.status, stopped.runs) == ("interrupted", 2 * BLOCK_RUNS)
    played, told = count_blocks(monkeypatch), []
    resumed = run(scenario, plan, store=store, finished=lambda: told.append(1))
    assert as_bytes(resumed) == whole
    assert [task.block for task in played] == []  # the third was played, and kept, when the interruption came
    assert len(told) == 3, "finished blocks are counted, those kept included"


def test_a_forecast_made_again_from_a_store_plays_nothing_and_tells_the_same_storylines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = worlds.load(tmp_path, question__horizon=10, question__milestones=[5])
    plan, store = Plan(runs=512, seed=6), Store(tmp_path / "store")
    alone = run(short, plan).record()
    assert alone["storylines"], "there is something to keep"
    assert run(short, plan, store=store, with_paths=False).record()["storylines"] == []
    played = count_blocks(monkeypatch)
    for times in (1, 1):  # the first call plays the block, which is kept, once more for its paths
        assert run(short, plan, store=store).record() == alone
        assert len(played) == times


class Torn(Interrupted):
    """Is interrupted while a result is merged: its tally has been read, its records have not."""

    def map(
        self, function: Callable[[Any], Any], tasks: Iterable[Any], finished: Any = None, lost: Any = None
    ) -> Iterator[Any]:
        class Half:
            def __init__(self, result: Any) -> None:
                self.tally = result.tally

            @property
            def records(self) -> Any:
                raise KeyboardInterrupt

        for count, results in enumerate(Serial().map(function, tasks, finished)):
            yield [Half(result) for result in results] if count == self.after else results


@pytest.mark.slow
def test_an_interruption_while_a_block_is_merged_keeps_the_blocks_before_it(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_TOGETHER", BLOCK_RUNS)
    plan, store = Plan(runs=3 * BLOCK_RUNS, seed=6), Store(tmp_path / "store")
    stopped = run(scenario, plan, executor=Torn(1), store=store)
    assert (stopped.status, stopped.runs) == ("interrupted", BLOCK_RUNS)
    assert as_bytes(run(scenario, plan, store=store)) == as_bytes(run(scenario, plan))


def test_an_interruption_before_the_first_block_is_passed_on(scenario: Scenario) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(scenario, Plan(runs=100), executor=Interrupted(0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"runs": 0},
        {"runs": -5},
        {"runs": 10**9},
        {"seed": -1},
        {"replicates": 3},
        {"precision": 0},
        {"precision": float("nan")},
        {"workers": 0},
    ],
    ids=str,
)
def test_arguments_out_of_range_are_refused(scenario: Scenario, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected"):
        sim.run(scenario, **wrong)


def test_a_plan_that_would_take_hours_is_refused_before_it_starts(tmp_path: Path) -> None:
    long = worlds.load(tmp_path, question__horizon=3650, question__milestones=[])
    with pytest.raises(UsageError, match="10,000,000 runs of 3,650 days with 5 actors would take hours; make"):
        sim.run(long, runs=10_000_000)


def test_questions_out_of_range_are_refused(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=100)
    with pytest.raises(UsageError, match="no outcome 'war'"):
        forecast.probability("war")
    for day in (0, 61, -1):
        with pytest.raises(UsageError, match="expected a window from 1 to 60 days"):
            forecast.probability("offensive", day)
    other = Forecast(scenario, replace(forecast.plan, seed=9), forecast.tally, forecast.records)
    with pytest.raises(UsageError, match="same seed"):
        forecast.difference(other, "offensive")


def test_windows_of_a_difference_end_by_the_shorter_horizon(tmp_path: Path, scenario: Scenario) -> None:
    """One and the same scenario over 60 and 20 days differs by nothing; beyond 20 days there is nothing to compare."""
    long = sim.run(scenario, runs=4096, seed=3)
    short = sim.run(worlds.load(tmp_path, question__horizon=20, question__milestones=[14]), runs=4096, seed=3)
    for by in (None, 20, 14, "2 weeks", datetime.date(2020, 1, 14)):
        for first, second in ((long, short), (short, long)):
            assert first.difference(second, "offensive", by=by).p == 0
    for by in (0, 21, -1, True, "21 days", "2020-01-21", 14.0, "soon"):
        with pytest.raises(UsageError, match="expected a"):
            long.difference(short, "offensive", by=by)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [0, 61, -3, True, "61 days", "2020-03-01", 3.5, "", "0"])
def test_no_probability_is_of_a_window_outside_the_horizon(scenario: Scenario, by: object) -> None:
    with pytest.raises(UsageError, match="expected a"):
        sim.run(scenario, runs=64).probability("offensive", by=by)  # type: ignore[arg-type]


def test_a_window_may_be_days_text_or_its_last_date(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=1000)
    said = {
        forecast.probability("offensive", by=by)
        for by in (30, "30", "30 days", "2020-01-30", datetime.date(2020, 1, 30))
    }
    assert len(said) == 1


def test_a_path_may_stand_for_its_scenario(tmp_path: Path) -> None:
    path = worlds.write(tmp_path, worlds.crisis())
    assert sim.run(str(path), runs=64).runs == sim.run(path, runs=64).runs == 64


@pytest.mark.parametrize("wrong", [{"seed": 1.0}, {"seed": "1"}, {"runs": 64.0}, {"runs": True}])
def test_numbers_that_are_not_whole_are_refused(scenario: Scenario, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="expected a whole number"):
        sim.run(scenario, **wrong)  # type: ignore[arg-type]


def test_a_frame_has_a_row_for_each_outcome_and_day(scenario: Scenario) -> None:
    frame = sim.run(scenario, runs=1000).to_frame()
    assert list(frame.columns) == ["outcome", "day", "p", "mc_low", "mc_high", "input_sd"]
    assert len(frame) == 6 * 60
    assert frame.groupby("outcome")["p"].apply(lambda p: p.is_monotonic_increasing).all()


@pytest.mark.slow
def test_paired_differences_are_narrower_than_unpaired_ones(tmp_path: Path, scenario: Scenario) -> None:
    firmer = worlds.load(tmp_path, actors__shield__stance={"normal": [-0.8, 0.2]})
    base, changed = (sim.run(one, runs=8192, seed=1) for one in (scenario, firmer))
    paired = base.difference(changed, "offensive")
    unpaired = np.hypot(base.probability("offensive").se, changed.probability("offensive").se)
    assert paired.p == pytest.approx(changed.probability("offensive").p - base.probability("offensive").p)
    assert paired.se < unpaired / 1.5


def test_dots_stand_for_the_end_states_and_are_real_runs(scenario: Scenario) -> None:
    forecast = sim.run(scenario, runs=5000, seed=2)
    dots = forecast.record(None)["dots"]
    assert len(dots) == 100
    states = END_STATES
    for dot in dots:
        assert states[forecast.records["end"][dot["run"]]] == dot["end"]
    for code, name in enumerate(states):
        share = (forecast.records["end"] == code).mean()
        assert abs(sum(dot["end"] == name for dot in dots) - 100 * share) < 1


def test_cumulative_incidence_agrees_with_aalen_and_johansen(scenario: Scenario) -> None:
    """An agreement with the offensive as competing event, against lifelines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import AalenJohansenFitter

        forecast = sim.run(scenario, runs=2000, seed=2)
        agreement, offensive = (forecast.records[name].astype(int) for name in ("agreement", "offensive"))
        day = np.minimum(np.minimum(agreement, offensive), 60) + 1 + np.arange(2000) / 1e5  # no ties
        event = np.where(agreement < offensive, 1, np.where(offensive < 60, 2, 0))
        fitted = AalenJohansenFitter(calculate_variance=False).fit(day, event, event_of_interest=1)
    for n in (10, 30, 59):
        expected = fitted.cumulative_density_.loc[: n + 1.5].iloc[-1].item()
        assert expected == pytest.approx(forecast.probability("agreement", n + 1).p, abs=1e-9)
