"""How far something that takes long is: a bar on a terminal, a line now and then elsewhere, always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sim.wording import seen

SURE = 3
"""Steps by which at the least it is judged how long the rest will take."""
SOON = 5.0
"""Seconds after which it is told how long something will take, off a terminal; on one the bar tells it."""
LONG = 90.0
"""Seconds from which on that is told."""


@contextmanager
def progress(label: str, total: int, *, quiet: bool, unit: str = "blocks") -> Iterator[Callable[[], None]]:
    """Show a bar with rate and time left on stderr; off a terminal a line now and then; nothing where quiet."""
    if quiet:
        yield lambda: None
    elif sys.stderr.isatty():
        with _bar(label, total, unit) as advance:
            yield advance
    else:
        yield _lines(label, total, unit)


@contextmanager
def _bar(label: str, total: int, unit: str) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    from sim.runs.block.blocks import BLOCK_RUNS

    class Rate(ProgressColumn):
        """Runs a second."""

        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed * BLOCK_RUNS:,.0f} runs/s")

    count = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    rate = (Rate(),) if unit == "blocks" else ()
    left = (TextColumn("left"), TimeRemainingColumn())
    with Progress(*count, *rate, *left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)


def _lines(label: str, total: int, unit: str) -> Callable[[], None]:
    done, told, first = 0, False, 0.0

    def advance() -> None:
        nonlocal done, told, first
        done += 1
        first = first if done > 1 else monotonic()  # before it, workers start and what all steps need is made
        taken = monotonic() - first if done >= SURE else 0.0
        left = taken / max(1, done - 1) * (total - done)
        if not told and taken >= SOON and left >= LONG:
            told = True
            _note(f"{label}: about {left / 60:,.0f} minutes left")
        if done == total or done % max(1, total // 4) == 0:
            _note(f"{label}: {done} of {total} {unit}")

    return advance


def _note(text: str) -> None:
    sys.stderr.write(f"{seen(text)}\n")
