"""A session: one open page, over one WebSocket. Closing the page ends the connection and its work.

The page sends states as fast as the user moves; only the newest counts. It receives every improved answer, at most a
few times a second. All other requests (a file, a tipping point, a run's story) are answered one at a time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from sim.errors import OfframpError, UsageError
from sim.explorer.answer import Scenes, comparison
from sim.explorer.catalogue import Catalogue, State
from sim.explorer.questions import asked_of, tipping_point, told
from sim.explorer.simulation import PLAN, Look, Simulation, Watcher
from sim.runs.block.blocks import BLOCK_RUNS
from sim.wording import all_seen

if TYPE_CHECKING:
    from sim.explorer.scheduler import Scheduler

BETWEEN_STATES = 0.02  # minimum seconds between two states taken up
BETWEEN_ANSWERS = 0.25  # minimum seconds between two refinements sent
PATIENCE = 0.7  # seconds without an answer after which a first look may finish before a newer state is taken up
LONGEST_LOOK = 3.0
MOST_BYTES = 300_000  # size limit of a message: an imported file and its envelope
MOST_QUESTIONS = 8

Message = dict[str, Any]


class Session:
    """One open page."""

    def __init__(
        self, socket: web.WebSocketResponse, catalogue: Catalogue, scheduler: Scheduler, scenes: Scenes
    ) -> None:
        self._socket, self._catalogue, self._scheduler, self._scenes = socket, catalogue, scheduler, scenes
        self._newest: Message | None = None
        self._news = asyncio.Event()
        self._held: dict[str, Simulation] = {}
        self._watchers: dict[str, Watcher] = {
            slot: lambda _, slot=slot: self._tell(slot)  # type: ignore[misc]
            for slot in ("a", "b")
        }
        self._stamp: dict[str, int] = {}
        self._unanswered = 0.0
        self._scene = ""
        self._frames: dict[str, Any] = {}
        self._better: set[str] = set()
        self._changed = asyncio.Event()
        self._questions: asyncio.Queue[Message] = asyncio.Queue(MOST_QUESTIONS)
        self._asking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve the page until it closes."""
        workers = [
            asyncio.create_task(work())
            for work in (self._follow, self._report, self._answer_questions, self._name_variants)
        ]
        try:
            await self._listen()
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            for slot in tuple(self._held):
                self._drop(slot)

    async def _listen(self) -> None:
        async for frame in self._socket:
            if frame.type is not WSMsgType.TEXT:
                break
            try:
                message = json.loads(frame.data)
            except (ValueError, RecursionError):
                break
            if not isinstance(message, dict) or not isinstance(message.get("type"), str):
                break
            await self._take(message)

    async def _take(self, message: Message) -> None:
        if message["type"] == "state":
            self._newest = message
            self._news.set()
            return
        if message["type"] == "stop":
            if self._asking is not None:
                self._asking.cancel()
            return
        try:
            self._questions.put_nowait(message)
        except asyncio.QueueFull:
            await self._send({"type": "fault", "said": "too many requests at once; try again in a moment"})

    async def _send(self, message: Message) -> None:
        if not self._socket.closed:
            await self._socket.send_str(
                json.dumps(all_seen(message), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            )

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            self._unanswered = self._unanswered or time.monotonic()
            await self._let_finish()
            self._news.clear()
            message, self._newest = self._newest, None
            if message is not None:
                await self._told_of_faults(lambda: self._look_at(message))  # noqa: B023 - called at once
            await asyncio.sleep(BETWEEN_STATES)

    async def _let_finish(self) -> None:
        """Let the current look finish if the user has kept moving for long, so that something is shown."""
        until = self._unanswered + LONGEST_LOOK
        if time.monotonic() - self._unanswered < PATIENCE:
            return
        while self._unanswered and time.monotonic() < until:
            held = self._held.get("b")
            if held is None or held.failure:
                return
            await asyncio.sleep(0.01)

    async def _told_of_faults(self, do: Callable[[], Awaitable[None]], about: str = "") -> None:
        try:
            await do()
        except Exception as error:  # the page sees our own faults too, and is served on
            said = str(error) if isinstance(error, OfframpError) else f"{type(error).__name__}: {error}"
            await self._send({"type": "fault", "about": about, "said": said})

    async def _look_at(self, message: Message) -> None:
        state = self._state(message.get("b"))
        if state.scenario != self._scene:
            self._drop("b")
            made = await self._scenes.of(state.scenario)
            self._scene, self._frames = state.scenario, made["figures"]
            await self._send({"type": "scene", "scenario": state.scenario, **made})
        for slot in ("b", "a"):
            written = message.get(slot)
            if written is None:
                self._drop(slot)
                continue
            self._hold(slot, self._state(written), message.get("n"))

    def _state(self, written: object) -> State:
        """Read a state; a page that was just opened names no scenario and gets the first."""
        state = State.of(written)
        return state if state.scenario else replace(state, scenario=self._catalogue.first)

    def _hold(self, slot: str, state: State, stamp: object) -> None:
        scenario = self._catalogue.scenario(state)
        self._stamp[slot] = stamp if isinstance(stamp, int) else 0
        old = self._held.get(slot)
        if old is not None and old.scenario.hash == scenario.hash and not old.failure:
            self._tell(slot)
            return
        new = self._scheduler.watch(scenario, self._watchers[slot])
        self._drop(slot)
        self._held[slot] = new
        if new.runs:
            self._tell(slot)

    def _tell(self, slot: str) -> None:
        self._better.add(slot)
        self._changed.set()

    def _drop(self, slot: str) -> None:
        old = self._held.pop(slot, None)
        if old is not None:
            self._scheduler.leave(old, self._watchers[slot])

    async def _report(self) -> None:
        """Send answers as they improve; a refinement waits for a while, a first answer does not."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            slots, self._better = self._better, set()
            for slot in sorted(slots, reverse=True):
                await self._told_of_faults(lambda slot=slot: self._send_answer(slot))  # type: ignore[misc]
            end = time.monotonic() + BETWEEN_ANSWERS
            while time.monotonic() < end and all(one.runs > BLOCK_RUNS for one in self._held.values()):
                await asyncio.sleep(0.01)

    async def _send_answer(self, slot: str) -> None:
        simulation = self._held.get(slot)
        if simulation is None or not self._frames:
            return
        if simulation.failure:
            raise UsageError(simulation.failure)
        look, stamp = simulation.look(), self._stamp[slot]
        if look is None:
            return
        shown = await self._scenes.answer(look, self._scene, self._frames)
        if self._held.get(slot) is not simulation:
            return
        if slot == "b":
            self._unanswered = 0.0
        message: Message = {"type": "answer", "slot": slot, "n": stamp, **shown}
        first, second = self._look("a"), self._look("b")
        if first is not None and second is not None:
            message["difference"] = comparison(first, second)
        await self._send(message)

    def _look(self, slot: str) -> Look | None:
        one = self._held.get(slot)
        return one.look() if one is not None else None

    async def _name_variants(self) -> None:
        await self._scenes.are_all_known.wait()
        await self._send({"type": "variants", "variants": self._catalogue.variants()})

    async def _answer_questions(self) -> None:
        """Answer the page's questions one at a time; it may stop a long one."""
        while True:
            message = await self._questions.get()
            self._asking = asyncio.create_task(self._told_of_faults(lambda: self._asked(message), message["type"]))  # noqa: B023
            try:
                await asyncio.wait([self._asking])
            finally:
                self._asking.cancel()

    async def _asked(self, message: Message) -> None:
        answers = {"export": self._export, "import": self._import, "story": self._story, "tip": self._tip}
        do = answers.get(message["type"])
        if do is None:
            raise UsageError("there is no such question")
        await self._send({"type": message["type"], "n": message.get("n"), **await do(message)})

    async def _export(self, message: Message) -> Message:
        state = self._state(message.get("state"))
        name = f"{state.scenario.removesuffix('.yaml')}-explored.yaml"
        return {"text": self._catalogue.export(state), "name": name}

    async def _import(self, message: Message) -> Message:
        text = message.get("text")
        if not isinstance(text, str):
            raise UsageError("expected the text of a scenario file")
        return {"state": (await asyncio.to_thread(self._catalogue.imported, text)).plain()}

    async def _story(self, message: Message) -> Message:
        run = message.get("run")
        if isinstance(run, bool) or not isinstance(run, int) or not 0 <= run < PLAN.most_runs:
            raise UsageError("expected the number of a run")
        scenario = self._catalogue.scenario(self._state(message.get("state")))
        return {"run": run, **await told(self._scheduler, scenario, run)}

    async def _tip(self, message: Message) -> Message:
        path, look = message.get("path"), self._look("b")
        if not isinstance(path, str):
            raise UsageError("expected the path of an input")
        if look is None:
            raise UsageError("there is no answer yet to start from")
        asked = asked_of(self._catalogue, self._state(message.get("state")), path, look.probability)
        return {"path": path, **await tipping_point(self._scheduler, asked)}
