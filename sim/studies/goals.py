"""How a goal is written, read before anything heavy is loaded, so that a slip costs nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from sim.errors import UsageError

GOAL = re.compile(r"(lower|raise) (\w+)(?: (?:by|within) (.+))?")
NAMES = ("strikes", "agreement", "terms", "offensive", "limited", "full")
"""What a goal may be about: the first events of runs, as `runs.block.blocks` has them."""


class Written(NamedTuple):
    """A goal as it is written; its window may still be longer than the scenario's."""

    lower: bool
    outcome: str
    by: str | None


def read_goal(text: str) -> Written:
    """Read a goal such as `lower offensive by 90 days` or `raise agreement within 30 days`.

    Raises
    ------
    UsageError
        Where it is none.
    """
    match = GOAL.fullmatch(" ".join(text.lower().split()))
    if match is None or match[2] not in NAMES:
        told = ", ".join(NAMES)
        raise UsageError(f'expected a goal such as "lower offensive by 90 days", of one of {told} (got {text!r})')
    return Written(match[1] == "lower", match[2], match[3])
