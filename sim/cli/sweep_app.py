"""The commands below `offramp sweep`, as the command line shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.console import Format
from sim.cli.declare import Annotations, JUnit, Output, Summary, Words, declare, help_of
from sim.cli.machines import Machines
from sim.cli.ranges import RUNS, SHARDS

MACHINES = Machines()
DEFAULT_STORE = ".offramp/store"

HELP = """Run many variants of a scenario and compare them.

offramp sweep run scenarios/idlib-2018/sweeps/variants.yaml --out reports/sweep
offramp sweep plan scenarios/idlib-2018/sweeps/variants.yaml --shards 3
"""

sweep = typer.Typer(help=help_of(HELP), short_help=HELP.partition("\n")[0], no_args_is_help=True, rich_markup_mode=None)

SweepFile = Annotated[Path, typer.Argument(help="Sweep file (YAML).", show_default=False)]
StoreFolder = Annotated[str, typer.Option("--store", help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.")]
AnyStore = Annotated[
    str | None,
    typer.Option("--store", help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.", show_default="none"),
]
NoStore = Annotated[bool, typer.Option("--no-store", help="Use no cache.")]
WordScale = Annotated[Words, typer.Option(help="Words for probabilities: US ICD 203, UK PHIA or none.")]


@declare(sweep)
def run(  # noqa: PLR0913 - one parameter an option
    file: SweepFile,
    shard: Annotated[str | None, typer.Option(help="Run one shard, as in 2/3, and write its partial file.")] = None,
    machines: Machines = MACHINES,
    runs: Annotated[int | None, typer.Option(help="Runs per cell (an upper limit with --precision)."), RUNS] = None,
    precision: Annotated[float | None, typer.Option(help="Stop a cell when its 95% interval is this narrow.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the report, the table and the record.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first cell that fails.")] = False,
    cells: Annotated[bool, typer.Option("--cells", help="With --out: write a forecast and a page per cell.")] = False,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    words: WordScale = Words.ICD203,
    max_runs: Annotated[
        int, typer.Option(help="Upper limit of runs per cell while a gate is undecided."), RUNS
    ] = 200_000,
    alpha: Annotated[float, typer.Option(help="Upper limit of the chance that any verdict is false.")] = 0.05,
    junit: JUnit = None,
    summary: Summary = None,
    annotations: Annotations = False,
) -> None:
    """Run a sweep; repeat the command to resume it.

    offramp sweep run scenarios/idlib-2018/sweeps/offer-and-deterrence.yaml --out reports/sweep
    offramp sweep run scenarios/idlib-2018/sweeps/variants.yaml --precision 0.01
    offramp sweep run scenarios/idlib-2018/sweeps/pressures.yaml --shard 2/3 --out parts
    offramp sweep run scenarios/idlib-2018/sweeps/pressures.yaml --executor dask --address tcp://127.0.0.1:8786
    """
    from sim.cli.ci_output import CiOutput
    from sim.cli.sweep_command import Call
    from sim.cli.sweep_command import run as call
    from sim.cli.sweep_gates import GateOptions

    kept = None if no_store else store
    gates = GateOptions(max_runs, alpha, CiOutput(junit, summary, annotations))
    call(Call(file, shard, machines, runs, precision, kept, out, fail_fast, cells, format_, quiet, words.value, gates))


@declare(sweep)
def plan(file: SweepFile, shards: Annotated[int, typer.Option(help="Number of shards."), SHARDS] = 1) -> None:
    """Print the CI job matrix of a sharded sweep as JSON.

    offramp sweep plan scenarios/idlib-2018/sweeps/pressures.yaml --shards 3
    """
    from sim.cli.sweep_command import plan as call

    call(file, shards)


@declare(sweep)
def merge(  # noqa: PLR0913 - one parameter an option
    parts: Annotated[
        list[Path], typer.Argument(help="Partial files of all shards, or folders of them.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder for the report, the table and the record.")],
    format_: Output = Format.TEXT,
    words: WordScale = Words.ICD203,
    junit: JUnit = None,
    summary: Summary = None,
    annotations: Annotations = False,
) -> None:
    """Merge the shards of a sweep into one report.

    offramp sweep merge parts --out reports/sweep
    """
    from sim.cli.ci_output import CiOutput
    from sim.cli.sweep_command import merge_parts as call

    call(parts, out, format_, words.value, CiOutput(junit, summary, annotations))


@declare(sweep)
def cell(
    file: SweepFile,
    name: Annotated[str, typer.Argument(help="Id of the cell, or its first letters.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and forecast.json.")],
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    words: WordScale = Words.ICD203,
) -> None:
    """Write the full report of one cell of a sweep.

    offramp sweep cell scenarios/idlib-2018/sweeps/pressures.yaml 5f0c1a --out reports/cell
    """
    from sim.cli.sweep_command import cell as call

    call(file, name, out, None if no_store else store, words.value)
