"""The endpoint of a language model: the server's address, the model, a key that is never shown, and requests to it.

The address is checked once, against a pattern so narrow that all parsers read it alike: https, or plain http to this
machine only; no user, query or fragment, which may hold secrets. Errors name the host and nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sim.articles.paragraphs import normalise
from sim.errors import EndpointError, UsageError
from sim.loopback import is_loopback
from sim.wording import counted, seen

KEY = "OFFRAMP_LLM_KEY"  # name of the environment variable with the key
COMPLETIONS = "/chat/completions"
LONGEST_MODEL = 200
LONGEST_MESSAGE = 300  # number of characters shown of a server's message
SHORTEST_SECRET = 8
"""Length from which a key counts as secret; servers on this machine accept words such as `none`."""
HIDDEN = "[key]"
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?P<port>:[0-9]{1,5})?(?P<path>(?:/[A-Za-z0-9._~-]+)*)/?"
)
_KEY = re.compile(r"[A-Za-z0-9._~+/=:-]{0,4096}")
OK, BUSY, FAULT = 200, 429, 500
REFUSALS = (400, 422)  # statuses with which servers refuse a request that they understood
UNSUPPORTED = (b"response_format", b"json_schema", b"json_object", b"structured output")
"""Texts in such a refusal which show that the format was refused."""
HINTS = {
    401: f"it does not take the key; set {KEY}",
    403: "it does not allow this key or this model",
    404: "there is no such model or address; check --llm and --model",
    429: "too many requests or no credit; try again later",
}
REDIRECTS = "it redirects, which is not followed; give --llm the final address"
MISSING = "--llm needs aiohttp; install it with: pip install 'offramp[draft]'"


@dataclass(frozen=True)
class Endpoint:
    """One model on one server.

    Attributes
    ----------
    address
        Checked address of the chat completions; its path is never shown.
    host
        Host of the address, which may be shown.
    replies
        Folder in which replies are cached and looked up before asking the server; None disables this.
    seconds
        Maximum time of one request, from connecting to the last byte of the reply.
    most_bytes
        Maximum size of a reply.
    waits
        Seconds to wait before each retry if the server is busy or fails (429, 5xx).
    """

    address: str = field(repr=False)
    host: str
    model: str
    key: SecretStr = field(default=SecretStr(""), repr=False)
    replies: Path | None = None
    seconds: float = 180.0
    most_bytes: int = 2_000_000
    waits: tuple[float, ...] = (1.0, 4.0)

    @classmethod
    def of(cls, url: str, model: str, key: str = "", replies: Path | None = None) -> Endpoint:
        """Return an endpoint for an address such as `https://example.org/v1`.

        Raises UsageError if the address, the model's name or the key cannot be used; key and address are not repeated.
        """
        host, address = _checked(url.strip())
        name = seen(model.strip())
        if not 1 <= len(name) <= LONGEST_MODEL:
            raise UsageError(f"--model: expected the name of a model, of at most {LONGEST_MODEL} characters")
        if not _KEY.fullmatch(key.strip()):
            raise UsageError(f"{KEY}: expected a key of letters, digits and -._~+/=: alone; copy it again")
        return cls(address, host, name, SecretStr(key.strip()), replies)

    @property
    def made_with(self) -> dict[str, str]:
        """The entry about the model in the head of a draft."""
        return {"language model": f"{self.model} at {self.host}"[:300]}

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a request, the only place where the key is used."""
        plain = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "offramp"}
        key = self.key.get_secret_value()
        return plain | ({"Authorization": f"Bearer {key}"} if key else {})

    def shown(self, text: str) -> str:
        """Return a server's message on one line, cut, hiding any eight or more consecutive characters of the key."""
        cut = text[: 10 * LONGEST_MESSAGE]  # hide before the final cut, which could split the key
        return seen(_hidden(cut, self.key.get_secret_value()))[:LONGEST_MESSAGE]

    def tells_key(self, text: str) -> bool:
        """Return whether a text contains the key, even with invisible characters in between."""
        key = self.key.get_secret_value()
        return len(key) >= SHORTEST_SECRET and key.casefold() in normalise(text).casefold()


def _checked(url: str) -> tuple[str, str]:
    """Return the host and the full address of the chat completions."""
    found = _ADDRESS.fullmatch(url)
    if found is None or int((found["port"] or ":1")[1:]) not in range(1, 65536):
        raise UsageError(
            "--llm: expected an address such as https://example.org/v1, without user, password, ? and #; "
            f"the key belongs into the environment variable {KEY}"
        )
    if found["scheme"] == "http" and not is_loopback(found["host"]):
        raise UsageError(
            f"--llm: plain http to {found['host']} would send the article and the key in the clear; use https "
            "(http only to a server on this machine, such as http://127.0.0.1:8080/v1)"
        )
    path = found["path"].removesuffix(COMPLETIONS) + COMPLETIONS
    return found["host"], f"{found['scheme']}://{found['host']}{found['port'] or ''}{path}"


