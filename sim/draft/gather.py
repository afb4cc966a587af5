"""Combine proposals: from rules and a language model, from several articles, and with an existing draft.

Rules read one article at a time and know nothing of earlier judgements. Here, a proposal that is already in the draft
or coded in the evidence is dropped, and two articles' reports of one act count once. Rules and a model have found the
same item if paragraph, actors and sign agree, kind or CAMEO root agree, and their words overlap.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.draft.schema import DraftItem, parties_of

if TYPE_CHECKING:
    from sim.scenario.evidence import Anchor, Item

LONGEST_ID = 64
ACTS = frozenset({"strike", "deployment", "casualties"})
UNSAID = frozenset({"omission", "inference", "meta", "summary"})
STANDING = frozenset({"structural", "stance", "pattern"})


def gather(
    proposals: Iterable[DraftItem],
    dates: Mapping[str, datetime.date],
    kept: Mapping[str, DraftItem],
    coded: Mapping[str, Item],
) -> dict[str, DraftItem]:
    """Return the items of a draft: the existing ones, then the new ones with the next ids.

    Parameters
    ----------
    proposals
        Proposals from the articles, in any order.
    dates
        Date of each article, keyed by source.
    kept
        Existing items of the draft; they do not change, and their proposals are not repeated.
    coded
        Items of the evidence; proposals that say the same are dropped.
    """
    # by content too, so that the order of proposals does not matter
    in_order = sorted(proposals, key=lambda one: (*place(one, dates), one.actor, one.rule, one.model_dump_json()))
    unknown = _unknown(in_order, kept.values())
    new = [item for item in unknown if not any(is_coded(item, one) for one in coded.values())]
    items = dict(kept)
    for number, item in enumerate(new, last_number(kept) + 1):
        original = next((name for name, one in items.items() if _repeats(item, one)), None)
        update = {"occasion": occasion(item), "duplicate_of": original}
        items[f"D{number:02}"] = item.model_copy(update=update)
    return items


def is_coded(item: Item, coded: Item) -> bool:
    """Return whether a coded item covers a proposal: by words within one article, else by actor, target, root, date."""
    if item.source == coded.source:
        if item.anchor is not None and coded.anchor is not None:
            return _overlap(item.anchor, coded.anchor) and set(item.actor) <= set(coded.actor)
        if item.paragraph != coded.paragraph and coded.paragraph is not None:
            return False
    return same_fact(item, coded)


def same_fact(item: Item, other: Item) -> bool:
    """Return whether another item reports the same act by all actors of the first, same target, overlapping days."""
    aimed = item.target is None or other.target is None or bool(set(item.target) & set(other.target))
    return set(item.actor) <= set(other.actor) and aimed and _same_root(item, other) and _same_days(item, other)


def occasion(item: Item) -> str:
    """Return the id of an occasion from its parties, sort of act and days; items with equal ids are one reading."""
    parties = "-".join(sorted(parties_of(item)))
    if item.standing or item.kind in STANDING:
        return _id("standing-", parties, "")
    sort = "-acts" if item.kind in ACTS else "-unsaid" if item.kind in UNSAID else ""
    days = (item.date - item.start).days + 1 if item.start is not None else 1
    return _id("", parties, f"{sort}{f'-{days}-days' if days > 1 else ''}-{item.date.isoformat()}")


def _id(before: str, middle: str, after: str) -> str:
    """Build an id; a middle part that is too long is cut and given a hash to keep it unique."""
    room = LONGEST_ID - len(before) - len(after)
    if len(middle) > room:
        middle = f"{middle[: room - 9].rstrip('-')}-{hashlib.sha256(middle.encode('ascii')).hexdigest()[:8]}"
    return f"{before}{middle}{after}"


def _unknown(proposals: Iterable[DraftItem], kept: Iterable[DraftItem]) -> list[DraftItem]:
    """Return the proposals that are not in the draft; each of its items accounts for one, however it was edited."""
    left, there = list(proposals), list(kept)
    for same in (_same_proposal, _same_find, _same_clause):
        for one in list(there):
            found = next((item for item in left if same(item, one)), None)
            if found is not None:
                left.remove(found)
                there.remove(one)
    return left


def _same_proposal(item: DraftItem, other: DraftItem) -> bool:
    return _same_find(item, other) and (item.actor, item.target, item.kind) == (other.actor, other.target, other.kind)


def _same_find(item: DraftItem, other: DraftItem) -> bool:
    """Return whether one rule found both at the same words; a person may have changed everything else."""
    return (item.source, item.anchor, item.rule) == (other.source, other.anchor, other.rule)


def _same_clause(item: DraftItem, other: DraftItem) -> bool:
    """Return whether both read one act by the same actors from overlapping words, as a model's quotes vary."""
    return _same_words(item, other) and set(item.actor) == set(other.actor) and _same_root(item, other)


