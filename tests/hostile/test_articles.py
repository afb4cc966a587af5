"""Every hostile article ends in a clear message that names the file, or in harmless paragraphs."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path

import pytest

from sim.articles.article import Article, read_article
from sim.articles.paragraphs import copies, normalise
from sim.draft.rules import propose
from sim.draft.schema import DraftItem, Member
from sim.errors import ArticleError
from tests.hostile.articles import ARTICLES, LEAD


def read(folder: Path, name: str) -> Article | str:
    """Return the article, or the message that refuses it."""
    file, content = ARTICLES[name]
    path = folder / file
    path.write_bytes(content)
    try:
        return read_article(path)
    except ArticleError as error:
        return str(error)


def test_there_are_150_articles_at_least() -> None:
    assert len(ARTICLES) >= 150


def test_a_hostile_article_is_refused_by_name_or_read_as_plain_paragraphs(tmp_path: Path) -> None:
    refused = 0
    for name in ARTICLES:
        article = read(tmp_path, name)
        if isinstance(article, str):
            refused += 1
            assert article.startswith(f"{tmp_path / ARTICLES[name][0]}:"), article
            continue
        for text in (*article.paragraphs, article.title or "", article.publisher or ""):
            assert normalise(text) == text, name
            assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in text), name
        assert all(article.paragraphs), name
        assert LEAD in article.paragraphs or "," not in name or any(LEAD in one for one in article.paragraphs), name
    assert 5 <= refused <= 60


@pytest.mark.slow
def test_the_rules_make_a_harmless_draft_of_every_hostile_article_that_can_be_read(tmp_path: Path) -> None:
    """Every proposal is one of the language, lies in its paragraph, and is about the cast; nothing is accepted."""
    cast = {"veldania": Member(role="initiator", name="Veldania"), "orsk": Member(role="defender", name="Orsk")}
    drafted = 0
    for name in ARTICLES:
        article = read(tmp_path, name)
        if isinstance(article, str):
            continue
        for item in propose(article, "hostile", cast, datetime.date(2024, 3, 14)):
            drafted += 1
            assert DraftItem.model_validate(item.model_dump(mode="json")) == item, name
            assert item.status == "proposed", name
            assert {*item.actor, *(item.target or ())} <= set(cast), name
            assert item.anchor is not None
            paragraph = article.paragraph(item.anchor.paragraph)
            assert paragraph is not None
            assert item.anchor.span[1] <= len(paragraph), name
            assert copies(item.says, paragraph) is None, name
    assert drafted > 100


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("script, page.html", (LEAD, LEAD)),
        ("style, page.html", (LEAD, LEAD)),
        ("instructions, text.txt", None),
        ("entities, page.html", (LEAD, "<script>alert(1)</script> \ufffd &bogus; \ufffd", LEAD)),
    ],
)
def test_what_is_text_stays_and_what_is_code_goes(tmp_path: Path, name: str, kept: tuple[str, ...] | None) -> None:
    article = read(tmp_path, name)
    assert isinstance(article, Article)
    assert kept is None or article.paragraphs == kept
