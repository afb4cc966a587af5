"""`explain`: one run of a forecast replayed and told; with --daily every day of it, with --out as a page."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from sim.cli.console import Format
from sim.cli.found import load_scenario
from sim.cli.output import check_output, deliver, shown
from sim.forecast.plan import Plan
from sim.studies.explain import explain


@dataclass(frozen=True)
class Options:
    """The options of `explain` as given."""

    scenario: Path
    run: int
    seed: int
    replicates: int
    daily: bool
    out: Path | None
    format_: Format

    @property
    def command(self) -> str:
        """The command that gives the same again."""
        words = ["offramp", "explain", shown(self.scenario), "--run", str(self.run), "--seed", str(self.seed)]
        return shlex.join(words + ([] if self.replicates == 2 else ["--replicates", str(self.replicates)]))


def run(options: Options) -> None:
    """Replay, print, write."""
    scenario = load_scenario(options.scenario)
    plan = Plan(seed=options.seed, replicates=options.replicates)
    plan.check(scenario)
    check_output(options.out, figures=False)
    record = explain(scenario, options.run, seed=plan.seed, replicates=plan.replicates, command=options.command)
    more = "" if options.daily else "; --daily prints every day"
    then = f"{options.command} --out FOLDER draws it{more}"
    sections = ("story", "days" if options.daily else "moments")
    deliver(record, options.format_, options.out, basis=f"as of {record['as_of']}", then=then, sections=sections)
