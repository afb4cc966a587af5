"""The outcome a case is scored on: the window of the offensive, and whether an agreement came first, in 8 classes.

A case that was not over by some date is known only in part: `possible` lists the classes it may still be in.
"""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

WINDOWS = (30, 90, 180)
"""Ends of the windows in days; the last class of the offensive is none within the last window."""
CLASSES = 2 * (len(WINDOWS) + 1)

Classes = npt.NDArray[np.uint8]


def window_of(day: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the window of the day an offensive begins; the number of windows if it is beyond the last."""
    return np.searchsorted(WINDOWS, np.asarray(day), side="right")


def class_of(offensive: npt.ArrayLike, agreement: npt.ArrayLike) -> Classes:
    """Return the class of runs or cases by the days of both events; a day beyond the last window means never.

    An agreement counts if it is concluded before the offensive and within the last window.
    """
    days, agreed = np.asarray(offensive), np.asarray(agreement)
    before = (agreed < days) & (agreed < WINDOWS[-1])
    return (2 * window_of(days) + before).astype(np.uint8)


def classes_of_runs(records: npt.NDArray[np.void]) -> Classes:
    """Return the class of each run of a record whose horizon is at least the last window.

    Terms of surrender count as the deal that the codebook classes under `agreement` (docs/cases.md, section 5).
    """
    return class_of(records["offensive"], np.minimum(records["agreement"], records["terms"]))


def shares_within(classes: Classes) -> npt.NDArray[np.float64]:
    """Return the share of runs with an offensive within each window: shape (windows,)."""
    return np.array([np.mean(classes // 2 <= number) for number in range(len(WINDOWS))])


def possible(
    as_of: datetime.date, offensive: int | None, agreement: int | None, *, known: datetime.date
) -> frozenset[int]:
    """Return the classes that a case may be in, given what was known by the end of a date.

    The days of its offensive and agreement count from the as-of date; None means never.
    """
    lived = (known - as_of).days
    never = WINDOWS[-1]
    begun, agreed = (never if day is None else min(day, never) for day in (offensive, agreement))
    if begun <= lived:  # it is over
        windows, flags = {int(window_of(begun))}, {int(agreed < begun)}
    else:
        windows = {
            number for number, end in enumerate((*WINDOWS, never + 1)) if end > lived
        }  # the last is none of them
        flags = {1} if agreed <= lived else {0, 1}
    return frozenset(2 * window + flag for window in windows for flag in flags)
