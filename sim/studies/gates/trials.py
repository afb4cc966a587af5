"""Trials: the gates of a scenario as claims about contrasts, ready to be judged.

Everything a gate names is looked up here: the scenario it compares with, the earlier forecast, the values along a path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Fault, ScenarioError, each
from sim.runs.block.blocks import OUTCOMES
from sim.scenario.edit import with_document
from sim.scenario.gates import STEPS, TOLERANCE, Gate
from sim.scenario.load import load
from sim.scenario.numbers import number_range, with_number
from sim.scenario.yamltree import Path, Place
from sim.studies.gates.contrasts import Claim, Contrast, Known, Source
from sim.studies.records import Record, read_forecast, rerunnable, stored_row
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Trial:
    """One gate applied to one scenario.

    Attributes
    ----------
    suite, cell, gate
        Names of the scenario, the cell of a sweep (empty without one), and the gate.
    says
        The claim in words.
    place
        Where the gate is written.
    how
        Note for the reader on how it is judged; may be empty.
    """

    suite: str
    cell: str
    gate: str
    says: str
    place: Place
    claim: Claim
    contrasts: tuple[Contrast, ...]
    how: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The scenarios whose runs it needs, each once."""
        return tuple({one.hash: one for contrast in self.contrasts for one in contrast.sources}.values())


class Library:
    """The files that gates name, each read once."""

    def __init__(self) -> None:
        self._scenarios: dict[FilePath, Source] = {}
        self._forecasts: dict[tuple[FilePath, str], tuple[Record, Source | str]] = {}

    def scenario(self, file: FilePath) -> Source:
        """Return the scenario in a file; ScenarioError if it is faulty."""
        if file not in self._scenarios:
            self._scenarios[file] = Source.of(load(file))
        return self._scenarios[file]

    def forecast(self, file: FilePath, now: Scenario) -> tuple[Record, Source | str]:
        """Return an earlier forecast, and its scenario or the reason that cannot be run again.

        It may name the posterior of the scenario that it is compared with, `now`. Raises UsageError if it is not a
        forecast.
        """
        key = (file, "" if now.posterior is None else now.posterior.digest)
        if key not in self._forecasts:
            record = read_forecast(file)
            again = rerunnable(record, now.posterior)
            self._forecasts[key] = (record, again if isinstance(again, str) else Source.of(again))
        return self._forecasts[key]


@dataclass(frozen=True)
class Subject:
    """What gates apply to, where they are written, and what they may name."""

    source: Source
    suite: str
    cell: str
    places: Mapping[Path, Place]
    file: str
    library: Library

    def place(self, *path: str) -> Place:
        """Return the place of a key, or of the nearest key above it."""
        found = (self.places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.places)
        return next(found, Place(self.file, 1, 1))

    def trial(self, gate: str, says: str, claim: Claim, contrasts: tuple[Contrast, ...], how: str = "") -> Trial:
        """Return a gate as a trial."""
        return Trial(self.suite, self.cell, gate, says, self.place("gates", gate), claim, contrasts, how)

    def check_window(self, gate: str, key: str, written: str, day: int, horizon: int) -> None:
        """Refuse a window beyond the horizon of the scenario or forecast that a gate names, with a ScenarioError."""
        if day > horizon:
            said = f"{written} has a horizon of {counted(horizon, 'day')}; choose a day within it with `by` (got {day})"
            raise self.fault(gate, key, said)

    def fault(self, gate: str, key: str, message: str) -> ScenarioError:
        """Return the error for a faulty gate."""
        place = self.place("gates", gate, key)
        return ScenarioError([Fault(place.file, place.line, place.column, f"gates.{gate}.{key}", message)])


def trials_of(file: FilePath) -> list[Trial]:
    """Load a scenario and return its gates as trials.

    Raises ScenarioError if the scenario, or one that it is compared with, is faulty, UsageError if an earlier forecast
    cannot be read.
    """
    scenario = load(file)
    subject = Subject(Source.of(scenario), scenario.id, "", scenario.places, str(file), Library())
    return trials(subject, scenario.document.gates)


