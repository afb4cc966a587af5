"""Detect loopback hosts, which need neither a token nor encryption."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Return whether a host is only this machine: `localhost` or a loopback address, with or without a zone."""
    if host.lower() == "localhost":
        return True
    try:
        parsed = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return bool((getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback)
