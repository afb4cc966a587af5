"""`advise`: what an actor could do, and which mix of it moves a probability most for its cost."""

from __future__ import annotations

import math
import shlex
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
from sim.studies.advice import REPLICATES, advise, goal_of, mixes_of
from sim.wording import counted


@dataclass(frozen=True)
class Options:
    """The options of `advise` as given; `store` is where finished blocks are kept, or None."""

    scenario: Path
    actor: str
    goal: str
    budget: float | None
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
        words = ["offramp", "advise", shown(self.scenario), "--for", self.actor, "--goal", self.goal]
        words += [] if self.budget is None else ["--budget", f"{self.budget:g}"]
        return shlex.join([*words, "--runs", str(self.runs), "--seed", str(self.seed)])


def run(options: Options) -> None:
    """Compare, print, write."""
    scenario = load_scenario(options.scenario)
    goal = goal_of(options.goal, scenario)
    if options.budget is not None and not (options.budget > 0 and math.isfinite(options.budget)):
        raise UsageError(f"expected a budget above 0 (got {options.budget:g})")
    plan = Plan(runs=options.runs, seed=options.seed, replicates=REPLICATES)
    plan.check(scenario)
    check_output(options.out, figures=False)
    blocks = (1 + len(mixes_of(scenario, options.actor, goal, options.budget))) * plan.blocks
    executor, store = options.machines.make(blocks), store_at(options.store)
    with progress("advise", blocks, quiet=options.quiet) as finished:
        found = advise(
            scenario,
            options.actor,
            goal,
            plan,
            budget=options.budget,
            executor=executor,
            store=store,
            finished=finished,
        )
    record = found.record(options.command)
    then = f"{options.command} --out FOLDER draws it"
    runs = f"{counted(record['runs'], 'run')} of {counted(record['draws'], 'draw')} of each mix, seed {record['seed']}"
    deliver(record, options.format_, options.out, basis=f"as of {record['as_of']}; {runs}", then=then)
