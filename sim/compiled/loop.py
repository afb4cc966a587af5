"""A loop over the runs of a block around the instructions of a rule, and a ufunc around the loop.

The loop takes 16 runs at a time where each array lies one number after the other or is one number for all runs; what is
left over, and arrays that lie otherwise, go one run at a time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numpy._core import _multiarray_umath

from sim.compiled.translation import BOOL, FLOAT, INT, Source, Value, constant, translate, wide

WIDTH = 16
"""Runs that are computed at once."""
_BYTE, _LONG, _POINTER = ir.IntType(8), ir.IntType(64), ir.PointerType()
_STORED = {FLOAT: FLOAT, BOOL: _BYTE}  # a bool takes a byte of memory
_BYTES = {FLOAT: 4, BOOL: 1}
_CODES = {FLOAT: np.dtype(np.float32).num, BOOL: np.dtype(np.bool_).num}
_FROM_FUNCTION = 1  # place of PyUFunc_FromFuncAndData in NumPy's table of functions, part of its stable interface
_NO_IDENTITY = -1
_kept: list[Any] = []  # what the ufuncs point to, which must outlive them


def ufunc_of(source: Source, doc: str) -> np.ufunc:
    """Compile a rule to a ufunc."""
    engine = _engine()
    module = binding.parse_assembly(str(_Loop(source).module))
    engine.add_module(module)
    engine.finalize_object()
    kinds = [*source.inputs, *source.outputs]
    loops = (ctypes.c_void_p * 1)(engine.get_function_address(source.name))
    types = ctypes.create_string_buffer(bytes(_CODES[kind] for kind in kinds))
    names = source.name.encode(), doc.encode()
    _kept.append((module, loops, types, names))
    counts = len(source.inputs), len(source.outputs)
    made: np.ufunc = _maker()(loops, _NO_DATA, types, 1, *counts, _NO_IDENTITY, *names, 0)
    return made


_NO_DATA = (ctypes.c_void_p * 1)(None)


@cache
def _engine() -> Any:
    """Return what compiles, for this processor."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features().flatten()
    target = binding.Target.from_default_triple()
    machine = target.create_target_machine(binding.get_host_cpu_name(), features, opt=0, jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


@cache
def _maker() -> Any:
    """Return NumPy's own function that makes a ufunc of a loop."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(_multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    pointers, words, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signature = ctypes.PYFUNCTYPE(ctypes.py_object, pointers, pointers, pointers, *[number] * 4, words, words, number)
    return signature(table[_FROM_FUNCTION])


class _Loop:
    """The loop of a ufunc over a rule: `void loop(char **arrays, long *runs, long *steps, void *)`.

    Attributes
    ----------
    module
        It as an LLVM module, its function named as the rule.
    """

    def __init__(self, source: Source) -> None:
        self._source, self._kinds = source, [*source.inputs, *source.outputs]
        self.module = ir.Module()
        function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), [_POINTER] * 4), source.name)
        self._builder = builder = ir.IRBuilder(function.append_basic_block())
        arrays, runs, steps, _ = function.args
        places = range(len(self._kinds))
        self._steps = [builder.load(builder.gep(steps, [_long(k)], source_etype=_LONG), typ=_LONG) for k in places]
        starts = [builder.load(builder.gep(arrays, [_long(k)], source_etype=_POINTER), typ=_POINTER) for k in places]
        total = builder.load(runs, typ=_LONG)
        at_once = builder.select(self._lie_so(), builder.and_(total, _long(-WIDTH)), _long(0))
        self._over(WIDTH, self._spread(starts), _long(0), at_once)
        self._over(1, starts, at_once, total)
        builder.ret_void()

    def _lie_so(self) -> Value:
        """Whether each array lies one number after the other, or is one number."""
        builder, good = self._builder, constant(BOOL, 1, True)
        for place, (kind, step) in enumerate(zip(self._kinds, self._steps, strict=True)):
            lies = builder.icmp_signed("==", step, _long(_BYTES[kind]))
            if place < len(self._source.inputs):
                lies = builder.or_(lies, builder.icmp_signed("==", step, _long(0)))
            good = builder.and_(good, lies)
        return good

    def _spread(self, starts: Sequence[Value]) -> list[Value]:
        """Write each input that is one number `WIDTH` times; return where the arrays begin then."""
        builder, spread = self._builder, list(starts)
        for place, kind in enumerate(self._source.inputs):
            many = wide(_STORED[kind], WIDTH)
            room = builder.alloca(many)
            first = builder.load(starts[place], typ=_STORED[kind], align=1)
            one = builder.insert_element(ir.Constant(many, ir.Undefined), first, ir.Constant(INT, 0))
            builder.store(builder.shuffle_vector(one, one, constant(INT, WIDTH, 0)), room)
            spread[place] = builder.select(builder.icmp_signed("==", self._steps[place], _long(0)), room, starts[place])
        return spread

    def _over(self, width: int, starts: Sequence[Value], first: Value, end: Value) -> None:
        """Write the loop from one run to another, `width` runs at a time."""
        builder = self._builder
        before, body, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.cbranch(builder.icmp_signed("<", first, end), body, after)
        builder.position_at_end(body)
        run = builder.phi(_LONG)
        run.add_incoming(first, before)
        places = [
            builder.gep(start, [builder.mul(run, step)], source_etype=_BYTE)
            for start, step in zip(starts, self._steps, strict=True)
        ]
        inputs = len(self._source.inputs)
        arguments = [self._loaded(*one, width) for one in zip(self._source.inputs, places[:inputs], strict=True)]
        for value, place in zip(translate(self._source, builder, arguments, width), places[inputs:], strict=True):
            is_bool = value.type == wide(BOOL, width)
            builder.store(builder.zext(value, wide(_BYTE, width)) if is_bool else value, place, align=1)
        following = builder.add(run, _long(width))
        run.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, end), body, after)
        builder.position_at_end(after)

    def _loaded(self, kind: ir.Type, place: Value, width: int) -> Value:
        """Load values of an input."""
        value = self._builder.load(place, typ=wide(_STORED[kind], width), align=1)
        return value if kind is FLOAT else self._builder.icmp_unsigned("!=", value, constant(_BYTE, width, 0))


def _long(value: int) -> Value:
    return ir.Constant(_LONG, value)
