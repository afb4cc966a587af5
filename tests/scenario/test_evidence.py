"""Stance priors from evidence: the rule by hand, its known answers for Idlib, and what an evidence file may say."""

# ruff: noqa: E501 - tables of messages, one a line

from __future__ import annotations

import contextlib
import datetime
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import ScenarioError
from sim.scenario.doubts import doubts_of
from sim.scenario.evidence import READING_SD, Evidence, Item, Occasion, Source, StanceReading, combine
from sim.scenario.faults import PATTERNS
from sim.scenario.scenario import Scenario
from tests.places import IDLIB, ROOT, SCENARIOS
from tests.scenario.files import EVIDENCE, MINIMAL, READING, SOURCES, Folder, edit

AS_OF = datetime.date(2020, 1, 1)
PRIOR = 4.0


def item(bearing: float, occasion: str = "speech", **changes: object) -> Item:
    """A fully reliable statement of the as-of date, so its precision is 1 / 0.36."""
    plain = {
        "actor": "a",
        "date": AS_OF.isoformat(),
        "source": "paper",
        "says": "It said so.",
        "kind": "statement",
        "informs": "stance",
        "bearing": bearing,
        "reliability": 1.0,
        "occasion": occasion,
    }
    return Item.model_validate({**plain, **changes})


def read(*items: Item, half_life: float = 21.0, actor: str = "a", role: str = "patron") -> StanceReading | None:
    source = Source.model_validate({"title": "A paper", "date": "2019-12-31"})
    evidence = Evidence({f"E{n}": one for n, one in enumerate(items)}, {"paper": source}, half_life)
    return evidence.stance(actor, role, AS_OF)


def reading(*items: Item, half_life: float = 21.0) -> StanceReading:
    found = read(*items, half_life=half_life)
    assert found is not None
    return found


# -- known answers for Idlib ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def idlib() -> Scenario:
    return sim.load(IDLIB / "baseline.yaml")


@pytest.mark.parametrize(
    ("actor", "mean", "sd", "ambiguity", "occasions"),
    [("russia", 0.050, 0.247, 0.479, 5), ("turkey", -0.752, 0.205, 0.167, 4), ("assad-regime", 0.725, 0.252, 0.125, 2)],
)
def test_the_stances_of_idlib_are_those_worked_out_before(
    idlib: Scenario,
    actor: str,
    mean: float,
    sd: float,
    ambiguity: float,
    occasions: int,
) -> None:
    found = idlib.readings[actor]
    assert (found.mean, found.sd, found.ambiguity) == pytest.approx((mean, sd, ambiguity), abs=0.001)
    assert len(found.occasions) == occasions
    stance = idlib.actors[actor].stance
    assert (stance.mean, stance.sd) == pytest.approx((mean, sd), abs=0.001)  # type: ignore[union-attr]


def test_where_ambiguity_is_read_too_it_is_that_of_the_occasions(idlib: Scenario) -> None:
    assert idlib.actors["russia"].ambiguity.mean == pytest.approx(0.479, abs=0.001)  # type: ignore[union-attr]
    assert idlib.actors["turkey"].ambiguity.mean == pytest.approx(0.167, abs=0.001)  # type: ignore[union-attr]
    assert idlib.actors["assad-regime"].ambiguity.mean == 0.2  # type: ignore[union-attr]
    assert idlib.read_fields == {
        ("russia", "stance"),
        ("russia", "ambiguity"),
        ("turkey", "stance"),
        ("turkey", "ambiguity"),
        ("assad-regime", "stance"),
    }


def test_the_items_of_idlib_are_within_their_time_and_have_sources(idlib: Scenario) -> None:
    assert idlib.evidence is not None
    assert len(idlib.evidence.items) == 41
    for one in idlib.evidence.items.values():
        assert one.date <= idlib.as_of
        assert one.source in idlib.evidence.sources
        assert one.duplicate_of is None or idlib.evidence.items[one.duplicate_of].duplicate_of is None


# -- the rule, by hand ----------------------------------------------------------------------------------------------