def trials(subject: Subject, gates: Mapping[str, Gate]) -> list[Trial]:
    """Apply gates to a scenario; raises as `trials_of`."""
    return each(lambda name: _trial(subject, name, gates[name]), gates)


def _trial(subject: Subject, name: str, gate: Gate) -> Trial:
    day = gate.day(subject.source.as_of, subject.source.horizon)
    probability = f"P({gate.outcome} within {counted(day, 'day')})"
    whole = Contrast(subject.source, gate.outcome, day)
    if gate.along is not None:
        return along(subject, name, gate, _varied(subject.source.build(), gate, gate.along))
    if gate.compared_with is not None:
        other = subject.library.scenario(FilePath(subject.place("gates", name).file).parent / gate.compared_with)
        subject.check_window(name, "compared_with", gate.compared_with, day, other.horizon)
        says, contrasts, how = f"from {gate.compared_with}", replace(whole, base=other), "paired run by run"
    elif gate.against is not None:
        contrasts, how = _since(subject, name, gate.against, whole)
        says = f"since {gate.against}"
    else:
        claim = Claim(_or(gate.above, -np.inf), _or(gate.below, np.inf))
        return subject.trial(name, f"{probability} {claim.text}", claim, (whole,))
    within = gate.change_within
    if within is None:
        claim = Claim(_or(gate.change_above, -np.inf), _or(gate.change_below, np.inf))
    else:
        claim = Claim(-within, within)
    return subject.trial(name, f"change in {probability} {says} {claim.text}", claim, (contrasts,), how)


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def along(subject: Subject, name: str, gate: Gate, points: Sequence[tuple[str, Source]]) -> Trial:
    """Apply a gate about a trend to scenarios in the order of the varied value, each labelled with it.

    The claim covers every pair: no later scenario may lie above an earlier one by the tolerance or more (below, if the
    trend is `not-falling`). So a curve that creeps up step by step does not pass.
    """
    day = gate.day(subject.source.as_of, subject.source.horizon)
    tolerance = _or(gate.tolerance, TOLERANCE)
    rising = gate.trend == "not-rising"
    claim = Claim(high=tolerance) if rising else Claim(low=-tolerance)
    contrasts = tuple(
        Contrast(later, gate.outcome, day, base=earlier, label=f"{first} to {second}")
        for (first, earlier), (second, later) in combinations(points, 2)
    )
    word = "rises" if rising else "falls"
    says = f"P({gate.outcome} within {counted(day, 'day')}) nowhere {word} by {tolerance:g} along {gate.along}"
    how = f"{counted(len(points), 'value')}, {points[0][0]} to {points[-1][0]}, paired run by run"
    return subject.trial(name, says, claim, contrasts, how)


def _varied(scenario: Scenario, gate: Gate, path: str) -> list[tuple[str, Source]]:
    """Return the scenario with each of a gate's values in place of a number."""
    ends = number_range(scenario.document, path)
    values = np.linspace(_or(gate.start, ends[0]), _or(gate.to, ends[1]), gate.steps or STEPS)
    documents = ((value, with_number(scenario.document, path, float(f"{value:.10g}"))) for value in values)
    return [(f"{value:.4g}", Source.of(with_document(scenario, document))) for value, document in documents]


def _since(subject: Subject, name: str, written: str, whole: Contrast) -> tuple[Contrast, str]:
    """Return the change since an earlier forecast: run by run if it can be run again, else of two estimates."""
    old, again = subject.library.forecast(
        FilePath(subject.place("gates", name).file).parent / written, subject.source.build()
    )
    day, outcome = whole.day, whole.outcome
    subject.check_window(name, "against", written, day, old["horizon"])
    if isinstance(again, Source):
        return replace(whole, base=again), "paired run by run: the earlier scenario is run again"
    row = stored_row(old, outcome, day) if outcome in OUTCOMES else None
    if row is None:
        raise subject.fault(name, "against", f"{written} has no probability of {outcome} within {counted(day, 'day')}")
    known = Known(row["p"], max(row["mc_high"] - row["p"], row["p"] - row["mc_low"]) / Z95)
    return replace(whole, known=known), f"not paired: {again}"
