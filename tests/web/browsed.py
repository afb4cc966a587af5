"""A page in a browser and all that it said."""

from __future__ import annotations

import time
from typing import Any

PATIENCE = 60.0
PAINTED = "colour => getComputedStyle(document.body).backgroundColor === colour"
"""Whether the page has a colour behind it."""


class Browsed:
    """A page, what it wrote to the console, and what it asked the network for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.messages: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def wait(self, condition: str, argument: Any = None, patience: float = PATIENCE) -> None:
        """Wait for a condition; not by the page's own timers, which its policy would refuse."""
        end = time.monotonic() + patience
        while not self.page.evaluate(condition, argument):
            assert time.monotonic() < end, f"waited in vain for {condition}: {self.messages}"
            self.page.wait_for_timeout(20)

    def text(self, name: str) -> str:
        return self.page.evaluate("name => document.getElementById(name).textContent", name)
