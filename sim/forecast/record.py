"""The plain record of a forecast: the content of `forecast.json`, from which every report is made.

Keys have a fixed order and numbers are rounded well below their Monte Carlo error, so the same forecast gives the same
bytes. docs/forecast.md describes the format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from sim import environment
from sim.baselines.cases import threats_between_states, track_record
from sim.estimates import Estimate, beta_range, of_sums, rounded, share
from sim.forecast.probability import event_estimate, share_estimate
from sim.forecast.provenance import provenance_of
from sim.model.inputs import inputs_of
from sim.report.record import FORMAT, ForecastRecord
from sim.rng import STRATA
from sim.runs.block.blocks import END_STATES, FIRST_EVENTS, LEFT_OUT, STATES, last_days
from sim.runs.block.conditions import POSTURES, last_date
from sim.runs.block.watches import WEEK
from sim.scenario.doubts import doubts_of
from sim.scenario.posterior import PRIOR, SAMPLES
from sim.tallies import Tally, histogram_quantiles

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
DOTS = 100

Status = Literal["complete", "interrupted", "imprecise"]
Records = npt.NDArray[np.void]


def forecast_record(
    scenario: Scenario, plan: Plan, tally: Tally, records: Records, status: Status, command: str | None
) -> dict[str, Any]:
    """Return the record as plain values, in the order of the file, without what explains the forecast.

    `Forecast.record` fills in drivers, indicators, baselines and storylines; studies, `counterfactuals` and `since`.
    """
    parts = glance(scenario, plan, tally, records, range(scenario.horizon + 1)) | {
        "schema": FORMAT,
        "parameters": _parameters(scenario),
        "question": scenario.document.question.model_dump(mode="json"),
        "confidence": None if (stated := scenario.document.confidence) is None else stated.model_dump(),
        "replicates": plan.replicates,
        "given": _given(scenario, plan, tally),
        "precision": plan.precision,
        "status": status,
        "samples": _samples(scenario, tally),
        "outside_view": threats_between_states(),
        "pooled": None,
        "others": [one.model_dump(mode="json", exclude_none=True) for one in scenario.document.forecasts],
        "baselines": None,
        "track_record": track_record(),
        "after_agreement": _plain(share_estimate(tally, tally["broke_agreement"])),
        "breakdowns_per_run": rounded(int(tally["breakdowns"]) / counted(tally)[0]),
        "storylines": [],
        "convergence": _convergence(records, scenario.horizon, plan.replicates),
        "schedule": _schedule(scenario, tally),
        "drivers": None,
        "counterfactuals": None,
        "indicators": [],
        "provenance": provenance_of(scenario),
        "warnings": [one.plain() for one in doubts_of(scenario)],
        "document": scenario.plain(),
        "since": None,
        "environment": environment.stamp(),
        "command": command,
    }
    return {name: parts[name] for name in ForecastRecord.__annotations__}


def head_of(schema: str, scenario: Scenario) -> dict[str, Any]:
    """Return the head of a study's record: its format, the scenario, its window and its names."""
    return {
        "schema": schema,
        "scenario": ids_of(scenario),
        "as_of": scenario.as_of.isoformat(),
        "horizon": scenario.horizon,
        **names_of(scenario),
    }


def ids_of(scenario: Scenario) -> dict[str, str]:
    """Return id, title and hash of a scenario, which every record has."""
    return {"id": scenario.id, "title": scenario.document.title, "hash": scenario.hash}


def names_of(scenario: Scenario) -> dict[str, Any]:
    """Return the names of actors, pressures, talks and events for reports, which every record has."""
    groups = {"pressure": scenario.pressures, "talks": scenario.talks, "event": scenario.events}
    return {
        "actors": {
            name: {"name": scenario.name_of(name), "role": actor.role, "posture_name": POSTURES[actor.role]}
            for name, actor in scenario.actors.items()
        },
        "schedule": [
            {"id": name, "kind": kind, "name": scenario.name_of(name)}
            for kind, group in groups.items()
            for name in group
        ],
    }


def theatre_of(scenario: Scenario) -> dict[str, str]:
    """Return the term for a strike, and the kinds of event that the scenario does without."""
    return {"strikes": scenario.document.strikes, "terms": scenario.document.terms}


def _samples(scenario: Scenario, tally: Tally) -> dict[str, Any] | None:
    """Estimate the probability of an offensive in each sample of past cases; None if all runs are of one sample."""
    if "samples" not in tally.counts or not tally["sample_runs"][:, 0].all():
        return None
    found = {}
    for name, rows, runs in zip(SAMPLES, tally["samples"], tally["sample_runs"], strict=True):
        estimates = [of_sums(row, runs, whole=True) for row in rows]
        found[name] = {str(day): _plain(one) for day, one in zip(scenario.milestones, estimates, strict=True)}
    return found