def test_one_reading_is_combined_with_the_prior_by_precision() -> None:
    """A statement: precision 1 / 0.36 against the prior's 4: weights 25 and 36 of 61."""
    found = reading(item(-0.8))
    assert found.mean == pytest.approx(-0.8 * 25 / 61)
    assert found.sd == pytest.approx((1 / 0.36 + 4) ** -0.5)
    assert (found.ambiguity, found.birge) == (0, 1)
    assert found.prior.to_plain() == {"normal": [-0.327869, 0.384111]}


@pytest.mark.parametrize(
    ("role", "prior"),
    [("initiator", 0.3), ("patron", 0.0), ("guarantor", -0.4), ("defender", -0.7), ("mediator", -0.4)],
)
def test_a_reading_is_combined_with_the_prior_of_the_role(role: str, prior: float) -> None:
    found = read(item(-0.8), role=role)
    assert found is not None
    assert found.mean == pytest.approx((25 * -0.8 + 36 * prior) / 61)
    unread = Evidence({}, {}).stance_or_prior("a", role, AS_OF)
    assert (unread.mean, unread.sd, unread.birge, unread.occasions) == (prior, 0.5, 1, ())


def test_a_warning_makes_no_guarantor_support_an_offensive() -> None:
    """One plain statement: above 0 in one draw of 12; around a prior of 0 it was one of 5."""
    above = {}
    for role in ("guarantor", "patron"):
        found = read(item(-0.7), role=role)
        assert found is not None
        above[role] = 0.5 * math.erfc(-found.mean / found.sd / math.sqrt(2))
    assert above["guarantor"] == pytest.approx(0.0867, abs=0.001)
    assert above["patron"] == pytest.approx(0.2275, abs=0.001)


def test_a_small_example_worked_by_hand() -> None:
    """A strike of 21 days ago and a standing fact of a year ago, each on an occasion of its own.

    Strike: 0.9 * 1/2 / 0.35**2 = 3.673469; fact: 0.8 / 0.4**2 = 5, undiminished.
    """
    strike = item(0.5, "raid", kind="strike", reliability=0.9, date="2019-12-11")
    fact = item(-0.25, "aim", kind="structural", reliability=0.8, date="2019-01-01", standing=True)
    found = reading(strike, fact)
    weights = 0.9 * 0.5 / 0.1225, 0.8 / 0.16
    assert [one.precision for one in found.occasions] == pytest.approx(weights)
    total = sum(weights)
    assert found.mean == pytest.approx((weights[0] * 0.5 - weights[1] * 0.25) / (total + PRIOR))
    assert found.mean == pytest.approx(0.0463, abs=0.0001)
    centre = (weights[0] * 0.5 - weights[1] * 0.25) / total
    chi2 = weights[0] * (0.5 - centre) ** 2 + weights[1] * (-0.25 - centre) ** 2
    assert found.birge == pytest.approx(max(1, math.sqrt(chi2)))
    assert found.sd == pytest.approx((total + PRIOR) ** -0.5 * found.birge)
    assert found.ambiguity == pytest.approx(math.sqrt(chi2 / total))


@pytest.mark.parametrize(
    ("kinds", "sd"),
    [
        (("strike", "deployment", "casualties"), 0.35),
        (("structural", "stance", "pattern"), 0.4),
        (("statement", "visit", "consultation", "demand", "refusal", "threat", "accusation", "criticism"), 0.6),
        (("proposal", "assurance", "meta", "summary"), 0.6),
        (("omission", "inference"), 0.8),
    ],
)
def test_acts_weigh_more_than_words_and_words_more_than_silence(kinds: tuple[str, ...], sd: float) -> None:
    for kind in kinds:
        assert item(0.5, kind=kind).precision(AS_OF, 21) == pytest.approx(1 / sd**2)
    assert set(READING_SD.values()) <= {0.35, 0.4, 0.8}


