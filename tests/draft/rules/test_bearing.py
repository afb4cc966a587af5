"""How acts bear on an offensive, by the roles."""

from __future__ import annotations

import itertools

import pytest

from sim.draft.rules.acts import bearing, goldstein, nouns, says, verbs, ways, words
from sim.draft.schema import GRID
from sim.scenario.evidence import PRIOR_MEANS, READING_SD, Item

ROLES = tuple(PRIOR_MEANS)
PHRASES = {phrase for index in (verbs(), nouns()) for phrases in index.values() for phrase in phrases}
WAYS = sorted({phrase.act.way for phrase in PHRASES})


@pytest.mark.parametrize("way", sorted(ways()))
def test_every_bearing_is_a_step_of_the_grid(way: str) -> None:
    for actor, target, matter in itertools.product(ROLES, (*ROLES, None), (-1, 0, 1)):
        assert bearing(way, matter, actor, [target] if target else []) in GRID


SIGNS = [
    ("force", 0, "initiator", "defender", 1),
    ("force", 0, "patron", "defender", 1),
    ("force", 0, "guarantor", "initiator", -1),
    ("move", 0, "initiator", None, 1),
    ("move", 0, "guarantor", None, -1),
    ("move", 0, "defender", None, -1),
    ("withdraw", 0, "initiator", None, -1),
    ("withdraw", 0, "guarantor", None, 1),
    ("threaten", 0, "initiator", "defender", 1),
    ("threaten", 0, "patron", "initiator", -1),
    ("threaten", 0, "guarantor", "initiator", -1),
    ("demand", 1, "patron", "guarantor", 1),
    ("urge", -1, "patron", "initiator", -1),
    ("urge", -1, "mediator", None, -1),
    ("reject", 1, "patron", None, -1),
    ("reject", -1, "initiator", None, 1),
    ("reject", 1, "guarantor", "patron", -1),
    ("talk", 0, "patron", "guarantor", -1),
    ("say", 1, "initiator", None, 1),
    ("say", -1, "initiator", None, -1),
    ("aid", 0, "patron", "initiator", 1),
    ("aid", 0, "guarantor", "defender", -1),
    ("rely", 0, "patron", "initiator", 0),
]


@pytest.mark.parametrize(("way", "matter", "actor", "target", "sign"), SIGNS)
def test_roles_decide_the_sign(way: str, matter: int, actor: str, target: str | None, sign: int) -> None:
    value = bearing(way, matter, actor, [target] if target else [])
    assert (value > 0) - (value < 0) == sign


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_the_table_has_a_bearing_and_a_sentence(way: str) -> None:
    assert way in ways()
    assert says(way, ["A"], ["B"], 1, "article").startswith(("A", "What A", "People", "Dependence"))


def test_every_act_of_the_table_has_a_code_of_the_scale_and_a_kind_of_evidence() -> None:
    kinds = set(Item.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    assert {phrase.act.cameo for phrase in PHRASES} <= goldstein().keys()
    assert {phrase.act.kind for phrase in PHRASES} <= kinds
    assert set(READING_SD) <= kinds


def test_the_table_is_large_and_no_phrase_is_in_it_twice() -> None:
    assert len(verbs()) > 440
    for index in (verbs(), nouns()):
        for key, phrases in index.items():
            rests = [phrase.rest for phrase in phrases]
            assert len(rests) == len(set(rests)), key


def test_every_group_that_a_phrase_names_exists() -> None:
    for phrase in PHRASES:
        for word in phrase.rest:
            assert not word.startswith("@") or words(word)
