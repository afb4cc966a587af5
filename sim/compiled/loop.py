"""A loop over the runs of a block around the instructions of a rule, and a ufunc around the loop.

The loop takes `WIDTH` runs at a time, directly from contiguous arrays, or from a copy: of a single number for all runs,
of the last few runs, and of arrays with any other layout.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from numpy._core import _multiarray_umath

from sim.compiled.machine import address_of
from sim.compiled.memory import INTRINSICS, STORED, loaded, store
from sim.compiled.translation import SOURCES, WIDTH, Code, Kind, Source, translate

_TYPES = {"float": np.dtype("f4"), "bool": np.dtype("?"), "uint32": np.dtype("u4")} | {
    whole: np.dtype(whole) for whole in ("int16", "int32")
}
_FROM_FUNCTION = 1  # index of PyUFunc_FromFuncAndData in NumPy's table of functions, part of its stable interface
_NO_IDENTITY = -1
_NO_DATA = (ctypes.c_void_p * 1)(None)
_kept: list[Any] = []  # objects that the ufuncs point to, which must outlive them


def ufunc_of(source: Source) -> np.ufunc:
    """Compile a rule to a ufunc."""
    name = f"{source.function.__module__}.{source.name}"
    address = address_of(name, f"{INTRINSICS}\n{_whole(source)}\n{_loop(source)}")
    types = ctypes.create_string_buffer(bytes(_TYPES[kind].num for kind in _kinds(source)))
    loops = (ctypes.c_void_p * 1)(address)
    names = source.name.encode(), (source.function.__doc__ or "").encode()
    _kept.append((loops, types, names))
    counts = len(source.inputs), len(source.outputs)
    made: np.ufunc = _maker()(loops, _NO_DATA, types, 1, *counts, _NO_IDENTITY, *names, 0)
    SOURCES[made] = source
    return made


@cache
def _maker() -> Any:
    """Return NumPy's own function for making a ufunc of a loop."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(_multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    pointers, words, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signature = ctypes.PYFUNCTYPE(ctypes.py_object, pointers, pointers, pointers, *[number] * 4, words, words, number)
    return signature(table[_FROM_FUNCTION])


def _kinds(source: Source) -> list[Kind]:
    return [*source.inputs, *source.outputs]


def _whole(source: Source) -> str:
    """Write the function that computes a multiple of `WIDTH` runs, given the start and the step of each array."""
    code, inputs = Code(), len(source.inputs)
    code.lines += ["br label %some", "some:", "%run = phi i64 [0, %0], [%next, %some]"]
    places = [
        code.add(f"getelementptr i8, ptr %p{k}, i64 {code.add(f'mul i64 %run, %s{k}')}")
        for k in range(len(_kinds(source)))
    ]
    arguments = [loaded(code, *one) for one in zip(source.inputs, places, strict=False)]
    for one in zip(source.outputs, translate(source, code, arguments), places[inputs:], strict=True):
        store(code, *one)
    code.lines.append(f"%next = add i64 %run, {WIDTH}")
    code.lines += [f"br i1 {code.add('icmp slt i64 %next, %runs')}, label %some, label %end", "end:"]
    arrays = ", ".join(f"ptr %p{k}, i64 %s{k}" for k in range(len(_kinds(source))))
    return _function(f"internal void @whole(i64 %runs, {arrays})", code)


