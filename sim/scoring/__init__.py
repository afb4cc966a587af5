"""Scores of probability forecasts: scoring rules, calibration, and comparisons between forecasters.

`rules` scores single forecasts, `calibration` asks whether the probabilities mean what they say, `comparison` whether
one forecaster beats another. All of it is arrays in, numbers out; nothing here knows a scenario.
"""

FEWEST = 50
"""Fewer forecasts than this say nothing about calibration: reports say "too few to judge"."""


def too_few(cases: int) -> bool:
    """Whether so many forecasts are too few to judge calibration or skill by."""
    return cases < FEWEST
