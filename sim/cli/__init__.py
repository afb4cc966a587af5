"""The command line: parse, choose an executor, call, print, exit code. `main` is the entry point of `offramp`."""

from sim.cli.app import main

__all__ = ["main"]
