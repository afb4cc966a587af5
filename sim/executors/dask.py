# mypy: disallow-untyped-calls=False
"""Workers of a dask.distributed scheduler that runs already, on this machine or on many.

Tasks travel in batches that last seconds (`sim/executors/batches.py`), so that the scheduler has little to do. A batch
whose worker is lost is run again, and a note says so; one that loses its worker again and again is taken apart, its
tasks run one at a time with nothing beside them, and the one to blame is named. Needs `offramp[dask]`.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import dask
import distributed
from distributed.scheduler import KilledWorker

from sim import environment
from sim.errors import ExecutionError
from sim.executors.base import Executor, Note, Result, Task, failure, named, silent
from sim.executors.batches import TARGET, Feed, Outcome, Sizer, packed, play, result_of, unpacked
from sim.wording import counted

if TYPE_CHECKING:
    from sim.executors.address import Address

CONNECT = 10.0  # seconds for a scheduler to answer
GATHER = 60.0  # seconds for workers to come, and to come back
IN_FLIGHT = 3  # batches a worker: one in hand, one waiting, one whose result waits for its turn
PROBES = 64  # batches of one task at the start, to learn how long a task takes
LOOK = 2.0  # seconds between looks at who is there


@dataclass(frozen=True)
class Limits:
    """Times and sizes, which tests make small."""

    target: float = TARGET
    connect: float = CONNECT
    gather: float = GATHER


class Dask(Executor):
    """The workers of a scheduler; connected to for each `map`.

    Parameters
    ----------
    address
        Of the scheduler, with what secures the way to it.
    workers
        How many must have come before work begins; it goes on with those there are.
    """

    same_disk: ClassVar[bool] = False

    def __init__(self, address: Address, workers: int = 1, note: Note = silent, limits: Limits | None = None) -> None:
        self._address, self._workers, self._note = address, workers, note
        self.limits = limits or Limits()

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
        lost: Callable[[Task, ExecutionError], Result] | None = None,
    ) -> Iterator[Result]:
        """Yield results in order."""
        with _quiet():
            client = self._connect()
            try:
                check_alike(client)
                run = _Run(client, function, Feed(tasks), Sizer(self.limits.target), self._note)
                run.finished, run.lost, run.patience = finished, lost, self.limits.gather
                yield from run.results()
            finally:
                with suppress(Exception, CancelledError):  # the scheduler may be gone
                    client.cancel(run.futures, reason="offramp stopped")
                with suppress(Exception, CancelledError):
                    client.close(timeout=5)

    def _connect(self) -> distributed.Client:
        where = self._address
        security = None
        if where.tls is not None:
            security = distributed.Security(
                tls_ca_file=str(where.tls.ca),
                tls_client_cert=str(where.tls.cert),
                tls_client_key=str(where.tls.key),
                require_encryption=True,
            )
        try:
            client = distributed.Client(
                where.url, timeout=self.limits.connect, security=security, set_as_default=False, name="offramp"
            )
        except (OSError, ValueError) as error:
            raise ExecutionError(
                f"no dask scheduler answers at {where} ({_reason(error)}); see that it runs and can be reached from "
                "here, and that both sides use TLS or neither does"
            ) from error
        try:
            client.wait_for_workers(self._workers, timeout=self.limits.gather)
        except (OSError, CancelledError) as error:
            there = len(client.nthreads())
            client.close(timeout=5)
            raise ExecutionError(
                f"expected {counted(self._workers, 'worker')} at the scheduler {where}, and within "
                f"{self.limits.gather:g} s "
                f"there were {there}; start some with: dask worker {where} --nworkers N --nthreads 1"
            ) from error
        return client


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence dask's log, what matters of which our errors and notes say; the caller's settings come back after it."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):  # batches are no graphs
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


def _reason(error: BaseException) -> str:
    """Return the first cause of an error in few words."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error) or type(error).__name__).splitlines()[0]


# -- are the workers like this process? -----------------------------------------------------------------------------


