"""What rules and a language model both found becomes one item, with a higher confidence."""

from __future__ import annotations

from typing import Any

import pytest

from sim.draft.gather import merged
from sim.draft.schema import DraftItem

GIVEN: dict[str, Any] = {
    "actor": ["veldania"],
    "date": "2031-05-03",
    "source": "ledger",
    "kind": "deployment",
    "informs": "stance",
    "bearing": 0.75,
    "reliability": 0.8,
    "occasion": "move",
    "cameo": "150",
    "confidence": 0.6,
    "rule": "move",
    "date_from": "stated",
}


def item(*, paragraph: int = 2, span: tuple[int, int] = (4, 30), model: bool = False, **changes: Any) -> DraftItem:
    anchor = {"paragraph": paragraph, "span": span, "sha256": "0123456789abcdef"}
    finder = {"found_by": "model", "says": "Theirs.", "confidence": 0.5} if model else {"says": "Ours."}
    return DraftItem.model_validate({**GIVEN, "paragraph": paragraph, "anchor": anchor, **finder, **changes})


def test_an_agreement_is_one_item_found_by_both_and_surer() -> None:
    (one,) = merged([item()], [item(model=True, span=(20, 40), target=["orsk"])])
    assert (one.found_by, one.says, one.target) == ("both", "Ours.", ("orsk",))
    assert one.confidence == 0.8, "1 - 0.4 * 0.5"
    assert one.anchor is not None
    assert one.anchor.span == (4, 30)


@pytest.mark.parametrize(
    "changes",
    [
        {"paragraph": 3},
        {"span": (30, 40)},
        {"actor": ["orsk"]},
        {"actor": ["veldania", "orsk"]},
        {"bearing": -0.75},
        {"bearing": 0.0},
        {"kind": "strike", "cameo": "190"},
        {"kind": "strike", "cameo": None},
        {"source": "courier"},
        {"anchor": None},
    ],
)
def test_what_differs_stays_two_items(changes: dict[str, Any]) -> None:
    ours, theirs = item(), item(model=True, **changes)
    both = merged([ours], [theirs])
    assert len(both) == 2
    assert ours in both
    assert theirs in both


@pytest.mark.parametrize(
    "changes",
    [{"kind": "strike"}, {"kind": "strike", "cameo": "15"}, {"cameo": None}, {"cameo": "190"}, {"bearing": 0.25}],
)
def test_kind_or_root_are_enough(changes: dict[str, Any]) -> None:
    assert [one.found_by for one in merged([item()], [item(model=True, **changes)])] == ["both"]


def test_one_item_agrees_with_one_other() -> None:
    twice = merged([item(), item(span=(5, 12))], [item(model=True)])
    assert [one.found_by for one in twice] == ["both", "rules"]
    twice = merged([item()], [item(model=True), item(model=True, span=(5, 12))])
    assert [one.found_by for one in twice] == ["both", "model"]


def test_items_come_in_the_order_of_the_article() -> None:
    both = merged(
        [item(paragraph=3), item(paragraph=1)],
        [item(paragraph=2, model=True, span=(9, 19)), item(paragraph=2, model=True)],
    )
    assert [(one.paragraph, one.anchor and one.anchor.span[0]) for one in both] == [(1, 4), (2, 4), (2, 9), (3, 4)]


def test_either_alone_stays_as_it_is() -> None:
    assert merged([item()], []) == (item(),)
    assert merged([], [item(model=True)]) == (item(model=True),)
