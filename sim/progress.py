"""Show the progress of long work on stderr: a bar on a terminal, an occasional line elsewhere.

On a terminal, long work is announced: one sentence estimates its duration from the speed of the first steps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sim.wording import counted, noun, seen

FEWEST = 3
"""Minimum number of steps from which the total duration is estimated."""
PROBE = 2.0
"""Minimum duration of these steps, in seconds."""
LONG = 20.0
"""Total duration from which work is announced, in seconds."""


@contextmanager
def progress(label: str, total: int, *, quiet: bool, unit: str = "block") -> Iterator[Callable[[], None]]:
    """Show a bar with rate and time left on a terminal, occasional lines elsewhere, and nothing if quiet."""
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
        """Runs per second."""

        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed * BLOCK_RUNS:,.0f} runs/s")

    count = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(noun(total, unit)))
    rate = (Rate(),) if unit == "block" else ()
    left = (TextColumn("left"), TimeRemainingColumn())
    announced = _announcement(label, total, unit)
    with Progress(*count, *rate, *left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance() -> None:
            bar.advance(task)
            if text := announced():
                bar.console.print(seen(text), markup=False, highlight=False)

        yield advance


def _announcement(label: str, total: int, unit: str) -> Callable[[], str]:
    """Return a function to call after each step; it returns the announcement once, if work is long, and else "".

    The first step is not measured, because it includes starting workers and preparing what all steps need.
    """
    done, told, first = 0, False, 0.0

    def step() -> str:
        nonlocal done, told, first
        done += 1
        if done == 1:
            first = monotonic()
        taken = monotonic() - first
        if told or done < FEWEST or taken < PROBE:
            return ""
        told = True
        whole = taken / (done - 1) * total
        return "" if whole < LONG else f"{label}: {counted(total, unit)}, which take about {duration(whole)}"

    return step


def duration(seconds: float) -> str:
    """Return a duration in words, such as `40 seconds`, `12 minutes` or `3 hours`."""
    if seconds < 90:
        return counted(10 * max(1, round(seconds / 10)), "second")
    if seconds < 90 * 60:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600), "hour")


def _lines(label: str, total: int, unit: str) -> Callable[[], None]:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done == total or done % max(1, total // 4) == 0:
            sys.stderr.write(f"{seen(label)}: {done} of {counted(total, unit)}\n")

    return advance