def check_alike(client: distributed.Client) -> None:
    """See that every worker has the versions and the processor level of this process, and one thread.

    Raises
    ------
    ExecutionError
        Where one has not; names workers, what differs and what to do.
    """
    threads = client.nthreads()
    many = [worker for worker, count in threads.items() if count != 1]
    if many:
        raise ExecutionError(
            f"expected workers of one thread each, and {many[0]} has {threads[many[0]]}; a block of runs keeps a core "
            "busy alone. Start workers with: dask worker ADDRESS --nworkers N --nthreads 1"
        )
    here = environment.identity()
    told = {worker: difference(here, there) for worker, there in client.run(_identity, on_error="return").items()}
    others = {worker: text for worker, text in told.items() if text}
    if others:
        worker, text = next(iter(others.items()))
        count = f" (and {len(others) - 1} more like it)" if len(others) > 1 else ""
        raise ExecutionError(f"the worker {worker}{count} would not give the bytes of this machine: {text}")


def _identity() -> dict[str, str]:
    return environment.identity()


def difference(here: dict[str, str], there: Any) -> str:
    """Say in what a worker differs from this process and what to do; empty where in nothing."""
    if not isinstance(there, dict):
        return f"it has no such offramp ({there}); install {here['offramp']} there with the extra offramp[dask]"
    parts = [
        f"{name} {there.get(name)} there, {value} here" for name, value in here.items() if there.get(name) != value
    ]
    if not parts:
        return ""
    processor = (
        "use one type of machine, or start all with the same NPY_DISABLE_CPU_FEATURES"
        if here["cpu"] != there.get("cpu")
        else ""
    )
    packages = "" if parts == [parts[0]] and processor else "install the same versions on both sides"
    return f"{', '.join(parts)}; {' and '.join(filter(None, (packages, processor)))}"


def run_batch(payload: bytes, here: dict[str, str], topic: str, number: int) -> bytes:
    """Run a batch on a worker: tell that it begins, and refuse it where this worker differs from the client."""
    worker = distributed.get_worker()
    worker.log_event(topic, {"batch": number, "worker": worker.address})
    if text := difference(here, environment.identity()):
        error = ExecutionError(f"the worker {worker.address} would not give the bytes of the client: {text}")
        return packed(Outcome([], error, 0.0))
    return play(payload)


# -- one map --------------------------------------------------------------------------------------------------------


@dataclass
class _Batch(Generic[Task]):
    """A batch given out: pending, done, or lost with its workers."""

    number: int
    tasks: list[Task]
    future: distributed.Future[Any] | None
    outcome: Outcome | None = None
    losses: int = 0
    workers: list[str] = field(default_factory=list)

    @property
    def is_pending(self) -> bool:
        return self.future is not None


