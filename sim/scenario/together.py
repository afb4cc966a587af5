"""Correlated inputs: rank correlations between numbers of a scenario, and a check that they are jointly possible.

`together: [{inputs: [actors.patron.stance, actors.attacker.stance], rank: 0.6}]` links inputs by a Gaussian copula:
each keeps its own distribution, and the ranks of their draws have the given correlation (Spearman's rho). The
correlation of the underlying normals is 2 sin(pi rho / 6) (Pearson 1907; Kruskal 1958). Entries that share an input
form one group; two inputs of a group that no entry names together have a rank correlation of 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from sim.scenario.faults import Complaint
    from sim.scenario.schema import Together
    from sim.scenario.yamltree import Path

    Matrix = npt.NDArray[np.float64]

MOST_MEMBERS = 6
"""Maximum size of a group: its joint share of the variance is estimated over at most 64 cells."""
LEAST_EIGENVALUE = 1e-6
"""Correlation matrices with a smaller eigenvalue are refused: one input would follow from the others."""
STEPS = 40
"""Number of bisection or trisection steps in the search for the nearest possible rank."""


@dataclass(frozen=True)
class Tie:
    """The rank correlation of every pair of some inputs, as given by one entry; `entry` counts from 0."""

    entry: int
    inputs: tuple[str, ...]
    rank: float

    @property
    def pairs(self) -> Iterator[frozenset[str]]:
        """Every pair of the inputs."""
        return map(frozenset, combinations(self.inputs, 2))


@dataclass(frozen=True)
class Group:
    """Correlated inputs, in the order in which the file first names them, and the ties between them."""

    members: tuple[str, ...]
    ties: tuple[Tie, ...]

    @property
    def name(self) -> str:
        """Name in records: the paths of its members, joined by `+`."""
        return "+".join(self.members)

    def correlations(self, ranks: Sequence[float] | None = None) -> Matrix:
        """Return the correlations of the normals behind the members, with one rank per tie or those written."""
        import numpy as np

        place = {path: number for number, path in enumerate(self.members)}
        matrix = np.eye(len(self.members))
        for number, tie in enumerate(self.ties):
            rank = tie.rank if ranks is None else ranks[number]
            for one, other in combinations(tie.inputs, 2):
                matrix[[place[one], place[other]], [place[other], place[one]]] = 2 * math.sin(math.pi * rank / 6)
        return matrix

    def least(self, ranks: Sequence[float] | None = None) -> float:
        """Return the smallest eigenvalue of the correlations, which is above 0 if they are jointly possible."""
        import numpy as np

        return float(np.linalg.eigvalsh(self.correlations(ranks))[0])

    def factor(self) -> Matrix:
        """Return the lower triangular factor of the correlations; the first member keeps its own draws."""
        return _factor(self)


@lru_cache(maxsize=64)
def _factor(group: Group) -> Matrix:
    import numpy as np

    factor: Matrix = np.linalg.cholesky(group.correlations()).astype(np.float64)
    factor.setflags(write=False)
    return factor


def named_inputs(entries: Sequence[Together] | None) -> Iterator[tuple[Path, str]]:
    """Yield the inputs that entries name, each after its place in the file."""
    for number, entry in enumerate(entries or ()):
        yield from ((("together", number, "inputs", place), path) for place, path in enumerate(entry.inputs))


def groups_of(entries: Sequence[Together] | None) -> tuple[Group, ...]:
    """Return the groups that entries form, in file order."""
    ties = [Tie(number, one.inputs, one.rank) for number, one in enumerate(entries or ())]
    groups: list[Group] = []
    for tie in ties:
        apart = [group for group in groups if not set(tie.inputs) & set(group.members)]
        met = (group.ties for group in groups if group not in apart)
        groups = [*apart, _group([*chain.from_iterable(met), tie])]
    return tuple(sorted(groups, key=lambda group: group.ties[0].entry))


def _group(ties: Iterable[Tie]) -> Group:
    ordered = tuple(sorted(ties, key=lambda tie: tie.entry))
    return Group(tuple(dict.fromkeys(path for tie in ordered for path in tie.inputs)), ordered)


def group_complaints(entries: Sequence[Together] | None) -> Iterator[Complaint]:
    """Check that no pair is written twice, that groups are not too large, and that their ranks are jointly possible."""
    groups, wrong = groups_of(entries), False
    for group in groups:
        for complaint in _pair_complaints(group):
            wrong = True
            yield complaint
    for group in () if wrong else groups:
        last = group.ties[-1].entry
        if len(group.members) > MOST_MEMBERS:
            yield ("together", last, "inputs"), f"expected at most {MOST_MEMBERS} inputs in entries that share some"
        elif group.least() < LEAST_EIGENVALUE:
            yield _impossible(group)


def _pair_complaints(group: Group) -> Iterator[Complaint]:
    seen: dict[frozenset[str], int] = {}
    for tie in group.ties:
        for place, path in enumerate(tie.inputs):
            if path in tie.inputs[:place]:
                yield ("together", tie.entry, "inputs", place), f"{path} is listed twice"
        for pair in tie.pairs:
            first = seen.setdefault(pair, tie.entry)
            if first != tie.entry and len(pair) == 2:
                both = " and ".join(sorted(pair))
                message = f"{both} have a rank already, in entry {first + 1}; leave one of them out"
                yield ("together", tie.entry, "inputs"), message


def _impossible(group: Group) -> Complaint:
    """Name an entry whose rank alone could be changed to make the group possible, and the nearest such rank."""
    for number in reversed(range(len(group.ties))):
        nearest = _nearest(group, number)
        if nearest is not None:
            tie = group.ties[number]
            several = len(group.ties) > 1
            reason = (
                "these ranks are not jointly possible" if several else "the inputs cannot all have this correlation"
            )
            fits = f"at {'most' if nearest < tie.rank else 'least'} {nearest:g}"
            return ("together", tie.entry, "rank"), f"{reason}; a rank of {fits} fits here (got {tie.rank:g})"
    share = _largest_share(group)
    message = (
        "the ranks of these inputs are not jointly possible, and changing a single one does not help; multiply all of "
        f"them by {share:g} or less, or write those of more pairs: a pair that no entry names has a rank of 0"
    )
    return ("together", group.ties[-1].entry, "rank"), message


def _nearest(group: Group, number: int) -> float | None:
    """Return the possible rank of one tie nearest to the written one, to two decimals if it can be; None if none is.

    The smallest eigenvalue is concave in a correlation, so the possible ranks form an interval: trisection finds a
    point inside it, bisection its end.
    """
    ranks = [tie.rank for tie in group.ties]

    def least(rank: float) -> float:
        return group.least([*ranks[:number], rank, *ranks[number + 1 :]])

    low, high = -1.0, 1.0
    for _ in range(STEPS):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        low, high = (one, high) if least(one) < least(other) else (low, other)
    inside, outside = (low + high) / 2, ranks[number]
    if least(inside) < LEAST_EIGENVALUE:
        return None
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if least(middle) >= LEAST_EIGENVALUE else (inside, middle)
    away = math.floor if inside < ranks[number] else math.ceil
    rounded = away(inside * 100) / 100
    return rounded if least(rounded) >= LEAST_EIGENVALUE else round(inside, 6)


def _largest_share(group: Group) -> float:
    """Return the largest factor, rounded down to two decimals, that makes all ranks of a group jointly possible."""
    ranks = [tie.rank for tie in group.ties]
    inside, outside = 0.0, 1.0
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        fits = group.least([middle * rank for rank in ranks]) >= LEAST_EIGENVALUE
        inside, outside = (middle, outside) if fits else (inside, middle)
    return math.floor(inside * 100) / 100
