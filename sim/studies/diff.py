"""Difference of two forecasts: what in the inputs differs, how far each probability moves, and whether that is real.

Each side is a scenario or a stored forecast. Where both can be run, on the same draws and luck, the change is paired
run by run and holds no luck of the draw: a change that its interval tells from nothing is real, the rest is noise.
Where a stored forecast cannot be run again, or two of them have different seeds, the change is that of two independent
estimates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.errors import UsageError
from sim.estimates import LEVEL
from sim.forecast.forecast import Forecast
from sim.forecast.plan import DEFAULT_RUNS, Plan
from sim.runs.block.blocks import OUTCOMES
from sim.runs.play import RECORD_CAP
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.studies.change import Record, Row, plain_row, rerunnable, stored_row, unpaired_row
from sim.studies.compare import inputs_changed, names_in, settings_changed, stances_changed
from sim.studies.stored import read_forecast
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.posterior import Posterior
    from sim.studies.bench import Bench

FORMAT = "offramp/diff/1"
Verdict = Literal["real", "noise", "none"]


@dataclass(frozen=True)
class Side:
    """One side of a difference: a scenario to run, a stored forecast, or a stored forecast that can be run again.

    Attributes
    ----------
    stored
        The record of a stored forecast; None for a scenario file.
    scenario
        The scenario, where it can be run.
    unpaired
        Why it cannot be.
    """

    path: Path
    stored: Record | None
    scenario: Scenario | None
    unpaired: str | None = None


@dataclass(frozen=True)
class Moved:
    """How one probability moves: before, after and the change, each with p, mc_low and mc_high.

    Attributes
    ----------
    differing
        Runs in which the outcome comes in time on one side only; None where runs are not paired.
    """

    outcome: str
    day: int
    before: Row
    after: Row
    change: Row
    differing: int | None

    @property
    def verdict(self) -> Verdict:
        """`real` where the interval leaves 0 outside, `none` where no run differs, else `noise`."""
        if self.differing == 0:
            return "none"
        return "real" if self.change["mc_low"] > 0 or self.change["mc_high"] < 0 else "noise"


@dataclass(frozen=True)
class Difference:
    """What differs between two forecasts.

    Attributes
    ----------
    before, after
        The records of both.
    runs
        Paired runs; None where the two are not paired.
    unpaired
        Why they are not, or None.
    """

    sides: tuple[Side, Side]
    before: Record
    after: Record
    rows: tuple[Moved, ...]
    runs: int | None
    unpaired: str | None

    def record(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {
            "schema": FORMAT,
            "before": self._head(self.before),
            "after": self._head(self.after),
            "paired_runs": self.runs,
            "unpaired": self.unpaired,
            "level": LEVEL,
            "outcomes": [
                {
                    "outcome": one.outcome, "day": one.day, "before": one.before, "after": one.after,
                    "change": one.change, "differing_runs": one.differing, "verdict": one.verdict,
                }
                for one in self.rows
            ],
            **names_in(self.before, self.after),
            "inputs": inputs_changed(self.before, self.after),
            "stances": stances_changed(self.before, self.after),
            "settings": [one for one in settings_changed(self.before, self.after) if not self._is_dice(one["name"])],
        }  # fmt: skip

    @staticmethod
    def _head(record: Record) -> dict[str, Any]:
        return {**record["scenario"], "as_of": record["as_of"], "horizon": record["horizon"]}

    def _is_dice(self, setting: str) -> bool:
        """Whether a setting is one that both sides shared when they were run again."""
        return self.runs is not None and setting in ("seed", "replicates", "runs")


def is_stored(path: Path) -> bool:
    """Tell a stored forecast from a scenario file by its name."""
    return path.suffix == ".json"


def _loaded(path: Path) -> Scenario | None:
    return None if is_stored(path) else load(path)


def _seeds(*sides: Side) -> set[int]:
    """Return the seeds of stored forecasts that can be run again."""
    return {side.stored["seed"] for side in sides if side.stored is not None and side.scenario is not None}


def read_sides(before: Path, after: Path, seed: int | None = None) -> tuple[Side, Side]:
    """Read both sides: scenario files first, for a stored forecast may rest on the posterior of the other side.

    Two stored forecasts of different seeds are told as they are and not paired, unless a seed is given to run both by.

    Raises
    ------
    ScenarioError, UsageError
        Where one is at fault.
    """
    scenarios = list(map(_loaded, (before, after)))
    known = next((one.posterior for one in scenarios if one is not None), None)
    first, second = (
        read_side(path, known) if one is None else Side(path, None, one)
        for path, one in zip((before, after), scenarios, strict=True)
    )
    if seed is None and len(_seeds(first, second)) > 1:
        why = "the two forecasts have different seeds; `--seed` runs both again by one"
        return replace(first, scenario=None, unpaired=why), replace(second, scenario=None, unpaired=why)
    return first, second


def read_side(path: Path, known: Posterior | None = None) -> Side:
    """Read a scenario file, or where its name ends in .json a stored forecast.

    Parameters
    ----------
    known
        The posterior of the other side.

    Raises
    ------
    ScenarioError, UsageError
        Where it is at fault.
    """
    if not is_stored(path):
        return Side(path, None, load(path))
    record = read_forecast(path)
    again = rerunnable(record, known)
    if isinstance(again, Scenario):
        return Side(path, record, again)
    return Side(path, record, None, f"{path.name}: {again}")


def plan_of(sides: tuple[Side, Side], runs: int | None, seed: int | None) -> Plan:
    """Return the plan to run both sides by: what is not given is taken from the first stored forecast."""
    stored = next((side.stored for side in sides if side.stored is not None), None)
    if stored is None:
        return Plan(runs=DEFAULT_RUNS if runs is None else runs, seed=0 if seed is None else seed)
    known = min(stored["runs"], RECORD_CAP)
    return Plan(
        runs=known if runs is None else runs,
        seed=stored["seed"] if seed is None else seed,
        replicates=stored["replicates"],
    )


def diff(sides: tuple[Side, Side], bench: Bench) -> Difference:
    """Compare two sides.

    Parameters
    ----------
    bench
        Of the plan that `plan_of` gives.

    Raises
    ------
    UsageError
        Where there are too few runs to pair, or a side is neither a scenario nor a stored forecast.
    """
    bench.plan.check_pairs()
    why = next((side.unpaired for side in sides if side.unpaired is not None), None)
    played = _forecasts(sides, bench)
    first, second = (None if side.scenario is None else played.get(side.scenario.hash) for side in sides)
    before, after = _record_of(sides[0], first), _record_of(sides[1], second)
    made = first, second
    days = sorted({*_days(before, after), *_days(after, before)})
    paired = made if why is None else (None, None)
    rows = tuple(_moved(before, after, paired, outcome, day) for outcome in OUTCOMES for day in days)
    runs = min(len(one.records) for one in made if one is not None) if why is None else None
    return Difference(sides, before, after, rows, runs, why)


Forecasts = tuple[Forecast | None, Forecast | None]


def _forecasts(sides: tuple[Side, Side], bench: Bench) -> dict[str, Forecast]:
    """Run what can be run and is needed, by hash: stored forecasts only where both sides can be paired."""
    pairing = all(side.scenario is not None for side in sides)
    made: dict[str, Forecast] = {}
    for side in sides:
        scenario = side.scenario
        if scenario is None or scenario.hash in made or (side.stored is not None and not pairing):
            continue
        forecast = bench.forecast(scenario)
        if forecast.status == "interrupted":
            raise KeyboardInterrupt
        made[scenario.hash] = forecast
    return made


def blocks_of(sides: tuple[Side, Side], plan: Plan) -> int:
    """Return how many blocks a difference will play."""
    pairing = all(side.scenario is not None for side in sides)
    needed = {side.scenario.hash for side in sides if side.scenario is not None and (pairing or side.stored is None)}
    return len(needed) * plan.blocks


def _record_of(side: Side, forecast: Forecast | None) -> Record:
    """Return the record of a side: what was stored, else of what was run."""
    if side.stored is not None:
        return side.stored
    if forecast is None:
        raise UsageError(f"{side.path}: neither a scenario nor a stored forecast; read it with read_side")
    return forecast.record()


def _days(one: Record, other: Record) -> list[int]:
    """Days that one reports and both windows hold."""
    return [day for day in one["milestones"] if day <= other["horizon"]]


def _moved(before: Record, after: Record, forecasts: Forecasts, outcome: str, day: int) -> Moved:
    first, second = forecasts
    if first is None or second is None:
        old, new = stored_row(before, outcome, day), stored_row(after, outcome, day)
        if old is None or new is None:
            raise UsageError(
                f"a stored forecast does not tell the probability of {outcome} within {counted(day, 'day')}"
            )
        return Moved(outcome, day, old, new, unpaired_row(old, new), None)
    runs = min(len(first.records), len(second.records))
    differs = (first.records[outcome][:runs] < day) != (second.records[outcome][:runs] < day)
    change = plain_row(first.difference(second, outcome, day))
    old, new = (plain_row(one.probability(outcome, day)) for one in forecasts if one is not None)
    return Moved(outcome, day, old, new, change, int(np.count_nonzero(differs)))
