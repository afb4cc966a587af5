"""The public Python API: what `sim.run` and `sim.sweep` return, with methods for an analyst's next questions.

`Forecast` here extends that of `sim.forecast` with studies that need more runs; they keep its seed and replicates, so
that everything is paired with it run by run.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Integral
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UsageError
from sim.estimates import beta_range
from sim.forecast import forecast as core
from sim.forecast.drivers import Drivers, drivers
from sim.model.inputs import draw_inputs, inputs_of
from sim.progress import progress as bar
from sim.report.card import Card, Window
from sim.report.chance import Chance
from sim.runs.block.blocks import BLOCK_RUNS, FIRST_EVENTS, LEFT_OUT
from sim.runs.executors import Executor, Local, Pool, Serial
from sim.runs.store import store_at
from sim.scenario.windows import By, day_of
from sim.studies.bench import Bench, Site, happened
from sim.studies.counterfactuals import DEFAULT_RUNS, Counterfactuals
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from plotly import graph_objects as go

    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.sweep.runner import Record
    from sim.studies.sweep.sweep import Sweep
    from sim.studies.tipping import Span, Tipping

Progress = bool | Callable[[int, int], None]
"""Whether to show a bar on stderr, or a function that is called with the blocks done and the total."""
Workers = int | futures.Executor
"""Number of processes, or any executor of `concurrent.futures`: a pool, a dask client's, MPI."""
Place = str | Path | None
"""A store: a folder or an address such as s3://bucket/prefix; None means no store."""


