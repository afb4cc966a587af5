"""Stores that many writers share: a folder that all machines mount, and object storage behind a real server."""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import StoreError, UsageError
from sim.runs.block.blocks import BlockResult, BlockTask, run_block
from sim.runs.store import Store, key_of
from sim.runs.store.store import name_of, shelf_of
from tests import sizes, worlds
from tests.places import ROOT
from tests.runs.store.storage import BUCKET, storage
from tests.runs.store.writer import SEEDS

pytestmark = pytest.mark.slow

KILLS = 30 if sizes.full else 5
WRITERS = 4


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> BlockTask:
    folder = tmp_path_factory.mktemp("crisis")
    return BlockTask(worlds.load(folder, question__horizon=10, question__milestones=[5]), 3, 1, 2)


@pytest.fixture(scope="module")
def result(task: BlockTask) -> BlockResult:
    return run_block(task)


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with storage() as made:
        yield made


@pytest.fixture(params=["folder", "shared folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    match request.param:
        case "folder":
            return Store(tmp_path / "store")
        case "shared folder":
            return Store(f"file://{tmp_path}/store")
        case _:
            request.getfixturevalue("environment")
            return Store(f"s3://{BUCKET}/{tmp_path.name}")


def same(first: BlockResult, second: BlockResult | None) -> bool:
    assert second is not None
    counts, others = first.tally.counts, second.tally.counts
    return all(np.array_equal(counts[name], others[name]) for name in counts) and np.array_equal(
        first.records, second.records
    )


def test_what_was_put_comes_back_wherever_the_store_is(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.shelf.check()
    assert store.get(task) is None
    store.put(task, result)
    assert same(result, store.get(task))
    assert store.get(replace(task, seed=99)) is None
    assert [item.name for item in store.shelf.items()] == [name_of(key_of(task))]
    assert abs(next(store.shelf.items()).written - time.time()) < 120
    store.shelf.remove(name_of(key_of(task)))
    store.shelf.remove(name_of(key_of(task)))
    assert store.get(task) is None


def test_a_store_goes_to_a_worker_and_works_there(store: Store, task: BlockTask, result: BlockResult) -> None:
    pickle.loads(pickle.dumps(store)).put(task, result)  # noqa: S301 - our own bytes
    assert same(result, store.get(task))


def test_a_damaged_entry_is_not_used_wherever_the_store_is(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    raw = store.shelf.get(name_of(key_of(task)))
    assert raw is not None
    store.shelf.put(name_of(key_of(task)), raw[:-1])
    assert store.get(task) is None
    assert store.damaged == 1


def test_workers_on_other_machines_reach_only_what_is_shared(tmp_path: Path) -> None:
    assert not Store(tmp_path).shelf.shared
    assert Store("file:///mnt/store").shelf.shared
    assert Store("s3://bucket/prefix").shelf.shared


@pytest.mark.parametrize("place", ["http://host/x", "s3://", "file://host/x", "ftp://a/b", "memory://x", ""])
def test_a_place_that_cannot_hold_a_store_is_refused(place: str) -> None:
    with pytest.raises(UsageError, match="expected a folder, file:///FOLDER, or object storage such as s3://"):
        shelf_of(place)


def test_a_bucket_that_is_not_there_is_told(environment: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"cannot write to the store s3://nowhere/x: the specified bucket does not"):
        Store("s3://nowhere/x").shelf.check()


def test_storage_that_does_not_answer_is_told_and_not_taken_for_empty() -> None:
    """In a process of its own, for a file system keeps the endpoint it was first opened with."""
    code = "import sys; from sim.runs.store import Store; Store('s3://bucket/x').shelf.check()"
    settings = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings, "AWS_MAX_ATTEMPTS": "1"},
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert "StoreError: cannot read the store s3://bucket/x: " in done.stderr


class Writers:
    """Processes that write to one store, and what each has said it kept."""

    def __init__(self, place: str, case: Path, folder: Path) -> None:
        self._folder, self._started = folder, 0
        words = [sys.executable, "-m", "tests.runs.store.writer", place, str(case), str(folder)]
        self._nursery = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        self.running = [self._start() for _ in range(WRITERS)]

    def _start(self) -> int:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"{self._started}\n")
        self._nursery.stdin.flush()
        self._started += 1
        process = int(self._nursery.stdout.readline())
        log, deadline = self._folder / f"writer-{self._started - 1}.log", time.monotonic() + 60
        while not log.exists() or not log.stat().st_size:
            assert time.monotonic() < deadline, "the writer writes nothing"
            time.sleep(0.02)
        return process

    def kill_one(self, which: int) -> None:
        """End one at once and start another in its place."""
        os.kill(self.running[which], signal.SIGKILL)
        self.running[which] = self._start()

    def close(self) -> None:
        for process in self.running:
            os.kill(process, signal.SIGKILL)
        self._nursery.communicate(timeout=20)

    def kept(self) -> set[int]:
        """The seeds whose entries were told to be kept; a line cut off by a kill does not count."""
        logs = sorted(self._folder.glob("writer-*.log"))
        return {int(line) for log in logs for line in log.read_text().split("\n")[:-1]}


def test_four_writers_killed_at_random_leave_no_torn_entry_and_lose_none(
    store: Store, task: BlockTask, result: BlockResult, tmp_path: Path
) -> None:
    case = tmp_path / "case.pickle"
    case.write_bytes(pickle.dumps((task, result)))
    shelf = store.shelf
    place = f"file://{tmp_path}/store" if "://" not in str(shelf) and shelf.shared else str(shelf)
    store.shelf.check()
    writers, dice = Writers(place, case, tmp_path), random.Random(7)
    try:
        for _ in range(KILLS if sizes.full or "://" not in str(store) else 3):
            time.sleep(dice.uniform(0, 0.3))
            writers.kill_one(dice.randrange(WRITERS))
            for seed in dice.sample(sorted(writers.kept()), min(10, len(writers.kept()))):
                assert same(result, store.get(replace(task, seed=seed))), f"entry {seed} was lost or torn"
    finally:
        writers.close()
    kept = writers.kept()
    assert len(kept) > 10, "the writers hardly wrote"
    entries = {item.name for item in shelf.items() if not item.leftover}
    names = {name_of(key_of(replace(task, seed=seed))): seed for seed in range(SEEDS)}
    assert {names[name] for name in entries} >= kept
    assert all(same(result, store.get(replace(task, seed=names[name]))) for name in entries)
    assert store.damaged == 0
