"""The panel of baselines: no leakage, own case out, too few said, the plain form."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.baselines.base_rate import base_rate
from sim.baselines.cases import Case
from sim.baselines.logistic import fit
from sim.baselines.panel import FEWEST, Baselines, baselines_for
from tests import worlds

START = datetime.date(2015, 1, 1)
ASKED = {"question.horizon": 180, "question.milestones": [14, 30, 90]}


def past(count: int, seed: int = 1) -> list[Case]:
    """Cases of 2015 to 2018, all resolved before the crisis of 2020; support pushes towards an offensive."""
    rng, cases = np.random.default_rng(seed), []
    for index in range(count):
        support, troops = float(np.round(rng.random(), 3)), int(rng.integers(0, 2))
        begins = rng.random() < 0.15 + 0.7 * support
        cases.append(
            Case(
                id=f"case-{index}",
                tier="A",
                area=f"area-{index % 7}",
                as_of=START + datetime.timedelta(30 * index % 1200),
                horizon=180,
                target=False,
                days_to_offensive=int(rng.integers(0, 180)) if begins else None,
                days_to_agreement=None,
                expected_support=support,
                troops_inside=troops,
                mean=round(support - 0.6, 3),
                median=round(support - 0.5, 3),
                challenge=round(0.4 - support, 3),
                condorcet=round(support - 0.4, 3),
            )
        )
    return cases


def test_every_baseline_is_learnt_from_the_cases_by_its_own_rule(tmp_path: Path) -> None:
    cases, scenario = past(40), worlds.load(tmp_path, **ASKED)
    panel = baselines_for(scenario, cases)
    assert [one.window for one in panel.windows] == [30, 90, 180]
    for one in panel.windows:
        labels = [bool(case.label(one.window)) for case in cases]
        assert one.base_rate == base_rate(labels, [case.area for case in cases])
        known = fit([[case.expected_support, case.troops_inside] for case in cases], labels)
        assert one.logistic == known.predict(panel.features.expected_support, panel.features.troops_inside)
        assert (one.cases, one.reason) == (40, None)
        assert panel.positions is not None
        for rule in ("mean", "median", "challenge", "condorcet"):
            curve = fit([[getattr(case, rule)] for case in cases], labels)
            assert one.positions[rule] == curve.predict(getattr(panel.positions, rule))


def test_only_windows_that_the_scenario_asks_about_are_answered(tmp_path: Path) -> None:
    panel = baselines_for(worlds.load(tmp_path), past(40))  # horizon 60, milestones 14 and 30
    assert [one.window for one in panel.windows] == [30]


def test_what_happened_after_the_as_of_date_changes_nothing(tmp_path: Path) -> None:
    scenario, cases = worlds.load(tmp_path, **ASKED), past(40)
    later = [replace(case, id=f"later-{case.id}", as_of=scenario.as_of, days_to_offensive=3) for case in past(30, 2)]
    open_ = [replace(case, id=f"open-{case.id}", as_of=scenario.as_of - datetime.timedelta(20)) for case in past(5, 3)]
    unresolved = [replace(case, days_to_offensive=25) for case in open_]
    assert baselines_for(scenario, [*cases, *later, *unresolved]).windows == baselines_for(scenario, cases).windows


def test_an_offensive_in_a_window_that_is_still_open_does_not_count_yet(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, **ASKED)
    early = replace(past(1)[0], id="early", as_of=scenario.as_of - datetime.timedelta(50), days_to_offensive=3)
    panel = baselines_for(scenario, [*past(40), early])
    assert [one.cases for one in panel.windows] == [41, 40, 40]


def test_a_scenario_does_not_learn_from_itself_or_from_the_target(tmp_path: Path) -> None:
    filed = {
        "case": {"tier": "A", "area": "here"},
        "resolution": {"offensive": "2020-01-01", "agreement": "none", "source": "-", "confidence": "high"},
    }
    scenario, cases = worlds.load(tmp_path, **ASKED, **filed), past(40)
    own = replace(cases[0], id="own", area="here", as_of=scenario.as_of, days_to_offensive=0)
    target = replace(cases[0], id="target", target=True)
    neighbour = replace(cases[0], id="neighbour", area="here")
    alone = baselines_for(scenario, cases).windows
    assert baselines_for(scenario, [*cases, own, target]).windows == alone
    assert baselines_for(scenario, [*cases, neighbour]).windows != alone


def test_fewer_than_ten_resolved_cases_are_too_few_to_judge(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, **ASKED)
    few = baselines_for(scenario, past(FEWEST - 1)).windows[0]
    assert (few.cases, few.reason, few.base_rate, few.logistic, few.positions) == (
        9,
        "too few to judge",
        None,
        None,
        {},
    )
    enough = baselines_for(scenario, past(FEWEST)).windows[0]
    assert enough.reason is None
    assert enough.base_rate is not None
    assert enough.base_rate.cases == 10
    assert baselines_for(scenario, []).windows[0].reason == "too few to judge"


def test_cases_without_a_position_are_left_out_of_the_link_only(tmp_path: Path) -> None:
    scenario, cases = worlds.load(tmp_path, **ASKED), past(40)
    bare = [replace(case, mean=None) for case in cases[:31]] + cases[31:]
    one = baselines_for(scenario, bare).windows[0]
    assert "mean" not in one.positions
    assert one.positions["median"] == baselines_for(scenario, cases).windows[0].positions["median"]
    assert one.cases == 40


def test_the_plain_form_is_json_and_says_n_beside_every_rate(tmp_path: Path) -> None:
    panel: Baselines = baselines_for(worlds.load(tmp_path, **ASKED), past(40))
    record = json.loads(json.dumps(panel.record(), allow_nan=False))
    assert list(record) == ["table", "features", "positions", "windows"]
    window = record["windows"]["90"]
    assert set(window) == {"cases", "reason", "base_rate", "logistic", "positions"}
    assert set(window["base_rate"]) == {"p", "low", "high", "happened", "cases", "groups"}
    assert window["base_rate"]["cases"] == window["cases"] == 40
    assert set(window["positions"]) == {"mean", "median", "challenge", "condorcet"}
    assert set(record["positions"]["choice"]) == {"offensive", "standoff", "agreement"}
    assert window["logistic"]["p"] == pytest.approx(panel.windows[1].logistic.p, abs=1e-6)  # type: ignore[union-attr]
