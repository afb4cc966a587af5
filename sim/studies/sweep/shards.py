"""Shards: a sweep split over machines that know nothing of each other, and merged again.

Cells are dealt by their ids, so the same cell goes to the same shard whatever else the sweep holds. A partial file
names its sweep, code, seed and plan; parts that do not match are refused by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, reason_of
from sim.studies.sweep.runner import Record, record_of
from sim.wholefiles import read_whole

if TYPE_CHECKING:
    from sim.studies.sweep.runner import Row
    from sim.studies.sweep.sweep import Cell, Sweep

FORMAT = "offramp/sweep-partial/1"
Verdicts = Sequence[Record]
MAX_SHARDS = 256
"""Most jobs in one matrix of GitHub Actions."""
MAX_BYTES = 1 << 28
_SHARD = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


@dataclass(frozen=True)
class Shard:
    """One of several parts, counted from 1."""

    index: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/3`; UsageError if the text is not a shard."""
        match = _SHARD.fullmatch(text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]) <= MAX_SHARDS:
            raise UsageError(f"expected a shard such as 2/3, of {MAX_SHARDS} at most (got {text!r})")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        """`2/3`."""
        return f"{self.index}/{self.of}"

    def cells(self, sweep: Sweep) -> list[Cell]:
        """Return the cells dealt to this shard, in order."""
        return [cell for cell in sweep.cells if int(cell.id, 16) % self.of == self.index - 1]

    @property
    def file_name(self) -> str:
        """Name of its partial file."""
        return f"shard-{self.index}-of-{self.of}.json"


def matrix(sweep: Sweep, shards: int) -> dict[str, list[dict[str, Any]]]:
    """Return the matrix of a CI job for each shard, in the form of `include` in GitHub Actions.

    Raises UsageError if there would be fewer shards than one, or more than a matrix may have.
    """
    if not 1 <= shards <= MAX_SHARDS:
        raise UsageError(f"expected 1 to {MAX_SHARDS} shards (got {shards})")
    parts = [Shard(index, shards) for index in range(1, shards + 1)]
    return {
        "include": [
            {"shard": part.index, "total": part.of, "name": str(part), "cells": len(part.cells(sweep))}
            for part in parts
        ]
    }


def partial_of(head: Record, shard: Shard, cells: Sequence[Cell], rows: Sequence[Row], verdicts: Verdicts) -> Record:
    """Return the content of a partial file, given all cells of the sweep.

    The verdicts are those of the gates that this shard judges, each with its `index` among those of the sweep.
    """
    return {
        "schema": FORMAT,
        "shard": {"index": shard.index, "of": shard.of},
        "head": head,
        "cells": [cell.id for cell in cells],
        "rows": list(rows),
        "verdicts": list(verdicts),
    }


def read_partial(path: Path) -> Record:
    """Read a partial file; UsageError if it cannot be read or is not one."""
    try:
        part = json.loads(read_whole(path, MAX_BYTES))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason_of(error)}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is damaged: it is no JSON; run its shard again") from None
    if not isinstance(part, dict) or part.get("schema") != FORMAT:
        raise UsageError(f"{path} is no part of a sweep; expected a file that `sweep run --shard` wrote")
    try:
        _try(part)
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"{path} is damaged: it lacks a part of a sweep; run its shard again") from None
    return part


def _try(part: Record) -> None:
    """Read everything in a part that a merge needs."""
    Shard(int(part["shard"]["index"]), int(part["shard"]["of"]))
    _identity(part), [row["cell"] for row in part["rows"]], list(part["cells"])
    [int(one["index"]) for one in part["verdicts"]]


def merge(paths: Sequence[Path]) -> Record:
    """Merge the partial files of all shards.

    Raises UsageError if one is missing, given twice, damaged, or belongs to another sweep, seed, plan or version.
    """
    parts = {path: read_partial(path) for path in paths}
    if not parts:
        raise UsageError("expected the partial files of a sweep; name them or their folders")
    first_path, first = next(iter(parts.items()))
    _check_kin(first_path, first, parts)
    _check_complete(first, parts)
    head = dict(first["head"])
    levels = {level for part in parts.values() for level in part["head"]["environment"]["cpu"]}
    head["environment"] = {**head["environment"], "cpu": sorted(levels)}
    return record_of(head, _gathered(parts.values(), "rows"), _gathered(parts.values(), "verdicts"))


def _gathered(parts: Iterable[Record], what: str) -> list[Record]:
    """Return the rows or the verdicts of all parts, in the order of the whole sweep."""
    return sorted((one for part in parts for one in part[what]), key=lambda one: int(one["index"]))


def _identity(part: Record) -> dict[str, Any]:
    """Return the fields that all parts of a sweep share, keyed by their names in messages."""
    head = part["head"]
    return {
        "sweep": head["sweep"]["id"],
        "number of shards": part["shard"]["of"],
        "seed": head["seed"],
        "replicates": head["replicates"],
        "runs": head["runs"],
        "precision": head["precision"],
        "judgement of gates": head["gates"],
        "version of the model": head["environment"]["model"],
        "package versions": {key: text for key, text in head["environment"].items() if key not in ("cpu", "model")},
        "content (its cells or its base)": head["sweep"]["identity"],
        "command": head["command"],
    }


def _check_kin(first_path: Path, first: Record, parts: dict[Path, Record]) -> None:
    wanted = _identity(first)
    for path, part in parts.items():
        for name, value in _identity(part).items():
            if value != wanted[name]:
                raise UsageError(
                    f"{path} does not belong with {first_path}: its {name} is {value!r} and not {wanted[name]!r}"
                )


def _check_complete(first: Record, parts: dict[Path, Record]) -> None:
    """Check that every shard is there once, with its cells, and every gate judged once."""
    _check_each_once(first, parts)
    for path, part in parts.items():
        _check_cells(first, path, part)
    judged = sorted(int(one["index"]) for part in parts.values() for one in part["verdicts"])
    if judged != list(range((first["head"]["gates"] or {"count": 0})["count"])):
        raise UsageError("the parts do not hold one verdict of every gate; run the shards again")


def _check_cells(first: Record, path: Path, part: Record) -> None:
    index, of = int(part["shard"]["index"]), int(first["shard"]["of"])
    dealt = [cell for cell in first["cells"] if int(cell, 16) % of == index - 1]
    if [row["cell"] for row in part["rows"]] != dealt:
        raise UsageError(f"{path} does not hold the cells of shard {index}/{of}; run the shard again")


def _check_each_once(first: Record, parts: dict[Path, Record]) -> None:
    of = int(first["shard"]["of"])
    seen: dict[int, Path] = {}
    for path, part in parts.items():
        index = int(part["shard"]["index"])
        if index in seen:
            raise UsageError(f"shard {index}/{of} appears twice: {seen[index]} and {path}")
        seen[index] = path
    missing = [f"{index}/{of}" for index in range(1, of + 1) if index not in seen]
    if missing:
        raise UsageError(
            f"missing: shard {', '.join(missing)} of {first['head']['sweep']['id']}; run it and merge again"
        )
