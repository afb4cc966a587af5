"""The syntax of goals, parsed before anything heavy is loaded, so that a slip costs nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from sim.errors import UsageError

GOAL = re.compile(r"(lower|raise) (\w+)(?: (?:by|within) (.+))?")
NAMES = ("strikes", "agreement", "terms", "offensive", "limited", "full")
"""Subjects of a goal: the first events of runs, as in `runs.block.blocks`."""


class Written(NamedTuple):
    """A goal as written; its window may still exceed the scenario's."""

    lower: bool
    outcome: str
    by: str | None


def read_goal(text: str) -> Written:
    """Read a goal such as `lower offensive by 90 days` or `raise agreement within 30 days`.

    Raises
    ------
    UsageError
        If the text is not a goal.
    """
    match = GOAL.fullmatch(" ".join(text.lower().split()))
    if match is None or match[2] not in NAMES:
        told = ", ".join(NAMES)
        raise UsageError(f'expected a goal such as "lower offensive by 90 days", of one of {told} (got {text!r})')
    return Written(match[1] == "lower", match[2], match[3])
