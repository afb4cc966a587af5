"""Where blocks of runs are played: the options shared by all commands that play runs, and the executor they select.

A command takes them as one parameter, `machines: Machines`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import note
from sim.cli.options import WORKERS, Quiet
from sim.errors import UsageError
from sim.progress import progress

if TYPE_CHECKING:
    from sim.runs.executors import Executor
    from sim.runs.executors.address import Tls
    from sim.runs.store import Store
    from sim.studies.bench import Site

SPAWNING_PAYS = 24  # number of blocks from which worker processes make up for the half second they take to start
GROUPS_HERE = SPAWNING_PAYS // 2  # the same in groups, of two blocks at most, if the number of blocks is unknown
LONG = 100_000  # a number of runs that are certainly as many blocks as worker processes need to pay
EXAMPLE = "tcp://127.0.0.1:8786"


class Kind(StrEnum):
    """Kinds of executors."""

    LOCAL = "local"
    DASK = "dask"


def _option(text: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, **more)


@dataclass(frozen=True)
class Machines:
    """The options as given."""

    workers: Annotated[
        int | None,
        typer.Option(help="Worker processes (with dask: workers to wait for).", show_default="all cores for long work"),
        WORKERS,
    ] = None
    executor: Annotated[Kind, _option("Where to run: this machine or a dask cluster.")] = Kind.LOCAL
    address: Annotated[str | None, _option(f"Address of the dask scheduler, as in {EXAMPLE}.")] = None
    tls_ca: Annotated[Path | None, _option("Certificate of the authority both sides trust.")] = None
    tls_cert: Annotated[Path | None, _option("Certificate of this machine.")] = None
    tls_key: Annotated[Path | None, _option("Private key of this machine's certificate.")] = None
    insecure: Annotated[bool, _option("Allow an unencrypted connection to another machine.", "--insecure")] = False
    quiet: Quiet = False

    @contextmanager
    def site(
        self, label: str, total: int, store: Store | None = None, *, unit: str = "block", blocks: int | None = None
    ) -> Iterator[Site]:
        """Show the progress of a study over `total` units, and yield the site where it is played. Raises as `make`."""
        from sim.studies.bench import Site  # late: --help needs none of it

        executor = self.make(blocks)
        with progress(label, total, quiet=self.quiet, unit=unit) as finished:
            yield Site(executor, store, finished)

    def warm_up(self, *, is_long: bool) -> None:
        """Let workers begin to import while the command does, if the work `is_long` enough for workers to pay."""
        if self.executor is Kind.LOCAL and (self.workers or is_long) and (self.workers or os.cpu_count() or 1) > 1:
            from sim.runs.executors.processes import start_server  # late: --help needs none of it

            start_server()

    def make(self, blocks: int | None = None) -> Executor:
        """Return the executor for a number of blocks, or for an unknown number if None.

        Raises UsageError if options cannot be combined, or dask is not installed.
        """
        if self.executor is Kind.DASK:
            return self._dask()
        if given := self._of_dask():
            raise UsageError(f"{given[0]} says how to reach a scheduler; it needs --executor dask")
        from sim.runs.executors import Local, Serial  # late, as all below: --help needs none of it

        workers = self.workers or _usual_workers(blocks)
        first = GROUPS_HERE if self.workers is None and blocks is None else 0
        return Serial() if workers == 1 else Local(workers, note, here=first)

    def _dask(self) -> Executor:
        if self.address is None:
            raise UsageError(f"--executor dask needs the address of a scheduler, as in --address {EXAMPLE}")
        from sim.runs.executors.address import Address

        address = Address.parse(self.address, self._tls(), insecure=self.insecure)
        try:
            from sim.runs.executors.dask import Dask
        except ModuleNotFoundError as error:
            if error.name not in ("dask", "distributed"):
                raise
            raise UsageError("--executor dask needs more packages: python -m pip install 'offramp[dask]'") from None
        for name in ("distributed", "distributed.client"):  # our errors and notes repeat what matters in their logs
            logging.getLogger(name).setLevel(logging.CRITICAL)
        return Dask(address, self.workers or 1, note)

    def _tls(self) -> Tls | None:
        from sim.runs.executors.address import Tls

        match self.tls_ca, self.tls_cert, self.tls_key:
            case None, None, None:
                return None
            case Path() as ca, Path() as cert, Path() as key:
                return Tls(ca, cert, key)
        raise UsageError("TLS needs all three of --tls-ca, --tls-cert and --tls-key")

    def _of_dask(self) -> list[str]:
        """Return the given options that only a dask scheduler needs."""
        names = ("address", "tls_ca", "tls_cert", "tls_key", "insecure")
        return [f"--{name.replace('_', '-')}" for name in names if getattr(self, name) not in (None, False)]


MACHINES = Machines()


def _usual_workers(blocks: int | None) -> int:
    """Return the default number of workers: one for few blocks, else one per processor."""
    few = blocks is not None and blocks < SPAWNING_PAYS
    return 1 if few else os.cpu_count() or 1
