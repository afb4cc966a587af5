"""Each lever moves the probability of an offensive the right way, in any scenario with one patron and one guarantor.

Both worlds of a comparison share all random numbers. A lever fails where the paired difference goes the wrong way by
more than 4.8 standard errors: by chance once in 1.2 million comparisons, of which the full suite makes 1,600.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from sim.estimates import Estimate
from sim.forecast.forecast import Forecast
from tests import sizes, worlds

EXAMPLES = 200 if sizes.full else 8
PRESS = {"intensity": 0.8, "start": 1}
PLAYED: dict[str, Forecast] = {}
"""Forecasts by what was played: Hypothesis draws the same worlds for every lever."""

Change = tuple[str, Any]


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, 3))


SCENARIOS = st.fixed_dictionaries({
    "actors.attacker.stance": st.builds(lambda m, s: {"normal": [m, s]}, number(-0.2, 0.9), number(0.05, 0.4)),
    "actors.attacker.resolve": number(0, 1),
    "actors.attacker.self_reliance": number(0, 0.5),
    "actors.attacker.momentum": number(0, 1),
    "actors.backer.stance": st.builds(lambda m, s: {"normal": [m, s]}, number(-0.6, 0.6), number(0.05, 0.4)),
    "actors.backer.resolve": number(0, 0.9),
    "actors.backer.salience": number(0.3, 1),
    "actors.backer.exposure": number(0, 1),
    "actors.shield.stance": st.builds(lambda m, s: {"normal": [m, s]}, number(-0.8, 0), number(0.05, 0.3)),
    "actors.shield.resolve": number(0, 0.9),
    "actors.shield.strength": number(0.2, 1.0),
    "actors.shield.air_denial": number(0, 0.5),
    "actors.town.strength": number(0.1, 0.8),
    "actors.town.militancy": number(0, 0.8),
    "credibility": number(0, 1),
    "ties.backer.attacker": number(0, 0.8),
    "ties.backer.shield": number(0.1, 0.6),
    "ties.shield.backer": number(0.1, 0.6),
    "ties.envoy.backer": number(0.1, 0.6),
    "ties.envoy.shield": number(0, 0.4),
    "start.phase": st.sampled_from(["standoff", "standoff", "agreement"]),
})  # fmt: skip

RAISING: dict[str, Change] = {
    "a more eager initiator": ("actors.attacker.stance", 0.3),
    "a more willing patron": ("actors.backer.stance", 0.3),
    "a weaker guarantor": ("actors.shield.strength", -0.2),
    "persuading the guarantor to stand aside": (
        "pressures.p",
        {**PRESS, "from": "backer", "on": "shield", "aim": "encourage"},
    ),
}
LOWERING: dict[str, Change] = {
    "persuading the patron to hold back": (
        "pressures.p",
        {**PRESS, "from": "envoy", "on": "backer", "aim": "restrain"},
    ),
    "a conditional offer to the patron": (
        "pressures.p",
        {**PRESS, "from": "envoy", "on": "backer", "aim": "restrain", "channel": "conditional"},
    ),
    "more air denial": ("actors.shield.air_denial", 0.4),
    "a firmer guarantor": ("actors.shield.stance", -0.2),
}


def changed(scenario: dict[str, Any], path: str, by: Any) -> dict[str, Any]:
    """Shift a number or the mean of a prior; set anything else."""
    value = copy.deepcopy(scenario)
    *parents, last = path.split(".")
    node = worlds.node_at(value, parents)
    old = node.get(last)
    if isinstance(old, dict) and "normal" in old:
        node[last] = {"normal": [round(min(max(old["normal"][0] + by, -1), 1), 3), old["normal"][1]]}
    elif isinstance(old, float):
        node[last] = round(old + by, 3)
    else:
        node[last] = by
    return value


def shift(folder: Path, world: dict[str, Any], path: str, by: Any) -> Estimate:
    """Paired change of the probability of an offensive that a lever makes."""
    base = worlds.crisis()
    for key, value in world.items():
        *parents, last = key.split(".")
        worlds.node_at(base, parents)[last] = value
    return play(folder, base).difference(play(folder, changed(base, path, by)), "offensive")


def play(folder: Path, world: dict[str, Any]) -> Forecast:
    key = json.dumps(world)
    if key not in PLAYED:
        PLAYED[key] = sim.run(sim.load(worlds.write(folder, world)), runs=4096, seed=17)
    return PLAYED[key]


relaxed = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
@pytest.mark.parametrize("lever", RAISING)
@given(world=SCENARIOS)
@relaxed
def test_never_lowers_the_probability(tmp_path: Path, lever: str, world: dict[str, Any]) -> None:
    change = shift(tmp_path, world, *RAISING[lever])
    assert change.p > -4.8 * change.se - 1e-9, change


@pytest.mark.slow
@pytest.mark.parametrize("lever", LOWERING)
@given(world=SCENARIOS)
@relaxed
def test_never_raises_the_probability(tmp_path: Path, lever: str, world: dict[str, Any]) -> None:
    change = shift(tmp_path, world, *LOWERING[lever])
    assert change.p < 4.8 * change.se + 1e-9, change


@pytest.mark.slow
def test_every_lever_moves_the_small_crisis(tmp_path: Path) -> None:
    """Right way and far beyond noise: a lever that does nothing would pass the tests above."""
    for levers, sign in ((RAISING, 1), (LOWERING, -1)):
        for name, (path, by) in levers.items():
            change = shift(tmp_path, {}, path, by)
            assert sign * change.p > 4.8 * change.se, (name, change)
