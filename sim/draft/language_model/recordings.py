"""Replies kept by the hash of their question, so that a draft can be made again without the server.

A file holds the items of one reply, and so the quotes in it; never the request, headers or the key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ReportError, UsageError
from sim.wholefiles import read_whole, write_whole

if TYPE_CHECKING:
    from sim.draft.language_model.endpoint import Endpoint

FORMAT = "offramp/reply/1"
MOST_BYTES = 16_000_000
"""Of a file: more than a reply of two million bytes becomes when written again."""


def kept(endpoint: Endpoint, name: str) -> list[Any] | None:
    """Return the items of a reply that was kept; None where none was.

    Raises
    ------
    UsageError
        Where the file cannot be read, or is none of ours.
    """
    if endpoint.replies is None:
        return None
    path = _path(endpoint.replies, name)
    try:
        told = json.loads(read_whole(path, MOST_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot read the reply: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        told = None
    items = told.get("items") if isinstance(told, dict) and told.get("schema") == FORMAT else None
    if not isinstance(items, list):
        raise UsageError(f"{path}: expected a reply ({FORMAT}); delete the file to ask the model again")
    return items


def keep(endpoint: Endpoint, name: str, items: list[Any]) -> None:
    """Keep the items of a reply, where they do not repeat the key.

    Raises
    ------
    ReportError
        Where they cannot be written.
    """
    if endpoint.replies is None:
        return
    told = {"schema": FORMAT, "model": endpoint.model, "host": endpoint.host, "items": items}
    try:
        text = json.dumps(told, ensure_ascii=False)
    except RecursionError:  # nested as deep as no item is
        return
    if endpoint.tells_key(text):
        return
    path = _path(endpoint.replies, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise ReportError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
