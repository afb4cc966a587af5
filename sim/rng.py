"""Named random streams: the only place in the package that makes generators.

A stream belongs to one seed, one block of runs, one owner (an actor, a pressure, the theatre) and one purpose.
Adding an owner changes no other stream, so two scenarios under the same seed differ, run by run, only by what
was changed: full common random numbers.
"""

from __future__ import annotations

import hashlib

import numpy as np


def digest(name: str) -> tuple[int, int]:
    """Two 32-bit words that stand for a name, the same on every machine (unlike `hash`)."""
    raw = hashlib.blake2b(name.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:], "little")


def stream(seed: int, block: int, owner: str, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose of one owner in one block.

    The five words of the spawn key have fixed width, so that no two names can run into each other
    (`numpy.random.SeedSequence`, after O'Neill 2014).
    """
    key = (block, *digest(owner), *digest(purpose))
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
