"""Only pages that the explorer served may talk to it, and what it is told that makes no sense does no harm."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.explorer.session import MOST_BYTES
from tests.places import ROOT
from tests.web.loops import apart
from tests.web.served import Served


@dataclass
class Reply:
    status: int
    headers: Any


def asked(served: Served, path: str = "", **headers: str) -> Reply:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    try:
        connection.request("GET", f"/{path}", headers={name.replace("_", "-"): text for name, text in headers.items()})
        with connection.getresponse() as answer:
            return Reply(answer.status, answer.headers)
    finally:
        connection.close()


def test_the_page_forbids_whatever_it_does_not_bring(served: Served) -> None:
    policy = asked(served).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "evil.example@127.0.0.1", "[::2]", ""])
@pytest.mark.parametrize("path", ["", "live", "explorer.js"])
def test_another_host_is_refused(served: Served, name: str, path: str) -> None:
    assert asked(served, path, Host=f"{name}:{served.port}").status == 403
    assert asked(served, path, Host=name or "x").status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1", "http://127.0.0.1"])
def test_another_origin_is_refused(served: Served, origin: str) -> None:
    assert asked(served, Origin=origin).status == 403
    assert asked(served, "live", Origin=origin, Connection="Upgrade", Upgrade="websocket").status == 403
    assert asked(served, Sec_Fetch_Site="cross-site").status == 403


def test_a_connection_without_an_origin_is_refused(served: Served) -> None:
    assert asked(served, "live", Connection="Upgrade", Upgrade="websocket").status == 403


@pytest.mark.parametrize("path", ["../pyproject.toml", "static/explorer.js", "%2e%2e/x", "explorer.py", "plotly.js"])
def test_only_the_files_of_the_page_are_sent(served: Served, path: str) -> None:
    assert asked(served, path).status == 404


def talk(served: Served, use: Callable[[Any], Any]) -> Any:
    async def run() -> Any:
        async with aiohttp.ClientSession() as session:
            origin = served.address.rstrip("/")
            async with session.ws_connect(f"{origin}/live", headers={"Origin": origin}, max_msg_size=0) as channel:
                return await use(channel)

    return apart(run())


@pytest.mark.parametrize("frame", ["[", "[1]", "{}", '{"type": 1}', "[" * 100_000], ids=lambda text: text[:12])
def test_a_message_that_is_none_ends_the_connection(served: Served, frame: str) -> None:
    async def use(channel: Any) -> Any:
        await channel.send_str(frame)
        while (answer := await channel.receive(20)).type is aiohttp.WSMsgType.TEXT:
            pass  # what had been sent before
        return answer.type

    assert talk(served, use) in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


def test_a_message_that_is_too_long_ends_the_connection(served: Served) -> None:
    async def use(channel: Any) -> Any:
        await channel.send_str(json.dumps({"type": "import", "text": "x" * MOST_BYTES}))
        while (answer := await channel.receive(20)).type is aiohttp.WSMsgType.TEXT:
            pass
        return answer.data

    assert talk(served, use) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


@pytest.mark.slow
@pytest.mark.parametrize(
    "message",
    [
        {"type": "state"},
        {"type": "state", "b": {"scenario": "../x.yaml"}},
        {"type": "state", "b": {"scenario": "", "values": {"actors.backer.stance": 9}}},
        {"type": "story", "run": -1, "state": {"scenario": ""}},
        {"type": "story", "run": 10**9, "state": {"scenario": ""}},
        {"type": "tip", "path": "population", "state": {"scenario": ""}},
        {"type": "tip", "path": None, "state": {"scenario": ""}},
        {"type": "import", "text": 5},
        {"type": "export", "state": []},
        {"type": "shell"},
    ],
    ids=json.dumps,
)
def test_a_message_that_asks_what_cannot_be_is_told_so_and_does_no_harm(served: Served, message: dict) -> None:
    async def use(channel: Any) -> Any:
        await channel.send_str(json.dumps(message))
        while (answer := (await channel.receive(20)).json())["type"] != "fault":
            pass
        await channel.send_str(json.dumps({"type": "export", "state": {"scenario": "crisis.yaml"}}))
        while (await channel.receive(20)).json()["type"] != "export":
            pass
        return answer["said"]

    assert "Error" not in talk(served, use)


def test_a_fault_of_our_own_is_told_and_the_page_is_served_on(served: Served) -> None:
    async def use(channel: Any) -> Any:
        await channel.send_str('{"type": "export", "n": 1e999, "state": {"scenario": ""}}')  # no JSON has its answer
        while (fault := (await channel.receive(20)).json())["type"] != "fault":
            pass
        await channel.send_str(json.dumps({"type": "export", "state": {"scenario": ""}}))
        while (await channel.receive(20)).json()["type"] != "export":
            pass
        return fault

    assert talk(served, use)["about"] == "export"


@pytest.mark.slow
def test_a_script_that_floods_is_slowed_and_others_are_still_answered(served: Served) -> None:
    async def use(channel: Any) -> int:
        for place in range(2000):
            state = {"scenario": "crisis.yaml", "values": {"actors.backer.stance": round(-1 + place / 1000, 3)}}
            await channel.send_str(json.dumps({"type": "state", "n": place, "b": state}))
        answered = 0
        while True:
            message = (await channel.receive(30)).json()
            answered += message["type"] == "answer"
            if message.get("n") == 1999:
                return answered

    assert talk(served, use) < 60


def test_the_command_says_what_is_wrong(tmp_path: Any) -> None:
    missing = CliRunner().invoke(app, ["explore", str(tmp_path / "none.yaml"), "--no-browser"])
    assert missing.exit_code == 2
    assert "cannot read the file" in missing.stderr


@pytest.mark.slow
def test_a_port_that_is_taken_is_told(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = [sys.executable, "-m", "sim", "explore", str(served.file), "--no-browser", "--port", port]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        found = subprocess.run(words, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert found.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in found.stderr
    assert "--port" in found.stderr


@pytest.mark.parametrize(("path", "headers", "status"), [("", {"Host": "evil.example"}, 403), ("nothing", {}, 404)])
def test_a_refusal_forbids_as_much_as_a_page(served: Served, path: str, headers: dict[str, str], status: int) -> None:
    reply = asked(served, path, **headers)
    assert reply.status == status
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "evil" not in reply.headers["Content-Security-Policy"]
