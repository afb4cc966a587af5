"""Feeds the plain model with the very draws of the package: one run's inputs and dice out of a block."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.chance import Dice, Stream
from sim.model.inputs import Draws, draw_inputs, inputs_of
from sim.model.numbers import uniform
from sim.model.theatre import EVENTS
from sim.rng import normal_quantiles
from sim.runs.block.blocks import BLOCK_RUNS
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Patron

PRESSURE_FIELDS = ("intensity", "start", "delay", "end", "ramp", "half_life")
EVENT_FIELDS = ("add", "date", "from", "until", "probability")
ACTOR_FIELDS = {
    "initiator": ("self_reliance", "momentum", "disposition"),
    "patron": ("share", "exposure"),
    "guarantor": ("air_denial",),
    "defender": ("militancy",),
    "mediator": ("attention",),
}
SHARED_FIELDS = ("resolve", "salience", "ambiguity", "strength", "posture")


class FedWorlds:
    """The worlds of the first runs of block 0 of a scenario, whole draws of them."""

    def __init__(self, scenario: Scenario, seed: int, runs: int, replicates: int = 2) -> None:
        self.scenario = scenario
        self.draws: Draws = draw_inputs(inputs_of(scenario), seed, 0, BLOCK_RUNS, replicates).part(slice(0, runs))

    def value(self, path: str, run: int) -> float | None:
        """Return one input of one run."""
        value = self.draws.values.get(path)
        return None if value is None else float(np.broadcast_to(value, self.draws.runs)[run])

    def world(self, run: int) -> dict[str, Any]:
        """Return one run's numbers in the form the plain model takes."""
        scenario, document = self.scenario, self.scenario.document
        names = type(scenario.parameters).model_fields
        return {
            "horizon": scenario.horizon,
            "population": self.value("population", run),
            "credibility": self.value("credibility", run),
            "phase": document.start.phase,
            "strikes": document.strikes,
            "terms": document.terms,
            "bargaining": document.bargaining.model_dump(),
            "parameters": {name: self._parameter(name, run) for name in names},
            "actors": [self._actor(name, run) for name in scenario.actors],
            "ties": self._ties(lambda path, _: self.value(path, run)),
            "ties_median": self._ties(lambda _, prior: prior.median),
            "pressures": [self._pressure(name, run) for name in scenario.pressures],
            "talks": [self._talks(name, run) for name in scenario.talks],
            "events": [
                event_words(scenario, name) | {key: self.value(f"events.{name}.{key}", run) for key in EVENT_FIELDS}
                for name in scenario.events
            ],
        }

    def _parameter(self, name: str, run: int) -> float | None:
        """Return a structural parameter; where it goes by sample, that of the run's sample."""
        plain = self.value(f"parameters.{name}", run)
        if plain is not None:
            return plain
        sample = "threats" if self.value("sample", run) else "crises"
        return self.value(f"parameters.{name}_{sample}", run)

    def _actor(self, name: str, run: int) -> dict[str, Any]:
        actor = self.scenario.actors[name]
        path = f"actors.{name}."
        numbers = {key: self.value(path + key, run) for key in (*SHARED_FIELDS, *ACTOR_FIELDS[actor.role])}
        return {
            "id": name,
            "role": actor.role,
            "mean": actor.stance.mean,
            "sd": actor.stance.sd,
            "conviction": self.value(path + "stance", run),
            "frailty_normal": self.value(path + "frailty", run),
            "strength_median": actor.strength.median,
            "share_median": actor.share.median if isinstance(actor, Patron) else None,
            **numbers,
        }

    def _ties(self, read: Any) -> dict[str, dict[str, float]]:
        ties = self.scenario.document.ties
        return {s: {t: read(f"ties.{s}.{t}", prior) for t, prior in targets.items()} for s, targets in ties.items()}

    def _pressure(self, name: str, run: int) -> dict[str, Any]:
        pressure = self.scenario.pressures[name]
        numbers = {key: self.value(f"pressures.{name}.{key}", run) for key in PRESSURE_FIELDS}
        words = {"source": pressure.source, "target": pressure.target, "aim": pressure.aim, "channel": pressure.channel}
        return words | {"after": pressure.after} | numbers

    def _talks(self, name: str, run: int) -> dict[str, float]:
        start, end, boost = (self.value(f"talks.{name}.{key}", run) for key in ("start", "end", "boost"))
        assert start is not None
        assert boost is not None
        return {"start": start, "end": start + 1 if end is None else end, "boost": boost}


def event_words(scenario: Scenario, name: str) -> dict[str, Any]:
    """Return what is no number of an event, in the plain model's words."""
    event = scenario.events[name]
    on = {"target": event.target} if isinstance(event.target, str) else event.target.model_dump()
    return {"id": name, "field": event.field, "if": event.condition, **on}


class FedDice:
    """The dice of a block of so many runs, drawn as the package draws them."""

    def __init__(self, scenario: Scenario, seed: int, runs: int) -> None:
        dice, horizon = Dice(seed, 0), scenario.horizon
        self._normals = {
            (name, purpose): _normals(dice.stream(f"actors.{name}", purpose), horizon, runs)
            for name in scenario.actors
            for purpose in ("signal", "deliberation")
        }
        self._once = {
            (name, purpose): _uniforms(dice.stream(f"events.{name}", purpose), 1, runs)[0]
            for name in scenario.events
            for purpose in ("happens", "day")
        }
        self._uniforms = {event: _uniforms(dice.stream("theatre", event), horizon, runs) for event in EVENTS}

    def of(self, run: int) -> RunDice:
        """Return the dice of one run."""
        return RunDice(self, run)


class RunDice:
    """The dice of one run, as the plain model asks for them."""

    def __init__(self, dice: FedDice, run: int) -> None:
        self._dice, self._run = dice, run

    def signal(self, actor: str, day: int) -> float:
        """Noise of a signal."""
        return float(self._dice._normals[actor, "signal"][day, self._run])

    def deliberation(self, actor: str, day: int) -> float:
        """Noise of a stance."""
        return float(self._dice._normals[actor, "deliberation"][day, self._run])

    def uniform(self, event: str, day: int) -> float:
        """Die of an event."""
        return float(self._dice._uniforms[event][day, self._run])

    def once(self, event: str, purpose: str) -> float:
        """Die of a dated event."""
        return float(self._dice._once[event, purpose][self._run])


def _normals(stream: Stream, horizon: int, runs: int) -> np.ndarray:
    bits = np.empty((horizon, runs), dtype=np.uint16)
    stream.fill(bits)
    return normal_quantiles()[bits]


def _uniforms(stream: Stream, horizon: int, runs: int) -> np.ndarray:
    bits = np.empty((horizon, runs), dtype=np.uint32)
    stream.fill(bits)
    return uniform(bits)
