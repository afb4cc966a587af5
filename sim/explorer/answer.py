"""What the page shows of a simulation: numbers and sentences in the words of the report.

`answer` shows one look at a simulation, `scene` what stays the same while its inputs move, `comparison` the paired
difference of two looks. `Scenes` caches results for all pages: ten pages with the same state cost as much as one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.estimates import difference
from sim.explorer.controls import groups_of
from sim.forecast.record import glance
from sim.report.chance import Chance, Shift, points_text
from sim.report.charts import DARK, Spec, moment
from sim.report.reading import ENDS, Record, calendar_of, outcome_at, without_off
from sim.report.sections import outcomes
from sim.report.svg import number_of, ticks_of
from sim.report.values import on_scale, plain
from sim.wording import counted, long_date

if TYPE_CHECKING:
    from sim.explorer.catalogue import Catalogue
    from sim.explorer.scheduler import Scheduler
    from sim.explorer.simulation import Look, Simulation
    from sim.report.document import Figure
    from sim.scenario.scenario import Scenario

WORDS = "icd203"
MOST_ANSWERS = 48  # size of the cache of answers, which drops the least recently shown
COMPARED = {
    "offensive": "an offensive",
    "agreement": "an agreement",
    "terms": "terms of surrender",
    "strikes": "a first strike",
}


def record_of(look: Look) -> Record:
    """Return the part of the record that the page shows."""
    return glance(look.scenario, look.plan, look.tally, look.records)


def scene(scenario: Scenario, record: Record) -> dict[str, Any]:
    """Return everything that stays the same while inputs move: question, controls, frames of the figures, colours."""
    document, calendar = scenario.document, calendar_of(record)
    return {
        "title": document.title,
        "id": scenario.id,
        "window": f"{long_date(calendar.as_of)} to {long_date(calendar.until(calendar.horizon))}, "
        f"{counted(calendar.horizon, 'day')}",
        "resolves": document.question.resolves,
        "does_not_resolve": document.question.does_not_resolve,
        "groups": [asdict(group) for group in groups_of(scenario)],
        "figures": frames(record),
        "dark": DARK,
        "actors": [
            {"id": name, "name": actor["name"], "role": actor["role"], "posture": str(actor["posture_name"])}
            for name, actor in record["actors"].items()
        ],
        "ends": without_off(record, ENDS),
    }


def answer(look: Look, built: Mapping[str, Spec]) -> dict[str, Any]:
    """Return what the page shows of one look at a simulation, relative to the frames of its scene."""
    record = record_of(look)
    calendar, curves = calendar_of(record), record["incidence"]
    dots = outcomes.futures_figure(record)
    return {
        "runs": record["runs"],
        "of": look.plan.most_runs,
        "seed": look.plan.seed,
        "hash": look.scenario.hash,
        "headline": _headline(record),
        "milestones": [_milestone(record, days) for days in record["milestones"]],
        "figures": moved(record, built),
        "captions": {
            "incidence": _caption(outcomes.incidence(record)),
            "states": _caption(outcomes.states(record)),
            "dots": None if dots is None else _caption(dots),
        },
        "fans": [
            {
                "stance": actor["stance"],
                "posture": actor["posture"],
                "stance_text": _change(actor["stance"], on_scale),
                "posture_text": _change(actor["posture"], plain),
            }
            for actor in record["actors"].values()
        ],
        "dots": record["dots"],
        "ends": {name: Chance.of(row).text for name, row in record["ends"].items()},
        "curve": {"x": [moment(calendar, day) for day in curves["day"]], "p": curves["offensive"]["p"]},
    }


def frames(record: Record) -> dict[str, Spec]:
    """Return the report's charts over time, with `ticks` of the time axis as pairs of axis fraction and label."""
    return {name: {**one, "ticks": _time_ticks(one["layout"]["xaxis"])} for name, one in _charts(record).items()}


def _charts(record: Record) -> dict[str, Spec]:
    return {"incidence": outcomes.incidence_chart(record), "states": outcomes.states_chart(record)}


def _time_ticks(axis: Spec) -> list[tuple[float, str]]:
    first, last = (number_of(end) for end in axis["range"])
    return [(round((value - first) / (last - first), 5), label) for value, label in ticks_of(axis)]


def moved(record: Record, built: Mapping[str, Spec]) -> dict[str, Spec]:
    """Return how the charts of another record of the same window differ from the frames.

    For each chart: `data`, a list of updates for each trace; `layout`, updates for the layout; and `ticks` of the
    vertical axis, as pairs of value and label.
    """
    return {
        name: {
            "data": [_over(*pair) for pair in zip(built[name]["data"], one["data"], strict=True)],
            "layout": _over(built[name]["layout"], one["layout"]),
            "ticks": ticks_of(one["layout"]["yaxis"]),
        }
        for name, one in _charts(record).items()
    }


def _over(before: Spec, after: Spec) -> Spec:
    return {key: value for key, value in after.items() if before.get(key) != value}


