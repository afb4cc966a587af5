"""The commands on the store: what is kept is listed by scenario, and what is old or too much goes, nothing else."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim import environment
from sim.runs.block.blocks import BlockTask, run_block
from sim.runs.store import Store, key_of
from sim.runs.store.store import name_of
from tests import worlds
from tests.cli.conftest import Offramp

DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of three blocks, 1, 10 and 100 days old, with a foreign file and what a killed writer left."""
    folder = tmp_path / "store"
    store = Store(folder)
    task = BlockTask(worlds.load(tmp_path, question__horizon=10, question__milestones=[5]), 0, 0, 2, runs=64)
    result = run_block(task)
    now = time.time()
    for seed, age in enumerate((1, 10, 100)):
        one = replace(task, seed=seed)
        store.put(one, result)
        os.utime(folder / name_of(key_of(one)), (now - age * DAY, now - age * DAY))
    key = key_of(task)
    left = folder / "blocks" / key[:2] / f".{key}.123-0a1b2c3d"
    left.write_bytes(b"half of it")
    os.utime(left, (now - 2 * DAY, now - 2 * DAY))
    foreign = folder / "blocks" / "notes.txt"
    foreign.write_text("mine")
    os.utime(foreign, (0, 0))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "blocks").rglob("*") if path.is_file())


def test_list_tells_what_is_kept_of_each_scenario(
    offramp: Offramp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = json.loads(offramp("store", "list", "--store", folder, "--format", "json").out)["scenarios"]
    entries = [path for path in (folder / "blocks").rglob("*") if len(path.name) == 64]
    assert (row["scenario"], row["title"], row["blocks"], row["current"]) == ("crisis", "Does it begin?", 3, True)
    assert row["bytes"] == sum(path.stat().st_size for path in entries)
    assert row["oldest"] < row["newest"]
    assert "3 blocks, 0.0 MB" in offramp("store", "list", "--store", folder).out
    monkeypatch.setattr(environment, "model_version", lambda: "another")
    assert "another version of the model: not used by this one" in offramp("store", "list", "--store", folder).out


def test_junk_among_the_entries_is_listed_without_a_name(offramp: Offramp, folder: Path) -> None:
    (folder / "blocks" / "aa").mkdir(exist_ok=True)
    (folder / "blocks" / "aa" / ("aa" * 32)).write_bytes(b"junk")
    rows = json.loads(offramp("store", "list", "--store", folder, "--format", "json").out)["scenarios"]
    assert [(row["scenario"], row["blocks"]) for row in rows] == [("crisis", 3), ("", 1)]


def test_a_store_that_is_not_there_is_listed_as_empty_and_not_made(offramp: Offramp, tmp_path: Path) -> None:
    assert "no runs are cached" in offramp("store", "list", "--store", tmp_path / "none").out
    assert not (tmp_path / "none").exists()


def test_prune_by_age_leaves_what_is_younger_and_what_is_foreign(offramp: Offramp, folder: Path) -> None:
    before = names(folder)
    said = offramp("store", "prune", "--store", folder, "--older-than", 30, "--dry-run")
    assert said.code == 0
    assert "would remove 2 of 4 blocks" in said.err
    assert names(folder) == before
    assert "removed 2 of 4 blocks" in offramp("store", "prune", "--store", folder, "--older-than", 30).err
    left = names(folder)
    assert "notes.txt" in left
    assert [len(name) for name in left if name != "notes.txt"] == [64, 64]


def test_what_was_written_on_a_date_is_not_older_than_it(offramp: Offramp, folder: Path) -> None:
    for days, older in ((10, 1), (9, 2)):
        date = datetime.fromtimestamp(time.time() - days * DAY, UTC).date()
        said = offramp("store", "prune", "--store", folder, "--older-than", date, "--dry-run").err
        assert f"would remove {older + 1} of 4 blocks" in said  # and what a killed writer left


def test_prune_to_a_size_takes_the_oldest_first(offramp: Offramp, folder: Path) -> None:
    entries = sorted((path for path in (folder / "blocks").rglob("*") if len(path.name) == 64), key=os.path.getmtime)
    for path in entries:
        with path.open("ab") as file:  # as large as blocks of a large scenario, and as old as before
            written = path.stat().st_mtime
            file.write(b"\0" * 600_000)
        os.utime(path, (written, written))
    offramp("store", "prune", "--store", folder, "--to-size", 1)
    assert names(folder) == sorted(["notes.txt", entries[-1].name])


def test_prune_asks_what_to_remove(offramp: Offramp, folder: Path) -> None:
    said = offramp("store", "prune", "--store", folder)
    assert said.code == 2
    assert "expected what to remove: --older-than DAYS, --to-size MB, or both" in said.err
    assert offramp("store", "prune", "--store", folder, "--older-than", -1).code == 2
