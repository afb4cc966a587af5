"""`discover`: in which ranges of the inputs an outcome is frequent."""

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
from sim.scenario.windows import day_of
from sim.studies.discovery import ask, discover
from sim.wording import counted


@dataclass(frozen=True)
class Options:
    """The options of `discover` as given."""

    scenario: Path
    outcome: str
    by: str | None
    structural: bool
    runs: int
    seed: int
    machines: Machines
    out: Path | None
    format_: Format
    quiet: bool
    store: str | None = None

    @property
    def command(self) -> str:
        """The command that gives the same again."""
        words = ["offramp", "discover", shown(self.scenario), "--outcome", self.outcome]
        words += [] if self.by is None else ["--by", self.by]
        words += ["--structural"] if self.structural else []
        return shlex.join([*words, "--runs", str(self.runs), "--seed", str(self.seed)])


def run(options: Options) -> None:
    """Play, search, print, write."""
    scenario = load_scenario(options.scenario)
    by = day_of(options.by, scenario.as_of, scenario.horizon, "--by")
    asked = ask(scenario, outcome=options.outcome, by=by, structural=options.structural)
    plan = Plan(runs=options.runs, seed=options.seed)
    check_output(options.out, figures=False)
    with progress(scenario.id, plan.blocks, quiet=options.quiet) as finished:
        executor, store = options.machines.make(plan.blocks), store_at(options.store)
        found = discover(asked, plan, executor=executor, store=store, finished=finished)
    record = found.record(options.command)
    then = f"{options.command} --out FOLDER draws it"
    runs = f"{counted(record['runs'], 'run')} of {counted(record['draws'], 'draw')}, seed {record['seed']}"
    deliver(record, options.format_, options.out, basis=f"as of {record['as_of']}; {runs}", then=then)
