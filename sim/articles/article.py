"""An article read from one of the analyst's files: its paragraphs, and the metadata in its head.

Text files may begin with a head of lines `title: ...`, `date: 2018-08-19`, `publisher: ...` and `url: ...`, followed by
a blank line; pages (`.html`) have the same data in their markup. Without a date there, that of a byline counts. The
text is read but never stored: output cites paragraph and span.

An anchor is a paragraph, a span of its characters and the paragraph's hash. If the hash is found, the words that an
item of evidence was coded from are unchanged; if it is found at another number, a paragraph was added or removed
before it.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.articles.html import read_page
from sim.articles.paragraphs import normalise, normalised, paragraph_hash, split
from sim.errors import ArticleError, reason_of
from sim.wholefiles import read_whole
from sim.wording import MONTHS, counted

MOST_BYTES = 5_000_000
MOST_PARAGRAPHS = 2_000
TEXTS = (".txt", ".md")
PAGES = (".html", ".htm")
KEYS = ("title", "date", "publisher", "url")
_HEAD_LINE = re.compile(rf"({'|'.join(KEYS)})[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_MONTH = f"(?:{'|'.join(MONTHS)})"
_DATE = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}} {_MONTH} \d{{4}}|{_MONTH} \d{{1,2}}, \d{{4}})"
_DATE_FORMS = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y")
_BYLINE = re.compile(
    r"((?i:by|published|updated|posted)\b.{0,80}?[ ,|·–—:] ?)?"  # who wrote it, or what the date is
    r"([A-Z][\w'’-]*( [A-Z][\w'’-]*){0,2}, )?"  # a place or a day of the week
    rf"(?P<date>{_DATE})(,? (at )?\d{{1,2}}[:.]\d{{2}}.{{0,20}})?"
)
_BYLINES = 4  # among so many paragraphs at the top
State = Literal["held", "moved", "differs"]


@dataclass(frozen=True)
class Article:
    """One article.

    Attributes
    ----------
    paragraphs
        Normalised texts (`sim.articles.paragraphs`), beginning with paragraph 1.
    title, date, publisher, url
        Metadata from its head, the date otherwise from its byline; None if missing.
    """

    paragraphs: tuple[str, ...] = field(repr=False)
    title: str | None = None
    date: datetime.date | None = None
    publisher: str | None = None
    url: str | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the paragraphs joined by blank lines, hexadecimal; the same for every copy of the text."""
        return hashlib.sha256("\n\n".join(self.paragraphs).encode("utf-8")).hexdigest()

    def paragraph(self, number: int) -> str | None:
        """Return a paragraph by its number, from 1; None if there is none."""
        return self.paragraphs[number - 1] if 1 <= number <= len(self.paragraphs) else None


def read_article(path: Path) -> Article:
    """Read an article from a text file or a page, depending on the file's extension.

    Raises ArticleError if the file cannot be read, has another extension, is larger than 5 MB, is not UTF-8 text, or
    has no paragraphs or more than 2,000.
    """
    if path.suffix.lower() not in (*TEXTS, *PAGES):
        endings = ", ".join((*TEXTS, *PAGES))
        raise ArticleError(f"{path}: expected an article as text or as a page ({endings}); save it as one of these")
    text = _text(path)
    if path.suffix.lower() in PAGES:
        found, head = read_page(text)
        paragraphs = normalised(found)
    else:
        head, text = _head(text)
        paragraphs = split(text)
    if not paragraphs:
        raise ArticleError(f"{path}: there is no paragraph of text in it; copy the article's text into a .txt file")
    if len(paragraphs) > MOST_PARAGRAPHS:
        most = counted(MOST_PARAGRAPHS, "paragraph")
        raise ArticleError(f"{path}: expected at most {most} (got {len(paragraphs):,}); keep the part you code")
    told = _told(head)
    return Article(paragraphs, **{"date": _byline_date(paragraphs), **told})


def _text(path: Path) -> str:
    try:
        raw = read_whole(path, MOST_BYTES)
    except OSError as error:
        raise ArticleError(f"{path}: cannot read the article: {reason_of(error)}") from None
    except ValueError:  # a null character
        raise ArticleError(f"{path}: no file can have this name") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ArticleError(f"{path}:{line}: the article is not UTF-8 text; save it as UTF-8") from None


def _head(text: str) -> tuple[dict[str, str], str]:
    """Return the metadata in the lines at the top, and the text after them; without a complete head, all the text."""
    head: dict[str, str] = {}
    lines = text.lstrip().split("\n")
    for place, line in enumerate(lines[: len(KEYS) + 1]):
        found = _HEAD_LINE.fullmatch(line.strip())
        if found is None:
            return (head, "\n".join(lines[place:])) if head and not line.strip() else ({}, text)
        head[found[1].lower()] = found[2]
    return {}, text


def _told(head: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {key: normalise(head[key])[:300] or None for key in ("title", "publisher") if key in head}
    url = head.get("url", "").strip()
    if re.fullmatch(r"https?://\S{1,490}", url):
        told["url"] = url
    written = re.match(_DATE, head.get("date", "").strip())
    if written and (date := _date(written[0])):
        told["date"] = date
    return told


def _byline_date(paragraphs: tuple[str, ...]) -> datetime.date | None:
    """Return the date of the bylines at the top; None if there is none, or more than one."""
    bylines = filter(None, map(_BYLINE.fullmatch, paragraphs[:_BYLINES]))
    dates = {_date(byline["date"]) for byline in bylines}
    return dates.pop() if len(dates) == 1 else None


def _date(text: str) -> datetime.date | None:
    """Return a date in one of the forms of bylines; None if the calendar has no such day."""
    for form in _DATE_FORMS:
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(text, form).date()
    return None


@dataclass(frozen=True)
class Held:
    """The result of checking an anchor: `held`, `moved` if it holds at another number, or `differs`.

    `number` is the paragraph that has the words or, if it differs, the one that was checked; the message is for the
    user and empty if the anchor is held.
    """

    state: State
    number: int
    message: str = ""


def hold(article: Article, number: int, span: tuple[int, int], digest: str) -> Held:
    """Check an anchor against an article: a paragraph number from 1, a span of its characters, and its hash."""
    found = _nearest(article, number, digest)
    if found is None:
        there = len(article.paragraphs)
        what = f"the article has {counted(there, 'paragraph')}" if number > there else f"paragraph {number} differs"
        return Held("differs", number, f"{what}; code the item again from the article as it is")
    text = article.paragraphs[found - 1]
    if span[1] > len(text):
        message = f"the span ends at {span[1]}, paragraph {found} has {counted(len(text), 'character')}"
        return Held("differs", found, message)
    return Held("held", number) if found == number else Held("moved", found, f"moved to paragraph {found}")


def _nearest(article: Article, number: int, digest: str) -> int | None:
    """Return the number nearest to a given one among paragraphs with a hash; None if there is none."""
    there = article.paragraph(number)
    if there is not None and paragraph_hash(there) == digest:
        return number
    same = [place for place, text in enumerate(article.paragraphs, 1) if paragraph_hash(text) == digest]
    return min(same, key=lambda place: (abs(place - number), place), default=None)
