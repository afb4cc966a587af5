"""Kept draws give the runs of fresh draws, to the byte, whole or in parts, with or without room to keep them."""

from pathlib import Path

import numpy as np
import pytest

from sim.model.kept_dice import KeptDice, Shelf
from sim.runs.block.blocks import BLOCK_RUNS, PART_COUNTS, BlockResult, BlockTask, run_block, run_part
from tests import worlds

PARTS = (slice(0, 1024), slice(1024, 2048), slice(2048, 4096))
DAYS = 20


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> BlockTask:
    folder: Path = tmp_path_factory.mktemp("world")
    scenario = worlds.load(folder, question__horizon=DAYS, question__milestones=[14])
    return BlockTask(scenario, 3, 1, 2)


def played(task: BlockTask, shelf: Shelf | None) -> BlockResult:
    parts = [run_part([task], part, KeptDice(3, 1, BLOCK_RUNS, part, DAYS, shelf))[0] for part in PARTS]
    tally = parts[0].tally + parts[1].tally + parts[2].tally
    return BlockResult(tally, np.concatenate([part.records for part in parts]))


@pytest.mark.parametrize("room", [None, 0, 2_000_000, 100_000_000], ids=["unkept", "no room", "some room", "room"])
def test_parts_of_a_block_add_up_to_it_to_the_byte(task: BlockTask, room: int | None) -> None:
    whole = run_block(task)
    shelf = None if room is None else Shelf(room)
    for _ in range(2):  # the second time from the shelf
        parts = played(task, shelf)
        assert parts.records.tobytes() == whole.records.tobytes()
        assert set(parts.tally.counts) == set(PART_COUNTS) - {"events"}, "this scenario has none"
        for name, counts in parts.tally.counts.items():
            assert counts.tobytes() == whole.tally[name].tobytes(), name
    assert shelf is None or shelf.bytes <= shelf.most_bytes


def test_a_shelf_keeps_what_it_has_room_for() -> None:
    shelf = Shelf(4 * 2 * 10 * 64)  # four streams of ten days and 64 runs
    for name in "abcde":
        assert shelf.draws((0, 0, name, "signal"), (10, 64), np.dtype(np.uint16)) is not None
    assert shelf.bytes == shelf.most_bytes
    assert shelf.draws((0, 0, "long", "signal"), (11, 64), np.dtype(np.uint16)) is None


def test_a_longer_horizon_draws_what_a_shorter_one_began_with() -> None:
    shelf = Shelf(10**6)
    short = np.array(shelf.draws((0, 0, "a", "signal"), (5, 64), np.dtype(np.uint32)))
    long = shelf.draws((0, 0, "a", "signal"), (9, 64), np.dtype(np.uint32))
    assert long is not None
    assert np.array_equal(long[:5], short)


def test_only_the_runs_asked_for_are_tallied_of_a_last_part(task: BlockTask) -> None:
    last = BlockTask(task.scenario, 3, 1, 2, runs=1500)
    part = slice(1024, 2048)
    (found,) = run_part([last], part, KeptDice(3, 1, BLOCK_RUNS, part, DAYS))
    assert len(found.records) == int(found.tally["runs"]) == 1500 - 1024
