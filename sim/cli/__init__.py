"""The command line: parse, choose an executor, call, print, exit. `main` is the entry point of `offramp`."""

from __future__ import annotations

import atexit
import gc
import os
import sys

from sim.interrupts import answer_once

INTERRUPTED = 130


def main() -> None:
    """Run the command line; signals are handled from here on, before the slow imports."""
    answer_once()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # pydantic looks for them in every installed package
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads cost more than they save, and change last digits
    gc.set_threshold(200_000)  # a command makes many objects, and nearly all of them stay
    atexit.register(gc.freeze)  # at the end nothing is searched for cycles: the system takes it all back
    try:
        from sim.cli.declare import call

        call(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


__all__ = ["main"]
