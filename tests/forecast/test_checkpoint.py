"""Checkpoints: whole or not there, and never used for anything but what they belong to."""

from __future__ import annotations

import errno
import gc
import hashlib
import pickle
import random
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from sim.forecast.checkpoint import Checkpoint, Progress
from sim.forecast.plan import Plan
from sim.forecast.runner import _key as key_of_run
from sim.forecast.runner import run
from sim.runs.block.blocks import BLOCK_RUNS, RECORD, run_block
from sim.tallies import Tally
from tests import worlds

NOTHING = Progress(0, None)


def progress(blocks: int = 2) -> Progress:
    records = np.zeros(50, dtype=RECORD)
    records["offensive"] = np.arange(50)
    tally = Tally({"runs": np.array(50 * blocks), "ends": np.arange(12).reshape(3, 4)})
    return Progress(blocks, tally, tuple(records if n == 0 else records[::-1] for n in range(blocks)))


@pytest.fixture
def keeper(tmp_path: Path) -> Checkpoint:
    return Checkpoint(tmp_path / "kept.npz", "key")


def test_what_was_kept_comes_back(keeper: Checkpoint) -> None:
    kept = progress()
    keeper.save(kept)
    found = keeper.load()
    assert found.blocks == 2
    assert kept.tally is not None
    assert found.tally is not None
    assert found.tally.counts.keys() == kept.tally.counts.keys()
    for name, count in kept.tally.counts.items():
        assert np.array_equal(found.tally[name], count)
        assert found.tally[name].dtype == count.dtype
    records = np.concatenate(found.records)
    assert records.dtype == RECORD
    assert np.array_equal(records, np.concatenate(kept.records))


def test_a_later_save_replaces_an_earlier_one(keeper: Checkpoint) -> None:
    keeper.save(progress(1))
    keeper.save(progress(3))
    assert keeper.load().blocks == 3


def test_without_a_file_there_is_nothing(keeper: Checkpoint) -> None:
    assert keeper.load() == NOTHING


def test_what_belongs_to_something_else_is_ignored(keeper: Checkpoint) -> None:
    keeper.save(progress())
    assert Checkpoint(keeper.path, "another key").load() == NOTHING
    assert Checkpoint(keeper.path, "").load() == NOTHING


def test_nothing_done_leaves_no_file(keeper: Checkpoint) -> None:
    keeper.save(NOTHING)
    assert not keeper.path.exists()


def test_saving_leaves_one_file_and_makes_its_folder(tmp_path: Path) -> None:
    keeper = Checkpoint(tmp_path / "new" / "folder" / "kept.npz", "key")
    keeper.save(progress())
    assert [file.name for file in keeper.path.parent.iterdir()] == ["kept.npz"]