@given(st.integers(0, 400), st.floats(5, 200), st.floats(0.01, 1))
def test_a_dated_reading_halves_with_every_half_life(age: int, half_life: float, reliability: float) -> None:
    day = (AS_OF - datetime.timedelta(age)).isoformat()
    dated = item(0.5, date=day, reliability=reliability)
    assert dated.precision(AS_OF, half_life) == pytest.approx(reliability * 0.5 ** (age / half_life) / 0.36)
    standing = item(0.5, date=day, reliability=reliability, standing=True)
    assert standing.precision(AS_OF, half_life) == pytest.approx(reliability / 0.36)


def test_a_standing_fact_is_known_from_the_day_it_began() -> None:
    assert read(item(0.5, standing=True, start="2019-01-01", date="2020-02-01")) is not None
    assert read(item(0.5, standing=True, start="2020-01-02", date="2020-02-01")) is None
    assert read(item(0.5, standing=False, start="2019-01-01", date="2020-02-01")) is None
    assert item(0.5, standing=True).known_from == AS_OF


def test_where_nothing_reads_a_stance_the_prior_may_stand_for_it() -> None:
    found = Evidence({"E0": item(0.5)}, {})
    assert found.stance_or_prior("a", "patron", AS_OF) == found.stance("a", "patron", AS_OF)
    assert found.stance_or_prior("b", "patron", AS_OF).mean == 0


def test_a_reading_that_has_faded_away_is_none() -> None:
    """2,087 half-lives: its weight would be 0, and so would be what the mean is divided by."""
    old = item(-1.0, "old", date="1900-01-01")
    assert read(old) is None
    both, alone = reading(old, item(0.5)), reading(item(0.5))
    assert (both.mean, both.sd, both.ambiguity) == pytest.approx((alone.mean, alone.sd, alone.ambiguity))
    assert len(both.occasions) == 1


def test_the_last_day_of_a_span_is_what_ages() -> None:
    assert item(0.5, start="2019-01-01").precision(AS_OF, 21) == item(0.5).precision(AS_OF, 21)


def test_six_sentences_of_one_press_conference_are_one_reading() -> None:
    one, six = reading(item(0.6)), reading(*(item(0.6) for _ in range(6)))
    assert (six.mean, six.sd) == pytest.approx((one.mean, one.sd))
    assert len(six.occasions) == 1
    apart = reading(*(item(0.6, f"speech-{n}") for n in range(6)))
    assert apart.sd < one.sd
    assert apart.mean > one.mean


def test_an_occasion_reads_the_weighted_mean_of_its_items_with_the_precision_of_its_best() -> None:
    found = reading(item(0.8, reliability=0.9), item(-0.4, reliability=0.3))
    (occasion,) = found.occasions
    assert occasion.items == ("E0", "E1")
    assert occasion.reading == pytest.approx((0.9 * 0.8 - 0.3 * 0.4) / 1.2)
    assert occasion.precision == pytest.approx(0.9 / 0.36)


@pytest.mark.parametrize(
    "left_out",
    [
        {"duplicate_of": "E0"},
        {"bearing": 0.0},
        {"informs": "momentum"},
        {"informs": "credibility"},
        {"informs": "ambiguity"},
        {"informs": "none"},
        {"actor": "b"},
        {"date": "2020-01-02"},
    ],
    ids=lambda change: next(iter(change)) + " " + str(next(iter(change.values()))),
)
def test_what_is_no_reading_of_the_stance_is_left_out(left_out: dict[str, object]) -> None:
    other = item(-1.0, "other").model_dump(mode="json", exclude_none=True) | left_out
    assert reading(item(0.5), Item.model_validate(other)) == reading(item(0.5))
    assert read(Item.model_validate(other)) is None


def test_an_item_of_two_actors_reads_both() -> None:
    both = item(0.5, actor=["a", "b"])
    assert read(both, actor="a") == read(both, actor="b") == reading(item(0.5))


