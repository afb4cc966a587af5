"""Warnings: what is legal and was probably not meant is told with its place and its mend, and silenced by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.scenario.doubts import DOUBTS, doubts_of
from sim.scenario.scenario import Scenario
from tests.places import SCENARIOS
from tests.scenario.files import EVIDENCE, OVER, SOURCES, Folder, edit

SOUND = """\
schema: offramp/scenario/1
id: crisis
title: Does it begin?
question:
  as_of: 2020-01-01
  horizon: 60 days
  resolves: It begins.
  does_not_resolve: It does not.
actors:
  attacker: {role: initiator, stance: 0.8, self_reliance: 0.1}
  town: {role: defender, stance: -0.9, strength: 0.4}
  backer: {role: patron, stance: 0.2}
  shield: {role: guarantor, stance: -0.6, strength: 0.4}
  envoy: {role: mediator, stance: -0.6}
ties:
  envoy: {backer: 0.3}
  shield: {backer: 0.4}
"""
"""A scenario without doubts: 17 lines."""

ALONE = edit(
    SOUND,
    ("  shield: {role: guarantor, stance: -0.6, strength: 0.4}\n", ""),
    ("  shield: {backer: 0.4}\n", ""),
    ("envoy: {backer: 0.3}", "envoy: {town: 0.3}"),
)
"""The same with nobody to bargain."""
PLEA = "pressures: {plea: {from: envoy, on: backer, aim: restrain, intensity: 0.5, start: 5}}\n"
TALKS = "talks: {summit: {start: 5, boost: 2}}\n"
STRANGE = EVIDENCE.replace("actor: attacker", "actor: [attacker, strangers]")


def told(scenario: Scenario) -> list[str]:
    return [str(one).rpartition("/")[2] for one in doubts_of(scenario)]


@pytest.mark.parametrize("more", ["", PLEA, TALKS, PLEA.replace("5}", "-5, half_life: 60}"), "credibility: 0.3\n"])
def test_what_is_meant_raises_no_doubt(folder: Folder, more: str) -> None:
    assert told(folder.load(SOUND + more)) == []


CASES = [
    (
        "constant-pressure",
        SOUND + PLEA.replace("start: 5", "start: -5"),
        "crisis.yaml:18:13: pressures.plea: warning: the pressure is in force and constant since before day 0, and "
        "only what changes afterwards counts, so it has no effect; write what changes, such as `end` or `half_life`, "
        "or leave it out [constant-pressure]",
    ),
    (
        "untied-pressure",
        SOUND + PLEA.replace("on: backer", "on: attacker"),
        "crisis.yaml:18:13: pressures.plea: warning: Envoy has no leverage over Attacker, so it has no effect; write "
        "`ties: {envoy: {attacker: 0.2}}`, or another number [untied-pressure]",
    ),
    (
        "no-effect",
        SOUND + PLEA.replace("intensity: 0.5", "intensity: 0"),
        "pressures.plea: warning: the intensity of the pressure is 0, so it has no effect; write an `intensity` above "
        "0",
    ),
    (
        "no-effect",
        SOUND.replace("envoy: {backer: 0.3}", "envoy: {backer: 0.3, town: 0.2}")
        + PLEA.replace("on: backer", "on: town, channel: conditional"),
        "Town takes no part in attacking or bargaining, so it has no effect; write `channel: persuasion`",
    ),
    ("no-effect", SOUND + TALKS.replace("boost: 2", "boost: 0"), "the boost of the talks is 0, so they have no effect"),
    (
        "no-effect",
        SOUND.replace("patron, stance: 0.2", "patron, stance: 0.2, strength: 2"),
        "crisis.yaml:12:39: actors.backer.strength: warning: the strength of a patron has no effect; leave it out",
    ),
    (
        "idle-talks",
        edit(SOUND, ("shield: {backer: 0.4}", "shield: {town: 0.4}")) + TALKS,
        "crisis.yaml:18:9: talks.summit: warning: Shield bargains without leverage over Backer, so they cannot lead",
    ),
    (
        "idle-talks",
        ALONE + TALKS,
        "nobody bargains, so they cannot lead to an agreement; name a counterpart under `bargaining`",
    ),
    (
        "unheard-actor",
        edit(SOUND, ("  envoy: {backer: 0.3}\n", "")),
        "crisis.yaml:14:3: actors.envoy: warning: nobody listens to Envoy, so it has no effect; write "
        "`ties: {envoy: {...: 0.2}}`, or leave the actor out [unheard-actor]",
    ),
    (
        "lone-member",
        SOUND + "together: [{inputs: [actors.backer.stance, actors.shield.stance], rank: 0.5}]\n",
        "together.0.inputs.1: warning: actors.shield.stance is one number, which cannot be correlated with anything",
    ),
    (
        "clipped-prior",
        SOUND.replace("stance: -0.9", "stance: {normal: [-0.9, 0.3]}"),
        "crisis.yaml:11:26: actors.town.stance: warning: 37% of it lies outside the range and counts as -1 or 1",
    ),
    (
        "clipped-prior",
        SOUND.replace("-0.9", "{experts: [{normal: [-1, 0.1]}, {normal: [-0.9, 0.1]}], weights: [4, 1]}"),
        "43% of it lies outside the range",
    ),
    (
        "ties-above-one",
        SOUND.replace("shield: {backer: 0.4}", "shield: {backer: 0.8}"),
        "crisis.yaml:17:12: ties.shield.backer: warning: the leverages over Backer sum to 1.1 (Envoy 0.3 + Shield 0.8)",
    ),
    (
        "default-strengths",
        SOUND.replace(", strength: 0.4", ""),
        "crisis.yaml:11:3: actors.town: warning: no defender or guarantor has a `strength`, so nobody",
    ),
    (
        "single-reading",
        SOUND.replace("stance: 0.8", "stance: evidence") + "evidence: ./evidence.yaml\n",
        "crisis.yaml:10:31: actors.attacker.stance: warning: it is read from a single item, E1; add",
    ),
    (
        "unknown-actor",
        SOUND + "evidence: ./evidence.yaml\n",
        "evidence.yaml:5:5: items.E1.actor: warning: it reads the stance of strangers, which is not an actor",
    ),
    (
        "uncited-source",
        SOUND + "evidence: ./evidence.yaml\n",
        "sources.yaml:4:3: sources.spare: warning: no item cites spare; cite it, or leave it out [uncited-source]",
    ),
    (
        "unreachable-gate",
        SOUND + "terms: off\ngates: {yields: {outcome: terms, above: 0.1}}\n",
        "crisis.yaml:19:18: gates.yields.outcome: warning: no run can reach it: the scenario says `terms: off`",
    ),
    (
        "unreachable-gate",
        SOUND + PLEA.replace("start: 5", "start: 5, end: 6").replace("0.5", "0")
        + "gates: {helps: {along: pressures.plea.intensity, trend: not-rising}}\n",
        "gates.helps.along: warning: pressures.plea.intensity has no effect: the intensity of the pressure is 0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "warning"), CASES, ids=[name for name, _, _ in CASES])
def test_what_was_probably_not_meant_is_told_with_place_and_mend(
    folder: Folder, name: str, text: str, warning: str
) -> None:
    folder.evidence(STRANGE, SOURCES + "  spare: {title: Another, date: 2019-12-30}\n")
    found = [one for one in told(folder.load(text)) if one.endswith(f"[{name}]")]
    assert any(warning in one for one in found), found
    allowed = folder.load(text + f"allow: [{{warning: {name}, why: It is meant.}}]\n")
    assert not [one for one in told(allowed) if one.endswith(f"[{name}]")]
    assert allowed.hash == folder.load(text).hash


def test_every_doubt_is_tested() -> None:
    assert {name for name, _, _ in CASES} == set(DOUBTS)


@pytest.mark.parametrize("name", ["no-efect", "anything"])
def test_a_warning_that_there_is_not_cannot_be_allowed(folder: Folder, name: str) -> None:
    (fault,) = folder.faults(SOUND + f"allow: [{name}]\n")
    assert fault.startswith(f"crisis.yaml:18:9: allow.0.warning: there is no warning '{name}'")
    assert ("did you mean no-effect?" in fault) == (name == "no-efect")


def test_a_variant_inherits_what_its_base_allows_and_may_lift_it(folder: Folder) -> None:
    base = edit(SOUND, ("  envoy: {backer: 0.3}\n", "")) + "allow: [unheard-actor]\n"
    assert told(folder.load(base, "base.yaml")) == []
    assert told(folder.load(OVER)) == []
    assert len(told(folder.load(OVER + "allow: null\n"))) == 1


def test_what_is_changed_at_hand_is_doubted_too(folder: Folder) -> None:
    scenario = folder.load(SOUND)
    (doubt,) = doubts_of(scenario.with_({"ties.shield.backer": 0.9}))
    assert (doubt.name, doubt.fault.file) == ("ties-above-one", "with_")
    assert doubts_of(scenario.with_({"ties.shield.backer": 0.9, "allow": ["ties-above-one"]})) == ()


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_are_free_of_warnings_or_say_why_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "schema: offramp/scenario/1" not in text or path.parent.name == "archetypes":
        return
    scenario = sim.load(path)
    assert doubts_of(scenario) == ()
    assert all(one.why is not None for one in scenario.document.allow or ())