class Forecast(core.Forecast):
    """The results of running a scenario, with methods to query them.

    An interpreter shows six lines, a notebook a card. Two forecasts are equal only if they are the same object; two of
    the same scenario, plan and version of offramp have the same content to the byte.

    Attributes
    ----------
    scenario
        The scenario that was run.
    records
        One record per run, a NumPy array of first days by outcome, for the first 1,000,000 runs.
    status
        `complete`; `interrupted`, with fewer runs than planned; `imprecise`, if the runs did not reach the precision.

    Examples
    --------
    >>> import sim
    >>> forecast = sim.run("scenarios/idlib-2018/baseline.yaml", runs=1024, seed=1)
    >>> len(repr(forecast).splitlines())
    6
    >>> 0.2 < forecast.probability("offensive", by="90 days").p < 0.4
    True
    """

    def __repr__(self) -> str:
        """Return a summary in six lines: title, dates, runs, windows, words, what it is based on."""
        return self._card.text()

    def _repr_html_(self) -> str:
        return self._card.html()

    @cached_property
    def _card(self) -> Card:
        scenario, plan = self.scenario, self.plan
        named = "their priors" if scenario.posterior is None else f"the posterior {scenario.posterior.name}"
        read = f"{sum(key == 'stance' for _, key in scenario.read_fields)} of {counted(len(scenario.actors), 'actor')}"
        runs = f"{counted(self.runs, 'run')} of {counted(self.draw_count, 'draw')}, seed {plan.seed}"
        notes = [f"given {one.text(scenario.as_of)}" for one in plan.given]
        return Card(
            title=scenario.document.title,
            as_of=scenario.as_of,
            made=f"{runs}, scenario {scenario.id} ({scenario.hash[:12]})",
            windows=[self._window(day) for day in scenario.milestones],
            rests_on=f"Parameters from {named}; stances of {read} read from evidence",
            notes=[*([] if self.status == "complete" else [self.status]), *notes],
        )

    def _window(self, days: int) -> Window:
        one = self.probability("offensive", days)
        spread = None if one.input_sd is None else beta_range(one.p, one.input_sd)
        last = self.scenario.as_of + datetime.timedelta(days=days - 1)
        return Window(days, last, Chance(one.p, one.low, one.high, one.input_sd, spread))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Dotted paths of the uncertain inputs: the columns of `draws` that are not outcomes."""
        return tuple(one.path for one in inputs_of(self.scenario) if not one.distribution.is_fixed)

    def draws(self, by: By = None) -> pd.DataFrame:
        """Return one row per draw: the value of each uncertain input, and the share of its runs with each outcome.

        PRIM, SALib and scikit-learn accept this form: `frame[list(forecast.inputs)]` against a column of outcomes. It
        is indexed by `draw`, for the first 1,000,000 runs. Outcomes count up to `by`, the horizon by default, in the
        runs that meet the forecast's conditions; draws without such a run are left out.

        Examples
        --------
        >>> import sim
        >>> forecast = sim.run("scenarios/idlib-2018/baseline.yaml", runs=1024, seed=1)
        >>> frame = forecast.draws(by="30 days")
        >>> inputs, outcome = frame[list(forecast.inputs)], frame["offensive"]
        >>> len(inputs), round(float(outcome.mean()), 6) == round(forecast.probability("offensive", by=30).p, 6)
        (512, True)
        """
        import pandas as pd

        day = day_of(by, self.scenario.as_of, self.scenario.horizon)
        replicates, count = self.plan.replicates, len(self.records) // self.plan.replicates
        columns: dict[str, Any] = {path: np.empty(count) for path in self.inputs}
        inputs, each = inputs_of(self.scenario), BLOCK_RUNS // replicates
        for block in range(-(-count // each)):
            drawn = draw_inputs(inputs, self.plan.seed, block, BLOCK_RUNS, replicates).values
            rows = slice(block * each, min(count, (block + 1) * each))
            for path in self.inputs:
                values = np.asarray(drawn[path])[::replicates]
                columns[path][rows] = values[: rows.stop - rows.start]
        kept = (self.records["end"] != LEFT_OUT).reshape(count, replicates)
        counted = kept.sum(axis=1)
        for outcome in FIRST_EVENTS:
            hits = happened(self.records, outcome, day).reshape(count, replicates) & kept
            columns[outcome] = hits.sum(axis=1) / np.maximum(counted, 1)
        kept_draws = np.flatnonzero(counted)
        return pd.DataFrame(columns, index=pd.RangeIndex(count, name="draw")).take(kept_draws)

    def figure(self, name: str) -> go.Figure:
        """Return a chart of the report as a Plotly figure, to view in a notebook, change or save.

        Its name is such as "incidence", the probability by day, or "states"; the UsageError for an unknown name lists
        all of them.

        Examples
        --------
        >>> import sim
        >>> len(sim.run("scenarios/idlib-2018/baseline.yaml", runs=256).figure("states").data)
        4
        """
        from plotly import graph_objects as go

        from sim.report import document_of

        charts = document_of(self.record()).charts
        if name not in charts:
            raise UsageError(f"expected one of the report's charts, {', '.join(sorted(charts))} (got {name!r})")
        return go.Figure(charts[name]())

    def drivers(self, outcome: str = "offensive", by: By = None, *, workers: Workers = 1) -> Drivers:
        """Return the uncertain inputs that drive the probability of an outcome, by first-order index.

        An outcome is `offensive`, `agreement`, `strikes` or `terms`. Windows that end on milestones of the scenario
        need no more runs; for other days it is run again.

        Raises
        ------
        UsageError
            If there is no such outcome or day, or there are too few runs (512 are needed with two replicates).
        """
        from sim.studies.drivers import ask, from_counts

        self._check_not_given("drivers")
        asked = ask(self.scenario, outcome, by)
        if asked.by in self.scenario.milestones:
            return drivers(self.scenario, self.tally, outcome, asked.by)
        plan = replace(self.plan, runs=self.runs, precision=None)
        return from_counts(asked, Bench(plan, Site(executor_of(workers))))

    def counterfactuals(
        self, *, runs: int | None = None, workers: Workers = 1, store: Place = None, progress: Progress = False
    ) -> Counterfactuals:
        """Return how the forecast would change if one thing changed: each pressure, talks and posture in turn.

        The runs of each counterfactual, at most 8,192 by default, are paired with the first runs of this forecast.

        Raises
        ------
        UsageError
            If there are too few runs to pair, or more are requested than this forecast has.
        """
        from sim.studies.counterfactuals import blocks_of, counterfactuals

        self._check_not_given("counterfactuals")
        plan = replace(self.plan, runs=min(DEFAULT_RUNS, len(self.records)) if runs is None else runs, precision=None)
        if plan.most_runs > len(self.records):
            raise UsageError(
                f"expected at most the {counted(len(self.records), 'run')} of this forecast (got {runs:,})"
            )
        total = blocks_of(self.scenario, plan, with_base=False)
        with shown("counterfactuals", total, workers, store, progress) as site:
            return counterfactuals(self.scenario, Bench(plan, site, known={self.scenario.hash: self.records}))

    def tip(  # noqa: PLR0913 - one parameter an option
        self,
        path: str | Sequence[str],
        *,
        to: float,
        outcome: str = "offensive",
        by: By = None,
        span: Span | Sequence[Span | None] | None = None,
        runs: int | None = None,
        workers: Workers = 1,
        store: Place = None,
        progress: Progress = False,
    ) -> Tipping:
        """Find the value of one number of the scenario, or of two, at which a probability reaches a target.

        Parameters
        ----------
        path
            Dotted path of the number, such as `pressures.german-offer.intensity`, or two of them.
        to
            Probability to reach, between 0 and 1.
        span
            Lowest and highest value to try, or a pair of these for two numbers; by default, all allowed values.
        runs
            Runs at each value; by default as many as this forecast has, but at most 8,192.

        Raises
        ------
        UsageError
            If a path is not a number of the scenario, or another argument is invalid.
        """
        from sim.studies.tipping import ask, tip

        self._check_not_given("tip")
        paths = (path,) if isinstance(path, str) else tuple(path)
        spans: Any = () if span is None else (span,) if isinstance(path, str) else tuple(span)
        asked = ask(self.scenario, paths, to=to, outcome=outcome, by=by, spans=spans)
        plan = replace(self.plan, runs=min(DEFAULT_RUNS, self.runs) if runs is None else runs, precision=None)
        plan.check(self.scenario)
        with shown("tip", None, workers, store, progress) as site:
            return tip(asked, Bench(plan, site))

    def _check_not_given(self, name: str) -> None:
        if self.plan.given:
            raise UsageError(f"{name}() needs a forecast without `given`: it selects different runs in each scenario")


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult:
    """The results of a sweep. Two are equal only if they are the same object.

    Attributes
    ----------
    sweep
        The cells and the plan that they share.
    record
        The content of `sweep.json` (docs/sweeps.md) as plain values.
    """

    sweep: Sweep
    record: Record

    def __repr__(self) -> str:
        """Return what was varied, in one line."""
        scenario = self.sweep.bases[0].scenario
        paths = ", ".join(self.sweep.paths[:3]) + (", ..." if len(self.sweep.paths) > 3 else "")
        return (
            f"SweepResult({scenario.id!r}, {counted(len(self.sweep.cells), 'cell')} over {paths}, "
            f"{self.record['status']})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cell: its id and label, each axis, then `outcome.days.quantity` for every milestone."""
        import pandas as pd

        from sim.report.files import columns_of

        return pd.DataFrame(columns_of(self.record))

    def write_report(self, folder: str | Path) -> list[Path]:
        """Write the page, the tables and sweep.json into a folder, and return their paths.

        Raises
        ------
        ReportError
            If the folder cannot be written to.
        """
        from sim.report import write_report

        return write_report(self.record, Path(folder))


