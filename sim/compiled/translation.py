"""Translation of a rule's syntax into LLVM instructions, each on `WIDTH` runs.

Every operation is one of IEEE 754 single precision, in the order written in the rule; nothing is fused or rearranged.
So the bits are the same on every processor, and equal those of the function in Python.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import struct
import textwrap
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

WIDTH = 32
"""Number of runs computed at once."""
Kind = Literal["float", "bool", "int", "int16", "int32", "uint32"]
TYPES: dict[Kind, str] = {"float": f"<{WIDTH} x float>", "bool": f"<{WIDTH} x i1>", "int": f"<{WIDTH} x i32>"}
"""Types of the values computed with: `uint32` counts as `int`; `int16`, and `int32` below 2**24, as `float`."""

_NAMES: tuple[tuple[str, Kind], ...] = (("np.int16", "int16"), ("np.int32", "int32"), ("np.uint32", "uint32"))
_KINDS: dict[str, Kind] = {"float": "float", "bool": "bool", **dict(_NAMES)}
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_ORDER = {ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge"}
_MANTISSA_BITS, _BIAS = 23, 127


class Value(NamedTuple):
    """A value of each run: its kind, and its name in the instructions or the literal in its place."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        """Return it as an operand, its type first."""
        return f"{TYPES[self.kind]} {self.text}"


class Source:
    """The syntax of a rule.

    Attributes
    ----------
    function, name
        The rule's function, and its name.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.name = function, function.__name__

    @cached_property
    def tree(self) -> ast.FunctionDef:
        """Its definition."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise TypeError(f"rule {self.name}: expected a function (got {ast.unparse(tree)})")
        return tree

    @property
    def inputs(self) -> list[Kind]:
        """Kinds of its parameters."""
        return [self._kind(one.annotation) for one in self.tree.args.args]

    @property
    def outputs(self) -> list[Kind]:
        """Kinds of its return values."""
        returned = self.tree.returns
        if isinstance(returned, ast.Subscript) and isinstance(returned.slice, ast.Tuple):
            return [self._kind(one) for one in returned.slice.elts]
        return [self._kind(returned)]

    def _kind(self, annotation: ast.expr | None) -> Kind:
        said = "nothing" if annotation is None else ast.unparse(annotation)
        if said not in _KINDS:
            raise TypeError(f"rule {self.name}: expected one of {', '.join(_KINDS)} of each number (got {said})")
        return _KINDS[said]


SOURCES: dict[np.ufunc, Source] = {}
"""Source of each rule that has been compiled to a ufunc."""


class Code:
    """Instructions of one function, collected as they are written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names = 0

    def add(self, instruction: str) -> str:
        """Add an instruction that yields something; return its name."""
        self._names += 1
        self.lines.append(f"%v{self._names} = {instruction}")
        return f"%v{self._names}"

    def value(self, kind: Kind, instruction: str) -> Value:
        """Add an instruction that yields a value of each run."""
        return Value(kind, self.add(instruction))


def translate(source: Source, code: Code, arguments: Sequence[Value]) -> list[Value]:
    """Write the instructions of a rule; return its results.

    Raises
    ------
    TypeError
        If the rule does something rules cannot do.
    """
    return _Body(source, code, arguments).results()


