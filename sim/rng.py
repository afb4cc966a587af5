"""Named random streams: the only place in the package that makes generators.

A stream belongs to one seed, one block of runs, one owner (an actor, a pressure, the theatre) and one purpose.
Adding an owner does not change any other stream, so two scenarios with the same seed differ, run by run, only by what
was changed: full common random numbers.

A block takes random bits, some days at a time (`Bits`). Normals are looked up by 16 bits in a table of quantiles, in a
quarter of the time of NumPy's ziggurat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled.bits import Words
from sim.special import ndtri

Floats = npt.NDArray[np.floating[Any]]
QUANTILES = 2**16
SEED_BITS = 128  # minimum size of the seed if a spawn key follows
_WORD = 2**32 - 1
STRATA = 4
"""Draws per Latin hypercube, a power of 2: each input has this many strata of equal probability, with one draw each."""


@lru_cache(maxsize=4096)
def digest(name: str) -> tuple[int, int]:
    """Return two 32-bit words that represent a name, the same on every machine (unlike `hash`)."""
    raw = hashlib.blake2b(name.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:], "little")


def stream(seed: int, block: int, owner: str, purpose: str) -> np.random.Generator:
    """Return the generator for one purpose of one owner in one block."""
    return np.random.Generator(source(seed, block, owner, purpose))


def source(seed: int, block: int, owner: str, purpose: str) -> np.random.SFC64:
    """Return the source of random bits for one purpose of one owner in one block.

    The five words of the spawn key have fixed width, so that no two names can collide by concatenation
    (`numpy.random.SeedSequence`, after O'Neill 2014). They follow the seed just as NumPy would place them, but four
    times as fast.
    """
    words = [seed >> shift & _WORD for shift in range(0, max(seed.bit_length(), SEED_BITS), 32)]
    entropy = np.array([*words, block, *digest(owner), *digest(purpose)], dtype=np.uint32)
    return np.random.SFC64(np.random.SeedSequence(entropy))


def stratified(generators: Sequence[np.random.Generator], draws: int) -> npt.NDArray[np.float64]:
    """Return quantiles in (0, 1) of some inputs, with one of every `STRATA` consecutive draws in each stratum.

    The order within them is random, so inputs with streams of their own form Latin hypercubes of `STRATA` draws
    (McKay, Beckman & Conover 1979), each independent of the others. Each single draw is uniform. Additive effects of
    inputs then add little variance to a mean over a hypercube, and no mean has more than STRATA / (STRATA - 1) times
    the variance that it has with independent draws (Owen 1997). The first draws are the same whatever their number.

    Returns
    -------
    Shape (inputs, draws), each input from the numbers of its own stream.
    """
    cubes = -(-draws // STRATA)
    numbers = np.empty((len(generators), cubes, 2, STRATA))
    for generator, own in zip(generators, numbers, strict=True):
        generator.random(out=own)
    quantiles: npt.NDArray[np.float64] = (_ranking(numbers[:, :, 0]) + numbers[:, :, 1]) / STRATA
    return np.clip(quantiles.reshape(len(generators), -1)[:, :draws], 2.0**-54, 1 - 2.0**-53)


def _ranking(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the `argsort` of many short rows: of `STRATA` numbers from 0 to 1 along the last axis.

    The last bits of each number are replaced by its index; then all rows are sorted at once by swapping neighbours.
    """
    bits = np.ascontiguousarray(np.moveaxis(numbers, -1, 0)).view(np.int64)  # the bits have the same order
    keys = [row & -STRATA | place for place, row in enumerate(bits)]
    for turn in range(STRATA):
        for place in range(turn % 2, STRATA - 1, 2):
            low, high = keys[place : place + 2]
            keys[place : place + 2] = np.minimum(low, high), np.maximum(low, high)
    return np.stack([key & (STRATA - 1) for key in keys], axis=-1)


@lru_cache(maxsize=1)
def normal_quantiles() -> Floats:
    """Return the standard normal quantiles at (i + 1/2) / 65,536 for i from 0 to 65,535, float32.

    Drawn with equal probability, they have mean 0, sd 0.99999 and no value beyond 4.325.
    """
    lower = ndtri((np.arange(QUANTILES // 2) + 0.5) / QUANTILES)
    table: Floats = np.concatenate([lower, -lower[::-1]]).astype(np.float32)
    table.flags.writeable = False
    return table


class Bits:
    """The random bits of one stream as used by a block: for each day, one number per run.

    Each day begins with a new 64-bit word, which gives four 16-bit numbers or two 32-bit ones.
    """

    def __init__(self, generator: np.random.SFC64) -> None:
        self._words = Words(generator.state["state"]["state"])

    def fill(self, out: npt.NDArray[np.unsignedinteger[Any]]) -> None:
        """Fill an array of shape (days, runs) of 16-bit or 32-bit numbers with the bits of the next days."""
        days, runs = out.shape
        if runs * out.itemsize % 8 == 0 and out.strides[1] == out.itemsize:
            self._words.fill(out.view(np.uint64))
            return
        words = np.empty((days, -(-runs * out.itemsize // 8)), dtype=np.uint64)
        self._words.fill(words)
        out[:] = words.view(out.dtype)[:, :runs]
