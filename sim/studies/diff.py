"""Difference of two forecasts: which inputs differ, how far each probability moves, and whether that is real.

`diff` compares two sides, each a scenario or a stored forecast; `since` compares a current forecast with an earlier
one. If both can be run on the same draws and luck, the change is paired run by run and contains no luck of the draw: a
change whose interval excludes 0 is real, the rest is noise. If a stored forecast cannot be run again, or the two have
different seeds, the change is that of two independent estimates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UsageError
from sim.estimates import LEVEL
from sim.forecast.forecast import Forecast
from sim.forecast.plan import DEFAULT_RUNS, Plan
from sim.rng import STRATA
from sim.runs.block.blocks import OUTCOMES
from sim.runs.play import RECORD_CAP
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.studies.bench import HERE, Bench
from sim.studies.compare import articles_added, inputs_changed, names_in, settings_changed, stances_changed
from sim.studies.records import Record, Row, read_forecast, rerunnable, stored_row, unpaired_row
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.posterior import Posterior
    from sim.studies.bench import Site

FORMAT = "offramp/diff/1"
DICE = ("seed", "replicates", "runs")
"""Settings that both sides of a diff share when they were run again."""
Pair = tuple[Forecast, Forecast]


@dataclass(frozen=True)
class Difference:
    """Differences between two forecasts.

    Attributes
    ----------
    before, after
        The records of both.
    rows
        By outcome and number of days, a probability before and after and the change, each with p, mc_low and mc_high,
        the number of runs in which the outcome comes in time on one side only (None if runs are not paired), and the
        verdict: `real` if the interval of the change excludes 0, `none` if no run differs, else `noise`.
    runs
        Number of paired runs; None if the two are not paired.
    unpaired
        Reason why they are not paired, or None.
    """

    before: Record
    after: Record
    rows: tuple[Record, ...]
    runs: int | None
    unpaired: str | None

    def record(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        shared = () if self.runs is None else DICE
        return {
            "schema": FORMAT,
            "before": self._head(self.before),
            "after": self._head(self.after),
            "paired_runs": self.runs,
            "unpaired": self.unpaired,
            "level": LEVEL,
            "outcomes": list(self.rows),
            **self._inputs(),
            "settings": [one for one in settings_changed(self.before, self.after) if one["name"] not in shared],
        }  # fmt: skip

    @staticmethod
    def _head(record: Record) -> dict[str, Any]:
        return {**record["scenario"], "as_of": record["as_of"], "horizon": record["horizon"]}

    def part(self) -> dict[str, Any]:
        """Return the part `since` of the later record."""
        outcomes: dict[str, dict[str, Any]] = {outcome: {} for outcome in OUTCOMES}
        for one in self.rows:
            row = {"old": one["before"], "new": one["after"], "change": one["change"]}
            outcomes[one["outcome"]][str(one["day"])] = row
        return {
            "forecast": {
                **{key: self.before["scenario"][key] for key in ("id", "title", "hash")},
                **{key: self.before[key] for key in ("as_of", "horizon", "seed", "runs", "replicates")},
            },
            "paired_runs": self.runs,
            "unpaired": self.unpaired,
            "outcomes": outcomes,
            **self._inputs(),
            "articles": articles_added(self.before, self.after),
            "settings": settings_changed(self.before, self.after),
        }

    def _inputs(self) -> dict[str, Any]:
        both = self.before, self.after
        return {**names_in(*both), "inputs": inputs_changed(*both), "stances": stances_changed(*both)}


def _moved(outcome: str, day: int, before: Row, after: Row, pair: Pair | None) -> Record:
    """Return the move of a probability: run by run if there is a pair, else as two independent estimates."""
    change, differing = unpaired_row(before, after), None
    if pair is not None:
        first, second = pair
        runs = _runs_of(pair)
        differs = (first.records[outcome][:runs] < day) != (second.records[outcome][:runs] < day)
        change, differing = first.difference(second, outcome, day).row(), int(np.count_nonzero(differs))
    verdict = "real" if change["mc_low"] > 0 or change["mc_high"] < 0 else "noise"
    return {
        "outcome": outcome,
        "day": day,
        "before": before,
        "after": after,
        "change": change,
        "differing_runs": differing,
        "verdict": "none" if differing == 0 else verdict,
    }


def plan_of_rerun(old: Record, forecast: Forecast) -> Plan:
    """Return the plan for running an earlier scenario again: this forecast's draws, the fewer runs of both."""
    runs = min(old["runs"], forecast.runs, RECORD_CAP)
    return replace(forecast.plan, runs=runs, precision=None)


def since(old: Record, forecast: Forecast, site: Site = HERE) -> Difference:
    """Compare a forecast with an earlier one, at every milestone within both windows.

    The earlier record, as `read_forecast` returns it, is run again at a site, if necessary.
    """
    earlier = _again(old, forecast, site)
    new, pair = forecast.outline(), (earlier, forecast) if isinstance(earlier, Forecast) else None
    rows = tuple(
        _moved(outcome, day, before, forecast.probability(outcome, day).row(), pair)
        for outcome in OUTCOMES
        for day in forecast.scenario.milestones
        if (before := stored_row(old, outcome, day)) is not None
    )
    runs, unpaired = (None, str(earlier)) if pair is None else (_runs_of(pair), None)
    return Difference(old, new, rows, runs, unpaired)


def _again(old: Record, forecast: Forecast, site: Site) -> Forecast | str:
    """Run the scenario of an earlier forecast on this one's draws, or return the reason it cannot be run."""
    if old["seed"] != forecast.plan.seed:
        return "the two forecasts have different seeds"
    scenario = rerunnable(old, forecast.scenario.posterior)
    if isinstance(scenario, str):
        return scenario
    plan = plan_of_rerun(old, forecast)
    if plan.most_runs <= plan.replicates * STRATA:
        return "there are too few draws to pair"
    if scenario.hash == forecast.scenario.hash:
        return forecast
    try:
        return Bench(plan, site).forecast(scenario)
    except KeyboardInterrupt:
        return "running the earlier scenario again was interrupted"


