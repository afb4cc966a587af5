"""The store: what was put comes back, nothing else ever does, and what cannot be written is told."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import random
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import environment
from sim.errors import StoreError
from sim.runs.block.blocks import BLOCK_RUNS, RECORD, BlockResult, BlockTask, run_block
from sim.runs.store import Store, key_of
from sim.runs.store.entry import FORMAT, packed
from sim.runs.store.shelf import Folder
from sim.runs.store.store import by_head, name_of
from sim.scenario.scenario import Scenario
from sim.tallies import Tally
from tests import worlds
from tests.places import IDLIB


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"), question__horizon=10, question__milestones=[5])


@pytest.fixture(scope="module")
def task(scenario: Scenario) -> BlockTask:
    return BlockTask(scenario, 3, 1, 2)


@pytest.fixture(scope="module")
def result(task: BlockTask) -> BlockResult:
    return run_block(task)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def folder_of(store: Store) -> Path:
    assert isinstance(store.shelf, Folder)
    return store.shelf.path


def path_of(store: Store, task: BlockTask) -> Path:
    return folder_of(store) / name_of(key_of(task))


def entries(store: Store) -> list[Path]:
    return sorted(path for path in (folder_of(store) / "blocks").rglob("*") if path.is_file())


def same(first: BlockResult, second: BlockResult) -> bool:
    counts, others = first.tally.counts, second.tally.counts
    return (
        counts.keys() == others.keys()
        and all(np.array_equal(counts[name], others[name]) and others[name].dtype == np.int64 for name in counts)
        and second.records.dtype == RECORD
        and np.array_equal(first.records, second.records)
    )


def test_what_was_put_comes_back(store: Store, task: BlockTask, result: BlockResult) -> None:
    assert store.get(task) is None
    store.put(task, result)
    found = store.get(task)
    assert found is not None
    assert same(result, found)
    assert store.damaged == 0


def test_a_block_of_a_few_runs_comes_back(store: Store, scenario: Scenario) -> None:
    few = BlockTask(scenario, 3, 0, 2, runs=10)
    result = run_block(few)
    store.put(few, result)
    found = store.get(few)
    assert found is not None
    assert same(result, found)


def test_every_thing_that_a_result_depends_on_is_in_the_key(
    task: BlockTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = worlds.load(tmp_path, question__horizon=10, question__milestones=[5], actors__town__strength=0.31)
    tasks = [
        task,
        replace(task, scenario=other),
        replace(task, seed=4),
        replace(task, block=2),
        replace(task, replicates=4),
        replace(task, runs=BLOCK_RUNS - 2),
    ]
    keys = [key_of(one) for one in tasks]
    for name, value in (
        ("model_version", "another"),
        ("cpu_level", "another"),
        ("package_versions", {"python": "3", "numpy": "0"}),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(environment, name, lambda value=value: value)
            keys.append(key_of(task))
    assert len(set(keys)) == len(keys) == 9


def test_the_version_of_python_is_not_in_the_key(task: BlockTask, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = environment.package_versions()
    before = key_of(task)
    monkeypatch.setattr(environment, "package_versions", lambda: {**versions, "python": "3.99"})
    assert key_of(task) == before


def test_a_damaged_entry_is_missing_and_counted(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    path = path_of(store, task)
    whole = path.read_bytes()
    dice = random.Random(0)
    broken = [whole[: dice.randrange(len(whole))] for _ in range(30)]
    for _ in range(150):
        changed = bytearray(whole)
        place = dice.randrange(len(changed))
        changed[place] ^= dice.randrange(1, 256)
        broken.append(bytes(changed))
    broken += [b"", b"not an entry", whole + b"x", whole * 2]
    for content in broken:
        path.write_bytes(content)
        assert store.get(task) is None
    assert store.damaged == len(broken)


def test_an_entry_under_another_key_is_not_used(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    other = replace(task, seed=99)
    path_of(store, other).parent.mkdir(parents=True, exist_ok=True)
    path_of(store, task).rename(path_of(store, other))
    assert store.get(other) is None
    assert store.damaged == 1


def test_a_note_of_a_block_comes_back_under_its_kind_and_never_damaged(store: Store, task: BlockTask) -> None:
    note = [{"run": 7, "share": 0.25}]
    store.put_note(task, "stories 1", note)
    assert store.get_note(task, "stories 1") == note
    assert store.get_note(task, "stories 2") is None
    assert store.get_note(replace(task, block=0), "stories 1") is None
    assert store.get(task) is None, "a note is no block"
    ((head, items),) = by_head(store).items()
    assert (head.scenario, len(items)) == (task.scenario.id, 1), "it is listed, and can be pruned"
    (path,) = (path for path in (folder_of(store) / "blocks").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    assert store.get_note(task, "stories 1") is None


def test_foreign_files_and_folders_are_left_alone(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    foreign = folder_of(store) / "blocks" / "notes.txt"
    foreign.write_text("mine")
    other = replace(task, seed=99)
    path_of(store, other).mkdir(parents=True)
    assert store.get(other) is None
    assert store.get(task) is not None
    assert foreign.read_text() == "mine"


def test_a_new_store_keeps_itself_out_of_git(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    assert (folder_of(store) / ".gitignore").read_text() == "*\n"


def test_putting_leaves_one_file_an_entry(store: Store, task: BlockTask, result: BlockResult) -> None:
    store.put(task, result)
    store.put(task, result)
    assert entries(store) == [path_of(store, task)]


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "no space left on device"), (errno.EROFS, "read-only file system")]
)
def test_what_cannot_be_written_is_told_and_earlier_entries_stay(
    store: Store,
    task: BlockTask,
    result: BlockResult,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    words: str,
) -> None:
    store.put(task, result)
    before = entries(store)

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=f"cannot write to the store .*: {words}; what was kept before is intact"):
        store.put(replace(task, seed=99), result)
    assert entries(store) == before, "something half written was left behind"
    assert store.get(task) is not None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 kB; skipped where the machine does not let us mount one."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("may not mount a small file system here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up_keeps_what_it_has(small_disk: Path, task: BlockTask, result: BlockResult) -> None:
    store = Store(small_disk / "store")
    kept: list[int] = []

    def fill() -> None:
        for seed in range(100):
            store.put(replace(task, seed=seed), result)
            kept.append(seed)

    with pytest.raises(StoreError, match="no space left"):
        fill()
    assert kept
    assert len(entries(store)) == len(kept)
    for seed in kept:
        found = store.get(replace(task, seed=seed))
        assert found is not None
        assert same(result, found)
    assert store.damaged == 0


def test_a_file_in_the_place_of_the_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("mine")
    with pytest.raises(StoreError, match=r"expected a folder for the store .*store, and there is a file; name another"):
        Store(tmp_path / "store").shelf.check()
    with pytest.raises(StoreError, match=r"cannot make the store .*below: not a directory; name another store$"):
        Store(tmp_path / "store" / "below").shelf.check()


def test_a_cell_of_4096_runs_of_the_shipped_scenario_takes_less_than_70_kb(store: Store) -> None:
    task = BlockTask(sim.load(IDLIB / "german-offer.yaml"), 0, 0, 2)
    store.put(task, run_block(task))
    assert path_of(store, task).stat().st_size < 70_000


def sealed(content: bytes) -> bytes:
    """Junk, or anything else, under a digest that fits."""
    content = FORMAT + content
    return hashlib.sha256(content).digest() + content


def described(key: str, arrays: Any, body: bytes = b"") -> bytes:
    return sealed(zlib.compress(json.dumps({"key": key, "model": "x", "arrays": arrays}).encode() + b"\n" + body))


def test_junk_with_a_digest_that_fits_is_played_again(store: Store, task: BlockTask, result: BlockResult) -> None:
    key, dice = key_of(task), random.Random(1)
    ends = result.tally["ends"]
    tampered = [
        replace(result, tally=Tally({**result.tally.counts, "ends": ends[:2]})),
        replace(result, tally=Tally({"ends": ends})),
        replace(result, tally=Tally({**result.tally.counts, "runs": np.array(7)})),
        replace(result, records=result.records[:1]),
    ]
    junk = [
        *(packed(one, key) for one in tampered),
        sealed(b""),
        sealed(dice.randbytes(500)),
        sealed(zlib.compress(dice.randbytes(500))),
        sealed(zlib.compress(b"[" * 100_000 + b"\n")),
        sealed(zlib.compress(pickle.dumps(result))),
        *(described(key, arrays) for arrays in (None, 3, [1], [["count.ends"]], {"a": 1}, [["a", "|O", [1]]])),
        described(key, [["count.ends", "<f8", [2]]], np.full(2, np.nan).tobytes()),
        described(key, [["count.ends", "<u8", [2**62, 2**62]]]),
        described(key, [["count.ends", "|u1", [-1]]], b"abc"),
        described(key, [["count.ends", "|u1", [2]]], b"abc"),
        described(key, [[["a"], "|u1", [2]]], b"ab"),
    ]
    folder = path_of(store, task).parent
    folder.mkdir(parents=True, exist_ok=True)
    for content in junk:
        path_of(store, task).write_bytes(content)
        assert store.get(task) is None
    assert store.damaged == len(junk)
    store.put(task, result)
    assert store.get(task) is not None
