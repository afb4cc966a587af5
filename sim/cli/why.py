"""`drivers`, `discover` and `explain`: what a probability depends on, and why one run went as it did."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Format, note
from sim.cli.declare import command
from sim.cli.machines import MACHINES, Machines
from sim.cli.options import CACHE, NUMBER, RUNS, By, Cache, Output, Replicates, ScenarioPath, Seed, command_of
from sim.cli.output import basis_of, deliver, prepared, runs_of, show
from sim.errors import UsageError
from sim.report import lines_of
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.runs.store import Store
    from sim.studies.drivers import Asked

MADE = {"counts": 20_000, "sobol": 400_000}


class Study(StrEnum):
    """Sources of sensitivity indices."""

    COUNTS = "counts"
    SOBOL = "sobol"


@command
def drivers(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    outcome: Annotated[str, typer.Option(help="Outcome: offensive, agreement, terms or strikes.")] = "offensive",
    by: By = None,
    study: Annotated[
        Study, typer.Option(help="Method: counts of a forecast, or a Sobol design with total indices.")
    ] = Study.COUNTS,
    by_actor: Annotated[
        bool, typer.Option("--by-actor", help="With --study sobol: vary the inputs of each actor together.")
    ] = False,
    runs: Annotated[
        int | None, typer.Option(help="Upper limit of runs.", show_default="20000; 400000 with --study sobol"), RUNS
    ] = None,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: Cache = CACHE,
    format_: Output = Format.TEXT,
) -> None:
    """Rank the uncertain inputs that drive a probability.

    offramp drivers scenarios/idlib-2018/baseline.yaml
    offramp drivers scenarios/idlib-2018/baseline.yaml --outcome agreement --by 90
    offramp drivers scenarios/idlib-2018/baseline.yaml --study sobol --by-actor
    """
    from sim.forecast.plan import Plan
    from sim.scenario.load import load
    from sim.scenario.windows import day_of
    from sim.studies.bench import Bench
    from sim.studies.drivers import ask, from_counts

    if by_actor and study is Study.COUNTS:
        raise UsageError("--by-actor needs --study sobol; counts give both inputs and actors")
    loaded = load(scenario)
    asked = ask(loaded, outcome, day_of(by, loaded.as_of, loaded.horizon, "--by"))
    plan = Plan(runs=MADE[study] if runs is None else runs, seed=seed)
    said = command_of(context, runs=plan.runs)
    if study is Study.SOBOL:
        record = _design(asked, plan, said, machines, cache.open(), by_actor=by_actor)
    else:
        plan.check(loaded)
        with machines.site(loaded.id, plan.blocks, cache.open(), blocks=plan.blocks) as site:
            found = from_counts(asked, Bench(plan, site))
        record = asked.head("counts", plan, said) | found.plain()
    show(record, format_, lines_of(record, basis_of(record, counted(record["runs"], "run"))))
    if study is Study.COUNTS and format_ is Format.TEXT:
        design = command_of(context, here=True, study=Study.SOBOL, runs=None, seed=None)
        note(f"next: {design} adds total indices, with {counted(MADE['sobol'], 'run')}")


def _design(
    asked: Asked, most: Plan, said: str, machines: Machines, store: Store | None, *, by_actor: bool
) -> dict[str, Any]:
    from sim.studies.drivers import design_of, plain_indices
    from sim.studies.sobol import blocks_of, study

    plan = design_of(asked, most.most_runs, seed=most.seed, replicates=most.replicates, by_actor=by_actor)
    played, blocks = replace(most, runs=plan.rows * plan.replicates), blocks_of(plan)
    played.check(asked.scenario)
    with machines.site(f"{asked.scenario.id}, a design", blocks, store, blocks=blocks) as site:
        found = study(asked.scenario, plan, asked.outcome, asked.by, site)
    return asked.head("sobol", played, said) | plain_indices(asked, plan, found, by_actor=by_actor)


@command
def discover(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    outcome: Annotated[
        str, typer.Option(help='Outcome: strikes, agreement, terms, offensive, limited or full; or "no offensive".')
    ] = "offensive",
    by: By = None,
    structural: Annotated[
        bool,
        typer.Option(
            "--structural", help="Let boxes limit what cannot be looked up too: parameters, frailties, dispositions."
        ),
    ] = False,
    runs: Annotated[
        int, typer.Option(help="Number of runs; half of the draws find boxes, half test them."), RUNS
    ] = 20_000,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: Cache = CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for discovery.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Find input ranges in which an outcome is frequent.

    offramp discover scenarios/idlib-2018/baseline.yaml --runs 100000
    offramp discover scenarios/idlib-2018/baseline.yaml --outcome "no offensive"
    offramp discover scenarios/idlib-2018/baseline.yaml --outcome agreement --by 90 --out reports/discovery
    """
    from sim.scenario.windows import day_of
    from sim.studies.discovery import ask
    from sim.studies.discovery import discover as search

    loaded, plan = prepared(scenario, runs, seed, out)
    window = day_of(by, loaded.as_of, loaded.horizon, "--by")
    asked = ask(loaded, outcome=outcome, by=window, structural=structural)
    said = command_of(context)
    with machines.site(loaded.id, plan.blocks, cache.open(), blocks=plan.blocks) as site:
        record = search(asked, plan, site, said)
    basis = basis_of(record, runs_of(record))
    deliver(record, format_, out, basis=basis, then=f"{command_of(context, here=True)} --out FOLDER draws it")


@command
def explain(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: ScenarioPath,
    run_: Annotated[int, typer.Option("--run", help="Number of the run, counted from 0.", show_default=False), NUMBER],
    seed: Seed = 0,
    replicates: Replicates = 2,
    daily: Annotated[bool, typer.Option("--daily", help="Print every day instead of the turning points.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for explanation.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Replay one run: what each actor said, wanted and did.

    offramp explain scenarios/idlib-2018/baseline.yaml --run 478
    offramp explain scenarios/idlib-2018/baseline.yaml --run 478 --daily
    offramp explain scenarios/idlib-2018/baseline.yaml --run 12345 --seed 1 --out reports/run-12345
    """
    from sim.forecast.replay import explain as replay

    loaded, plan = prepared(scenario, None, seed, out, replicates)
    said = command_of(context)
    record = replay(loaded, run_, seed=plan.seed, replicates=plan.replicates, command=said)
    more = "" if daily else "; --daily prints every day"
    then = f"{command_of(context, here=True)} --out FOLDER draws it{more}"
    sections = ("story", "days" if daily else "moments")
    deliver(record, format_, out, basis=f"as of {record['as_of']}", then=then, sections=sections)
