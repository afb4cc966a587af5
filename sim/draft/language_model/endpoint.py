"""Where a language model is asked: the server's address, the model, and a key that no text of ours ever shows.

The address is checked once, against a pattern narrow enough that no two parsers read it differently: https, or plain
http to this machine alone; no user, query or fragment, which may hold secrets. Errors name the host and nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from sim.articles.paragraphs import normalise
from sim.errors import UsageError
from sim.loopback import is_loopback
from sim.wording import seen

KEY = "OFFRAMP_LLM_KEY"
"""The environment variable of the key."""
COMPLETIONS = "/chat/completions"
LONGEST_MODEL = 200
LONGEST_MESSAGE = 300
"""Characters of a server's message that are shown."""
SHORTEST_SECRET = 8
"""Characters from which a key is a secret: servers on this machine take words such as `none`."""
HIDDEN = "[key]"
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?P<port>:[0-9]{1,5})?(?P<path>(?:/[A-Za-z0-9._~-]+)*)/?"
)
_KEY = re.compile(r"[A-Za-z0-9._~+/=:-]{0,4096}")


@dataclass(frozen=True)
class Limits:
    """Bounds of one request.

    Attributes
    ----------
    seconds
        From connecting to the last byte of the reply.
    most_bytes
        Of a reply.
    waits
        Seconds before each further try, where the server is busy or at fault (429, 5xx).
    """

    seconds: float = 180.0
    most_bytes: int = 2_000_000
    waits: tuple[float, ...] = (1.0, 4.0)


@dataclass(frozen=True)
class Endpoint:
    """One model of one server.

    Attributes
    ----------
    address
        Of the chat completions, checked; its path is never shown.
    host
        The host of the address, which is.
    replies
        Folder in which replies are looked up before the server is asked, and kept; None keeps none.
    """

    address: str = field(repr=False)
    host: str
    model: str
    key: SecretStr = field(default=SecretStr(""), repr=False)
    replies: Path | None = None
    limits: Limits = Limits()

    @classmethod
    def of(cls, url: str, model: str, key: str = "", replies: Path | None = None) -> Endpoint:
        """Return an endpoint for an address such as `https://example.org/v1`.

        Raises
        ------
        UsageError
            Where the address, the model's name or the key cannot be used; the key and the address are not repeated.
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
        """What the head of a draft says of it."""
        return {"language model": f"{self.model} at {self.host}"[:300]}

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a request; the only place that the key goes to."""
        plain = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "offramp"}
        key = self.key.get_secret_value()
        return plain | ({"Authorization": f"Bearer {key}"} if key else {})

    def shown(self, text: str) -> str:
        """Return what a server says on one line, cut, every eight characters in a row of the key hidden."""
        cut = text[: 10 * LONGEST_MESSAGE]  # hidden before the last cut, which could part the key
        return seen(_hidden(cut, self.key.get_secret_value()))[:LONGEST_MESSAGE]

    def tells_key(self, text: str) -> bool:
        """Whether a text holds the key, be it with signs between that nobody sees."""
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
    """Return text without any run of the key's characters of at least eight, or of the whole of a shorter key."""
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
