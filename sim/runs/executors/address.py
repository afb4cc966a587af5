"""The address of a scheduler, checked before anything is sent to it.

Anyone who can reach a scheduler can run any code on its workers, and what the workers send back can run code here. So
the connection must be encrypted, or stay within this machine, unless the user explicitly allows otherwise.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sim.errors import UsageError, reason_of
from sim.loopback import is_loopback
from sim.wholefiles import read_whole

EXAMPLE = "tcp://127.0.0.1:8786"
MOST_BYTES = 1 << 20  # of a certificate or key


@dataclass(frozen=True)
class Tls:
    """Files that secure a connection: the authority that both sides trust, and this side's certificate and key."""

    ca: Path
    cert: Path
    key: Path

    def check(self) -> None:
        """Raise UsageError if one of the three cannot be read."""
        for option, path in (("--tls-ca", self.ca), ("--tls-cert", self.cert), ("--tls-key", self.key)):
            try:
                read_whole(path, MOST_BYTES)
            except OSError as error:
                raise UsageError(f"cannot read the file after {option}, {path}: {reason_of(error)}") from None


@dataclass(frozen=True)
class Address:
    """Address of a scheduler, and how the connection to it is secured."""

    url: str
    tls: Tls | None = None

    def __str__(self) -> str:
        return self.url

    @classmethod
    def parse(cls, text: str, tls: Tls | None = None, *, insecure: bool = False) -> Address:
        """Read an address such as `tcp://127.0.0.1:8786` or `tls://scheduler:8786`.

        Raises UsageError if it is not an address, TLS files do not fit it, or an unencrypted connection would leave
        this machine and `insecure` does not allow that.
        """
        scheme, host, port = _parts(text)
        if scheme == "tls":
            if tls is None:
                raise UsageError(f"{text} needs --tls-ca, --tls-cert and --tls-key, or the other side cannot be known")
            tls.check()
            return cls(_joined(scheme, host, port), tls)
        if tls is not None:
            raise UsageError(f"expected an address that begins with tls:// where TLS files are given (got {text})")
        within = loopback(host)
        if within is None and not insecure:
            raise UsageError(
                f"{text} is not on this machine and the way to it is not encrypted: anyone who listens or answers "
                "there could run code here and there. Use tls:// with --tls-ca, --tls-cert and --tls-key, or a tunnel "
                "such as ssh -L; --insecure goes on all the same"
            )
        return cls(_joined(scheme, within or host, port))


def loopback(host: str) -> str | None:
    """Return the loopback address of a host, the only one to connect to; None if the host is not loopback.

    A name counts as loopback if all its addresses are; the address found is used, so that no later look-up can give
    another.
    """
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return None
    if not found or not all(map(is_loopback, found)):
        return None
    return min(found, key=lambda address: (":" in address, address))


def _parts(text: str) -> tuple[str, str, int]:
    try:
        split = urlsplit(text if "://" in text else f"tcp://{text}")
        scheme, host, port = split.scheme, split.hostname, split.port
        says_more = any((split.path, split.query, split.fragment, split.username))
    except ValueError:
        scheme, host, port, says_more = "", None, None, False
    if scheme not in ("tcp", "tls") or not host or not port or says_more:
        raise UsageError(f"expected the address of a dask scheduler such as {EXAMPLE} or tls://HOST:8786 (got {text})")
    return scheme, host, port


def _joined(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
