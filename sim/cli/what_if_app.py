"""The commands that ask what would be otherwise, as the command line shows them: `counterfactuals`, `tip`, `advise`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.console import Format
from sim.cli.declare import Output
from sim.cli.machines import Machines
from sim.cli.sweep_app import DEFAULT_STORE, MACHINES, NoStore, StoreFolder

ScenarioPath = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]
Runs = Annotated[int, typer.Option(help="Runs of each world.")]
Seed = Annotated[int, typer.Option(help="Seed: the same gives the same result.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def add_commands(command: Callable[[Callable[..., None]], Any]) -> None:
    """Declare the commands."""
    for one in (counterfactuals,):
        command(one)


def counterfactuals(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    runs: Runs = 8192,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for counterfactuals.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Compare the forecast run by run with what it would be with one thing otherwise.

    [bold]Examples[/bold]

      offramp counterfactuals scenarios/idlib-2018/baseline.yaml
      offramp counterfactuals scenarios/idlib-2018/baseline.yaml --runs 20000 --out reports/otherwise
    """
    from sim.cli.counterfactuals_command import Options
    from sim.cli.counterfactuals_command import run as call

    call(Options(scenario, runs, seed, machines, None if no_store else store, out, format_, quiet))
