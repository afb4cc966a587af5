"""`run`, `history` and `explore`: make forecasts as of one date, as of many dates, or on a live page."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Exit, Format, note
from sim.cli.declare import command
from sim.cli.machines import LONG, MACHINES, Machines
from sim.cli.options import (
    CACHE,
    DEFAULT_STORE,
    RUNS,
    Cache,
    Host,
    NoBrowser,
    Output,
    Port,
    Quiet,
    Replicates,
    ScenarioPath,
    Seed,
    Words,
    WordScale,
    announcing,
    command_of,
    needing_aiohttp,
)
from sim.cli.output import basis_of, check_output, runs_of, show, written
from sim.errors import UsageError
from sim.progress import progress
from sim.report import lines_of, write_report
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.forecast import Forecast
    from sim.runs.store import Store

KEPT = ".offramp-blocks"  # below --out, until the report is written


@command
def run(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    runs: Annotated[
        int | None, typer.Option(help="Number of runs (an upper limit with --precision).", show_default="20000"), RUNS
    ] = None,
    precision: Annotated[
        float | None, typer.Option(help="Stop when the 95% interval is this narrow, as in 0.01.")
    ] = None,
    seed: Seed = 0,
    replicates: Replicates = 2,
    machines: Machines = MACHINES,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, report.md and forecast.json.")] = None,
    format_: Output = Format.TEXT,
    words: WordScale = Words.ICD203,
    since: Annotated[
        Path | None, typer.Option(help="Earlier forecast.json: report what has moved since, and why.")
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="With --out: write the main figures as SVG files too.")
    ] = False,
    counterfactuals: Annotated[
        bool, typer.Option("--counterfactuals", help="Add what the forecast would be if one thing changed.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.",
            show_default=f"none; {DEFAULT_STORE} with --counterfactuals",
        ),
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option(help='Condition on what has been seen since, as in "strikes by 2018-09-04".')
    ] = None,
) -> None:
    """Run a scenario; with --out write its report.

    offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018
    offramp run scenarios/idlib-2018/german-offer.yaml --precision 0.01
    offramp run scenarios/idlib-2018/baseline.yaml --runs 100000 --workers 2 --format json > forecast.json
    offramp run scenarios/idlib-2018/german-offer.yaml --since reports/idlib-2018/forecast.json
    offramp run scenarios/idlib-2018/baseline.yaml --counterfactuals --out reports/idlib-2018
    offramp run scenarios/idlib-2018/baseline.yaml --given "strikes by 2018-09-04"
    offramp run scenarios/idlib-2018/baseline.yaml --executor dask --address tcp://127.0.0.1:8786
    """
    machines.warm_up(is_long=(runs or 0) >= LONG)
    from sim.forecast.plan import Plan
    from sim.forecast.runner import run as run_plan
    from sim.runs.block.given import read_given
    from sim.runs.store import Store, store_at
    from sim.scenario.load import load
    from sim.studies.records import read_forecast

    loaded = load(scenario)
    _check_given(context.params)
    plan = Plan(runs, seed, replicates, precision, read_given(given or (), loaded))
    earlier = None if since is None else read_forecast(since)
    check_output(out, figures=figures)
    place = _place(context.params)
    kept = store_at(place) if place is not None or out is None else Store(out / KEPT)
    with machines.site(loaded.id, plan.blocks, kept, blocks=plan.blocks) as site:
        forecast = run_plan(loaded, plan, executor=site.executor, finished=site.finished, store=kept)
    record = forecast.record(command_of(context))
    if earlier is not None:
        record["since"] = _change(earlier, forecast, kept, machines)
    if counterfactuals and forecast.status != "interrupted":
        record["counterfactuals"] = _otherwise(forecast, kept, machines)
    show(record, format_, lines_of(record, basis_of(record, runs_of(record)), words=words))
    if out is not None:
        _write(record, out, since, words, figures=figures)
    _finish(forecast, context, out)


def _check_given(params: Mapping[str, Any]) -> None:
    """Refuse a condition if forecasts are compared."""
    for name in ("since", "counterfactuals"):
        if params["given"] and params[name]:
            raise UsageError(
                f"--given cannot be combined with --{name}: the condition selects different runs in each forecast"
            )


def _write(record: Mapping[str, Any], out: Path, since: Path | None, words: str, *, figures: bool) -> None:
    """Write the report and remove the blocks kept until then.

    A run that was interrupted keeps its blocks, and its report does not overwrite the very forecast that it is compared
    with.
    """
    finished = record["status"] != "interrupted"
    if finished or since is None or since.resolve() != (out / "forecast.json").resolve():
        written(write_report(record, out, words=words, figures=figures))
    if finished:
        shutil.rmtree(out / KEPT, ignore_errors=True)


def _place(params: Mapping[str, Any]) -> str | None:
    """Return the requested store or, with counterfactuals, the default one, as other commands reuse those runs."""
    place: str | None = params["store"]
    return DEFAULT_STORE if place is None and params["counterfactuals"] else place


def _change(earlier: Mapping[str, Any], forecast: Forecast, store: Store | None, machines: Machines) -> dict[str, Any]:
    """Compare with an earlier forecast, running its scenario again if necessary."""
    from sim.studies.diff import plan_of_rerun, since

    blocks = plan_of_rerun(earlier, forecast).blocks
    with machines.site(f"{earlier['scenario']['id']}, as it was", blocks, store, blocks=blocks) as site:
        return since(earlier, forecast, site).part()


def _otherwise(forecast: Forecast, store: Store | None, machines: Machines) -> dict[str, Any]:
    """Play counterfactuals paired with the runs of the forecast."""
    from dataclasses import replace

    from sim.studies.bench import Bench
    from sim.studies.counterfactuals import DEFAULT_RUNS, blocks_of, counterfactuals

    plan = replace(forecast.plan, runs=min(DEFAULT_RUNS, len(forecast.records)), precision=None)
    blocks = blocks_of(forecast.scenario, plan, with_base=False)
    known = {forecast.scenario.hash: forecast.records}
    with machines.site(f"{forecast.scenario.id}, counterfactuals", blocks, store, blocks=blocks) as site:
        return counterfactuals(forecast.scenario, Bench(plan, site, known=known)).part()


def _finish(forecast: Forecast, context: typer.Context, out: Path | None) -> None:
    place = _place(context.params)
    again = command_of(context, here=True, store=place)
    if forecast.status == "interrupted":
        resume = f"; to resume: {again}" if place is not None or out is not None else ""
        note(f"interrupted after {counted(forecast.runs, 'run')}{resume}")
        raise typer.Exit(Exit.INTERRUPTED)
    if forecast.status == "imprecise":
        note(f"the precision was not reached in {counted(forecast.runs, 'run')}; allow more with --runs")
        raise typer.Exit(Exit.INCOMPLETE)
    if out is None:
        note(f"next: write the report with {again} --out FOLDER")
    else:
        note(f"next: open {out / 'report.html'}")


@command
def history(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    start: Annotated[str, typer.Option("--from", help="First date, as in 2018-07-25.", show_default=False)],
    every: Annotated[str, typer.Option(help='Step between dates, as in "3 days".')] = "7 days",
    articles: Annotated[
        bool, typer.Option("--articles", help="Show the forecast before and after each article.")
    ] = False,
    runs: Annotated[int, typer.Option(help="Runs per date."), RUNS] = 8192,
    seed: Seed = 0,
    cache: Cache = CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for history.html, history.md and history.json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
    words: WordScale = Words.ICD203,
    figures: Annotated[bool, typer.Option("--figures", help="With --out: write the curve as an SVG file too.")] = False,
) -> None:
    """Recompute the forecast for earlier dates as known then.

    offramp history scenarios/idlib-2018/baseline.yaml --from 2018-07-25 --every "3 days"
    offramp history scenarios/niger-2023/baseline.yaml --from 2023-08-03 --articles
    offramp history scenarios/idlib-2018/baseline.yaml --from 2018-07-25 --out reports/history --figures
    """
    from sim.forecast.plan import Plan
    from sim.scenario.load import load
    from sim.scenario.windows import date_of, length_of
    from sim.studies.bench import Bench, Site
    from sim.studies.history import articles_from, dates_between
    from sim.studies.history import history as recompute

    check_output(out, figures=figures)
    loaded = load(scenario)
    days = dates_between(date_of(start, "--from"), loaded.as_of, length_of(every, "--every"))
    bench = Bench(Plan(runs=runs, seed=seed), Site(store=cache.open()))
    with progress(loaded.id, len(days), quiet=quiet, unit="date") as finished:
        record = recompute(loaded, days, bench, finished=finished)
    if articles:
        record["articles"] = articles_from(loaded, days[0], bench)
    each = counted(record["runs"], "run")
    show(record, format_, lines_of(record, f"{each} per date, seed {record['seed']}", words=words))
    if out is not None:
        paths = written(write_report(record, out, words=words, figures=figures))
        note(f"next: open {paths[0]}")


@command
def explore(
    scenario: ScenarioPath,
    port: Port = 8765,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
    cache: Cache = CACHE,
) -> None:
    """Open a live page: move a pressure, see the probability.

    offramp explore scenarios/idlib-2018/baseline.yaml
    offramp explore scenarios/idlib-2018/german-offer.yaml --port 9000 --no-browser
    offramp explore scenarios/idlib-2018/baseline.yaml --store .offramp/store
    """
    with needing_aiohttp("the explorer", "explore"):
        from sim.explorer.server import serve

    then = "move a slider, then export the state and: offramp run FILE"
    serve(scenario, host, port, announcing(host, then, no_browser=no_browser), cache.open())
    note("ended")
