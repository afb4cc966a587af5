"""What holds of every proposal, whatever the article."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.articles.article import Article, read_article
from sim.articles.paragraphs import copies, normalise, paragraph_hash
from sim.draft.files import read_cast
from sim.draft.rules import cut, parser, propose, suggest_cast, versions
from sim.draft.rules.parser import MOST_WORDS, readable, shortened, without_dateline
from sim.draft.schema import DraftItem
from sim.errors import UsageError
from tests.draft.rules.sentences import ACTS, CAST, TODAY, article
from tests.places import ROOT

SEEN = sorted((ROOT / "tests/draft/articles/seen").glob("*/article.*"))


@cache
def drafted() -> tuple[tuple[Article, dict[str, Any], tuple[DraftItem, ...]], ...]:
    return tuple(seen())


def seen() -> Iterator[tuple[Article, dict[str, Any], tuple[DraftItem, ...]]]:
    for path in SEEN:
        text, cast = read_article(path), read_cast(path.parent / "cast.yaml")
        assert text.date is not None
        yield text, cast, propose(text, path.parent.name, cast, text.date)


def test_every_item_has_its_words_in_its_paragraph_and_the_hash_of_it() -> None:
    for text, cast, items in drafted():
        assert len(items) > 4
        for item in items:
            assert item.anchor is not None
            assert item.paragraph == item.anchor.paragraph
            paragraph = text.paragraph(item.anchor.paragraph)
            assert paragraph is not None
            first, last = item.anchor.span
            assert paragraph[first:last].strip()
            assert item.anchor.sha256 == paragraph_hash(paragraph)
            assert copies(item.says, paragraph) is None
            assert set(item.actor) <= cast.keys()
            assert not set(item.target or ()) & set(item.actor)


def test_no_item_is_dated_after_the_article() -> None:
    for text, _, items in drafted():
        assert text.date is not None
        assert all((item.start or item.date) <= item.date <= text.date for item in items)


def test_equal_articles_give_equal_items() -> None:
    text, cast, items = drafted()[0]
    assert text.date is not None
    assert propose(text, SEEN[0].parent.name, cast, text.date) == items


def test_paragraphs_do_not_depend_on_those_that_follow() -> None:
    text, cast, items = drafted()[0]
    assert text.date is not None
    short = Article(text.paragraphs[:6], title=text.title, date=text.date)
    first = [(one.paragraph, one.rule) for one in propose(short, "x", cast, text.date)]
    assert first == [(one.paragraph, one.rule) for one in items if one.paragraph is not None and one.paragraph <= 6]


def test_an_article_from_after_the_as_of_date_is_refused() -> None:
    with pytest.raises(UsageError, match=r"16 May 2024, after the as-of date 15 May 2024.*--as-of"):
        propose(article("Norland shelled the harbour."), "daily", CAST, TODAY - timedelta(days=1))


def test_an_article_without_a_date_is_dated_as_of() -> None:
    text = Article(("Norland shelled the harbour.",))
    assert [item.date for item in propose(text, "daily", CAST, TODAY)] == [TODAY]


DATES = [
    ("Norland shelled the harbour on Monday.", None, date(2024, 5, 13), "stated"),
    ("Norland shelled the harbour last week.", date(2024, 5, 6), date(2024, 5, 12), "stated"),
    ("Norland shelled the harbour.", None, TODAY, "article"),
    ("Norland will shell the harbour on 20 June.", None, TODAY, "article"),
    ("Belmar keeps four observation posts around the harbour.", None, TODAY, "standing"),
]


@pytest.mark.parametrize(("text", "start", "end", "known"), DATES)
def test_an_item_says_where_its_date_is_from(text: str, start: date | None, end: date, known: str) -> None:
    (item,) = propose(article(text), "daily", CAST, TODAY)
    assert (item.start, item.date, item.date_from) == (start, end, known)
    assert item.standing == (known == "standing")


def test_a_date_is_carried_to_the_next_sentence() -> None:
    text = "On Monday Norland rejected a ceasefire. It shelled the harbour. Two days later it released three sailors."
    items = propose(article(text), "daily", CAST, TODAY)
    assert [(item.date.day, item.date_from) for item in items] == [(13, "stated"), (13, "carried"), (15, "stated")]


def test_what_is_long_past_is_a_pattern() -> None:
    (item,) = propose(article("In 2016 Norland seized the harbour."), "daily", CAST, TODAY)
    assert (item.kind, item.informs, item.standing) == ("pattern", "momentum", True)


def test_one_act_told_twice_in_a_paragraph_is_one_item() -> None:
    text = "Norland shelled the harbour on Monday. The shelling by Norland of the harbour went on for hours."
    assert len(propose(article(text), "daily", CAST, TODAY)) == 1


# -- texts from outside

HOSTILE = {
    "right to left": "שלום עליכם. Norland shelled the harbour. مرحبا بالعالم",
    "markup": "<script>alert('Norland shelled the harbour.')</script> &amp; <b>Norland</b> bombed it.",
    "quotes that do not close": "“Norland “shelled ‘the “harbour.",
    "no letters": "!!! ... ??? --- ((( )))",
    "one word": "Norland",
    "signs of two units": "𝔑orland 🚀 shelled the harbour 🎉, they said 👩‍🚒.",
    "a letter that grows when small": "İNORLAND SHELLS THE HARBOUR İİİİ AND BELMAR WARNS NORLAND",
    "capitals": "NORLAND SHELLS THE HARBOUR AS BELMAR WARNS OF WAR",
    "a template": "Norland {actor} {0} %s shelled the harbour {target}.",
    "clauses in clauses": "Norland said that " * 60 + "it shelled the harbour.",
    "many of the cast": "Norland and Belmar and Kestria and the League " * 30 + "shelled the harbour.",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_read(text: str) -> None:
    paragraph = normalise(text)
    for item in propose(Article((paragraph,), date=TODAY), "daily", CAST, TODAY):
        assert item.anchor is not None
        assert item.anchor.span[1] <= len(paragraph)


def test_signs_that_nobody_sees_do_not_break_a_parse() -> None:
    text = Article(
        ("Norland\x00 shel\u200bled \u202ethe harbour\x1b[31m.", "\x00", " ", "Norland bombed the harbour."), date=TODAY
    )
    assert [item.paragraph for item in propose(text, "daily", CAST, TODAY)][-1] == 4


def test_of_an_endless_paragraph_the_first_words_are_read() -> None:
    endless = "Norland shelled the harbour. " + "and so on " * 60_000 + " Kestria bombed the harbour."
    items = propose(article(endless), "daily", CAST, TODAY)
    assert [item.actor for item in items] == [("norland",)]
    assert 0.9 * MOST_WORDS < len(shortened(endless).split()) <= MOST_WORDS
    assert cut(("Norland shelled the harbour.", endless)) == (2,)
    assert len(shortened("x" * 1_000_000)) < 20_000


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_what_the_parser_reads_is_as_long_as_the_paragraph(text: str) -> None:
    paragraph = normalise(text)
    assert len(readable(paragraph)) == len(paragraph)


@given(st.lists(st.sampled_from([text for text, _ in ACTS]), min_size=1, max_size=4), st.randoms())
@settings(max_examples=20, deadline=None)
def test_sentences_in_any_order_make_valid_items(sentences: list[str], random: Any) -> None:
    random.shuffle(sentences)
    for item in propose(article(" ".join(sentences)), "daily", CAST, TODAY):
        assert DraftItem.model_validate(item.model_dump()) == item


# -- the parser, and names for a cast


def test_without_the_parser_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "en_core" in name else find_spec(name))
    with pytest.raises(UsageError, match=r"pip install 'offramp\[draft\]'"):
        versions()


def test_a_draft_says_what_it_was_made_with() -> None:
    found = versions()
    assert found["spacy"].startswith("3.8.")
    assert any(name in found for name in parser.MODELS)


def test_the_rules_are_imported_without_the_parser() -> None:
    code = "import sys, sim.draft.rules; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_names_are_counted_for_a_cast_and_demonyms_for_their_country() -> None:
    text = (
        "Turkish Foreign Minister Ada Test met Russian officials in Ankara. Turkey and Russia said nothing. Test left "
        "on Friday, 3 May."
    )
    counts = suggest_cast(article(text))
    assert (counts["Turkey"], counts["Russia"]) == (3, 2)
    assert not {"Friday", "May"} & set(counts)
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_a_suggested_name_is_written_as_in_the_article() -> None:
    counts = suggest_cast(article("Aleksandar Vučić met Søren Ågård in Bogotá. Vučić said nothing."))
    assert {"Aleksandar Vučić", "Søren Ågård", "Vučić", "Colombia"} <= set(counts)


@pytest.mark.parametrize("place", ["BELGRADE", "PRIŠTINA"])
def test_a_dateline_dates_nothing(place: str) -> None:
    text = f"{place}, 3 May — Veldania moved two brigades to the river."
    assert without_dateline(text).strip() == "Veldania moved two brigades to the river."
