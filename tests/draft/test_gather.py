"""Proposals put together: ids, occasions, duplicates across articles, and only what is new."""

from __future__ import annotations

import datetime
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draft.gather import gather, is_coded, occasion, same_fact
from sim.draft.schema import DraftItem
from tests.draft.sheet import PROPOSALS, item

DATES = {"ledger": datetime.date(2031, 5, 6), "gazette": datetime.date(2031, 5, 8)}
EVERY = [one for found in PROPOSALS.values() for one in found]
MONDAY = datetime.date(2031, 5, 5)


def gathered(proposals: list[DraftItem], **options: dict[str, DraftItem]) -> dict[str, DraftItem]:
    return gather(proposals, DATES, options.get("kept", {}), options.get("coded", {}))


def test_ids_follow_the_order_of_articles_and_paragraphs() -> None:
    items = gathered(EVERY)
    assert list(items) == ["D01", "D02", "D03", "D04", "D05"]
    assert [(one.source, one.paragraph) for one in items.values()] == [
        ("ledger", 1), ("ledger", 2), ("ledger", 3), ("gazette", 1), ("gazette", 2),
    ]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_order_of_proposals_does_not_matter(chance: random.Random) -> None:
    mixed = [*EVERY, item(number=2), item("orsk"), item(rule="noun:army")]
    first = gathered(mixed)
    chance.shuffle(mixed)
    assert gathered(mixed) == first


def test_an_act_that_two_articles_report_counts_once() -> None:
    items = gathered(EVERY)
    assert items["D04"].duplicate_of == "D01"
    assert [name for name, one in items.items() if one.duplicate_of] == ["D04"]


@pytest.mark.parametrize(
    "changes",
    [
        {"cameo": "190"},
        {"date": datetime.date(2031, 5, 7)},
        {"actor": ["orsk"]},
        {"target": ["civilians"]},
        {"source": "ledger", "number": 2},
    ],
)
def test_another_act_day_actor_target_or_the_same_article_is_no_duplicate(changes: dict[str, object]) -> None:
    other = item(**({"source": "gazette"} | changes))
    items = gathered([item(target=["orsk"]), other])
    assert [one.duplicate_of for one in items.values()] == [None, None]


def test_a_duplicate_names_an_item_that_counts() -> None:
    third = [item(source="gazette"), item(source="gazette", number=2), item()]
    assert [one.duplicate_of for one in gathered(third).values()] == [None, "D01", "D01"]
    rejected = {"D01": item(status="rejected")}
    assert gathered([item(source="gazette")], kept=rejected)["D02"].duplicate_of is None


def test_a_joint_act_is_no_duplicate_of_the_act_of_one() -> None:
    joint = item(source="gazette", actor=["veldania", "orsk"])
    assert not same_fact(joint, item())
    assert same_fact(item(), joint)


def test_what_a_person_judged_stays_and_is_not_proposed_again() -> None:
    first = gathered(EVERY)
    kept = {
        "D01": first["D01"].model_copy(update={"status": "rejected"}),
        "D02": first["D02"].model_copy(update={"status": "edited", "actor": ("the-league",), "bearing": 0.25}),
        "D07": first["D03"].model_copy(update={"status": "accepted"}),
    }
    again = gathered(EVERY, kept=kept)
    assert {name: again[name] for name in kept} == kept
    assert [(name, one.source) for name, one in again.items() if name not in kept] == [
        ("D08", "gazette"), ("D09", "gazette"),
    ]  # fmt: skip


def test_each_kept_item_stands_for_one_proposal() -> None:
    both = [item(), item("orsk")]  # two actors of one clause, found by one rule
    kept = {"D01": item("orsk", status="edited")}
    new = [one for name, one in gathered(both, kept=kept).items() if name not in kept]
    assert [one.actor for one in new] == [("veldania",)]


def test_words_quoted_a_little_otherwise_are_the_same_proposal_and_another_act_of_them_is_not() -> None:
    kept = {"D01": item(status="rejected")}
    anchor = item().anchor.model_dump() | {"span": (5, 40)}  # type: ignore[union-attr]
    assert gathered([item(anchor=anchor, rule="model", says="It moved.")], kept=kept) == kept
    assert len(gathered([item(anchor=anchor, rule="model", cameo="190")], kept=kept)) == 2
    assert len(gathered([item("orsk", anchor=anchor, rule="model")], kept=kept)) == 2


def test_drafting_again_adds_nothing() -> None:
    first = gathered(EVERY)
    assert gathered(EVERY, kept=first) == first


def test_what_is_coded_already_is_not_proposed() -> None:
    same_words = item(anchor=item().anchor.model_dump() | {"span": (8, 30)}, cameo="190")  # type: ignore[union-attr]
    other_words = item(anchor=item().anchor.model_dump() | {"span": (12, 30)})  # type: ignore[union-attr]
    assert is_coded(item(), same_words)
    assert not is_coded(item(), other_words)
    assert not is_coded(item("orsk"), same_words)
    by_hand = item(anchor=None, paragraph=None, date=datetime.date(2031, 5, 6), start=MONDAY)
    assert is_coded(item(), by_hand)
    assert not is_coded(item(), item(anchor=None, number=2))
    assert is_coded(item(), item(source="gazette"))
    assert gathered([item()], coded={"E01": by_hand}) == {}


def test_items_without_a_code_are_the_same_by_kind_and_standing_facts_on_any_day() -> None:
    assert same_fact(item(cameo=None), item())
    assert not same_fact(item(cameo=None, kind="threat"), item())
    later = datetime.date(2031, 5, 9)
    assert not same_fact(item(date=later), item())
    assert same_fact(item(date=later, standing=True), item(standing=True))


def test_one_occasion_is_the_same_parties_days_and_sort_of_act() -> None:
    said = item("veldania", target=["orsk"], kind="demand")
    assert occasion(said) == occasion(item("orsk", target=["veldania"], kind="refusal")) == "orsk-veldania-2031-05-05"
    assert occasion(item("veldania", target=["orsk"])) == "orsk-veldania-acts-2031-05-05"
    assert occasion(item("veldania", kind="omission")) == "veldania-unsaid-2031-05-05"
    assert occasion(item("veldania", kind="structural")) == occasion(item(standing=True)) == "standing-veldania"
    days = item("veldania", kind="visit", start=MONDAY, date=datetime.date(2031, 5, 7))
    assert occasion(days) == "veldania-3-days-2031-05-07"


@given(st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True), min_size=1, max_size=8, unique=True))
def test_an_occasion_is_an_id_however_many_the_parties(actors: list[str]) -> None:
    for kind in ("strike", "demand", "omission", "structural"):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", occasion(item(actor=actors, kind=kind)))


def test_long_parties_that_begin_alike_are_not_one_occasion() -> None:
    many = [f"{letter * 40}" for letter in "abc"]
    assert occasion(item(actor=many)) != occasion(item(actor=[*many, "d"]))
