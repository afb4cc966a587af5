"""The values the model computes with: a single number, or an array with one number per run of the block.

Both are float32 throughout, and plain Python floats next to them do not change that (NumPy's promotion rules). So a
single number gives the same result, to the last digit, as an array filled with it.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]
Days: TypeAlias = npt.NDArray[np.int16]
Places: TypeAlias = npt.NDArray[np.intp]
Number: TypeAlias = "float | np.floating[Any] | Floats"
LINE = 64
"""Bytes of a line of the cache."""


def number(value: Any) -> Number:
    """Return a float32 number, or array of one number per run."""
    array = np.asarray(value, dtype=np.float32)
    return np.float32(array) if array.ndim == 0 else array


def over_runs(value: Number, runs: int) -> Floats:
    """Return a float32 array over the runs, always a copy."""
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float32), (runs,)))


def is_zero(value: Number) -> bool:
    """Whether a value is the single number 0, so that terms weighted by it can be left out."""
    return is_one(value) and bool(value == 0)


def is_one(value: Number) -> bool:
    """Whether a value is a single number, the same in all runs."""
    return not isinstance(value, np.ndarray)


def zeros(shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array of zeros that starts with a line of the processor's cache, as NumPy's own need not."""
    size = math.prod(shape) * np.dtype(kind).itemsize
    memory = np.zeros(size + LINE, dtype=np.uint8)
    return memory[-memory.ctypes.data % LINE :][:size].view(kind).reshape(shape)