@dataclass(frozen=True)
class Side:
    """One side of a difference: a scenario to run, a stored forecast, or a stored forecast that can be run again.

    A scenario file has no `stored` record; a side that cannot be run has no scenario, and `unpaired` says why.
    """

    path: Path
    stored: Record | None
    scenario: Scenario | None
    unpaired: str | None = None

    @property
    def hash(self) -> str:
        """The hash of its scenario; empty if it cannot be run."""
        return "" if self.scenario is None else self.scenario.hash


def is_stored(path: Path) -> bool:
    """Return whether a file is a stored forecast rather than a scenario, by its name."""
    return path.suffix == ".json"


def read_sides(before: Path, after: Path, seed: int | None = None) -> tuple[Side, Side]:
    """Read both sides: scenario files first, because a stored forecast may rest on the posterior of the other side.

    Two stored forecasts with different seeds are compared unpaired, unless a seed is given to run both with. Raises
    ScenarioError or UsageError if one is faulty.
    """
    scenarios = {path: load(path) for path in (before, after) if not is_stored(path)}
    known = next((one.posterior for one in scenarios.values()), None)
    first, second = (
        Side(path, None, scenarios[path]) if path in scenarios else read_side(path, known) for path in (before, after)
    )
    seeds = {one.stored["seed"] for one in (first, second) if one.stored is not None and one.scenario is not None}
    if seed is None and len(seeds) > 1:
        why = "the two forecasts have different seeds; `--seed` runs both again by one"
        return replace(first, scenario=None, unpaired=why), replace(second, scenario=None, unpaired=why)
    return first, second


def read_side(path: Path, known: Posterior | None = None) -> Side:
    """Read a scenario file or, if its name ends in .json, a stored forecast.

    The posterior of the other side is `known`. Raises ScenarioError or UsageError if the file is faulty.
    """
    if not is_stored(path):
        return Side(path, None, load(path))
    record = read_forecast(path)
    again = rerunnable(record, known)
    if isinstance(again, Scenario):
        return Side(path, record, again)
    return Side(path, record, None, f"{path.name}: {again}")


def plan_of(sides: tuple[Side, Side], runs: int | None, seed: int | None) -> Plan:
    """Return the plan for running both sides: values not given are taken from the first stored forecast."""
    stored = next((side.stored for side in sides if side.stored is not None), None)
    if stored is None:
        usual = Plan(runs=DEFAULT_RUNS)
    else:
        usual = Plan(runs=min(stored["runs"], RECORD_CAP), seed=stored["seed"], replicates=stored["replicates"])
    given: dict[str, Any] = {"runs": runs, "seed": seed}
    return replace(usual, **{key: value for key, value in given.items() if value is not None})


def diff(sides: tuple[Side, Side], bench: Bench) -> Difference:
    """Compare two sides on a bench with the plan of `plan_of`.

    Raises UsageError if there are too few runs to pair, or a side is neither a scenario nor a stored forecast.
    """
    bench.plan.check_pairs()
    why = sides[0].unpaired or sides[1].unpaired
    played = {one.hash: _forecast(one, bench) for one in _needed(sides)}
    first, second = (played.get(side.hash) for side in sides)
    before, after = _record_of(sides[0], first), _record_of(sides[1], second)
    pair = None if why or first is None or second is None else (first, second)
    rows = tuple(
        _moved(outcome, day, *_levels((before, after), pair, outcome, day), pair)
        for outcome, day in product(OUTCOMES, _days(before, after))
    )
    return Difference(before, after, rows, None if pair is None else _runs_of(pair), why)


def _runs_of(pair: Pair) -> int:
    return min(len(one.records) for one in pair)


def _needed(sides: tuple[Side, Side]) -> list[Scenario]:
    """Return the scenarios to run, each once: stored forecasts only if both sides can be paired."""
    pairing = all(side.scenario is not None for side in sides)
    needed = (side.scenario for side in sides if pairing or side.stored is None)
    return list({one.hash: one for one in needed if one is not None}.values())


def _forecast(scenario: Scenario, bench: Bench) -> Forecast:
    forecast = bench.forecast(scenario)
    if forecast.status == "interrupted":
        raise KeyboardInterrupt
    return forecast


def blocks_of(sides: tuple[Side, Side], plan: Plan) -> int:
    """Return the number of blocks that a difference plays."""
    return len(_needed(sides)) * plan.blocks


def _record_of(side: Side, forecast: Forecast | None) -> Record:
    """Return the record of a side: the stored one, or that of the run."""
    if side.stored is not None:
        return side.stored
    if forecast is None:
        raise UsageError(f"{side.path}: neither a scenario nor a stored forecast; read it with read_side")
    return forecast.outline()


def _days(first: Record, second: Record) -> list[int]:
    """Return the days that either record reports and both windows contain."""
    reach = min(first["horizon"], second["horizon"])
    return sorted(day for day in {*first["milestones"], *second["milestones"]} if day <= reach)


def _levels(records: tuple[Record, Record], pair: Pair | None, outcome: str, day: int) -> tuple[Row, Row]:
    """Return a probability on both sides: of the runs, if paired, else from the records."""
    if pair is not None:
        first, second = (one.probability(outcome, day).row() for one in pair)
        return first, second
    old, new = (stored_row(one, outcome, day) for one in records)
    if old is None or new is None:
        raise UsageError(f"a stored forecast has no probability of {outcome} within {counted(day, 'day')}")
    return old, new
