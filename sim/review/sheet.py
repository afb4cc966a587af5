"""A draft on disk under review: every answer is written at once, and no other change to the file is lost.

The revision of a file is the hash of its bytes. An answer names the revision that it refers to; if the file has been
changed since, in another window or an editor, the answer is refused and the file is read again.

The articles are read from the paths in its head and compared with their hashes. A missing or changed article does not
stop the review: its items are shown without their words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.articles.article import Article, hold, read_article
from sim.draft.files import NAME, draft_yaml, read_draft, write_draft
from sim.errors import ArticleError, Fault, ScenarioError, StaleError, UsageError
from sim.wholefiles import read_whole

if TYPE_CHECKING:
    from sim.draft.schema import Drafted, DraftFile
    from sim.scenario.evidence import Anchor

MOST_BYTES = 32_000_000
TRIES = 3
MOST_UNDONE = 200


@dataclass(frozen=True)
class Text:
    """The text of one article: the article, or why it is unavailable."""

    article: Article | None = None
    missing: str = ""

    def paragraph(self, number: int | None) -> str | None:
        """Return a paragraph by its number, from 1; None if there is none."""
        return None if self.article is None or number is None else self.article.paragraph(number)

    def unmarked(self, anchor: Anchor) -> str:
        """Return why the words of an anchor cannot be marked; empty if they can, or if the text is unavailable."""
        if self.article is None:
            return ""
        held = hold(self.article, anchor.paragraph, anchor.span, anchor.sha256)
        return "" if held.state == "held" else f"Its words cannot be marked: {held.message}."


class Sheet:
    """A draft under review: the path of its file, its content, and the hash of its bytes as `revision`."""

    def __init__(self, folder: Path) -> None:
        """Read the draft in a folder. Raises UsageError if there is none, and ScenarioError with all its faults."""
        self.path = folder / NAME
        if not self.path.exists():
            raise UsageError(f"there is no {NAME} in {folder}; write it with offramp draft")
        self._texts: dict[str, tuple[object, Text]] = {}
        self._steps: list[tuple[str, DraftFile]] = []  # past answers, in words, and the drafts before them
        self.draft, self.revision = self._read()

    @property
    def last(self) -> str:
        """The answer that `undo` would take back, in words; empty if there is none."""
        return self._steps[-1][0] if self._steps else ""

    def text(self, source: str) -> Text:
        """Return the text of an article, read again only if its file changes; empty if the draft has no such one."""
        drafted = self.draft.articles.get(source)
        if drafted is None:
            return Text()
        path = self.path.parent / drafted.file
        key = (_stamp(path), drafted.sha256)
        kept = self._texts.get(drafted.file)
        if kept is None or kept[0] != key:
            kept = self._texts[drafted.file] = (key, _read(path, drafted))
        return kept[1]

    def refresh(self) -> bool:
        """Read the file again if somebody else has changed it; return whether they have.

        Raises ScenarioError if it is now invalid; the last valid content stays.
        """
        if _revision_of(self.path) == self.revision:
            return False
        self.draft, self.revision = self._read()
        self._steps.clear()
        return True

    def check(self, revision: str) -> None:
        """Check that the file still has the revision that the person saw; it is read again if it has not.

        Raises StaleError if it has another one, and ScenarioError if it is now invalid.
        """
        if self.refresh() or revision != self.revision:
            raise StaleError("the draft was changed meanwhile, in another window or an editor; see its current state")

    def take(self, draft: DraftFile, words: str) -> None:
        """Write the draft after an answer, in words for `undo`. Raises as `check`, and ReportError if it cannot."""
        before = self.draft
        self._write(draft)
        self._steps = [*self._steps[-MOST_UNDONE:], (words, before)]

    def undo(self, revision: str) -> str:
        """Take back the last answer and return it in words.

        Raises errors as `check` and `take` do, and UsageError if there is no answer since the review began or since
        somebody else changed the file.
        """
        self.check(revision)
        if not self._steps:
            raise UsageError("there is no answer to take back")
        self._write(self._steps[-1][1])
        return self._steps.pop()[0]

    def _write(self, draft: DraftFile) -> None:
        written = hashlib.sha256(draft_yaml(draft).encode("utf-8")).hexdigest()
        if _revision_of(self.path) != self.revision:  # checked as late as possible
            self.check("")
        write_draft(self.path, draft)
        self.draft, self.revision = draft, written

    def _read(self) -> tuple[DraftFile, str]:
        """Read the draft and its revision, both from the same bytes."""
        for _ in range(TRIES):
            before = _revision_of(self.path)
            draft = read_draft(self.path)
            if _revision_of(self.path) == before:
                return draft, before
        raise ScenarioError([Fault(str(self.path), 0, 0, "", "the file keeps changing; try again")])


def _revision_of(path: Path) -> str:
    try:
        return hashlib.sha256(read_whole(path, MOST_BYTES)).hexdigest()
    except OSError:
        return ""  # reading it as a draft reports what is wrong


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _read(path: Path, drafted: Drafted) -> Text:
    try:
        article = read_article(path)
    except (ArticleError, ValueError) as error:
        return Text(missing=f"The article is not here: {error}. Its items can be answered without it.")
    if article.sha256 != drafted.sha256:
        return Text(
            missing=f"{drafted.file} is no longer the article that the draft was made from: its text differs. "
            "Its items can be answered without it."
        )
    return Text(article)
