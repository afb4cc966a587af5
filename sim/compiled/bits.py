"""The random bits of NumPy's SFC64, drawn in one loop.

NumPy calls a function for each word and keeps its state in memory; here the state stays in registers, which takes less
than half the time. The bits are the same.
"""

from __future__ import annotations

from ctypes import c_int64, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.compiled.machine import function_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SFC64 = """
declare i64 @llvm.fshl.i64(i64, i64, i64)
define void @loop(ptr %state, ptr %out, i64 %rows, i64 %step, i64 %words) {
  %pb = getelementptr i64, ptr %state, i64 1
  %pc = getelementptr i64, ptr %state, i64 2
  %pd = getelementptr i64, ptr %state, i64 3
  %a0 = load i64, ptr %state
  %b0 = load i64, ptr %pb
  %c0 = load i64, ptr %pc
  %d0 = load i64, ptr %pd
  br label %row
row:
  %n = phi i64 [0, %0], [%n1, %next]
  %a1 = phi i64 [%a0, %0], [%a3, %next]
  %b1 = phi i64 [%b0, %0], [%b3, %next]
  %c1 = phi i64 [%c0, %0], [%c3, %next]
  %d1 = phi i64 [%d0, %0], [%d3, %next]
  %at = mul i64 %n, %step
  %start = getelementptr i8, ptr %out, i64 %at
  br label %word
word:
  %k = phi i64 [0, %row], [%k1, %word]
  %a2 = phi i64 [%a1, %row], [%a3, %word]
  %b2 = phi i64 [%b1, %row], [%b3, %word]
  %c2 = phi i64 [%c1, %row], [%c3, %word]
  %d2 = phi i64 [%d1, %row], [%d3, %word]
  %sum = add i64 %a2, %b2
  %drawn = add i64 %sum, %d2
  %place = getelementptr i64, ptr %start, i64 %k
  store i64 %drawn, ptr %place, align 1
  %d3 = add i64 %d2, 1
  %bs = lshr i64 %b2, 11
  %a3 = xor i64 %b2, %bs
  %cs = shl i64 %c2, 3
  %b3 = add i64 %c2, %cs
  %cr = call i64 @llvm.fshl.i64(i64 %c2, i64 %c2, i64 24)
  %c3 = add i64 %cr, %drawn
  %k1 = add i64 %k, 1
  %more = icmp slt i64 %k1, %words
  br i1 %more, label %word, label %next
next:
  %n1 = add i64 %n, 1
  %rows_left = icmp slt i64 %n1, %rows
  br i1 %rows_left, label %row, label %end
end:
  store i64 %a3, ptr %state
  store i64 %b3, ptr %pb
  store i64 %c3, ptr %pc
  store i64 %d3, ptr %pd
  ret void
}
"""


class Words:
    """The words of 64 random bits that a generator produces, starting with its next one.

    Parameters
    ----------
    state
        State of the generator: four words.
    """

    def __init__(self, state: npt.NDArray[np.uint64]) -> None:
        self._state = state.copy()
        self._address, self._loop = self._state.ctypes.data, _loop()

    def fill(self, rows: npt.NDArray[np.uint64]) -> None:
        """Fill an array of shape (rows, words), the words of each row contiguous in memory."""
        if rows.size:
            many, words = rows.shape
            self._loop(self._address, rows.ctypes.data, many, rows.strides[0], words)


@cache
def _loop() -> Any:
    """Return the loop: `void loop(long *state, char *out, long rows, long step, long words)`."""
    return function_of("sim.compiled.bits", _SFC64, c_void_p, c_void_p, c_int64, c_int64, c_int64)
