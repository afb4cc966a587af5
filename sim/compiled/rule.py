"""The decorator `rule`."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from sim.compiled.loop import ufunc_of
from sim.compiled.translation import Source

Rule = Callable[..., Any]
_sources: dict[Rule, Source] = {}


def rule(function: Callable[..., Any]) -> Rule:
    """Compile a function of one run to a ufunc over runs.

    It takes float32 numbers, and bools where its annotation says so, and returns one such or a tuple of them. It may
    compute with + - * /, compare, choose (`a if b else c`, `and`, `or`, `not`), name what it has computed, and call
    `min`, `max`, `np.floor`, `np.sqrt`, `np.ldexp`, `np.frexp` and other rules. Numbers that it writes are float32.

    Returns
    -------
    A `numpy.ufunc`: it broadcasts, takes `out=`, and refuses numbers of more than single precision.

    Raises
    ------
    TypeError
        Where the function does anything else.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"expected a function (got {ast.unparse(tree)})")
    source = Source(function, tree, _sources)
    compiled = ufunc_of(source)
    _sources[compiled] = source
    return compiled


def plain(compiled: Rule) -> Callable[..., Any]:
    """Return the function that a rule was made of; given float32 numbers it computes the same bits."""
    return _sources[compiled].function
