"""`run`: make a forecast, compare it with an earlier one, print its probabilities, write the report."""

from __future__ import annotations

import datetime
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from sim.cli.console import Exit, Format, note, print_json, say
from sim.cli.found import load_scenario
from sim.cli.machines import Machines
from sim.cli.output import check_output, shown
from sim.errors import UsageError
from sim.forecast.forecast import Forecast
from sim.forecast.plan import Plan
from sim.forecast.runner import run as run_plan
from sim.progress import progress
from sim.report.chance import Chance, Shift, decimal_text
from sim.report.reading import without_off
from sim.report.terminal import aligned
from sim.runs.block.blocks import OUTCOMES
from sim.runs.block.given import read_given
from sim.runs.store import Store, store_at
from sim.wording import counted

MOST_SHOWN = 5  # counterfactuals in the terminal; the report has all
KEPT = ".offramp-blocks"  # below --out, until the report is written


@dataclass(frozen=True)
class Options:
    """The options of `run` as given."""

    scenario: Path
    runs: int | None
    precision: float | None
    seed: int
    replicates: int
    machines: Machines
    out: Path | None
    format_: Format
    quiet: bool
    words: str = "icd203"
    since: Path | None = None
    figures: bool = False
    counterfactuals: bool = False
    store: str | None = None
    """Where finished blocks are kept; None: nowhere for long."""
    given: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that makes the same forecast again, wherever the report goes; for the record."""
        return self._command(shown)

    @property
    def command_here(self) -> str:
        """The same command with all paths as they were given, so that it can be run from this folder."""
        store = "" if self.store is None else f" --store {shlex.quote(self.store)}"
        return self._command(str) + store

    def _command(self, told: Callable[[Path], str]) -> str:
        words = ["offramp", "run", told(self.scenario)]
        if self.runs is not None:
            words += ["--runs", str(self.runs)]
        if self.precision is not None:
            words += ["--precision", f"{self.precision:g}"]
        words += ["--seed", str(self.seed)]
        if self.replicates != 2:
            words += ["--replicates", str(self.replicates)]
        for one in self.given:
            words += ["--given", one]
        if self.since is not None:
            words += ["--since", told(self.since)]
        if self.counterfactuals:
            words.append("--counterfactuals")
        return shlex.join(words)


def run(options: Options) -> None:
    """Run, compare, print, write."""
    scenario = load_scenario(options.scenario)
    _check_given(options)
    given = read_given(options.given, scenario)
    plan = Plan(options.runs, options.seed, options.replicates, options.precision, given)
    earlier = _earlier(options.since)
    check_output(options.out, figures=options.figures)
    store = _store(options)
    with progress(scenario.id, plan.blocks, quiet=options.quiet) as finished:
        executor = options.machines.make(plan.blocks)
        forecast = run_plan(scenario, plan, executor=executor, store=store, finished=finished)
    record = forecast.record(options.command)
    if earlier is not None:
        record["since"] = _change(earlier, forecast, store, options)
    if options.counterfactuals and forecast.status != "interrupted":
        record["counterfactuals"] = _otherwise(forecast, store, options)
    _print(record, options)
    if options.out is not None and not _would_lose(forecast, options.since, options.out):
        from sim.report import write_report  # late: it brings in Jinja

        for path in write_report(record, options.out, words=options.words, figures=options.figures):
            note(f"wrote {path}")
        if forecast.status != "interrupted":
            shutil.rmtree(options.out / KEPT, ignore_errors=True)
    _finish(forecast, options)


def _store(options: Options) -> Store | None:
    """Return where blocks are kept: the store named, or a folder beside the report, gone once that is written."""
    if options.store is not None or options.out is None:
        return store_at(options.store)
    return Store(options.out / KEPT)


def _check_given(options: Options) -> None:
    """Complain of what cannot be told of runs that meet what is given only: they are others in another world."""
    for name in ("since", "counterfactuals"):
        if options.given and getattr(options, name):
            raise UsageError(f"--given and --{name} do not go together: other runs meet it in another world")


def _earlier(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    from sim.studies.stored import read_forecast

    return read_forecast(path)


def _change(earlier: Mapping[str, Any], forecast: Forecast, store: Store | None, options: Options) -> dict[str, Any]:
    """Compare with an earlier forecast, whose scenario may have to be run again."""
    from sim.studies.change import change, plan_of_rerun

    blocks = plan_of_rerun(earlier, forecast).blocks
    with progress(f"{earlier['scenario']['id']}, as it was", blocks, quiet=options.quiet) as finished:
        executor = options.machines.make(blocks)
        return change(earlier, forecast, executor=executor, store=store, finished=finished).record()


def _otherwise(forecast: Forecast, store: Store | None, options: Options) -> dict[str, Any]:
    """Play the counterfactuals beside the runs that are at hand."""
    from sim.studies.counterfactuals import DEFAULT_RUNS, blocks_of, counterfactuals  # late: not every run needs it

    plan = replace(forecast.plan, runs=min(DEFAULT_RUNS, len(forecast.records)), precision=None)
    blocks = blocks_of(forecast.scenario, plan, with_base=False)
    with progress(f"{forecast.scenario.id}, otherwise", blocks, quiet=options.quiet) as finished:
        executor, base = options.machines.make(blocks), forecast.records
        found = counterfactuals(forecast.scenario, plan, base=base, executor=executor, store=store, finished=finished)
        return found.part()


def _would_lose(forecast: Forecast, since: Path | None, out: Path) -> bool:
    """Whether an unfinished report would take the place of the very forecast it is compared with."""
    if forecast.status != "interrupted" or since is None:
        return False
    return since.resolve() == (out / "forecast.json").resolve()


def _print(record: Mapping[str, Any], options: Options) -> None:
    if options.format_ is Format.JSON:
        print_json(record)
        return
    say(record["scenario"]["title"])
    say(
        f"as of {record['as_of']}; {counted(record['runs'], 'run')} of {counted(record['draws'], 'draw')}, seed "
        f"{record['seed']}"
    )
    if record["given"] is not None:
        _print_given(record)
    say()
    rows = [
        _row(outcome, day, record["outcomes"][outcome][str(day)], options.words)
        for outcome in reversed(without_off(record, {name: name for name in OUTCOMES}))
        for day in _windows(record, outcome)
    ]
    for line in aligned(("", "within", "probability", "Monte Carlo 95%", "input sd", ""), rows, words="l----l"):
        say(line)
    say()
    _print_beside(record)
    if record["since"] is not None:
        _print_since(record["since"])
    if record["counterfactuals"] is not None:
        _print_otherwise(record)
    say("Monte Carlo error shrinks with more runs; the input sd, the spread over the uncertain inputs, does not.")


def _print_beside(record: Mapping[str, Any]) -> None:
    """Write what stands beside the headline, a line each."""
    from sim.report.sections.estimates import lines_of, window_of

    days = window_of(record)
    if days is None:
        return
    say(f"Other estimates, within {counted(days, 'day')}:")
    for one in list(lines_of(record, days))[1:]:
        say(f"{one.label:<38}{one.text:>6}  {one.detail}".rstrip())
    say()


def _windows(record: Mapping[str, Any], outcome: str) -> list[int]:
    """Return the windows to tell of: not those in which it is given that no offensive began."""
    settled = 0 if record["given"] is None or outcome != "offensive" else record["given"]["day"]
    return [day for day in record["milestones"] if day > settled]


def _print_given(record: Mapping[str, Any]) -> None:
    given = record["given"]
    for text in given["conditions"]:
        say(f"given: {text}")
    said = Chance.of_share(record["runs"] / given["runs_made"], given["runs_made"]).text
    say(f"and no offensive by {given['waiting']}: {said} of {counted(given['runs_made'], 'run')} made meet it")


def _row(outcome: str, day: int, one: Mapping[str, Any], words: str) -> tuple[str, ...]:
    """Write one probability; that of an offensive as the report has it too, with its word and range."""
    spread = "" if one["input_sd"] is None else f"{one['input_sd']:.2f}"
    chance = Chance.of(one)
    word = chance.word(words) if outcome == "offensive" else ""
    said = f"{chance.text} ({word})" if word else ""
    return outcome, counted(day, "day"), chance.decimal, chance.decimals, spread, said


def _print_since(since: Mapping[str, Any]) -> None:
    """Write how far the probability of an offensive moved, one line a window."""
    how = "not paired" if since["paired_runs"] is None else f"paired over {counted(since['paired_runs'], 'run')}"
    date = datetime.date.fromisoformat(since["forecast"]["as_of"])
    say(f"since the forecast of {date} ({since['forecast']['id']}), {how}:")
    for day, row in since["outcomes"]["offensive"].items():
        then, now = (decimal_text(row[key]["p"]) for key in ("old", "new"))
        say(f"offensive   {counted(day, 'day'):<9} {then} -> {now}: {Shift.of(row['change']).line}")
    say()


def _print_otherwise(record: Mapping[str, Any]) -> None:
    """Write the changes that move the probability of an offensive most, a line each."""
    from sim.report.pages.counterfactuals import ordered

    day = record["horizon"]
    say(f"if one thing changed, offensive within {counted(day, 'day')}, the largest changes:")
    for row in ordered(record, day)[:MOST_SHOWN]:
        say(f"{row.label}: {row.before.text} -> {row.after.text}, {row.line}")
    say()


def _finish(forecast: Forecast, options: Options) -> None:
    """Say the next step; leave with the code that fits."""
    if forecast.status == "interrupted":
        note(f"interrupted after {counted(forecast.runs, 'run')}{_going_on(options)}")
        raise typer.Exit(Exit.INTERRUPTED)
    if forecast.status == "imprecise":
        note(f"the precision was not reached in {counted(forecast.runs, 'run')}; allow more with --runs")
        raise typer.Exit(Exit.INCOMPLETE)
    if options.out is None:
        note(f"next: write the report with {options.command_here} --out FOLDER")
    else:
        note(f"next: open {options.out / 'report.html'}")


def _going_on(options: Options) -> str:
    """Return the command that goes on from the blocks that were kept; without a folder or a store none were."""
    if options.out is None:
        return "" if options.store is None else f"; to go on: {options.command_here}"
    words = [] if options.words == "icd203" else ["--words", options.words]
    figures = ["--figures"] if options.figures else []
    return f"; to go on: {options.command_here} {shlex.join([*words, *figures, '--out', str(options.out)])}"
