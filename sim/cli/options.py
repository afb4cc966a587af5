"""The options that several commands share, the range of every whole number, and the command of a result.

A range is part of the annotation of a parameter, after its option; a group of options is a dataclass that has them as
fields. `declare` holds a command to its ranges and puts the options in the place of a group. Commands that open a
local page share what they say once it is open too, and what they need.
"""

from __future__ import annotations

import contextlib
import inspect
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from sim.cli.console import Format, note, say
from sim.cli.output import shown
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.runs.store import Store


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


class Words(StrEnum):
    """Scales of words."""

    ICD203 = "icd203"
    PHIA = "phia"
    NONE = "none"


DEFAULT_STORE = ".offramp/store"

ScenarioPath = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]
By = Annotated[
    str | None, typer.Option("--by", help='Time window: 90, "90 days" or its last date.', show_default="horizon")
]
Seed = Annotated[int, typer.Option(help="Random seed; the same seed gives the same result."), SEED]
Replicates = Annotated[int, typer.Option(help="Runs per draw of the uncertain inputs."), REPLICATES]
StoreFolder = Annotated[str, typer.Option("--store", help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.")]
Output = Annotated[Format, typer.Option("--format", help="Format of the data on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
WordScale = Annotated[Words, typer.Option("--words", help="Words for probabilities: US ICD 203, UK PHIA or none.")]
MaxRuns = Annotated[int, typer.Option(help="Upper limit of runs while a gate is undecided."), RUNS]
Alpha = Annotated[float, typer.Option(help="Upper limit of the chance that any verdict is false.")]


@dataclass(frozen=True)
class Cache:
    """Where a command keeps finished runs, if it is asked to."""

    store: Annotated[
        str | None,
        typer.Option("--store", help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.", show_default="none"),
    ] = None

    def open(self) -> Store | None:
        """Return the store that the options name.

        Raises
        ------
        UsageError
            Where it is none.
        """
        from sim.runs.store import store_at  # late: --help needs none of it

        return store_at(self.store)


@dataclass(frozen=True)
class UsualCache(Cache):
    """The same for a command that keeps them unless it is asked not to."""

    store: StoreFolder = DEFAULT_STORE
    no_store: Annotated[bool, typer.Option("--no-store", help="Use no cache.")] = False

    def open(self) -> Store | None:
        """Return the store that the options name; None with --no-store.

        Raises
        ------
        UsageError
            Where it is none.
        """
        return None if self.no_store else super().open()


CACHE, USUAL_CACHE = Cache(), UsualCache()

MACHINE = frozenset({"workers", "executor", "address", "tls_ca", "tls_cert", "tls_key", "insecure"})
SHOWN = MACHINE | {"format_", "quiet"}
"""Parameters that say where runs are played, and what is shown on the way."""
UNTOLD = SHOWN | {
    "store", "no_store", "out", "words", "figures", "shard", "fail_fast", "cells", "daily", "junit", "summary",
    "annotations",
}  # fmt: skip
"""Parameters that say where runs are played, kept or written, and nothing of the result."""
ALWAYS_TOLD = frozenset({"runs", "seed", "outcome"})
"""Parameters told at their defaults too, which a later version may change."""


def command_of(context: typer.Context, *, here: bool = False, **made: Any) -> str:
    """Return the command that gives the result of this one again, on any machine and wherever it is written.

    Parameters
    ----------
    context
        Of the command that runs.
    here
        Whether it is for this folder: paths as they were given, and where results are kept and written.
    made
        What stands in the place of a parameter as it was given, such as the runs that none means.
    """
    words: list[str] = []
    at: Any = context
    while at.parent is not None:
        words, at = [at.info_name, *words], at.parent
    left_out, told = (SHOWN, str) if here else (UNTOLD, shown)
    values = {**context.params, **made}
    for one in context.command.params:
        value = values.get(one.name or "")
        if one.name not in left_out and not _goes_without(one, value):
            words += _words_of(one, value, told)
    return shlex.join(["offramp", *words])


def _goes_without(parameter: Any, value: Any) -> bool:
    """Whether a parameter has its value without a word of the command."""
    return value is None or (value == parameter.default and parameter.name not in ALWAYS_TOLD)


def _words_of(parameter: Any, value: Any, told: Callable[[Path], str]) -> Iterator[str]:
    """Yield the words that give a parameter its value; a list is given one by one."""
    name = [] if parameter.param_type_name == "argument" else [parameter.opts[0]]
    if value is True:
        yield from name
        return
    for part in value if isinstance(value, list | tuple) else [value]:
        yield from name
        yield told(part) if isinstance(part, Path) else f"{part:g}" if isinstance(part, float) else str(part)


UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104 - a comparison
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one."), PORT]
Host = Annotated[str, typer.Option(help="Address to listen on; any but loopback needs a token.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address; open no browser.")]


@contextlib.contextmanager
def needing_aiohttp(what: str, extra: str) -> Iterator[None]:
    """Say what to install where an import within the block finds no aiohttp.

    Raises
    ------
    UsageError
        Where it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise UsageError(f"{what} needs aiohttp; install it with: pip install 'offramp[{extra}]'") from None


def announcing(host: str, then: str, *, no_browser: bool) -> Callable[[str], None]:
    """Return what prints the address of a page, says who can reach it and what to do next, and opens a browser."""
    import webbrowser

    from sim.loopback import is_loopback

    def opened(address: str) -> None:
        say(address)
        sys.stdout.flush()  # for whoever waits for it at a pipe
        if not is_loopback(host):
            if host in UNSPECIFIED:
                note(f"from another machine, put the IP address of this one in place of {host}")
            note("this address can be reached from other machines, over a connection that is not encrypted;")
            note("its token works once: the first browser that opens it keeps the way in")
        note(f"Ctrl-C ends it; next: {then}")
        if not no_browser:
            webbrowser.open(address)

    return opened
