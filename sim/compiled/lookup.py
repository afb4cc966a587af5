"""Table look-up by random bits, for the runs that are still played, in one loop.

NumPy would first select the bits of those runs, then convert them to 64-bit indices, then read.
"""

from __future__ import annotations

from ctypes import c_int64, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compiled.machine import function_of

if TYPE_CHECKING:
    import numpy.typing as npt

_LOOKUP = """
define void @loop(ptr %table, ptr %bits, i64 %step, ptr %places, ptr %out, i64 %rows, i64 %many) {
  br label %row
row:
  %n = phi i64 [0, %0], [%n1, %next]
  %from = mul i64 %n, %step
  %drawn = getelementptr i8, ptr %bits, i64 %from
  %to = mul i64 %n, %many
  %read = getelementptr float, ptr %out, i64 %to
  br label %one
one:
  %k = phi i64 [0, %row], [%k1, %one]
  %where = getelementptr i64, ptr %places, i64 %k
  %place = load i64, ptr %where
  %at = getelementptr i16, ptr %drawn, i64 %place
  %index = load i16, ptr %at
  %wide = zext i16 %index to i64
  %entry = getelementptr float, ptr %table, i64 %wide
  %number = load float, ptr %entry
  %there = getelementptr float, ptr %read, i64 %k
  store float %number, ptr %there
  %k1 = add i64 %k, 1
  %more = icmp slt i64 %k1, %many
  br i1 %more, label %one, label %next
next:
  %n1 = add i64 %n, 1
  %left = icmp slt i64 %n1, %rows
  br i1 %left, label %row, label %end
end:
  ret void
}
"""


def looked_up(
    table: npt.NDArray[np.float32], bits: npt.NDArray[np.uint16], places: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Return the entries of a table of 65,536 that the bits point to, at some places of each row.

    Parameters
    ----------
    bits
        Shape (rows, columns), each row contiguous in memory.
    places
        Columns, shape (places,).

    Returns
    -------
    Shape (rows, places).
    """
    found = np.empty((len(bits), len(places)), dtype=np.float32)
    if found.size:
        table_at, bits_at, places_at, found_at = (one.ctypes.data for one in (table, bits, places, found))
        _loop()(table_at, bits_at, bits.strides[0], places_at, found_at, *found.shape)
    return found


@cache
def _loop() -> Any:
    arguments = c_void_p, c_void_p, c_int64, c_void_p, c_void_p, c_int64, c_int64
    return function_of("sim.compiled.lookup", _LOOKUP, *arguments)
