"""How a local page is served: bound to an address, behind a `Guard`, its files sent as text, until it is interrupted.

A page brings an application made by `application`, with routes of its own; `listening` serves it, `until_stopped`
waits. What pages share, `SHARED` names.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sim.errors import UsageError
from sim.web.guard import Guard

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from importlib.resources.abc import Traversable

KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PATIENCE = 2.0  # seconds for requests under way when the server ends
SHARED: Mapping[str, Traversable] = {
    "/report.css": files("sim") / "report" / "templates" / "report.css",
    "/page.css": files("sim.web") / "static" / "page.css",
    "/make.js": files("sim.web") / "static" / "make.js",
}
"""Files of every page, by address: the look of the report, what a live page adds to it, and its script."""


def application(guard: Guard, sent: Mapping[str, Traversable], most_bytes: int = 1024) -> web.Application:
    """Return an application that sends these files and `SHARED`, by address.

    Parameters
    ----------
    most_bytes
        How long the body of a request may be.
    """
    app = web.Application(middlewares=[guard.middleware()], client_max_size=most_bytes)
    for address, file in {**SHARED, **sent}.items():
        app.router.add_get(address, _sender(file))
    return app


@contextlib.asynccontextmanager
async def listening(host: str, port: int, make: Callable[[Guard], web.Application]) -> AsyncIterator[str]:
    """Serve an application within the block, which gets the address to open.

    Parameters
    ----------
    port
        Where to listen; 0 takes a free one.
    make
        Makes the application, given the guard of its address.

    Raises
    ------
    UsageError
        Where nothing can listen there.
    """
    bound = _bound(host, port)
    guard = Guard.of(host, bound.getsockname()[1])
    runner = web.AppRunner(make(guard), access_log=None, shutdown_timeout=PATIENCE)
    try:
        await runner.setup()
        await web.SockSite(runner, bound).start()
        yield guard.address
    finally:
        await runner.cleanup()


def until_stopped(served: AbstractAsyncContextManager[str], opened: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `opened` is called with the address once the page can be opened."""
    asyncio.run(_until_stopped(served, opened))


async def _until_stopped(served: AbstractAsyncContextManager[str], opened: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(sign, stop.set)
    async with served as address:
        opened(address)
        await stop.wait()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot listen on {host} port {port}: {reason}; choose another with --port") from None


def _sender(file: Traversable) -> Any:
    async def send(_: web.Request) -> web.StreamResponse:
        kind = KINDS[Path(file.name).suffix]
        text = file.read_text(encoding="utf-8")
        return web.Response(text=text, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"})

    return send