def _loop(source: Source) -> str:
    """Write the loop: `void loop(char **arrays, long *runs, long *steps, void *)`.

    Each array is given by its start, its step in bytes, and room for a copy of some runs.
    """
    code, kinds, inputs = Code(), _kinds(source), len(source.inputs)
    add, write = code.add, code.lines.append
    runs = add("load i64, ptr %runs")
    starts = [add(f"load ptr, ptr {add(f'getelementptr ptr, ptr %arrays, i64 {k}')}") for k in range(len(kinds))]
    steps = [add(f"load i64, ptr {add(f'getelementptr i64, ptr %steps, i64 {k}')}") for k in range(len(kinds))]
    rooms = [add(f"alloca <{WIDTH} x {STORED[kind]}>") for kind in kinds]
    lies, places = "true", list(starts)
    for k, kind in enumerate(kinds):
        good = add(f"icmp eq i64 {steps[k]}, {_TYPES[kind].itemsize}")
        if k < inputs:
            one = add(f"icmp eq i64 {steps[k]}, 0")
            good, places[k] = add(f"or i1 {good}, {one}"), add(f"select i1 {one}, ptr {rooms[k]}, ptr {starts[k]}")
        lies = add(f"and i1 {lies}, {good}")
    multiple = add(f"and i64 {runs}, {-WIDTH}")
    whole = add(f"select i1 {lies}, i64 {multiple}, i64 0")
    write(f"br i1 {add(f'icmp sgt i64 {runs}, 0')}, label %fill, label %end")
    write("fill:")
    for start, room, kind in zip(starts, rooms, source.inputs, strict=False):
        wide, first = f"<{WIDTH} x {STORED[kind]}>", add(f"load {STORED[kind]}, ptr {start}")
        vector = add(f"insertelement {wide} zeroinitializer, {STORED[kind]} {first}, i32 0")
        same = add(f"shufflevector {wide} {vector}, {wide} {vector}, <{WIDTH} x i32> zeroinitializer")
        write(f"store {wide} {same}, ptr {room}")
    write(f"br i1 {add(f'icmp sgt i64 {whole}, 0')}, label %straight, label %check")
    write("straight:")
    write(_call(whole, places, steps))
    write("br label %check")
    write("check:")
    write("%run = phi i64 [%start, %fill], [%start, %straight], [%next, %back_end]".replace("%start", whole))
    write(f"br i1 {add(f'icmp slt i64 %run, {runs}')}, label %rest, label %end")
    write("rest:")
    many = add(f"call i64 @llvm.smin.i64(i64 {add(f'sub i64 {runs}, %run')}, i64 {WIDTH})")
    arrays = [*zip(starts, steps, rooms, kinds, strict=True)]
    write("br label %copy")
    _copies(code, "copy", many, arrays[:inputs])
    write(_call(str(WIDTH), rooms, [str(_TYPES[kind].itemsize) for kind in kinds]))
    write("br label %back")
    _copies(code, "back", many, arrays[inputs:])
    write(f"%next = add i64 %run, {WIDTH}")
    write("br label %check")
    write("end:")
    return _function("void @loop(ptr %arrays, ptr %runs, ptr %steps, ptr %data)", code)


def _call(runs: str, places: list[str], steps: list[str]) -> str:
    """Write the call that computes some runs."""
    arrays = ", ".join(f"ptr {place}, i64 {step}" for place, step in zip(places, steps, strict=True))
    return f"call void @whole(i64 {runs}, {arrays})"


def _copies(code: Code, label: str, many: str, arrays: list[tuple[str, str, str, Kind]]) -> None:
    """Write a loop that copies some runs of arrays to their buffers, or `back` from there."""
    add, write = code.add, code.lines.append
    at, following = f"%{label}_at", f"%{label}_next"
    write(f"{label}:")
    write(f"br label %{label}_one")
    write(f"{label}_one:")
    write(f"{at} = phi i64 [0, %{label}], [{following}, %{label}_one]")
    for start, step, room, kind in arrays:
        run = add(f"add i64 %run, {at}")
        outside = add(f"getelementptr i8, ptr {start}, i64 {add(f'mul i64 {run}, {step}')}")
        inside = add(f"getelementptr {STORED[kind]}, ptr {room}, i64 {at}")
        source, target = (inside, outside) if label == "back" else (outside, inside)
        write(f"store {STORED[kind]} {add(f'load {STORED[kind]}, ptr {source}, align 1')}, ptr {target}, align 1")
    write(f"{following} = add i64 {at}, 1")
    write(f"br i1 {add(f'icmp slt i64 {following}, {many}')}, label %{label}_one, label %{label}_end")
    write(f"{label}_end:")


def _function(head: str, code: Code) -> str:
    return "\n".join([f"define {head} {{", *code.lines, "ret void", "}"])
