"""A session serves one page for as long as it is open."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSMessage, WSMsgType, WSServerHandshakeError

from sim.explorer.answer import Scenes
from sim.explorer.catalogue import Catalogue
from sim.explorer.scheduler import Scheduler
from sim.explorer.server import MOST_PAGES
from sim.explorer.session import Session
from tests.explorer import world
from tests.explorer.test_scheduler import until, watched, with_scheduler
from tests.web.loops import apart
from tests.web.served import Served


class Page:
    """A stand-in for the socket of a page: what the page says, until it closes, and what it was sent."""

    closed = False

    def __init__(self) -> None:
        self._said: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []

    def say(self, **message: Any) -> None:
        self._said.put_nowait(WSMessage(WSMsgType.TEXT, json.dumps(message), None))

    def close(self) -> None:
        self._said.put_nowait(None)

    def __aiter__(self) -> Page:
        return self

    async def __anext__(self) -> WSMessage:
        if (said := await self._said.get()) is None:
            raise StopAsyncIteration
        return said

    async def send_str(self, text: str) -> None:
        self.sent.append(json.loads(text))


@pytest.mark.slow
def test_closing_the_page_frees_its_work(tmp_path: Path) -> None:
    catalogue = Catalogue(world.write(tmp_path))

    async def use(scheduler: Scheduler) -> None:
        page, scenes = Page(), Scenes(catalogue, scheduler)
        session = asyncio.create_task(Session(page, catalogue, scheduler, scenes).run())  # type: ignore[arg-type]
        page.say(type="state", n=1, b={"scenario": "", "values": {"actors.town.stance": -0.3}})
        await until(lambda: any(one["type"] == "answer" for one in page.sent))
        assert watched(scheduler) == 1
        page.close()
        await session
        assert watched(scheduler) == 0
        scenes.close()

    with_scheduler(use)


@pytest.mark.slow
def test_a_page_too_many_is_refused_and_a_closed_one_makes_room(served: Served) -> None:
    async def use() -> None:
        async with ClientSession(headers={"Origin": served.address.rstrip("/")}) as client:
            pages = [await client.ws_connect(f"{served.address}live") for _ in range(MOST_PAGES)]
            with pytest.raises(WSServerHandshakeError, match="503"):
                await client.ws_connect(f"{served.address}live")
            await pages.pop().close()
            while len(pages) < MOST_PAGES:
                try:
                    pages.append(await client.ws_connect(f"{served.address}live"))
                except WSServerHandshakeError:
                    await asyncio.sleep(0.05)

    apart(asyncio.wait_for(use(), 60))
