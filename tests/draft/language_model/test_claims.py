"""Claims of a model are held to the article; what does not hold is refused with its reason."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.articles.paragraphs import paragraph_hash
from sim.draft.language_model import propose as reasons
from sim.draft.language_model.endpoint import Endpoint
from sim.draft.language_model.propose import Claims, template
from sim.draft.language_model.question import Question
from tests.draft.language_model.crisis import ARTICLE, AS_OF, CAST, KEY, MOVE, WARNING

QUESTION = Question(dict(enumerate(ARTICLE.paragraphs, 1)), CAST, AS_OF, ARTICLE.date)
CLAIMS = Claims(QUESTION, "ledger", Endpoint.of("https://example.org/v1", "small-1", KEY))


def test_a_claim_that_holds_becomes_an_item_anchored_to_its_words() -> None:
    (item,), refused = CLAIMS.checked([MOVE])
    assert not refused
    assert item.anchor is not None
    begin, end = item.anchor.span
    assert ARTICLE.paragraphs[0][begin:end] == MOVE["quote"]
    assert (item.paragraph, item.anchor.paragraph) == (1, 1)
    assert item.anchor.sha256 == paragraph_hash(ARTICLE.paragraphs[0])
    assert (item.actor, item.target, item.kind, item.cameo) == (("veldania",), ("orsk",), "deployment", "15")
    assert (item.date, item.date_from) == (datetime.date(2031, 4, 29), "stated")
    assert (item.says, item.source) == (MOVE["says"], "ledger")
    assert MOVE["quote"] not in str(item.model_dump()), "the quote itself is not kept"


def test_a_claim_without_a_date_is_dated_as_the_article() -> None:
    (item,), _ = CLAIMS.checked([WARNING])
    assert (item.date, item.date_from) == (ARTICLE.date, "article")


def test_a_standing_fact_is_told_from_an_event() -> None:
    (item,), _ = CLAIMS.checked([WARNING | {"standing": True}])
    assert (item.standing, item.date_from) == (True, "standing")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quote": "moved three brigades to the river"}, reasons.NO_QUOTE),
        ({"quote": "Moved two brigades to the river"}, reasons.NO_QUOTE),
        ({"quote": "would not accept an attack on Orsk"}, reasons.NO_QUOTE),  # of another paragraph
        ({"quote": "brigade"}, reasons.SHORT_QUOTE),
        ({"quote": " \u200b".join("brig")}, reasons.SHORT_QUOTE),
        ({"quote": ""}, reasons.SHORT_QUOTE),
        ({"paragraph": 2, "quote": "said it would not accept"}, reasons.VAGUE_QUOTE),
        ({"paragraph": 4}, reasons.NO_PARAGRAPH),
        ({"paragraph": 0}, reasons.NO_PARAGRAPH),
        ({"paragraph": "1"}, reasons.NO_PARAGRAPH),
        ({"paragraph": True}, reasons.NO_PARAGRAPH),
        ({"paragraph": [1]}, reasons.NO_PARAGRAPH),
        ({"actor": ["atlantis"]}, reasons.NO_ACTOR),
        ({"actor": ["Veldania"]}, reasons.NO_FORM),  # a name, no id
        ({"target": ["civilians"]}, reasons.NO_ACTOR),
        ({"actor": []}, reasons.NO_FORM),
        ({"actor": None}, reasons.NO_FORM),
        ({"actor": [["veldania"]]}, reasons.NO_FORM),
        ({"date": "2031-05-06"}, reasons.LATE),
        ({"date": "2031-05-05"}, reasons.LATE),  # by the as-of date, but after the article
        ({"date": "2031-02-30"}, reasons.NO_FORM),
        ({"date": "Tuesday"}, reasons.NO_FORM),
        ({"date": 20310429}, reasons.NO_FORM),
        ({"kind": "invasion"}, reasons.NO_FORM),
        ({"kind": ["strike"]}, reasons.NO_FORM),
        ({"informs": "everything"}, reasons.NO_FORM),
        ({"bearing": 0.7}, reasons.OFF_GRID),
        ({"bearing": 1.25}, reasons.NO_FORM),
        ({"bearing": "0.75"}, reasons.NO_FORM),
        ({"bearing": float("nan")}, reasons.NO_FORM),
        ({"bearing": True}, reasons.NO_FORM),
        ({"reliability": 0}, reasons.NO_FORM),
        ({"reliability": 10**400}, reasons.NO_FORM),
        ({"cameo": 15}, reasons.NO_FORM),
        ({"cameo": "military"}, reasons.NO_FORM),
        ({"standing": "yes"}, reasons.NO_FORM),
        ({"quote": 7}, reasons.NO_FORM),
    ],
)
def test_a_claim_that_does_not_hold_is_refused(change: dict[str, Any], reason: str) -> None:
    assert CLAIMS.checked([MOVE | change, WARNING]) == ([CLAIMS.checked([WARNING])[0][0]], [reason])


@pytest.mark.parametrize("claim", [None, 7, "items", [], {}, [MOVE], {"items": [MOVE]}])
def test_what_is_no_claim_is_refused(claim: Any) -> None:
    items, refused = CLAIMS.checked([claim])
    assert not items
    assert len(refused) == 1


@pytest.mark.parametrize("missing", [key for key in MOVE if key not in ("target", "date", "standing", "says", "cameo")])
def test_what_an_item_needs_may_not_be_missing(missing: str) -> None:
    items, refused = CLAIMS.checked([{key: value for key, value in MOVE.items() if key != missing}])
    assert not items
    assert len(refused) == 1


def test_an_article_without_a_date_takes_dated_claims_alone() -> None:
    claims = dataclasses.replace(CLAIMS, question=dataclasses.replace(QUESTION, date=None))
    items, refused = claims.checked([MOVE, WARNING, MOVE | {"date": "2031-05-06"}])
    assert [item.kind for item in items] == ["deployment"]
    assert refused == [reasons.NO_DATE, reasons.LATE]


def test_an_item_twice_counts_once() -> None:
    items, refused = CLAIMS.checked([MOVE, WARNING, MOVE | {"says": "In other words."}])
    assert [item.kind for item in items] == ["deployment", "refusal"]
    assert refused == [reasons.TWICE]
    assert items[0].says == MOVE["says"], "the first stays"


def test_a_flood_of_items_is_cut() -> None:
    items, refused = CLAIMS.checked([MOVE] * 999 + [WARNING])
    assert [item.kind for item in items] == ["deployment"]
    assert refused.count(reasons.TOO_MANY) == 1_000 - 3 * reasons.MOST_PER_PARAGRAPH


@pytest.mark.parametrize(
    "says",
    [
        "The Veldanian army moved two brigades to the river.",
        "Veldania moved TWO brigades to   the\u200b river.",
        "its minister said it would not accept",  # of another paragraph of the request
        "",
        "\u200b",
        None,
        7,
        "x" * 301,
        f"It has {KEY}.",
        f"It has {KEY[:4]}\u200d{KEY[4:]}.",
    ],
)
def test_a_sentence_that_is_not_the_models_own_is_replaced(says: Any) -> None:
    (item,), refused = CLAIMS.checked([MOVE | {"says": says}])
    assert not refused
    assert item.says == template(item, CAST) == "Veldania: deployment, towards Orsk."


def test_a_sentence_holds_no_sign_that_nobody_sees() -> None:
    (item,), _ = CLAIMS.checked([MOVE | {"says": "Troops\x1b[31m of\n\u202eVeldania  gather."}])
    assert item.says == "Troops[31m of Veldania gather."


def test_an_item_cannot_accept_itself_or_set_what_is_not_a_models_to_say() -> None:
    wish = {"status": "accepted", "confidence": 1.0, "rule": "move", "found_by": "both", "source": "other", "id": "E1"}
    (item,), refused = CLAIMS.checked([MOVE | wish | {"occasion": "x", "duplicate_of": "E1", "goldstein": 10}])
    assert not refused
    assert (item.status, item.confidence, item.rule, item.found_by) == ("proposed", 0.5, "language model", "model")
    assert (item.source, item.duplicate_of, item.goldstein) == ("ledger", None, None)


def test_lone_surrogates_and_foreign_scripts_are_text() -> None:
    (item,), _ = CLAIMS.checked([MOVE | {"says": "Truppen \ud800an der Grenze: 軍隊"}])
    assert item.says == "Truppen an der Grenze: 軍隊"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(MOVE)), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(sorted(MOVE)), PLAIN))
def test_no_claim_breaks_the_check_and_what_stands_holds_to_the_article(change: dict[str, Any]) -> None:
    items, refused = CLAIMS.checked([MOVE | change])
    assert len(items) + len(refused) == 1
    for item in items:
        assert item.anchor is not None
        assert item.anchor.span[1] <= len(QUESTION.paragraphs[item.anchor.paragraph])
        assert {*item.actor, *(item.target or ())} <= CAST.keys()
        assert item.date <= AS_OF
