"""Docking (Axtell et al. 1996): the package against a plain model written from the equations alone.

Fed the same draws, both must give the same histories, and every day the same phase, stances and postures. Fed its own
draws, the plain model must give the same probabilities.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.chance import Dice
from sim.model.crisis import Crisis
from sim.model.setting import Setting
from sim.model.theatre import Theatre
from sim.runs.block.blocks import BLOCK_RUNS
from sim.scenario.scenario import Scenario
from tests import sizes
from tests.docking.fed import EVENT_FIELDS, PRESSURE_FIELDS, FedDice, FedWorlds, event_words
from tests.docking.plain import OwnChance, PlainCrisis, draw_world

HERE = Path(__file__).parent / "scenarios"
IDLIB = Path(__file__).parents[2] / "scenarios" / "idlib-2018"
MADE = [HERE / f"{name}.yaml" for name in ("alone", "twofold", "truce", "eventful")]
SCENARIOS = [IDLIB / "baseline.yaml", IDLIB / "german-offer.yaml", *MADE]
RUNS = 200 if sizes.full else 64
FEW = 8
ROUNDING = 1e-5
"""How far stances and postures may differ, float32 against float64. Seen: 4e-7 (each test prints its largest)."""


class DayEnds:
    """Phase, stances and postures at the end of each day."""

    def __init__(self) -> None:
        self.phase: list[np.ndarray] = []
        self.stance: list[np.ndarray] = []
        self.posture: list[np.ndarray] = []

    def start(self, crisis: Crisis) -> None:
        """The comparison begins with the end of day 0."""

    def day_end(self, crisis: Crisis) -> None:
        theatre = crisis.theatre
        over = np.where(theatre.yielded, "terms", "offensive")
        self.phase.append(np.where(theatre.ended, over, np.where(theatre.agreement, "agreement", "standoff")))
        self.stance.append(np.stack([actor.stance for actor in crisis.actors]))
        self.posture.append(np.stack([actor.posture for actor in crisis.actors]))


def play(scenario: Scenario, worlds: FedWorlds, seed: int) -> tuple[Theatre, DayEnds]:
    days = DayEnds()
    return Crisis(Setting(scenario, worlds.draws, Dice(seed, 0))).play(days), days


def outcome(theatre: Theatre, run: int, horizon: int) -> dict[str, object]:
    """One run of a block in the plain model's words."""

    def day(first: np.ndarray) -> int | None:
        return None if first[run] == horizon else int(first[run])

    ended, full = bool(theatre.ended[run]), bool(theatre.full[run])
    over = "terms" if theatre.yielded[run] else ("full" if full else "limited")
    end = over if ended else ("agreement" if theatre.agreement[run] else "standoff")
    return {
        "strike": day(theatre.first_strike),
        "agreement": day(theatre.first_agreement),
        "offensive": day(theatre.offensive),
        "terms": day(theatre.terms),
        "full": full,
        "under_agreement": bool(theatre.broke_agreement[run]),
        "breakdowns": int(theatre.breakdowns[run]),
        "end": end,
        "came": {name: int(days[run]) for name, days in theatre.firsts.items() if days[run] < horizon},
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_same_draws_give_the_same_histories(path: Path) -> None:
    dock(sim.load(path), RUNS)


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_a_few_runs_have_the_same_histories(path: Path) -> None:
    """The quick part of the above, so that no fault of the model waits for the slow tests."""
    dock(sim.load(path), FEW)


def dock(scenario: Scenario, runs: int) -> None:
    """Play some runs with both models and hold them to the same histories, day by day."""
    seed = 20180819
    worlds, dice = FedWorlds(scenario, seed, runs), FedDice(scenario, seed, runs)
    theatre, days = play(scenario, worlds, seed)
    parted = []
    events, apart = 0, 0.0
    for run in range(runs):
        plain = PlainCrisis(worlds.world(run), dice.of(run), trace=True).play()
        trace = plain.pop("trace")
        ours = outcome(theatre, run, scenario.horizon)
        events += sum(plain[key] is not None for key in ("strike", "agreement", "offensive", "terms"))
        phases = [str(phases[run]) for phases in days.phase[: len(trace)]]
        if plain != ours or [day["phase"] for day in trace] != phases:
            parted.append((run, plain, ours))
        apart = max(apart, *(_apart(day, days, number, run) for number, day in enumerate(trace)))
    print(f"{scenario.id}: {len(parted)} of {runs} runs part; {events} first events; at most {apart:.1e} apart")
    assert events > runs / 4, "a comparison of runs in which nothing happens shows nothing"
    assert not parted
    assert apart < ROUNDING


def _apart(plain: dict[str, dict[str, float]], days: DayEnds, day: int, run: int) -> float:
    """How far the two are apart in any stance or posture at the end of a day."""
    ours = {"stance": days.stance[day][:, run], "posture": days.posture[day][:, run]}
    return max(float(np.abs(np.array(list(plain[key].values())) - ours[key]).max()) for key in ours)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_own_draws_give_the_same_probabilities(path: Path) -> None:
    """At |z| < 4.8 in 20 comparisons a false alarm has a chance below 20 * 1.6e-6, or 1 in 30,000."""
    runs, blocks = (2000, 8) if sizes.full else (120, 1)
    scenario = replace(sim.load(path), posterior=None)  # the plain model draws from priors; fed, it takes both
    forecast = sim.run(scenario, runs=blocks * BLOCK_RUNS, seed=5)
    spec = _spec(scenario)
    rng = np.random.default_rng(7)
    results = [PlainCrisis(draw_world(spec, rng), OwnChance(run)).play() for run in range(runs)]
    for name, key in (
        ("offensive", "offensive"),
        ("agreement", "agreement"),
        ("strikes", "strike"),
        ("terms", "terms"),
    ):
        ours = forecast.probability(name)
        theirs = sum(one[key] is not None for one in results) / runs
        pooled = (ours.p * ours.draws + theirs * runs) / (ours.draws + runs)
        se = math.sqrt(ours.se**2 + pooled * (1 - pooled) / runs)
        assert abs(ours.p - theirs) <= 4.8 * se + 1e-12, (name, ours.p, theirs, se)


def _spec(scenario: Scenario) -> dict[str, object]:
    """The scenario in the plain model's words, priors and all."""
    plain, horizon = scenario.plain(), scenario.horizon
    from sim.model.inputs import inputs_of

    priors = {one.path: one.distribution.to_plain() for one in inputs_of(scenario)}
    actors = []
    for name, actor in plain["actors"].items():
        numbers = {k: v for k, v in actor.items() if k not in ("name", "basis")}
        actors.append({"id": name, **numbers})
    return {
        "horizon": horizon,
        "population": plain.get("population"),
        "credibility": plain["credibility"],
        "phase": plain["start"]["phase"],
        "strikes": plain["strikes"],
        "terms": plain["terms"],
        "bargaining": scenario.document.bargaining.model_dump(),
        "parameters": {name: priors[f"parameters.{name}"] for name in type(scenario.parameters).model_fields},
        "actors": actors,
        "ties": plain["ties"],
        "pressures": [
            {"source": p.source, "target": p.target, "aim": p.aim, "channel": p.channel, "after": p.after}
            | {key: priors.get(f"pressures.{name}.{key}") for key in PRESSURE_FIELDS}
            for name, p in scenario.pressures.items()
        ],
        "talks": [
            {
                "start": priors[f"talks.{name}.start"],
                "end": priors.get(f"talks.{name}.end", _next_day(priors[f"talks.{name}.start"])),
                "boost": priors[f"talks.{name}.boost"],
            }
            for name in scenario.talks
        ],
        "events": [
            event_words(scenario, name) | {key: priors.get(f"events.{name}.{key}") for key in EVENT_FIELDS}
            for name in scenario.events
        ],
    }


def _next_day(start: object) -> float:
    assert isinstance(start, float)
    return start + 1
