"""Counts the blocks that this process plays, whichever command asks for them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sim.forecast import runner
from sim.runs import play
from sim.runs.block.blocks import BlockTask

PLAYS = ("run_block", "record_block")


def count_blocks(monkeypatch: pytest.MonkeyPatch) -> list[BlockTask]:
    """Return a list that grows by every block played, those played again for their paths included."""
    played: list[BlockTask] = []
    for module, name in [*((play, name) for name in PLAYS), (runner, "sample_block")]:
        monkeypatch.setattr(module, name, partial(_counted, played, getattr(module, name)))
    return played


def _counted(played: list[BlockTask], function: Any, task: BlockTask) -> Any:
    played.append(task)
    return function(task)


def replace_play(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    """Let another function play blocks, with or without their counts."""
    for name in PLAYS:
        monkeypatch.setattr(play, name, function)
