"""`counterfactuals`: each pressure, talks and posture otherwise, beside the forecast as it is."""

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
from sim.report import write_counterfactuals
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
    deliver(record, options.format_, options.out, lines=_lines(record), write=write_counterfactuals, then=then)


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.counterfactuals import counterfactuals_of, ordered

    part, day = record["counterfactuals"], record["horizon"]
    yield record["scenario"]["title"]
    yield (
        f"as of {record['as_of']}; {counted(part['runs'], 'run')} of each world, paired run by run, seed "
        f"{record['seed']}"
    )
    yield ""
    said = counterfactuals_of(record)
    if said is None:
        yield "the scenario has nothing that could be otherwise: no pressure, no talks, no posture that is not held"
        return
    rows = ordered(record, day)
    head = (f"offensive within {counted(day, 'day')}", "as it is", "then", "change, points (95%)", "averts", "adds")
    yield from aligned(head, map(_row, rows))
    yield ""
    for text in (said.interaction, said.coupling, said.saving):
        if text:
            yield from paragraph(text)


def _row(row: Any) -> tuple[str, ...]:
    moved = "no run differs" if row.differing == 0 else f"{row.shift.number} ({row.shift.interval})"
    shares = ("no run" if one.p == 0 else one.label for one in (row.averts, row.brings_about))
    return row.label, row.before.label, row.after.label, moved, *shares
