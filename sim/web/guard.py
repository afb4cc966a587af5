"""Access control for a local page's server: only pages that it served itself, on the host that it was started for.

A browser sends any site's requests to loopback, and an attacker's domain name may point there (DNS rebinding). So every
request must name the bound host, any origin must be that host, and a request that changes something must have an
origin. Beyond loopback, a token that is printed once must be presented first. Framing and foreign scripts are refused.
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
HTTP = 80
"""The port that browsers leave out of an address."""
READING = ("GET", "HEAD")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Guard:
    """Checks requests to the bound address; a page must present the token once, unless it is empty, as on loopback."""

    host: str
    port: int
    token: str = ""
    _pass: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _used: list[bool] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, host: str, port: int) -> Guard:
        """Return a guard for a host, with a new token unless the host is loopback."""
        return cls(host, port, "" if is_loopback(host) else secrets.token_urlsafe(24))

    @property
    def _shown(self) -> str:
        """The host as a browser writes it."""
        try:
            host = str(ipaddress.ip_address(self.host))
        except ValueError:
            host = self.host.lower()
        return f"[{host}]" if ":" in host else host

    @property
    def hosts(self) -> frozenset[str]:
        """Allowed values of the Host header: all names of loopback, or the bound host."""
        names = {self._shown, "127.0.0.1", "localhost", "[::1]"} if is_loopback(self.host) else {self._shown}
        return frozenset({f"{name}:{self.port}" for name in names} | (names if self.port == HTTP else set()))

    @property
    def address(self) -> str:
        """The URL to open, with the token if there is one."""
        return f"http://{self._shown}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    def middleware(self) -> Middleware:
        """Return middleware that checks each request and sets the headers of each response."""

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
        """Raise an HTTP exception that refuses a request or redirects it without its token, if necessary."""
        if not self._knows(host):
            raise web.HTTPForbidden(text="this address is not the one the page was started for")
        origin = request.headers.get("Origin")
        allowed = {f"http://{host}", None} if request.method in READING else {f"http://{host}"}
        if origin not in allowed or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        let_in = hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._pass.encode())
        if self.token and not let_in:
            raise self._at_the_door(request)

    def _knows(self, host: str) -> bool:
        if host in self.hosts:
            return True
        unspecified = self.host in ("0.0.0.0", "::")  # noqa: S104 - a comparison
        address = host.removesuffix(f":{self.port}")
        if not (self.token and unspecified) or (address == host and self.port != HTTP):
            return False
        try:
            ipaddress.ip_address(address.strip("[]"))  # unlike a name, an address cannot be rebound
        except ValueError:
            return False
        return True

    def _at_the_door(self, request: web.Request) -> web.HTTPException:
        """Admit the first request that presents the token, and redirect it to the URL without the token."""
        shown = request.query.get("token", "")
        if self._used or not hmac.compare_digest(shown.encode(), self.token.encode()):
            return web.HTTPForbidden(text="open the address that the command printed; its token works once")
        self._used.append(True)
        response = web.HTTPSeeOther("/")
        response.set_cookie(COOKIE, self._pass, httponly=True, samesite="Strict", path="/")
        return response

    def _headers(self, response: web.StreamResponse, host: str) -> None:
        response.headers.update({
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data: blob:; "
            f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        })  # fmt: skip
