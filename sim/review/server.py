"""The review as a page: it loads its content as JSON, and each answer is one request, saved to disk when it returns.

The page inserts all text as text; all files of the page are our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sim.draft.files import draft_yaml
from sim.errors import Fault, OfframpError, ScenarioError, StaleError, UsageError
from sim.review.answers import answered
from sim.review.sheet import Sheet
from sim.review.shown import frame, state
from sim.web.serving import application, listening, until_stopped
from sim.wording import all_seen

if TYPE_CHECKING:
    from sim.web.guard import Guard

MOST_BYTES = 65_536  # size limit of an answer: a few thousand characters and their fields
CHANGED = "The draft was changed by somebody else; this is how it is now."


def serve(folder: Path, host: str, port: int, opened: Callable[[str], None]) -> None:
    """Serve the draft in a folder until a signal ends it.

    Port 0 picks a free port; `opened` is called with the URL once the page can be opened. Raises ScenarioError if the
    draft is invalid, and UsageError if the server cannot listen there.
    """
    until_stopped(served(Sheet(folder), host, port), opened)


@contextlib.asynccontextmanager
async def served(sheet: Sheet, host: str, port: int) -> AsyncIterator[str]:
    """Serve a sheet within a `with` block, which receives the URL to open."""
    async with listening(host, port, lambda guard: _app(guard, sheet)) as address:
        warm = asyncio.create_task(asyncio.to_thread(draft_yaml, sheet.draft))  # so that no answer waits for it
        yield address
        await warm


def _app(guard: Guard, sheet: Sheet) -> web.Application:
    one_at_a_time = asyncio.Lock()

    async def sent(do: Callable[[], dict[str, Any]], failed: str = "The draft cannot be read") -> web.Response:
        async with one_at_a_time:
            status, value = await asyncio.to_thread(_told, sheet, do, failed)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return web.json_response(text=text, status=status, headers={"Cache-Control": "no-store"})

    def framed() -> dict[str, Any]:
        sheet.refresh()
        return {"said": "", "frame": frame(sheet)}

    async def shown(_: web.Request) -> web.Response:
        return await sent(framed)

    async def current(_: web.Request) -> web.Response:
        return await sent(lambda: {"said": CHANGED if sheet.refresh() else ""})

    async def answer(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="an answer is JSON")
        try:
            asked = await request.json()
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest(text="an answer is JSON") from None
        return await sent(lambda: answered(sheet, asked), "Not saved")

    app = application(guard, files("sim.review") / "static", MOST_BYTES)
    app.router.add_get("/draft", shown)
    app.router.add_get("/state", current)
    app.router.add_post("/answer", answer)
    return app


def _told(sheet: Sheet, do: Callable[[], dict[str, Any]], failed: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the content to send: the result or the faults, and always the current draft."""
    try:
        status, value = 200, do()
    except ScenarioError as error:
        status, value = 422, {"said": f"{failed}.", "faults": list(map(_fault, error.faults))}
    except OfframpError as error:
        status = 409 if isinstance(error, StaleError) else 400 if isinstance(error, UsageError) else 500
        value = {"said": f"{failed}: {error}."}
    return status, {**all_seen(value), "state": state(sheet)}


def _fault(fault: Fault) -> dict[str, str]:
    """Return a fault by the key of its field; a fault of the file has no field and includes its place."""
    parts = fault.key.split(".")
    if fault.line or len(parts) < 3:
        return {"field": "", "said": str(fault)}
    return {"field": parts[2], "said": fault.message}
