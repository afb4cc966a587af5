"""What the rules read in sentences of our own."""

from __future__ import annotations

import pytest

from sim.draft.rules import propose
from tests.draft.rules.sentences import ACTS, CAST, TODAY, article


def acts(text: str) -> list[str]:
    """Return the items proposed from a text as `actor root kind sign`."""
    items = propose(article(text), "daily", CAST, TODAY)
    signs = {1: "+", -1: "-", 0: "0"}
    return sorted(
        f"{actor} {(item.cameo or '-')[:2]} {item.kind} {signs[(item.bearing > 0) - (item.bearing < 0)]}"
        for item in items
        for actor in item.actor
    )


@pytest.mark.parametrize(("text", "expected"), ACTS, ids=[text[:60] for text, _ in ACTS])
def test_a_sentence_tells_these_acts_and_no_other(text: str, expected: list[str]) -> None:
    assert acts(text) == sorted(expected)


TARGETS = [
    ("Norland's artillery shelled positions of the Harbour Council.", ("harbour-council",)),
    ("Kestria pressed Belmar to accept the attacks.", ("belmar",)),
    ("Norland accused the Harbour Council of smuggling weapons.", ("harbour-council",)),
    ("The League's envoy met the Norlandic foreign minister in Tarn.", ("norland",)),
    ("Belmar warned Norland against an attack.", ("norland",)),
    ("The harbour was shelled by Norlandic gunboats.", ("harbour-council",)),
    ("If there is an attack, Belmar will send troops to the harbour.", ("norland",)),
]


@pytest.mark.parametrize(("text", "target"), TARGETS)
def test_the_target_is_read_from_the_objects(text: str, target: tuple[str, ...]) -> None:
    (item,) = propose(article(text), "daily", CAST, TODAY)
    assert item.target == target


DATED = [
    ("Norland demanded that the militia lay down its arms by Friday.", 16),
    ("Norland gave the militia until noon on Monday to disarm.", 16),
    ("Belmar promised to send troops before Sunday.", 16),
    ("Kestria vowed to deliver drones ahead of Saturday's vote.", 16),
    ("Norland agreed to withdraw its troops by the end of April.", 16),
    ("Norland threatened to attack the harbour by 1 September.", 16),
    ("Norland declared a ceasefire until Sunday.", 16),
    ("The League invited both sides to talks planned for Friday.", 16),
    ("Talks between Norland and Belmar will begin on Friday.", 16),
    ("Norland agreed to hold talks with Belmar on Friday.", 16),
    ("The Norlandic president promised the League talks that start on Friday.", 16),
    ("On Tuesday Norland told the militia to leave the harbour by Monday.", 14),
    ("Norland demanded on Tuesday that the militia lay down its arms by Friday.", 14),
    ("Norland will attack the harbour by Wednesday, its president said on Monday.", 13),
    ("Norland vowed to punish Belmar for a raid that killed two of its generals on Monday.", 16),
    ("Norland shelled the harbour until Monday.", 13),
    ("The harbour was quiet on Wednesday, two days after Norlandic jets had bombed it.", 13),
    ("Hours after Norland had shelled the harbour on Monday, the shops opened.", 13),
    ("Norland's troops withdrew by Tuesday.", 14),
    ("Belmar blamed Norland for Monday's attack.", 13),
    ("Norland began to withdraw its tanks on Monday.", 13),
    ("The Norlandic minister flew to Kestria to discuss the plan on Monday.", 13),
]


@pytest.mark.parametrize(("text", "day"), DATED, ids=[text for text, _ in DATED])
def test_a_day_that_lies_ahead_dates_no_demand_or_promise(text: str, day: int) -> None:
    items = propose(article(text), "daily", CAST, TODAY)
    assert {item.date for item in items} == {TODAY.replace(day=day)}


def test_without_a_name_force_is_directed_at_the_other_side_by_the_roles() -> None:
    (moved,) = propose(article("Norland sent tanks to the river."), "daily", CAST, TODAY)
    (sent,) = propose(article("Belmar sent two frigates to the strait."), "daily", CAST, TODAY)
    assert (moved.target, sent.target) == (("harbour-council",), ("norland",))


WORD = [
    ("Norland shelled the harbour.", 0.9),
    ("Norland reportedly shelled the harbour.", 0.6),
    ("Norland shelled the harbour, residents said.", 0.6),
    ("Kestria said that Norland had shelled the harbour.", 0.5),
    ("Speculation is rising that Kestria is backing away from the offensive.", 0.4),
]


@pytest.mark.parametrize(("text", "reliability"), WORD)
def test_what_others_tell_is_less_reliable(text: str, reliability: float) -> None:
    items = propose(article(text), "daily", CAST, TODAY)
    assert [item.reliability for item in items] == [reliability]


def test_what_others_accuse_somebody_of_is_their_claim() -> None:
    items = propose(article("Norland accused the Harbour Council of bombing a bridge."), "daily", CAST, TODAY)
    claimed = [item for item in items if item.actor == ("harbour-council",)]
    assert [(item.kind, item.reliability, item.target) for item in claimed] == [("strike", 0.5, ("norland",))]


def test_we_are_whoever_speaks() -> None:
    text = "Belmar's prime minister spoke in parliament. “We will defend the harbour,” she said."
    assert "belmar 13 threat -" in acts(text) or "belmar 03 assurance -" in acts(text)


def test_the_speaker_of_an_address_is_whom_its_title_names() -> None:
    speech = article("We have sent two frigates to the strait.", title="Address of the president of Belmar")
    assert [item.actor for item in propose(speech, "speech", CAST, TODAY)] == [("belmar",)]


def test_a_person_is_known_by_surname_in_later_paragraphs() -> None:
    text = ("Norlandic Foreign Minister Anna Holm arrived on Monday.", "Holm rejected a ceasefire.")
    assert [item.paragraph for item in propose(article(*text), "daily", CAST, TODAY) if item.kind == "refusal"] == [2]


def test_a_person_of_another_country_is_nobody() -> None:
    text = "French Foreign Minister Jean Test spoke in Tarn. Test rejected a ceasefire."
    assert acts(text) == []


def test_both_parties_of_a_visit_are_the_two_leaders_of_the_next_sentence() -> None:
    text = "The Norlandic president visited the Belmari prime minister. The two leaders called for a ceasefire."
    assert "norland 02 statement -" in acts(text)
    assert "belmar 02 statement -" in acts(text)


def test_headlines_are_read_though_every_word_has_a_capital() -> None:
    assert "norland 12 refusal +" in acts("Norland Rejects Ceasefire Before Talks With Belmari Envoys")
