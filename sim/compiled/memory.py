"""How the numbers of `WIDTH` runs are read from memory and written to it."""

from __future__ import annotations

from sim.compiled.translation import TYPES, WIDTH, Code, Kind, Value

STORED = {"float": "float", "bool": "i8", "int16": "i16", "int32": "i32", "uint32": "i32"}
"""Types in memory, where a bool takes a byte."""
INTRINSICS = (
    "\n".join(f"declare {TYPES['float']} @llvm.{name}.v{WIDTH}f32({TYPES['float']})" for name in ("floor", "sqrt"))
    + "\ndeclare i64 @llvm.smin.i64(i64, i64)"
)
"""Declarations of what instructions call."""


def loaded(code: Code, kind: Kind, place: str) -> Value:
    """Read numbers from an address."""
    stored = code.add(f"load <{WIDTH} x {STORED[kind]}>, ptr {place}, align 1")
    if kind == "bool":
        return code.value(kind, f"icmp ne <{WIDTH} x i8> {stored}, zeroinitializer")
    if kind in ("int16", "int32"):
        return code.value("float", f"sitofp <{WIDTH} x {STORED[kind]}> {stored} to {TYPES['float']}")
    return Value("int" if kind == "uint32" else kind, stored)


def store(code: Code, kind: Kind, value: Value, place: str) -> None:
    """Write numbers to an address."""
    name, kept = value.text, f"<{WIDTH} x {STORED[kind]}>"
    if kind != "float":
        name = code.add(f"{'zext' if kind == 'bool' else 'fptosi'} {value} to {kept}")
    code.lines.append(f"store {kept} {name}, ptr {place}, align 1")
