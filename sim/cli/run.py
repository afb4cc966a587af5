"""`run`, `history` and `explore`: make forecasts, of one day, of many days, on a live page."""

from __future__ import annotations

import datetime
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Exit, Format, note
from sim.cli.declare import command
from sim.cli.live import Host, NoBrowser, Port, announcing, needing_aiohttp
from sim.cli.machines import MACHINES, Machines
from sim.cli.options import (
    CACHE,
    DEFAULT_STORE,
    RUNS,
    Cache,
    Output,
    Quiet,
    Replicates,
    ScenarioPath,
    Seed,
    Words,
    WordScale,
    command_of,
)
from sim.cli.output import check_output, head, runs_of, show, written
from sim.errors import UsageError
from sim.progress import progress
from sim.report import write_report
from sim.report.columns import aligned, paragraph
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.forecast import Forecast
    from sim.runs.store import Store
    from sim.studies.history import History

MOST_SHOWN = 5  # counterfactuals in the terminal; the report has all
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
    quiet: Quiet = False,
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
    from sim.cli.files import load_scenario
    from sim.forecast.plan import Plan
    from sim.forecast.runner import run as run_plan
    from sim.runs.block.given import read_given
    from sim.studies.stored import read_forecast

    loaded = load_scenario(scenario)
    _check_given(context.params)
    plan = Plan(runs, seed, replicates, precision, read_given(given or (), loaded))
    earlier = None if since is None else read_forecast(since)
    check_output(out, figures=figures)
    kept = _store(DEFAULT_STORE if store is None and counterfactuals else store, out)
    with progress(loaded.id, plan.blocks, quiet=quiet) as finished:
        executor = machines.make(plan.blocks)
        forecast = run_plan(loaded, plan, executor=executor, finished=finished, store=kept)
    record = forecast.record(command_of(context))
    if earlier is not None:
        record["since"] = _change(earlier, forecast, kept, machines, quiet=quiet)
    if counterfactuals and forecast.status != "interrupted":
        record["counterfactuals"] = _otherwise(forecast, kept, machines, quiet=quiet)
    show(record, format_, _lines(record, words))
    if out is not None and not _would_lose(forecast, since, out):
        _write(record, out, words, figures=figures)
    _finish(forecast, context, out)


def _check_given(params: Mapping[str, Any]) -> None:
    """Refuse a condition where forecasts are compared."""
    for name in ("since", "counterfactuals"):
        if params["given"] and params[name]:
            raise UsageError(
                f"--given cannot be combined with --{name}: the condition selects different runs in each forecast"
            )


def _write(record: Mapping[str, Any], out: Path, words: str, *, figures: bool) -> None:
    """Write the report; the blocks that were kept until then go."""
    written(write_report(record, out, words=words, figures=figures))
    if record["status"] != "interrupted":
        shutil.rmtree(out / KEPT, ignore_errors=True)


def _store(place: str | None, out: Path | None) -> Store | None:
    """Return where blocks are kept: the store named, or a folder within the report's, gone once that is written."""
    from sim.runs.store import Store, store_at

    return store_at(place) if place is not None or out is None else Store(out / KEPT)


def _change(
    earlier: Mapping[str, Any], forecast: Forecast, store: Store | None, machines: Machines, *, quiet: bool
) -> dict[str, Any]:
    """Compare with an earlier forecast, whose scenario may have to be run again."""
    from sim.studies.bench import Site
    from sim.studies.diff import plan_of_rerun, since

    blocks = plan_of_rerun(earlier, forecast).blocks
    with progress(f"{earlier['scenario']['id']}, as it was", blocks, quiet=quiet) as finished:
        return since(earlier, forecast, Site(machines.make(blocks), store, finished)).part()


def _otherwise(forecast: Forecast, store: Store | None, machines: Machines, *, quiet: bool) -> dict[str, Any]:
    """Play the counterfactuals of the runs that are at hand."""
    from dataclasses import replace

    from sim.studies.bench import Bench, Site
    from sim.studies.counterfactuals import DEFAULT_RUNS, blocks_of, counterfactuals

    plan = replace(forecast.plan, runs=min(DEFAULT_RUNS, len(forecast.records)), precision=None)
    blocks = blocks_of(forecast.scenario, plan, with_base=False)
    with progress(f"{forecast.scenario.id}, counterfactuals", blocks, quiet=quiet) as finished:
        site, known = Site(machines.make(blocks), store, finished), {forecast.scenario.hash: forecast.records}
        return counterfactuals(forecast.scenario, Bench(plan, site, known=known)).part()


