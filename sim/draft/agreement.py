"""Rules and a language model side by side: what both found becomes one item, the rest stays with its finder.

Both found the same where paragraph, actors and sign agree, kind or CAMEO root too, and their words overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.draft.schema import DraftItem


def merged(rules: Sequence[DraftItem], model: Sequence[DraftItem]) -> tuple[DraftItem, ...]:
    """Return the items of both, each agreement as one, in the order of the article.

    An agreement keeps the item of the rules, whose mistakes have been counted, and takes a target that only the model
    has. Its confidence is 1 - (1 - a)(1 - b): that of two finders who err independently, which has not been measured.
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
    return tuple(sorted((*items, *left), key=_place))


def agree(one: DraftItem, other: DraftItem) -> bool:
    """Whether two items say the same of the same words."""
    if one.anchor is None or other.anchor is None:
        return False
    (a, b), (c, d) = one.anchor.span, other.anchor.span
    same_words = one.source == other.source and one.anchor.paragraph == other.anchor.paragraph and a < d and c < b
    same_act = one.kind == other.kind or (one.cameo or "-")[:2] == (other.cameo or "+")[:2]
    return same_words and same_act and set(one.actor) == set(other.actor) and _sign(one) == _sign(other)


def _sign(item: DraftItem) -> int:
    return (item.bearing > 0) - (item.bearing < 0)


def _place(item: DraftItem) -> tuple[str, int, int]:
    return item.source, item.paragraph or 0, item.anchor.span[0] if item.anchor else 0
