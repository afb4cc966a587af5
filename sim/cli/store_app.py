"""The commands below `offramp store`, as the command line shows them."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.console import Format
from sim.cli.declare import Output, declare, help_of
from sim.cli.ranges import DAYS, MEGABYTES
from sim.cli.sweep_app import DEFAULT_STORE, StoreFolder

HELP = """List the cache of finished runs, or make room in it.

offramp store list
offramp store prune --older-than 90 --dry-run
"""

store = typer.Typer(help=help_of(HELP), short_help=HELP.partition("\n")[0], no_args_is_help=True, rich_markup_mode=None)


@declare(store, name="list")
def list_(place: StoreFolder = DEFAULT_STORE, format_: Output = Format.TEXT) -> None:
    """List the cache by scenario: blocks, size, dates.

    offramp store list
    offramp store list --store s3://bucket/prefix --format json
    """
    from sim.cli.store_command import list_ as call

    call(place, format_)


@declare(store)
def prune(
    older_than: Annotated[int | None, typer.Option(help="Remove blocks older than this many days."), DAYS] = None,
    to_size: Annotated[
        int | None, typer.Option(help="Then remove the oldest blocks down to this many MB."), MEGABYTES
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed; remove nothing.")] = False,
    place: StoreFolder = DEFAULT_STORE,
) -> None:
    """Remove old blocks; runs needed again are recomputed.

    offramp store prune --older-than 90
    offramp store prune --to-size 500 --dry-run
    """
    from sim.cli.store_command import prune as call

    call(place, older_than, to_size, dry_run=dry_run)