def _would_lose(forecast: Forecast, since: Path | None, out: Path) -> bool:
    """Whether an unfinished report would take the place of the very forecast it is compared with."""
    if forecast.status != "interrupted" or since is None:
        return False
    return since.resolve() == (out / "forecast.json").resolve()


def _lines(record: Mapping[str, Any], words: str) -> Iterator[str]:
    from sim.report.reading import without_off
    from sim.runs.block.blocks import OUTCOMES

    yield from head(record, runs_of(record))
    if record["given"] is not None:
        yield from _given(record)
    yield ""
    rows = [
        _row(outcome, day, record["outcomes"][outcome][str(day)], words)
        for outcome in reversed(without_off(record, {name: name for name in OUTCOMES}))
        for day in _windows(record, outcome)
    ]
    yield from aligned(("", "within", "probability", "Monte Carlo 95%", "input sd", ""), rows, words="l----l")
    yield ""
    yield from _beside(record)
    if record["since"] is not None:
        yield from _since(record["since"])
    if record["counterfactuals"] is not None:
        yield from _counterfactuals(record)
    yield from paragraph(
        "Monte Carlo error shrinks with more runs; the input sd, the spread over uncertain inputs, does not."
    )


def _beside(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the forecast is compared with, a line each."""
    from sim.report.sections.estimates import lines_of, window_of

    days = window_of(record)
    if days is None:
        return
    yield f"Other estimates, within {counted(days, 'day')}:"
    for one in list(lines_of(record, days))[1:]:
        yield f"{one.label:<38}{one.text:>6}  {one.detail}".rstrip()
    yield ""


def _windows(record: Mapping[str, Any], outcome: str) -> list[int]:
    """Return the windows to show: not those in which the condition says that no offensive began."""
    settled = 0 if record["given"] is None or outcome != "offensive" else record["given"]["day"]
    return [day for day in record["milestones"] if day > settled]


def _given(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.chance import Chance

    given = record["given"]
    for text in given["conditions"]:
        yield from paragraph(f"given: {text}", hang="  ")
    said = Chance.of_share(record["runs"] / given["runs_made"], given["runs_made"]).text
    made = counted(given["runs_made"], "run")
    yield from paragraph(f"and no offensive by {given['waiting']}: {said} of {made} meet the condition", hang="  ")


def _row(outcome: str, day: int, one: Mapping[str, Any], words: str) -> tuple[str, ...]:
    """Write one probability; that of an offensive as the report has it too, with its word and range."""
    from sim.report.chance import Chance

    spread = "" if one["input_sd"] is None else f"{one['input_sd']:.2f}"
    chance = Chance.of(one)
    word = chance.word(words) if outcome == "offensive" else ""
    said = f"{chance.text} ({word})" if word else ""
    return outcome, counted(day, "day"), chance.decimal, chance.decimals, spread, said


def _since(since: Mapping[str, Any]) -> Iterator[str]:
    """Yield how far the probability of an offensive moved, one line a window."""
    from sim.report.chance import Shift, decimal_text

    how = "not paired" if since["paired_runs"] is None else f"paired over {counted(since['paired_runs'], 'run')}"
    date = datetime.date.fromisoformat(since["forecast"]["as_of"])
    yield from paragraph(f"since the forecast of {date} ({since['forecast']['id']}), {how}:")
    for day, row in since["outcomes"]["offensive"].items():
        then, now = (decimal_text(row[key]["p"]) for key in ("old", "new"))
        yield f"offensive   {counted(day, 'day'):<9} {then} -> {now}: {Shift.of(row['change']).line}"
    for one in since["articles"]:
        yield from paragraph(f"new article: {one['title']} ({one['date']}), {counted(len(one['items']), 'item')}")
    yield ""


def _counterfactuals(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the changes that move the probability of an offensive most, a line each."""
    from sim.report.pages.counterfactuals import ordered

    day = record["horizon"]
    yield f"if one thing changed, offensive within {counted(day, 'day')}, the largest changes:"
    for row in ordered(record, day)[:MOST_SHOWN]:
        yield from paragraph(f"{row.label}: {row.before.text} -> {row.after.text}, {row.line}", hang="  ")
    yield ""


def _finish(forecast: Forecast, context: typer.Context, out: Path | None) -> None:
    """Say the next step; leave with the code that fits."""
    place = context.params["store"] or (DEFAULT_STORE if context.params["counterfactuals"] else None)
    here = command_of(context, str) + ("" if place is None else f" --store {shlex.quote(place)}")
    if forecast.status == "interrupted":
        resume = _going_on(here, context.params, out, kept=place is not None)
        note(f"interrupted after {counted(forecast.runs, 'run')}{resume}")
        raise typer.Exit(Exit.INTERRUPTED)
    if forecast.status == "imprecise":
        note(f"the precision was not reached in {counted(forecast.runs, 'run')}; allow more with --runs")
        raise typer.Exit(Exit.INCOMPLETE)
    if out is None:
        note(f"next: write the report with {here} --out FOLDER")
    else:
        note(f"next: open {out / 'report.html'}")


def _going_on(here: str, given: Mapping[str, Any], out: Path | None, *, kept: bool) -> str:
    """Return the command that goes on from the blocks that were kept; without a folder or a store none were."""
    if out is None:
        return f"; to resume: {here}" if kept else ""
    words = [] if given["words"] == Words.ICD203 else ["--words", given["words"]]
    figures = ["--figures"] if given["figures"] else []
    return f"; to resume: {here} {shlex.join([*words, *figures, '--out', str(out)])}"


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
    from sim.cli.files import load_scenario
    from sim.forecast.plan import Plan
    from sim.scenario.windows import date_of, length_of
    from sim.studies.bench import Bench, Site
    from sim.studies.history import dates_between, with_articles
    from sim.studies.history import history as recompute

    check_output(out, figures=figures)
    loaded = load_scenario(scenario)
    days = dates_between(date_of(start, "--from"), loaded.as_of, length_of(every, "--every"))
    bench = Bench(Plan(runs=runs, seed=seed), Site(store=cache.open()))
    with progress(loaded.id, len(days), quiet=quiet, unit="date") as finished:
        result = recompute(loaded, days, bench, finished=finished)
    if articles:
        result = with_articles(result, bench)
    record = result.record()
    show(record, format_, _history_lines(result))
    if out is not None:
        paths = written(write_report(record, out, words=words, figures=figures))
        note(f"next: open {paths[0]}")


def _history_lines(result: History) -> Iterator[str]:
    from sim.report.chance import Shift, decimal_text

    scenario = result.scenario
    yield scenario.document.title
    made = counted(result.plan.most_runs, "run")
    yield f"probability of an offensive within so many days of each date; {made} per date"
    yield ""
    milestones = scenario.milestones
    columns = ("as of", *(counted(day, "day") for day in milestones), "news since the date before")
    rows = [
        (
            str(point.date),
            *(decimal_text(point.by[day].p) for day in milestones),
            " ".join(point.new_items) if point.known_items else "no evidence yet",
        )
        for point in result.points
    ]
    yield from aligned(columns, rows, words=f"-{'r' * len(milestones)}l")
    yield ""
    if result.articles is not None:
        yield from _article_lines(result)
    items = {} if scenario.evidence is None else scenario.evidence.items
    if not items:
        yield "the scenario has no evidence, so no news could move the forecast"
        return
    yield f"what moved the probability within {counted(scenario.horizon, 'day')} (paired, 95%)"
    for point in result.points:
        if point.news is not None:
            shift = Shift(point.news.p, point.news.low, point.news.high)
            yield f"{point.date!s:<12}{shift.number:>6} points ({shift.interval})  all news of that date"
    for move in sorted(result.moves, key=lambda move: -abs(move.change.p)):
        shift = Shift(move.change.p, move.change.low, move.change.high)
        if shift.is_clear:
            yield f"{move.date!s:<12}{shift.number:>6} points ({shift.interval})  {move.id}: {items[move.id].says}"


def _article_lines(result: History) -> Iterator[str]:
    """Yield the forecast before and after each article, a line each."""
    from sim.report.pages.history import articles_table

    table = articles_table(result.record())
    yield f"before and after each article, within {counted(result.scenario.horizon, 'day')} of its date (paired, 95%)"
    columns = ("published", "before", "after", "change", "interval", "article")
    yield from aligned(columns, [row[:6] for row in table.rows], words="-rrrrl")
    yield ""


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
