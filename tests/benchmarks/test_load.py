"""The simulation of a scheduler's load agrees with what is known of closed queueing networks."""

from __future__ import annotations

import pytest

from sim.runs.executors.pool import RATE
from tests.benchmarks.load import Cost, simulate, table


def test_an_idle_scheduler_leaves_the_workers_busy() -> None:
    found = simulate(50, 5.0, scheduler=0.001, client=0.0)
    assert found.workers == pytest.approx(1, abs=0.02)
    assert found.rate == pytest.approx(10, rel=0.05)
    assert found.scheduler == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize("slow", ["scheduler", "client"])
def test_no_part_carries_more_than_it_can(slow: str) -> None:
    """Fifty workers could do 10 batches a second; a server of 0.2 s does five, and so do all."""
    costs = {"scheduler": 0.001, "client": 0.001, slow: 0.2}
    found = simulate(50, 5.0, **costs, cycles=60)
    assert found.rate == pytest.approx(5, rel=0.05)
    assert getattr(found, slow) == pytest.approx(1, abs=0.02)
    assert found.workers == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
def test_batches_that_get_longer_keep_the_scheduler_within_its_means() -> None:
    rows = [row.split("|") for row in table(Cost(0.001, 0.0005, 0.003, 0.4), sizes=(10, 3000))][2:]
    assert [row[1].strip() for row in rows] == ["10", "3,000", "3,000"]
    assert float(rows[-1][3]) <= 1.1 * RATE
