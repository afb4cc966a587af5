"""`tip`: how much of one number, or of two, it takes for a probability to cross a target."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.cli.console import Format
from sim.cli.found import load_scenario
from sim.cli.machines import Machines
from sim.cli.output import check_output, deliver, shown
from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.progress import progress
from sim.runs.store import store_at
from sim.scenario.windows import day_of
from sim.studies import contour as planes
from sim.studies import crossing
from sim.studies.contour import contour
from sim.studies.tipping import Span, ask, tip
from sim.wording import counted

LATER = 10
"""About how many values a crossing takes beyond the grid, for the progress bar."""


@dataclass(frozen=True)
class Options:
    """The options of `tip` as given; `store` is the folder of finished blocks, or None."""

    scenario: Path
    inputs: Sequence[str]
    outcome: str
    by: str | None
    to: float
    ranges: Sequence[str]
    runs: int
    seed: int
    machines: Machines
    store: str | None
    out: Path | None
    format_: Format
    quiet: bool

    @property
    def command(self) -> str:
        """The command that gives the same again."""
        words = ["offramp", "tip", shown(self.scenario)]
        for path in self.inputs:
            words += ["--input", path]
        words += ["--outcome", self.outcome]
        words += [] if self.by is None else ["--by", self.by]
        words += ["--to", f"{self.to:g}"]
        for text in self.ranges:
            words += ["--range", text]
        return shlex.join([*words, "--runs", str(self.runs), "--seed", str(self.seed)])


def run(options: Options) -> None:
    """Search, print, write."""
    scenario = load_scenario(options.scenario)
    by = day_of(options.by, scenario.as_of, scenario.horizon, "--by")
    spans = [_span(text) for text in options.ranges]
    asked = ask(scenario, options.inputs, to=options.to, outcome=options.outcome, by=by, spans=spans)
    plan = Plan(runs=options.runs, seed=options.seed)
    plan.check(scenario)
    check_output(options.out, figures=False)
    executor, store = options.machines.make(), store_at(options.store)
    is_plane = len(asked.paths) == 2
    values = 2 * planes.GRID**2 if is_plane else crossing.GRID + LATER
    search = contour if is_plane else tip
    with progress("tip, at most about", values * plan.blocks, quiet=options.quiet) as finished:
        record = search(asked, plan, executor=executor, store=store, finished=finished).record(options.command)
    then = f"{options.command} --out FOLDER draws it"
    runs = f"{counted(record['runs'], 'run')} at each value, the same draws and random numbers, seed {record['seed']}"
    deliver(record, options.format_, options.out, basis=f"as of {record['as_of']}; {runs}", then=then)


def _span(text: str) -> Span:
    low, colon, high = text.partition(":")
    try:
        span = float(low), float(high)
    except ValueError:
        span = math.nan, math.nan
    if not colon or not all(map(math.isfinite, span)):
        raise UsageError(f"expected a range such as 0:1 after --range (got {text!r})")
    return span
