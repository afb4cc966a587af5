"""forecast.json: the record itself, written so that the same record is the same bytes and differences read well.

Keys keep the record's order. What fits stands on one line, as do long lists of plain values; anything else has one
entry a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import ReportError

FITS = 1000
"""Most characters of a map or a list that is kept on one line."""


def to_json(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text with a newline at its end.

    Raises
    ------
    ReportError
        Where a value has no place in JSON, such as NaN.
    """
    try:
        return "".join(_entries(record, "\n")) + "\n"
    except (TypeError, ValueError) as error:
        raise ReportError(f"the record cannot be written as JSON: {error}") from error


def _pieces(value: Any, indent: str) -> Iterator[str]:
    inner = list(value.values() if isinstance(value, Mapping) else value) if _is_container(value) else []
    text = _plain(value)
    if len(text) <= FITS or not (isinstance(value, Mapping) or any(map(_is_container, inner))):
        yield text
    else:
        yield from _entries(value, indent)


def _entries(value: Any, indent: str) -> Iterator[str]:
    """Write a map or a list with one entry a line."""
    deeper = f"{indent} "
    named = isinstance(value, Mapping)
    opening, closing = "{}" if named else "[]"
    for index, entry in enumerate(value.items() if named else value):
        yield f"{opening if index == 0 else ','}{deeper}"
        if named:
            yield f"{_plain(str(entry[0]))}: "
        yield from _pieces(entry[1] if named else entry, deeper)
    yield f"{indent}{closing}"


def _is_container(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
