"""`counterfactuals`, `tip`, `advise` and `diff`: how a probability changes with the scenario, paired run by run."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.console import Format, note
from sim.cli.declare import command
from sim.cli.machines import MACHINES, Machines
from sim.cli.options import (
    CACHE,
    RUNS,
    SEED,
    USUAL_CACHE,
    By,
    Cache,
    Output,
    ScenarioPath,
    Seed,
    UsualCache,
    command_of,
)
from sim.cli.output import basis_of, deliver, prepared, runs_of, show
from sim.errors import UsageError
from sim.report import lines_of
from sim.wording import counted

Runs = Annotated[int, typer.Option(help="Runs of each variant."), RUNS]


@command
def counterfactuals(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    runs: Runs = 8192,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for counterfactuals.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Show how the forecast moves if one thing changes.

    offramp counterfactuals scenarios/idlib-2018/baseline.yaml
    offramp counterfactuals scenarios/idlib-2018/baseline.yaml --runs 20000 --out reports/otherwise
    """
    from sim.studies.bench import Bench
    from sim.studies.counterfactuals import blocks_of
    from sim.studies.counterfactuals import counterfactuals as play

    loaded, plan = prepared(scenario, runs, seed, out)
    blocks = blocks_of(loaded, plan)
    with machines.site("counterfactuals", blocks, cache.open(), blocks=blocks) as site:
        record = play(loaded, Bench(plan, site)).record(command_of(context))
    then = f"offramp run {shlex.quote(str(scenario))} --counterfactuals --out FOLDER writes a report"
    runs_each = f"{counted(record['counterfactuals']['runs'], 'run')} of each world, paired run by run"
    deliver(record, format_, out, basis=basis_of(record, runs_each), then=then)


@command
def tip(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    *,
    input_: Annotated[
        list[str], typer.Option("--input", help="Dotted path of a number; give two for a contour.", show_default=False)
    ],
    outcome: Annotated[
        str, typer.Option(help="Outcome: offensive, limited, full, agreement, terms or strikes.")
    ] = "offensive",
    by: By = None,
    to: Annotated[float, typer.Option(help="Probability to reach, as in 0.10.", show_default=False)],
    range_: Annotated[
        list[str] | None,
        typer.Option("--range", help="Range of each input, as in 0:1.", show_default="all allowed values"),
    ] = None,
    runs: Runs = 8192,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for tipping.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    r"""Find the input value at which a probability is reached.

    offramp tip scenarios/idlib-2018/german-offer.yaml --input pressures.german-offer.intensity --by 90 --to 0.26
    offramp tip scenarios/idlib-2018/german-offer.yaml --input pressures.german-offer.intensity \
      --input actors.turkey.posture --outcome offensive --by "90 days" --to 0.26 --out reports/tip
    """
    from sim.scenario.windows import day_of
    from sim.studies import tipping
    from sim.studies.bench import Bench

    spans = [_span(text) for text in range_ or ()]
    loaded, plan = prepared(scenario, runs, seed, out)
    window = day_of(by, loaded.as_of, loaded.horizon, "--by")
    asked = tipping.ask(loaded, input_, to=to, outcome=outcome, by=window, spans=spans)
    said = command_of(context)
    with machines.site("tip, at most about", asked.most_values * plan.blocks, cache.open()) as site:
        record = tipping.tip(asked, Bench(plan, site)).record(said)
    counts = f"{counted(record['runs'], 'run')} at each value, the same draws and random numbers"
    deliver(
        record,
        format_,
        out,
        basis=basis_of(record, counts),
        then=f"{command_of(context, here=True)} --out FOLDER draws it",
    )


def _span(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    try:
        span = float(low), float(high)
    except ValueError:
        span = math.nan, math.nan
    if not colon or not all(map(math.isfinite, span)):
        raise UsageError(f"expected a range such as 0:1 after --range (got {text!r})")
    return span


@command
def advise(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    actor: Annotated[str, typer.Option("--for", help="Id of the actor to advise.", show_default=False)],
    goal: Annotated[str, typer.Option(help='Goal, as in "lower offensive by 90 days".', show_default=False)],
    budget: Annotated[
        float | None, typer.Option(help="Upper limit of the cost of a mix.", show_default="no limit")
    ] = None,
    runs: Runs = 16_384,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for advice.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Find the options of an actor that move a probability most.

    offramp advise scenarios/idlib-2018/baseline.yaml --for germany --goal "lower offensive by 90 days"
    offramp advise scenarios/idlib-2018/baseline.yaml --for turkey --goal "raise agreement by 90 days" --budget 5
    """
    from sim.studies.goals import read_goal  # before what takes seconds to load

    read_goal(goal)
    if budget is not None and not (budget > 0 and math.isfinite(budget)):
        raise UsageError(f"expected a budget above 0 (got {budget:g})")
    from sim.studies.advice import REPLICATES, goal_of, mixes_of
    from sim.studies.advice import advise as compare
    from sim.studies.bench import Bench

    loaded, plan = prepared(scenario, runs, seed, out, REPLICATES)
    asked = goal_of(goal, loaded)
    blocks = (1 + len(mixes_of(loaded, actor, asked, budget))) * plan.blocks
    said = command_of(context)
    with machines.site("advise", blocks, cache.open(), blocks=blocks) as site:
        record = compare(loaded, actor, asked, Bench(plan, site), budget=budget, command=said)
    basis = basis_of(record, runs_of(record, " of each mix"))
    deliver(record, format_, out, basis=basis, then=f"{command_of(context, here=True)} --out FOLDER draws it")


@command
def diff(  # noqa: PLR0913 - one parameter an option
    before: Annotated[Path, typer.Argument(help="Scenario file, or a forecast.json.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Scenario file, or a forecast.json.", show_default=False)],
    runs: Annotated[
        int | None, typer.Option(help="Runs of each side.", show_default="as a forecast has it, or 20000"), RUNS
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Random seed.", show_default="as a forecast has it, or 0"), SEED
    ] = None,
    machines: Machines = MACHINES,
    cache: Cache = CACHE,
    format_: Output = Format.TEXT,
) -> None:
    """Compare two scenarios or forecasts; tell change from noise.

    offramp diff scenarios/idlib-2018/baseline.yaml scenarios/idlib-2018/german-offer.yaml
    offramp diff reports/idlib-2018/baseline/forecast.json scenarios/idlib-2018/baseline.yaml
    """
    from sim.studies import diff as differences
    from sim.studies.bench import Bench

    sides = differences.read_sides(before, after, seed)
    plan = differences.plan_of(sides, runs, seed)
    blocks = differences.blocks_of(sides, plan)
    with machines.site("diff", blocks, cache.open(), blocks=blocks) as site:
        record = differences.diff(sides, Bench(plan, site)).record()
    told = (
        f"{side.path}, as of {record[name]['as_of']}" for side, name in zip(sides, ("before", "after"), strict=True)
    )
    show(record, format_, lines_of(record, "; ".join(told)))
    if format_ is Format.TEXT:
        old, new = (shlex.quote(str(path)) for path in (before, after))
        if differences.is_stored(before) and not differences.is_stored(after):
            note(f"next: offramp run {new} --since {old} --out FOLDER writes it into a report")
        elif not differences.is_stored(after):
            note(f"next: guard it by a gate in {new}, as in `compared_with: ...` (docs/gates.md)")
