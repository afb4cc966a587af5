"""The commands that say why, as the command line shows them: `drivers` of it, `explain` one run, `discover` boxes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.console import Format
from sim.cli.declare import Output
from sim.cli.machines import Machines
from sim.cli.ranges import NUMBER, REPLICATES, RUNS, SEED
from sim.cli.sweep_app import MACHINES, AnyStore
from sim.cli.what_if_app import Quiet, ScenarioPath, Seed


def add_commands(command: Callable[[Callable[..., None]], Any]) -> None:
    """Declare the commands."""
    for one in (drivers, explain, discover):
        command(one)


class Study(StrEnum):
    """Where indices come from."""

    COUNTS = "counts"
    SOBOL = "sobol"


def drivers(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    outcome: Annotated[str, typer.Option(help="Outcome: offensive, agreement or strikes.")] = "offensive",
    by: Annotated[
        str | None, typer.Option(help='Time window: 90, "90 days" or its last date.', show_default="horizon")
    ] = None,
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
    store: AnyStore = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Rank the uncertain inputs that drive a probability.

    offramp drivers scenarios/idlib-2018/baseline.yaml
    offramp drivers scenarios/idlib-2018/baseline.yaml --outcome agreement --by 90
    offramp drivers scenarios/idlib-2018/baseline.yaml --study sobol --by-actor
    """
    from sim.cli.drivers_command import Options
    from sim.cli.drivers_command import run as call

    call(Options(scenario, outcome, by, study.value, by_actor, runs, seed, machines, format_, quiet, store))


def explain(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    run_: Annotated[int, typer.Option("--run", help="Number of the run, counted from 0.", show_default=False), NUMBER],
    seed: Annotated[int, typer.Option(help="Random seed of its forecast."), SEED] = 0,
    replicates: Annotated[int, typer.Option(help="Runs per draw in its forecast."), REPLICATES] = 2,
    daily: Annotated[bool, typer.Option("--daily", help="Print every day instead of the turning points.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for explanation.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Replay one run: what each actor said, wanted and did.

    offramp explain scenarios/idlib-2018/baseline.yaml --run 478
    offramp explain scenarios/idlib-2018/baseline.yaml --run 478 --daily
    offramp explain scenarios/idlib-2018/baseline.yaml --run 12345 --seed 1 --out reports/run-12345
    """
    from sim.cli.explain_command import Options
    from sim.cli.explain_command import run as call

    call(Options(scenario, run_, seed, replicates, daily, out, format_))


def discover(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    outcome: Annotated[
        str, typer.Option(help='Outcome: strikes, agreement, terms, offensive, limited or full; or "no offensive".')
    ] = "offensive",
    by: Annotated[
        str | None, typer.Option(help='Time window: 90, "90 days" or its last date.', show_default="horizon")
    ] = None,
    structural: Annotated[
        bool, typer.Option("--structural", help="Let boxes limit structural parameters and frailties too.")
    ] = False,
    runs: Annotated[
        int, typer.Option(help="Number of runs; half of the draws find boxes, half test them."), RUNS
    ] = 20_000,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    store: AnyStore = None,
    out: Annotated[Path | None, typer.Option(help="Folder for discovery.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Find input ranges in which an outcome is frequent.

    offramp discover scenarios/idlib-2018/baseline.yaml
    offramp discover scenarios/idlib-2018/baseline.yaml --outcome "no offensive"
    offramp discover scenarios/idlib-2018/baseline.yaml --outcome agreement --by 90 --out reports/discovery
    """
    from sim.cli.discover_command import Options
    from sim.cli.discover_command import run as call

    call(Options(scenario, outcome, by, structural, runs, seed, machines, out, format_, quiet, store))
