"""A recording computes, to the bit, what its rules compute one after the other, wherever its numbers lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.compiled.functions import clip, exp
from sim.compiled.recording import Layout, Recorded, Recording, in_loops
from sim.compiled.rule import rule
from sim.compiled.translation import WIDTH

RUNS, DAYS = 3 * WIDTH, 4
STEP = 4 * RUNS


@rule
def weigh(one: float, other: float, weight: float) -> tuple[float, bool]:
    """Weigh two numbers."""
    return exp(weight * one) - other, one > other


@rule
def count(before: np.int16, more: bool) -> np.int16:
    """Count."""
    return before + more


@rule
def happens(bits: np.uint32, chance: float) -> bool:
    """Whether the upper half of the bits is below a chance."""
    return np.float32(bits >> 16) / 65536 < chance  # type: ignore[no-any-return]


def empty() -> Layout[str]:
    return Layout({}, {}, {}, {})


def laid(arrays: list[np.ndarray]) -> np.ndarray:
    """Return rows of memory that hold some arrays."""
    memory = np.zeros((len(arrays), STEP), dtype=np.uint8)
    for row, array in zip(memory, arrays, strict=True):
        row[: array.nbytes] = array.view(np.uint8)
    return memory


def test_rules_one_after_the_other_give_the_bits_that_they_give_alone() -> None:
    random = np.random.default_rng(1)
    state, fixed = (random.normal(size=RUNS).astype(np.float32) for _ in range(2))
    number, shape = np.arange(RUNS, dtype=np.int16), (DAYS, RUNS)
    bits, index = (random.integers(0, 2**size, shape).astype(f"u{size // 8}") for size in (32, 16))
    quantiles = random.normal(size=2**16).astype(np.float32)
    weights = np.array([[9, 0.5], [9, 0.25], [9, -0.5], [9, 1]], dtype=np.float32)

    def play(state: Any, fixed: Any, weight: Any, number: Any, bits: Any, normal: Any) -> tuple[Any, ...]:
        found, above = weigh(state, fixed, weight)
        number = count(number, above)
        return clip(found, normal, 9.0), number, happens(bits, clip(found, 0.0, 0.5))

    recording: Recording[str] = Recording()
    layout = Layout(
        {"state": 0, "number": 1}, {"unused": 0, "fixed": 1}, {"other": 0, "weight": 1}, {"a": 0, "b": 1, "flag": 2}
    )
    given = (
        recording.number("state", "float"), recording.number("fixed", "float"), recording.single("weight"),
        recording.number("number", "int16"), recording.bits("a", quantiles=False), recording.bits("b", quantiles=True),
    )  # fmt: skip
    results = play(*given)
    for name, kind, result in zip(("state", "number", "flag"), ("float", "int16", "bool"), results, strict=True):
        recording.store(name, kind, result)  # type: ignore[arg-type]
    memory, flags = laid([state, number]), np.zeros(shape, dtype=np.bool_)
    lines = np.stack([np.zeros((3, WIDTH)), fixed.reshape(3, WIDTH)], axis=1).astype(np.float32)
    tables = np.array([one.ctypes.data for one in (bits, index, flags)], dtype=np.uint64)
    addresses = [one.ctypes.data for one in (lines, weights, tables, quantiles)]
    recording.compiled(layout)(memory.ctypes.data, STEP, *addresses, RUNS, DAYS)
    for day in range(DAYS):
        state, number, flag = play(state, fixed, weights[day, 1], number, bits[day], quantiles[index[day]])
        assert np.array_equal(flags[day], flag), day
    for row, array in zip(memory, (state, number), strict=True):
        assert row[: array.nbytes].tobytes() == array.tobytes()


def test_what_is_not_used_is_not_looked_for() -> None:
    recording: Recording[str] = Recording()
    used, unused = recording.number("used", "float"), recording.single("unused")
    recording.store("used", "float", clip(used, 0.0, 1.0))
    assert (used.is_used, unused.is_used) == (True, False)
    memory = laid([np.full(RUNS, 2, dtype=np.float32)])
    recording.compiled(empty()._replace(rows={"used": 0}))(memory.ctypes.data, STEP, 0, 0, 0, 0, RUNS, 1)
    assert (memory.view(np.float32) == 1).all()


@pytest.mark.parametrize("compute", [lambda one: np.add(one, 1), lambda one: clip(one, 0, 1, out=one)])
def test_only_rules_can_be_recorded(compute: Any) -> None:
    clip(np.zeros(1, dtype=np.float32), 0.0, 1.0)  # which compiles it
    with pytest.raises(TypeError, match="expected a rule in what is recorded"):
        compute(Recorded(Recording(), lambda: pytest.fail("used")))


def test_a_loop_takes_whole_multiples() -> None:
    assert [in_loops(runs) for runs in (1, WIDTH, WIDTH + 1)] == [WIDTH, WIDTH, 2 * WIDTH]
