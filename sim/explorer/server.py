"""The server: a page, its scripts, its style, and one WebSocket a page. It asks nothing of anybody.

`serve` runs until it is interrupted. Everything a page shows travels over the WebSocket as plain values, and the page
writes it as text; the files it is made of are ours alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, web

from sim.errors import UsageError
from sim.explorer.answer import Scenes
from sim.explorer.catalogue import Catalogue
from sim.explorer.guard import Guard
from sim.explorer.scheduler import Scheduler
from sim.explorer.session import MOST_BYTES, Session

if TYPE_CHECKING:
    from sim.runs.store import Store

MOST_PAGES = 32
HEARTBEAT = 20.0  # seconds after which a page that does not answer is taken for closed
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PAGES = ("explorer.css", "explorer.js", "controls.js", "charts.js", "figures.js", "address.js")


def serve(file: Path, host: str, port: int, opened: Callable[[str], None], store: Store | None = None) -> None:
    """Serve a scenario until SIGINT or SIGTERM.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one.
    opened
        Called with the address once the page can be opened.
    store
        Where finished blocks are looked for and kept.

    Raises
    ------
    ScenarioError
        Where the scenario is at fault.
    UsageError
        Where nothing can listen there.
    """
    catalogue = Catalogue(file)
    asyncio.run(_serve(_listening(catalogue, host, port, store), opened))


async def _serve(listening: contextlib.AbstractAsyncContextManager[str], opened: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(sign, stop.set)
    async with listening as address:
        opened(address)
        await stop.wait()


@contextlib.asynccontextmanager
async def _listening(catalogue: Catalogue, host: str, port: int, store: Store | None) -> AsyncIterator[str]:
    scheduler = Scheduler(store)
    scenes = Scenes(catalogue, scheduler)
    sessions: set[web.WebSocketResponse] = set()
    runner = None
    try:
        server_socket = _bound(host, port)
        guard = Guard.of(host, server_socket.getsockname()[1])
        app = _app(guard, catalogue, scheduler, scenes, sessions)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        await web.SockSite(runner, server_socket).start()
        warm = asyncio.create_task(scenes.load_all())
        yield guard.address
        warm.cancel()
    finally:
        for socket in tuple(sessions):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        if runner is not None:
            await runner.cleanup()
        scenes.close()
        await scheduler.close()


def _bound(host: str, port: int) -> Any:
    import socket

    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot listen on {host} port {port}: {reason}; choose another with --port") from None


def _app(
    guard: Guard, catalogue: Catalogue, scheduler: Scheduler, scenes: Scenes, sessions: set[web.WebSocketResponse]
) -> web.Application:
    async def live(request: web.Request) -> web.StreamResponse:
        if len(sessions) >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages are open already; close one")
        if request.headers.get("Origin") is None:
            raise web.HTTPForbidden(text="only a page may connect here")
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, heartbeat=HEARTBEAT)
        await socket.prepare(request)
        sessions.add(socket)
        try:
            await Session(socket, catalogue, scheduler, scenes).run()
        finally:
            sessions.discard(socket)
        return socket

    async def load(_: web.Request) -> web.StreamResponse:
        return web.json_response({"pages": len(sessions), **scheduler.load})

    app = web.Application(middlewares=[guard.middleware()], client_max_size=1024)
    app.router.add_get("/", _file("explorer.html"))
    app.router.add_get("/report.css", _report_css)
    for name in PAGES:
        app.router.add_get(f"/{name}", _file(name))
    app.router.add_get("/live", live)
    app.router.add_get("/load", load)
    return app


def _file(name: str) -> Any:
    async def send(_: web.Request) -> web.StreamResponse:
        return _text((files("sim.explorer") / "static" / name).read_text(encoding="utf-8"), Path(name).suffix)

    return send


async def _report_css(_: web.Request) -> web.StreamResponse:
    return _text((files("sim.report") / "templates" / "report.css").read_text(encoding="utf-8"), ".css")


def _text(text: str, suffix: str) -> web.Response:
    response = web.Response(text=text, content_type=KINDS[suffix], charset="utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
