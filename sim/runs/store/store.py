"""The store: finished blocks of runs, keyed by a digest of everything that decides them, so none is played twice.

A block's key covers the resolved scenario, seed, replicates, block, runs kept, conditions given, a design's quantiles,
the model's source, the packages and the processor's level: an entry never goes stale, and more runs of a scenario only
add entries. `sim/runs/store/shelf.py` decides where entries lie; any number of writers may share one store.

Removing an entry costs time but no result: its block is played again when it is needed. Only items with a name of the
store are listed or removed; anything else in the folder is left alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from sim import environment
from sim.errors import UsageError
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask
from sim.runs.block.shapes import is_of
from sim.runs.store.entry import HEAD_BYTES, Head, head_of, packed, packed_note, unpacked, unpacked_note
from sim.runs.store.shelf import PACKAGES, Folder, Item, Objects, Shelf


def key_of(task: BlockTask) -> str:
    """Return the key of a block: SHA-256 over everything that its result depends on, in hexadecimal."""
    versions = {name: text for name, text in environment.package_versions().items() if name != "python"}
    parts = {
        "scenario": task.scenario.hash,
        "seed": task.seed,
        "replicates": task.replicates,
        "block": task.block,
        "block_runs": BLOCK_RUNS,
        "runs": task.runs,
        "model": environment.model_version(),
        "packages": versions,
        "cpu": environment.cpu_level(),
        **({"given": list(map(repr, task.given))} if task.given else {}),
        **({"quantiles": _digest(task.quantiles)} if task.quantiles else {}),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _key_of_note(task: BlockTask, kind: str) -> str:
    return hashlib.sha256(f"{key_of(task)} {kind}".encode()).hexdigest()


def _digest(quantiles: Mapping[str, npt.NDArray[np.float64]]) -> str:
    parts = hashlib.sha256()
    for stream in sorted(quantiles):
        parts.update(f"{stream}\n".encode() + np.ascontiguousarray(quantiles[stream]).tobytes())
    return parts.hexdigest()


class Store:
    """Finished blocks on a shelf; `damaged` counts the entries found broken and not used.

    Its place is a folder; `file:///...`, a folder that every machine has under that path; or object storage,
    `s3://...`.
    """

    def __init__(self, place: str | Path | Shelf) -> None:
        self.shelf = place if isinstance(place, Shelf) else shelf_of(str(place))
        self.damaged = 0

    def __str__(self) -> str:
        return str(self.shelf)

    def get(self, task: BlockTask) -> BlockResult | None:
        """Return the result of a block; None if it is missing or damaged."""
        key = key_of(task)
        raw = self.shelf.get(name_of(key))
        if raw is None:
            return None
        result = unpacked(raw, key)
        if result is None or not is_of(task, result.tally, result.records):
            self.damaged += 1
            return None
        return result

    def put(self, task: BlockTask, result: BlockResult) -> None:
        """Keep the result of a block. Raises StoreError if it cannot be written; what was kept before stays."""
        key = key_of(task)
        self.shelf.put(name_of(key), packed(result, key, task.scenario.id, task.scenario.document.title))

    def get_note(self, task: BlockTask, kind: str) -> Any:
        """Return a block's note of a kind; None if it is missing or damaged."""
        key = _key_of_note(task, kind)
        raw = self.shelf.get(name_of(key))
        return None if raw is None else unpacked_note(raw, key)

    def put_note(self, task: BlockTask, kind: str, note: Any) -> None:
        """Keep plain values that took a block to compute; `kind` names them and their code. Raises as `put`."""
        key = _key_of_note(task, kind)
        self.shelf.put(name_of(key), packed_note(note, key, task.scenario.id, task.scenario.document.title))


def store_at(place: str | Path | None) -> Store | None:
    """Return the store at a place; None if no place is given. Raises StoreError if no store is possible there."""
    if place is None:
        return None
    store = Store(place)
    store.shelf.check()  # before any work is done; one that exists may be read-only
    return store


def name_of(key: str) -> str:
    """Return the name of an entry on a shelf."""
    return f"blocks/{key[:2]}/{key}"


def shelf_of(place: str) -> Shelf:
    """Return the shelf for a place given on the command line. Raises UsageError if it cannot hold a store."""
    kind, mark, rest = place.partition("://")
    if place and not mark:
        return Folder(Path(place))
    if kind == "file" and rest.startswith("/"):
        return Folder(Path(unquote(rest)), shared=True)
    if kind in PACKAGES and rest.strip("/"):
        return Objects(place)
    raise UsageError(
        f"expected a folder, file:///FOLDER, or object storage such as s3://BUCKET/PREFIX for a store "
        f"(got {place or 'nothing'})"
    )


DAY = 86_400.0
LEFT_OVER = 1.0  # days after which a writer's unfinished item counts as a leftover
_NAME = re.compile(r"blocks/[0-9a-f]{2}/(?P<part>\.)?[0-9a-f]{64}(?(part)\.[0-9]+-[0-9a-f]{8})")


def items_of(store: Store) -> Iterator[Item]:
    """Yield the items of a store whose names it gave."""
    return (item for item in store.shelf.items() if _NAME.fullmatch(item.name))


def by_head(store: Store) -> dict[Head, list[Item]]:
    """Return the entries of each scenario by each version of the model; reads the head of every entry."""
    found: dict[Head, list[Item]] = {}
    for item in items_of(store):
        raw = None if item.leftover else store.shelf.get(item.name, HEAD_BYTES)
        if raw is not None:
            found.setdefault(head_of(raw), []).append(item)
    return found


def to_remove(items: Iterable[Item], now: float, days: float | None, most_bytes: int | None) -> list[Item]:
    """Choose leftovers older than a day, items older than `days`, then the oldest until `most_bytes` at most remain."""
    ordered = sorted(items, key=lambda one: (one.written, one.name))
    longest, most = (math.inf if limit is None else limit for limit in (days, most_bytes))
    left = sum(item.size for item in ordered)
    gone = []
    for item in ordered:
        is_old = (now - item.written) / DAY > (LEFT_OVER if item.leftover else longest)
        if is_old or (not item.leftover and left > most):
            gone.append(item)
            left -= item.size
    return gone
