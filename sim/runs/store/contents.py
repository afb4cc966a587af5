"""What a store holds, and what of it can go: entries by scenario, by age, down to a size.

Removing an entry costs time and no result: its block is played again when it is asked for. Only what bears a name of
the store is listed or removed; what else lies in the folder is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.runs.store.entry import HEAD_BYTES, Head, head_of

if TYPE_CHECKING:
    from sim.runs.store.shelf import Item
    from sim.runs.store.store import Store

DAY = 86_400.0
LEFT_OVER = 1.0
"""Days after which what a writer has not finished is taken for left over."""
_NAME = re.compile(r"blocks/[0-9a-f]{2}/(?P<part>\.)?[0-9a-f]{64}(?(part)\.[0-9]+-[0-9a-f]{8})")


@dataclass(frozen=True)
class Group:
    """The entries of one scenario by one version of the model; times are of when they were written, since 1970."""

    head: Head
    entries: int
    size: int
    oldest: float
    newest: float


def items_of(store: Store) -> Iterator[Item]:
    """Yield what lies in a store under a name that it gives."""
    return (item for item in store.shelf.items() if _NAME.fullmatch(item.name))


def groups_of(store: Store) -> list[Group]:
    """Return what is kept by scenario and version of the model, the largest first; reads the head of every entry."""
    found: dict[Head, list[Item]] = {}
    for item in items_of(store):
        raw = None if item.leftover else store.shelf.get(item.name, HEAD_BYTES)
        if raw is not None:
            found.setdefault(head_of(raw), []).append(item)
    groups = []
    for head, items in found.items():
        times = [item.written for item in items]
        groups.append(Group(head, len(items), sum(item.size for item in items), min(times), max(times)))
    return sorted(groups, key=lambda one: (-one.size, one.head))


def to_remove(items: Iterable[Item], now: float, days: int | None, most_bytes: int | None) -> list[Item]:
    """Choose what can go: what is older than so many days, then the oldest until so many bytes are left.

    What a writer left unfinished more than a day ago goes in any case.
    """
    ordered = sorted(items, key=lambda one: (one.written, one.name))
    left = sum(item.size for item in ordered)
    gone = []
    for item in ordered:
        age = (now - item.written) / DAY
        is_old = days is not None and age > days
        if (item.leftover and age > LEFT_OVER) or (not item.leftover and (is_old or _is_over(left, most_bytes))):
            gone.append(item)
            left -= item.size
    return gone


def _is_over(size: int, most: int | None) -> bool:
    return most is not None and size > most
