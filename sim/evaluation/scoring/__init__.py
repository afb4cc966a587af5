"""Scores of probability forecasts: scoring rules, calibration, and comparisons between forecasters.

`rules` scores single forecasts, `calibration` asks whether the probabilities mean what they say, `comparison` whether
one forecaster beats another. All functions take arrays and return numbers; nothing here knows a scenario.
"""

from __future__ import annotations

from typing import Any

FEWEST = 50
"""With fewer forecasts than this, reports say "too few to judge" calibration."""


def too_few(cases: int) -> bool:
    """Whether this many forecasts are too few to judge calibration or skill by."""
    return cases < FEWEST


def rounded(value: Any, digits: int) -> Any:
    """Return plain values with every float in them rounded."""
    if isinstance(value, dict):
        return {key: rounded(part, digits) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part, digits) for part in value]
    return round(value, digits) if isinstance(value, float) else value
