"""How sweeps write values: in labels, messages and tables, and in the digests that make ids."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

MOST = 60


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite number, and none of true and false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether a value is a whole number from the least to the most."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def shown(value: Any) -> str:
    """Write a value as a file would, numbers alike whether whole or not, at most 60 characters."""
    text = canonical(value)
    return text if len(text) <= MOST else text[: MOST - 3] + "..."


def canonical(value: Any) -> str:
    """Write a value the one way that stands for it in ids: JSON, keys in order, 1 and 1.0 the same."""
    if isinstance(value, str):
        return value
    return json.dumps(_even(value), sort_keys=True, ensure_ascii=False, separators=(", ", ": "), default=str)


def _even(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _even(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_even(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
