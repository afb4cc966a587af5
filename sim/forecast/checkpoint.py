"""A checkpoint: the finished blocks of a forecast that was stopped, so that the same command goes on from there.

One compressed file, whole or not there. It begins with a digest of its content and carries the key of what it belongs
to; a damaged file, or one with another key, is never used.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.tallies import Tally
from sim.wholefiles import write_whole


@dataclass(frozen=True)
class Progress:
    """The first `blocks` blocks of a forecast: their tally and the records kept of their runs."""

    blocks: int
    tally: Tally | None
    records: tuple[npt.NDArray[np.void], ...] = ()


NOTHING = Progress(0, None)
DIGEST_BYTES = 32


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@dataclass(frozen=True)
class Checkpoint:
    """Where progress is kept, and the key of what it is progress of."""

    path: Path
    key: str

    def load(self) -> Progress:
        """Return what was kept; nothing where there is no file, or it belongs to something else, or is damaged.

        Whether counts and records are those of a scenario is for whoever merges them to see.
        """
        try:
            raw = self.path.read_bytes()
            digest, content = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
            if _digest(content) != digest:
                return NOTHING
            with np.load(BytesIO(content), allow_pickle=False) as stored:
                if str(stored["key"]) != self.key:
                    return NOTHING
                counts = {name[6:]: stored[name] for name in stored.files if name.startswith("count_")}
                progress = Progress(int(stored["blocks"]), Tally(counts), (stored["records"],))
        except Exception:  # whatever NumPy raises on junk with a digest that fits
            return NOTHING
        whole = all(count.dtype == np.int64 for count in counts.values()) and progress.records[0].ndim == 1
        return progress if whole and progress.blocks > 0 else NOTHING

    def save(self, progress: Progress) -> None:
        """Keep progress; OSError where the disk is full or cannot be written."""
        if progress.tally is None:
            return
        arrays: dict[str, Any] = {f"count_{name}": count for name, count in progress.tally.counts.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = BytesIO()
        records = np.concatenate(progress.records) if progress.records else np.zeros(0)
        np.savez_compressed(content, key=self.key, blocks=progress.blocks, records=records, **arrays)
        write_whole(self.path, _digest(content.getvalue()) + content.getvalue())

    def remove(self) -> None:
        """Forget what was kept."""
        self.path.unlink(missing_ok=True)