def test_contradicting_occasions_widen_the_sd_by_the_birge_ratio() -> None:
    """Two strikes of +0.9 and -0.9: centre 0, chi2 = 2 * 0.81 / 0.1225 = 13.22, over one degree of freedom."""
    found = reading(item(0.9, "one", kind="strike"), item(-0.9, "two", kind="strike"))
    assert found.birge == pytest.approx(math.sqrt(2 * 0.81 / 0.1225))
    assert found.birge == pytest.approx(3.6365, abs=0.0001)
    assert found.sd == pytest.approx((2 / 0.1225 + PRIOR) ** -0.5 * found.birge)
    assert found.ambiguity == pytest.approx(0.9)


def test_agreeing_occasions_do_not_narrow_the_sd() -> None:
    found = reading(item(0.5, "one"), item(0.51, "two"))
    assert found.birge == 1
    assert found.sd == pytest.approx((2 / 0.36 + PRIOR) ** -0.5)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.1, 20)), min_size=1, max_size=8))
def test_a_stance_lies_within_its_readings_and_the_prior(pairs: list[tuple[float, float]]) -> None:
    occasions = tuple(Occasion(str(n), (), reading, precision) for n, (reading, precision) in enumerate(pairs))
    found = combine(occasions, "patron")
    readings = [0.0, *(reading for reading, _ in pairs)]
    assert min(readings) - 1e-12 <= found.mean <= max(readings) + 1e-12
    assert 0 < found.sd <= 0.5 * found.birge
    assert found.birge >= 1
    assert 0 <= found.ambiguity <= 1 + 1e-12
    turned = combine(tuple(reversed(occasions)), "patron")
    assert (turned.mean, turned.sd, turned.ambiguity) == pytest.approx((found.mean, found.sd, found.ambiguity))
    mirrored = combine(tuple(Occasion(o.id, (), -o.reading, o.precision) for o in occasions), "patron")
    assert (mirrored.mean, mirrored.sd) == pytest.approx((-found.mean, found.sd))


@given(st.floats(-10, 10))
def test_the_goldstein_score_never_enters(score: float) -> None:
    assert reading(item(0.5, goldstein=score, cameo="195")) == reading(item(0.5))


# -- evidence files -------------------------------------------------------------------------------------------------


def test_a_scenario_reads_its_stance_from_evidence(folder: Folder) -> None:
    """A statement of 21 days ago: 0.8 / 2 / 0.36 against the prior's 4, around the initiator's 0.3."""
    folder.evidence()
    scenario = folder.load(READING)
    found = scenario.readings["attacker"]
    weight = 0.4 / 0.36
    assert found.mean == pytest.approx((0.5 * weight + 0.3 * 4) / (weight + 4))
    assert found.sd == pytest.approx((weight + 4) ** -0.5)
    assert scenario.actors["attacker"].stance.to_plain() == {"normal": [0.343478, 0.442326]}  # type: ignore[union-attr]
    assert scenario.read_fields == {("attacker", "stance")}


def test_the_half_life_of_the_file_counts(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("items:", "half_life: 3 weeks\nitems:")))
    usual = folder.load(READING).readings["attacker"].mean
    folder.evidence(edit(EVIDENCE, ("items:", "half_life: 7 days\nitems:")))
    assert usual == pytest.approx(0.343478, abs=1e-6)
    weight = 0.1 / 0.36
    assert folder.load(READING).readings["attacker"].mean == pytest.approx((0.5 * weight + 1.2) / (weight + 4))


def test_evidence_that_nobody_reads_is_kept_for_the_report(folder: Folder) -> None:
    folder.evidence()
    scenario = folder.load(edit(READING, ("stance: evidence", "stance: 0.1")))
    assert scenario.evidence is not None
    assert list(scenario.evidence.items) == ["E1"]
    assert dict(scenario.readings) == {}


@pytest.mark.parametrize("key", ["actor: atacker", "actor: [attacker, atacker]", "target: atacker"])
def test_an_item_of_a_mistyped_actor_is_refused_and_not_dropped(folder: Folder, key: str) -> None:
    written = edit(EVIDENCE, ("actor: attacker", key if key.startswith("actor") else f"actor: attacker\n    {key}"))
    folder.evidence(written)
    told = [one for one in folder.faults(READING) if "no actor 'atacker'" in one]
    assert len(told) == 1
    assert told[0].endswith("so nothing would read this; did you mean attacker?")
    assert f": items.E1.{key.split(':')[0]}: " in told[0]