class _Body(ast.NodeVisitor):
    """Translates the body of one rule. Each `visit_` returns the value of an expression."""

    def __init__(self, source: Source, code: Code, arguments: Sequence[Value]) -> None:
        self._source, self._code = source, code
        parameters = [one.arg for one in source.tree.args.args]
        self._names: dict[str, Value] = dict(zip(parameters, arguments, strict=True))
        self._functions: dict[Any, Callable[..., Value | list[Value]]] = {
            min: lambda one, other: self._chosen("olt", other, one),
            max: lambda one, other: self._chosen("ogt", other, one),
            int: lambda value: code.value("int", f"fptosi {value} to {TYPES['int']}"),
            np.float32: lambda value: code.value("float", f"sitofp {value} to {TYPES['float']}"),
            np.floor: lambda value: self._intrinsic("floor", value),
            np.sqrt: lambda value: self._intrinsic("sqrt", value),
            np.ldexp: self._ldexp,
            np.frexp: self._frexp,
        }

    def results(self) -> list[Value]:
        """Translate all statements."""
        *steps, last = self._source.tree.body
        for step in steps:
            self.visit(step)
        if not isinstance(last, ast.Return) or last.value is None:
            raise self._refused(last)
        return self._several(last.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Skip the docstring."""
        if not isinstance(node.value, ast.Constant):
            raise self._refused(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Assign names to computed values."""
        target = node.targets[0]
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        for name, value in zip(names, self._several(node.value), strict=True):
            if not isinstance(name, ast.Name):
                raise self._refused(node)
            self._names[name.id] = value

    def visit_Constant(self, node: ast.Constant) -> Value:
        """Return a number written in the rule."""
        if not isinstance(node.value, int | float):
            raise self._refused(node)
        return literal(node.value)

    def visit_Name(self, node: ast.Name) -> Value:
        """Return a parameter, a computed value, or a number of the module."""
        return self._names[node.id] if node.id in self._names else literal(self._source.function.__globals__[node.id])

    def visit_BinOp(self, node: ast.BinOp) -> Value:
        """Compute with + - * /, or shift bits with >>."""
        if isinstance(node.op, ast.RShift) and isinstance(node.right, ast.Constant):
            return self._whole("lshr", self.visit(node.left), int(str(node.right.value)))
        if type(node.op) not in _ARITHMETIC:
            raise self._refused(node)
        left, right = as_float(self._code, self.visit(node.left)), as_float(self._code, self.visit(node.right))
        return self._code.value("float", f"{_ARITHMETIC[type(node.op)]} {left}, {right.text}")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Value:
        """Negate with - and `not`."""
        value = self.visit(node.operand)
        if isinstance(node.op, ast.USub):
            return self._code.value("float", f"fneg {value}")
        return self._code.value("bool", f"xor {value}, {_same('i1', 'true')}")

    def visit_Compare(self, node: ast.Compare) -> Value:
        """Compare with < <= > >=."""
        if len(node.ops) > 1 or type(node.ops[0]) not in _ORDER:
            raise self._refused(node)
        left, right = as_float(self._code, self.visit(node.left)), as_float(self._code, self.visit(node.comparators[0]))
        return self._code.value("bool", f"fcmp {_ORDER[type(node.ops[0])]} {left}, {right.text}")

    def visit_BoolOp(self, node: ast.BoolOp) -> Value:
        """Join with `and` and `or`."""
        both = "and" if isinstance(node.op, ast.And) else "or"
        value, *others = map(self.visit, node.values)
        for other in others:
            value = self._code.value("bool", f"{both} {value}, {other.text}")
        return value

    def visit_IfExp(self, node: ast.IfExp) -> Value:
        """Choose between two values."""
        return self._select(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_Call(self, node: ast.Call) -> Value:
        """Call a function that returns one value."""
        (value,) = self._called(node)
        return value

    def generic_visit(self, node: ast.AST) -> Any:
        """Refuse everything else."""
        raise self._refused(node)

    def _several(self, node: ast.expr) -> list[Value]:
        """Return the values of a tuple, of a call, or of any other expression."""
        if isinstance(node, ast.Tuple):
            return [self.visit(one) for one in node.elts]
        return self._called(node) if isinstance(node, ast.Call) else [self.visit(node)]

    def _called(self, node: ast.Call) -> list[Value]:
        """Call a function of Python or NumPy, or another rule."""
        name = node.func
        if isinstance(name, ast.Attribute):
            function = getattr(np, name.attr, None)
        else:
            known = ast.unparse(name)
            function = self._source.function.__globals__.get(known, getattr(builtins, known, None))
        values = [self.visit(one) for one in node.args]
        called = getattr(function, "source", None)
        if isinstance(called, Source):
            pairs = zip(called.inputs, values, strict=True)
            return translate(
                called, self._code, [as_float(self._code, one) if kind == "float" else one for kind, one in pairs]
            )
        if function not in self._functions:
            raise self._refused(node)
        found = self._functions[function](*values)
        return found if isinstance(found, list) else [found]

    def _select(self, test: Value, one: Value, other: Value) -> Value:
        return self._code.value(one.kind, f"select {test}, {one}, {other}")

    def _chosen(self, order: str, one: Value, other: Value) -> Value:
        """Return `one` if it is in the given order to `other`, else `other`, as `min` and `max` do."""
        return self._select(self._code.value("bool", f"fcmp {order} {one}, {other.text}"), one, other)

    def _intrinsic(self, name: str, value: Value) -> Value:
        """Call an instruction of LLVM that takes and returns a number."""
        return self._code.value("float", f"call {TYPES['float']} @llvm.{name}.v{WIDTH}f32({value})")

    def _whole(self, operation: str, value: Value, number: int) -> Value:
        """Compute with a whole number and a constant that is the same in all runs."""
        return self._code.value("int", f"{operation} {value}, {_same('i32', str(number))}")

    def _bits(self, value: Value, kind: Kind) -> Value:
        """Reinterpret the bits of a value as another kind."""
        return self._code.value(kind, f"bitcast {value} to {TYPES[kind]}")

    def _ldexp(self, value: Value, exponent: Value) -> Value:
        """Return value * 2**exponent, for an exponent from -126 to 127."""
        bits = self._whole("shl", self._whole("add", exponent, _BIAS), _MANTISSA_BITS)
        return self._code.value("float", f"fmul {value}, {self._bits(bits, 'float').text}")

    def _frexp(self, value: Value) -> list[Value]:
        """Return mantissa, from 0.5 to 1, and exponent of a positive number that is not denormal."""
        bits = self._bits(value, "int")
        exponent = self._whole("sub", self._whole("lshr", bits, _MANTISSA_BITS), _BIAS - 1)
        mantissa = self._whole("and", bits, (1 << _MANTISSA_BITS) - 1)
        return [self._bits(self._whole("or", mantissa, (_BIAS - 1) << _MANTISSA_BITS), "float"), exponent]

    def _refused(self, node: ast.AST) -> TypeError:
        return TypeError(f"rule {self._source.name}: a rule cannot do this: {ast.unparse(node)}")


def literal(value: float) -> Value:
    """Return a number in single precision, which LLVM writes as the bits of the equal double."""
    bits = struct.pack(">d", float(np.float32(value))).hex().upper()
    return Value("float", _same("float", f"0x{bits}"))


def as_float(code: Code, value: Value) -> Value:
    """Return a value as a number: a bool as 0 or 1."""
    return value if value.kind == "float" else code.value("float", f"uitofp {value} to {TYPES['float']}")


def _same(kind: str, text: str) -> str:
    """Write a vector of the same values."""
    return f"<{', '.join([f'{kind} {text}'] * WIDTH)}>"