def _headline(record: Record) -> dict[str, Any]:
    calendar, head = calendar_of(record), outcome_at(record, "offensive", record["horizon"])
    return {
        "text": head.text,
        "is_long": head.is_bound,
        "word": head.word(WORDS),
        "frequency": head.frequency,
        "what": f"that an offensive, limited or full, begins within {counted(calendar.horizon, 'day')}, "
        f"by {long_date(calendar.until(calendar.horizon))}",
        "interval": head.interval,
        "input": "not known" if head.input_sd is None else points_text(head.input_sd),
        "said": f"{head.line(WORDS)}; 95% interval {head.interval} after {counted(record['runs'], 'run')}",
    }


def _milestone(record: Record, days: int) -> dict[str, Any]:
    chance = outcome_at(record, "offensive", days)
    until = long_date(calendar_of(record).until(days))
    return {
        "days": days,
        "until": until,
        "line": chance.line(WORDS),
        "p": chance.p,
        "low": chance.low,
        "high": chance.high,
        "range": chance.input_range,
        "alt": f"Within {counted(days, 'day')}: {chance.text}; Monte Carlo interval {chance.interval}",
    }


def _caption(figure: Figure) -> dict[str, Any]:
    table = figure.table
    return {
        "title": figure.title,
        "unit": figure.unit,
        "alt": figure.alt,
        "table": {"caption": table.caption, "columns": table.columns, "align": table.align, "rows": table.rows},
    }


def _change(curves: Mapping[str, Any], write: Any) -> str:
    medians = [value for value in curves["q50"] if value is not None]
    return f"{write(medians[0])} → {write(medians[-1])}" if medians else "no runs"


def comparison(first: Look, second: Look) -> dict[str, Any]:
    """Return the paired difference of two looks, second less first, over the runs that both have."""
    runs = min(len(first.records), len(second.records))
    horizon = min(first.scenario.horizon, second.scenario.horizon)
    rows = []
    for outcome, name in COMPARED.items():
        before, after = (one.records[outcome][:runs] < horizon for one in (first, second))
        one = difference(before, after, first.plan.replicates)
        shift = Shift(one.p, one.low, one.high)
        rows.append({"outcome": name, "line": shift.line, "p": shift.p, "low": shift.low, "high": shift.high})
    if first.scenario.hash == second.scenario.hash:
        said = "B is A: move something to see a difference."
    else:
        said = (
            f"B less A, within {counted(horizon, 'day')}: {rows[0]['line']} of an offensive, paired over "
            f"{counted(runs, 'run')}."
        )
    return {"said": said, "rows": rows, "runs": runs}


class Scenes:
    """Makes and caches scenes and answers, in a thread of its own so that pages stay responsive."""

    def __init__(self, catalogue: Catalogue, scheduler: Scheduler) -> None:
        self._catalogue, self._scheduler = catalogue, scheduler
        self._thread = ThreadPoolExecutor(1)
        self._scenes: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._is_closed = False
        self.are_all_known = asyncio.Event()
        self._answers: OrderedDict[tuple[str, str, int], dict[str, Any]] = OrderedDict()

    async def of(self, name: str) -> dict[str, Any]:
        """Return the scene of a scenario, after a first look at it as written."""
        task = self._scenes.get(name)
        if task is None or (task.done() and task.exception() is not None):
            task = self._scenes[name] = asyncio.create_task(self._make(self._catalogue[name].scenario))
        return {**await asyncio.shield(task), "variants": self._catalogue.variants()}

    async def load_all(self) -> None:
        """Take a first look at the explored scenario, then load the variants in its folder."""
        await self.of(self._catalogue.first)
        await asyncio.to_thread(self._catalogue.load_beside, lambda: not self._is_closed)
        self.are_all_known.set()

    async def _make(self, scenario: Scenario) -> dict[str, Any]:
        arrived = asyncio.Event()

        def watcher(_: Simulation) -> None:
            arrived.set()

        simulation = self._scheduler.watch(scenario, watcher)
        try:
            while (look := simulation.look()) is None and not simulation.failure:
                await arrived.wait()
                arrived.clear()
        finally:
            self._scheduler.leave(simulation, watcher)
        if look is None or simulation.failure:
            raise UsageError(simulation.failure)
        return await self._made(lambda: scene(scenario, record_of(look)))

    async def answer(self, look: Look, name: str, frames: Mapping[str, Spec]) -> dict[str, Any]:
        """Return what a page shows of a look at a simulation, relative to the frames of the scene of a scenario."""
        key = (name, look.scenario.hash, look.runs)
        if key not in self._answers:
            self._answers[key] = await self._made(lambda: answer(look, frames))
        self._answers.move_to_end(key)
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)
        return self._answers[key]

    async def _made(self, make: Any) -> dict[str, Any]:
        made: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(self._thread, make)
        return made

    def close(self) -> None:
        """Stop the thread."""
        self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