def _repeats(item: DraftItem, other: DraftItem) -> bool:
    """Return whether an item of another article already counts for the same fact."""
    counts = other.duplicate_of is None and other.status != "rejected"
    return counts and item.source != other.source and same_fact(item, other)


def _same_words(one: Item, other: Item) -> bool:
    """Return whether both were read from overlapping words of one paragraph."""
    there = one.anchor is not None and other.anchor is not None and _overlap(one.anchor, other.anchor)
    return there and (one.source, one.paragraph) == (other.source, other.paragraph)


def _overlap(one: Anchor, other: Anchor) -> bool:
    (a, b), (c, d) = one.span, other.span
    return one.sha256 == other.sha256 and a < d and c < b


def _same_root(one: Item, other: Item) -> bool:
    """Return whether two acts have the same CAMEO root, or the same kind if either has no code."""
    if one.cameo is None or other.cameo is None:
        return one.kind == other.kind
    return one.cameo[:2] == other.cameo[:2]


def _same_days(one: Item, other: Item) -> bool:
    """Return whether two spans of days overlap; always true of standing facts, which carry the date of their report."""
    if one.standing and other.standing:
        return True
    return (one.start or one.date) <= other.date and (other.start or other.date) <= one.date


def place(item: Item, dates: Mapping[str, datetime.date]) -> tuple[datetime.date, str, int, tuple[int, int]]:
    """Return a key that sorts items by article, given the articles' dates by source, and place in it."""
    span = item.anchor.span if item.anchor is not None else (0, 0)
    return dates.get(item.source, datetime.date.max), item.source, item.paragraph or 0, span


def last_number(items: Iterable[str], letter: str = "D") -> int:
    """Return the highest number among ids such as D1, D2, ...; 0 if there are none."""
    return max((int(name[1:]) for name in items if name[0] == letter and name[1:].isdecimal()), default=0)


def merged(rules: Sequence[DraftItem], model: Sequence[DraftItem]) -> tuple[DraftItem, ...]:
    """Return the items of both in the order of the article, merging those on which they agree.

    A merged item is that of the rules, whose error rate has been measured, with the model's target if the rules have
    none. Its confidence is 1 - (1 - a)(1 - b), which assumes independent errors; this has not been measured.
    """
    left = list(model)
    items: list[DraftItem] = []
    for ours in rules:
        theirs = next((one for one in left if agree(ours, one)), None)
        if theirs is None:
            items.append(ours)
            continue
        left.remove(theirs)
        confidence = round(1 - (1 - ours.confidence) * (1 - theirs.confidence), 4)
        update = {"found_by": "both", "confidence": confidence, "target": ours.target or theirs.target}
        items.append(ours.model_copy(update=update))
    return tuple(sorted((*items, *left), key=_in_text))


def agree(one: DraftItem, other: DraftItem) -> bool:
    """Return whether two items read the same fact from the same words."""
    same_act = one.kind == other.kind or _same_root(one, other)
    return _same_words(one, other) and same_act and set(one.actor) == set(other.actor) and _sign(one) == _sign(other)


def _sign(item: DraftItem) -> int:
    return (item.bearing > 0) - (item.bearing < 0)


def _in_text(item: DraftItem) -> tuple[str, int, int]:
    return item.source, item.paragraph or 0, item.anchor.span[0] if item.anchor else 0
