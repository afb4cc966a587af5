"""All commands of `offramp` together, for its help and for tests."""

from __future__ import annotations

from sim.cli import check, draft, evaluate, ledger, run, setup, sweep, what_if, why, write
from sim.cli.declare import app

__all__ = ["app", "check", "draft", "evaluate", "ledger", "run", "setup", "sweep", "what_if", "why", "write"]
