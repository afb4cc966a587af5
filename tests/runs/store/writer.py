"""Writers to a store that can be killed: `python -m tests.runs.store.writer PLACE CASE FOLDER`.

It imports once and then, for each line on stdin (the number of a writer), splits off a process that writes entries
without end. Each entry belongs to a seed of its own, drawn from a small range, so that writers meet; the log of a
writer in FOLDER gets the seed once the entry is kept. Prints the process id of each.
"""

from __future__ import annotations

import importlib
import os
import pickle
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from sim.runs.store import Store

SEEDS = 200


def write(place: str, case: tuple[object, object], log: Path, number: int) -> NoReturn:
    """Write until killed."""
    task, result = case
    store, dice = Store(place), random.Random(number)
    with log.open("ab", buffering=0) as file:
        while True:
            chosen = dice.randrange(SEEDS)
            store.put(replace(task, seed=chosen), result)  # type: ignore[type-var, arg-type]
            file.write(f"{chosen}\n".encode())


def main(place: str, case: str, folder: str) -> None:
    """Split off writers until stdin ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    if place.startswith("s3:"):
        importlib.import_module("s3fs")  # once, and not in each writer
    loaded = pickle.loads(Path(case).read_bytes())  # noqa: S301 - the test wrote it
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write(place, loaded, Path(folder) / f"writer-{int(line)}.log", int(line))
        print(child, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
