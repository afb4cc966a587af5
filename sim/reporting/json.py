"""forecast.json: the record itself, written so that the same record is the same bytes and differences read well.

Keys keep the record's order; maps and lists of maps have one entry a line, lists of plain values stand on one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import ReportError


def to_json(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text with a newline at its end.

    Raises
    ------
    ReportError
        Where a value has no place in JSON, such as NaN.
    """
    try:
        return "".join(_pieces(record, "\n")) + "\n"
    except (TypeError, ValueError) as error:
        raise ReportError(f"the record cannot be written as JSON: {error}") from error


def _pieces(value: Any, indent: str) -> Iterator[str]:
    deeper = f"{indent} "
    if isinstance(value, Mapping) and value:
        for index, (key, inner) in enumerate(value.items()):
            yield f"{'{' if index == 0 else ','}{deeper}{_plain(str(key))}: "
            yield from _pieces(inner, deeper)
        yield f"{indent}}}"
    elif isinstance(value, list | tuple) and any(isinstance(inner, Mapping | list | tuple) for inner in value):
        for index, inner in enumerate(value):
            yield f"{'[' if index == 0 else ','}{deeper}"
            yield from _row(inner, deeper)
        yield f"{indent}]"
    else:
        yield _plain(value)


def _row(value: Any, indent: str) -> Iterator[str]:
    """Write an entry of a list, on one line where it holds plain values only."""
    flat = isinstance(value, Mapping) and not any(isinstance(inner, Mapping | list | tuple) for inner in value.values())
    yield from (_plain(dict(value)),) if flat else _pieces(value, indent)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