def test_an_item_of_an_actor_that_a_variant_removes_may_stand(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("actor: attacker", "actor: [attacker, militia]")))
    militia = "  militia: {role: defender, stance: -0.5, strength: 0.1}\n  town:"
    folder.write(edit(READING, ("  town:", militia)), "base.yaml")
    scenario = folder.load("schema: offramp/scenario/1\nid: v\nextends: ./base.yaml\nactors: {militia: null}\n")
    assert "unknown-actor" in {one.name for one in doubts_of(scenario)}


def test_an_override_of_a_stance_leaves_the_reading_aside(folder: Folder) -> None:
    folder.evidence()
    folder.write(READING, "base.yaml")
    over = (
        "schema: offramp/scenario/1\nid: v\nextends: ./base.yaml\nactors: {attacker: {stance: {normal: [0.3, 0.1]}}}\n"
    )
    scenario = folder.load(over)
    assert scenario.actors["attacker"].stance.to_plain() == {"normal": [0.3, 0.1]}  # type: ignore[union-attr]
    assert not scenario.read_fields


ID = "(small letters, digits and hyphens, 64 at most)"
ITEM_FAULTS = [
    ("actor: attacker", "actor: 5", ["5:5: items.E1.actor: expected a list (got 5)"]),
    ("actor: attacker", "actor: [a, b, c, d, e, f, g, h, i]", ['5:5: items.E1.actor: expected at most 8 entries (got ["a", "b", "c", "d", "e", "f", "g", "h", "i"])']),
    ("date: 2019-12-11", "date: yesterday", ['6:5: items.E1.date: expected a date such as 2018-08-19 (got "yesterday")']),
    ("date: 2019-12-11", "date: 2019-12-11\n    start: 2019-12-12", ["7:5: items.E1.start: expected a day on or before `date`"]),
    ("source: paper", "source: papr", ["7:5: items.E1.source: there is no source 'papr'; did you mean paper?"]),
    ("source: paper", "source: other", ["7:5: items.E1.source: there is no source 'other'"]),
    ("says: It said so.", "says: ''", ['8:5: items.E1.says: expected some text (got "")']),
    ("informs: stance", "informs: stnce", ["10:5: items.E1.informs: expected 'stance', 'ambiguity', 'momentum', 'credibility', 'constraint', 'displacement' or 'none' (got \"stnce\"); did you mean stance?"]),
    ("bearing: 0.5", "bearing: .nan", ["11:5: items.E1.bearing: expected a finite number (got NaN)"]),
    ("occasion: speech", "occasion: The Speech", [f'13:5: items.E1.occasion: expected text like assad-regime {ID} (got "The Speech")']),
    ("occasion: speech", "occasion: speech\n    standing: yes", ['14:5: items.E1.standing: expected true or false (got "yes")']),
    ("occasion: speech", "occasion: speech\n    paragraph: 1.5", ["14:5: items.E1.paragraph: expected a whole number (got 1.5)"]),
    ("occasion: speech", "occasion: speech\n    cameo: 195", ["14:5: items.E1.cameo: expected text (got 195); put it in quotes to make it text"]),
    ("occasion: speech", 'occasion: speech\n    cameo: "19x"', ['14:5: items.E1.cameo: expected text like a CAMEO code such as "195" (got "19x")']),
    ("occasion: speech", "occassion: speech", ["4:3: items.E1.occasion: this key is required", "13:5: items.E1.occassion: there is no such key; did you mean occasion?"]),
    ("occasion: speech", "occasion: speech\n    paragraph: 0", ["14:5: items.E1.paragraph: expected a number of 1 or more (got 0)"]),
    ("reliability: 0.8\n", "reliability: 0\n", ["12:5: items.E1.reliability: expected a number above 0 (got 0)"]),
    ("bearing: 0.5", "bearing: 2", ["11:5: items.E1.bearing: expected a number of 1 or less (got 2)"]),
    ("occasion: speech", "occasion: speech\n    anchor: {paragraph: 1, span: [0, 4], sha256: x}", ['14:42: items.E1.anchor.sha256: expected text like 9f86d081884c7d65 (16 digits, 0 to 9 and a to f) (got "x")']),
    ("items:", "drafted: {proposed: 3, accepted: 1}\nitems:", ['3:1: drafted: expected `proposed` to be 1: what was accepted, edited or rejected (got {"proposed": 3, "accepted": 1})']),
    ("  E1:", "  E 1:", ['4:3: items.E 1: expected text like E01 (letters, digits and hyphens, 64 at most) (got "E 1")']),
    ("sources: ./sources.yaml", "sorces: ./sources.yaml", ["1:1: sources: this key is required", "2:1: sorces: there is no such key; did you mean sources?"]),
    ("sources: ./sources.yaml", "sources: [x]", ['2:1: sources: expected text (got ["x"])']),
    ("sources: ./sources.yaml", "sources: ../../x.yaml", ["2:1: sources: '../../x.yaml' lies outside the scenario folder 'scenarios'; keep the file inside it"]),
    ("items:", "half_life: 0\nitems:", ["3:1: half_life: expected a number above 0 (got 0)"]),
    ("offramp/evidence/1", "offramp/evidence/2", ["1:1: schema: expected 'offramp/evidence/1' (got \"offramp/evidence/2\"); did you mean offramp/evidence/1?"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), ITEM_FAULTS, ids=[new.strip()[-40:] for _, new, _ in ITEM_FAULTS])
def test_a_fault_of_the_evidence_is_told_with_its_place_and_key(
    folder: Folder, old: str, new: str, expected: list[str]
) -> None:
    folder.evidence(edit(EVIDENCE, (old, new)))
    assert folder.faults(READING) == [f"evidence.yaml:{fault}" for fault in expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("date: 2019-12-31", "date: soon", ['3:27: sources.paper.date: expected a date such as 2018-08-19 (got "soon")']),
        ("date: 2019-12-31", "date: 2019-12-31, url: ftp://x", ['3:45: sources.paper.url: expected text like an http or https address (got "ftp://x")']),
        ("date: 2019-12-31", "date: 2019-12-31, sha256: x", ['3:45: sources.paper.sha256: expected text like a SHA-256 (64 digits, 0 to 9 and a to f) (got "x")']),
        ("title: A paper", "title: 5", ["3:11: sources.paper.title: expected text (got 5); put it in quotes to make it text"]),
        ("  paper: {title: A paper, date: 2019-12-31}", "  - paper", ['2:1: sources: expected a map of keys (got ["paper"])']),
        ("sources:", "source:", ["1:1: sources: this key is required", "2:1: source: there is no such key; did you mean sources?"]),
        ("offramp/sources/1", "offramp/evidence/1", ["1:1: schema: expected 'offramp/sources/1' (got \"offramp/evidence/1\"); did you mean offramp/sources/1?"]),
    ],
)  # fmt: skip
def test_a_fault_of_the_sources_is_told_with_its_place_and_key(
    folder: Folder, old: str, new: str, expected: list[str]
) -> None:
    folder.evidence(sources=edit(SOURCES, (old, new)))
    assert folder.faults(READING) == [f"sources.yaml:{fault}" for fault in expected]


