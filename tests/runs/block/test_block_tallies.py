"""What blocks count agrees with the runs themselves, one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.model.inputs import POSTERIOR_STREAM, draw_inputs, inputs_of
from sim.runs.block.blocks import (
    END_STATES,
    FIRST_EVENTS,
    LEFT_OUT,
    OUTCOMES,
    BlockResult,
    BlockTask,
    last_days,
    run_block,
    sample_block,
)
from sim.runs.block.conditions import EventBy, Look, PostureAt, all_met, indicators_of
from sim.runs.block.counts import INPUT_BINS, binned_inputs, indicator_counts, posterior_rows
from sim.runs.block.watches import Paths, PostureWatch, _by_day
from sim.scenario.scenario import Scenario
from tests import worlds

REPLICATES = 4


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"), calibration="calibrated-all", question__as_of="2025-01-01")


@pytest.fixture(scope="module")
def block(scenario: Scenario) -> BlockResult:
    return run_block(BlockTask(scenario, 3, 1, REPLICATES, 2000))


def test_parameters_of_a_posterior_are_sorted_by_their_own_value(scenario: Scenario, block: BlockResult) -> None:
    inputs = binned_inputs(scenario)
    place = [one.path for one in inputs].index("parameters.agreement_rate")
    quantiles = draw_inputs(inputs_of(scenario), 3, 1, 4096, REPLICATES).quantiles[POSTERIOR_STREAM][:500]
    values = inputs[place].draw(quantiles)
    edges = np.quantile(inputs[place].distribution.values, np.arange(1, INPUT_BINS) / INPUT_BINS)
    expected = np.bincount(np.searchsorted(edges, values, side="right"), minlength=INPUT_BINS)
    counted = block.tally["inputs"][0, 0, place].sum(axis=-1)
    assert np.abs(counted - expected).max() <= 2  # a draw may lie on the edge of two bins


def test_rows_of_a_posterior_hold_every_draw_and_success(scenario: Scenario, block: BlockResult) -> None:
    assert posterior_rows(scenario) == len(block.tally["rows"]) == 1024
    assert block.tally["rows"].sum() == 500
    for o, outcome in enumerate(OUTCOMES):
        for m, day in enumerate(scenario.milestones):
            hits = (block.records[outcome] < day).reshape(-1, REPLICATES).sum(axis=1)
            assert block.tally["row_successes"][o, m].sum(axis=0).tolist() == [hits.sum(), (hits**2).sum()]


def test_indicators_count_only_runs_that_have_not_ended(scenario: Scenario, block: BlockResult) -> None:
    runs = block.records
    for index, one in enumerate(indicators_of(scenario)):
        if not isinstance(one, EventBy):
            continue
        for m, day in enumerate(scenario.milestones):
            waiting = runs["offensive"] >= one.day
            if one.event != "terms":
                waiting &= runs["terms"] >= one.day
            seen = (runs[one.event] < one.day) & waiting
            unseen = (runs[one.event] >= one.day) & waiting
            later = runs["offensive"] < day
            parts = [seen, seen & later, unseen, unseen & later]
            sums = np.array([np.ones(125), *(part.reshape(125, -1).sum(axis=1) for part in parts)])
            expected = sums @ sums.T if one.day < day else np.zeros((5, 5))
            assert np.array_equal(block.tally["indicators"][index, m], expected), one


def test_a_higher_level_is_seen_less_often(scenario: Scenario, block: BlockResult) -> None:
    indicators = indicators_of(scenario)
    seen = dict(zip(indicators, block.tally["indicators"][:, -1, 0, 1].tolist(), strict=True))
    for actor in ("attacker", "shield"):
        by_level = [
            seen[one] for one in indicators if isinstance(one, PostureAt) and (one.actor, one.day) == (actor, 14)
        ]
        assert len(by_level) == 3
        assert by_level == sorted(by_level, reverse=True)
        assert by_level[0] > 0


def test_runs_wait_until_an_offensive_or_terms_came_before_the_day() -> None:
    first = {"offensive": [13, 14, 60, 60, 60], "terms": [60, 60, 13, 14, 60], "strikes": [9, 60, 13, 14, 9]}
    look = Look({name: np.array(days, dtype=np.int16) for name, days in first.items()})
    assert look.waiting(14).tolist() == [False, True, False, True, True]
    assert EventBy("terms", 14).waiting(look).tolist() == [False, True, True, True, True]
    assert EventBy("terms", 14).seen(look).tolist() == [False, False, True, False, False]
    assert EventBy("strikes", 14, happened=False).seen(look).tolist() == [False, True, False, True, False]
    assert all_met([EventBy("strikes", 14), EventBy("strikes", 10)], look).tolist() == [False] * 4 + [True]
    assert all_met([EventBy("strikes", 14), EventBy("strikes", 15)], look).tolist() == [False] * 4 + [True]


def test_postures_are_looked_at_on_their_day() -> None:
    days = {name: np.array([first, 60, 60, 60], dtype=np.int16) for name, first in (("offensive", 9), ("terms", 60))}
    look = Look(days, {("a", 14): np.array([0.9, 0.9, 0.5, 0.1], dtype=np.float32)})
    counts = indicator_counts([PostureAt("a", "initiator", 0.5, 14)], look, [10, 60], 1)
    assert counts[0, 0].tolist() == np.zeros((5, 5)).tolist()
    assert counts[0, 1, 0].tolist() == [1, 1, 0, 2, 0], "four draws are one hypercube"
    assert counts[0, 1].diagonal().tolist() == [1, 1, 0, 4, 0]


def test_postures_are_kept_of_the_runs_and_the_day_asked_for() -> None:
    watch = PostureWatch([PostureAt("a", "initiator", 0.5, 14)], slice(1, 5))
    actor = SimpleNamespace(name="a", posture=np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], dtype=np.float32))
    crisis: Any = SimpleNamespace(actors=[actor])
    for crisis.day in range(20):
        watch.day_end(crisis)
        actor.posture = actor.posture + np.float32(1)
    assert watch.postures["a", 14] == pytest.approx([13.2, 13.3, 13.4, 13.5])


def test_what_came_before_each_day_is_counted_to_the_last_day_where_all_came_early() -> None:
    assert _by_day(np.array([0, 2, 2], dtype=np.int16), 6).tolist() == [0, 1, 1, 3, 3, 3]


DAYS = 30
"""Played of runs that begin under an agreement: many break it, many end while it is in force."""


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> BlockTask:
    scenario = worlds.load(
        tmp_path_factory.mktemp("agreed"),
        start={"phase": "agreement"},
        question__horizon=DAYS,
        question__milestones=[14],
        parameters={"launch_rate": 0.8, "break_rate": 0.4, "agreement_rate": 0.5, "terms_rate": 0.4},
    )
    return BlockTask(scenario, 3, 0, 2, 600, sampled=600)


@pytest.fixture(scope="module")
def agreed(task: BlockTask) -> BlockResult:
    return run_block(task)


def test_the_states_of_every_day_are_those_of_the_runs(agreed: BlockResult) -> None:
    runs, paths = agreed.records, agreed.paths
    assert paths is not None
    for day in range(DAYS + 1):
        terms, over = runs["terms"] < day, runs["offensive"] < day
        going = ~(terms | over)
        states = [going & ~paths.agreement[day], going & paths.agreement[day], terms, over]
        assert agreed.tally["states"][:, day].tolist() == [state.sum() for state in states], day
    assert min(state.sum() for state in states) > 5
    eve = paths.agreement[np.minimum(runs["offensive"], DAYS), np.arange(600)]
    assert (eve & over).sum() > 5, "some runs end while an agreement is in force"
    ends = [runs["end"] == code for code in range(3)]
    for end, state in zip([*ends, runs["end"] >= 3], states, strict=True):
        assert np.array_equal(end, state)


def test_paths_have_nothing_after_the_day_that_ends_a_run(agreed: BlockResult) -> None:
    paths, over = agreed.paths, np.arange(DAYS)[:, None] > last_days(agreed.records)
    assert paths is not None
    assert (len(paths.stance), len(paths.posture)) == (DAYS + 1, DAYS + 1)
    assert over.any()
    for days in (paths.incident, paths.strike, paths.agreement[1:]):
        assert not days[over].any()
    for numbers in (paths.stance, paths.posture):
        assert not np.moveaxis(numbers, 1, -1)[1:][over].any()


def test_stances_and_postures_are_counted_weekly_over_runs_that_go_on(agreed: BlockResult) -> None:
    paths = agreed.paths
    assert paths is not None
    for week in range(DAYS // 7 + 1):
        going = last_days(agreed.records) >= 7 * week
        for name, low in (("stance", -1), ("posture", 0)):
            counts = agreed.tally[name][:, week]
            assert counts.sum(axis=1).tolist() == [going.sum()] * 5
            cumulative = np.cumsum(counts, axis=1)
            edges = np.linspace(low, 1, counts.shape[1] + 1)[1:]
            values = getattr(paths, name)[7 * week, :, going].T
            below = np.array([(one[:, None] < edges - 1e-6).sum(axis=0) for one in values])
            up_to = np.array([(one[:, None] <= edges + 1e-6).sum(axis=0) for one in values])
            assert (below[:, :-1] <= cumulative[:, :-1]).all()
            assert (cumulative <= up_to).all()


def test_first_days_ends_and_breakdowns_are_those_of_the_runs(agreed: BlockResult) -> None:
    runs, paths, tally = agreed.records, agreed.paths, agreed.tally
    assert paths is not None
    full, limited = (runs["end"] == END_STATES.index(name) for name in ("full", "limited"))
    days = {name: runs[name] for name in OUTCOMES}
    days |= {"full": np.where(full, runs["offensive"], DAYS), "limited": np.where(limited, runs["offensive"], DAYS)}
    for place, name in enumerate(FIRST_EVENTS):
        expected = [sums_of(days[name] < day) for day in range(DAYS + 1)]
        assert tally["first_days"][place].tolist() == expected, name
    for code, name in enumerate(END_STATES):
        assert tally["ends"][code].tolist() == sums_of(runs["end"] == code), name
    eve = paths.agreement[np.minimum(runs["offensive"], DAYS - 1), np.arange(600)]
    assert tally["broke_agreement"].tolist() == sums_of(eve & (runs["offensive"] < DAYS))
    broken = breakdowns_of(paths, runs)
    assert runs["breakdowns"].tolist() == broken.tolist()
    assert tally["breakdowns"] == broken.sum() > 100
    assert tally["runs"] == 600
    assert tally["kept"].tolist() == [600, 300, 75 * 8**2]


def breakdowns_of(paths: Paths, runs: np.ndarray) -> np.ndarray:
    """How many agreements ended by the last day of each run."""
    played = np.arange(DAYS)[:, None] <= last_days(runs)
    return (paths.agreement[:-1] & ~paths.agreement[1:] & played).sum(axis=0)


def sums_of(happened: np.ndarray, kept: np.ndarray | None = None) -> list[int]:
    """Runs in an event, squares by draw of two and by hypercube of four, and products with the runs that count."""
    kept = np.ones(len(happened), dtype=bool) if kept is None else kept
    by_draw, by_cube = ((happened & kept).reshape(-1, size).sum(axis=1) for size in (2, 8))
    number = kept.reshape(-1, 8).sum(axis=1)
    return [by_draw.sum(), (by_draw**2).sum(), (by_cube**2).sum(), (by_cube * number).sum()]


def test_draws_of_each_sample_of_past_cases_are_counted_by_offensives(scenario: Scenario, block: BlockResult) -> None:
    sample = np.asarray(draw_inputs(inputs_of(scenario), 3, 1, 4096, REPLICATES).values["sample"])[:2000]
    for code in (0, 1):
        within = sample == code
        number = within.reshape(125, -1).sum(axis=1)
        assert block.tally["sample_runs"][code].tolist() == [within.sum(), within.sum() // 4, (number**2).sum()]
        for m, day in enumerate(scenario.milestones):
            came = (block.records["offensive"] < day) & within
            by_draw, by_cube = (came.reshape(one, -1).sum(axis=1) for one in (500, 125))
            sums = [came.sum(), (by_draw**2).sum(), (by_cube**2).sum(), (by_cube * number).sum()]
            assert block.tally["samples"][code, m].tolist() == sums


def test_draws_are_counted_by_every_input_and_outcome(scenario: Scenario, block: BlockResult) -> None:
    inputs, draws = binned_inputs(scenario), draw_inputs(inputs_of(scenario), 3, 1, 4096, REPLICATES)
    expected = np.zeros_like(block.tally["inputs"])
    for o, outcome in enumerate(OUTCOMES):
        for m, day in enumerate(scenario.milestones):
            hits = (block.records[outcome] < day).reshape(-1, REPLICATES).sum(axis=1)
            for i, one in enumerate(inputs):
                places = one.place(draws.quantiles[one.stream][:500])
                np.add.at(expected[o, m, i], ((places * INPUT_BINS).astype(int), hits), 1)
    assert np.array_equal(block.tally["inputs"], expected)
    rows = (draws.quantiles[POSTERIOR_STREAM][:500] * 1024).astype(int)
    assert np.array_equal(block.tally["rows"], np.bincount(rows, minlength=1024))


def test_indicators_are_early_events_and_postures_of_those_who_attack_or_protect(scenario: Scenario) -> None:
    early = [
        [*(EventBy(event, day) for event in ("strikes", "agreement", "terms"))]
        + [PostureAt("attacker", "initiator", level, day) for level in (0.25, 0.5, 0.75)]
        + [PostureAt("shield", "guarantor", level, day) for level in (0.25, 0.5, 0.75)]
        for day in (14, 30)
    ]
    assert list(indicators_of(scenario)) == early[0] + early[1]


def test_no_indicator_is_looked_at_where_it_cannot_be_or_on_the_last_day(task: BlockTask, tmp_path: Path) -> None:
    assert {one.day for one in indicators_of(task.scenario)} == {14}
    quiet = indicators_of(worlds.load(tmp_path, strikes="off", terms="off", question__horizon=31))
    assert [one for one in quiet if isinstance(one, EventBy)] == [EventBy("agreement", 14), EventBy("agreement", 30)]


def test_postures_given_leave_the_runs_that_have_them(task: BlockTask, agreed: BlockResult) -> None:
    high, calm = PostureAt("shield", "guarantor", 0.3, 14), EventBy("strikes", 9, happened=False)
    given = run_block(replace(task, given=(high, calm)))
    runs, paths = agreed.records, agreed.paths
    assert paths is not None
    place = list(task.scenario.actors).index("shield")
    kept = (paths.posture[14, place] > 0.3) & (runs["strikes"] >= 9) & (last_days(runs) >= 14)
    assert 20 < kept.sum() < 580
    assert np.array_equal(given.records["end"] != LEFT_OUT, kept)
    assert np.array_equal(given.records["end"][kept], runs["end"][kept])
    number, draws = (kept.reshape(-1, size).sum(axis=1) for size in (8, 2))
    assert given.tally["kept"].tolist() == [number.sum(), (draws > 0).sum(), (number**2).sum()]
    eve = paths.agreement[np.minimum(runs["offensive"], DAYS - 1), np.arange(600)] & (runs["offensive"] < DAYS)
    for name, happened in (("broke_agreement", eve), ("ends", runs["end"] == 4)):
        counted = given.tally[name][4] if name == "ends" else given.tally[name]
        assert counted.tolist() == sums_of(happened, kept), name
    broken = breakdowns_of(paths, runs)
    assert given.tally["breakdowns"] == broken[kept].sum() > 0
    for day in (0, 14, DAYS):
        came = runs["offensive"] < day
        sums = given.tally["first_days"][FIRST_EVENTS.index("offensive"), day]
        assert sums.tolist() == sums_of(came, kept)
        states = given.tally["states"][:, day]
        assert (states.sum(), states[3]) == (kept.sum(), (came & kept).sum())


def test_a_block_played_again_gives_the_same_records_and_paths(task: BlockTask, agreed: BlockResult) -> None:
    assert run_block(task).records.tobytes() == agreed.records.tobytes()
    again, paths = sample_block(replace(task, sampled=100)), agreed.paths
    assert paths is not None
    few = paths.of(slice(100)).until(9)
    assert (again.runs, few.runs, len(few.stance), len(few.strike)) == (100, 100, 10, 9)
    for name in ("stance", "posture", "agreement", "incident", "strike"):
        whole, cut = getattr(paths, name), getattr(few, name)
        assert np.array_equal(getattr(again, name), whole[..., :100]), name
        assert np.array_equal(cut, whole[: len(cut), ..., :100]), name
    first = np.where(paths.strike.any(axis=0), paths.strike.argmax(axis=0), DAYS)
    assert np.array_equal(
        np.minimum(first, last_days(agreed.records) + 1),
        np.minimum(agreed.records["strikes"], last_days(agreed.records) + 1),
    )
    assert str(task) == "block 0 of crisis"


def test_quantiles_of_a_task_stand_in_for_those_drawn(task: BlockTask) -> None:
    drawn = draw_inputs(inputs_of(task.scenario), 3, 0, 4096, 2).quantiles["actors.backer.stance"]
    same, other = (
        run_block(replace(task, quantiles={"actors.backer.stance": one})).records for one in (drawn, 1 - drawn)
    )
    assert same.tobytes() == run_block(task).records.tobytes() != other.tobytes()
