"""Designs: grids are whole, one-at-a-time changes one thing, sampled designs are as even as they claim."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sim.distributions import Normal, Uniform
from sim.studies.sweep.designs import Axis, cell_count, cells_of, design_complaints, unit_points
from sim.studies.sweep.schema import Design

AXES = {"a.b.c": Axis((0, 1, 2)), "d.e.f": Axis(("x", None))}
RANGES = {"a.b.c": Axis((), Uniform(2.0, 4.0)), "d.e.f": Axis((), Normal(0.0, 1.0), -0.5, 0.5)}


def test_a_grid_is_every_combination_once_in_order() -> None:
    cells = list(cells_of(Design("grid"), AXES, 0))
    wanted = [{"a.b.c": a, "d.e.f": d} for a, d in itertools.product((0, 1, 2), ("x", None))]
    assert cells == wanted
    assert cell_count(Design("grid"), AXES) == 6


def test_base_in_a_list_leaves_the_path_alone() -> None:
    axes = {"a.b.c": Axis(("base", 1)), "d.e.f": Axis((2,))}
    assert list(cells_of(Design("grid"), axes, 0)) == [{"d.e.f": 2}, {"a.b.c": 1, "d.e.f": 2}]


def test_one_at_a_time_begins_with_the_base_and_changes_one_path_in_each_cell() -> None:
    cells = list(cells_of(Design("one-at-a-time"), AXES, 0))
    assert cells == [{}, {"a.b.c": 0}, {"a.b.c": 1}, {"a.b.c": 2}, {"d.e.f": "x"}, {"d.e.f": None}]
    assert cell_count(Design("one-at-a-time"), AXES) == len(cells)


def test_one_at_a_time_takes_a_distribution_at_its_10th_and_90th_percentile() -> None:
    cells = list(cells_of(Design("one-at-a-time"), {"a.b.c": Axis((), Uniform(2.0, 4.0))}, 0))
    assert cells == [{}, {"a.b.c": 2.2}, {"a.b.c": 3.8}]


@pytest.mark.parametrize("dimensions", [1, 2, 7, 69])
def test_a_sobol_design_has_one_point_in_each_equal_slice_of_every_axis(dimensions: int) -> None:
    points = unit_points(Design("sobol", 64), dimensions, 5)
    assert points.shape == (64, dimensions)
    for column in points.T:
        assert sorted((column * 64).astype(int)) == list(range(64))


def test_a_sobol_design_is_balanced_in_the_plane_of_its_first_axes() -> None:
    """The first two dimensions are a (0, m, 2)-net (Sobol' 1967): 8 by 8 boxes hold one of 64 points each."""
    points = (unit_points(Design("sobol", 64), 2, 5) * 8).astype(int)
    assert len({tuple(point) for point in points}) == 64


def test_a_latin_hypercube_has_one_point_in_each_slice_of_every_axis() -> None:
    points = unit_points(Design("latin-hypercube", 50), 6, 5)
    for column in points.T:
        assert sorted((column * 50).astype(int)) == list(range(50))


@pytest.mark.parametrize("kind", ["sobol", "latin-hypercube"])
def test_the_same_seed_gives_the_same_points_and_another_gives_others(kind: str) -> None:
    first, again, other = (unit_points(Design(kind, 16), 3, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.any(np.isclose(first, other))


@pytest.mark.parametrize("kind", ["sobol", "latin-hypercube"])
def test_points_are_turned_into_values_of_the_axes_clipped_and_in_few_digits(kind: str) -> None:
    cells = list(cells_of(Design(kind, 32), RANGES, 0))
    assert len(cells) == cell_count(Design(kind, 32), RANGES) == 32
    first = sorted(cell["a.b.c"] for cell in cells)
    assert [int((value - 2) / 2 * 32) for value in first] == list(range(32))
    assert min(cell["d.e.f"] for cell in cells) == -0.5
    assert max(cell["d.e.f"] for cell in cells) == 0.5
    for cell in cells:
        assert all(value == float(f"{value:.6g}") for value in cell.values())


def test_a_sampled_design_takes_each_listed_value_equally_often() -> None:
    cells = list(cells_of(Design("sobol", 64), {"a.b.c": Axis(("x", "y", "z", None))}, 0))
    assert [sum(cell["a.b.c"] == value for cell in cells) for value in ("x", "y", "z", None)] == [16] * 4


@pytest.mark.parametrize("kind", ["sobol", "latin-hypercube"])
@pytest.mark.parametrize("seed", range(8))
def test_a_sampled_design_takes_no_value_of_a_short_list_twice_more_than_another(kind: str, seed: int) -> None:
    axes = {"a.b.c": Axis(("x", "y", "z")), "d.e.f": Axis((1,)), "g.h.i": Axis((), Uniform(0.0, 1.0))}
    cells = list(cells_of(Design(kind, 16), axes, seed))
    assert sorted(sum(cell["a.b.c"] == value for cell in cells) for value in "xyz") == [5, 5, 6]
    assert {cell["d.e.f"] for cell in cells} == {1}
    assert len({cell["g.h.i"] for cell in cells}) == 16


@pytest.mark.parametrize("sizes", [(3, 2), (5, 4), (3, 3, 3), (2, 2, 2, 2, 2), (7, 3, 2), (1, 9), (12,)])
@pytest.mark.parametrize("seed", range(3))
def test_a_latin_hypercube_over_lists_takes_no_combination_twice_and_each_value_evenly(
    sizes: tuple[int, ...], seed: int
) -> None:
    most = int(np.prod(sizes))
    axes = {f"a.b{n}.c": Axis(tuple(range(size))) for n, size in enumerate(sizes)}
    for points in {max(2, most // 3), max(2, most // 2), most - 1, most}:
        cells = [tuple(cell.values()) for cell in cells_of(Design("latin-hypercube", points), axes, seed)]
        assert len(set(cells)) == len(cells) == points
        for size, column in zip(sizes, zip(*cells, strict=True), strict=True):
            counts = np.bincount(column, minlength=size)
            assert counts.max() - counts.min() <= 1


def test_more_cells_than_the_lists_have_combinations_are_refused() -> None:
    axes = {"a.b.c": Axis(("x", "y", "z")), "d.e.f": Axis((1, 2))}
    assert list(design_complaints(Design("latin-hypercube", 6), axes)) == []
    message = "the lists have 6 combinations, and 10 cells are to be drawn; take `grid` for all of them"
    assert list(design_complaints(Design("latin-hypercube", 10), axes)) == [(("design",), message)]
    drawn = {**axes, "g.h.i": Axis((), Uniform(0.0, 1.0))}
    assert list(design_complaints(Design("latin-hypercube", 10), drawn)) == []
    assert list(design_complaints(Design("grid"), axes)) == []
