"""The commands of `offramp`, put together, and what is done before and after any of them."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from sim.cli import check, evaluate, ledger, run, setup, sweep, what_if, why, write
from sim.cli.console import Exit, note
from sim.cli.declare import app
from sim.cli.streams import failure_of, hold
from sim.cli.surroundings import check_words
from sim.errors import UsageError

__all__ = ["app", "check", "evaluate", "ledger", "main", "run", "setup", "sweep", "what_if", "why", "write"]


def main() -> None:
    """Run the command line; where its output was lost to a full disk, say so, unless there is worse to say."""
    out, _ = hold("stdout"), hold("stderr")
    code: Any = Exit.OK
    try:
        check_words(sys.argv[1:])
        _leave_only(sys.argv[1:2])
        app()
    except SystemExit as leaving:
        code = leaving.code
    except UsageError as error:
        note(f"error: {error}")
        code = Exit.USAGE
    sys.stdout.flush()
    lost = failure_of(out)
    if lost is not None and not code:
        note(f"error: {lost}")
        code = Exit.INTERNAL
    sys.exit(code)


def _leave_only(name: list[str]) -> None:
    """Take out every command but the one named, if there is one of that name: to put them together takes a while."""
    named = [one for one in app.registered_commands if one.callback and [one.callback.__name__] == name]
    if named:
        app.registered_commands, app.registered_groups = named, []


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from sim.environment import version as version_of

        print(f"offramp {version_of()}")
        raise typer.Exit