def counted(tally: Tally) -> tuple[int, int]:
    """Return the runs that count, and the draws with at least one: all of them unless conditions are given."""
    return int(tally["kept"][0]), int(tally["kept"][1])


def _given(scenario: Scenario, plan: Plan, tally: Tally) -> dict[str, Any] | None:
    """Return the conditions given, the day until which no run that counts has ended, and how many were made in all."""
    if not plan.given:
        return None
    made, day = int(tally["runs"]), max(one.day for one in plan.given)
    return {
        "conditions": [one.text(scenario.as_of) for one in plan.given],
        "day": day,
        "waiting": last_date(scenario.as_of, day).isoformat(),
        "runs_made": made,
        "draws_made": made // plan.replicates,
    }


def _parameters(scenario: Scenario) -> dict[str, Any]:
    """Return the source of the structural parameters: priors, or a posterior and what it was made from."""
    draws = scenario.posterior
    about: Mapping[str, Any] = {} if draws is None else draws.about
    cases, threats = about.get("cases"), about.get("threats")
    return {
        "calibration": PRIOR if draws is None else draws.name,
        "date": about.get("date"),
        "cases": len(cases) if isinstance(cases, list) else _number(cases),
        "threats": _number(threats.get("cases")) if isinstance(threats, Mapping) else None,
        "draws": None if draws is None else len(draws.draws),
        "seed_disagreement": _number(about.get("seed_disagreement")),
        "written": sorted(scenario.written_parameters),
    }


