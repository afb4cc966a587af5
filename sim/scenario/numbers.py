"""Read and replace numbers of a scenario by dotted path, such as `pressures.appeal.intensity`, and get their range."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from sim.distributions import Distribution, Fixed
from sim.scenario.quantities import Part
from sim.scenario.schema import Document, attributes_of, field_range
from sim.wording import suggestion

GROUPS = ("population", "credibility", "actors", "ties", "pressures", "talks", "events", "parameters")
READ_FIELDS = ("stance", "ambiguity")
"""Fields in which the word `evidence` may replace a number."""


def number_range(document: Document, path: str) -> tuple[float, float]:
    """Return the allowed range of a number; an end that is not limited is infinite.

    Raises ValueError, with what is wrong, if there is no number at this path.
    """
    *parents, last = path.split(".")
    if path.partition(".")[0] not in GROUPS:
        raise ValueError(f"no number has a path that begins with this; expected one of {', '.join(GROUPS)}")
    node: Any = document
    for key in parents:
        node = _below(node, key)
    found = _below(node, last)
    if not isinstance(found, (Distribution, datetime.date)) and not (last in READ_FIELDS and found == "evidence"):
        raise ValueError(f"{path} is not a number of this scenario")
    if not isinstance(node, Part):
        return 0.0, 1.0  # a tie has no model
    return field_range(type(node), attributes_of(type(node))[last])


def number_at(document: Document, path: str) -> Any:
    """Return the value at a dotted path; None if there is none."""
    node: Any = document
    try:
        for key in path.split("."):
            node = _below(node, key)
    except ValueError:
        return None
    return node


def with_number(document: Document, path: str, value: float | Distribution) -> Document:
    """Return a document with another number or prior at a path that `number_range` accepts."""
    prior = value.within(*number_range(document, path)) if isinstance(value, Distribution) else Fixed(value)
    changed: Document = _with(document, path.split("."), prior)
    return changed


def _with(node: Any, path: list[str], value: Distribution) -> Any:
    if not path:
        return value
    inner = _with(_below(node, path[0]), path[1:], value)
    if isinstance(node, Part):
        return node.model_copy(update={attributes_of(type(node))[path[0]]: inner})
    return {**node, path[0]: inner}


def _below(node: Any, key: str) -> Any:
    """Return what a map or a part holds under a key; a missing or empty one is an error."""
    if isinstance(node, Part):
        held: Mapping[str, Any] = {key: getattr(node, name) for key, name in attributes_of(type(node)).items()}
    else:
        held = node if isinstance(node, Mapping) else {}
    if held.get(key) is None:
        known = [name for name, value in held.items() if value is not None]
        raise ValueError(f"there is no {key!r} here in this scenario{suggestion(key, known)}")
    return held[key]
