"""Windows as options take them: 90, or "90 days", as scenario files do."""

from __future__ import annotations

from sim.errors import UsageError
from sim.scenario.quantities import read_horizon


def days_of(text: str, option: str) -> int:
    """Read a number of days.

    Raises
    ------
    UsageError
        Where it is none.
    """
    written = text.strip()
    days = read_horizon(int(written) if written.isdecimal() and len(written) < 9 else written)
    if days is None:
        raise UsageError(f'expected a number of days such as 90 or "90 days" after {option} (got {text!r})')
    return days
