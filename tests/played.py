"""Counts the blocks that this process plays, whichever command asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sim.forecast import runner
from sim.runs import groups
from sim.runs.block.blocks import BlockResult, BlockTask
from sim.runs.block.watches import Paths


def count_blocks(monkeypatch: pytest.MonkeyPatch) -> list[BlockTask]:
    """Return a list that grows by every block played, those played again for their paths included."""
    played: list[BlockTask] = []
    run_blocks, sample_block = groups.run_blocks, runner.sample_block

    def counted(tasks: Sequence[BlockTask], **options: Any) -> list[BlockResult]:
        played.extend(tasks)
        return run_blocks(tasks, **options)

    def sampled(task: BlockTask) -> Paths:
        played.append(task)
        return sample_block(task)

    monkeypatch.setattr(groups, "run_blocks", counted)
    monkeypatch.setattr(runner, "sample_block", sampled)
    return played


def replace_play(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    """Let another function play blocks, with or without their counts."""
    monkeypatch.setattr(groups, "run_blocks", lambda tasks, **_: [function(task) for task in tasks])
