"""`doctor` and `store`: check the machine, and manage the cache of finished runs."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Exit, Format, note, print_json, say
from sim.cli.declare import command, declare, group
from sim.cli.options import DEFAULT_STORE, MEGABYTES, Output, StoreFolder
from sim.cli.output import show
from sim.errors import UsageError
from sim.report.columns import aligned
from sim.wording import counted

if TYPE_CHECKING:
    from sim.runs.store.shelf import Item

LEAST_DISK = 100_000_000  # free bytes that a report and its kept blocks may need, with room to spare
MB = 1_000_000


@command
def doctor(format_: Output = Format.TEXT) -> None:
    """Check versions, machine and a small forecast.

    offramp doctor
    """
    from sim.environment import cpu_level, package_versions, version

    free = shutil.disk_usage(Path.cwd()).free
    findings = {
        "offramp": version(),
        **package_versions(),
        "cpu": cpu_level(),
        "cores": str(os.cpu_count()),
        "free disk": f"{free / 1e9:.1f} GB" + ("" if free > LEAST_DISK else " (little: reports may not fit)"),
        "executable": Path(sys.executable).name,
    }
    try:
        findings["speed"] = f"{_speed():,.0f} runs/s a core (starter scenario)"
        healthy = True
    except Exception as error:  # a doctor reports what is broken, whatever it is
        findings["speed"] = f"failed: {type(error).__name__}: {error}"
        healthy = False
    if format_ is Format.JSON:
        print_json({"healthy": healthy, **findings})
    else:
        for name, value in findings.items():
            say(f"{name:<14}{value}")
        note("all well" if healthy else "a small forecast failed: reinstall offramp, or report what is above")
    if not healthy:
        raise typer.Exit(Exit.INTERNAL)


def _speed() -> float:
    """Return the speed of one block of the starter scenario, in runs per second."""
    from importlib import resources

    from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block
    from sim.scenario.load import load

    with resources.as_file(resources.files("sim.scenario").joinpath("starter")) as folder:
        scenario = load(folder / "scenario.yaml")
    run_block(BlockTask(scenario, 0, 0, 2))
    start = time.perf_counter()
    run_block(BlockTask(scenario, 0, 0, 2))
    return BLOCK_RUNS / (time.perf_counter() - start)


store = group(
    "store",
    """List the cache of finished runs, or make room in it.

offramp store list
offramp store prune --older-than "90 days" --dry-run
""",
)


@declare(store, name="list")
def list_(place: StoreFolder = DEFAULT_STORE, format_: Output = Format.TEXT) -> None:
    """List the cache by scenario: blocks, size, dates.

    offramp store list
    offramp store list --store s3://bucket/prefix --format json
    """
    from sim import environment
    from sim.runs.store import Store
    from sim.runs.store.store import by_head

    rows = [
        {
            "scenario": head.scenario,
            "title": head.title,
            "model": head.model,
            "current": head.model == environment.model_version(),
            "blocks": len(items),
            "bytes": _bytes(items),
            "oldest": _date(min(item.written for item in items)),
            "newest": _date(max(item.written for item in items)),
        }
        for head, items in sorted(by_head(Store(place)).items(), key=lambda one: (-_bytes(one[1]), one[0]))
    ]
    show({"store": place, "scenarios": rows}, format_, _lines(rows, place))


def _lines(rows: Sequence[Mapping[str, Any]], place: str) -> Iterator[str]:
    if not rows:
        yield f"no runs are cached in {place}"
        return
    other = " (another version of the model: not used by this one)"
    cells = [
        (
            row["scenario"] or "?", f"{row['blocks']:,}", f"{row['bytes'] / MB:,.1f}", row["oldest"], row["newest"],
            f"{row['title']}{'' if row['current'] else other}",
        )
        for row in rows
    ]  # fmt: skip
    yield from aligned(("scenario", "blocks", "MB", "oldest", "newest", "title"), cells, words="lrrlll")
    blocks, size = (sum(row[key] for row in rows) for key in ("blocks", "bytes"))
    yield f"{counted(blocks, 'block')}, {size / MB:,.1f} MB in {place}"


@declare(store)
def prune(
    older_than: Annotated[
        str | None, typer.Option(help='Remove blocks older than this: 90, "90 days" or a date.')
    ] = None,
    to_size: Annotated[
        int | None, typer.Option(help="Then remove the oldest blocks down to this many MB."), MEGABYTES
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed; remove nothing.")] = False,
    place: StoreFolder = DEFAULT_STORE,
) -> None:
    """Remove old blocks; runs needed again are recomputed.

    offramp store prune --older-than "90 days"
    offramp store prune --to-size 500 --dry-run
    """
    from sim.runs.store import Store
    from sim.runs.store.store import items_of, to_remove
    from sim.scenario.windows import age_of

    if older_than is None and to_size is None:
        raise UsageError("expected what to remove: --older-than DAYS, --to-size MB, or both")
    now = datetime.now(UTC)
    days = None if older_than is None else age_of(older_than, now, "--older-than")
    kept = Store(place)
    items = list(items_of(kept))
    gone = to_remove(items, now.timestamp(), days, None if to_size is None else to_size * MB)
    said = "would remove"
    if not dry_run:
        said = "removed"
        for item in gone:
            kept.shelf.remove(item.name)
    size = _bytes(gone)
    left = _bytes(items) - size
    note(
        f"{said} {len(gone):,} of {counted(len(items), 'block')}, {size / MB:,.1f} MB; "
        f"{left / MB:,.1f} MB are left in {place}"
    )


def _bytes(items: Iterable[Item]) -> int:
    return sum(one.size for one in items)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
