"""The state of a page: which scenario, which inputs are moved to which number, what is switched off.

It travels as plain values, in messages and in the address of the page, and comes from outside: `State.of` believes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import UsageError

MOST_MOVED = 600
DIGITS = 6


@dataclass(frozen=True)
class State:
    """What a page shows.

    Attributes
    ----------
    scenario
        File name of the scenario, in the folder that is served.
    values
        Number by dotted path of each input that was moved; all others stay as the scenario writes them.
    off
        Pressures and talks that are switched off, such as `pressures.appeal`.
    """

    scenario: str
    values: Mapping[str, float] = field(default_factory=dict)
    off: frozenset[str] = frozenset()

    @classmethod
    def of(cls, plain: object) -> State:
        """Read a state from outside.

        Raises
        ------
        UsageError
            Where it is none.
        """
        if not isinstance(plain, dict) or not isinstance(plain.get("scenario"), str):
            raise UsageError("expected a state: a scenario, the inputs moved, what is off")
        values, off = plain.get("values", {}), plain.get("off", [])
        if not isinstance(values, dict) or not isinstance(off, list) or len(values) + len(off) > MOST_MOVED:
            raise UsageError(f"expected at most {MOST_MOVED} changes by path")
        if not all(isinstance(path, str) for path in off):
            raise UsageError("expected the paths of what is off")
        return cls(plain["scenario"], {path: _number(value) for path, value in values.items()}, frozenset(off))

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"scenario": self.scenario, "values": dict(self.values), "off": sorted(self.off)}


MOST = 1e300
"""Largest number that a control may say, which keeps out infinity, NaN and integers that no float can hold."""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -MOST <= value <= MOST:
        raise UsageError("expected a finite number for each input that is moved")
    return round(float(value), DIGITS)