def _hidden(text: str, key: str) -> str:
    """Hide every run of at least eight characters of the key in a text, or the whole of a shorter key."""
    least = min(len(key), SHORTEST_SECRET)
    if not least:
        return text
    pieces = {key[place : place + least].lower() for place in range(len(key) - least + 1)}
    lower = "".join(sign.lower() if sign.isascii() else sign for sign in text)  # as long as the text
    hidden = {
        place + step
        for place in range(len(text) - least + 1)
        if lower[place : place + least] in pieces
        for step in range(least)
    }
    return "".join(
        sign if place not in hidden else "" if place - 1 in hidden else HIDDEN for place, sign in enumerate(text)
    )


@dataclass(frozen=True)
class _Reply:
    """A reply; its body, which may contain anything, is left out of the repr and so of tracebacks with variables."""

    status: int
    body: bytes = field(repr=False)

    @property
    def refuses_format(self) -> bool:
        return self.status in REFUSALS and any(word in self.body.lower() for word in UNSUPPORTED)

    @property
    def message(self) -> str:
        """The message of an error: `error.message`, `error`, `message` or `detail`; empty if there is none."""
        with contextlib.suppress(ValueError, RecursionError):
            told = json.loads(self.body)
            for key in ("error", "message", "detail"):
                one = told.get(key) if isinstance(told, dict) else None
                one = one.get("message") if isinstance(one, dict) else one
                if isinstance(one, str):
                    return one
        return ""


class Server:
    """Asks one endpoint, and remembers which reply format it accepts."""

    def __init__(self, endpoint: Endpoint, schema: Mapping[str, Any]) -> None:
        self._endpoint = endpoint
        described = {"name": "items", "strict": True, "schema": schema}
        self._formats: list[dict[str, Any]] = [
            {"response_format": {"type": "json_schema", "json_schema": described}},
            {"response_format": {"type": "json_object"}},
            {},
        ]

    def ask(self, messages: Sequence[Mapping[str, str]]) -> bytes:
        """Return the body of the reply.

        Raises EndpointError if there is no usable reply: no connection, timeout, too large, a redirect, or a status
        other than 200, and UsageError if aiohttp is not installed.
        """
        plain = {"model": self._endpoint.model, "messages": list(messages)}
        while True:
            reply = self._patiently(json.dumps(plain | self._formats[0]).encode())
            if reply.status == OK:
                return reply.body
            if len(self._formats) == 1 or not reply.refuses_format:
                raise _failure(self._endpoint, reply)
            del self._formats[0]

    def _patiently(self, body: bytes) -> _Reply:
        for wait in self._endpoint.waits:
            reply = _post(self._endpoint, body)
            if reply.status != BUSY and reply.status < FAULT:
                return reply
            time.sleep(wait)
        return _post(self._endpoint, body)


def _post(endpoint: Endpoint, body: bytes) -> _Reply:
    try:
        import aiohttp
    except ModuleNotFoundError:
        raise UsageError(MISSING) from None
    most = endpoint.most_bytes
    try:
        reply = asyncio.run(_exchange(endpoint, body))
        if len(reply.body) <= most:
            return reply
        fault = f"sent a reply of more than {counted(most, 'byte')}"
    except TimeoutError:
        fault = f"sent no complete reply within {counted(f'{endpoint.seconds:g}', 'second')}"
    except aiohttp.ClientConnectorCertificateError:
        fault = "shows a certificate that is not trusted"
    except aiohttp.ClientConnectorError as error:
        fault = f"cannot be reached: {(error.os_error.strerror or 'no connection').lower()}"
    except (aiohttp.ClientError, OSError, ValueError) as error:  # their texts may hold the address
        fault = f"broke off the exchange ({type(error).__name__})"
    raise EndpointError(f"{_named(endpoint)} {fault}")


async def _exchange(endpoint: Endpoint, body: bytes) -> _Reply:
    """Return the reply, or the beginning of one that is too large."""
    from aiohttp import ClientSession, ClientTimeout

    async with (
        ClientSession(timeout=ClientTimeout(total=endpoint.seconds), auto_decompress=False, trust_env=False) as session,
        session.post(endpoint.address, data=body, headers=endpoint.headers, allow_redirects=False) as response,
    ):
        read = bytearray()
        async for part in response.content.iter_chunked(1 << 16):
            read += part
            if len(read) > endpoint.most_bytes:
                break
        return _Reply(response.status, bytes(read))


def _named(endpoint: Endpoint) -> str:
    return f"the language model's server {endpoint.host}"


def _failure(endpoint: Endpoint, reply: _Reply) -> EndpointError:
    said = f"{_named(endpoint)} answered with status {reply.status}"
    hint = REDIRECTS if 300 <= reply.status < 400 else HINTS.get(reply.status, "")
    parts = [said, hint, endpoint.shown(reply.message)]
    return EndpointError(": ".join(part for part in parts if part))
