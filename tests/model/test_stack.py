"""A stack plays several scenarios in one array, and gives each what it gives alone."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.distributions import Distribution, Fixed, Normal
from sim.model.chance import Dice
from sim.model.inputs import draw_inputs, inputs_of, is_key
from sim.model.setting import Setting
from sim.model.stack import Member, Stack, structure
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask, run_block, run_blocks
from sim.runs.block.conditions import EventBy
from sim.scenario.scenario import Scenario
from tests.explorer import world
from tests.places import ROOT

RUNS = 1024


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return sim.load(world.write(tmp_path_factory.mktemp("stack")))


def changed(scenario: Scenario, **parts: object) -> Scenario:
    return replace(scenario, document=scenario.document.model_copy(update=parts))


def with_stance(scenario: Scenario, stance: Distribution) -> Scenario:
    backer = scenario.document.actors["backer"].model_copy(update={"stance": stance})
    return changed(scenario, actors={**scenario.document.actors, "backer": backer})


def with_appeal(scenario: Scenario, intensity: float, start: float) -> Scenario:
    appeal = scenario.document.pressures["appeal"].model_copy(
        update={"intensity": Fixed(intensity), "start": Fixed(start)}
    )
    return changed(scenario, pressures={**scenario.document.pressures, "appeal": appeal})


def played(scenarios: list[Scenario]) -> list[BlockResult]:
    return run_blocks([BlockTask(one, 3, 0, 2, RUNS) for one in scenarios])


def test_each_of_a_stack_has_the_runs_it_has_alone(scenario: Scenario) -> None:
    ties = scenario.document.ties
    looser = changed(scenario, ties={**ties, "envoy": {**ties["envoy"], "backer": Fixed(0.0)}})
    scenarios = [
        scenario,
        with_stance(scenario, Fixed(-0.7)),
        with_stance(scenario, Normal(0.5, 0.1)),
        with_appeal(scenario, 0.9, -3.0),
        looser,
    ]
    alone = [played([one])[0] for one in scenarios]
    assert len({one.records.tobytes() for one in alone}) == len(scenarios)
    for stacked, one in zip(played(scenarios), alone, strict=True):
        assert_same(stacked, one)


def assert_same(result: BlockResult, other: BlockResult) -> None:
    """To the byte: counts, records, paths."""
    assert result.records.tobytes() == other.records.tobytes()
    assert {n: c.tobytes() for n, c in result.tally.counts.items()} == {
        n: c.tobytes() for n, c in other.tally.counts.items()
    }
    paths = [None if one.paths is None else one.paths.stance.tobytes() for one in (result, other)]
    assert paths[0] == paths[1]


def test_blocks_played_together_are_those_played_alone(scenario: Scenario) -> None:
    """Whole blocks and first runs of some, of several blocks and scenarios, one given what happens, one a design."""
    other = with_stance(scenario, Normal(0.2, 0.3))
    design = np.random.default_rng(1).random(BLOCK_RUNS)
    tasks = [
        BlockTask(scenario, 3, 0, 2, sampled=6),
        BlockTask(other, 3, 1, 4, runs=328),
        BlockTask(scenario, 3, 1, 2),
        BlockTask(other, 3, 0, 2, runs=102, given=(EventBy("strikes", 14),)),
        BlockTask(scenario, 4, 1, 2, runs=510, sampled=4),
        BlockTask(other, 3, 2, 1, quantiles={"actors.backer.stance": design}),
    ]
    together = run_blocks(tasks)
    assert [len(one.records) for one in together] == [task.runs for task in tasks]
    for task, result in zip(tasks, together, strict=True):
        assert_same(result, run_block(task))


def perturbed(scenario: Scenario, seed: int) -> Scenario:
    """Return a scenario in which half of the inputs are other numbers."""
    random = np.random.default_rng(seed)
    values = {}
    for one in inputs_of(scenario):
        if is_key(one.path) and random.random() < 0.5 and np.isfinite([one.low, one.high]).all():
            mean = one.distribution.mean
            values[one.path] = float(np.clip(mean * random.uniform(0.6, 1.4), one.low, one.high))
    return scenario.with_(values)


@pytest.mark.parametrize("source", ["scenarios/idlib-2018/baseline.yaml", "scenarios/ukraine-2022/baseline.yaml"])
def test_whatever_number_differs_a_run_of_a_stack_is_that_of_its_scenario(source: str) -> None:
    base = sim.load(ROOT / source)
    tasks = [BlockTask(base, 5, 0, 2, 100), *(BlockTask(perturbed(base, n), 5, 0, 2, 100) for n in range(4))]
    assert len({structure(task.scenario) for task in tasks}) == 1
    for task, result in zip(tasks, run_blocks(tasks), strict=True):
        assert_same(result, run_block(task))


def test_what_is_first_believed_of_an_actor_is_its_own_scenarios(scenario: Scenario) -> None:
    scenarios = [scenario, with_stance(scenario, Fixed(-0.7)), with_stance(scenario, Normal(0.5, 0.1))]
    draws = [draw_inputs(inputs_of(one), 1, 0, BLOCK_RUNS, 2).part(slice(0, 4)) for one in scenarios]
    members = [Member(one, draw, Dice(1, 0)) for one, draw in zip(scenarios, draws, strict=True)]
    stack = Stack.of(members)
    mean, sd = stack.first_belief("backer")
    for place, (one, draw) in enumerate(zip(scenarios, draws, strict=True)):
        own = Setting(one, draw, Dice(1, 0)).first_belief("backer")
        assert np.allclose([mean[4 * place], sd[4 * place]], own)
    assert stack.first_belief("attacker") == Setting(scenario, draws[0], Dice(1, 0)).first_belief("attacker")


@pytest.mark.parametrize("part", ["question", "start", "pressures", "talks", "actors"])
def test_what_differs_in_more_than_numbers_is_not_stacked(scenario: Scenario, part: str) -> None:
    document = scenario.document
    attacker = document.actors["attacker"]
    others = {
        "question": document.question.model_copy(update={"horizon": 20}),
        "start": document.start.model_copy(update={"phase": "agreement"}),
        "pressures": {
            **document.pressures,
            "appeal": document.pressures["appeal"].model_copy(update={"aim": "encourage"}),
        },
        "talks": {},
        "actors": {**document.actors, "attacker": attacker.model_copy(update={"held": True})},
    }
    other = changed(scenario, **{part: others[part]})
    assert structure(other) != structure(scenario)
    with pytest.raises(ValueError, match="differ in numbers only"):
        played([scenario, other])
