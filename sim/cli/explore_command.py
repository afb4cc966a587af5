"""`explore`: serve the live page of a scenario on this machine until Ctrl-C."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from sim.cli.console import note, say
from sim.errors import UsageError

MISSING = "the explorer needs aiohttp; install it with: pip install 'offramp[explore]'"
UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104 - a comparison


def explore(scenario: Path, host: str, port: int, *, browser: bool) -> None:
    """Serve the page; print its address; open it where that is wanted."""
    try:
        from sim.explorer.guard import is_loopback
        from sim.explorer.server import serve
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise UsageError(MISSING) from None

    def opened(address: str) -> None:
        say(address)
        if not is_loopback(host):
            if host in UNSPECIFIED:
                note(f"from another machine, put the IP address of this one in place of {host}")
            note("this address can be reached from other machines, over a connection that is not encrypted;")
            note("its token works once: the first browser that opens it keeps the way in")
        note("Ctrl-C ends it; next: move a slider, then export the state and: offramp run FILE")
        if browser:
            webbrowser.open(address)

    serve(scenario, host, port, opened)
    note("ended")
