"""What is left to do in a draft before it can be adopted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.draft.schema import KEPT, DraftFile
from sim.wording import counted


@dataclass(frozen=True)
class Left:
    """What is left to do.

    Attributes
    ----------
    proposed
        Items that have not been judged.
    unread
        Paragraphs, by article, not yet ticked as having nothing more.
    stray
        Kept items marked as duplicates of a rejected item, mapped to that item.
    """

    proposed: tuple[str, ...]
    unread: Mapping[str, tuple[int, ...]]
    stray: Mapping[str, str]

    def __bool__(self) -> bool:
        """Return whether anything is left to do."""
        return bool(self.proposed or self.unread or self.stray)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is left to do, one sentence per matter."""
        said = []
        if self.proposed:
            said.append(f"{counted(len(self.proposed), 'item')} without an answer: {listed(self.proposed)}.")
        for source, numbers in self.unread.items():
            what = counted(len(numbers), "paragraph")
            said.append(f"{what} of {source} not ticked as having nothing more: {listed(map(str, numbers))}.")
        said += [
            f"{name} is a duplicate of {original}, which was rejected: name an item that counts, or none."
            for name, original in self.stray.items()
        ]
        return tuple(said)


MOST_LISTED = 12


def listed(names: Iterable[str]) -> str:
    """List up to twelve names, and the number of any others."""
    every = tuple(names)
    more = len(every) - MOST_LISTED
    return ", ".join(every[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def left(draft: DraftFile) -> Left:
    """Return what is left to do in a draft."""
    unread = {source: numbers for source in draft.articles if (numbers := _unread(draft, source))}
    rejected = draft.having("rejected")
    original = {name: item.duplicate_of or "" for name, item in draft.having(*KEPT).items()}
    stray = {name: first for name, first in original.items() if first in rejected}
    return Left(tuple(draft.having("proposed")), unread, stray)


def _unread(draft: DraftFile, source: str) -> tuple[int, ...]:
    done = draft.done.get(source, ())
    return tuple(number for number in range(1, draft.articles[source].paragraphs + 1) if number not in done)
