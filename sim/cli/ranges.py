"""The range of every option that takes a whole number: declared once, beside the option, and held by every command.

A range stands in the annotation of a parameter, after its option; `with_ranges` holds a command to those it declares.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, get_args

from sim.errors import UsageError

P = ParamSpec("P")


@dataclass(frozen=True)
class Range:
    """The whole numbers that an option takes.

    Attributes
    ----------
    least, most
        Both among them.
    told
        What is expected, as a message has it.
    """

    least: int
    most: int
    told: str

    def hold(self, value: int) -> None:
        """Complain of a number outside.

        Raises
        ------
        UsageError
            Where it is.
        """
        if not self.least <= value <= self.most:
            got = f"{value:,}" if self.most == MOST_RUNS else str(value)
            raise UsageError(f"expected {self.told} (got {got})")


MOST_RUNS = 10_000_000
RUNS = Range(1, MOST_RUNS, f"1 to {MOST_RUNS:,} runs")
DAYS = Range(0, 36_500, "0 to 36500 days")
MEGABYTES = Range(0, 1_000_000_000, "0 to 1000000000 MB")
SEED = Range(0, 2**63 - 1, "a seed from 0 to 2**63 - 1")
REPLICATES = Range(1, 64, "replicates of 1, 2, 4, 8, 16, 32 or 64")
NUMBER = Range(0, MOST_RUNS - 1, f"the number of a run, 0 to {MOST_RUNS - 1:,}")
WORKERS = Range(1, 4096, "at least one worker")
BLOCKS = Range(1, 1000, "1 to 1000 blocks")
REPEATS = Range(0, 10_000, "0 to 10000 simulated calibrations")
PORT = Range(0, 65535, "a port from 0 to 65535")
SHARDS = Range(1, 256, "1 to 256 shards")


def ranges_of(command: Callable[..., None]) -> dict[str, Range]:
    """Return the ranges that a command declares, by parameter."""
    parameters = inspect.signature(command, eval_str=True).parameters.values()
    found = ((one.name, part) for one in parameters for part in get_args(one.annotation))
    return {name: part for name, part in found if isinstance(part, Range)}


def with_ranges(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that is held to the ranges it declares."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        given = inspect.signature(command).bind_partial(*args, **kwargs).arguments
        for name, one in ranges_of(command).items():
            if given.get(name) is not None:
                one.hold(given[name])
        command(*args, **kwargs)

    return wrapper
