"""Indicators: how the forecast would change if something were seen early, or not seen, from counts alone.

Each indicator is a condition by an early day; only runs with neither an offensive nor a surrender by that day count,
because after one nobody would look. Indicators are ordered by how far checking them would move the forecast on average.
A different probability after seeing one does not mean that it brings the offensive about.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.estimates import Estimate, ratio, rounded
from sim.runs.block.conditions import POSTURES, EventBy, PostureAt, indicators_of, last_date

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.tallies import Counts, Tally

SEEN, SEEN_HIT, UNSEEN, UNSEEN_HIT = 1, 2, 3, 4  # places in `counts.PARTS`
LEAST_RUNS = 20
"""Fewest runs on a side for anything to be said of it."""


def indicators_record(scenario: Scenario, tally: Tally) -> list[dict[str, Any]]:
    """Return the part `indicators` of a record: those that move the last milestone most on average come first.

    Those without enough runs are left out.
    """
    found, replicates = [], int(tally["kept"][0]) // int(tally["kept"][1])
    for condition, counts in zip(indicators_of(scenario), tally["indicators"], strict=True):
        by = {
            day: _reading(sums, replicates)
            for day, sums in zip(scenario.milestones, counts, strict=True)
            if condition.day < day and _waiting(sums) > 0
        }
        if by:
            last = counts[len(scenario.milestones) - 1]
            readings = {str(day): reading for day, (_, reading) in by.items()}
            seen = _share(last, (SEEN,), (SEEN, UNSEEN), replicates)
            row = {**_about(scenario, condition), "seen": seen.row(), "by": readings}
            found.append((by[max(by)][0], row))
    return [row for _, row in sorted(found, key=lambda one: -one[0])]


def _waiting(sums: Counts) -> int:
    return int(sums[0, SEEN] + sums[0, UNSEEN])


def _share(sums: Counts, parts: tuple[int, ...], wholes: tuple[int, ...], replicates: int) -> Estimate:
    """Return the share that some parts of the runs are of others."""
    pairs = ((parts, parts), (parts, wholes), (wholes, wholes))
    squares, cross, whole = (float(sum(int(sums[one, two]) for one in left for two in right)) for left, right in pairs)
    hits, runs = (sum(int(sums[0, one]) for one in places) for places in (parts, wholes))
    return ratio(hits, runs, (squares, cross, whole), runs / replicates)


def _reading(sums: Counts, replicates: int) -> tuple[float, dict[str, Any]]:
    """Return by how much checking moves the probability on average, and what it says, in the form used in a record.

    The former is s |a - p| + (1 - s) |b - p| = 2 s (1 - s) |a - b|, where a and b are the probabilities after checking
    and s is the share of runs in which it is seen; 0, and None in the record, if a side has fewer than 20 runs.
    """
    unknown = _share(sums, (SEEN_HIT, UNSEEN_HIT), (SEEN, UNSEEN), replicates)
    seen, unseen = (
        None if sums[0, whole] < LEAST_RUNS else _share(sums, (part,), (whole,), replicates)
        for part, whole in ((SEEN_HIT, SEEN), (UNSEEN_HIT, UNSEEN))
    )
    sides = {"unknown": unknown, "if_seen": seen, "if_not": unseen, "difference": None}
    moves = None
    if seen is not None and unseen is not None:
        share = int(sums[0, SEEN]) / _waiting(sums)
        moves = 2 * share * (1 - share) * abs(seen.p - unseen.p)
        sides["difference"] = _difference(sums, seen, unseen)
    plain: dict[str, Any] = {name: None if side is None else side.row() for name, side in sides.items()}
    return moves or 0.0, plain | {"moves": None if moves is None else rounded(moves)}


def _difference(sums: Counts, seen: Estimate, unseen: Estimate) -> Estimate:
    """Estimate the difference of the two, which are dependent through hypercubes with runs on both sides.

    The interval is made of those of the sides and of their correlation (MOVER: Zou & Donner 2008), so it does not
    vanish where a side has no spread because all of its runs, or none, have an offensive.
    """
    together = (
        sums[SEEN_HIT, UNSEEN_HIT]
        - unseen.p * sums[SEEN_HIT, UNSEEN]
        - seen.p * sums[SEEN, UNSEEN_HIT]
        + seen.p * unseen.p * sums[SEEN, UNSEEN]
    )
    covariance = float(together) / (int(sums[0, SEEN]) * int(sums[0, UNSEEN]))
    value, errors = seen.p - unseen.p, seen.se * unseen.se
    correlation = covariance / errors if errors > 0 else 0.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one**2 + other**2 - 2 * correlation * one * other))

    se = reach(seen.se, unseen.se)
    low = max(-1.0, value - reach(seen.p - seen.low, unseen.high - unseen.p))
    high = min(1.0, value + reach(seen.high - seen.p, unseen.p - unseen.low))
    return Estimate(value, low, high, se, None, min(seen.draws, unseen.draws), seen.replicates)


def _about(scenario: Scenario, condition: EventBy | PostureAt) -> dict[str, Any]:
    about: dict[str, Any] = {"event": condition.event} if isinstance(condition, EventBy) else {
        "actor": condition.actor, "posture": POSTURES[condition.role], "above": condition.level,
    }  # fmt: skip
    return {
        "given": None if about.get("event") == "terms" else condition.text(scenario.as_of),
        **about,
        "day": condition.day,
        "date": last_date(scenario.as_of, condition.day).isoformat(),
    }
