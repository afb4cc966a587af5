"""Who may talk to a local page's server: pages that it served itself, on the host that it was started for.

A browser sends any site's requests to loopback, and a name that an attacker owns may be pointed there (DNS rebinding).
So every request must name the host that was bound, every one that carries an origin must come from it, one that changes
something must carry it, and away from loopback a token that was printed once must be shown first. Nothing may be
framed, and nothing from elsewhere runs.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from sim.loopback import is_loopback

if TYPE_CHECKING:
    from aiohttp.typedefs import Middleware

COOKIE = "offramp"
READING = ("GET", "HEAD")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Guard:
    """Checks requests.

    Attributes
    ----------
    host, port
        What is bound.
    token
        What a page must show once, empty on loopback.
    """

    host: str
    port: int
    token: str = ""
    _pass: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _used: list[bool] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, host: str, port: int) -> Guard:
        """Return a guard for a host; with a new token where it is not loopback."""
        return cls(host, port, "" if is_loopback(host) else secrets.token_urlsafe(24))

    @property
    def _shown(self) -> str:
        """The host as an address has it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may say; with a token any, for a machine has many names."""
        names = {self._shown, "127.0.0.1", "localhost", "[::1]"} if is_loopback(self.host) else {self._shown}
        return frozenset(f"{name}:{self.port}" for name in names)

    @property
    def address(self) -> str:
        """The address to open, with the token where there is one."""
        return f"http://{self._shown}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    def policy(self, host: str) -> str:
        """Return the Content-Security-Policy of the page."""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data: blob:; "
            f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def middleware(self) -> Middleware:
        """Return what checks each request and sets the headers of each response."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            host = request.headers.get("Host", "")
            try:
                self._let_through(request, host)
                response = await handler(request)
            except web.HTTPException as error:
                self._headers(error, host if self._knows(host) else min(self.hosts))
                raise
            if not response.prepared:
                self._headers(response, host)
            return response

        return check

    def _let_through(self, request: web.Request, host: str) -> None:
        """Raise what refuses a request, or sends it on without its token."""
        if not self._knows(host):
            raise web.HTTPForbidden(text="this address is not the one the page was started for")
        origin = request.headers.get("Origin")
        if origin != f"http://{host}" and not (origin is None and request.method in READING):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        if self.token and not self._is_let_in(request):
            raise self._at_the_door(request)

    def _knows(self, host: str) -> bool:
        if host in self.hosts:
            return True
        unspecified = self.host in ("0.0.0.0", "::")  # noqa: S104 - a comparison
        return bool(self.token) and unspecified and host.endswith(f":{self.port}") and _is_address(host)

    def _is_let_in(self, request: web.Request) -> bool:
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._pass.encode())

    def _at_the_door(self, request: web.Request) -> web.HTTPException:
        """Let in the first that shows the token, and send it on without it in the address."""
        shown = request.query.get("token", "")
        if self._used or not hmac.compare_digest(shown.encode(), self.token.encode()):
            return web.HTTPForbidden(text="open the address that the command printed; its token works once")
        self._used.append(True)
        response = web.HTTPSeeOther("/")
        response.set_cookie(COOKIE, self._pass, httponly=True, samesite="Strict", path="/")
        return response

    def _headers(self, response: web.StreamResponse, host: str) -> None:
        response.headers.update({
            "Content-Security-Policy": self.policy(host),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        })  # fmt: skip


def _is_address(host: str) -> bool:
    """Whether a Host header names an IP address: a rebound name cannot."""
    try:
        ipaddress.ip_address(host.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    return True
