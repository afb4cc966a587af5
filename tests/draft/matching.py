"""Drafted items against items that a person coded from the same article, matched one to one in two ways.

strict  same paragraph, an actor in common, same sign of bearing, and the same CAMEO root or the same kind: recall is
        the share of the coder's items that are matched, precision that of the drafted ones
loose   same paragraph and an actor in common: which fields are right is counted among these pairs. A drafted item
        without any such partner has to be rejected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import t as student

from sim.scenario.evidence import Item

Pair = tuple[int, int]
Counts = tuple[int, int]
"""Successes, trials."""
LEVEL = 0.95
DAYS = 7
"""Days that the ends of two periods may lie apart and still say the same: a report's `last week` has no exact end."""
STEP = 0.25
"""One step of the grid of bearings."""


def sign(bearing: float) -> int:
    """Return -1, 0 or 1."""
    return (bearing > 0) - (bearing < 0)


def root(item: Item) -> str | None:
    """Return the first two digits of the CAMEO code."""
    return item.cameo[:2] if item.cameo else None


def loose(gold: Item, drafted: Item) -> bool:
    """Say whether both are of one paragraph and share an actor."""
    return gold.paragraph == drafted.paragraph and bool(set(gold.actor) & set(drafted.actor))


def strict(gold: Item, drafted: Item) -> bool:
    """Say whether a person would keep the drafted item and change little."""
    same_root = root(gold) is not None and root(gold) == root(drafted)
    same_act = same_root or gold.kind == drafted.kind
    return loose(gold, drafted) and sign(gold.bearing) == sign(drafted.bearing) and same_act


def same_date(gold: Item, drafted: Item) -> bool:
    """Say whether the two periods meet and end within a week of each other; both standing will do."""
    if gold.standing and drafted.standing:
        return True
    starts = [item.start or item.date for item in (gold, drafted)]
    meet = max(starts) <= min(gold.date, drafted.date)
    return meet and abs((gold.date - drafted.date).days) <= DAYS


Field = tuple[Callable[[Item], bool], Callable[[Item, Item], bool]]
FIELDS: Mapping[str, Field] = {
    "actor": (lambda _: True, lambda g, d: set(g.actor) == set(d.actor)),
    "target": (
        lambda g: g.target not in (None, ("all",)),
        lambda g, d: bool(set(g.target or ()) & set(d.target or ())),
    ),
    "date": (lambda _: True, same_date),
    "root": (lambda g: root(g) is not None, lambda g, d: root(g) == root(d)),
    "kind": (lambda _: True, lambda g, d: g.kind == d.kind),
    "informs": (lambda _: True, lambda g, d: g.informs == d.informs),
    "sign": (lambda _: True, lambda g, d: sign(g.bearing) == sign(d.bearing)),
    "bearing": (lambda _: True, lambda g, d: abs(g.bearing - d.bearing) <= STEP),
}
"""What is counted of a pair: of which items of the coder's, and when the drafted one has it right. Actors must be the
same ones, of the targets one will do, a bearing may be one step off."""


def match(gold: Sequence[Item], drafted: Sequence[Item], fits: Callable[[Item, Item], bool]) -> list[Pair]:
    """Pair items that fit, each at most once: as many pairs as there can be, and of such the best pairing."""
    most = len(FIELDS) * (min(len(gold), len(drafted)) + 1)
    worth = np.zeros((len(gold), len(drafted)))
    for i, one in enumerate(gold):
        for j, other in enumerate(drafted):
            if fits(one, other):
                worth[i, j] = most + sum(right(one, other) for _, right in FIELDS.values())
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if worth[i, j] > 0]


@dataclass(frozen=True)
class Score:
    """One article: numbers of items, how many of the drafted match strictly, have every field right, or have to be
    rejected, and of the loose pairs how many have each field right."""

    name: str
    gold: int
    drafted: int
    matched: int
    unchanged: int
    rejected: int
    fields: Mapping[str, Counts]

    @property
    def shares(self) -> dict[str, Counts]:
        """Every share as successes and trials."""
        return {
            "recall": (self.matched, self.gold),
            "precision": (self.matched, self.drafted),
            "to reject": (self.rejected, self.drafted),
            "all fields right": (self.unchanged, self.drafted),
            **{f"right {name}": counts for name, counts in self.fields.items()},
        }


def score(name: str, gold: Sequence[Item], drafted: Sequence[Item]) -> Score:
    """Score the draft of one article."""
    pairs = [(gold[i], drafted[j]) for i, j in match(gold, drafted, loose)]
    fields = {}
    for key, (counts, right) in FIELDS.items():
        results = [right(one, other) for one, other in pairs if counts(one)]
        fields[key] = (sum(results), len(results))
    unchanged = sum(all(right(*pair) for counts, right in FIELDS.values() if counts(pair[0])) for pair in pairs)
    rejected = sum(not any(loose(one, other) for one in gold) for other in drafted)
    matched = len(match(gold, drafted, strict))
    return Score(name, len(gold), len(drafted), matched, unchanged, rejected, fields)


def interval(clusters: Iterable[Counts]) -> tuple[float, float, float]:
    """Return a share over articles with its 95% interval.

    Wilson's interval at the effective number of items that the spread between articles implies, Student's t for the
    few articles there are (after Korn & Graubard 1998), never at more items than there are. The items of an article
    count as one cluster; a single article has no spread to see, so that its items count as independent.
    """
    counts = np.array([(x, n) for x, n in clusters if n], dtype=float).reshape(-1, 2)
    if not len(counts):
        return math.nan, 0.0, 1.0
    x, n = counts.T
    total, p, m = n.sum(), x.sum() / n.sum(), len(counts)
    effective = float(total)
    variance = m / (m - 1) * ((x - p * n) ** 2).sum() / total**2 if m > 1 else 0.0
    quantile = (1 + LEVEL) / 2
    if variance > 0:
        few = student.ppf(quantile, total - 1) / student.ppf(quantile, m - 1)
        effective = min(effective, p * (1 - p) / variance * few**2)
    z = student.ppf(quantile, total - 1) if total > 1 else student.ppf(quantile, 1)
    centre, spread = p + z**2 / (2 * effective), z * math.sqrt(p * (1 - p) / effective + z**2 / (4 * effective**2))
    bottom = 1 + z**2 / effective
    return float(p), max(0.0, float((centre - spread) / bottom)), min(1.0, float((centre + spread) / bottom))
