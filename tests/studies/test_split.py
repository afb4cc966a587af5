"""The split of a forecast's variance over groups of inputs and chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.schema import Parameters
from sim.studies.bench import Site
from sim.studies.split import GROUPS, Split, group_of, split
from tests.worlds import load

Z = 4.8
ACTORS, STRUCTURE, FRAILTY = GROUPS
FIXED = {name: getattr(Parameters(), name).median for name in Parameters.model_fields}


def split_of(folder: Path, **changes: Any) -> Split:
    return split(load(folder, **changes), by=60, blocks=4, seed=1, site=Site())


def test_every_stream_has_its_group() -> None:
    assert group_of("parameters.rift_cost") == group_of("parameters.posterior") == STRUCTURE
    assert group_of("actors.russia.frailty") == FRAILTY
    assert group_of("parameters.frailty") == STRUCTURE
    assert {group_of(name) for name in ("actors.russia.stance", "ties.a.b", "pressures.x.intensity")} == {ACTORS}


@pytest.mark.slow
def test_what_is_known_explains_nothing(tmp_path: Path) -> None:
    """Parameters that are known explain nothing; dispositions, which nobody can look up, do without frailty too."""
    got = split_of(tmp_path, parameters=FIXED | {"frailty": 0.0})
    assert abs(got.groups[STRUCTURE].share) < Z * got.groups[STRUCTURE].se
    for name in (ACTORS, FRAILTY):
        assert got.groups[name].share > Z * got.groups[name].se, name
    assert got.groups[ACTORS].share + got.groups[FRAILTY].share < got.inputs.share + Z * got.inputs.se * 2**0.5


@pytest.mark.slow
def test_groups_and_chance_add_up_but_for_interactions(tmp_path: Path) -> None:
    got = split_of(tmp_path)
    assert got.groups[STRUCTURE].share > Z * got.groups[STRUCTURE].se
    error = sum(one.se**2 for one in got.groups.values()) ** 0.5
    assert got.interactions > -Z * (error + got.inputs.se)
    assert sum(one.share for one in got.groups.values()) + got.interactions + got.chance == pytest.approx(1)
    assert 0 < got.chance < 1


@pytest.mark.slow
def test_an_outcome_that_never_comes_has_nothing_to_explain(tmp_path: Path) -> None:
    got = split_of(tmp_path, parameters={"launch_rate": 0.0})
    assert (got.p, got.inputs.share, got.inputs.se) == (0.0, 0.0, 0.0)
