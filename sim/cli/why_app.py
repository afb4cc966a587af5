"""The commands that say why, as the command line shows them: `explain` one run, `discover` where outcomes lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.console import Format
from sim.cli.declare import Output
from sim.cli.what_if_app import ScenarioPath


def add_commands(command: Callable[[Callable[..., None]], Any]) -> None:
    """Declare the commands."""
    for one in (explain,):
        command(one)


def explain(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    run_: Annotated[int, typer.Option("--run", help="Number of the run, from 0.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Seed of the forecast that it is a run of.")] = 0,
    replicates: Annotated[int, typer.Option(help="Runs that share one draw in that forecast.")] = 2,
    daily: Annotated[bool, typer.Option("--daily", help="Print every day instead of the turning points.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for explanation.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Replay one run of a forecast: what each actor said, wanted and did, and what the dice did.

    [bold]Examples[/bold]

      offramp explain scenarios/idlib-2018/baseline.yaml --run 478
      offramp explain scenarios/idlib-2018/baseline.yaml --run 478 --daily
      offramp explain scenarios/idlib-2018/baseline.yaml --run 12345 --seed 1 --out reports/run-12345
    """
    from sim.cli.explain_command import Options
    from sim.cli.explain_command import run as call

    call(Options(scenario, run_, seed, replicates, daily, out, format_))
