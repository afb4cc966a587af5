"""From the syntax of a rule to LLVM instructions on vectors of runs.

Every operation is one of IEEE 754 single precision in the order in which the rule writes it; nothing is fused or
rearranged, so the bits are the same on every processor, and those of the function in Python.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir

FLOAT, BOOL, INT = ir.FloatType(), ir.IntType(1), ir.IntType(32)
Value: TypeAlias = Any  # of llvmlite, which has no types of its own

_TYPES = {"float": FLOAT, "bool": BOOL}
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MANTISSA_BITS, _BIAS = 23, 127


@dataclass(frozen=True)
class Source:
    """The syntax of a rule.

    Attributes
    ----------
    tree
        Its definition.
    scope
        The names of its module.
    rules
        All rules made so far, by what they were compiled to.
    """

    tree: ast.FunctionDef
    scope: Mapping[str, Any]
    rules: Mapping[Any, Source]

    @property
    def name(self) -> str:
        """Its name."""
        return self.tree.name

    @property
    def parameters(self) -> list[str]:
        """Names of its parameters."""
        return [one.arg for one in self.tree.args.args]

    @property
    def inputs(self) -> list[ir.Type]:
        """Types of its parameters."""
        return [_TYPES["float" if one.annotation is None else ast.unparse(one.annotation)] for one in self.tree.args.args]

    @property
    def outputs(self) -> list[ir.Type]:
        """Types of what it returns."""
        returned = self.tree.returns
        several = returned.slice.elts if isinstance(returned, ast.Subscript) else [returned]  # type: ignore[attr-defined]
        return [_TYPES["float" if one is None else ast.unparse(one)] for one in several]


def wide(kind: ir.Type, width: int) -> ir.Type:
    """Return the type of so many values of a kind."""
    return kind if width == 1 else ir.VectorType(kind, width)


def constant(kind: ir.Type, width: int, value: float) -> Value:
    """Return so many values that are all the same."""
    return ir.Constant(kind, value) if width == 1 else ir.Constant(ir.VectorType(kind, width), [value] * width)


def translate(source: Source, builder: ir.IRBuilder, arguments: Sequence[Value], width: int) -> list[Value]:
    """Write the instructions of a rule for `width` runs at once; return what it returns."""
    return _Body(source, builder, arguments, width).results()


class _Body(ast.NodeVisitor):
    """Translates the body of one rule. Each `visit_` returns the value of an expression."""

    def __init__(self, source: Source, builder: ir.IRBuilder, arguments: Sequence[Value], width: int) -> None:
        self._source, self._builder, self._width = source, builder, width
        self._names: dict[str, Value] = dict(zip(source.parameters, arguments, strict=True))
        self._float, self._int = wide(FLOAT, width), wide(INT, width)
        self._calls: dict[Any, Callable[..., Value]] = {
            min: lambda a, b: self._chosen("<", b, a),
            max: lambda a, b: self._chosen(">", b, a),
            int: lambda a: builder.fptosi(a, self._int),
            np.float32: lambda a: builder.sitofp(a, self._float),
            np.floor: lambda a: self._intrinsic("floor", a),
            np.sqrt: lambda a: self._intrinsic("sqrt", a),
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

    def visit_Expr(self, node: ast.Expr) -> None:  # noqa: N802
        """Pass over the docstring."""
        if not isinstance(node.value, ast.Constant):
            raise self._refused(node)

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802
        """Name what has been computed."""
        target = node.targets[0]
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        for name, value in zip(names, self._several(node.value), strict=True):
            assert isinstance(name, ast.Name)
            self._names[name.id] = value

    def visit_Constant(self, node: ast.Constant) -> Value:  # noqa: N802
        """A number that the rule writes."""
        return self._number(node.value)

    def visit_Name(self, node: ast.Name) -> Value:  # noqa: N802
        """A parameter, something computed, or a constant of the module."""
        return self._names[node.id] if node.id in self._names else self._number(self._source.scope[node.id])

    def visit_BinOp(self, node: ast.BinOp) -> Value:  # noqa: N802
        """+ - * /."""
        if type(node.op) not in _ARITHMETIC:
            raise self._refused(node)
        operation = getattr(self._builder, _ARITHMETIC[type(node.op)])
        return operation(self._as_float(self.visit(node.left)), self._as_float(self.visit(node.right)))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Value:  # noqa: N802
        """- and not."""
        value = self.visit(node.operand)
        return self._builder.fneg(value) if isinstance(node.op, ast.USub) else self._builder.not_(value)

    def visit_Compare(self, node: ast.Compare) -> Value:  # noqa: N802
        """< <= > >=."""
        if len(node.ops) > 1 or type(node.ops[0]) not in _ORDER:
            raise self._refused(node)
        left, right = self._as_float(self.visit(node.left)), self._as_float(self.visit(node.comparators[0]))
        return self._builder.fcmp_ordered(_ORDER[type(node.ops[0])], left, right)

    def visit_BoolOp(self, node: ast.BoolOp) -> Value:  # noqa: N802
        """`and` and `or`."""
        both = self._builder.and_ if isinstance(node.op, ast.And) else self._builder.or_
        value, *others = map(self.visit, node.values)
        for other in others:
            value = both(value, other)
        return value

    def visit_IfExp(self, node: ast.IfExp) -> Value:  # noqa: N802
        """A choice."""
        return self._builder.select(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_Call(self, node: ast.Call) -> Value:  # noqa: N802
        """Call a function of Python or NumPy, or another rule that returns one value."""
        values = self._called(node)
        if isinstance(values, list):
            (values,) = values
        return values

    def generic_visit(self, node: ast.AST) -> Any:
        """Refuse everything else."""
        raise self._refused(node)

    def _several(self, node: ast.expr) -> list[Value]:
        """Return the values of a tuple, of a call, or of any other expression."""
        if isinstance(node, ast.Tuple):
            return [self.visit(one) for one in node.elts]
        value = self._called(node) if isinstance(node, ast.Call) else self.visit(node)
        return value if isinstance(value, list) else [value]

    def _called(self, node: ast.Call) -> Value | list[Value]:
        name = node.func
        if isinstance(name, ast.Attribute) and ast.unparse(name.value) == "np":
            function = getattr(np, name.attr)
        else:
            function = self._source.scope.get(ast.unparse(name), getattr(builtins, ast.unparse(name), None))
        values = [self.visit(one) for one in node.args]
        if function in self._calls:
            return self._calls[function](*values)
        if function in self._source.rules:
            return translate(self._source.rules[function], self._builder, values, self._width)
        raise self._refused(node)

    def _number(self, value: float) -> Value:
        return constant(FLOAT, self._width, float(np.float32(value)))

    def _as_float(self, value: Value) -> Value:
        """Return a value as a number: a bool as 0 or 1."""
        is_bool = value.type == wide(BOOL, self._width)
        return self._builder.uitofp(value, self._float) if is_bool else value

    def _chosen(self, order: str, one: Value, other: Value) -> Value:
        """Return one value where it stands in an order to another, else the other, as `min` and `max` do."""
        return self._builder.select(self._builder.fcmp_ordered(order, one, other), one, other)

    def _intrinsic(self, name: str, value: Value) -> Value:
        """Call an instruction of LLVM that takes and returns a float."""
        full = f"llvm.{name}.{'' if self._width == 1 else f'v{self._width}'}f32"
        module = self._builder.module
        function = module.globals.get(full) or ir.Function(module, ir.FunctionType(self._float, [self._float]), full)
        return self._builder.call(function, [value])

    def _ldexp(self, value: Value, exponent: Value) -> Value:
        """Return value * 2**exponent; the exponent from -126 to 127."""
        bits = self._builder.shl(self._builder.add(exponent, self._whole(_BIAS)), self._whole(_MANTISSA_BITS))
        return self._builder.fmul(value, self._builder.bitcast(bits, self._float))

    def _frexp(self, value: Value) -> list[Value]:
        """Return mantissa, from 0.5 to 1, and exponent of a number above 0 that is not denormal."""
        bits = self._builder.bitcast(value, self._int)
        exponent = self._builder.sub(self._builder.lshr(bits, self._whole(_MANTISSA_BITS)), self._whole(_BIAS - 1))
        mantissa = self._builder.and_(bits, self._whole((1 << _MANTISSA_BITS) - 1))
        half = self._whole((_BIAS - 1) << _MANTISSA_BITS)
        return [self._builder.bitcast(self._builder.or_(mantissa, half), self._float), exponent]

    def _whole(self, value: int) -> Value:
        return constant(INT, self._width, value)

    def _refused(self, node: ast.AST) -> TypeError:
        line = self._source.tree.lineno + getattr(node, "lineno", 1) - 1
        return TypeError(f"rule {self._source.name}, line {line}: {ast.unparse(node)}: a rule cannot do this")
