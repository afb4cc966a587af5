"""A stack plays several scenarios in one array, and gives each what it gives alone."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.distributions import Distribution, Fixed, Normal
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.kept_dice import KeptDice
from sim.model.setting import Dice, Setting
from sim.model.stack import Stack, structure
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask, run_part
from sim.scenario.scenario import Scenario
from tests.explorer import world

PART = slice(1024, 2048)


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
    tasks = [BlockTask(one, 3, 0, 2) for one in scenarios]
    return run_part(tasks, PART, KeptDice(3, 0, BLOCK_RUNS, PART, scenarios[0].horizon))


def test_each_of_a_stack_has_the_runs_it_has_alone(scenario: Scenario) -> None:
    """But for the last digit: of the 5,120 runs here none may come out otherwise."""
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
        assert np.array_equal(stacked.records, one.records)
        for name, counts in one.tally.counts.items():
            moved = np.abs(np.asarray(stacked.tally[name], dtype=float) - counts).sum()
            assert moved <= 1e-3 * np.sum(counts), name  # a stance on the edge of a bin


def test_what_is_first_believed_of_an_actor_is_its_own_scenarios(scenario: Scenario) -> None:
    scenarios = [scenario, with_stance(scenario, Fixed(-0.7)), with_stance(scenario, Normal(0.5, 0.1))]
    draws = [draw_inputs(inputs_of(one), 1, 0, BLOCK_RUNS, 2).part(slice(0, 4)) for one in scenarios]
    stack = Stack.of(scenarios, draws, Dice(1, 0))
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
