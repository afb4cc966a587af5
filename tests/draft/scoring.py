"""How good a draft of evidence is: scores of the rules on articles that a person coded.

    python -m tests.draft.scoring FOLDER...
    python -m tests.draft.scoring --article FILE --evidence FILE --cast FILE --as-of DATE

A folder holds `article.txt` or `article.html`, `cast.yaml`, `gold.yaml` and `sources.yaml`, or such folders. `--list`
prints what was missed and what would have to be rejected as well.
"""

from __future__ import annotations

import argparse
import datetime
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.articles.article import read_article
from sim.draft.files import read_cast
from sim.draft.rules import propose
from sim.draft.schema import DraftItem
from sim.scenario.evidence import FORMAT, PRIOR_MEANS, Evidence, EvidenceFile, Item
from sim.scenario.yamltree import read_tree
from tests.draft.matching import Score, interval, loose, match, score, strict


@dataclass(frozen=True)
class Stances:
    """Mean of an actor's stance: the prior of its role, from the items coded by hand, and from the draft."""

    prior: float
    coded: float
    drafted: float


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

    @property
    def day(self) -> datetime.date:
        """The as-of date: as given, else the date of the article."""
        day = self.as_of or read_article(self.article).date
        assert day is not None, f"{self.article}: no date in its head; give --as-of"
        return day

    def draft(self) -> tuple[DraftItem, ...]:
        """Return what the rules propose."""
        return propose(read_article(self.article), self.name, read_cast(self.cast), self.day)

    def stances(self, drafted: Sequence[Item]) -> dict[str, Stances]:
        """Return the stance of each of the cast, read from the coder's items and from the draft as it is."""
        sheets = [Evidence(items, {}) for items in (self.items, {f"D{n}": one for n, one in enumerate(drafted)})]
        read = {}
        for actor, member in read_cast(self.cast).items():
            coded, draft = (sheet.stance_or_prior(actor, member.role, self.day).mean for sheet in sheets)
            read[actor] = Stances(PRIOR_MEANS[member.role], coded, draft)
        return read


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


def stance_table(stances: Mapping[str, Mapping[str, Stances]]) -> str:
    """Return the stances by article and actor as plain text, and how far they are from the coded ones on average."""
    lines = [f"{'article':<18} {'actor':<18} coded  draft  prior"]
    every = []
    for name, actors in stances.items():
        for actor, one in actors.items():
            lines.append(f"{name:<18} {actor:<18} {one.coded:5.2f} {one.drafted:6.2f} {one.prior:6.2f}")
            every.append(one)
    off = [
        np.mean([abs(found(one) - one.coded) for one in every]) for found in (lambda s: s.drafted, lambda s: s.prior)
    ]
    lines.append(f"mean absolute difference from the coded stance: draft {off[0]:.2f}, prior of the role {off[1]:.2f}")
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
    confidence = [one.confidence for draft in drafts for one in draft]
    said = f"mean confidence of the drafted items {np.mean(confidence):.2f}" if confidence else "nothing drafted"
    print(table(results), said, "", sep="\n")
    print(stance_table({case.name: case.stances(draft) for case, draft in zip(todo, drafts, strict=True)}))
    if given.list:
        print(*(text for case, draft in zip(todo, drafts, strict=True) for text in faults(case, draft)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