def _number(value: Any) -> float | None:
    """Return an entry of a posterior's file if it is a number: anybody may have written that file."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    return value if known else None


def _milestones(scenario: Scenario, tally: Tally, outcome: str) -> dict[str, Any]:
    return {str(day): _plain(event_estimate(tally, outcome, day)) for day in scenario.milestones}


def _plain(one: Estimate) -> dict[str, Any]:
    spread = None if one.input_sd is None else beta_range(one.p, one.input_sd)
    return {
        **one.row(),
        "input_sd": None if one.input_sd is None else rounded(one.input_sd),
        "input_range": None if spread is None else [rounded(edge) for edge in spread],
    }


def glance(
    scenario: Scenario, plan: Plan, tally: Tally, records: Records, days: Sequence[int] | None = None
) -> dict[str, Any]:
    """Return the part of the record that shows what moved: outcomes, states, actors and dots.

    It has the layout of the record, so the same code reads it. With curves on some days only, as by default, it takes a
    fifth of the time to make.
    """
    (runs, draws), horizon = counted(tally), scenario.horizon
    if days is None:
        days = sorted({*range(0, horizon, WEEK if horizon > 10 * WEEK else 1), *scenario.milestones})
    return {
        "scenario": ids_of(scenario),
        "as_of": scenario.as_of.isoformat(),
        "horizon": horizon,
        "theatre": theatre_of(scenario),
        "milestones": list(scenario.milestones),
        "seed": plan.seed,
        "runs": runs,
        "draws": draws,
        "outcomes": {name: _milestones(scenario, tally, name) for name in FIRST_EVENTS},
        "incidence": _incidence(days, tally),
        "states": _states(days, tally, runs),
        "ends": {name: _plain(share_estimate(tally, tally["ends"][code])) for code, name in enumerate(END_STATES)},
        "actors": _actors(scenario, tally),
        "dots": _dots(records, horizon),
        "schedule": [],
    }


def _incidence(days: Sequence[int], tally: Tally) -> dict[str, Any]:
    """Return the cumulative incidence of first events; `day` n is "within n days", and the first day is 0."""
    curves: dict[str, Any] = {"day": list(days)}
    for outcome in FIRST_EVENTS:
        rows = [event_estimate(tally, outcome, day).row() for day in days[1:]]
        curves[outcome] = {key: [0.0, *(row[key] for row in rows)] for key in ("p", "mc_low", "mc_high")}
    return curves


def _states(days: Sequence[int], tally: Tally, runs: int) -> dict[str, Any]:
    """Return the state occupation; the state at day n is that at the end of day n - 1."""
    counts = tally["states"]
    curves = {name: [rounded(int(counts[code, day]) / runs) for day in days] for code, name in enumerate(STATES)}
    return {"day": list(days), **curves}


def _actors(scenario: Scenario, tally: Tally) -> dict[str, Any]:
    """Return weekly quantiles of stance and posture among runs that have not ended yet."""
    weeks = range(tally["stance"].shape[1])
    result = {}
    for index, (name, actor) in enumerate(scenario.actors.items()):
        role = actor.role
        result[name] = {
            "name": scenario.name_of(name),
            "role": role,
            "posture_name": POSTURES[role],
            "basis": actor.basis,
            "day": [week * WEEK for week in weeks],
            "stance": _quantiles(tally["stance"][index], -1.0),
            "posture": _quantiles(tally["posture"][index], 0.0),
        }
    return result


def _quantiles(counts: npt.NDArray[np.int64], low: float) -> dict[str, list[float | None]]:
    """Return each quantile by week; bins are 0.02 wide, so three digits are enough."""
    weeks = histogram_quantiles(counts, low, 1.0, tuple(QUANTILES.values()))
    columns = zip(QUANTILES, zip(*weeks, strict=True), strict=True)
    return {name: [None if value is None else round(value, 3) for value in column] for name, column in columns}


def _dots(records: Records, horizon: int) -> list[dict[str, Any]]:
    """Choose 100 real runs with end states in proportion to all runs: the first runs of each state."""
    counts = np.bincount(records["end"], minlength=len(END_STATES))[: len(END_STATES)]
    if counts.sum() < DOTS:
        return []
    exact = counts * DOTS / counts.sum()
    quota = np.floor(exact).astype(int)
    for code in np.argsort(quota - exact, kind="stable")[: DOTS - quota.sum()]:  # largest remainders first
        quota[code] += 1
    dots = []
    for code, name in enumerate(END_STATES):
        for run in np.flatnonzero(records["end"] == code)[: quota[code]]:
            day = int(last_days(records[run]))
            dots.append({"run": int(run), "end": name, "day": day if day < horizon else None})
    return dots


def _convergence(records: Records, horizon: int, replicates: int) -> list[dict[str, Any]]:
    """Return the headline after ever more runs, at 24 steps of equal ratio, in whole hypercubes of draws."""
    cube = replicates * STRATA
    if len(records) < 16 * cube:
        return []
    counts, came = records["end"] != LEFT_OUT, records["offensive"] < horizon
    rows = []
    for kept in np.unique(np.geomspace(12, ceil(len(records) / cube), 24).round().astype(int)) * cube:
        if counts[:kept].any():
            one = share(came[:kept], replicates, counts[:kept])
            runs = int(np.count_nonzero(counts[:kept]))
            rows.append({"runs": runs, **one.row()})
    return rows


def _schedule(scenario: Scenario, tally: Tally) -> list[dict[str, Any]]:
    """List pressures, talks and events with their names and days, for marks on the time axis.

    For an event, `happens` is the share of runs in which it happened before the run ended or the window closed.
    """
    inputs = {one.path: one.distribution for one in inputs_of(scenario)}

    def day(path: str) -> float | None:
        return inputs[path].median if path in inputs else None

    rows: list[dict[str, Any]] = []
    for name, pressure in scenario.pressures.items():
        path = f"pressures.{name}"
        rows.append({
            "id": name, "kind": "pressure", "from": pressure.source, "on": pressure.target, "aim": pressure.aim,
            "channel": pressure.channel, "start": day(f"{path}.start"), "after": pressure.after,
            "delay": day(f"{path}.delay"), "end": day(f"{path}.end"), "intensity": pressure.intensity.to_plain(),
            "name": scenario.name_of(name), "basis": pressure.basis,
        })  # fmt: skip
    for name, talks in scenario.talks.items():
        path = f"talks.{name}"
        rows.append({
            "id": name, "kind": "talks", "start": day(f"{path}.start"), "end": day(f"{path}.end"),
            "name": scenario.name_of(name), "basis": talks.basis,
        })  # fmt: skip
    for place, (name, event) in enumerate(scenario.events.items()):
        path = f"events.{name}"
        dated, last, target = day(f"{path}.date"), day(f"{path}.until"), event.target
        rows.append({
            "id": name, "kind": "event",
            "on": target if isinstance(target, str) else target.model_dump(by_alias=True),
            "field": event.field, "add": event.add.to_plain(),
            "start": day(f"{path}.from") if dated is None else dated, "end": None if last is None else last + 1,
            "probability": event.probability.mean, "if": event.condition,
            "happens": _plain(share_estimate(tally, tally["events"][place])),
            "name": scenario.name_of(name), "basis": event.basis,
        })  # fmt: skip
    return rows
