"""`explain`: one run of a forecast replayed and told; with --daily every day of it, with --out as a page."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.console import Format
from sim.cli.found import load_scenario
from sim.cli.output import aligned, check_output, deliver, paragraph, shown
from sim.forecast.plan import Plan
from sim.report import write_explanation
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
    lines = _lines(record, daily=options.daily)
    deliver(record, options.format_, options.out, lines=lines, write=write_explanation, then=then)


def _lines(record: Mapping[str, Any], *, daily: bool) -> Iterator[str]:
    from sim.report.explanation import ABOUT_MOMENTS, explanation_of

    said = explanation_of(record)
    yield record["scenario"]["title"]
    yield f"as of {record['as_of']}. {said.head}"
    yield ""
    for sentence in said.sentences:
        yield from paragraph(sentence, hang="  ")
    if daily:
        yield ""
        yield from aligned(said.daily.columns, said.daily.rows, words=said.daily.align)
        return
    yield ""
    yield from paragraph(ABOUT_MOMENTS)
    for moment in said.moments:
        yield ""
        yield from paragraph(f"{moment.date}: {moment.text}", hang="  ")
        yield from aligned(moment.actors.columns, moment.actors.rows, words=moment.actors.align, indent="  ")
        yield from paragraph(moment.dice, indent="  ")
