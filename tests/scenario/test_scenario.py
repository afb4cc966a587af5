"""The resolved scenario: defaults that depend on the whole, freezing, hashing and pickling."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import sim
from sim.scenario.edit import with_document
from sim.scenario.numbers import with_number
from sim.scenario.scenario import Scenario
from sim.scenario.schema import OUTCOME_KEYS, Document
from sim.scenario.written import resolved_yaml
from tests.places import IDLIB
from tests.scenario.files import EVIDENCE, FULL, MINIMAL, READING, SOURCES, WITH_FOLDER, Folder, edit

PATRON = "  backer: {role: patron, stance: 0.2}\n"


# -- self-reliance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MINIMAL, 1.0),
        (FULL, 0.1),
        (edit(MINIMAL, ("0.8", "0.8, self_reliance: 0.4")), 0.4),
        (edit(MINIMAL + PATRON, ("0.8", "0.8, self_reliance: 0.4")), 0.4),
        (edit(MINIMAL + PATRON, ("0.8", "0.8, self_reliance: 0")), 0.0),
        (edit(MINIMAL, ("0.8", "0.8, self_reliance: 0")), 0.0),
    ],
    ids=["alone", "all roles", "written", "written with a patron", "zero with a patron", "zero alone"],
)
def test_self_reliance_is_as_written_and_one_without_a_patron(folder: Folder, text: str, expected: float) -> None:
    assert folder.load(text).plain()["actors"]["attacker"]["self_reliance"] == expected


def test_a_removed_patron_counts_as_none(folder: Folder) -> None:
    folder.write(edit(MINIMAL + PATRON, ("0.8", "0.8, self_reliance: 0.1")), "base.yaml")
    variant = "schema: offramp/scenario/1\nid: v\nextends: ./base.yaml\nactors: {backer: null%s}\n"
    assert folder.load(variant % "").plain()["actors"]["attacker"]["self_reliance"] == 0.1
    alone = folder.load(variant % ", attacker: {self_reliance: null}")
    assert alone.plain()["actors"]["attacker"]["self_reliance"] == 1


def test_with_a_patron_self_reliance_must_be_written_and_the_error_says_what(folder: Folder) -> None:
    """Naming a patron must not by itself make an attacker weak."""
    (told,) = folder.faults(MINIMAL + PATRON)
    assert told.startswith("crisis.yaml:10:3: actors.attacker.self_reliance: this key is required if there is a ")
    assert "(backer): write what attacker can do without backing" in told


@pytest.mark.parametrize("strength", ["0", "{uniform: [-1, 1]}"])
def test_an_initiator_without_strength_is_refused_with_a_reason(folder: Folder, strength: str) -> None:
    (told,) = folder.faults(edit(MINIMAL, ("0.8", f"0.8, strength: {strength}")))
    assert "expected a number above 0: an attacker without strength cannot attack" in told


def test_the_strength_of_an_initiator_is_one_unless_written(folder: Folder) -> None:
    assert folder.load(MINIMAL).plain()["actors"]["attacker"]["strength"] == 1


# -- who bargains ---------------------------------------------------------------------------------------------------


def negotiators(folder: Folder, actors: str, more: str = "") -> tuple[str, str | None]:
    scenario = folder.load(edit(MINIMAL, ("0.8", "0.8, self_reliance: 0.1")) + actors + more)
    return scenario.principal, scenario.counterpart


def patron(name: str, share: str = "1") -> str:
    return f"  {name}: {{role: patron, stance: 0, share: {share}}}\n"


def guarantor(name: str, strength: str = "0") -> str:
    return f"  {name}: {{role: guarantor, stance: 0, strength: {strength}}}\n"


def mediator(name: str) -> str:
    return f"  {name}: {{role: mediator, stance: 0}}\n"


def test_without_patron_guarantor_or_mediator_nobody_bargains(folder: Folder) -> None:
    assert negotiators(folder, "") == ("attacker", None)


@pytest.mark.parametrize(
    ("actors", "principal"),
    [
        (patron("p1"), "p1"),
        (patron("p1", "0.2") + patron("p2", "0.3"), "p2"),
        (patron("p1") + patron("p2"), "p1"),
        (patron("p2") + patron("p1"), "p2"),
        (patron("p1", "0.3") + patron("p2", "{lognormal: [0.29, 2]}"), "p1"),
        (patron("p1", "0.3") + patron("p2", "{triangular: [0.1, 0.4, 0.9]}"), "p2"),
        (guarantor("g1"), "attacker"),
        (mediator("m1"), "attacker"),
    ],
    ids=[
        "one",
        "larger",
        "tie",
        "tie turned round",
        "median not mean",
        "median of a prior",
        "guarantor only",
        "mediator only",
    ],
)
def test_the_patron_with_the_largest_median_share_is_principal_else_the_initiator(
    folder: Folder, actors: str, principal: str
) -> None:
    assert negotiators(folder, actors)[0] == principal


@pytest.mark.parametrize(
    ("actors", "counterpart"),
    [
        (guarantor("g1"), "g1"),
        (guarantor("g1", "0.3") + guarantor("g2", "0.4"), "g2"),
        (guarantor("g1", "0.4") + guarantor("g2", "0.4"), "g1"),
        (guarantor("g2", "0.4") + guarantor("g1", "0.4"), "g2"),
        (guarantor("g1", "0.4") + guarantor("g2", "{lognormal: [0.39, 2]}"), "g1"),
        (guarantor("g1", "0") + mediator("m1"), "g1"),
    ],
    ids=["one", "stronger", "tie", "tie turned round", "median not mean", "before any mediator"],
)
def test_the_guarantor_of_largest_median_strength_is_counterpart(folder: Folder, actors: str, counterpart: str) -> None:
    assert negotiators(folder, PATRON + actors) == ("backer", counterpart)


@pytest.mark.parametrize(
    ("ties", "counterpart"),
    [
        ("", None),
        ("ties: {m1: {attacker: 0.9}}\n", None),
        ("ties: {m1: {backer: 0}}\n", None),
        ("ties: {town: {backer: 0.9}}\n", None),
        ("ties: {m2: {backer: 0.1}}\n", "m2"),
        ("ties: {m1: {backer: 0.1}, m2: {backer: 0.2}}\n", "m2"),
        ("ties: {m2: {backer: 0.2}, m1: {backer: 0.2}}\n", "m1"),
        ("ties: {m1: {backer: {uniform: [0, 0.3]}}, m2: {backer: 0.14}}\n", "m1"),
    ],
    ids=[
        "no tie",
        "tie to another",
        "no leverage",
        "not a mediator",
        "one",
        "most",
        "tie: first listed actor",
        "median",
    ],
)
def test_without_a_guarantor_the_mediator_of_most_leverage_over_the_principal_is_counterpart(
    folder: Folder, ties: str, counterpart: str | None
) -> None:
    assert negotiators(folder, PATRON + mediator("m1") + mediator("m2"), ties) == ("backer", counterpart)


def test_a_mediator_may_face_the_initiator(folder: Folder) -> None:
    assert negotiators(folder, mediator("m1"), "ties: {m1: {attacker: 0.3}}\n") == ("attacker", "m1")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("bargaining: {principal: attacker}\n", ("attacker", "shield")),
        ("bargaining: {counterpart: envoy}\n", ("backer", "envoy")),
        ("bargaining: {principal: attacker, counterpart: town}\n", ("attacker", "town")),
        ("bargaining: {principal: null, counterpart: null}\n", ("backer", "shield")),
    ],
)
def test_the_scenario_may_name_who_bargains(folder: Folder, more: str, expected: tuple[str, str]) -> None:
    scenario = folder.load(FULL + more)
    assert (scenario.principal, scenario.counterpart) == expected


def test_a_counterpart_is_sought_by_its_leverage_over_the_principal_that_is_named(folder: Folder) -> None:
    actors, ties = PATRON + mediator("m1") + mediator("m2"), "ties: {m1: {backer: 0.9}, m2: {attacker: 0.1}}\n"
    assert negotiators(folder, actors, ties + "bargaining: {principal: attacker}\n") == ("attacker", "m2")


# -- frozen ---------------------------------------------------------------------------------------------------------


def test_a_scenario_is_frozen(folder: Folder) -> None:
    scenario = folder.load(FULL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.principal = "town"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        scenario.document.title = "x"
    with pytest.raises(ValidationError):
        scenario.actors["town"].stance = 0  # type: ignore[assignment]
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.hash = "x"  # type: ignore[misc]


def test_a_scenario_comes_through_a_pickle_whole(folder: Folder) -> None:
    folder.evidence()
    for scenario in (folder.load(FULL), folder.load(READING), sim.load(IDLIB / "german-offer.yaml")):
        copy: Scenario = pickle.loads(pickle.dumps(scenario))  # noqa: S301 - our own
        assert copy == scenario
        assert copy.hash == scenario.hash
        assert copy.places == scenario.places
        assert copy.readings == scenario.readings


# -- hash -----------------------------------------------------------------------------------------------------------

WHOLE = (
    edit(FULL, ("60 days", "60 days\n  milestones: [10]"))
    + """\
