"""Runs that have ended leave a play; those that stay, and all that is counted, are what they are if none leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model import crisis
from sim.model.chance import Dice
from sim.model.crisis import Crisis
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.leaving import Leaving, OverRuns
from sim.model.setting import Setting
from sim.model.theatre import Theatre
from sim.runs.block.blocks import BlockResult, BlockTask, run_blocks
from sim.runs.block.conditions import EventBy, PostureAt, indicators_of
from sim.scenario.scenario import Scenario
from tests import worlds

EVENTFUL = Path(__file__).parents[1] / "docking" / "scenarios" / "eventful.yaml"
NEVER, AT_ONCE = 2.0, 0.0
FIERCE = {"launch_rate": 0.9, "terms_rate": 0.5, "strike_rate": 0.5}


@pytest.fixture(scope="module")
def eventful() -> Scenario:
    return sim.load(EVENTFUL)


def played(monkeypatch: pytest.MonkeyPatch, tasks: list[BlockTask], share: float) -> list[BlockResult]:
    monkeypatch.setattr(crisis, "LEAVE_TOGETHER", share)
    return run_blocks(tasks)


def assert_same(one: BlockResult, other: BlockResult) -> None:
    assert one.records.tobytes() == other.records.tobytes()
    assert one.tally.counts.keys() == other.tally.counts.keys()
    for name, counts in one.tally.counts.items():
        assert counts.tobytes() == other.tally[name].tobytes(), name
    if one.paths is not None and other.paths is not None:
        for name in ("stance", "posture", "agreement", "incident", "strike", "events"):
            assert getattr(one.paths, name).tobytes() == getattr(other.paths, name).tobytes(), name


@pytest.mark.parametrize("runs", [80, 160, 600], ids=["as many as days", "twice", "more"])
def test_blocks_are_the_same_whether_runs_leave_or_not(
    monkeypatch: pytest.MonkeyPatch, eventful: Scenario, runs: int
) -> None:
    tasks = [BlockTask(eventful, 3, block, 2, runs - 16 * block, sampled=32) for block in range(3)]
    stay, leave = (played(monkeypatch, tasks, share) for share in (NEVER, AT_ONCE))
    assert (stay[0].records["end"] > 1).sum() > 10, "some runs end"
    for one, other in zip(stay, leave, strict=True):
        assert one.paths is not None
        assert_same(one, other)


@pytest.mark.parametrize("kind", [EventBy, PostureAt])
def test_what_is_given_selects_the_same_runs(monkeypatch: pytest.MonkeyPatch, eventful: Scenario, kind: type) -> None:
    given = next(one for one in indicators_of(eventful) if isinstance(one, kind))
    task = BlockTask(eventful, 3, 1, 2, 600, given=(given,))
    (stay,), (leave,) = (played(monkeypatch, [task], share) for share in (NEVER, AT_ONCE))
    assert 0 < stay.tally["kept"][0] < 600
    assert_same(stay, leave)


def test_a_play_whose_runs_have_all_ended_is_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scenario = worlds.load(
        tmp_path, parameters=FIERCE, actors__attacker__stance=1, actors__attacker__self_reliance=1, credibility=0.0
    )
    tasks = [BlockTask(scenario, 3, 0, 2, 64, sampled=8)]
    (stay,), (leave,) = (played(monkeypatch, tasks, share) for share in (NEVER, AT_ONCE))
    days = Crisis(Setting(scenario, draw_inputs(inputs_of(scenario), 3, 0, 64, 2), Dice(3, 0)))
    days.play(leaving=True)
    assert (leave.records["end"] > 1).all()
    assert days.day < scenario.horizon - 1, "the last days are not played"
    assert_same(stay, leave)


def test_without_being_told_to_no_run_leaves(eventful: Scenario) -> None:
    play = Crisis(Setting(eventful, draw_inputs(inputs_of(eventful), 3, 0, 200, 2), Dice(3, 0)))
    theatre = play.play()
    assert theatre.ended.any()
    assert play.rows.tolist() == list(range(200))
    assert all(actor.stance.shape == (200,) for actor in play.actors)


def test_only_what_is_over_the_runs_is_shortened_and_what_is_one_stays_one() -> None:
    class Part(OverRuns):
        def __init__(self, numbers: np.ndarray) -> None:
            self.numbers, self.pair, self.all = numbers, ("name", numbers), {"one": [numbers, 0.5]}
            self.table, self.other = np.zeros((3, 5)), np.zeros(4)
            self.itself = self

    part = Part(np.arange(5))
    before = part.numbers
    Leaving(np.array([True, False, True, True, False])).leave(part)
    assert part.numbers.tolist() == [0, 2, 3]
    assert part.pair[1] is part.numbers
    assert part.all["one"] == [part.numbers, 0.5]
    assert part.table.shape == (3, 3)
    assert part.other.shape == (4,)
    assert before.tolist() == [0, 1, 2, 3, 4], "what others hold is not touched"


def test_a_theatre_takes_over_what_happened_elsewhere() -> None:
    whole, part = (Theatre(runs, 60, under_agreement=False, events=["e"]) for runs in (4, 2))
    part.offensive[:], part.firsts["e"][:], part.full[:] = [7, 8], [1, 2], [True, False]
    whole.take(np.array([1, 3]), part)
    assert whole.offensive.tolist() == [60, 7, 60, 8]
    assert whole.firsts["e"].tolist() == [60, 1, 60, 2]
    assert whole.full.tolist() == [False, True, False, False]
