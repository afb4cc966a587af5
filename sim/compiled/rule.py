"""The decorator `rule`, and what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.compiled.loop import ufunc_of
from sim.compiled.translation import Source

if TYPE_CHECKING:
    import numpy as np


class Rule:
    """A function of one run that is called with arrays over runs, and compiled when it first is.

    Attributes
    ----------
    source
        The function and its syntax; given numbers of single precision the function computes the same bits as the rule.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.source, self.__doc__ = Source(function), function.__doc__

    def __repr__(self) -> str:
        """Return its name."""
        return f"rule {self.source.name}"

    @cached_property
    def ufunc(self) -> np.ufunc:
        """The rule compiled.

        Raises
        ------
        TypeError
            Where it does what a rule cannot do.
        """
        return ufunc_of(self.source)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Compute it of numbers and arrays, with the options of a `numpy.ufunc` such as `out`."""
        return self.ufunc(*arguments, **options)


def rule(function: Callable[..., Any]) -> Rule:
    """Compile a function of one run to a loop over runs.

    It takes and returns float32 numbers and bools, as its annotations say (`float`, `bool`), whole numbers of 16 bits
    (`np.int16`; it computes with them as with others and returns what is left without the part behind the point), and
    takes 32 random bits (`np.uint32`). It may compute with + - * /, compare, choose (`a if b else c`, `and`, `or`,
    `not`), shift bits, name what it has computed, and call `min`, `max`, `np.floor`, `np.sqrt`, `np.ldexp`, `np.frexp`
    and other rules. Numbers that it writes are float32.
    """
    return Rule(function)