ties: {backer: {attacker: 0.8, shield: 0.4}, shield: {backer: 0.3}}
pressures:
  appeal: {from: envoy, on: backer, aim: restrain, intensity: 0.5, start: -5, half_life: 60 days}
talks: {summit: {start: 10, boost: 2}}
population: 100000
credibility: 0.6
parameters: {precision: 5}
notes: {one: A note.}
"""
)
CHANGES = [
    ("id: crisis", "id: other"),
    ("Does it begin?", "Will it begin?"),
    ("2020-01-01", "2020-01-02"),
    ("60 days\n", "61 days\n"),
    ("[10]", "[11]"),
    ("It begins.", "It began."),
    ("It does not.", "It did not."),
    ("stance: 0.8", "stance: 0.81"),
    ("stance: 0.8", "stance: {normal: [0.8, 0.01]}"),
    ("role: patron, stance: 0.2", "role: patron, stance: 0.2, resolve: 0.71"),
    ("strength: 0.4", "strength: 0.4, name: The Shield"),
    ("strength: 0.4", "strength: 0.4, basis: A guess."),
    ("attacker: 0.8", "attacker: 0.9"),
    (", shield: {backer: 0.3}", ""),
    ("intensity: 0.5", "intensity: 0.6"),
    ("start: -5", "start: -6"),
    ("half_life: 60 days", "half_life: 61 days"),
    ("aim: restrain", "aim: encourage"),
    ("aim: restrain", "aim: restrain, channel: conditional"),
    ("boost: 2", "boost: 3"),
    ("population: 100000", "population: 100001"),
    ("credibility: 0.6", "credibility: 0.7"),
    ("precision: 5", "precision: 6"),
    ("precision: 5", "precision: 5, inertia: 0"),
    ("A note.", "Another note."),
    ("notes:", "start: {phase: agreement}\nnotes:"),
    ("notes:", "bargaining: {counterpart: envoy}\nnotes:"),
    ("notes:", "confidence: {level: low, basis: x}\nnotes:"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES, ids=[new.strip()[:40] for _, new in CHANGES])
def test_any_input_changes_the_hash(folder: Folder, old: str, new: str) -> None:
    assert folder.load(WHOLE).hash != folder.load(edit(WHOLE, (old, new))).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: crisis", "# a comment\nid:   'crisis'   # another"),
        ("id: crisis\ntitle: Does it begin?", "title: Does it begin?\nid: crisis"),
        ("60 days\n", "60\n"),
        ("precision: 5", "precision: 5.0"),
        ("aim: restrain, intensity: 0.5", "intensity: 5e-1, aim: restrain"),
        ("role: patron, stance: 0.2", "role: patron, stance: 0.2, resolve: 0.7"),
        ("notes: {one: A note.}", "notes:\n  one: >-\n    A\n    note."),
        ("aim: restrain", "aim: restrain, channel: persuasion"),
        ("notes:", "start: {}\nevidence:\nnotes:"),
    ],
    ids=[
        "comment",
        "key order",
        "unit",
        "float",
        "order in a part",
        "default written",
        "folding",
        "default channel",
        "empty",
    ],
)
def test_how_it_is_written_does_not_change_the_hash(folder: Folder, old: str, new: str) -> None:
    assert folder.load(WHOLE).hash == folder.load(edit(WHOLE, (old, new))).hash


def test_two_scenarios_in_which_others_bargain_have_two_hashes(folder: Folder) -> None:
    """A study that changes a strength keeps who bargains; a file with that strength does not."""
    actors = guarantor("g1", "0.5") + guarantor("g2", "0.3")
    base = folder.load(MINIMAL + actors)
    file = folder.load(MINIMAL + guarantor("g1", "0.5") + guarantor("g2", "0.9"))
    study = with_document(base, with_number(base.document, "actors.g2.strength", 0.9))
    assert study.plain() == file.plain()
    assert (study.counterpart, file.counterpart) == ("g1", "g2")
    assert study.hash != file.hash
    assert with_document(base, base.document).hash == base.hash


OUTCOME = """\
case: {tier: A, area: the-town, target: true}
resolution: {offensive: 2020-02-01, agreement: none, source: SECRET, confidence: high, note: SECRET}
hindsight: {actors.attacker.stance: SECRET}
"""


def test_what_happened_changes_neither_the_hash_nor_the_record_of_a_forecast(folder: Folder) -> None:
    before, after = folder.load(WHOLE), folder.load(WHOLE + OUTCOME)
    assert after.document.resolution is not None
    assert after.plain() == before.plain()
    assert after.hash == before.hash
    record, again = (sim.run(one, runs=128, seed=3).record() for one in (before, after))
    assert again == record
    assert "SECRET" not in json.dumps(again)
    assert not set(OUTCOME_KEYS) & set(again["document"])


def test_what_happened_is_not_shown_with_the_scenario(folder: Folder) -> None:
    assert "SECRET" not in resolved_yaml(folder.load(WHOLE + OUTCOME))


def test_the_keys_of_what_happened_are_keys_of_a_document() -> None:
    assert set(Document.model_fields) > set(OUTCOME_KEYS)


def test_the_hash_follows_the_evidence_by_what_is_read_from_it(folder: Folder) -> None:
    folder.evidence()
    before = folder.load(READING).hash
    folder.evidence(EVIDENCE.replace("It said so.", "In other words."), SOURCES.replace("A paper", "Another"))
    assert folder.load(READING).hash == before
    folder.evidence(EVIDENCE.replace("bearing: 0.5", "bearing: 0.4"))
    assert folder.load(READING).hash != before


def test_a_variant_has_the_hash_of_the_same_scenario_in_one_file(folder: Folder) -> None:
    folder.write(WHOLE, "base.yaml")
    over = "schema: offramp/scenario/1\nid: crisis\nextends: ./base.yaml\ncredibility: 0.7\n"
    assert folder.load(over).hash == folder.load(edit(WHOLE, ("credibility: 0.6", "credibility: 0.7"))).hash


def test_scenarios_that_differ_have_different_hashes(folder: Folder) -> None:
    """The first listed of equals bargains, so these two give different probabilities."""
    least = edit(MINIMAL, ("0.8", "0.8, self_reliance: 0.1"))
    first = folder.load(least + PATRON + guarantor("g1") + guarantor("g2"))
    second = folder.load(least + PATRON + guarantor("g2") + guarantor("g1"))
    assert first.counterpart != second.counterpart
    assert first.hash != second.hash


@given(st.permutations(range(4)))
@settings(WITH_FOLDER, max_examples=10)
def test_the_order_of_sections_does_not_count(folder: Folder, order: list[int]) -> None:
    sections = ["population: 5\n", "credibility: 0.5\n", "start: {phase: agreement}\n", "notes: {a: b}\n"]
    assert folder.load(FULL + "".join(sections[n] for n in order)).hash == folder.load(FULL + "".join(sections)).hash


def test_the_name_of_the_file_does_not_count(folder: Folder) -> None:
    assert folder.load(FULL, "a.yaml").hash == folder.load(FULL, "deep/b.yaml").hash


def test_equal_files_give_equal_scenarios(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert folder.load(FULL) == Folder(tmp_path / "elsewhere").load(FULL)


def test_a_stance_that_nothing_reads_is_an_error_and_no_assertion() -> None:
    idlib = sim.load(IDLIB / "baseline.yaml")
    actors = dict(idlib.actors)
    name = next(iter(actors))
    actors[name] = actors[name].model_copy(update={"stance": "evidence"})
    unread = dataclasses.replace(idlib, document=idlib.document.model_copy(update={"actors": actors}))
    with pytest.raises(LookupError, match=f"nothing reads the stance of {name}"):
        unread.distribution(name, "stance")
