"""What commands that write files check before they start, so that no run is made in vain."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.errors import UsageError


def check_output(folder: Path | None, *, figures: bool) -> None:
    """Make the folder for files, where one is asked for, and see that it can be written to.

    Raises
    ------
    UsageError
        Where it cannot be, or figures are asked for without one.
    """
    if folder is None:
        if figures:
            raise UsageError("--figures needs a folder to write them to; name one with --out")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {(error.strerror or '').lower()}") from None
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"cannot write to the folder {folder}: {(error.strerror or '').lower()}") from None
