"""`discover`: in which ranges of the inputs an outcome is frequent."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.console import Format
from sim.cli.found import load_scenario
from sim.cli.machines import Machines
from sim.cli.output import aligned, check_output, deliver, paragraph, shown
from sim.forecast.plan import Plan
from sim.progress import progress
from sim.report import write_discovery
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
    deliver(record, options.format_, options.out, lines=_lines(record), write=write_discovery, then=then)


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.discovery import discovery_of

    said = discovery_of(record)
    yield record["scenario"]["title"]
    yield (
        f"as of {record['as_of']}; {counted(record['runs'], 'run')} of {counted(record['draws'], 'draw')}, seed "
        f"{record['seed']}"
    )
    yield ""
    yield from paragraph(said.lead)
    for box in said.boxes:
        yield ""
        yield box.heading.lower()
        yield from paragraph(box.sentence)
        yield from paragraph(box.remark)
        yield from aligned(box.table.columns, box.table.rows, words=box.table.align, indent="  ")
    yield ""
    for text in said.notes:
        yield from paragraph(text)
