# mypy: disallow-untyped-calls=False
"""Workers of a dask.distributed scheduler that is already running, on this machine or on many.

Tasks are sent in batches that take seconds each, so that the scheduler has little to do. If the worker of a batch is
lost, the scheduler reruns the batch, with a note, until it has repeatedly lost its worker. Needs `offramp[dask]`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures import Executor as Workers
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import distributed
from distributed.cfexecutor import ClientExecutor

from sim.errors import ExecutionError
from sim.runs.executors.pool import LOOK, TARGET, Note, Pool, silent
from sim.wording import counted

if TYPE_CHECKING:
    from sim.runs.executors.address import Address

CONNECT = 10.0  # seconds for a scheduler to answer
PATIENCE = 60.0  # seconds for workers to appear, and to come back


class Dask(Pool):
    """The workers of a scheduler; each `map` connects to it anew.

    Parameters
    ----------
    address
        Address of the scheduler, including how the connection is secured.
    number
        Number of workers to wait for before work begins; after that, work continues with those available.
    patience
        Seconds to wait for workers, at the start and whenever none are left.
    target
        Seconds that a batch of tasks should take.
    """

    def __init__(
        self,
        address: Address,
        number: int = 1,
        note: Note = silent,
        *,
        patience: float = PATIENCE,
        target: float = TARGET,
    ) -> None:
        super().__init__(self._connected, number, note)
        self._there = 0
        self._address, self._patience, self.target = address, patience, target

    @contextmanager
    def _connected(self) -> Iterator[_Connection]:
        """Connect to the scheduler and wait for workers; at the end, cancel unfinished tasks and disconnect."""
        client = self._client()
        workers = _Connection(client, self.note)
        try:
            self._gather(client)
            yield workers
        finally:
            with suppress(Exception, CancelledError):  # the scheduler may be gone
                workers.shutdown(wait=False)
            with suppress(Exception, CancelledError):
                client.close(timeout=5)

    def _client(self) -> distributed.Client:
        where, security = self._address, None
        if where.tls is not None:
            security = distributed.Security(
                tls_ca_file=str(where.tls.ca),
                tls_client_cert=str(where.tls.cert),
                tls_client_key=str(where.tls.key),
                require_encryption=True,
            )
        timeout = min(CONNECT, self._patience)
        try:
            return distributed.Client(
                where.url, timeout=timeout, security=security, set_as_default=False, name="offramp"
            )
        except (OSError, ValueError) as error:
            raise ExecutionError(
                f"no dask scheduler answers at {where} ({error}); see that it runs and can be reached from here, and "
                "that both sides use TLS or neither does"
            ) from error

    def _gather(self, client: distributed.Client) -> None:
        """Wait for workers, and check that each has one thread."""
        start = f"dask worker {self._address} --nworkers N --nthreads 1"
        try:
            client.wait_for_workers(self.number, timeout=self._patience)
        except (OSError, CancelledError) as error:
            raise ExecutionError(
                f"expected {counted(self.number, 'worker')} at the scheduler {self._address}, and within "
                f"{self._patience:g} s there were {len(client.nthreads())}; start some with: {start}"
            ) from error
        for worker, threads in client.nthreads().items():
            if threads != 1:
                raise ExecutionError(
                    f"expected workers of one thread each, and {worker} has {threads}; a block of runs keeps a core "
                    f"busy alone. Start workers with: {start}"
                )

    def count(self, workers: Workers) -> int:
        """Return the number of workers at the last look; raise if there have been none for too long."""
        if not isinstance(workers, _Connection):
            return self.number
        there, gone = workers.look()
        if gone > self._patience:
            raise ExecutionError(
                f"all workers of the scheduler are gone for {self._patience:g} s; were they killed, or out of memory?"
            )
        self._there = there
        return there

    @property
    def parallel(self) -> int:
        """Number of workers at the last look; before the first look, the number waited for."""
        return self._there or self.number


class _Connection(ClientExecutor):
    """The executor of a client, which also keeps an eye on the workers."""

    def __init__(self, client: distributed.Client, note: Note) -> None:
        super().__init__(client, pure=False)
        self._note = note
        self._there, self._looked, self._seen = 1, 0.0, time.monotonic()
        client.subscribe_topic("all", self._tell)

    def look(self) -> tuple[int, float]:
        """Return the last number of workers above 0, and for how many seconds there have been none.

        Raises ExecutionError if the scheduler is gone.
        """
        now = time.monotonic()
        if now - self._looked >= LOOK:
            try:
                there = len(self._client.nthreads()) if self._client.status == "running" else None
            except (OSError, CancelledError):
                there = None
            if there is None:
                raise ExecutionError("the connection to the workers was lost; was the scheduler stopped?")
            self._looked = now
            if there:
                self._there, self._seen = there, now
        return self._there, self._looked - self._seen

    def _tell(self, event: tuple[float, dict[str, Any]]) -> None:
        """Report that a worker was lost, and how many of our tasks are run again."""
        _, what = event
        if what.get("action") == "remove-worker":
            again = {future.key for future in set(self._futures)}.intersection(what["processing-tasks"])
            if again:
                self._note(f"the worker {what['worker']} was lost; run again elsewhere: batches of tasks, {len(again)}")
