"""Serve a local page: bound to an address, behind a `Guard`, its files sent as text, until interrupted.

A page has an application made by `application`, with routes of its own; `listening` serves it, `until_stopped` waits.
The page's own files are in one folder: `NAME.html`, the body of the page, and its scripts and styles.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from aiohttp import web

from sim.errors import UsageError, reason_of
from sim.interrupts import SIGNALS
from sim.web.guard import Guard

KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PATIENCE = 2.0  # seconds for open requests to finish when the server ends
STATIC = files("sim.web") / "static"
SHARED = (files("sim") / "report" / "templates" / "report.css", STATIC / "page.css", STATIC / "make.js")
"""Files of every page: the styles of the report, those that live pages add, and their script."""


def application(guard: Guard, own: Traversable, most_bytes: int = 1024) -> web.Application:
    """Return an application that serves a page at `/`, and its own files and `SHARED` by name.

    The body of a request has `most_bytes` at most.
    """
    app = web.Application(middlewares=[guard.middleware()], client_max_size=most_bytes)
    for file in (*SHARED, *own.iterdir()):
        name, kind = file.name, Path(file.name).suffix
        app.router.add_get("/" if kind == ".html" else f"/{name}", _sender(file, KINDS[kind]))
    return app


@contextlib.asynccontextmanager
async def listening(host: str, port: int, make: Callable[[Guard], web.Application]) -> AsyncIterator[str]:
    """Serve an application, made for the guard of its address, within a `with` block, which receives the URL to open.

    Port 0 picks a free one. A `UsageError` says that the server cannot listen there, and why.
    """
    try:
        host.encode("idna")  # what cannot be the name of a host would leave a socket open below
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, UnicodeError) as error:
        why = reason_of(error).partition(" (while")[0] if isinstance(error, OSError) else "no host has such a name"
        raise UsageError(f"cannot listen on {host} port {port}: {why}; choose another with --host or --port") from None
    guard = Guard.of(host, bound.getsockname()[1])
    runner = web.AppRunner(make(guard), access_log=None, shutdown_timeout=PATIENCE)
    try:
        await runner.setup()
        await web.SockSite(runner, bound).start()
        yield guard.address
    finally:
        await runner.cleanup()


def until_stopped(served: AbstractAsyncContextManager[str], opened: Callable[[str], None]) -> None:
    """Serve until a signal ends it; `opened` is called with the URL once the page can be opened."""

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in SIGNALS:
            if signal.getsignal(one) is not signal.SIG_IGN:  # as under nohup
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(one, stop.set)
        async with served as address:
            opened(address)
            await stop.wait()

    asyncio.run(serve())


def _sender(file: Traversable, kind: str) -> Any:
    async def send(_: web.Request) -> web.StreamResponse:
        text = file.read_text(encoding="utf-8")
        if kind == "text/html":
            head = (STATIC / "head.html").read_text(encoding="utf-8")
            text = head.replace("PAGE", Path(file.name).stem) + text
        return web.Response(text=text, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"})

    return send
