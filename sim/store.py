"""The store: finished blocks of runs by the digest of all that decides them, so that none is ever played twice.

A block's key covers the resolved scenario, seed, replicates, block, runs kept, the model's source, the packages and the
processor's level: an entry never goes stale, and more runs of a scenario only add entries. Entries are files of their
own, written beside their place and renamed, with a digest at the head: whole or not there, and never trusted damaged.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import environment
from sim.ensemble import BLOCK_RUNS, RECORD, BlockResult, BlockTask
from sim.errors import StoreError
from sim.tallies import Tally
from sim.wholefiles import write_whole

DEFAULT_FOLDER = Path(".offramp") / "store"
FORMAT = b"offramp/block/1\n"
DIGEST_BYTES = 32
MOST_BYTES = 1 << 28
"""Of an entry when unpacked; the largest that the scenario language allows takes a fifth of it."""


def key_of(task: BlockTask) -> str:
    """Return the key of a block: SHA-256 over everything that its result depends on, hexadecimal."""
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
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass
class Store:
    """A folder of finished blocks; `damaged` counts the entries that were found broken and not used."""

    folder: Path
    damaged: int = field(default=0, compare=False)

    def path_of(self, task: BlockTask) -> Path:
        """Return where the entry of a block lies, or would lie."""
        key = key_of(task)
        return self.folder / "blocks" / key[:2] / key

    def get(self, task: BlockTask) -> BlockResult | None:
        """Return the result of a block; None where it is not there or is damaged."""
        path = self.path_of(task)
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        result = _unpacked(raw, path.name)
        if result is None:
            self.damaged += 1
        return result

    def put(self, task: BlockTask, result: BlockResult) -> None:
        """Keep the result of a block.

        Raises
        ------
        StoreError
            Where it cannot be written: disk full, read-only, no folder. What was kept before is not touched.
        """
        path = self.path_of(task)
        content = _packed(result, path.name)
        try:
            self._make(path.parent)
            write_whole(path, content)
        except OSError as error:
            raise self._complaint(error) from error

    def check_usable(self) -> None:
        """See, before any work is done, that there is a store or can be one; a full one that is read-only will do.

        Raises
        ------
        StoreError
            Where there is none and none can be made, or what has its name is no folder.
        """
        try:
            self._make(self.folder / "blocks")
        except OSError as error:
            raise self._complaint(error) from error

    def _make(self, folder: Path) -> None:
        """Make a folder of the store; a new store keeps itself out of git."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="ascii")
        folder.mkdir(parents=True, exist_ok=True)

    def _complaint(self, error: OSError) -> StoreError:
        reason = (error.strerror or str(error)).lower()
        return StoreError(
            f"cannot write to the store {self.folder}: {reason}; what was kept before is intact. "
            "Make room, or choose another folder with --store, or none with --no-store"
        )


def _packed(result: BlockResult, key: str) -> bytes:
    """Return an entry: digest, format, then compressed a line that describes the arrays, and their bytes.

    Counts go in the smallest type that holds them, and equal-rank bytes stand together, which compresses well.
    """
    arrays: list[tuple[str, npt.NDArray[Any]]] = [
        (f"count.{name}", count) for name, count in result.tally.counts.items()
    ]
    arrays += [(f"record.{name}", result.records[name]) for name in RECORD.names or ()]
    header, planes = [], []
    for name, array in arrays:
        small = np.ascontiguousarray(array, dtype=np.min_scalar_type(int(array.max(initial=0))).newbyteorder("<"))
        header.append([name, small.dtype.str, list(array.shape)])
        planes.append(np.atleast_1d(small).view(np.uint8).reshape(-1, small.itemsize).T.tobytes())
    described = json.dumps({"key": key, "arrays": header}).encode() + b"\n"
    content = FORMAT + zlib.compress(described + b"".join(planes), 6)
    return hashlib.sha256(content).digest() + content


def _unpacked(raw: bytes, key: str) -> BlockResult | None:
    """Read an entry; None where it is not one, is damaged, or belongs to another key."""
    digest, content = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest or not content.startswith(FORMAT):
        return None
    try:
        line, _, body = zlib.decompressobj().decompress(content[len(FORMAT) :], MOST_BYTES).partition(b"\n")
        header = json.loads(line)
        if header["key"] != key:
            return None
        arrays = dict(_arrays(header["arrays"], body))
    except (zlib.error, ValueError, KeyError, TypeError):
        return None
    counts = {name[6:]: value.astype(np.int64) for name, value in arrays.items() if name.startswith("count.")}
    days = {name[7:]: value for name, value in arrays.items() if name.startswith("record.")}
    if set(days) != set(RECORD.names or ()):
        return None
    records = np.zeros(len(days["end"]), dtype=RECORD)
    for name, value in days.items():
        records[name] = value
    return BlockResult(Tally(counts), records)


def _arrays(header: list[tuple[str, str, list[int]]], body: bytes) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    start = 0
    for name, kind, shape in header:
        dtype = np.dtype(kind)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        planes = np.frombuffer(body[start : start + size], dtype=np.uint8).reshape(dtype.itemsize, -1)
        yield name, np.ascontiguousarray(planes.T).reshape(-1).view(dtype).reshape(shape)
        start += size
