"""`run`: make a forecast, print its probabilities, write the report."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import typer

from sim.cli.console import Exit, Format, note, print_json, progress, say
from sim.ensemble import OUTCOMES
from sim.errors import UsageError
from sim.executors import Executor, Local, Serial
from sim.forecast import Forecast
from sim.plan import Plan
from sim.runner import run as run_plan
from sim.scenario.load import load

SPAWNING_PAYS = 12  # blocks from which worker processes earn back the second they take to start
CHECKPOINT = ".offramp-checkpoint.npz"


@dataclass(frozen=True)
class Options:
    """The options of `run` as given."""

    scenario: Path
    runs: int | None
    precision: float | None
    seed: int
    replicates: int
    workers: int | None
    out: Path | None
    format_: Format
    quiet: bool

    @property
    def command(self) -> str:
        """The command that makes the same forecast again, wherever the report goes."""
        words = ["offramp", "run", _shown(self.scenario)]
        if self.runs is not None:
            words += ["--runs", str(self.runs)]
        if self.precision is not None:
            words += ["--precision", f"{self.precision:g}"]
        words += ["--seed", str(self.seed)]
        if self.replicates != 2:
            words += ["--replicates", str(self.replicates)]
        return shlex.join(words)


def _shown(path: Path) -> str:
    """Return a path relative to the working folder where it lies below it, so that no machine's folders are told."""
    absolute = path.resolve()
    here = Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else path.name


def run(options: Options) -> None:
    """Run, print, write."""
    scenario = load(options.scenario)
    plan = Plan(runs=options.runs, seed=options.seed, replicates=options.replicates, precision=options.precision)
    checkpoint = None
    if options.out is not None:
        _make_folder(options.out)
        checkpoint = options.out / CHECKPOINT
    with progress(scenario.id, plan.blocks, quiet=options.quiet) as finished:
        executor = _executor(options.workers, plan.blocks)
        forecast = run_plan(scenario, plan, executor=executor, finished=finished, checkpoint=checkpoint)
    _print(forecast, options)
    if options.out is not None:
        for path in forecast.write_report(options.out, options.command):
            note(f"wrote {path}")
    _finish(forecast, options)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {(error.strerror or '').lower()}") from None


def _executor(workers: int | None, blocks: int) -> Executor:
    if workers is None:
        workers = (os.cpu_count() or 1) if blocks >= SPAWNING_PAYS else 1
    return Serial() if workers == 1 else Local(workers)


def _print(forecast: Forecast, options: Options) -> None:
    if options.format_ is Format.JSON:
        print_json(forecast.record(options.command))
        return
    scenario = forecast.scenario
    say(scenario.document.title)
    say(f"as of {scenario.as_of}; {forecast.runs:,} runs of {forecast.draws:,} draws, seed {forecast.plan.seed}")
    say()
    say(f"{'':<10}  {'within':<9} {'probability':<12} {'Monte Carlo 95%':<17} input sd")
    for outcome in reversed(OUTCOMES):
        for day in scenario.milestones:
            one = forecast.probability(outcome, day)
            spread = "" if one.input_sd is None else f"{one.input_sd:.2f}"
            interval = f"{one.low:.3f} to {one.high:.3f}"
            say(f"{outcome:<10}  {f'{day} days':<9} {one.p:<12.3f} {interval:<17} {spread}")
    say()
    say("Monte Carlo error shrinks with more runs; the input sd, the spread over what is not known, does not.")


def _finish(forecast: Forecast, options: Options) -> None:
    """Say the next step; leave with the code that fits."""
    if forecast.status == "interrupted":
        note(f"interrupted after {forecast.runs:,} runs; to go on: {options.command}{_out(options)}")
        raise typer.Exit(Exit.INTERRUPTED)
    if forecast.status == "imprecise":
        note(f"the precision was not reached in {forecast.runs:,} runs; allow more with --runs")
        raise typer.Exit(Exit.INCOMPLETE)
    if options.out is None:
        note(f"next: write the report with {options.command} --out FOLDER")
    else:
        note(f"next: open {options.out / 'report.html'}")


def _out(options: Options) -> str:
    return "" if options.out is None else f" --out {shlex.quote(str(options.out))}"
