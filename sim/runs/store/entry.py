"""An entry of the store as bytes, with a digest at the head so that damage is always noticed.

It holds a finished block, or a note: plain values that took a block to compute.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import environment
from sim.runs.block.blocks import RECORD, BlockResult
from sim.tallies import Tally

FORMAT = b"offramp/block/1\n"
DIGEST_BYTES = 32
MOST_BYTES = 1 << 28
"""Largest size of an unpacked entry; the largest that the scenario language allows takes a fifth of it."""
MOST_HEADER = 1 << 16
HEAD_BYTES = 1 << 13  # enough bytes of an entry to read its head
KINDS = ("|u1", "<u2", "<u4", "<u8")  # types that counts are stored in


@dataclass(frozen=True, order=True)
class Head:
    """Description of an entry: id and title of its scenario, version of the model; empty if it does not say."""

    scenario: str = ""
    title: str = ""
    model: str = ""


def packed(result: BlockResult, key: str, scenario: str = "", title: str = "") -> bytes:
    """Return an entry: digest and format, then, compressed, a line that describes the arrays, and their bytes.

    Counts are stored in the smallest type that holds them, with bytes of equal rank together, which compresses well.
    """
    arrays: list[tuple[str, npt.NDArray[Any]]] = [
        (f"count.{name}", count) for name, count in result.tally.counts.items()
    ]
    arrays += [(f"record.{name}", result.records[name]) for name in RECORD.names or ()]
    header: list[tuple[str, str, list[int]]] = []
    planes = []
    for name, array in arrays:
        small = np.ascontiguousarray(array, dtype=np.min_scalar_type(int(array.max(initial=0))).newbyteorder("<"))
        header.append((name, small.dtype.str, list(array.shape)))
        planes.append(np.atleast_1d(small).view(np.uint8).reshape(-1, small.itemsize).T.tobytes())
    return _sealed({"arrays": header}, b"".join(planes), Head(scenario, title), key)


def packed_note(note: Any, key: str, scenario: str = "", title: str = "") -> bytes:
    """Return an entry that holds plain values."""
    return _sealed({}, json.dumps(note).encode(), Head(scenario, title), key)


def _sealed(described: dict[str, Any], body: bytes, head: Head, key: str) -> bytes:
    about = {"key": key, "scenario": head.scenario, "title": head.title, "model": environment.model_version()}
    line = json.dumps({**about, **described}).encode() + b"\n"
    content = FORMAT + zlib.compress(line + body, 6)
    return hashlib.sha256(content).digest() + content


def unpacked(raw: bytes, key: str) -> BlockResult | None:
    """Read a block; None if the bytes are not an entry, are damaged, or belong to another key.

    `sim.runs.block.shapes` checks that it has the counts and runs of a task.
    """
    try:
        header, body = _opened(raw, key)
        return _result(dict(_arrays(header["arrays"], body)))
    except Exception:  # whatever junk with a matching digest may cause
        return None


def unpacked_note(raw: bytes, key: str) -> Any:
    """Read a note; None if the bytes are not an entry, are damaged, or belong to another key."""
    try:
        return json.loads(_opened(raw, key)[1])
    except Exception:  # as above
        return None


def _opened(raw: bytes, key: str) -> tuple[dict[str, Any], bytes]:
    """Return the description of an entry and the bytes after it; ValueError if it is damaged or of another key."""
    digest, content = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest or not content.startswith(FORMAT):
        raise ValueError
    line, _, body = zlib.decompressobj().decompress(content[len(FORMAT) :], MOST_BYTES).partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    if header["key"] != key:
        raise ValueError
    return header, body


def _result(arrays: dict[str, npt.NDArray[Any]]) -> BlockResult:
    counts = {name: value.astype(np.int64) for name, value in _below("count.", arrays).items()}
    days = _below("record.", arrays)
    if days.keys() != set(RECORD.names or ()):
        raise ValueError
    records = np.zeros(len(days["end"]), dtype=RECORD)
    for name, value in days.items():
        if value.shape != records.shape or value.max(initial=0) > np.iinfo(RECORD[name]).max:
            raise ValueError
        records[name] = value
    return BlockResult(Tally(counts), records)


def _below(prefix: str, arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def head_of(raw: bytes) -> Head:
    """Return the head of an entry from its first bytes; an empty one if they are no entry, or of an earlier version."""
    content = raw[DIGEST_BYTES:]
    try:
        line = zlib.decompressobj().decompress(content[len(FORMAT) :], MOST_HEADER).partition(b"\n")[0]
        header = json.loads(line) if content.startswith(FORMAT) else {}
        return Head(*(str(header.get(name, "")) for name in ("scenario", "title", "model")))
    except Exception:  # whatever junk may cause
        return Head()


def _arrays(header: list[tuple[str, str, list[int]]], body: bytes) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    start = 0
    for name, kind, shape in header:
        if kind not in KINDS:
            raise ValueError
        dtype = np.dtype(kind)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        planes = np.frombuffer(body[start : start + size], dtype=np.uint8).reshape(dtype.itemsize, -1)
        yield name, np.ascontiguousarray(planes.T).reshape(-1).view(dtype).reshape(shape)
        start += size
    if start != len(body):
        raise ValueError
