"""What the commands that open a local page share: its options, what they say once it is open, and what they need."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from sim.cli.console import note, say
from sim.cli.options import PORT
from sim.errors import UsageError

UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104 - a comparison
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one."), PORT]
Host = Annotated[str, typer.Option(help="Address to listen on; any but loopback needs a token.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address; open no browser.")]


@contextlib.contextmanager
def needing_aiohttp(what: str, extra: str) -> Iterator[None]:
    """Say what to install where an import within the block finds no aiohttp.

    Raises
    ------
    UsageError
        Where it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise UsageError(f"{what} needs aiohttp; install it with: pip install 'offramp[{extra}]'") from None


def announcing(host: str, then: str, *, no_browser: bool) -> Callable[[str], None]:
    """Return what prints the address of a page, says who can reach it and what to do next, and opens a browser."""
    import webbrowser

    from sim.loopback import is_loopback

    def opened(address: str) -> None:
        say(address)
        sys.stdout.flush()  # for whoever waits for it at a pipe
        if not is_loopback(host):
            if host in UNSPECIFIED:
                note(f"from another machine, put the IP address of this one in place of {host}")
            note("this address can be reached from other machines, over a connection that is not encrypted;")
            note("its token works once: the first browser that opens it keeps the way in")
        note(f"Ctrl-C ends it; next: {then}")
        if not no_browser:
            webbrowser.open(address)

    return opened
