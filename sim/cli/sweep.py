"""`sweep run`, `plan`, `merge` and `cell`: run a sweep whole or in shards, merge shards, report one cell."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.check import CI, CODES, CiOutput
from sim.cli.console import Exit, Format, note, print_json, say
from sim.cli.declare import declare, group
from sim.cli.machines import MACHINES, Machines
from sim.cli.options import RUNS, SHARDS, USUAL_CACHE, Alpha, MaxRuns, Output, UsualCache, Words, WordScale, command_of
from sim.cli.output import check_output, show, shown, written
from sim.errors import ExecutionError, ScenarioError, UsageError
from sim.report import lines_of, write_cell, write_files, write_report
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.forecast import Forecast
    from sim.forecast.plan import Plan
    from sim.runs.store import Store
    from sim.studies.gates.check import Budget
    from sim.studies.gates.sweeps import Dealt
    from sim.studies.sweep.shards import Shard
    from sim.studies.sweep.sweep import Cell, Sweep

Record = dict[str, Any]

sweep = group(
    "sweep",
    """Run many variants of a scenario and compare them.

offramp sweep run scenarios/idlib-2018/sweeps/variants.yaml --out reports/sweep
offramp sweep plan scenarios/idlib-2018/sweeps/variants.yaml --shards 3
""",
)
SweepFile = Annotated[Path, typer.Argument(help="Sweep file (YAML).", show_default=False)]


@declare(sweep)
def run(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    file: SweepFile,
    shard: Annotated[str | None, typer.Option(help="Run one shard, as in 2/3, and write its partial file.")] = None,
    machines: Machines = MACHINES,
    runs: Annotated[int | None, typer.Option(help="Runs per cell (an upper limit with --precision)."), RUNS] = None,
    precision: Annotated[float | None, typer.Option(help="Stop a cell when its 95% interval is this narrow.")] = None,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for the report, the table and the record.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first cell that fails.")] = False,
    cells: Annotated[bool, typer.Option("--cells", help="With --out: write a forecast and a page per cell.")] = False,
    format_: Output = Format.TEXT,
    words: WordScale = Words.ICD203,
    max_runs: MaxRuns = 200_000,
    alpha: Alpha = 0.05,
    ci: CiOutput = CI,
) -> None:
    """Run a sweep; repeat the command to resume it.

    offramp sweep run scenarios/idlib-2018/sweeps/offer-and-deterrence.yaml --out reports/sweep
    offramp sweep run scenarios/idlib-2018/sweeps/variants.yaml --precision 0.01
    offramp sweep run scenarios/idlib-2018/sweeps/pressures.yaml --shard 2/3 --out parts
    offramp sweep run scenarios/idlib-2018/sweeps/pressures.yaml --executor dask --address tcp://127.0.0.1:8786
    """
    from sim.studies.gates.check import Budget
    from sim.studies.gates.sweeps import sweep_trials
    from sim.studies.sweep.runner import head_of, record_of, run_sweep
    from sim.studies.sweep.shards import Shard, partial_of

    part = None if shard is None else Shard.parse(shard)
    _check_folder(context.params)
    loaded = _loaded(file, runs=runs, precision=precision)
    budget, gates = Budget(alpha, max_runs, loaded.plan.seed, loaded.plan.replicates), sweep_trials(loaded)
    check_output(out, figures=False)
    ci.check()
    chosen, label = list(loaded.cells), loaded.document.id
    if part is not None:
        chosen, label = part.cells(loaded), f"{label} {part}"
    kept = cache.open()
    keep = _keep_forecast(file, out / "cells", loaded) if cells and out is not None else None
    with _resumable(kept):
        play = partial(run_sweep, loaded, cells=chosen, fail_fast=fail_fast, on_forecast=keep)
        rows = _rows(play, loaded.plan, len(chosen), kept, machines, label)
        verdicts = judge(gates, budget, chosen, kept, machines)
    judged = {"alpha": alpha, "max_runs": max_runs, "count": len(gates)} if gates else None
    top = head_of(loaded, command_of(context), judged)
    if part is not None and out is not None:
        _write_partial(part, partial_of(top, part, loaded.cells, rows, verdicts), out, format_)
        _finish({"rows": rows, "verdicts": []}, None)  # gates pass or fail in the merged sweep only
        return
    record = record_of(top, rows, verdicts)
    _deliver(_with_pages(record) if cells else record, out, format_, words, ci)


def _loaded(file: Path, **options: Any) -> Sweep:
    """Load a sweep file; refuse a scenario by that name."""
    from sim.scenario.kinds import kind_of
    from sim.studies.sweep.load import load_sweep

    try:
        return load_sweep(file, **options)
    except ScenarioError:
        if file.is_file() and os.access(file, os.R_OK) and kind_of(file) == "scenario":
            again = shlex.join(["offramp", "run", str(file)])
            raise UsageError(f"{file} is a scenario, not a sweep; run it with {again}") from None
        raise


def _check_folder(params: Record) -> None:
    for name, use in (("shard", "its partial file"), ("cells", "the forecasts")):
        if params[name] and params["out"] is None:
            raise UsageError(f"--{name} needs a folder for {use}; name one with --out")


def _rows(
    play: Callable[..., list[Record]], plan: Plan, cells: int, store: Store | None, machines: Machines, label: str
) -> list[Record]:
    """Play cells where and as the options say; `play` is `run_sweep` with all else given."""
    blocks, by_cell = cells * plan.blocks, plan.precision is not None
    total, unit = (cells, "cell") if by_cell else (blocks, "block")
    with machines.site(label, total, store, unit=unit, blocks=blocks) as site:
        if by_cell and (finished := site.finished) is not None:  # the number of blocks per cell is unknown
            rows = play(site=replace(site, finished=None), on_cell=finished)
        else:
            rows = play(site=site)
    if store is not None and store.damaged:
        note(f"{store.damaged} damaged entries of the store {store} were not used; their blocks were played again")
    return rows


@contextmanager
def _resumable(store: Store | None) -> Iterator[None]:
    """Print how to resume after Ctrl-C or a failure of the workers."""
    again = f"finished blocks are kept in {store}: give the same command again to resume"
    try:
        yield
    except ExecutionError:
        if store is not None:
            note(again)
        raise
    except KeyboardInterrupt:
        note("interrupted; nothing was kept, because there is no store" if store is None else f"interrupted; {again}")
        raise typer.Exit(Exit.INTERRUPTED) from None


def _keep_forecast(file: Path, folder: Path, sweep: Sweep) -> Any:
    """Return a function that writes the forecast of each cell into its own subfolder."""

    def keep(cell: Cell, forecast: Forecast) -> None:
        record = forecast.record(f"offramp sweep cell {shlex.quote(shown(file))} {cell.id}")
        write_cell(record, folder / cell.id, label=cell.label, changes=cell.changes, names=sweep.names)

    return keep


def _write_partial(shard: Shard, partial: Record, out: Path, format_: Format) -> None:
    from sim.report.files import to_json

    written(write_files(out, {shard.file_name: to_json(partial)}))
    if format_ is Format.JSON:
        print_json(partial)
    if shard.of > 1:
        note(f"next: run all {counted(shard.of, 'shard')}, then offramp sweep merge FOLDERS... --out FOLDER")


@declare(sweep)
def plan(file: SweepFile, shards: Annotated[int, typer.Option(help="Number of shards."), SHARDS] = 1) -> None:
    """Print the CI job matrix of a sharded sweep as JSON.

    offramp sweep plan scenarios/idlib-2018/sweeps/pressures.yaml --shards 3
    """
    import json  # on one line, as `$GITHUB_OUTPUT` takes it

    from sim.studies.sweep.shards import matrix

    say(json.dumps(matrix(_loaded(file), shards), separators=(",", ":")))


@declare(sweep)
def merge(
    parts: Annotated[
        list[Path], typer.Argument(help="Partial files of all shards, or folders of them.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder for the report, the table and the record.")],
    format_: Output = Format.TEXT,
    words: WordScale = Words.ICD203,
    ci: CiOutput = CI,
) -> None:
    """Merge the shards of a sweep into one report.

    offramp sweep merge parts --out reports/sweep
    """
    from sim.studies.sweep import shards

    check_output(out, figures=False)
    ci.check()
    files = [file for part in parts for file in _files_of(part)]
    record = shards.merge(list(dict.fromkeys(files)))
    if _take_cells([file.parent for file in files], out):
        record = _with_pages(record)
    _deliver(record, out, format_, words, ci)


def _files_of(part: Path) -> list[Path]:
    """Return a partial file, or all partial files in a folder."""
    if not part.is_dir():
        return [part]
    found = sorted(part.rglob("shard-*-of-*.json"))
    if not found:
        raise UsageError(f"there is no partial file of a sweep in {part}")
    return found


def _take_cells(folders: list[Path], out: Path) -> bool:
    """Copy the forecasts that shards wrote with `--cells`, and return whether there were any."""
    import shutil

    found = [folder for folder in dict.fromkeys(folders) if (folder / "cells").is_dir()]
    for folder in found:
        if folder.resolve() != out.resolve():
            shutil.copytree(folder / "cells", out / "cells", dirs_exist_ok=True)
    return bool(found)


@declare(sweep)
def cell(
    context: typer.Context,
    file: SweepFile,
    name: Annotated[str, typer.Argument(help="Id of the cell, or its first letters.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and forecast.json.")],
    cache: UsualCache = USUAL_CACHE,
    words: WordScale = Words.ICD203,
) -> None:
    """Write the full report of one cell of a sweep.

    offramp sweep cell scenarios/idlib-2018/sweeps/pressures.yaml 5f0c1a --out reports/cell
    """
    from sim.studies.bench import Site
    from sim.studies.sweep.runner import run_sweep

    loaded = _loaded(file)
    chosen = [one for one in loaded.cells if one.id.startswith(name)]
    if not chosen:
        raise UsageError(f"there is no cell {name!r} in {file}; sweep.csv and the report list the ids")
    if len(chosen) > 1:
        raise UsageError(f"{counted(len(chosen), 'cell')} of {file} begin with {name!r}; give more letters of the id")
    check_output(out, figures=False)
    said = command_of(context, name=chosen[0].id)
    records: list[Record] = []
    site = Site(store=cache.open())
    run_sweep(loaded, site, cells=chosen, fail_fast=True, on_forecast=lambda _, one: records.append(one.record(said)))
    written(write_report(records[0], out, words=words))


def _deliver(record: Record, out: Path | None, format_: Format, words: str, ci: CiOutput) -> None:
    """Print the results, write them if a folder is given, and exit with the matching code."""
    basis = f"as of {record['as_of']}; {counted(record['cells'], 'cell')}, seed {record['seed']}"
    show(record, format_, lines_of(record, basis, words=words))
    if out is not None:
        written(write_report(record, out, words=words))
    _write_ci(record, ci)
    _finish(record, out)


def _with_pages(record: Record) -> Record:
    """Add to each row a link to the page of its cell."""
    pages = (None if row["outcomes"] is None else f"cells/{row['cell']}/index.html" for row in record["rows"])
    return {**record, "rows": [{**row, "page": page} for row, page in zip(record["rows"], pages, strict=True)]}


def _finish(record: Record, out: Path | None) -> None:
    """Exit with 3 if a cell failed, else 1 if a gate failed, else 4 if a gate or a precision was left undecided."""
    statuses = Counter(row["status"] for row in record["rows"])
    codes = {exit_code(record["verdicts"])}
    if failed := statuses["failed"]:
        note(f"{failed} of {counted(statuses.total(), 'cell')} failed; their rows say why. The rest is complete")
        codes.add(Exit.INTERNAL)
    if imprecise := statuses["imprecise"]:
        note(f"{counted(imprecise, 'cell')} did not reach the precision; allow more with --runs")
        codes.add(Exit.INCOMPLETE)
    worst = next(filter(codes.__contains__, (Exit.INTERNAL, Exit.GATE, Exit.INCOMPLETE)), Exit.OK)
    if worst is not Exit.OK:
        raise typer.Exit(worst)
    if out is not None:
        note(f"next: open {out / 'sweep.html'}")


def judge(
    gates: Sequence[Dealt], budget: Budget, cells: Sequence[Cell], store: Store | None, machines: Machines
) -> list[Record]:
    """Judge the gates that belong to some cells. Raises KeyboardInterrupt if judging was interrupted."""
    from sim.studies.gates.check import check

    wanted = {cell.index for cell in cells}
    mine = [one for one in gates if one.cell.index in wanted]
    if not mine:
        return []
    with machines.site("gates", len(mine), store, unit="gate") as site:
        checked = check(list(map(attrgetter("trial"), mine)), budget, site, of=len(gates))
    if checked.interrupted:
        raise KeyboardInterrupt
    return [
        {"index": one.index, **result, "file": shown(Path(result["file"]))}
        for one, result in zip(mine, checked.results, strict=True)
    ]


def _write_ci(record: Record, ci: CiOutput) -> None:
    from sim.report.ci import false_verdicts, findings_of

    findings = findings_of(record)
    notes = [f"{counted(record['cells'], 'cell')} of the sweep {record['sweep']['id']}, seed {record['seed']}."]
    if record["gates"] is not None:
        said = false_verdicts(record)
        notes.append(f"{said[0].upper()}{said[1:]}.")
    ci.write(findings, record["sweep"]["title"], notes)


def exit_code(verdicts: Sequence[Record]) -> Exit:
    """Return the exit code of the worst verdict; if undecided, print the next step."""
    from sim.report.ci import WORST_FIRST

    found = {one["verdict"] for one in verdicts}
    worst = next((verdict for verdict in WORST_FIRST if verdict in found), "pass")
    if worst == "undecided":
        note("next: allow the gates more runs with --max-runs, or loosen them")
    return CODES[worst]
