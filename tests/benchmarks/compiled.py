"""The crisis model by hand in C++, to measure the block against: written out, compiled and run.

`compiled.cpp` plays one run after another. It reads a cast: what a scenario says, in numbers, each uncertain one as its
values at equal steps of its quantile. Scenarios with events, or with pressures and talks whose days are uncertain, are
left to the block.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.chance import Dice
from sim.model.inputs import Draws, Input, PosteriorColumn, inputs_of
from sim.model.schedule import Planned, Schedule
from sim.model.setting import SCHEDULE_FIELDS, Setting
from sim.scenario.scenario import Scenario

SOURCE = Path(__file__).with_name("compiled.cpp")
FLAGS = ("-std=c++17", "-O3", "-fno-tree-vectorize", "-march=native", "-ffast-math", "-Wall", "-Wextra")
"""The loops are too short for vectors: with them the program is slower."""
COMPILER = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
STEPS = 1024  # values of an uncertain input
ROLES = ("initiator", "patron", "guarantor", "defender", "mediator")  # in the order of the program
LEAST_SD = 0.02


@dataclass(frozen=True)
class Compiled:
    """The program with its cast.

    Attributes
    ----------
    program, cast
        Where they are.
    """

    program: Path
    cast: Path

    def play(self, runs: int, seed: int) -> dict[str, Any]:
        """Play runs; return how many, the processor seconds, and by event how many had it by each milestone."""
        words = [str(self.program), str(self.cast), str(runs), str(seed)]
        result: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        return result


def compiled(scenario: Scenario, folder: Path) -> Compiled:
    """Write out the cast of a scenario and compile the program into a folder, once."""
    program, cast = folder / "compiled", folder / f"{scenario.id}.cast"
    if not program.exists():
        assert COMPILER is not None
        subprocess.run([COMPILER, *FLAGS, str(SOURCE), "-o", str(program)], check=True)
    cast.write_text("\n".join(_lines(scenario)))
    return Compiled(program, cast)


def _lines(scenario: Scenario) -> Iterator[str]:
    """Yield the cast in the order in which the program reads it."""
    document, names, inputs = scenario.document, list(scenario.actors), inputs_of(scenario)
    if document.events or document.together:
        raise ValueError(f"{scenario.id}: expected no events and no inputs that go together")
    places = {one.path: place for place, one in enumerate(inputs)}
    streams = {name: number for number, name in enumerate(dict.fromkeys(one.stream for one in inputs))}
    principal, other = scenario.principal, scenario.counterpart
    bargain = places.get(f"ties.{other}.{principal}", -1)
    sides = names.index(principal), -1 if other is None else names.index(other), bargain
    under_agreement = document.start.phase == "agreement"
    phases = int(under_agreement), int(document.strikes != "off"), int(document.terms != "off")
    yield _words(scenario.horizon, 2, *sides, len(streams), *phases)
    yield _words(len(scenario.milestones), *scenario.milestones)
    yield str(len(inputs))
    yield from (_words(one.path, streams[one.stream], *_counted(_values(one))) for one in inputs)
    yield str(len(names))
    for name, actor in scenario.actors.items():
        prior = scenario.distribution(name, "stance")
        held = int(bool(actor.held))
        yield _words(name, ROLES.index(actor.role), held, prior.mean, max(prior.sd, LEAST_SD) ** 2)
    ties = [(s, t) for s, targets in document.ties.items() for t in targets]
    yield str(len(ties))
    yield from (_words(names.index(s), names.index(t), places[f"ties.{s}.{t}"]) for s, t in ties)
    yield str(len(scenario.pressures))
    pressures = [_pressure(scenario, name, places) for name in scenario.pressures]
    yield from (_words(*numbers) for numbers, _ in pressures)
    yield from (_words(*today) for today in zip(*(changes for _, changes in pressures), strict=True))
    fixed = {one.path: one.distribution.mean for one in inputs if one.distribution.is_fixed}
    yield _words(*Setting(scenario, Draws(fixed, {}, 1, 1), Dice(0, 0)).talk_boosts())


def _pressure(scenario: Scenario, name: str, places: dict[str, int]) -> tuple[tuple[int, ...], list[Any]]:
    """Return what the program reads of a pressure, and its change by day."""
    one, path = scenario.pressures[name], f"pressures.{name}"
    days = {key: getattr(one, key) for key in SCHEDULE_FIELDS}
    given = {i.path.rpartition(".")[2]: i.distribution for i in inputs_of(scenario) if i.path.startswith(f"{path}.")}
    if one.after is not None or not all(given[key].is_fixed for key in days if key in given):
        raise ValueError(f"{scenario.id}: {name}: expected a pressure whose days are fixed")
    schedule = Schedule(**{key: float(given[key].mean) for key in days if key in given})
    leverage = places.get(f"ties.{one.source}.{one.target}", -1)
    numbers = (
        leverage,
        places[f"{path}.intensity"],
        int(one.channel == "conditional"),
        -1 if one.aim == "restrain" else 1,
    )
    planned = Planned(schedule, scenario.horizon)
    changes = [planned.on(day) for day in range(scenario.horizon)]
    return (list(scenario.actors).index(one.target), *numbers), changes


def _values(one: Input) -> list[float]:
    """Return the values of an input at equal steps of its quantile; of a posterior its rows, and a number as one."""
    if one.distribution.is_fixed:
        return [float(np.clip(one.distribution.mean, one.low, one.high))]
    rows = len(one.distribution.values) if isinstance(one.distribution, PosteriorColumn) else STEPS
    values: list[float] = one.draw((np.arange(rows) + 0.5) / rows).tolist()
    return values


def _counted(values: list[float]) -> tuple[float, ...]:
    return (len(values), *values)


def _words(*values: Any) -> str:
    return " ".join(f"{value:.9g}" if isinstance(value, float) else str(value) for value in values)
