"""One writer at a time: a lock beside the ledger."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ReportError, UsageError

PATIENCE = 10.0  # seconds to wait for another writer
PAUSE = 0.05


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other writers of a file out.

    The lock is held on a file of its own, `.NAME.lock`, because a rename takes the ledger itself away from under a
    lock. The system lets go of it when a process ends, however it ends; the empty file stays.

    Raises
    ------
    UsageError
        Where another writer does not finish in time.
    ReportError
        Where the folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ReportError(f"cannot write beside {path}: {(error.strerror or str(error)).lower()}") from None
    try:
        end = time.monotonic() + patience
        while not _take(descriptor):
            if time.monotonic() > end:
                raise UsageError(f"another process is writing {path}; try again when it has finished")
            time.sleep(PAUSE)
        yield
    finally:
        os.close(descriptor)  # and with it the lock


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
