"""How much a scheduler and its client can carry: measured on this machine, then simulated for many workers.

    python -m tests.benchmarks.load            # prints the tables of docs/scale.md; takes about two minutes

Measured are processor seconds, not wall time: of the scheduler for each batch, and of the client for each batch and for
each block in it. The simulation is a closed queueing network: every worker has batches in flight, each goes from the
client over the scheduler to its worker and back the same way; client and scheduler serve one batch at a time.
"""

from __future__ import annotations

import heapq
import os
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sim
from sim.forecast.plan import Plan
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask, run_block
from sim.runs.executors.address import Address
from sim.runs.executors.dask import Dask
from sim.runs.executors.pool import IN_FLIGHT, MOST, RATE, TARGET
from sim.scenario.edit import bare
from tests.cluster.processes import cluster
from tests.places import IDLIB

TICKS = os.sysconf("SC_CLK_TCK")
KEPT: list[BlockResult] = []


@dataclass(frozen=True)
class Cost:
    """Processor seconds: of the scheduler a batch, of the client a batch and a block; and of a block itself."""

    scheduler: float
    client: float
    block_at_client: float
    block: float


@dataclass(frozen=True)
class Carried:
    """What a simulated cluster does: batches a second, and the share of the time that each part is busy."""

    rate: float
    workers: float
    scheduler: float
    client: float


def played_before(task: BlockTask) -> BlockResult:
    """Return the result of a block that was played once in this worker: the same bytes travel, no work is done."""
    if not KEPT:
        KEPT.append(run_block(task))
    return KEPT[0]


def processor_seconds(process: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(batches: int = 400) -> Cost:
    """Send batches of one and of many blocks through a real scheduler; no block is played but the first."""
    scenario = bare(sim.load(IDLIB / "baseline.yaml"))
    plan = Plan(runs=batches * BLOCK_RUNS)
    tasks = [plan.task(scenario, block) for block in range(plan.blocks)]
    run_block(tasks[0])
    start = time.process_time()
    for task in tasks[1:4]:
        run_block(task)
    block = (time.process_time() - start) / 3
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder), 2) as machines:
        ones = _through(machines.address, machines.scheduler.pid, tasks, target=0)
        many = _through(machines.address, machines.scheduler.pid, tasks, target=1e9)
    size = len(tasks) / many[2]
    at_client = (many[1] / len(tasks) * size - ones[1] / len(tasks)) / (size - 1)
    return Cost(ones[0] / len(tasks), ones[1] / len(tasks) - at_client, at_client, block)


def _through(address: str, scheduler: int, tasks: list[BlockTask], *, target: float) -> tuple[float, float, int]:
    """Return processor seconds of scheduler and client for all tasks, and how many batches there were."""
    executor = Dask(Address.parse(address), 2, target=target)
    list(executor.map(played_before, tasks[:4]))
    before, own = processor_seconds(scheduler), time.process_time()
    list(executor.map(played_before, tasks))
    batches = len(tasks) if target == 0 else max(2, -(-len(tasks) // MOST))
    return processor_seconds(scheduler) - before, time.process_time() - own, batches


def simulate(workers: int, batch: float, scheduler: float, client: float, seed: int = 0, cycles: int = 16) -> Carried:
    """Simulate a cluster until every worker could have done so many batches.

    Parameters
    ----------
    batch, scheduler, client
        Seconds that a batch takes of its worker (uniform within 20%), of the scheduler and of the client, both ways
        together.
    """
    dice = random.Random(seed)
    line = _Line()
    servers = [_Server(scheduler / 2), _Server(client / 2)]
    homes = [_Server(batch, spread=0.2) for _ in range(workers)]
    for number in range(workers * IN_FLIGHT):
        line.add(dice.uniform(0, batch), (number % workers, 0))
    route = (servers[1], servers[0], None, servers[0], servers[1])
    end, warm, done = cycles * batch, cycles / 4 * batch, 0
    busy = [0.0, 0.0, 0.0]
    while line.events and line.events[0][0] < end:
        now, _, (home, step) = heapq.heappop(line.events)
        server = route[step] or homes[home]
        free, took = server.serve(now, dice)
        busy[0 if step == 2 else 1 if step in (1, 3) else 2] += max(0.0, min(free, end) - max(free - took, warm))
        done += step == 4 and warm < free <= end
        line.add(free, (home, (step + 1) % 5))
    span = end - warm
    return Carried(done / span, busy[0] / span / workers, busy[1] / span, busy[2] / span)


class _Line:
    """Events in the order of their time."""

    def __init__(self) -> None:
        self.events: list[tuple[float, int, tuple[int, int]]] = []
        self._count = 0

    def add(self, when: float, what: tuple[int, int]) -> None:
        self._count += 1
        heapq.heappush(self.events, (when, self._count, what))


class _Server:
    """Serves one at a time, first come, first served."""

    def __init__(self, mean: float, spread: float = 0.0) -> None:
        self._mean, self._spread, self._free = mean, spread, 0.0

    def serve(self, now: float, dice: random.Random) -> tuple[float, float]:
        """Return when one that comes now is done, and how long it takes."""
        took = self._mean * dice.uniform(1 - self._spread, 1 + self._spread)
        self._free = max(now, self._free) + took
        return self._free, took


def table(cost: Cost, sizes: Iterable[int] = (10, 100, 300, 1000, 3000, 10_000)) -> Iterable[str]:
    """Yield rows: for so many workers, what a batch of 5 s and one of the length that is chosen give."""
    yield "| workers | a batch | batches/s | scheduler busy | workers busy, one client | clients that keep up |"
    yield "|---|---|---|---|---|---|"
    for workers in sizes:
        for batch in dict.fromkeys((TARGET, max(TARGET, workers / RATE))):
            blocks = batch / cost.block
            client = cost.client + blocks * cost.block_at_client
            queue = workers * IN_FLIGHT * cost.scheduler  # seconds until all in flight went through once
            one = simulate(workers, batch, cost.scheduler, client)
            free = simulate(workers, batch, cost.scheduler, 0, cycles=max(16, round(4 * queue / batch)))
            clients = max(1, -(-workers * client // (0.8 * batch)))
            yield (
                f"| {workers:,} | {batch:g} s | {free.rate:,.0f} | {free.scheduler:.0%} | {one.workers:.0%} "
                f"| {clients:.0f} |"
            )


def main() -> None:
    """Measure and print."""
    cost = measure()
    print(f"block {cost.block * 1e3:.0f} ms; scheduler {cost.scheduler * 1e3:.2f} ms a batch; client "
          f"{cost.client * 1e3:.2f} ms a batch and {cost.block_at_client * 1e3:.2f} ms a block")  # fmt: skip
    for row in table(cost):
        print(row)


if __name__ == "__main__":
    from tests.benchmarks import load  # by the name that workers know it by

    load.main()