def test_an_item_of_after_the_as_of_date_is_refused(folder: Folder) -> None:
    later = "  E2:" + EVIDENCE.partition("  E1:")[2].replace("2019-12-11", "2020-01-02")
    folder.evidence(EVIDENCE + later)
    message = "dated 2020-01-02, after the as-of date 2020-01-01: not known then; leave it out"
    assert folder.faults(READING) == [f"evidence.yaml:16:5: items.E2.date: {message}"]
    folder.evidence(EVIDENCE + later.replace("2020-01-02", "2020-01-01"))
    folder.load(READING)


def test_a_variant_with_an_earlier_as_of_date_may_not_know_the_later_items(folder: Folder) -> None:
    folder.evidence()
    told = folder.faults(edit(READING, ("2020-01-01", "2019-12-10")))
    assert any(
        fault.startswith("evidence.yaml:6:5: items.E1.date: dated 2019-12-11, after the as-of date") for fault in told
    )


def test_a_duplicate_names_another_item(folder: Folder) -> None:
    copy = "  E2:" + EVIDENCE.partition("  E1:")[2] + "    duplicate_of: "
    folder.evidence(f"{EVIDENCE}{copy}E1\n")
    folder.load(READING)
    for wrong in ("E2", "E9"):
        folder.evidence(f"{EVIDENCE}{copy}{wrong}\n")
        assert folder.faults(READING) == [
            f"evidence.yaml:24:5: items.E2.duplicate_of: there is no other item {wrong!r}"
        ]


