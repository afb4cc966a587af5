"""`together` in files: which inputs may go together, and which ranks can hold at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.scenario.schema import Together
from sim.scenario.together import LEAST_EIGENVALUE, group_complaints, groups_of
from tests.scenario.files import FULL, OVER, Folder

A, B, C = "actors.attacker.resolve", "actors.backer.stance", "actors.shield.stance"


def entry(rank: float, *inputs: str) -> Together:
    return Together(inputs=inputs, rank=rank)


def written(*entries: str) -> str:
    return FULL + "together:\n" + "".join(f"  - {one}\n" for one in entries)


def test_entries_that_share_an_input_make_one_group_in_the_order_of_the_file() -> None:
    first, second = groups_of([entry(0.5, "a", "b"), entry(0.1, "x", "y"), entry(0.2, "c", "b")])
    assert (first.members, second.members) == (("a", "b", "c"), ("x", "y"))
    pearson = [2 * math.sin(math.pi * rank / 6) for rank in (0.5, 0.2)]
    assert first.correlations() == pytest.approx(
        np.array([[1, pearson[0], 0], [pearson[0], 1, pearson[1]], [0, pearson[1], 1]])
    )
    assert first.factor() @ first.factor().T == pytest.approx(first.correlations())


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ((f"{{inputs: [{A}, {B}], rank: 1}}",), "16:63: together.0.rank: expected a number between -1 and 1 (got 1)"),
        ((f"{{inputs: [{A}], rank: 0.5}}",), '16:6: together.0.inputs: expected at least 2 entries (got ["'),
        (
            ("{inputs: [actors.atacker.stance, population], rank: 0.5}",),
            "there is no 'atacker' here in this scenario; did",
        ),
        (
            (f"{{inputs: [{A}, actors.attacker.role], rank: 0.5}}",),
            "actors.attacker.role is not a number of this scenario",
        ),
        ((f"{{inputs: [{A}, {A}], rank: 0.5}}",), f"together.0.inputs.1: {A} is listed twice"),
        ((f"{{inputs: [{A}, {B}], rnk: 0.5}}",), "together.0.rnk: there is no such key; did you mean rank?"),
        (
            (f"{{inputs: [{A}, {B}], rank: 0.5}}", f"{{inputs: [{B}, {A}, {C}], rank: 0.2}}"),
            f"17:6: together.1.inputs: {A} and {B} have a rank already, in entry 1; leave one of them out",
        ),
        (
            (f"{{inputs: [{A}, {B}, {C}], rank: -0.6}}",),
            "together.0.rank: the inputs cannot all have this correlation; a rank of at least -0.48 fits here (got "
            "-0.6)",
        ),
        (
            (f"{{inputs: [{A}, {B}], rank: 0.9}}", f"{{inputs: [{B}, {C}], rank: 0.9}}"),
            "17:60: together.1.rank: these ranks are not jointly possible; a rank of at most 0.4 fits here (got 0.9)",
        ),
        (("{inputs: [parameters.inertia, population], rank: 0.5}",), "there is no 'population' here"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_faults_say_where_and_what_would_fit(folder: Folder, entries: tuple[str, ...], fault: str) -> None:
    assert any(fault in one for one in folder.faults(written(*entries))), folder.faults(written(*entries))


def test_a_group_too_large_is_refused() -> None:
    inputs = tuple(f"parameters.p{number}" for number in range(7))
    (complaint,) = group_complaints([entry(0.1, *inputs)])
    assert complaint == (("together", 0, "inputs"), "expected at most 6 inputs in entries that share some")


def test_a_parameter_that_a_calibration_draws_is_refused(folder: Folder) -> None:
    one = f"{{inputs: [{A}, parameters.rift_cost], rank: 0.5}}"
    text = written(one).replace("2020-01-01", "2024-01-01")
    assert "calibration; write it under `parameters`" in folder.faults(text)[0]
    assert folder.load(text + "calibration: prior\n").document.together is not None
    assert folder.load(text + "parameters: {rift_cost: {uniform: [0, 1]}}\n").document.together is not None


def test_a_rank_that_a_third_pair_makes_possible_is_allowed(folder: Folder) -> None:
    pairs = (f"{{inputs: [{A}, {B}], rank: 0.9}}", f"{{inputs: [{B}, {C}], rank: 0.9}}")
    assert folder.load(written(*pairs, f"{{inputs: [{A}, {C}], rank: 0.9}}")).document.together is not None


ranks = st.floats(-0.99, 0.99).map(lambda one: round(one, 2))


@given(st.lists(ranks, min_size=3, max_size=3), ranks)
def test_the_rank_that_a_fault_names_fits(three: list[float], all_of_them: float) -> None:
    """Whatever is written: the entries are possible, or become so by what the message says."""
    pairs = [entry(rank, *pair) for rank, pair in zip(three, (("a", "b"), ("b", "c"), ("a", "c")), strict=True)]
    for entries in (pairs, [entry(all_of_them, "a", "b", "c", "d")]):
        found = list(group_complaints(entries))
        (group,) = groups_of(entries)
        assert bool(found) == (group.least() < LEAST_EIGENVALUE)
        for (_, number, _), message in found:
            if "fits here" not in message:
                factor = float(message.split("by ")[1].split()[0])
                assert group.least([one.rank * factor for one in entries]) > 0
                continue
            fits = float(message.split("at most " if "at most" in message else "at least ")[1].split()[0])
            ranks_then = [fits if place == number else one.rank for place, one in enumerate(entries)]
            assert group.least(ranks_then) > 0
            assert -1 < fits < 1


def test_a_variant_replaces_the_list_and_null_lifts_it(folder: Folder) -> None:
    base = folder.load(written(f"{{inputs: [{A}, {B}], rank: 0.5, basis: Allies.}}"), "base.yaml")
    assert base.document.together is not None
    assert folder.load(OVER + "together: null\n").document.together is None
    other = folder.load(OVER + f"together: [{{inputs: [{B}, {C}], rank: 0.1}}]\n")
    assert [one.rank for one in other.document.together or ()] == [0.1]
    assert other.hash != base.hash
    assert base.with_({"together": []}).document.together is None


def test_an_actor_that_a_variant_removes_leaves_its_group(folder: Folder) -> None:
    folder.load(written(f"{{inputs: [{A}, {B}, {C}], rank: 0.5}}"), "base.yaml")
    assert folder.load(OVER + "actors: {shield: null}\n").document.together is not None


def test_a_scenario_without_groups_has_the_hash_it_had(folder: Folder) -> None:
    plain = folder.load(FULL)
    assert "together" not in plain.plain()
    assert folder.load(FULL + "together: []\n").hash == plain.hash
    assert sim.load(folder.write(FULL + "together: null\n")).hash == plain.hash
