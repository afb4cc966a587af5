"""Paragraphs of a web page: the text of its paragraph elements, without navigation, scripts and adverts.

If the page marks its article (`<article>`, else `<main>`), only the text inside counts. A form is left out unless it
holds most of the text: many sites of governments wrap the whole page in one. Markup is never executed or followed: the
standard library's parser reads it, and only text is extracted.
"""

from __future__ import annotations

from html.parser import HTMLParser

SILENT = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "nav", "header", "footer", "aside",
    "button", "select", "textarea", "figure", "head",
})  # fmt: skip
"""Elements whose text is not part of the article."""
BLOCKS = frozenset(
    {"p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "td", "pre", "div", "section"}
)
SCOPES = ("article", "main", "form")
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
METAS = {
    "og:title": "title", "article:published_time": "date", "date": "date", "datepublished": "date",
    "og:site_name": "publisher", "og:url": "url",
}  # fmt: skip
LEAST_IN_ARTICLE = 2
"""Minimum number of paragraphs for a marked article to be accepted."""


MOST_BLOCKS = 10_000
"""Number of text blocks after which reading a page stops."""
_CHUNK = 1 << 16
_NAMING = ("property", "name", "itemprop")  # attributes that name a meta element, in order of preference


def read_page(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the paragraphs of a page, not yet normalised, and the metadata of its head."""
    reader = _Reader()
    reader.read(text)
    for scope in ("article", "main"):
        within = _without_forms([(block, scopes) for block, scopes in reader.blocks if scope in scopes])
        if len(within) >= LEAST_IN_ARTICLE:
            return within, reader.told
    return _without_forms(reader.blocks), reader.told


def _without_forms(blocks: list[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """Return the texts of blocks, without those in forms unless these are most of the text."""
    outside = tuple(block for block, scopes in blocks if scopes[-1:] != ("form",))
    within = sum(len(block) for block, _ in blocks) - sum(map(len, outside))
    return tuple(block for block, _ in blocks) if within > sum(map(len, outside)) else outside


class _Reader(HTMLParser):
    """Collects blocks of text with the `article`, `main` and `form` elements that enclose them, the innermost last."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[str, tuple[str, ...]]] = []
        self.told: dict[str, str] = {}
        self._parts: list[str] = []
        self._silent: list[str] = []
        self._scopes: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle the start of an element."""
        given = {key: value or "" for key, value in attrs}
        self._tell(tag, given)
        if tag in VOID:
            if tag in ("br", "hr"):
                self._parts.append(" ")
            return
        self._in_title = tag == "title" and self._silent in ([], ["head"])  # not that of a drawing
        if tag in SILENT and not (tag == "header" and self._scopes):
            self.end_block()
            self._silent.append(tag)
        elif tag in BLOCKS:
            self.end_block()
            if self._silent[-1:] == ["head"]:  # a page that forgot to close its head
                self._silent.pop()
        elif tag in SCOPES:
            self.end_block()
            self._scopes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Handle the end of an element, whether or not it was opened."""
        if tag == "title":
            self._in_title = False
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in BLOCKS:
            self.end_block()
        elif tag in self._scopes:
            self.end_block()
            del self._scopes[len(self._scopes) - 1 - self._scopes[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        """Handle text."""
        if self._in_title:
            self.told.setdefault("title", data)
        elif not self._silent:
            self._parts.append(data)

    def end_block(self) -> None:
        """End the current block of text."""
        block = "".join(self._parts)
        self._parts.clear()
        if block.strip():
            self.blocks.append((block, tuple(self._scopes)))

    def read(self, text: str) -> None:
        """Read a page; stop after `MOST_BLOCKS` blocks, more than any article has."""
        for start in range(0, len(text), _CHUNK):
            self.feed(text[start : start + _CHUNK])
            if len(self.blocks) > MOST_BLOCKS:
                break
        else:
            self.close()
        self.end_block()

    def _tell(self, tag: str, given: dict[str, str]) -> None:
        """Note metadata; in the text, only what is still missing, and nothing in a list of other articles."""
        if set(self._silent) - {"head", "header"}:
            return
        if tag == "meta":
            named = next(filter(None, map(given.get, _NAMING)), "")
            key = METAS.get(named.lower())
            if key is not None and given.get("content") and not (key in self.told and self.blocks):
                self.told[key] = given["content"]
        elif tag == "time" and given.get("datetime"):
            self.told.setdefault("date", given["datetime"])
