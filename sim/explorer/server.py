"""The server: a page, its scripts and styles, and one WebSocket per page. It makes no requests of its own.

`serve` runs until it is interrupted. Everything that a page shows is sent over the WebSocket as plain values and
inserted as text; all files of the page are our own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, web

from sim.explorer.answer import Scenes
from sim.explorer.catalogue import Catalogue
from sim.explorer.scheduler import Scheduler
from sim.explorer.session import MOST_BYTES, Session
from sim.web.serving import application, listening, until_stopped

if TYPE_CHECKING:
    from sim.runs.store import Store
    from sim.web.guard import Guard

MOST_PAGES = 32
HEARTBEAT = 20.0  # seconds between pings; a page that does not respond counts as closed


def serve(file: Path, host: str, port: int, opened: Callable[[str], None], store: Store | None = None) -> None:
    """Serve a scenario until a signal ends it, with a store of finished blocks if there is one.

    Port 0 picks a free port; `opened` is called with the URL once the page can be opened. Raises ScenarioError if the
    scenario is invalid, and UsageError if the server cannot listen there.
    """
    until_stopped(_served(Catalogue(file), host, port, store), opened)


@contextlib.asynccontextmanager
async def _served(catalogue: Catalogue, host: str, port: int, store: Store | None) -> AsyncIterator[str]:
    scheduler = Scheduler(store)
    scenes = Scenes(catalogue, scheduler)
    try:
        async with listening(host, port, lambda guard: _app(guard, catalogue, scheduler, scenes)) as address:
            warm = asyncio.create_task(scenes.load_all())
            yield address
            warm.cancel()
    finally:
        scenes.close()
        await scheduler.close()


def _app(guard: Guard, catalogue: Catalogue, scheduler: Scheduler, scenes: Scenes) -> web.Application:
    sessions: set[web.WebSocketResponse] = set()

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

    async def close_all(_: web.Application) -> None:
        for socket in tuple(sessions):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    app = application(guard, files("sim.explorer") / "static")
    app.on_shutdown.append(close_all)
    app.router.add_get("/live", live)
    return app
