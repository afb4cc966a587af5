"""Exchange messages with the server: requests go only to the configured address, and the size of replies is limited.

No redirect is followed, no proxy or netrc of the environment used, no cookie kept, nothing decompressed. A busy server
is asked again, twice; one that refuses a JSON schema is asked for any JSON object, then for text.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.draft.language_model.endpoint import KEY, Endpoint
from sim.errors import EndpointError, UsageError
from sim.wording import counted

OK, BUSY, FAULT = 200, 429, 500
REFUSALS = (400, 422)
"""Statuses with which servers refuse a request that they understood."""
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

        Raises
        ------
        EndpointError
            If there is no usable reply: no connection, timeout, too large, a redirect, or a status other than 200.
        UsageError
            If aiohttp is not installed.
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
        for wait in self._endpoint.limits.waits:
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
    most = endpoint.limits.most_bytes
    try:
        reply = asyncio.run(_exchange(endpoint, body))
        if len(reply.body) <= most:
            return reply
        fault = f"sent a reply of more than {counted(most, 'byte')}"
    except TimeoutError:
        fault = f"sent no complete reply within {counted(f'{endpoint.limits.seconds:g}', 'second')}"
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
        ClientSession(
            timeout=ClientTimeout(total=endpoint.limits.seconds), auto_decompress=False, trust_env=False
        ) as session,
        session.post(endpoint.address, data=body, headers=endpoint.headers, allow_redirects=False) as response,
    ):
        read = bytearray()
        async for part in response.content.iter_chunked(1 << 16):
            read += part
            if len(read) > endpoint.limits.most_bytes:
                break
        return _Reply(response.status, bytes(read))


def _named(endpoint: Endpoint) -> str:
    return f"the language model's server {endpoint.host}"


def _failure(endpoint: Endpoint, reply: _Reply) -> EndpointError:
    said = f"{_named(endpoint)} answered with status {reply.status}"
    hint = REDIRECTS if 300 <= reply.status < 400 else HINTS.get(reply.status, "")
    parts = [said, hint, endpoint.shown(reply.message)]
    return EndpointError(": ".join(part for part in parts if part))
