"""The commands that ask what would be otherwise, as the command line shows them: `counterfactuals`, `tip`, `advise`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.console import Format
from sim.cli.declare import Output
from sim.cli.machines import Machines
from sim.cli.ranges import RUNS, SEED
from sim.cli.sweep_app import DEFAULT_STORE, MACHINES, NoStore, StoreFolder

ScenarioPath = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]
Runs = Annotated[int, typer.Option(help="Runs of each variant."), RUNS]
Seed = Annotated[int, typer.Option(help="Random seed; the same seed gives the same result."), SEED]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def add_commands(command: Callable[[Callable[..., None]], Any]) -> None:
    """Declare the commands."""
    for one in (counterfactuals, tip, advise):
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
    """Show how the forecast moves if one thing changes.

    offramp counterfactuals scenarios/idlib-2018/baseline.yaml
    offramp counterfactuals scenarios/idlib-2018/baseline.yaml --runs 20000 --out reports/otherwise
    """
    from sim.cli.counterfactuals_command import Options
    from sim.cli.counterfactuals_command import run as call

    call(Options(scenario, runs, seed, machines, None if no_store else store, out, format_, quiet))


def tip(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    input_: Annotated[
        list[str],
        typer.Option("--input", help="Dotted path of a number; give two for a contour.", show_default=False),
    ],
    to: Annotated[float, typer.Option(help="Probability to reach, as in 0.10.", show_default=False)],
    outcome: Annotated[
        str, typer.Option(help="Outcome: offensive, limited, full, agreement or strikes.")
    ] = "offensive",
    by: Annotated[
        str | None, typer.Option(help='Time window: 90, "90 days" or its last date.', show_default="horizon")
    ] = None,
    range_: Annotated[
        list[str] | None,
        typer.Option("--range", help="Range of each input, as in 0:1.", show_default="all allowed values"),
    ] = None,
    runs: Runs = 8192,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for tipping.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    r"""Find the input value at which a probability is reached.

    offramp tip scenarios/idlib-2018/german-offer.yaml --input pressures.german-offer.intensity --by 90 --to 0.07
    offramp tip scenarios/idlib-2018/german-offer.yaml --input pressures.german-offer.intensity \
      --input actors.turkey.posture --outcome offensive --by "90 days" --to 0.07 --out reports/tip
    """
    from sim.cli.tip_command import Options
    from sim.cli.tip_command import run as call

    kept = None if no_store else store
    call(Options(scenario, input_, outcome, by, to, range_ or [], runs, seed, machines, kept, out, format_, quiet))


def advise(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    actor: Annotated[str, typer.Option("--for", help="Id of the actor to advise.", show_default=False)],
    goal: Annotated[str, typer.Option(help='Goal, as in "lower offensive by 90 days".', show_default=False)],
    budget: Annotated[
        float | None, typer.Option(help="Upper limit of the cost of a mix.", show_default="no limit")
    ] = None,
    runs: Runs = 16_384,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for advice.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Find the options of an actor that move a probability most.

    offramp advise scenarios/idlib-2018/baseline.yaml --for germany --goal "lower offensive by 90 days"
    offramp advise scenarios/idlib-2018/baseline.yaml --for turkey --goal "raise agreement by 90 days" --budget 5
    """
    from sim.studies.goals import read_goal  # before what takes seconds to load

    read_goal(goal)
    from sim.cli.advise_command import Options
    from sim.cli.advise_command import run as call

    kept = None if no_store else store
    call(Options(scenario, actor, goal, budget, runs, seed, machines, kept, out, format_, quiet))
