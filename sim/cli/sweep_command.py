"""`sweep run`, `plan`, `merge` and `cell`: run a sweep whole or in shards, put shards together, open one cell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from sim.cli.ci_output import CiOutput
from sim.cli.console import Exit, Format, note, print_json, say
from sim.cli.machines import Machines
from sim.cli.output import check_output, shown
from sim.cli.sweep_gates import GateOptions, Gates, exit_code, tell, write
from sim.errors import ExecutionError, UsageError
from sim.forecast.forecast import Forecast
from sim.progress import progress
from sim.report.chance import Chance, Shift
from sim.report.terminal import aligned
from sim.runs.store import Store, store_at
from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.result import Record, head_of, record_of
from sim.studies.sweep.runner import Options, run_sweep
from sim.studies.sweep.shards import Shard, matrix, merge, partial_of
from sim.studies.sweep.sweep import Cell, Sweep
from sim.wording import counted

SHOWN = 20  # rows printed


@dataclass(frozen=True)
class Call:
    """The options of `sweep run` as given."""

    file: Path
    shard: str | None
    machines: Machines
    runs: int | None
    precision: float | None
    store: str | None
    out: Path | None
    fail_fast: bool
    cells: bool
    format_: Format
    quiet: bool
    words: str
    gates: GateOptions = field(default_factory=GateOptions)

    @property
    def command(self) -> str:
        """The command that makes the same results again, on any machine and in any number of shards."""
        words = ["offramp", "sweep", "run", shown(self.file)]
        if self.runs is not None:
            words += ["--runs", str(self.runs)]
        if self.precision is not None:
            words += ["--precision", f"{self.precision:g}"]
        return shlex.join([*words, *self.gates.words])


def run(call: Call) -> None:
    """Run a sweep or one shard of it; print, write."""
    shard = None if call.shard is None else Shard.parse(call.shard)
    if shard is not None and call.out is None:
        raise UsageError("--shard needs a folder for its partial file; name one with --out")
    if call.cells and call.out is None:
        raise UsageError("--cells needs a folder for the forecasts; name one with --out")
    sweep = load_sweep(call.file, runs=call.runs, precision=call.precision)
    gates = Gates.of(sweep, call.gates)
    check_output(call.out, figures=False)
    call.gates.output.check()
    cells = list(sweep.cells) if shard is None else shard.cells(sweep)
    store = store_at(call.store)
    rows = _rows(call, sweep, cells, store)
    if store is not None and store.damaged:
        note(f"{store.damaged} damaged entries of the store {store} were not used; their blocks were played anew")
    with _resumable(call, store):
        verdicts = gates.judge(cells, store, call.machines, quiet=call.quiet)
    head = head_of(sweep, call.command, gates.head)
    if shard is not None and call.out is not None:
        _write_partial(call, call.out, shard, partial_of(head, shard, sweep.cells, rows, verdicts))
        _finish({"rows": rows, "verdicts": []}, None)  # the gates are for the merged sweep to pass or miss
        return
    record = record_of(head, rows, verdicts)
    _deliver(_with_pages(record) if call.cells else record, call.out, call.format_, call.words, call.gates.output)


def _rows(call: Call, sweep: Sweep, cells: list[Cell], store: Store | None) -> list[dict[str, Any]]:
    blocks = len(cells) * sweep.plan.blocks
    executor = call.machines.make(blocks)
    by_cell = sweep.plan.precision is not None
    label = sweep.document.id if call.shard is None else f"{sweep.document.id} {call.shard}"
    total, unit = (len(cells), "cells") if by_cell else (blocks, "blocks")
    keep = _keep_forecast(call, call.out / "cells") if call.cells and call.out is not None else None
    with _resumable(call, store), progress(label, total, quiet=call.quiet, unit=unit) as finished:
        options = Options(
            store=store,
            cells=cells,
            fail_fast=call.fail_fast,
            on_block=_nothing if by_cell else finished,
            on_cell=finished if by_cell else _nothing,
            on_forecast=keep,
        )
        return run_sweep(sweep, executor=executor, options=options)


def _nothing() -> None:
    """Take a call and do nothing."""


@contextmanager
def _resumable(call: Call, store: Store | None) -> Iterator[None]:
    """Turn Ctrl-C into a word on how to go on, and say so of a failure of the workers too."""
    try:
        yield
    except ExecutionError:
        if store is not None:
            note(f"finished blocks are kept in {store}: give the same command again to go on")
        raise
    except KeyboardInterrupt:
        if store is None:
            note("interrupted; nothing was kept, for there was no store")
        else:
            note(f"interrupted; finished blocks are kept in {store}: give the same command again to go on")
        raise typer.Exit(Exit.INTERRUPTED) from None


def _keep_forecast(call: Call, folder: Path) -> Any:
    """Return what writes the forecast of each cell into its own folder below one."""
    from sim.report import write_cell

    def keep(cell: Cell, forecast: Forecast) -> None:
        record = forecast.record(f"offramp sweep cell {shlex.quote(shown(call.file))} {cell.id}")
        write_cell(record, folder / cell.id, label=cell.label, changes=cell.changes)

    return keep


def _write_partial(call: Call, out: Path, shard: Shard, partial: Record) -> None:
    from sim.report import write_files
    from sim.report.files import to_json

    for path in write_files(out, {shard.file_name: to_json(partial)}):
        note(f"wrote {path}")
    if call.format_ is Format.JSON:
        print_json(partial)
    if shard.of > 1:
        note(f"next: run all {counted(shard.of, 'shard')}, then offramp sweep merge FOLDERS... --out FOLDER")


def plan(file: Path, shards: int) -> None:
    """Print the matrix of a CI job for each shard, on one line, as `$GITHUB_OUTPUT` takes it."""
    import json

    say(json.dumps(matrix(load_sweep(file), shards), separators=(",", ":")))


def merge_parts(parts: list[Path], out: Path, format_: Format, words: str, output: CiOutput) -> None:
    """Put the partial files of all shards together."""
    check_output(out, figures=False)
    output.check()
    files = [file for part in parts for file in _files_of(part)]
    record = merge(list(dict.fromkeys(files)))
    if _take_cells([file.parent for file in files], out):
        record = _with_pages(record)
    _deliver(record, out, format_, words, output)


def _files_of(part: Path) -> list[Path]:
    """Return a partial file, or those in a folder."""
    if not part.is_dir():
        return [part]
    found = sorted(part.rglob("shard-*-of-*.json"))
    if not found:
        raise UsageError(f"there is no partial file of a sweep in {part}")
    return found


def _take_cells(folders: list[Path], out: Path) -> bool:
    """Copy the forecasts that shards wrote with `--cells`; return whether there are any."""
    import shutil

    found = [folder for folder in dict.fromkeys(folders) if (folder / "cells").is_dir()]
    for folder in found:
        if folder.resolve() != out.resolve():
            shutil.copytree(folder / "cells", out / "cells", dirs_exist_ok=True)
    return bool(found)


def cell(file: Path, name: str, out: Path, place: str | None, words: str) -> None:
    """Write the full report of one cell; what the store holds of it is not played again."""
    from sim.report import write_report
    from sim.studies.sweep.runner import Options as SweepOptions

    sweep = load_sweep(file)
    chosen = [one for one in sweep.cells if one.id.startswith(name)] if len(name) >= 4 else []
    if len(chosen) != 1:
        raise UsageError(f"there is no cell {name!r} in {file}; its ids stand in sweep.csv and in the report")
    check_output(out, figures=False)
    command = shlex.join(["offramp", "sweep", "cell", shown(file), chosen[0].id])
    records: list[dict[str, Any]] = []
    options = SweepOptions(
        store=store_at(place),
        cells=chosen,
        fail_fast=True,
        on_forecast=lambda _, forecast: records.append(forecast.record(command)),
    )
    run_sweep(sweep, options=options)
    for path in write_report(records[0], out, words=words):
        note(f"wrote {path}")


def _deliver(record: Record, out: Path | None, format_: Format, words: str, output: CiOutput) -> None:
    """Print the results, write them where a folder is given, and leave with the code that fits."""
    if format_ is Format.JSON:
        print_json(record)
    else:
        _print(record)
        tell(record)
    if out is not None:
        from sim.report import write_report  # late: it brings in Jinja

        for path in write_report(record, out, words=words):
            note(f"wrote {path}")
    write(record, output)
    _finish(record, out)


def _with_pages(record: Record) -> Record:
    """Point each row at the page of its cell."""
    pages = (None if row["outcomes"] is None else f"cells/{row['cell']}/index.html" for row in record["rows"])
    return {**record, "rows": [{**row, "page": page} for row, page in zip(record["rows"], pages, strict=True)]}


def _print(record: Record) -> None:
    day = str(record["milestones"][-1])
    say(record["sweep"]["title"])
    say(
        f"{counted(record['cells'], 'cell')}, seed {record['seed']}; offensive within {counted(day, 'day')} of "
        f"{record['as_of']}"
    )
    say()
    done = [row for row in record["rows"] if row["outcomes"] is not None]
    ordered = sorted(done, key=lambda row: row["outcomes"]["offensive"][day]["p"])
    most = SHOWN // 2
    parts = (ordered,) if len(ordered) <= SHOWN else (ordered[:most], ordered[-most:])
    lines = [_row(row, day) for part in parts for row in part]
    for line in aligned(("cell", "probability", "Monte Carlo 95%", "change, points (95%)"), lines):
        say(line)
    if len(parts) > 1:
        say(f"{counted(len(ordered) - SHOWN, 'cell')} between these are in the table that --out writes")
    for row in record["rows"]:
        if row["error"] is not None:
            say(f"failed: {row['label']}: {row['error']}")
    for cells in record["without_effect"]:
        say(f"no effect: every run went the same in the cells {', '.join(cells)}, although their inputs differ")


def _row(row: dict[str, Any], day: str) -> tuple[str, ...]:
    chance = Chance.of(row["outcomes"]["offensive"][day])
    change = ((row["changes"] or {}).get("offensive") or {}).get(day)
    moved = "" if change is None or row["index"] == 0 else Shift.of(change).line
    return row["label"], chance.decimal, chance.decimals, moved


def _finish(record: Record, out: Path | None) -> None:
    """Leave with 3 where a cell failed, with 1 where a gate did, with 4 where one or a precision was not decided."""
    statuses = [row["status"] for row in record["rows"]]
    codes = {exit_code(record["verdicts"])}
    if "failed" in statuses:
        count = statuses.count("failed")
        note(f"{count} of {counted(len(statuses), 'cell')} failed; their rows say why. The rest is complete")
        codes.add(Exit.INTERNAL)
    if "imprecise" in statuses:
        note(f"{counted(statuses.count('imprecise'), 'cell')} did not reach the precision; allow more with --runs")
        codes.add(Exit.INCOMPLETE)
    worst = next((code for code in (Exit.INTERNAL, Exit.GATE, Exit.INCOMPLETE) if code in codes), Exit.OK)
    if worst is not Exit.OK:
        raise typer.Exit(worst)
    if out is not None:
        note(f"next: open {out / 'sweep.html'}")
