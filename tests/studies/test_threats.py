"""Threats between states: a row becomes a scenario by rule, from what was known on the day alone."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reports.recalibrate import rates_of
from sim.baselines.cases import threats_between_states
from sim.errors import UsageError
from sim.evaluation.backtest.threats import auc, folds_of
from sim.evaluation.threats import COLUMNS, Threat, Threats, load_threats
from sim.scenario.levels import level
from sim.scenario.schema import Defender, Guarantor, Initiator, Patron
from tests.studies.made_threats import many, row, write_threats


def load(tmp_path: Path, *rows: dict[str, Any]) -> Threats:
    return load_threats(write_threats(tmp_path / "threats.csv", list(rows)))


def initiator(tmp_path: Path, **known: Any) -> Initiator:
    (scenario,) = load(tmp_path, row(1, **known)).scenarios.values()
    one = scenario.actors["initiator"]
    assert isinstance(one, Initiator)
    return one


@pytest.mark.parametrize(
    ("known", "stance"),
    [
        ({}, "no-aim"),
        ({"rival": 1}, "aim"),
        ({"force_5y": 1}, "aim"),
        ({"trig_threat": 1}, "threatened"),
        ({"n_threat30": 2, "rival": 1}, "threatened"),
        ({"trig_mobil": 1}, "threatened"),
        ({"trig_war_threat": 1, "trig_threat": 1}, "ordered"),
    ],
)
def test_the_stance_follows_what_was_said(tmp_path: Path, known: dict[str, Any], stance: str) -> None:
    assert initiator(tmp_path, **known).stance == level("initiator.stance", stance).distribution


@pytest.mark.parametrize(
    ("known", "posture", "momentum"),
    [
        ({}, "routine", "none"),
        ({"trig_show": 1, "force_5y": 1}, "moving", "some"),
        ({"trig_fort": 1, "force_5y": 2}, "moving", "some"),
        ({"trig_mobil": 1, "force_5y": 3}, "massed", "sweeping"),
        ({"n_disp30": 3}, "massed", "none"),
    ],
)
def test_posture_and_momentum_follow_what_was_done(
    tmp_path: Path, known: dict[str, Any], posture: str, momentum: str
) -> None:
    one = initiator(tmp_path, **known)
    assert one.posture == level("initiator.posture", posture).distribution
    assert one.momentum == level("initiator.momentum", momentum).distribution


@pytest.mark.parametrize(
    ("known", "strength"),
    [
        ({"cinc_b": 0.016}, "peer"),
        ({"cinc_b": 0.008}, "army"),
        ({"cinc_b": 0.003}, "entrenched"),
        ({"cinc_b": 0.001}, "pocket"),
        ({"cinc_b": 0.0001}, "remnant"),
        ({"cinc_b": 0.008, "land": 0}, "peer"),
        ({"cinc_b": 0.008, "land": 0, "maj_a": 1}, "army"),
        ({"cinc_b": 0.0001, "nuc_b": 1}, "nuclear-or-peer"),
        ({"cinc_b": ""}, "army"),
    ],
)
def test_the_defenders_strength_follows_their_capabilities(
    tmp_path: Path, known: dict[str, Any], strength: str
) -> None:
    (scenario,) = load(tmp_path, row(1, **known)).scenarios.values()
    one = scenario.actors["defender"]
    assert isinstance(one, Defender)
    assert one.strength == level("defender.strength", strength).distribution


def test_powers_are_cast_by_what_they_are(tmp_path: Path) -> None:
    known = {"patron_major": 1, "n_co_a": 1, "guar_major": 1, "guar_cinc": 0.1, "n_co_b": 1, "med_major": 1}
    (scenario,) = load(tmp_path, row(1, **known)).scenarios.values()
    assert list(scenario.actors) == ["initiator", "defender", "patron", "guarantor", "power", "appeals"]
    patron, guarantor, attacker = (scenario.actors[name] for name in ("patron", "guarantor", "initiator"))
    assert isinstance(patron, Patron) and isinstance(guarantor, Guarantor) and isinstance(attacker, Initiator)  # noqa: PT018
    assert patron.stance == level("patron.stance", "backs").distribution
    assert guarantor.strength == level("guarantor.strength", "tripwire").distribution
    assert guarantor.stance == level("guarantor.stance", "defends").distribution
    assert attacker.self_reliance == level("initiator.self_reliance", "own-means").distribution
    assert scenario.principal == "patron"


def test_a_threat_has_neither_bombing_nor_terms_and_is_played_at_the_priors(tmp_path: Path) -> None:
    (scenario,) = load(tmp_path, row(1)).scenarios.values()
    document = scenario.document
    assert (document.strikes, document.terms, document.start.phase, document.sample) == ("off", "off", "standoff", 1.0)
    assert scenario.posterior is None


def test_rows_that_are_coded_alike_share_a_scenario_and_outcomes_change_none(tmp_path: Path) -> None:
    rows = [row(1, days_to_force=10), row(2, pair="3-4", as_of="1999-05-01"), row(3, trig_mobil=1)]
    threats = load(tmp_path, *rows)
    assert list(Counter(one.scenario for one in threats.cases).values()) == [2, 1]
    assert len(threats.scenarios) == 2
    blind = load(tmp_path, *(one | {"days_to_force": "", "days_to_major": ""} for one in rows))
    assert blind.scenarios.keys() == threats.scenarios.keys()


def test_what_is_known_of_a_threat_leaves_open_whether_there_was_an_agreement(tmp_path: Path) -> None:
    early, never = load(tmp_path, row(1, days_to_force=10), row(2, pair="3-4")).cases
    later = datetime.date(1990, 1, 1)
    assert early.seen(later) == {0, 1}
    assert never.seen(later) == {6, 7}
    assert never.seen(never.as_of) == set(range(8))


def test_threats_of_before_1946_are_left_out(tmp_path: Path) -> None:
    assert len(load(tmp_path, row(1, as_of="1938-09-12"), row(2)).cases) == 1
    with pytest.raises(UsageError, match="no threat since 1946"):
        load(tmp_path, row(1, as_of="1938-09-12"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cinc_a": "much"}, r":2:\d+: cinc_a: expected a number of 0 or more \(got much\)"),
        ({"force_5y": -1}, r":2:\d+: force_5y: expected a number of 0 or more"),
        ({"rival": "nan"}, r":2:\d+: rival: expected a number of 0 or more \(got nan\)"),
        ({"as_of": "in May"}, r":2:2: as_of: expected a date such as"),
        ({"days_to_force": "1.5"}, r":2:4: days_to_force: expected a whole number of 0 or more \(got 1.5\)"),
    ],
)
def test_a_cell_that_cannot_be_is_told_with_its_line(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(tmp_path, row(1, **change))


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "threats.csv"
    path.write_text(",".join(COLUMNS[:-2]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="lacks the columns guar_cinc, tpop_b"):
        load_threats(path)
    with pytest.raises(UsageError, match="cannot read"):
        load_threats(tmp_path / "none.csv")


def test_folds_keep_pairs_whole(tmp_path: Path) -> None:
    cases = load(tmp_path, *many()).cases
    folds = folds_of(cases, 0)
    assert sorted(name for fold in folds for name in fold) == sorted(one.name for one in cases)
    for pair in {one.pair for one in cases}:
        assert sum(any(one.pair == pair and one.name in fold for one in cases) for fold in folds) == 1


def test_the_area_under_the_curve_by_hand() -> None:
    import numpy as np

    happened = np.array([True, True, False, False])
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), happened) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(np.array([0.5, 0.5]), np.array([True, True])) is None


def test_rates_count_what_came_within_each_window() -> None:
    days = [("a-b", 10, None), ("a-b", None, None), ("c-d", 100, 120), ("e-f", None, None)]
    threats = [Threat("one", pair, datetime.date(2000, 1, 1), "coded", force, major, {}) for pair, force, major in days]
    rates = rates_of(threats, "made up")
    assert [rates["windows"][window]["force"]["p"] for window in ("30", "90", "180")] == [0.25, 0.25, 0.5]
    assert [rates["windows"][window]["major"]["happened"] for window in ("30", "90", "180")] == [0, 0, 1]
    assert (rates["cases"], rates["pairs"], rates["source"]) == (4, 3, "made up")


def test_the_rates_that_come_with_offramp_are_aggregates_with_their_source() -> None:
    rates = threats_between_states()
    assert (rates["cases"], rates["pairs"]) == (403, 127)
    assert "Militarized Interstate Events" in rates["source"]
    within = rates["windows"]["90"]
    assert (within["force"]["happened"], within["major"]["happened"]) == (60, 12)
    assert within["force"]["low"] < within["force"]["p"] < within["force"]["high"]
