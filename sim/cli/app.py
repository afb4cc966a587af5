"""The commands of `offramp`, put together. Each command lives in a module of its own, imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.console import Format, guarded

app = typer.Typer(
    name="offramp",
    help="Forecast a crisis: a scenario as a YAML file in, a probability report out.",
    epilog="Start with: offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

ScenarioPath = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]
Output = Annotated[Format, typer.Option("--format", help="How to print data on stdout.")]


def main() -> None:
    """Run the command line."""
    app()


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from sim.environment import version as version_of

        print(f"offramp {version_of()}")
        raise typer.Exit
    del context


@app.command()
@guarded
def validate(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenario files (YAML).", show_default=False)],
    format_: Output = Format.TEXT,
) -> None:
    """Check scenario files and print all their faults at once.

    [bold]Examples[/bold]

      offramp validate scenarios/idlib-2018/baseline.yaml
      offramp validate scenarios/*/*.yaml --format json
    """
    from sim.cli.scenario_commands import validate as call

    call(scenarios, format_)


@app.command()
@guarded
def show(
    scenario: ScenarioPath,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print every value and where it comes from.")] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Show what a scenario says: question, actors and what they start from.

    [bold]Examples[/bold]

      offramp show scenarios/idlib-2018/baseline.yaml
      offramp show scenarios/idlib-2018/german-offer.yaml --resolved
    """
    from sim.cli.scenario_commands import show as call

    call(scenario, format_, resolved=resolved)


@app.command()
@guarded
def run(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    runs: Annotated[
        int | None, typer.Option(help="Runs to make; at most so many with --precision.", show_default="20000")
    ] = None,
    precision: Annotated[float | None, typer.Option(help="Stop when the interval is this narrow, as in 0.01.")] = None,
    seed: Annotated[int, typer.Option(help="Seed: the same gives the same bytes.")] = 0,
    replicates: Annotated[int, typer.Option(help="Runs that share one draw of what is not known.")] = 2,
    workers: Annotated[int | None, typer.Option(help="Processes.", show_default="all cores where it pays")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, report.md and forecast.json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run a scenario and print its probabilities; with --out write the report.

    [bold]Examples[/bold]

      offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018
      offramp run scenarios/idlib-2018/german-offer.yaml --precision 0.01
      offramp run scenarios/idlib-2018/baseline.yaml --runs 100000 --workers 2 --format json > forecast.json
    """
    from sim.cli.run_command import Options
    from sim.cli.run_command import run as call

    call(Options(scenario, runs, precision, seed, replicates, workers, out, format_, quiet))


@app.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors.

    [bold]Examples[/bold]

      offramp schema > docs/schema/scenario.schema.json
    """
    from sim.cli.scenario_commands import schema as call

    call()
