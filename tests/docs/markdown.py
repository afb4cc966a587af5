"""Reading Markdown as far as these tests need it: sections, tables, fenced blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [content for name, content in FENCE.findall(text) if name == language]


def prose(text: str) -> str:
    """Return the text without fenced blocks and code spans, whose brackets and hashes are no links or headings."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def headings(text: str) -> list[str]:
    """Return the headings in order, without their marks."""
    return [title for _, title in HEADING.findall(FENCE.sub("", text))]


def section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next heading of its level or above."""
    text = FENCE.sub(lambda found: re.sub(r"^#", " #", found[0], flags=re.MULTILINE), text)
    found = next(one for one in HEADING.finditer(text) if one[2] == title)
    rest = text[found.end() :]
    ends = [one.start() for one in HEADING.finditer(rest) if len(one[1]) <= len(found[1])]
    return rest[: ends[0]] if ends else rest


def tables(text: str) -> Iterator[list[dict[str, str]]]:
    """Yield the tables of a text: rows by the names of their columns."""
    for lines in re.findall(r"(?:^\|.*\n)+", text + "\n", flags=re.MULTILINE):
        head, _, *body = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines.splitlines())
        assert all(len(row) == len(head) for row in body), f"a row of another length under {head}"
        yield [dict(zip(head, row, strict=True)) for row in body]


def links(text: str) -> list[str]:
    """Return the targets of all links."""
    return LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """Return the anchors that the headings of a page give, as GitHub makes them."""
    plain = (re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()) for title in headings(text))
    return {title.strip().replace(" ", "-") for title in plain}


def resolve(page: Path, target: str) -> tuple[Path, str]:
    """Return file and anchor of a relative link."""
    path, _, anchor = target.partition("#")
    return (page.parent / path if path else page), anchor
