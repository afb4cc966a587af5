"""A page's server is talked to by its own pages alone, and away from loopback only by whoever has the token."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from sim.errors import UsageError
from sim.interrupts import NAMES
from sim.loopback import is_loopback
from sim.web.guard import Guard
from sim.web.serving import listening
from tests.web.loops import apart

ANYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound


def test_names_of_this_machine_are_loopback_and_others_are_not() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "localhost", "LOCALHOST", "::1", "[::1]", "127.1.2.3")))
    assert not any(map(is_loopback, (ANYWHERE, "192.168.1.5", "::", "example.org", "")))
    assert Guard.of("127.0.0.1", 1).token == ""
    assert len(Guard.of(ANYWHERE, 1).token) >= 32
    assert Guard.of(ANYWHERE, 1).token != Guard.of(ANYWHERE, 1).token


def passed(guard: Guard, path: str = "/", method: str = "GET", **headers: str) -> Any:
    """Send a request through the guard; return its answer, refusals too."""

    async def hello(_: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    async def run() -> Any:
        request = make_mocked_request(method, path, headers={"Host": "192.0.2.7:8765", **headers})
        try:
            return await guard.middleware()(request, hello)
        except web.HTTPException as answer:
            return answer

    return apart(run())


def test_away_from_loopback_the_token_lets_in_once_and_the_cookie_afterwards() -> None:
    guard = Guard(ANYWHERE, 8765, "the-token")
    assert guard.address == f"http://{ANYWHERE}:8765/?token=the-token"
    assert passed(guard).status == 403
    assert passed(guard, "/?token=guess").status == 403
    welcome = passed(guard, "/?token=the-token")
    assert (welcome.status, welcome.headers["Location"]) == (303, "/")
    cookie = welcome.cookies["offramp"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    carried = {"Cookie": f"offramp={cookie.value}"}
    assert passed(guard, **carried).status == 200
    assert passed(guard, "/?token=the-token").status == 403
    assert passed(guard, Cookie="offramp=x").status == 403
    assert passed(guard, **carried, Host="evil.example:8765").status == 403
    assert passed(guard, **carried, Host="192.0.2.7:80").status == 403
    assert passed(guard, **carried, Origin="http://evil.example").status == 403
    assert passed(guard, **carried, Origin="http://192.0.2.7:8765").status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_the_address_that_is_printed_is_one_that_is_answered(host: str) -> None:
    guard = Guard.of(host, 8000)
    assert guard.address.removeprefix("http://").rstrip("/") in guard.hosts


@pytest.mark.parametrize(
    ("host", "port", "sent"),
    [
        ("127.0.0.1", 80, "127.0.0.1"), ("127.0.0.1", 80, "localhost:80"), ("Desk.local", 8765, "desk.local:8765"),
        ("2001:DB8:0::1", 8765, "[2001:db8::1]:8765"), (ANYWHERE, 80, "192.0.2.7"), (ANYWHERE, 80, "[2001:db8::1]"),
    ],
)  # fmt: skip
def test_a_host_is_known_in_the_way_a_browser_writes_it(host: str, port: int, sent: str) -> None:
    guard = Guard.of(host, port)
    door = passed(guard, f"/?token={guard.token}", Host=sent, Origin=f"http://{sent}")
    assert door.status == (303 if guard.token else 200)
    assert passed(guard, Host=f"{sent}.evil.example").status == 403


@pytest.mark.parametrize("host", ["ä..b", "192.0.2.1"])
def test_a_host_that_cannot_be_listened_on_is_told(host: str) -> None:
    async def listen() -> None:
        async with listening(host, 0, lambda _: web.Application()):
            raise AssertionError

    with pytest.raises(UsageError, match=r"^cannot listen on .*: [a-z ]+; choose another with --host or --port$"):
        apart(listen())


UNTIL_STOPPED = """
import contextlib, os, signal, sys
from sim.web.serving import until_stopped

@contextlib.asynccontextmanager
async def served():
    yield "address"

for name in sys.argv[1:]:
    until_stopped(served(), lambda _: os.kill(os.getpid(), getattr(signal, name)))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a signal of Unix")
def test_a_page_is_served_until_any_signal_that_ends_a_command() -> None:
    done = subprocess.run([sys.executable, "-c", UNTIL_STOPPED, *NAMES], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("origin", "status"), [("", 403), ("http://evil.example", 403), ("http://127.0.0.1:8", 200)])
def test_what_changes_something_must_say_that_it_comes_from_the_page(origin: str, status: int) -> None:
    headers = {"Host": "127.0.0.1:8"} | ({"Origin": origin} if origin else {})
    assert passed(Guard("127.0.0.1", 8), method="POST", **headers).status == status
