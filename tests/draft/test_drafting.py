"""Articles keep the names that a folder knows their texts by."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.draft.drafting import _sources
from sim.errors import OfframpError


def text(sha256: str) -> Any:
    return SimpleNamespace(sha256=sha256)


def named(articles: dict[str, str], sources: dict[str, str], *given: tuple[str, str]) -> dict[str, str]:
    """Name articles, each given as file and text, in a folder that knows some."""
    folder: Any = SimpleNamespace(
        articles={name: text(one) for name, one in articles.items()},
        sources={name: text(one) for name, one in sources.items()},
    )
    found = _sources(folder, {Path(file): text(one) for file, one in given})
    return {str(file): name for file, name in found.items()}


def test_a_text_that_is_known_twice_has_the_first_of_its_names() -> None:
    assert named({"first": "a", "second": "a"}, {}, ("new.html", "a")) == {"new.html": "first"}
    assert named({}, {"first": "a", "second": "a"}, ("new.html", "a")) == {"new.html": "first"}


def test_a_name_of_the_drafts_own_goes_before_that_of_a_source() -> None:
    assert named({"ours": "a"}, {"theirs": "a"}, ("new.html", "a")) == {"new.html": "ours"}


def test_what_a_source_of_the_same_name_once_said_is_not_known() -> None:
    assert named({"page": "a"}, {"page": "b"}, ("new.html", "b")) == {"new.html": "new"}


def test_another_text_of_a_known_name_is_refused_and_a_copy_left_out() -> None:
    with pytest.raises(OfframpError, match="another text already"):
        named({"page": "a"}, {}, ("page.html", "b"))
    assert named({}, {}, ("one.html", "a"), ("page.html", "b"), ("one.htm", "a")) == {
        "one.html": "one",
        "page.html": "page",
    }
