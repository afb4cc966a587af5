"""The decorator `rule`, and what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.compiled.loop import ufunc_of
from sim.compiled.translation import Source


class Rule(partial[Any]):
    """A function of one run that is called with arrays over runs, and compiled when it first is.

    It passes on calls to a `numpy.ufunc`, of numbers and arrays and with its options such as `out`, without a step in
    Python: a model day has a hundred of them and more.

    Attributes
    ----------
    source
        The function and its syntax; given numbers of single precision the function computes the same bits as the rule.
    """

    source: Source

    def __new__(cls, source: Source) -> Rule:
        """Make a rule that its first call compiles.

        Raises
        ------
        TypeError
            By that call, where it does what a rule cannot do.
        """

        def first(*arguments: Any, **options: Any) -> Any:
            made.__setstate__((ufunc_of(source), (), {}, vars(made)))  # type: ignore[attr-defined]
            return made(*arguments, **options)

        made = super().__new__(cls, first)
        made.source, made.__doc__ = source, source.function.__doc__
        return made

    def __repr__(self) -> str:
        """Return its name."""
        return f"rule {self.source.name}"


def rule(function: Callable[..., Any]) -> Rule:
    """Compile a function of one run to a loop over runs.

    It takes and returns float32 numbers and bools, as its annotations say (`float`, `bool`), whole numbers of 16 or 32
    bits (`np.int16`, `np.int32`; it computes with them as with others, exactly below 2**24, and returns what is left
    without the part behind the point), and takes 32 random bits (`np.uint32`). It may compute with + - * /, compare,
    choose (`a if b else c`, `and`, `or`, `not`), shift bits, name what it has computed, and call `min`, `max`,
    `np.floor`, `np.sqrt`, `np.ldexp`, `np.frexp` and other rules. Numbers that it writes are float32.
    """
    return Rule(Source(function))
