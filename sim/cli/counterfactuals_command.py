"""`counterfactuals`: each pressure, talks and posture otherwise, beside the forecast as it is."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from sim.cli.console import Format
from sim.cli.found import load_scenario
from sim.cli.machines import Machines
from sim.cli.output import check_output, deliver, shown
from sim.forecast.plan import Plan
from sim.progress import progress
from sim.runs.store import store_at
from sim.studies.counterfactuals import blocks_of, counterfactuals
from sim.wording import counted


@dataclass(frozen=True)
class Options:
    """The options of `counterfactuals` as given; `store` is where finished blocks are kept, or None."""

    scenario: Path
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
        words = ["offramp", "counterfactuals", shown(self.scenario), "--runs", str(self.runs), "--seed", str(self.seed)]
        return shlex.join(words)


def run(options: Options) -> None:
    """Play, print, write."""
    scenario = load_scenario(options.scenario)
    plan = Plan(runs=options.runs, seed=options.seed)
    plan.check(scenario)
    check_output(options.out, figures=False)
    executor, store = options.machines.make(), store_at(options.store)
    with progress("counterfactuals", blocks_of(scenario, plan), quiet=options.quiet) as finished:
        record = counterfactuals(scenario, plan, executor=executor, store=store, finished=finished).record(
            options.command
        )
    then = f"offramp run {shlex.quote(str(options.scenario))} --counterfactuals --out FOLDER writes a report"
    runs = (
        f"{counted(record['counterfactuals']['runs'], 'run')} of each world, paired run by run, seed {record['seed']}"
    )
    deliver(record, options.format_, options.out, basis=f"as of {record['as_of']}; {runs}", then=then)
