"""An anchor held to an article: the same words, the same words elsewhere, or other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.articles.article import Article, hold
from sim.articles.paragraphs import normalised, paragraph_hash

TEXTS = ("The council met.", "Orsk refused to leave the towns.", "Nothing else was said.")
ARTICLE = Article(TEXTS)
REFUSED = paragraph_hash(TEXTS[1])


def test_an_anchor_holds_where_its_words_are() -> None:
    held = hold(ARTICLE, 2, (0, 12), REFUSED)
    assert (held.state, held.number, held.message) == ("held", 2, "")


def test_a_paragraph_found_at_another_number_has_moved() -> None:
    longer = Article(("A new beginning.", *TEXTS))
    held = hold(longer, 2, (0, 12), REFUSED)
    assert (held.state, held.number) == ("moved", 3)
    assert held.message == "moved to paragraph 3"


def test_of_two_paragraphs_in_the_same_words_the_one_cited_holds_and_else_the_nearest() -> None:
    twice = Article((TEXTS[1], TEXTS[0], TEXTS[2], TEXTS[1], TEXTS[1]))
    assert hold(twice, 4, (0, 4), REFUSED).state == "held"
    assert hold(twice, 3, (0, 4), REFUSED).number == 4
    assert hold(twice, 2, (0, 4), REFUSED).number == 1


def test_a_paragraph_in_other_words_differs() -> None:
    changed = Article((TEXTS[0], "Orsk agreed to leave the towns.", TEXTS[2]))
    held = hold(changed, 2, (0, 12), REFUSED)
    assert (held.state, held.number) == ("differs", 2)
    assert held.message.startswith("paragraph 2 differs; code the item again")


def test_a_number_beyond_the_article_is_told_as_one() -> None:
    assert hold(Article(TEXTS[:1]), 2, (0, 12), REFUSED).message.startswith("the article has 1 paragraph;")


def test_a_span_that_ends_beyond_its_paragraph_does_not_hold() -> None:
    held = hold(ARTICLE, 2, (30, 99), REFUSED)
    assert (held.state, held.message) == ("differs", "the span ends at 99, paragraph 2 has 32 characters")


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8), st.data())
def test_what_was_cut_from_an_article_is_found_in_it(texts: list[str], data: st.DataObject) -> None:
    article = Article(normalised(texts))
    if not article.paragraphs:
        return
    number = data.draw(st.integers(1, len(article.paragraphs)))
    text = article.paragraphs[number - 1]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    held = hold(article, number, (start, end), paragraph_hash(text))
    assert held.state == "held"
    assert article.paragraphs[held.number - 1] == text


@pytest.mark.parametrize("shift", [1, 3])
def test_paragraphs_put_before_move_every_anchor_by_as_many(shift: int) -> None:
    moved = Article((*(f"Added {place}." for place in range(shift)), *TEXTS))
    for number, text in enumerate(TEXTS, 1):
        assert hold(moved, number, (0, 3), paragraph_hash(text)).number == number + shift
