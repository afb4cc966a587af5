"""The syntax of goals, parsed before anything heavy is loaded, so that a slip costs nothing."""

from __future__ import annotations

import re

from sim.errors import UsageError

GOAL = re.compile(r"(lower|raise) (\w+)(?: (?:by|within) (.+))?")
NAMES = ("strikes", "agreement", "terms", "offensive", "limited", "full")
"""Subjects of a goal: the first events of runs, as in `runs.block.blocks`."""


def read_goal(text: str) -> tuple[bool, str, str | None]:
    """Read a goal such as `lower offensive by 90 days` or `raise agreement within 30 days`; UsageError if it is none.

    Returns whether the outcome is to be lowered, the outcome, and the window, which may still exceed the scenario's.
    """
    match = GOAL.fullmatch(" ".join(text.lower().split()))
    if match is None or match[2] not in NAMES:
        told = ", ".join(NAMES)
        raise UsageError(f'expected a goal such as "lower offensive by 90 days", of one of {told} (got {text!r})')
    return match[1] == "lower", match[2], match[3]
