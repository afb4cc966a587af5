"""Which hosts are this machine alone: what is served or sent there needs no token and no encryption."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone, by the name `localhost` or an address, which may name a zone."""
    if host.lower() == "localhost":
        return True
    try:
        parsed = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return bool((getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback)