def test_an_actor_without_a_reading_must_be_given_a_stance(folder: Folder) -> None:
    folder.evidence()
    told = folder.faults(edit(READING, ("stance: -0.9", "stance: evidence")))
    assert told == [
        "crisis.yaml:11:26: actors.town.stance: no item of the evidence reads the stance of town; write a distribution"
    ]


def test_ambiguity_is_not_read_from_one_occasion(folder: Folder) -> None:
    folder.evidence()
    told = folder.faults(edit(READING, ("stance: evidence", "stance: evidence, ambiguity: evidence")))
    assert told == [
        "crisis.yaml:10:49: actors.attacker.ambiguity: one occasion does not show how signals vary; write a number"
    ]


def test_ambiguity_may_be_read_where_the_stance_is_given(folder: Folder) -> None:
    second = EVIDENCE.partition("  E1:")[2].replace("bearing: 0.5", "bearing: -0.5").replace("speech", "second")
    folder.evidence(EVIDENCE + "  E2:" + second)
    scenario = folder.load(edit(READING, ("stance: evidence", "stance: 0.1, ambiguity: evidence")))
    assert scenario.read_fields == {("attacker", "ambiguity")}
    assert scenario.actors["attacker"].ambiguity.mean == pytest.approx(0.5)  # type: ignore[union-attr]


def test_ambiguity_read_from_perfect_agreement_is_still_above_zero(folder: Folder) -> None:
    folder.evidence(EVIDENCE + "  E2:" + EVIDENCE.partition("  E1:")[2].replace("speech", "second"))
    scenario = folder.load(edit(READING, ("stance: evidence", "stance: 0.1, ambiguity: evidence")))
    assert scenario.actors["attacker"].ambiguity.mean == 0.02  # type: ignore[union-attr]


def test_faults_of_the_scenario_and_its_evidence_are_told_together(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("occasion: speech", "occasion: The Speech"), ("date: 2019-12-11", "date: soon")))
    told = folder.faults(edit(READING, ("title:", "titel:")))
    assert [fault.partition(": ")[0] for fault in told] == [
        "crisis.yaml:1:1",
        "crisis.yaml:3:1",
        "evidence.yaml:6:5",
        "evidence.yaml:13:5",
    ]


def test_evidence_outside_the_scenario_folder_is_refused(folder: Folder) -> None:
    (folder.path.parent / "evidence.yaml").write_text(EVIDENCE)
    (folder.path / "link.yaml").symlink_to(folder.path.parent / "evidence.yaml")
    for file in ("../evidence.yaml", "/etc/passwd", "./link.yaml"):
        message = f"{file!r} lies outside the scenario folder 'scenarios'; keep the file inside it"
        assert folder.faults(MINIMAL + f"evidence: {file}\n") == [f"crisis.yaml:12:1: evidence: {message}"]


def test_evidence_is_found_beside_the_file_that_names_it(folder: Folder) -> None:
    folder.evidence()
    folder.write(READING, "base.yaml")
    over = "schema: offramp/scenario/1\nid: v\nextends: ../base.yaml\n"
    scenario = sim.load(folder.write(over, "deep/variant.yaml"))
    assert scenario.readings["attacker"].mean == pytest.approx(0.343478, abs=1e-6)


