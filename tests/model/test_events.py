"""Events and pressures that answer: what they do to the runs they hit, and to no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.forecast.forecast import Forecast
from sim.model.chance import Dice
from sim.model.crisis import Crisis
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.schedule import Answer, Schedule
from sim.model.setting import Setting
from sim.model.theatre import Theatre
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block, run_blocks
from sim.scenario.scenario import Scenario
from tests import worlds

RUNS, SEED = 512, 11
SHIFT = {"on": "attacker", "field": "stance", "add": 0.4, "date": 5}
TIE = {"on": {"from": "shield", "to": "backer"}, "field": "leverage", "add": 0.3, "date": 5}
PRESS = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.9}


APPEALED = {"pressures__appeal": {**PRESS, "start": 3}, "bargaining__counterpart": "shield"}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    """A play of the crisis under an appeal, without an event."""
    return play(world(tmp_path_factory.mktemp("without"), **APPEALED))[0]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Forecast:
    """A forecast of the crisis without an event."""
    return sim.run(world(tmp_path_factory.mktemp("base")), runs=4096, seed=17)


class Days:
    """Stances and postures of all actors at the end of each day, and of the start."""

    def __init__(self) -> None:
        self.stance: list[np.ndarray] = []
        self.posture: list[np.ndarray] = []

    def start(self, crisis: Crisis) -> None:
        self.day_end(crisis)

    def day_end(self, crisis: Crisis) -> None:
        self.stance.append(np.stack([actor.stance for actor in crisis.actors]))
        self.posture.append(np.stack([actor.posture for actor in crisis.actors]))


def play(scenario: Scenario) -> tuple[Theatre, Days]:
    days = Days()
    draws = draw_inputs(inputs_of(scenario), SEED, 0, RUNS, 2)
    return Crisis(Setting(scenario, draws, Dice(SEED, 0))).play(days), days


def firsts(theatre: Theatre) -> Iterator[np.ndarray]:
    yield from (theatre.first_strike, theatre.first_agreement, theatre.offensive, theatre.terms, theatre.breakdowns)


def same(one: Theatre, other: Theatre) -> np.ndarray:
    """Which runs of two plays have the same history."""
    return np.logical_and.reduce([a == b for a, b in zip(firsts(one), firsts(other), strict=True)])


def goes_on(theatre: Theatre, day: int) -> np.ndarray:
    """Which runs have not ended before a day."""
    return (theatre.offensive >= day) & (theatre.terms >= day)


def world(folder: Path, events: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    return worlds.load(folder, **({"events": events} if events else {}), **changes)


@pytest.mark.parametrize("event", [SHIFT, TIE], ids=["actor", "tie"])
def test_an_event_of_probability_0_is_none_bit_for_bit(tmp_path: Path, event: dict[str, Any]) -> None:
    base = run_block(BlockTask(world(tmp_path), SEED, 0, 2))
    never = run_block(BlockTask(world(tmp_path, {"e": {**event, "probability": 0}}), SEED, 0, 2))
    assert never.records.tobytes() == base.records.tobytes()
    for name, counts in base.tally.counts.items():
        assert np.array_equal(never.tally[name], counts), name


def test_a_certain_event_of_a_window_of_one_day_is_a_dated_one(tmp_path: Path) -> None:
    dated, _ = play(world(tmp_path, {"e": SHIFT}))
    window = {key: value for key, value in SHIFT.items() if key != "date"} | {"from": 5, "until": 5, "probability": 1.0}
    drawn, _ = play(world(tmp_path, {"e": window}))
    assert same(dated, drawn).all()


def test_runs_that_an_event_spares_are_as_they_were_to_the_bit(tmp_path: Path) -> None:
    base, before = play(world(tmp_path))
    fields = [("attacker", "stance"), ("attacker", "strength"), ("attacker", "self_reliance"), ("shield", "strength"),
              ("shield", "air_denial"), ("town", "posture"), ("envoy", "salience")]  # fmt: skip
    for on, field in fields:
        event = {"on": on, "field": field, "add": {"uniform": [0.1, 0.9]}, "from": 3, "until": 20, "probability": 0.5}
        theatre, after = play(world(tmp_path, {"e": event}))
        spared = theatre.firsts["e"] == theatre.offensive.max(initial=60)
        assert 0.3 < spared.mean() < 0.8
        assert same(base, theatre)[spared].all(), field
        assert np.array_equal(after.stance[-1][:, spared], before.stance[-1][:, spared]), field
        assert not np.array_equal(after.posture[-1][:, ~spared], before.posture[-1][:, ~spared]), field


def test_an_event_changes_no_draw_of_anything_else(tmp_path: Path) -> None:
    plain, eventful = world(tmp_path), world(tmp_path, {"e": {**SHIFT, "add": {"normal": [0.3, 0.1]}}})
    one, other = (draw_inputs(inputs_of(scenario), SEED, 0, RUNS, 2) for scenario in (plain, eventful))
    assert other.values.keys() - one.values.keys() == {"events.e.add", "events.e.date", "events.e.probability"}
    assert all(np.array_equal(other.values[path], value) for path, value in one.values.items())


@pytest.mark.parametrize(
    ("on", "field", "by", "path", "value"),
    [
        ("attacker", "strength", -0.5, "actors.attacker.strength", 0.5),
        ("attacker", "self_reliance", 0.6, "actors.attacker.self_reliance", 0.7),
        ("attacker", "posture", 0.5, "actors.attacker.posture", 0.9),
        ("shield", "strength", 0.5, "actors.shield.strength", 0.9),
        ("shield", "air_denial", 0.5, "actors.shield.air_denial", 0.8),
        ("town", "strength", 0.25, "actors.town.strength", 0.55),
        ("town", "posture", 5, "actors.town.posture", 1.0),
        ("backer", "salience", -5, "actors.backer.salience", 0.0),
        ({"from": "shield", "to": "backer"}, "leverage", 0.5, "ties.shield.backer", 0.9),
        ({"from": "shield", "to": "town"}, "leverage", -0.5, "ties.shield.town", 0.0),
        ({"from": "envoy", "to": "backer"}, "leverage", 9, "ties.envoy.backer", 1.0),
        ({"from": "backer", "to": "shield"}, "leverage", 0.3, "ties.backer.shield", 0.7),
    ],
)
def test_an_event_of_day_0_is_the_number_written_so(
    tmp_path: Path, without: Theatre, on: Any, field: str, by: float, path: str, value: float
) -> None:
    """Sums beyond the range of a number are the end of the range. A pressure runs over the tie to the patron."""
    theatre, days = play(world(tmp_path, {"e": {"on": on, "field": field, "add": by, "date": 0}}, **APPEALED))
    written, expected = play(world(tmp_path, **APPEALED, **{path.replace(".", "__"): value}))
    assert same(theatre, written).all()
    assert np.abs(days.stance[-1] - expected.stance[-1]).max() < 1e-5
    assert np.abs(days.posture[-1] - expected.posture[-1]).max() < 1e-5
    assert not same(theatre, without).all()


def test_a_shifted_stance_moves_with_its_conviction_and_stays_in_its_range(tmp_path: Path) -> None:
    _, before = play(world(tmp_path))
    theatre, after = play(world(tmp_path, {"e": {"on": "shield", "field": "stance", "add": 0.4, "date": 5}}))
    going = goes_on(theatre, 5)
    assert np.array_equal(after.stance[5][2], before.stance[5][2])  # the end of day 4
    assert np.allclose((after.stance[6] - before.stance[6])[2, going], 0.4, atol=0.01)
    assert (after.stance[-1] - before.stance[-1])[2, going].mean() > 0.25  # it does not go back
    _, high = play(world(tmp_path, {"e": {"on": "shield", "field": "stance", "add": 9, "date": 5}}))
    assert high.stance[6].max() <= 1


def test_the_day_is_drawn_evenly_and_its_probability_kept(tmp_path: Path) -> None:
    event = {"on": "town", "field": "posture", "add": 0.0, "from": 2, "until": 6, "probability": 0.5}
    scenario = world(tmp_path, {"e": event}, actors__attacker__stance=-1.0, terms="off")
    draws = draw_inputs(inputs_of(scenario), SEED, 0, BLOCK_RUNS, 2)
    days = Crisis(Setting(scenario, draws, Dice(SEED, 0))).play(days=10).firsts["e"]
    came = days[days < scenario.horizon]
    assert abs(len(came) / BLOCK_RUNS - 0.5) < 4.8 * np.sqrt(0.25 / BLOCK_RUNS)
    counts = np.bincount(came, minlength=8)
    assert counts[[0, 1, 7]].tolist() == [0, 0, 0]
    assert np.abs(counts[2:7] / len(came) - 0.2).max() < 4.8 * np.sqrt(0.16 / len(came))


def test_an_event_drawn_for_a_day_after_the_window_does_nothing(tmp_path: Path) -> None:
    base, _ = play(world(tmp_path))
    window = {key: value for key, value in SHIFT.items() if key != "date"} | {"from": 20, "until": 1000}
    late, _ = play(world(tmp_path, {"e": window}))
    spared = late.firsts["e"] == 60
    assert spared.mean() > 0.8
    assert same(base, late)[spared].all()


@pytest.mark.parametrize("condition", ["strikes", "agreement", "breakdown", "other"])
def test_a_condition_is_looked_at_on_the_day_of_the_event(tmp_path: Path, condition: str) -> None:
    """What comes on that day or later is too late; `no` takes the other runs. Runs that have ended have no events."""
    other = {"on": "town", "field": "posture", "add": 0.1, "from": 1, "until": 30}
    event = {"on": "town", "field": "posture", "add": 0.0, "date": 15}
    more = {"parameters__agreement_rate": 1.5, "parameters__break_rate": 0.5}
    for words, negated in ((condition, False), (f"no {condition}", True)):
        theatre, _ = play(world(tmp_path, {"other": other, "e": {**event, "if": words}}, **more))
        came = theatre.firsts[condition] < 15
        going = goes_on(theatre, 15)
        assert 0 < np.count_nonzero(came & going) < np.count_nonzero(going)
        assert np.array_equal(theatre.firsts["e"] == 15, going & (came != negated))


# -- pressures that answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["persuasion", "conditional"])
@pytest.mark.parametrize("shape", [{}, {"ramp": 4, "half_life": 10}, {"end": 20}])
def test_an_answer_to_a_dated_event_is_a_pressure_of_that_date(
    tmp_path: Path, channel: str, shape: dict[str, Any]
) -> None:
    event = {"e": {"on": "town", "field": "posture", "add": 0.0, "date": 5}}
    pressure = {**PRESS, "channel": channel, **shape}
    answer, days = play(world(tmp_path, event, pressures__p={**pressure, "after": "e", "delay": "3 days"}))
    dated, expected = play(world(tmp_path, pressures__p={**pressure, "start": 8}))
    assert same(answer, dated).all()
    going = goes_on(answer, 5)
    assert np.abs(days.stance[-1] - expected.stance[-1])[:, going].max() < 1e-6
    assert not same(answer, play(world(tmp_path))[0]).all()


def test_an_answer_leaves_runs_in_which_nothing_came_as_they_were(tmp_path: Path) -> None:
    base, before = play(world(tmp_path))
    answer, after = play(world(tmp_path, pressures__p={**PRESS, "after": "strikes", "delay": 2}))
    quiet = answer.first_strike == 60
    assert 0.02 < quiet.mean() < 0.9
    assert same(base, answer)[quiet].all()
    assert np.array_equal(after.stance[-1][:, quiet], before.stance[-1][:, quiet])
    loud = int(np.flatnonzero(answer.first_strike < 30)[0])
    day = int(answer.first_strike[loud]) + 2  # the first day on which it is in force
    assert after.stance[day][1, loud] == before.stance[day][1, loud]
    assert after.stance[day + 1][1, loud] < before.stance[day + 1][1, loud]


def test_an_answer_of_numbers_is_the_formula_of_arrays() -> None:
    first = {"e": np.array([0, 3, 10, 40], dtype=np.int16)}
    plain = Answer(first, "e", Schedule(2.5, 30.0, 7.0, 20.0), 40)
    arrays = Answer(first, "e", Schedule(np.full(4, 2.5), np.full(4, 30.0), np.full(4, 7.0), np.full(4, 20.0)), 40)
    for day in range(40):
        assert np.allclose(np.broadcast_to(plain.on(day), 4), arrays.on(day), atol=1e-7)
    assert arrays.on(3)[0] == pytest.approx((0.5 + 1) / 7 * 2 ** (-0.5 / 20))
    assert arrays.on(39).tolist() == [0, 0, 0, 0]
    assert np.all(np.asarray(arrays.on(29))[:3] > 0)
    assert np.asarray(arrays.on(29))[3] == 0


# -- directions and parts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "sign"),
    [
        ({"on": "attacker", "field": "stance", "add": 0.3}, 1),
        ({"on": "attacker", "field": "strength", "add": 0.5}, 1),
        ({"on": "backer", "field": "posture", "add": 1}, 1),
        ({"on": "backer", "field": "stance", "add": 0.4}, 1),
        ({"on": "shield", "field": "stance", "add": -0.4}, -1),
        ({"on": "shield", "field": "strength", "add": 0.6}, -1),
        ({"on": "shield", "field": "air_denial", "add": 0.6}, -1),
        ({"on": {"from": "shield", "to": "backer"}, "field": "leverage", "add": 0.6}, -1),
    ],
)
def test_an_event_moves_the_probability_the_right_way(
    tmp_path: Path, base: Forecast, event: dict[str, Any], sign: int
) -> None:
    change = base.difference(sim.run(world(tmp_path, {"e": {**event, "date": 5}}), runs=4096, seed=17), "offensive")
    assert sign * change.p > 4.8 * change.se, change


def test_a_threat_carried_out_when_bombing_starts_lowers_the_probability_less_than_one_now(
    tmp_path: Path, base: Forecast
) -> None:
    sanction = {**PRESS, "channel": "conditional"}
    answer = sim.run(world(tmp_path, pressures__p={**sanction, "after": "strikes", "delay": 3}), runs=4096, seed=17)
    now = sim.run(world(tmp_path, pressures__p={**sanction, "start": 0}), runs=4096, seed=17)
    first, second = base.difference(answer, "offensive"), answer.difference(now, "offensive")
    assert first.p < -4.8 * first.se
    assert second.p < 0


def test_the_first_runs_of_a_block_and_a_stack_have_the_runs_of_the_block(tmp_path: Path) -> None:
    event = {"on": "attacker", "field": "stance", "add": 0.3, "from": 3, "until": 20, "probability": 0.6}
    scenarios = [
        world(tmp_path, {"e": {**event, "probability": p}, "t": {**TIE, "if": "strikes"}},
              pressures__p={**PRESS, "after": "strikes"})
        for p in (0.6, 0.2)
    ]  # fmt: skip
    stacked = run_blocks([BlockTask(one, SEED, 0, 2, 1024) for one in scenarios])
    for scenario, piece in zip(scenarios, stacked, strict=True):
        assert np.array_equal(piece.records, run_block(BlockTask(scenario, SEED, 0, 2)).records[:1024])


Told = dict[str, list[float]]


class Thrown:
    """Dice that fall as they are told, by purpose; also the stream of one purpose."""

    def __init__(self, numbers: Told, purpose: str = "") -> None:
        self.numbers, self.purpose = numbers, purpose

    def stream(self, owner: str, purpose: str) -> Thrown:
        return Thrown(self.numbers, purpose)

    def fill(self, out: np.ndarray) -> None:
        out[:] = np.array(self.numbers[self.purpose]) * 2.0**32


@pytest.mark.parametrize(
    ("event", "values", "thrown", "days"),
    [
        ({"date": 5}, {"date": [-2.5, 0, 2.5, 59, 59.5, 80]}, {}, [0, 0, 3, 59, 60, 60]),
        ({"date": 5, "probability": 0.5}, {}, {"happens": [0, 0.49, 0.5, 0.51, 0.9, 0.1]}, [5, 5, 60, 60, 60, 5]),
        ({"date": 5, "probability": 0.0}, {}, {"happens": [0, 0, 0.5, 0.9, 0.9, 0.1]}, [60] * 6),
        ({"from": 10, "until": 12}, {}, {"day": [0, 0.33, 0.34, 0.66, 0.67, 0.99]}, [10, 10, 11, 11, 12, 12]),
        ({"from": 10, "until": 12}, {"until": [9, 8, 10, 11, 30, 99]}, {"day": [0.9] * 6}, [10, 10, 10, 11, 28, 60]),
    ],
)
def test_the_day_of_an_event_is_the_one_thrown(
    tmp_path: Path,
    event: dict[str, Any],
    values: dict[str, list[float]],
    thrown: dict[str, list[float]],
    days: list[int],
) -> None:
    scenario = world(tmp_path, {"surge": {"on": "town", "field": "posture", "add": 0.1, **event}})
    draws = draw_inputs(inputs_of(scenario), 1, 0, 6, 1)
    own = {f"events.surge.{key}": np.array(column, dtype=np.float32) for key, column in values.items()}
    setting = Setting(scenario, replace(draws, values={**draws.values, **own}), Thrown(thrown))
    found = setting.event_days("surge")
    assert (found.tolist(), found.dtype) == (days, np.int16)
