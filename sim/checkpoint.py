"""A checkpoint: the finished blocks of a forecast that was stopped, so that the same command goes on from there.

One compressed file, written to a temporary name and renamed, so that it is whole or not there. It carries the key of
what it belongs to; a file with another key is never used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.tallies import Tally


@dataclass(frozen=True)
class Progress:
    """The first `blocks` blocks of a forecast: their tally and the records kept of their runs."""

    blocks: int
    tally: Tally | None
    records: tuple[npt.NDArray[np.void], ...] = ()


@dataclass(frozen=True)
class Checkpoint:
    """Where progress is kept, and the key of what it is progress of."""

    path: Path
    key: str

    def load(self) -> Progress:
        """Return what was kept; nothing where there is no file, or it belongs to something else, or is damaged."""
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                if str(stored["key"]) != self.key:
                    return Progress(0, None)
                counts = {name[6:]: stored[name] for name in stored.files if name.startswith("count_")}
                return Progress(int(stored["blocks"]), Tally(counts), (stored["records"],))
        except (OSError, ValueError, KeyError, EOFError):
            return Progress(0, None)

    def save(self, progress: Progress) -> None:
        """Keep progress; OSError where the disk is full or cannot be written."""
        if progress.tally is None:
            return
        arrays: dict[str, Any] = {f"count_{name}": count for name, count in progress.tally.counts.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                records = np.concatenate(progress.records)
                np.savez_compressed(file, key=self.key, blocks=progress.blocks, records=records, **arrays)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget what was kept."""
        self.path.unlink(missing_ok=True)