class _Run(Generic[Task, Result]):
    """One map: gives batches out, takes them in, in order."""

    finished: Callable[[], None] | None = None
    lost: Callable[[Task, ExecutionError], Result] | None = None
    patience = GATHER

    def __init__(
        self, client: distributed.Client, function: Callable[[Task], Result], feed: Feed[Task], sizer: Sizer, note: Note
    ) -> None:
        self._client, self._function, self._feed, self._sizer, self._note = client, function, feed, sizer, note
        self._order: deque[_Batch[Task]] = deque()
        self._begun: deque[tuple[int, str]] = deque()
        self._given = 0
        self._looked, self._seen, self._workers = 0.0, time.monotonic(), 1
        self._here = environment.identity()
        self._topic = f"offramp-{uuid.uuid4().hex}"
        client.subscribe_topic(self._topic, lambda event: self._begun.append((event[1]["batch"], event[1]["worker"])))

    @property
    def futures(self) -> list[distributed.Future[Any]]:
        """What is still out."""
        return [batch.future for batch in self._order if batch.future is not None]

    def results(self) -> Iterator[Result]:
        """Yield results in order."""
        while True:
            self._look()
            self._fill()
            if not self._order:
                return
            head = self._order[0]
            while head.is_pending:
                self._collect(self._order)
            self._order.popleft()
            yield from self._split(head) if head.losses else self._opened(head)

    def _fill(self) -> None:
        """Give out batches until enough are in flight."""
        most = IN_FLIGHT * self._workers if self._sizer.knows else min(self._workers, PROBES)
        while len(self._order) < most:
            tasks = self._feed.batch(self._sizer.size(self._workers), self._workers)
            if not tasks:
                return
            self._order.append(self._submit(tasks))

    def _submit(self, tasks: list[Task]) -> _Batch[Task]:
        number = self._given
        self._given += 1
        payload = packed((self._function, tasks))
        future = self._client.submit(
            run_batch, payload, self._here, self._topic, number, key=f"{self._topic}-{number}", pure=False
        )
        return _Batch(number, tasks, future)

    def _collect(self, batches: Iterable[_Batch[Task]]) -> None:
        """Wait until a batch is back, or for a moment; take in all that are."""
        pending = {batch.future: batch for batch in batches if batch.future is not None}
        try:
            with self._client.as_current():
                done = distributed.wait(list(pending), timeout=LOOK, return_when="FIRST_COMPLETED").done
            for future in done:
                self._take(pending[future], future)
        except TimeoutError:
            self._look()
        except CancelledError as error:
            raise self._gone() from error
        finally:
            self._tell(list(pending.values()))

    def _take(self, batch: _Batch[Task], future: distributed.Future[Any]) -> None:
        """Take in a batch that is back, or lost for good; TimeoutError where its result was lost on the way."""
        try:
            batch.outcome = unpacked(future.result(timeout=LOOK))
        except (TimeoutError, CancelledError):
            raise
        except KilledWorker as error:
            batch.losses = error.allowed_failures + 1
        except Exception as error:
            raise failure(f"a batch ({named(batch.tasks)})", error) from error
        else:
            self._sizer.learn(len(batch.outcome.results), batch.outcome.seconds)
            for _ in batch.outcome.results if self.finished is not None else ():
                self.finished()  # type: ignore[misc]
        batch.future = None

    def _opened(self, batch: _Batch[Task]) -> Iterator[Result]:
        """Yield the results of a batch; raise where one of its tasks failed."""
        outcome = batch.outcome
        assert outcome is not None  # noqa: S101 - it is back
        for task, content in zip(batch.tasks, outcome.results, strict=False):
            try:
                result = result_of(content)
            except Exception as error:
                raise ExecutionError(f"the result of {task} could not be read back: {error}") from error
            yield result
        if outcome.error is not None:
            raise failure(batch.tasks[len(outcome.results)], outcome.error) from outcome.error

    def _split(self, batch: _Batch[Task]) -> Iterator[Result]:
        """Run the tasks of a batch that lost all its workers one at a time, with nothing beside them."""
        if len(batch.tasks) > 1:
            self._note(f"lost {counted(batch.losses, 'worker')} with one batch; run one by one: {named(batch.tasks)}")
        while self.futures:
            self._collect(self._order)
        for task in batch.tasks:
            single = self._submit([task])
            while single.is_pending:
                self._collect([single])
            if not single.losses:
                yield from self._opened(single)
                continue
            error = ExecutionError(
                f"{counted(single.losses, 'worker process', 'worker processes')} died while {task} was waited "
                "for; were they out of memory?"
            )
            if self.lost is None:
                raise error
            yield self.lost(task, error)

    def _look(self) -> None:
        """Count the workers now and then; give up where there have been none for long."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        if self._client.status != "running":
            raise self._gone()
        try:
            there = len(self._client.nthreads())
        except (OSError, CancelledError) as error:
            raise self._gone() from error
        self._looked = now
        if there:
            self._workers, self._seen = there, now
        elif now - self._seen > self.patience:
            waited = named(self._order[0].tasks) if self._order else "work"
            raise ExecutionError(
                f"all workers of the scheduler are gone for {self.patience:g} s while {waited} was waited for; "
                "were they killed, or out of memory?"
            )

    def _tell(self, batches: list[_Batch[Task]]) -> None:
        """Say which batches have begun anew, on which worker."""
        known = {batch.number: batch for batch in batches}
        while self._begun:
            number, worker = self._begun.popleft()
            batch = known.get(number)
            if batch is None:
                continue
            if batch.workers:
                self._note(f"the worker {batch.workers[-1]} was lost; run again on {worker}: {named(batch.tasks)}")
            batch.workers.append(worker)

    def _gone(self) -> ExecutionError:
        waited = f" while {named(self._order[0].tasks)} was waited for" if self._order else ""
        return ExecutionError(f"the connection to the scheduler was lost{waited}; was it stopped?")
