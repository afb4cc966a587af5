"""A draft on disk as it is gone through: every answer is written at once, and nobody else's change is lost.

The revision of a file is the hash of its bytes. An answer names the revision that it was given to; where the file has
another one, from another window or from an editor, the answer is refused and the file read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.draft.files import NAME, draft_yaml, read_draft, write_draft
from sim.errors import Fault, ScenarioError, StaleError, UsageError
from sim.review.texts import Text, Texts
from sim.wholefiles import read_whole

if TYPE_CHECKING:
    from sim.draft.schema import DraftFile

MOST_BYTES = 32_000_000
TRIES = 3
MOST_UNDONE = 200


@dataclass(frozen=True)
class Step:
    """An answer given: what it was, in words, and the draft before it."""

    words: str
    before: DraftFile


class Sheet:
    """A draft that is being gone through.

    Attributes
    ----------
    path
        The file.
    draft, revision
        What it holds, and the hash of its bytes.
    """

    def __init__(self, folder: Path) -> None:
        """Read the draft in a folder.

        Raises
        ------
        UsageError
            Where there is none.
        ScenarioError
            With all its faults.
        """
        self.path = folder if folder.is_file() else folder / NAME
        if not self.path.exists():
            raise UsageError(f"there is no {NAME} in {folder}; write it with offramp draft")
        self._texts = Texts(self.path.parent)
        self._steps: list[Step] = []
        self.draft, self.revision = self._read()

    @property
    def last(self) -> str:
        """The answer that `undo` would take back, in words; nothing where there is none."""
        return self._steps[-1].words if self._steps else ""

    def text(self, source: str) -> Text:
        """Return the text of an article of the draft; one without text where the draft has no such article."""
        drafted = self.draft.articles.get(source)
        return Text() if drafted is None else self._texts.of(drafted)

    def refresh(self) -> bool:
        """Read the file anew if it was changed by somebody else; return whether it was.

        Raises
        ------
        ScenarioError
            Where it is at fault now; what was read last stays.
        """
        if _revision_of(self.path) == self.revision:
            return False
        self.draft, self.revision = self._read()
        self._steps.clear()
        return True

    def answer(self, revision: str, words: str, change: Callable[[DraftFile], DraftFile]) -> None:
        """Change the draft and write it.

        Parameters
        ----------
        revision
            What the person saw.
        words
            The answer in words, for whoever takes it back.

        Raises
        ------
        StaleError
            Where the file is another one by now; it has been read anew.
        ScenarioError, UsageError
            Where the change is refused, or the file is at fault now.
        ReportError
            Where it cannot be written.
        """
        self._hold(revision)
        before, after = self.draft, change(self.draft)
        self._write(after)
        self._steps = [*self._steps[-MOST_UNDONE:], Step(words, before)]

    def undo(self, revision: str) -> str:
        """Take the last answer back; return which, in words.

        Raises
        ------
        StaleError, ScenarioError, ReportError
            As `answer`.
        UsageError
            Where there is none since the review began or the file was changed by somebody else.
        """
        self._hold(revision)
        if not self._steps:
            raise UsageError("there is no answer to take back")
        self._write(self._steps[-1].before)
        return self._steps.pop().words

    def _hold(self, revision: str) -> None:
        if self.refresh() or revision != self.revision:
            raise StaleError("the draft was changed meanwhile, in another window or an editor; look at it as it is now")

    def _write(self, draft: DraftFile) -> None:
        written = _revision(draft_yaml(draft).encode("utf-8"))
        if _revision_of(self.path) != self.revision:  # as late as can be
            self._hold("")
        write_draft(self.path, draft)
        self.draft, self.revision = draft, written

    def _read(self) -> tuple[DraftFile, str]:
        """Read the draft and its revision, both of the same bytes."""
        for _ in range(TRIES):
            before = _revision_of(self.path)
            draft = read_draft(self.path)
            if _revision_of(self.path) == before:
                return draft, before
        raise ScenarioError([Fault(str(self.path), 0, 0, "", "the file keeps changing; try again")])


def _revision_of(path: Path) -> str:
    try:
        return _revision(read_whole(path, MOST_BYTES))
    except OSError:
        return ""  # reading it as a draft says what is wrong


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
