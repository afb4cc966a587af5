"""A recording: what rules make of each other's results in a day, compiled to one loop over runs and days.

Rules that are called with `Recorded` numbers in place of arrays add their instructions to a recording. Its loop takes
`WIDTH` runs at a time through some days, without arrays in between, and computes the same bits as the rules do.
"""

from __future__ import annotations

from collections.abc import Hashable
from ctypes import c_int64, c_void_p
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sim.compiled.machine import function_of
from sim.compiled.memory import INTRINSICS, STORED, loaded, store
from sim.compiled.translation import SOURCES, TYPES, WIDTH, Code, Kind, Source, Value, as_float, literal, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

_FLOATS, _POINTERS, _WHOLE = TYPES["float"], f"<{WIDTH} x ptr>", TYPES["int"]
_GATHER = f"{_FLOATS} @llvm.masked.gather.v{WIDTH}f32.v{WIDTH}p0"
_ALL = f"<{WIDTH} x i1> <{', '.join(['i1 true'] * WIDTH)}>"
_FUNCTION = (
    "define void @loop(ptr %rows, i64 %step, ptr %lines, ptr %singles, ptr %tables, ptr %quantiles, "
    "i64 %runs, i64 %days)"
)


def in_loops(runs: int) -> int:
    """Return how many runs a loop takes for some number of them: a multiple of `WIDTH`."""
    return -(-runs // WIDTH) * WIDTH


Name = TypeVar("Name", bound=Hashable)
"""Names a number; its text is part of the instructions."""


class Recorded:
    """A number of each run, as known to a recording: a result, or an input that is loaded when first used."""

    def __init__(self, recording: Recording[Any], find: Callable[[], Value]) -> None:
        self.recording, self._find = recording, find
        self._value: Value | None = None

    @property
    def is_used(self) -> bool:
        """Whether a rule has used it."""
        return self._value is not None

    @property
    def value(self) -> Value:
        """Its name in the instructions."""
        if self._value is None:
            self._value = self._find()
        return self._value

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Take part in a rule.

        Raises
        ------
        TypeError
            If it is asked for anything but a rule.
        """
        if ufunc not in SOURCES or options:
            raise TypeError(f"expected a rule in what is recorded (got {ufunc.__name__})")
        return self.recording.call(SOURCES[ufunc], inputs)


class Layout(NamedTuple, Generic[Name]):
    """Where a loop finds its numbers, by name, in the order of their places.

    Attributes
    ----------
    rows
        Place of each row: an array over the runs, which a day may change. Rows are `step` bytes apart.
    lines
        Place of each line: `WIDTH` float32 numbers, for the runs that the loop takes at a time. All lines of some runs
        lie next to each other, followed by those of the next.
    singles
        Place of each float32 number that is the same for all runs; the numbers of a day are followed by those of the
        next.
    tables
        Place of the address of each array over the days and the runs, such as random bits.
    """

    rows: Mapping[Name, int]
    lines: Mapping[Name, int]
    singles: Mapping[Name, int]
    tables: Mapping[Name, int]


class Recording(Generic[Name]):
    """The instructions of some rules, and the loop that they make."""

    def __init__(self) -> None:
        self._code = Code()
        self._found: dict[Name, str] = {}  # type in memory of what is read or written, by name

    def number(self, name: Name, kind: Kind) -> Recorded:
        """Return a number of each run."""
        return Recorded(self, lambda: loaded(self._code, kind, self._at(name, STORED[kind])))

    def single(self, name: Name) -> Recorded:
        """Return a number that is the same for all runs."""
        return Recorded(self, lambda: self._single(name))

    def bits(self, name: Name, *, quantiles: bool) -> Recorded:
        """Return 32 random bits of each run, or the quantile that 16 bits point to."""
        return Recorded(self, lambda: self._looked_up(name) if quantiles else Value("int", self._vector(name, "i32")))

    def call(self, source: Source, inputs: Sequence[Any]) -> Any:
        """Add a rule; return its result, or a tuple of several."""
        values = [self._given(*one) for one in zip(source.inputs, inputs, strict=True)]
        results = [Recorded(self, partial(_itself, one)) for one in translate(source, self._code, values)]
        return results[0] if len(results) == 1 else tuple(results)

    def store(self, name: Name, kind: Kind, result: Recorded) -> None:
        """Write a result to a row or a table."""
        store(self._code, kind, result.value, self._at(name, STORED[kind]))

    def compiled(self, layout: Layout[Name]) -> Any:
        """Return the loop.

        Its signature is `void loop(char *rows, long step, float *lines, float *singles, long *tables, float *quantiles,
        long runs, long days)`; the runs must be a multiple of `WIDTH`.
        """
        before, chunk, day = self._addresses(layout)
        text = "\n".join([
            INTRINSICS, f"declare {_GATHER}({_POINTERS}, i32, <{WIDTH} x i1>, {_FLOATS})", f"{_FUNCTION} {{", *before,
            "br label %some", "some:", "%run = phi i64 [0, %0], [%next, %done]",
            f"%ahead = mul i64 %run, {len(layout.lines)}", "%line = getelementptr float, ptr %lines, i64 %ahead",
            *chunk, "br label %today", "today:", "%day = phi i64 [0, %some], [%tomorrow, %today]",
            f"%past = mul i64 %day, {len(layout.singles)}", "%single = getelementptr float, ptr %singles, i64 %past",
            "%gone = mul i64 %day, %runs", "%here = add i64 %gone, %run", *day, *self._code.lines,
            "%tomorrow = add i64 %day, 1", "%more_days = icmp slt i64 %tomorrow, %days",
            "br i1 %more_days, label %today, label %done", "done:",
            f"%next = add i64 %run, {WIDTH}", "%more = icmp slt i64 %next, %runs",
            "br i1 %more, label %some, label %end", "end:", "ret void", "}",
        ])  # fmt: skip
        name = f"recording-{blake2b(text.encode(), digest_size=8).hexdigest()}"
        return function_of(name, text, c_void_p, c_int64, c_void_p, c_void_p, c_void_p, c_void_p, c_int64, c_int64)

    def _addresses(self, layout: Layout[Name]) -> tuple[list[str], list[str], list[str]]:
        """Return the instructions that find the addresses of all it reads or writes: at once, by runs, and by day."""
        before, chunk, day = [], [], []
        for name, stored in self._found.items():
            if name in layout.lines:
                chunk.append(f"%{name} = getelementptr float, ptr %line, i64 {layout.lines[name] * WIDTH}")
            elif name in layout.singles:
                day.append(f"%{name} = getelementptr float, ptr %single, i64 {layout.singles[name]}")
            elif name in layout.rows:
                before.append(f"%{name}_bytes = mul i64 {layout.rows[name]}, %step")
                before.append(f"%{name}_start = getelementptr i8, ptr %rows, i64 %{name}_bytes")
                chunk.append(f"%{name} = getelementptr {stored}, ptr %{name}_start, i64 %run")
            else:
                before.append(f"%{name}_place = getelementptr ptr, ptr %tables, i64 {layout.tables[name]}")
                before.append(f"%{name}_start = load ptr, ptr %{name}_place")
                day.append(f"%{name} = getelementptr {stored}, ptr %{name}_start, i64 %here")
        return before, chunk, day

    def _at(self, name: Name, stored: str) -> str:
        self._found[name] = stored
        return f"%{name}"

    def _given(self, kind: Kind, value: Any) -> Value:
        """Return what a rule is given: a recorded number, or one written in the code around the rules."""
        found = value.value if isinstance(value, Recorded) else literal(value)
        return as_float(self._code, found) if kind == "float" else found

    def _single(self, name: Name) -> Value:
        number = self._code.add(f"load float, ptr {self._at(name, 'float')}")
        first = self._code.add(f"insertelement {_FLOATS} poison, float {number}, i32 0")
        return self._code.value("float", f"shufflevector {_FLOATS} {first}, {_FLOATS} poison, {_WHOLE} zeroinitializer")

    def _vector(self, name: Name, stored: str) -> str:
        return self._code.add(f"load <{WIDTH} x {stored}>, ptr {self._at(name, stored)}, align 1")

    def _looked_up(self, name: Name) -> Value:
        index = self._code.add(f"zext <{WIDTH} x i16> {self._vector(name, 'i16')} to {_WHOLE}")
        entries = self._code.add(f"getelementptr float, ptr %quantiles, {_WHOLE} {index}")
        return self._code.value("float", f"call {_GATHER}({_POINTERS} {entries}, i32 4, {_ALL}, {_FLOATS} poison)")


def _itself(value: Value) -> Value:
    return value
