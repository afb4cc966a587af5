"""How good a draft of evidence is: drafted items against items that a person coded from the same article.

    python -m tests.draft.scoring FOLDER...
    python -m tests.draft.scoring --article FILE --evidence FILE --cast FILE --as-of DATE

A folder holds `article.txt` or `article.html`, `cast.yaml`, `gold.yaml` and `sources.yaml`, or such folders. `--list`
prints what was missed and what would have to be rejected as well. Two ways of matching, both one to one:

strict  same paragraph, an actor in common, same sign of bearing, and the same CAMEO root or the same kind: recall is
        the share of the coder's items that are matched, precision that of the drafted ones
loose   same paragraph and an actor in common: which fields are right is counted among these pairs. A drafted item
        that no item of the coder's shares paragraph and actor with has to be rejected.
"""

from __future__ import annotations

import argparse
import datetime
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import t as student

from sim.articles.article import read_article
from sim.draft.files import read_cast
from sim.scenario.evidence import FORMAT, EvidenceFile, Item
from sim.scenario.yamltree import read_tree

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
    """One article: numbers of items, how many match strictly, are to be rejected, and right by field of loose pairs."""

    name: str
    gold: int
    drafted: int
    matched: int
    rejected: int
    fields: Mapping[str, Counts]

    @property
    def shares(self) -> dict[str, Counts]:
        """Every share as successes and trials."""
        return {
            "recall": (self.matched, self.gold),
            "precision": (self.matched, self.drafted),
            "to reject": (self.rejected, self.drafted),
            **{f"right {name}": counts for name, counts in self.fields.items()},
        }


def score(name: str, gold: Sequence[Item], drafted: Sequence[Item]) -> Score:
    """Score the draft of one article."""
    pairs = [(gold[i], drafted[j]) for i, j in match(gold, drafted, loose)]
    fields = {}
    for key, (counts, right) in FIELDS.items():
        results = [right(one, other) for one, other in pairs if counts(one)]
        fields[key] = (sum(results), len(results))
    rejected = sum(not any(loose(one, other) for one in gold) for other in drafted)
    return Score(name, len(gold), len(drafted), len(match(gold, drafted, strict)), rejected, fields)


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


@dataclass(frozen=True)
class Case:
    """An article and what a person coded from it."""

    name: str
    article: Path
    cast: Path
    evidence: Path
    as_of: datetime.date | None = None

    @property
    def items(self) -> dict[str, Item]:
        """The coder's items of this article: those with a paragraph."""
        tree = read_tree(self.evidence, str(self.evidence), FORMAT)
        return {key: item for key, item in EvidenceFile.model_validate(tree.value).items.items() if item.paragraph}

    def draft(self) -> tuple[Item, ...]:
        """What the rules propose."""
        from sim.draft.rules import propose

        article = read_article(self.article)
        as_of = self.as_of or article.date
        assert as_of is not None, f"{self.article}: no date in its head; give --as-of"
        return tuple(propose(article, self.name, read_cast(self.cast), as_of))


def cases(folder: Path) -> Iterator[Case]:
    """Return the articles of a folder: itself, or the folders in it."""
    golds = [folder / "gold.yaml"] if (folder / "gold.yaml").exists() else sorted(folder.glob("*/gold.yaml"))
    assert golds, f"{folder}: no gold.yaml in it, nor in a folder in it"
    for gold in golds:
        yield Case(gold.parent.name, next(gold.parent.glob("article.*")), gold.parent / "cast.yaml", gold)


def table(scores: Sequence[Score]) -> str:
    """Return the scores as plain text: a line an article, then every share over all of them."""
    lines = [f"{'article':<18} coded drafted matched recall precision to reject"]
    for one in scores:
        shares = [x / n if n else math.nan for x, n in list(one.shares.values())[:3]]
        numbers = f"{one.gold:5} {one.drafted:7} {one.matched:7}"
        lines.append(f"{one.name:<18} {numbers} {shares[0]:6.2f} {shares[1]:9.2f} {shares[2]:9.2f}")
    lines += ["", f"{'share':<18} counts   all   95% interval   lowest and highest article"]
    for key in scores[0].shares:
        clusters = [one.shares[key] for one in scores]
        p, low, high = interval(clusters)
        counts = "/".join(str(sum(column)) for column in zip(*clusters, strict=True))
        single = [x / n for x, n in clusters if n] or [math.nan]
        lines.append(f"{key:<18} {counts:>7} {p:5.2f} {low:5.2f} to {high:4.2f} {min(single):8.2f} {max(single):4.2f}")
    return "\n".join(lines)


def faults(case: Case, drafted: Sequence[Item]) -> Iterator[str]:
    """Return the coder's items without a strict match, and the drafted ones to reject, a line each."""
    items = case.items
    gold = list(items.values())
    found = {i for i, _ in match(gold, drafted, strict)}
    for i, (key, one) in enumerate(items.items()):
        if i not in found:
            yield f"missed {case.name} {key} {line(one)}"
    for j, other in enumerate(drafted):
        if not any(loose(one, other) for one in gold):
            yield f"reject {case.name} #{j + 1} {line(other)}"


def line(item: Item) -> str:
    """Return an item on a line."""
    act = f"{item.kind} {item.cameo or '-'} {item.bearing:+.2f}"
    return f"p{item.paragraph} {','.join(item.actor)} -> {','.join(item.target or ())} {item.date} {act}: {item.says}"


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Score drafts of evidence against items coded by hand.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    for option in ("article", "evidence", "cast"):
        parser.add_argument(f"--{option}", type=Path)
    parser.add_argument("--as-of", type=datetime.date.fromisoformat)
    parser.add_argument("--list", action="store_true", help="print what was missed and what is to be rejected as well")
    given = parser.parse_args(arguments)
    todo = [case for folder in given.folders for case in cases(folder)]
    if given.article:
        todo.append(Case(given.article.stem, given.article, given.cast, given.evidence, given.as_of))
    if not todo:
        parser.error("give a folder, or --article, --evidence and --cast")
    drafts = [case.draft() for case in todo]
    results = [score(case.name, list(case.items.values()), draft) for case, draft in zip(todo, drafts, strict=True)]
    print(table(results))
    if given.list:
        print(*(text for case, draft in zip(todo, drafts, strict=True) for text in faults(case, draft)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