def run(scenario: Scenario, plan: Plan, *, workers: Workers, store: Place, progress: Progress) -> Forecast:
    """Run a scenario according to a plan."""
    from sim.forecast.runner import run as run_plan

    plan.check(scenario)
    with shown(scenario.id, plan.blocks, workers, store, progress) as site:
        found = run_plan(scenario, plan, executor=site.executor, store=site.store, finished=site.finished)
    return Forecast(**{one.name: getattr(found, one.name) for one in fields(found)})


def sweep(
    scenario: Scenario,
    axes: Mapping[str, Any] | str,
    settings: Mapping[str, Any],
    *,
    workers: Workers,
    store: Place,
    progress: Progress,
) -> SweepResult:
    """Run a sweep of a scenario; `settings` are further keys of a sweep file."""
    from sim.studies.sweep.load import sweep_of
    from sim.studies.sweep.runner import head_of, record_of, run_sweep

    made = sweep_of(scenario, axes, **settings)
    with shown(f"{scenario.id}, a sweep", len(made.cells) * made.plan.blocks, workers, store, progress) as site:
        rows = run_sweep(made, site)
    return SweepResult(made, record_of(head_of(made, ""), rows))


def executor_of(workers: Workers) -> Executor:
    """Return the executor that plays blocks: this process, worker processes, or the caller's executor.

    Raises UsageError if `workers` is neither a number of workers nor an executor.
    """
    if isinstance(workers, futures.Executor):
        return Pool(workers)
    if isinstance(workers, bool) or not isinstance(workers, Integral):
        raise UsageError(f"expected a whole number of workers, or a concurrent.futures.Executor (got {workers!r})")
    return Serial() if workers == 1 else Local(int(workers))


@contextmanager
def shown(label: str, total: int | None, workers: Workers, store: Place, progress: Progress) -> Iterator[Site]:
    """Show the progress of a run, and yield the site where it is played."""
    if not isinstance(store, (str, PathLike, NoneType)):
        raise UsageError(f"expected a folder or an address for a store (got {store!r})")
    executor, kept = executor_of(workers), store_at(store)
    if callable(progress):
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            progress(done, max(done, total or 0))

        yield Site(executor, kept, advance)
        return
    with bar(label, total or 0, quiet=not progress) as finished:
        yield Site(executor, kept, finished)
