"""What is read from a scenario: capability by role, features, positions."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.baselines.positions import capabilities, features_of, positions_of
from tests import worlds


def test_capability_follows_the_role(tmp_path: Path) -> None:
    """Attacker 1.0 with self-reliance 0.1: 0.1 of its own, 0.9 of the backer, whom the envoy sways at 0.3."""
    expected = {"attacker": 0.1, "backer": 0.9, "shield": 0.4, "town": 0.3, "envoy": 0.27}
    assert capabilities(worlds.load(tmp_path)) == pytest.approx(expected)


def test_backing_is_divided_by_normalised_shares(tmp_path: Path) -> None:
    changes = {
        "actors.second": {"role": "patron", "stance": 0.5, "share": 3.0},
        "actors.attacker.self_reliance": 0.4,
        "actors.attacker.strength": 2.0,
    }
    capability = capabilities(worlds.load(tmp_path, **changes))
    assert (capability["attacker"], capability["backer"], capability["second"]) == pytest.approx((0.8, 0.3, 0.9))


def test_a_mediator_without_leverage_has_no_capability(tmp_path: Path) -> None:
    assert capabilities(worlds.load(tmp_path, ties__envoy={"shield": 0.9}))["envoy"] == 0


def test_positions_match_sums_worked_by_hand(tmp_path: Path) -> None:
    """All saliences are 0.8, so capability weighs: 0.1 at 0.8, 0.9 at 0.2, 0.4 at -0.6, 0.3 at -0.9, 0.27 at -0.6."""
    positions = positions_of(worlds.load(tmp_path))
    assert positions is not None
    assert positions.mean == pytest.approx((0.08 + 0.18 - 0.24 - 0.27 - 0.162) / 1.97)
    assert positions.median == 0.2, "0.97 of 1.97 lies below"
    assert -0.9 <= positions.challenge <= 0.8
    offensive, agreement = positions.choice["offensive"], positions.choice["agreement"]
    assert sum(positions.choice.values()) == pytest.approx(1)
    assert positions.condorcet == pytest.approx(offensive - 0.35 * agreement)
    assert agreement > offensive, "0.672 of support stands against 0.26"


def test_actors_without_any_weight_have_no_position(tmp_path: Path) -> None:
    silent, unarmed = ("attacker", "backer", "envoy"), ("shield", "town")
    weak = {f"actors.{name}.salience": 0 for name in silent} | {f"actors.{name}.strength": 0 for name in unarmed}
    assert positions_of(worlds.load(tmp_path, **weak)) is None


def test_features_match_their_definition(tmp_path: Path) -> None:
    one = features_of(worlds.load(tmp_path))
    assert one.expected_support == pytest.approx(0.1 + 0.9 * 0.6)
    assert one.troops_inside == 1
    second = {"actors.second": {"role": "patron", "stance": -1, "share": 3.0}, "actors.shield.strength": 0.29}
    two = features_of(worlds.load(tmp_path, **second))
    assert two.expected_support == pytest.approx(0.1 + 0.9 * 0.25 * 0.6)
    assert two.troops_inside == 0


def test_without_a_patron_the_initiator_relies_on_itself(tmp_path: Path) -> None:
    alone = {"actors.backer": None, "ties.backer": None, "ties.shield": {"town": 0.5}, "ties.envoy": {"shield": 0.2}}
    unwritten = {**alone, "actors.attacker.self_reliance": None}
    assert features_of(worlds.load(tmp_path, **unwritten)).expected_support == 1
    written = worlds.load(tmp_path, **alone, **{"actors.attacker.self_reliance": 0.7})
    assert features_of(written).expected_support == 0.7
