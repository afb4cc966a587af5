"""The command line: parse, choose an executor, call, print, exit code. `main` is the entry point of `offramp`."""

from __future__ import annotations

import gc
import os
import sys

from sim.interrupts import answer_once

INTERRUPTED = 130


def main() -> None:
    """Run the command line; signals are answered from here on, before what takes time to import."""
    answer_once()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it looks for some in every package installed
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more take longer to start than they save, and move last digits
    gc.set_threshold(50_000)  # of the many objects that a command makes nearly all stay
    try:
        from sim.cli.declare import call

        call(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


__all__ = ["main"]
