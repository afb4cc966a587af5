"""What the model computes with: one number, or an array with one number a run of the block.

Both are float32 throughout; plain Python floats next to them keep it so (NumPy's promotion rules). So what follows from
one number is, to the last digit, what follows from an array that is full of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]
Days: TypeAlias = npt.NDArray[np.int16]
Places: TypeAlias = npt.NDArray[np.intp]
Number: TypeAlias = "float | np.floating[Any] | Floats"


def number(value: Any) -> Number:
    """Return one number, or one for each run, in float32."""
    array = np.asarray(value, dtype=np.float32)
    return np.float32(array) if array.ndim == 0 else array


def total(terms: Iterable[Number]) -> Number:
    """Return the sum of terms, 0 of none; unlike `sum` it does not begin with a pass over the runs to add nothing."""
    result: Number | None = None
    for term in terms:
        result = term if result is None else result + term
    return 0.0 if result is None else result


def over_runs(value: Number, runs: int) -> Floats:
    """Return a float32 array over the runs, its own copy."""
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float32), (runs,)))


def is_zero(value: Number) -> bool:
    """Whether a value is the one number 0, so that what it weighs can be left out."""
    return is_one(value) and bool(value == 0)


def is_one(value: Number) -> bool:
    """Whether a value is one number, the same in all runs."""
    return not isinstance(value, np.ndarray)
