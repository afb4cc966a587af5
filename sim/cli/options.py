"""Options shared by several commands, the ranges of whole numbers, and the command that reproduces a result.

A range is part of a parameter's annotation, after its option; a group of options is a dataclass with the options as
fields. `declare` checks the ranges and expands the groups. Commands that open a local page also share its announcement
and the check for aiohttp.
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
    """The range of whole numbers that an option accepts, with both ends, and how messages call it."""

    least: int
    most: int
    told: str

    def hold(self, value: int) -> None:
        """Raise UsageError if a number is outside the range."""
        if not self.least <= value <= self.most:
            got = f"{value:,}" if self.most == MOST_RUNS else str(value)
            raise UsageError(f"expected {self.told} (got {got})")


MOST_RUNS = 10_000_000
RUNS = Range(1, MOST_RUNS, f"1 to {MOST_RUNS:,} runs")
MEGABYTES = Range(0, 1_000_000_000, "0 to 1000000000 MB")
SEED = Range(0, 2**63 - 1, "a seed from 0 to 2**63 - 1")
REPLICATES = Range(1, 64, "replicates of 1, 2, 4, 8, 16, 32 or 64")
NUMBER = Range(0, MOST_RUNS - 1, f"the number of a run, 0 to {MOST_RUNS - 1:,}")
WORKERS = Range(1, 4096, "1 to 4096 workers")
BLOCKS = Range(1, 1000, "1 to 1000 blocks")
REPEATS = Range(0, 10_000, "0 to 10000 simulated calibrations")
PORT = Range(0, 65535, "a port from 0 to 65535")
SHARDS = Range(1, 256, "1 to 256 shards")


def ranges_of(command: Callable[..., None]) -> dict[str, Range]:
    """Return the ranges that a command declares, keyed by parameter."""
    parameters = inspect.signature(command, eval_str=True).parameters.values()
    found = ((one.name, part) for one in parameters for part in get_args(one.annotation))
    return {name: part for name, part in found if isinstance(part, Range)}


class Words(StrEnum):
    """Scales of words for probabilities."""

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
    """The cache of finished runs of a command that has none by default."""

    store: Annotated[
        str | None,
        typer.Option("--store", help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.", show_default="none"),
    ] = None

    def open(self) -> Store | None:
        """Return the store named by the options; None if there is none. Raises UsageError if it is not valid."""
        from sim.runs.store import store_at  # late: --help needs none of it

        return store_at(self.store)


@dataclass(frozen=True)
class UsualCache(Cache):
    """The cache of finished runs of a command that has one by default."""

    store: StoreFolder = DEFAULT_STORE
    no_store: Annotated[bool, typer.Option("--no-store", help="Use no cache.")] = False

    def open(self) -> Store | None:
        """Return the store named by the options; None with --no-store. Raises UsageError if it is not valid."""
        return None if self.no_store else super().open()


CACHE, USUAL_CACHE = Cache(), UsualCache()

MACHINE = frozenset({"workers", "executor", "address", "tls_ca", "tls_cert", "tls_key", "insecure"})
SHOWN = MACHINE | {"format_", "quiet"}
"""Parameters that say where runs are played, and what is shown meanwhile."""
UNTOLD = SHOWN | {
    "store", "no_store", "out", "words", "figures", "shard", "fail_fast", "cells", "daily", "junit", "summary",
    "annotations",
}  # fmt: skip
"""Parameters that say where runs are played, kept or written, and do not affect the result."""
ALWAYS_TOLD = frozenset({"runs", "seed", "outcome"})
"""Parameters included even at their defaults, which a later version may change."""


def command_of(context: typer.Context, *, here: bool = False, **made: Any) -> str:
    """Return the command that reproduces the result of the current one, on any machine and in any folder.

    If it is for `here`, paths are as given, and options say where results are kept and written. Values in `made`
    replace those of parameters as given, such as the actual number of runs.
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
    """Return whether a parameter can be left out of the command."""
    return value is None or (value == parameter.default and parameter.name not in ALWAYS_TOLD)


def _words_of(parameter: Any, value: Any, told: Callable[[Path], str]) -> Iterator[str]:
    """Yield the words that give a parameter its value; the items of a list are given one by one."""
    name = [] if parameter.param_type_name == "argument" else [parameter.opts[0]]
    if value is True:
        yield from name
        return
    for part in value if isinstance(value, list | tuple) else [value]:
        yield from name
        yield told(part) if isinstance(part, Path) else f"{part:.15g}" if isinstance(part, float) else str(part)


UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104 - a comparison
Port = Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one."), PORT]
Host = Annotated[str, typer.Option(help="Address to listen on; any but loopback needs a token.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address; open no browser.")]


@contextlib.contextmanager
def needing_aiohttp(what: str, extra: str) -> Iterator[None]:
    """Raise a UsageError that says what to install if an import in the `with` block does not find aiohttp."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise UsageError(f"{what} needs aiohttp; install it with: pip install 'offramp[{extra}]'") from None


def announcing(host: str, then: str, *, no_browser: bool) -> Callable[[str], None]:
    """Return a function that prints a page's URL, who can reach it and what to do next, and opens a browser."""
    import webbrowser

    from sim.loopback import is_loopback

    def opened(address: str) -> None:
        say(address)
        sys.stdout.flush()  # for programs that wait for it at a pipe
        if not is_loopback(host):
            if host in UNSPECIFIED:
                note(f"from another machine, put the IP address of this one in place of {host}")
            note("this address can be reached from other machines, over a connection that is not encrypted;")
            note("its token works once: the first browser that opens it keeps the way in")
        note(f"Ctrl-C ends it; next: {then}")
        if not no_browser:
            webbrowser.open(address)

    return opened