def test_a_full_disk_is_told_and_leaves_what_was_kept_before(
    keeper: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.save(progress(1))

    def full(file: object, **arrays: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        keeper.save(progress(2))
    assert [file.name for file in keeper.path.parent.iterdir()] == ["kept.npz"]
    assert keeper.load().blocks == 1


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Checkpoint(tmp_path / "file" / "kept.npz", "key").save(progress())


def test_forgetting_removes_the_file_and_may_be_done_twice(keeper: Checkpoint) -> None:
    keeper.save(progress())
    keeper.remove()
    keeper.remove()
    assert keeper.load() == NOTHING
    assert list(keeper.path.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x93NUMPY"], ids=["empty", "text", "npy"])
def test_a_file_of_another_kind_is_ignored(keeper: Checkpoint, content: bytes) -> None:
    keeper.path.write_bytes(content)
    assert keeper.load() == NOTHING


def test_a_folder_in_its_place_is_ignored(keeper: Checkpoint) -> None:
    keeper.path.mkdir()
    assert keeper.load() == NOTHING


def test_a_file_without_all_its_parts_is_ignored(keeper: Checkpoint) -> None:
    np.savez(keeper.path, key="key", count_runs=np.array(5))
    assert keeper.load() == NOTHING


def load_all(keeper: Checkpoint, contents: Iterable[bytes]) -> tuple[list[Progress], set[str]]:
    """Load each content in turn; return what was found and everything that went wrong, files left open included."""
    found: list[Progress] = []
    wrong: set[str] = set()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for content in contents:
            keeper.path.write_bytes(content)
            try:
                found.append(keeper.load())
            except Exception as error:
                wrong.add(type(error).__name__)
        gc.collect()
    return found, wrong | {warning.category.__name__ for warning in told}


def test_a_truncated_file_is_ignored(keeper: Checkpoint) -> None:
    keeper.save(progress())
    whole = keeper.path.read_bytes()
    found, wrong = load_all(keeper, (whole[:length] for length in range(0, len(whole) - 1, len(whole) // 40)))
    assert wrong == set()
    assert all(one == NOTHING for one in found)


def test_a_damaged_file_is_ignored_or_still_tells_the_truth(keeper: Checkpoint) -> None:
    keeper.save(progress())
    whole, truth = keeper.path.read_bytes(), keeper.load()
    found, wrong = load_all(keeper, (broken(whole, random.Random(seed)) for seed in range(300)))
    assert wrong == set()
    for one in found:
        assert one.blocks in (0, truth.blocks)
        assert one.tally is None or np.array_equal(one.tally["ends"], truth.tally["ends"])  # type: ignore[index]


def broken(whole: bytes, dice: random.Random) -> bytes:
    changed = bytearray(whole)
    for _ in range(dice.choice([1, 1, 4, 30])):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def test_a_plain_array_in_its_place_is_ignored(keeper: Checkpoint) -> None:
    array = BytesIO()
    np.save(array, np.arange(3))
    found, wrong = load_all(keeper, [array.getvalue()])
    assert wrong == set()
    assert found == [NOTHING]


def test_progress_without_records_is_kept_too(keeper: Checkpoint) -> None:
    keeper.save(Progress(1, progress().tally))
    assert keeper.load().blocks == 1


def sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def archive(**arrays: object) -> bytes:
    content = BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def test_junk_with_a_digest_that_fits_is_nothing(keeper: Checkpoint) -> None:
    dice = random.Random(3)
    keeper.save(progress())
    whole = keeper.path.read_bytes()[32:]
    records = np.zeros(50, dtype=RECORD)
    array = BytesIO()
    np.save(array, np.arange(3))
    junk = [b"", b"x", dice.randbytes(400), pickle.dumps(progress()), pickle.dumps({"key": "key"}), array.getvalue()]
    junk += [whole[: dice.randrange(len(whole))] for _ in range(40)]
    junk += [
        archive(key="key", blocks=np.arange(3), records=records, count_runs=np.array(5)),
        archive(key="key", blocks=-1, records=records, count_runs=np.array(5)),
        archive(key="key", blocks="two", records=records, count_runs=np.array(5)),
        archive(key="key", blocks=2, records=np.array(3), count_runs=np.array(5)),
        archive(key="key", blocks=2, records=records, count_runs=np.array(np.nan)),
        archive(key="key", blocks=2, records=records, count_runs=np.array("many")),
        archive(key="key", blocks=2, records=records, count_runs=np.array([{}], dtype=object)),
    ]
    found, wrong = load_all(keeper, map(sealed, junk))
    assert wrong == set()
    assert all(one == NOTHING for one in found)


def test_bits_flipped_under_a_digest_that_fits_stop_nothing(keeper: Checkpoint) -> None:
    keeper.save(progress())
    whole = keeper.path.read_bytes()[32:]
    _, wrong = load_all(keeper, (sealed(broken(whole, random.Random(seed))) for seed in range(200)))
    assert wrong - {"UserWarning"} == set()  # zipfile tells of names that stand twice


@pytest.mark.parametrize("name", ["ends", "states", "runs"])
def test_a_forecast_does_not_go_on_from_counts_of_another_shape(tmp_path: Path, name: str) -> None:
    scenario = worlds.load(tmp_path, question__horizon=10, question__milestones=[5])
    plan = Plan(runs=2 * BLOCK_RUNS, seed=1)
    block = run_block(next(plan.tasks(scenario)))
    kept = Checkpoint(tmp_path / "kept.npz", key_of_run(scenario, plan))
    counts = {**block.tally.counts, name: np.zeros((2, 2), dtype=np.int64)}
    kept.save(Progress(1, Tally(counts), (block.records,)))
    whole = run(scenario, plan)
    assert run(scenario, plan, checkpoint=kept.path).record() == whole.record()
    kept.save(Progress(1, block.tally, (block.records[:1],)))
    assert run(scenario, plan, checkpoint=kept.path).record() == whole.record()
