"""`drivers`: what a probability rests on, from the counts of a forecast, or by a design with total indices."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.console import Format, note, print_json, say
from sim.cli.found import load_scenario
from sim.cli.machines import Machines
from sim.cli.output import shown
from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.progress import progress
from sim.report.chance import decimal_text
from sim.report.terminal import aligned, paragraph
from sim.runs.store import store_at
from sim.scenario.windows import day_of
from sim.studies.drivers import Asked, ask, design_of, from_counts, plain_indices
from sim.wording import counted

MOST_SHOWN = 20
RUNS = {"counts": 20_000, "sobol": 400_000}
REPLICATES = 2


@dataclass(frozen=True)
class Options:
    """The options of `drivers` as given."""

    scenario: Path
    outcome: str
    by: str | None
    study: str
    by_actor: bool
    runs: int | None
    seed: int
    machines: Machines
    format_: Format
    quiet: bool
    store: str | None = None

    @property
    def command(self) -> str:
        """The command that gives the same again."""
        study = [] if self.study == "counts" else ["--study", self.study]
        study += ["--by-actor"] if self.by_actor else []
        return shlex.join([*self._asked, *study, "--runs", str(self.made), "--seed", str(self.seed)])

    @property
    def command_by_design(self) -> str:
        """The command that asks the same of a design."""
        return shlex.join([*self._asked, "--study", "sobol"])

    @property
    def _asked(self) -> list[str]:
        by = [] if self.by is None else ["--by", self.by]
        return ["offramp", "drivers", shown(self.scenario), "--outcome", self.outcome, *by]

    @property
    def made(self) -> int:
        """Runs to make at most."""
        return RUNS[self.study] if self.runs is None else self.runs


def run(options: Options) -> None:
    """Play, compute, print."""
    if options.by_actor and options.study == "counts":
        raise UsageError("--by-actor needs --study sobol; counts give both inputs and actors")
    scenario = load_scenario(options.scenario)
    asked = ask(scenario, options.outcome, day_of(options.by, scenario.as_of, scenario.horizon, "--by"))
    record = (_design if options.study == "sobol" else _counts)(asked, options)
    if options.format_ is Format.JSON:
        print_json(record)
        return
    for line in _lines(record):
        say(line)
    if options.study == "counts":
        note(f"next: {options.command_by_design} adds total indices, with {counted(RUNS['sobol'], 'run')}")


def _counts(asked: Asked, options: Options) -> dict[str, Any]:
    plan = Plan(runs=options.made, seed=options.seed)
    plan.check(asked.scenario)
    with progress(asked.scenario.id, plan.blocks, quiet=options.quiet) as finished:
        executor, store = options.machines.make(plan.blocks), store_at(options.store)
        found = from_counts(asked, plan, executor=executor, store=store, finished=finished)
    return asked.head("counts", plan.most_runs, plan.seed, plan.replicates, options.command) | found.plain()


def _design(asked: Asked, options: Options) -> dict[str, Any]:
    from sim.studies.sobol import blocks_of, study

    made = {"seed": options.seed, "replicates": REPLICATES, "by_actor": options.by_actor}
    plan = design_of(asked, options.made, **made)  # type: ignore[arg-type]
    runs, blocks = plan.rows * plan.replicates, blocks_of(plan)
    Plan(runs=runs, seed=options.seed).check(asked.scenario)
    with progress(f"{asked.scenario.id}, a design", blocks, quiet=options.quiet) as finished:
        executor, store, day = options.machines.make(blocks), store_at(options.store), asked.by
        found = study(asked.scenario, plan, asked.outcome, day, executor=executor, store=store, finished=finished)
    head = asked.head("sobol", runs, plan.seed, plan.replicates, options.command)
    return head | plain_indices(asked, plan, found, by_actor=options.by_actor)


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.sections.drivers import inert_text, together_text

    yield record["scenario"]["title"]
    yield f"as of {record['as_of']}; {counted(record['runs'], 'run')}, seed {record['seed']}"
    yield ""
    yield f"{record['outcome']} within {counted(record['by'], 'day')}: {decimal_text(record['p'])}"
    yield from paragraph(_split(record))
    yield ""
    yield from (_design_table if record["study"] == "sobol" else _counts_tables)(record)
    yield ""
    yield from paragraph(inert_text(record, record["inputs"]))
    yield from paragraph(together_text(record["inputs"]))
    yield from paragraph(
        "An index is the share of the variance of the probability that goes with an input; 95% intervals. It tells "
        "what goes with what in this model, not what a change of it would bring about (docs/drivers.md).",
    )


def _split(record: Mapping[str, Any]) -> str:
    share = record["variance"]["not_chance"]
    return (
        f"{share['value']:.0%} ({_between(share)}) of the variance of the outcome comes from uncertain inputs, the "
        f"rest is chance; sd of the probability {record['variance']['probability'] ** 0.5:.2f}"
    )


def _counts_tables(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.reading import group_name, input_name
    from sim.report.sections.drivers import if_known

    groups = [(group_name(record, one["group"]), *_index(one["index"])) for one in record["groups"]]
    yield from aligned(("of all inputs of", "index", "95%"), groups)
    yield ""
    shown_ = record["inputs"][:MOST_SHOWN]
    rows = [
        (input_name(record, one["path"]), *_index(one["index"]), one["direction"], _p(one["at_low"]),
         _p(one["at_high"]), if_known(one, f"{one['sd_left']:.2f}"))
        for one in shown_
    ]  # fmt: skip
    yield from aligned(("input", "index", "95%", "probability", "low end", "high end", "sd if known"), rows)
    if len(record["inputs"]) > len(shown_):
        yield f"and {len(record['inputs']) - len(shown_)} more, with --format json"


def _design_table(record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.reading import group_name, input_name
    from sim.report.sections.drivers import if_known

    names = [
        group_name(record, one["group"]) if record["by_actor"] else input_name(record, one["path"])
        for one in record["inputs"]
    ]
    rows = [
        (name, *_index(one["first"]), *_index(one["total"]), "no effect" if one.get("no_effect") else if_known(one, ""))
        for name, one in zip(names, record["inputs"], strict=True)
    ][:MOST_SHOWN]
    head = "of all inputs of" if record["by_actor"] else "input"
    yield from aligned((head, "first", "95%", "total", "95%", ""), rows)
    if len(names) > len(rows):
        yield f"and {len(names) - len(rows)} more, with --format json"
    yield f"a design of {counted(record['base'], 'base row')}; total: alone or with others"


def _index(one: Mapping[str, float] | None) -> tuple[str, str]:
    """Write an index and its interval; what lies below 0 is nothing."""
    return ("-", "-") if one is None else (f"{max(0.0, one['value']):.3f}", _between(one, places=1))


def _between(one: Mapping[str, float], places: int = 0) -> str:
    low, high = (min(1.0, max(0.0, one[edge])) for edge in ("low", "high"))
    return f"{low:.{places}%} to {high:.{places}%}"


def _p(one: Mapping[str, float] | None) -> str:
    return "-" if one is None else decimal_text(one["p"])
