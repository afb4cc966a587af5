"""The site of the documents names every page, and takes nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.docs.markdown import prose
from tests.places import ROOT

SITE: dict[str, Any] = YAML(typ="safe").load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
FROM_OUTSIDE = {"index.md": ROOT / "README.md", "contributing.md": ROOT / "CONTRIBUTING.md"}
"""Pages of the site that docs/site.py makes from files outside docs/."""
PAGES = sorted((ROOT / "docs").glob("*.md"))
NO_COMMAND = {"limits.md", "odd.md"}


def named(node: Any) -> Iterator[str]:
    """Yield the pages of a navigation in order."""
    if isinstance(node, str):
        yield node
    for child in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        yield from named(child)


def test_the_navigation_names_every_page_once() -> None:
    pages = list(named(SITE["nav"]))
    assert len(pages) == len(set(pages))
    assert set(pages) == {page.name for page in (ROOT / "docs").glob("*.md")} | set(FROM_OUTSIDE)
    assert all(page.exists() for page in FROM_OUTSIDE.values())


def test_the_groups_of_the_navigation_follow_the_work() -> None:
    groups = [title for group in SITE["nav"] for title in group]
    assert groups == ["Start", "Write", "Run", "Ask", "Sweep and check", "Keep score", "How it works", "Reference"]


def test_the_site_asks_no_other_host_for_fonts_and_is_checked_for_links_that_lead_nowhere() -> None:
    assert SITE["theme"]["font"] is False
    assert SITE["site_dir"] == "build/site"
    assert set(SITE["validation"]["links"].values()) == {"warn"}, "make docs is --strict: a warning fails it"
    assert "mkdocs build --strict" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_one_thing_by_one_word(page: Path) -> None:
    """Words that CONTRIBUTING.md has a better one for: uncertain inputs, random numbers, next to, report, if."""
    text = prose(page.read_text(encoding="utf-8"))
    found = re.findall(
        r"\b(?:what is not known|dice|beside|whoever|is told|one thing otherwise|draws kept apart)\b", text
    )
    assert not found, found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens_with_what_it_answers_and_most_with_a_command(page: Path) -> None:
    opening = page.read_text(encoding="utf-8").split("\n## ")[0]
    assert "?" in opening
    if page.name not in NO_COMMAND:
        assert re.search(r"^(    |```|\| .*`\.venv)", opening, flags=re.MULTILINE), "no command to paste"
