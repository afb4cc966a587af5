"""The split of a forecast's variance over groups of inputs and chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.evaluation.calibration import result
from sim.evaluation.calibration.result import GROUPS, group_of, split
from sim.scenario.schema import Parameters
from sim.studies.bench import Site
from tests.worlds import load

Z = 4.8
ACTORS, STRUCTURE, FRAILTY = GROUPS
FIXED = {name: getattr(Parameters(), name).median for name in Parameters.model_fields}


@pytest.fixture(autouse=True)
def _window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "SPLIT_WINDOW", 60)


def split_of(folder: Path, **changes: Any) -> dict[str, Any]:
    return split(load(folder, **changes), 1, Site())


def test_every_stream_has_its_group() -> None:
    assert group_of("parameters.rift_cost") == group_of("parameters.posterior") == STRUCTURE
    assert group_of("actors.russia.frailty") == FRAILTY
    assert group_of("parameters.frailty") == STRUCTURE
    assert {group_of(name) for name in ("actors.russia.stance", "ties.a.b", "pressures.x.intensity")} == {ACTORS}


@pytest.mark.slow
def test_what_is_known_explains_nothing(tmp_path: Path) -> None:
    """Parameters that are known explain nothing; dispositions, which nobody can look up, do without frailty too."""
    got = split_of(tmp_path, parameters=FIXED | {"frailty": 0.0})
    assert got["groups"][STRUCTURE] == [0, 0]
    for name in (ACTORS, FRAILTY):
        share, se = got["groups"][name]
        assert share > Z * se, name
    share, se = got["inputs"]
    assert got["groups"][ACTORS][0] + got["groups"][FRAILTY][0] < share + Z * se * 2**0.5


@pytest.mark.slow
def test_groups_and_chance_add_up_but_for_interactions(tmp_path: Path) -> None:
    got = split_of(tmp_path)
    shares, errors = zip(*got["groups"].values(), strict=True)
    assert tuple(got["groups"]) == GROUPS
    assert shares[1] > Z * errors[1]
    assert got["interactions"] > -Z * (sum(errors) + got["inputs"][1])
    assert sum(shares) + got["interactions"] + got["chance"] == pytest.approx(1, abs=1e-3)
    assert 0 < got["chance"] < 1


@pytest.mark.slow
def test_an_outcome_that_never_comes_has_nothing_to_explain(tmp_path: Path) -> None:
    got = split_of(tmp_path, parameters={"launch_rate": 0.0})
    assert (got["p"], got["inputs"], got["chance"]) == (0.0, [0.0, 0.0], 1.0)