def test_evidence_with_a_fault_of_yaml_is_told(folder: Folder) -> None:
    folder.evidence(EVIDENCE + "    says: again\n")
    assert folder.faults(READING) == ["evidence.yaml:14:5: items.E1.says: the key appears twice (first on line 8)"]


# -- known faults ---------------------------------------------------------------------------------------------------


def test_a_reading_of_long_ago_is_no_crash(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("2019-12-11", "1900-01-01")))
    with contextlib.suppress(ScenarioError):
        folder.load(READING)


@pytest.mark.parametrize("written", ['"0.5"', "true", '"high"'])
@pytest.mark.parametrize("key", ["bearing", "reliability", "goldstein"])
def test_text_is_never_taken_for_a_number_in_evidence(folder: Folder, key: str, written: str) -> None:
    lines = [line for line in EVIDENCE.splitlines() if f" {key}:" not in line] + [f"    {key}: {written}"]
    folder.evidence("\n".join(lines))
    (told,) = folder.faults(READING)
    assert f"items.E1.{key}: expected a number (got {written})" in told


def test_a_list_with_one_wrong_entry_is_one_fault(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("actor: attacker", "actor: [Attacker]")))
    assert len(folder.faults(READING)) == 1


def test_a_misspelt_key_of_a_source_is_told_with_what_was_meant(folder: Folder) -> None:
    folder.evidence(sources=edit(SOURCES, ("date: 2019-12-31", "date: 2019-12-31, publsher: x")))
    (told,) = folder.faults(READING)
    assert told.endswith("sources.paper.publsher: there is no such key; did you mean publisher?")


def test_a_misspelt_key_of_an_anchor_is_told_with_what_was_meant(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("source: paper\n", "source: paper\n    anchor: {paragraf: 1}\n")))
    assert any(
        one.endswith("anchor.paragraf: there is no such key; did you mean paragraph?") for one in folder.faults(READING)
    )


def test_an_unknown_source_is_told_with_other_faults(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("source: paper", "source: papr"), ("occasion: speech", "occasion: The Speech")))
    assert len(folder.faults(READING)) == 2


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("evidence.yaml")), ids=lambda path: path.parent.name)
def test_no_evidence_of_the_project_lies_unread(path: Path) -> None:
    assert any("evidence: ./evidence.yaml" in file.read_text(encoding="utf-8") for file in path.parent.glob("*.yaml"))


# -- the as-of guard ------------------------------------------------------------------------------------------------


def test_a_standing_fact_reported_after_the_as_of_date_is_refused(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("date: 2019-12-11", "start: 2019-01-01\n    standing: true\n    date: 2031-01-01")))
    (told,) = folder.faults(READING)
    assert "items.E1.date: dated 2031-01-01, after the as-of date 2020-01-01" in told


def test_a_source_published_after_the_as_of_date_is_refused(folder: Folder) -> None:
    folder.evidence(sources=edit(SOURCES, ("2019-12-31", "2020-01-02")))
    (told,) = folder.faults(READING)
    assert "items.E1.source: 'paper' is dated 2020-01-02, after the as-of date 2020-01-01" in told


def test_duplicates_of_each_other_are_refused(folder: Folder) -> None:
    first = edit(EVIDENCE, ("occasion: speech", "occasion: speech\n    duplicate_of: E2"))
    second = first.partition("items:\n")[2].replace("E1:", "E2:").replace("of: E2", "of: E1")
    folder.evidence(first + second)
    assert sum("is a duplicate itself" in told for told in folder.faults(READING)) == 2


def test_every_pattern_of_the_language_is_told_in_words() -> None:
    folders = (ROOT / "sim" / name for name in ("scenario", "draft", "studies/sweep"))
    texts = (path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    patterns = {found for text in texts for found in re.findall(r'pattern=r"([^"]+)"', text)}
    assert len(patterns) > 5
    assert patterns <= PATTERNS.keys()
