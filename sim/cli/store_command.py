"""`store list` and `store prune`: what a store holds, and room in it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sim import environment
from sim.cli.console import Format, note, print_json, say
from sim.errors import UsageError
from sim.runs.store import Store
from sim.runs.store.contents import groups_of, items_of, to_remove
from sim.wording import counted

MB = 1_000_000


def list_(place: str, format_: Format) -> None:
    """Print what is kept, a row for each scenario and version of the model."""
    groups = groups_of(Store(place))
    rows = [
        {
            "scenario": group.head.scenario,
            "title": group.head.title,
            "model": group.head.model,
            "current": group.head.model == environment.model_version(),
            "blocks": group.entries,
            "bytes": group.size,
            "oldest": _date(group.oldest),
            "newest": _date(group.newest),
        }
        for group in groups
    ]
    if format_ is Format.JSON:
        print_json({"store": place, "scenarios": rows})
        return
    width = max([8, *(len(group.head.scenario) for group in groups)])
    if groups:
        say(f"{'scenario':<{width}}  {'blocks':>8}  {'MB':>9}  {'oldest':<10}  {'newest':<10}  title")
    for group, row in zip(groups, rows, strict=True):
        old = "" if row["current"] else " (another version of the model: not used by this one)"
        counts = f"{group.entries:>8,}  {group.size / MB:>9,.1f}  {row['oldest']}  {row['newest']}"
        say(f"{group.head.scenario or '?':<{width}}  {counts}  {group.head.title}{old}")
    blocks, total = sum(group.entries for group in groups), sum(group.size for group in groups)
    say(f"{counted(blocks, 'block')}, {total / MB:,.1f} MB in {place}" if groups else f"nothing is kept in {place}")


def prune(place: str, days: int | None, megabytes: int | None, *, dry_run: bool) -> None:
    """Remove old blocks, and what writers that were killed left behind.

    Raises
    ------
    UsageError
        Where neither an age nor a size is given.
    StoreError
        Where something cannot be removed.
    """
    if days is None and megabytes is None:
        raise UsageError("expected what to remove: --older-than DAYS, --to-size MB, or both")
    store = Store(place)
    items = list(items_of(store))
    gone = to_remove(items, time.time(), days, None if megabytes is None else megabytes * MB)
    for item in gone if not dry_run else ():
        store.shelf.remove(item.name)
    size, left = sum(item.size for item in gone), sum(item.size for item in items) - sum(item.size for item in gone)
    said = "would remove" if dry_run else "removed"
    note(
        f"{said} {len(gone):,} of {counted(len(items), 'block')}, {size / MB:,.1f} MB; "
        f"{left / MB:,.1f} MB are left in {place}"
    )


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
