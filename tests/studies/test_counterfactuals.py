"""Counterfactuals: each world is the base but for one thing, and is compared with it run by run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import UsageError
from sim.estimates import difference, share
from sim.forecast.plan import Plan
from sim.runs.block.blocks import run_block
from sim.runs.play import Records
from sim.runs.store import Store
from sim.scenario.scenario import Scenario
from sim.studies.bench import Bench, Site
from sim.studies.counterfactuals import (
    Counterfactuals,
    at_full_strength,
    blocks_of,
    counterfactuals,
    held,
    withdrawn,
    without_talks,
    worlds_of,
)
from tests import worlds
from tests.played import count_blocks

PLAN = Plan(runs=4096, seed=3)
APPEAL = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.4, "start": -5, "half_life": 20}
OFFER = {"from": "shield", "on": "backer", "aim": "restrain", "channel": "conditional", "intensity": 0.3, "start": 3}
NOTHING = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0, "start": -5, "half_life": 20}
TALKS = {"start": 4, "boost": 20}
HORIZON = 20


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    value = worlds.crisis(
        question__horizon=HORIZON,
        question__milestones=[10],
        pressures__appeal=APPEAL,
        pressures__offer=OFFER,
        pressures__nothing=NOTHING,
        talks__meeting=TALKS,
    )
    return sim.load(worlds.write(tmp_path_factory.mktemp("otherwise"), value))


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> Counterfactuals:
    return counterfactuals(scenario, Bench(PLAN))


def days(scenario: Scenario) -> Records:
    return run_block(PLAN.task(scenario)).records


# -- the worlds -----------------------------------------------------------------------------------------------------


def test_there_is_a_world_for_each_pressure_twice_each_talks_and_each_posture(scenario: Scenario) -> None:
    named = [(one.kind, one.subject) for one in worlds_of(scenario)]
    pressures, actors = ("appeal", "offer", "nothing"), ("attacker", "backer", "shield", "town", "envoy")
    assert named == [
        *(("withdrawn", name) for name in pressures),
        *(("full", name) for name in pressures),
        ("removed", "meeting"),
        *(("held", name) for name in actors),
    ]


def test_what_is_over_or_held_already_has_no_world(tmp_path: Path) -> None:
    over = {**APPEAL, "end": 0}
    known = worlds_of(worlds.load(tmp_path, pressures__appeal=over, actors__shield__held=True))
    assert [(one.kind, one.subject) for one in known] == [
        ("held", name) for name in ("attacker", "backer", "town", "envoy")
    ]


def test_an_event_is_removed_and_where_it_may_fail_made_certain(tmp_path: Path) -> None:
    """Another event may wait for it all the same."""
    event = {"on": "shield", "field": "stance", "add": 0.5, "date": 3}
    events = {"sure": event, "maybe": {**event, "probability": 0.4}, "next": {**event, "date": 9, "if": "maybe"}}
    scenario = worlds.load(tmp_path, question__horizon=HORIZON, question__milestones=[10], events=events)
    made = [(one.kind, one.subject) for one in worlds_of(scenario) if one.kind != "held"]
    assert made == [("removed", "sure"), ("removed", "maybe"), ("removed", "next"), ("certain", "maybe")]
    found = {(one.kind, one.subject): one.scenario for one in worlds_of(scenario)}
    without = worlds.load(tmp_path, question__horizon=HORIZON, question__milestones=[10], events={"sure": event})
    assert np.array_equal(days(found["removed", "maybe"]), days(without))
    dated = {name: {key: item for key, item in one.items() if key != "probability"} for name, one in events.items()}
    certain = worlds.load(tmp_path, question__horizon=HORIZON, question__milestones=[10], events=dated)
    assert np.array_equal(days(found["certain", "maybe"]), days(certain))


def test_a_withdrawn_pressure_is_the_variant_that_ends_on_the_as_of_date(scenario: Scenario, tmp_path: Path) -> None:
    value = worlds.crisis(
        question__horizon=HORIZON,
        question__milestones=[10],
        pressures__appeal={**APPEAL, "end": "2020-01-01"},
        pressures__offer=OFFER,
        pressures__nothing=NOTHING,
        talks__meeting=TALKS,
    )
    value["pressures"]["appeal"]["end"] = scenario.as_of
    assert withdrawn(scenario, ["appeal"]).hash == sim.load(worlds.write(tmp_path, value)).hash


def test_a_pressure_yet_to_come_never_comes_where_it_is_withdrawn(scenario: Scenario, tmp_path: Path) -> None:
    value = worlds.crisis(
        question__horizon=HORIZON, question__milestones=[10], pressures__appeal=APPEAL, pressures__nothing=NOTHING,
        talks__meeting=TALKS,
    )  # fmt: skip
    without = sim.load(worlds.write(tmp_path, value))
    assert np.array_equal(days(withdrawn(scenario, ["offer"])), days(without))


def test_full_strength_renews_what_is_in_force_and_strengthens_what_is_to_come(scenario: Scenario) -> None:
    renewed = at_full_strength(scenario, "appeal").pressures
    assert list(renewed) == ["appeal", "offer", "nothing", "appeal-renewed"]
    assert renewed["appeal"].end == scenario.as_of
    assert renewed["appeal-renewed"].start == scenario.as_of
    assert renewed["appeal-renewed"].intensity.mean == 1
    assert renewed["appeal-renewed"].half_life == scenario.pressures["appeal"].half_life
    later = at_full_strength(scenario, "offer").pressures
    assert list(later) == list(scenario.pressures)
    assert later["offer"].intensity.mean == 1


def test_a_renewed_pressure_takes_the_next_free_name(tmp_path: Path) -> None:
    long = "a" * 64
    scenario = worlds.load(tmp_path, **{f"pressures__{long}": APPEAL, "pressures__renewed-0": OFFER})
    assert list(at_full_strength(scenario, long).pressures) == [long, "renewed-0", f"{long}-renewed"]


def test_talks_that_do_not_take_place_are_gone(scenario: Scenario) -> None:
    assert list(without_talks(scenario, "meeting").talks) == []


# -- what they say --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_changes_are_those_of_the_same_runs(scenario: Scenario, found: Counterfactuals) -> None:
    base = days(scenario)
    for world, row in zip(worlds_of(scenario), found.part()["worlds"], strict=True):
        records = days(world.scenario)
        assert row["differing_runs"] == np.count_nonzero(base != records)
        for outcome in ("offensive", "agreement", "strikes"):
            for day in (10, HORIZON):
                wanted = difference(base[outcome] < day, records[outcome] < day, 2)
                got = row["changes"][outcome][str(day)]
                assert (got["p"], got["mc_low"], got["mc_high"]) == pytest.approx(
                    (wanted.p, wanted.low, wanted.high), abs=1e-6
                )
        first, second = base["offensive"] < HORIZON, records["offensive"] < HORIZON
        for key, event in (("averts", first & ~second), ("brings_about", ~first & second)):
            assert row[key][str(HORIZON)]["p"] == pytest.approx(share(event, 2).p, abs=1e-6)
        change = row["changes"]["offensive"][str(HORIZON)]["p"]
        assert change == pytest.approx(
            row["brings_about"][str(HORIZON)]["p"] - row["averts"][str(HORIZON)]["p"], abs=2e-6
        )


def test_a_pressure_that_does_nothing_changes_no_run(found: Counterfactuals) -> None:
    (row,) = [one for one in found.part()["worlds"] if (one["kind"], one["subject"]) == ("withdrawn", "nothing")]
    assert row["differing_runs"] == 0
    assert row["changes"]["offensive"] == {
        day: {"p": 0.0, "mc_low": 0.0, "mc_high": 0.0} for day in ("10", str(HORIZON))
    }
    assert row["variance_ratio"] == {"10": None, str(HORIZON): None}


def test_restraint_withdrawn_brings_offensives_about_and_strengthened_averts_them(found: Counterfactuals) -> None:
    rows = {(one["kind"], one["subject"]): one["changes"]["offensive"][str(HORIZON)] for one in found.part()["worlds"]}
    for name in ("appeal", "offer"):
        assert rows["withdrawn", name]["mc_low"] > 0
        assert rows["full", name]["mc_high"] < 0


def test_pairing_lessens_the_variance_and_by_how_much_is_told(scenario: Scenario, found: Counterfactuals) -> None:
    row = found.part()["worlds"][0]
    base, other = (
        (one["offensive"] < HORIZON).reshape(-1, 8).mean(axis=1)  # hypercubes of 4 draws
        for one in (days(scenario), days(worlds_of(scenario)[0].scenario))
    )
    wanted = (base.var(ddof=1) + other.var(ddof=1)) / (other - base).var(ddof=1)
    assert row["variance_ratio"][str(HORIZON)] == pytest.approx(wanted, abs=1e-3)
    assert wanted > 2


def test_the_interaction_is_the_change_of_both_less_the_sum(scenario: Scenario, found: Counterfactuals) -> None:
    both = found.part()["interaction"]
    assert set(both["subjects"]) == {"appeal", "offer"}
    runs = {
        name: (days(one)["offensive"] < HORIZON).mean()
        for name, one in {
            "base": scenario,
            "appeal": withdrawn(scenario, ["appeal"]),
            "offer": withdrawn(scenario, ["offer"]),
            "both": withdrawn(scenario, ["appeal", "offer"]),
        }.items()
    }
    key = str(HORIZON)
    assert both["together"][key]["p"] == pytest.approx(runs["both"] - runs["base"], abs=2e-6)
    assert both["interaction"][key]["p"] == pytest.approx(
        runs["both"] - runs["appeal"] - runs["offer"] + runs["base"], abs=2e-6
    )


def test_more_runs_than_are_kept_are_refused_before_any_is_played(scenario: Scenario) -> None:
    """Only kept runs can be compared: the others would be played for nothing and counted all the same."""
    with pytest.raises(UsageError, match=r"expected 1,000,000 runs at most.*\(got 1,000,002\)"):
        counterfactuals(scenario, Bench(Plan(runs=1_000_001)))


def test_too_few_runs_to_pair_are_refused(scenario: Scenario) -> None:
    with pytest.raises(UsageError, match="more than 8 runs"):
        counterfactuals(scenario, Bench(Plan(runs=2)))


# -- nothing is played twice ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_base_at_hand_is_not_played_again(
    scenario: Scenario, found: Counterfactuals, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast = sim.run(scenario, runs=4096, seed=3)
    played = count_blocks(monkeypatch)
    again = counterfactuals(scenario, Bench(PLAN, known={scenario.hash: forecast.records}))
    hashes = [task.scenario.hash for task in played]
    assert scenario.hash not in hashes
    assert len(hashes) == len(set(hashes)) == blocks_of(scenario, PLAN, with_base=False)
    assert again.part() == found.part()


@pytest.mark.slow
def test_a_store_gives_the_base_and_every_world_that_was_ever_played(
    scenario: Scenario, found: Counterfactuals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    store.put(PLAN.task(scenario), run_block(PLAN.task(scenario)))
    played = count_blocks(monkeypatch)
    first = counterfactuals(scenario, Bench(PLAN, Site(store=store)))
    assert scenario.hash not in {task.scenario.hash for task in played}
    assert len(played) == blocks_of(scenario, PLAN, with_base=False)
    played.clear()
    assert counterfactuals(scenario, Bench(PLAN, Site(store=store))).part() == first.part() == found.part()
    assert played == []


# -- postures held --------------------------------------------------------------------------------------------------


def test_a_held_posture_stays_and_no_other_stream_moves(scenario: Scenario) -> None:
    from sim.model.chance import Dice
    from sim.model.crisis import Crisis
    from sim.model.inputs import draw_inputs, inputs_of
    from sim.model.setting import Setting
    from sim.runs.block.blocks import BLOCK_RUNS

    class Watch:
        def __init__(self) -> None:
            self.postures: list[np.ndarray] = []
            self.rolls: list[np.ndarray] = []
            self.noise: list[np.ndarray] = []

        def start(self, crisis: Crisis) -> None:
            self.postures.append(crisis.actors[2].posture.copy())

        def day_end(self, crisis: Crisis) -> None:
            self.postures.append(crisis.actors[2].posture.copy())
            self.rolls.append(crisis._rolls["launch"].on(crisis.day).copy())
            self.noise.append(np.stack([actor._wavering.on(crisis.day) for actor in crisis.actors]))

    def watched(one: Scenario) -> Watch:
        watch = Watch()
        crisis = Crisis(Setting(one, draw_inputs(inputs_of(one), 3, 0, BLOCK_RUNS, 2), Dice(3, 0)))
        crisis.play(watch)
        crisis.close()
        return watch

    free, still = watched(scenario), watched(held(scenario, "shield"))
    assert not np.array_equal(free.postures[0], free.postures[-1])
    assert all(np.array_equal(still.postures[0], posture) for posture in still.postures)
    assert np.array_equal(free.postures[0], still.postures[0])
    for name in ("rolls", "noise"):
        assert all(np.array_equal(a, b) for a, b in zip(getattr(free, name), getattr(still, name), strict=True))


def test_not_held_is_the_same_scenario_as_nothing_said(tmp_path: Path) -> None:
    silent, free, still = (
        worlds.load(tmp_path, **changes)
        for changes in ({}, {"actors__shield__held": False}, {"actors__shield__held": True})
    )
    assert silent.hash == free.hash
    assert still.hash not in (silent.hash, held(silent, "town").hash)
    assert still.hash == held(silent, "shield").hash
