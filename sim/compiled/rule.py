"""The decorator `rule`, and the object it returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

from sim.compiled.loop import ufunc_of
from sim.compiled.recording import Recorded
from sim.compiled.translation import Source

_compiling = Lock()  # several threads may call a rule first


class Rule(partial[Any]):
    """A function of one run that is called with arrays over runs, and compiled on the first call.

    It passes calls, with numbers, arrays and options such as `out`, straight to a `numpy.ufunc` without a step in
    Python: a model day has a hundred of them and more.

    Attributes
    ----------
    source
        Source of the function; with numbers of single precision, the function computes the same bits as the rule.
    """

    source: Source

    def __new__(cls, source: Source) -> Rule:
        """Create a rule that is compiled by its first call.

        Raises
        ------
        TypeError
            By that call, if the function does something a rule cannot do.
        """

        def first(*arguments: Any, **options: Any) -> Any:
            for one in arguments:
                if isinstance(one, Recorded):
                    return one.recording.call(source, arguments)
            with _compiling:
                if made.func is first:
                    made.__setstate__((ufunc_of(source), (), {}, vars(made)))  # type: ignore[attr-defined]
            return made.func(*arguments, **options)

        made = super().__new__(cls, first)
        made.source, made.__doc__ = source, source.function.__doc__
        return made

    def __repr__(self) -> str:
        """Return its name."""
        return f"rule {self.source.name}"


def rule(function: Callable[..., Any]) -> Rule:
    """Compile a function of one run to a loop over runs.

    It takes and returns float32 numbers and bools, as annotated (`float`, `bool`), and whole numbers of 16 or 32 bits
    (`np.int16`, `np.int32`; computed with like other numbers, exactly below 2**24, and truncated on return), and takes
    32 random bits (`np.uint32`). It may use + - * /, comparisons, choices (`a if b else c`, `and`, `or`, `not`), bit
    shifts, local names, and calls of `min`, `max`, `np.floor`, `np.sqrt`, `np.ldexp`, `np.frexp` and other rules.
    Numbers written in it are float32.
    """
    return Rule(Source(function))
