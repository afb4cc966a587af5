"""Named random streams: stable, apart from each other, and cut short without harm."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import rng
from sim.model.numbers import uniform
from sim.rng import STRATA, stratified, stream

names = st.text(st.characters(codec="utf-8"), max_size=20)
seeds = st.integers(0, 2**63 - 1)
blocks = st.integers(0, 10_000)
BASE = (7, 3, "actors.russia", "stance")
KINDS = [np.uint16, np.uint32]


def first(seed: int, block: int, owner: str, purpose: str) -> list[int]:
    return rng.stream(seed, block, owner, purpose).bit_generator.random_raw(4).tolist()


def test_the_digest_of_a_name_is_the_same_on_every_machine() -> None:
    """The first two by `printf russia | b2sum -l 64`, each half read from its last byte."""
    assert rng.digest("russia") == (0xDAFEAD2F, 0x348923F9)
    assert rng.digest("") == (0x57A0A6E4, 0xB4B27974)
    assert rng.digest("Çavuşoğlu") == (2847644196, 249900501)


def test_the_words_of_a_stream_are_the_same_on_every_machine() -> None:
    assert first(1, 0, "russia", "stance") == [
        5966019616043458008,
        10958800358928539661,
        16620026918146741095,
        985730510555646573,
    ]


@given(st.one_of(seeds, st.integers(0, 2**200)), blocks, names, names)
def test_a_stream_is_that_of_numpy_with_the_names_as_its_spawn_key(
    seed: int, block: int, owner: str, purpose: str
) -> None:
    key = (block, *rng.digest(owner), *rng.digest(purpose))
    theirs = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key))
    assert first(seed, block, owner, purpose) == theirs.random_raw(4).tolist()


@given(seeds, blocks, names, names)
def test_one_name_is_one_stream(seed: int, block: int, owner: str, purpose: str) -> None:
    assert first(seed, block, owner, purpose) == first(seed, block, owner, purpose)


@pytest.mark.parametrize(
    "other",
    [
        (8, 3, "actors.russia", "stance"),
        (7, 4, "actors.russia", "stance"),
        (7, 3, "actors.turkey", "stance"),
        (7, 3, "actors.russia", "resolve"),
        (7, 3, "stance", "actors.russia"),
        (3, 7, "actors.russia", "stance"),
        (7 + 2**32, 3, "actors.russia", "stance"),
        (7 + 3 * 2**32, 0, "actors.russia", "stance"),
    ],
    ids=[
        "seed",
        "block",
        "owner",
        "purpose",
        "owner for purpose",
        "seed for block",
        "seed of two words",
        "seed eats block",
    ],
)
def test_another_seed_block_owner_or_purpose_is_another_stream(other: tuple[int, int, str, str]) -> None:
    assert not set(first(*BASE)) & set(first(*other))


@given(names, names, names, names)
def test_streams_of_different_names_differ(owner: str, purpose: str, owner2: str, purpose2: str) -> None:
    same = (owner, purpose) == (owner2, purpose2)
    assert (first(1, 0, owner, purpose) == first(1, 0, owner2, purpose2)) == same


def test_names_that_read_alike_when_joined_stay_apart() -> None:
    assert first(1, 0, "a", "bc") != first(1, 0, "ab", "c")
    assert first(1, 0, "abc", "") != first(1, 0, "", "abc")
    assert first(1, 0, "a.b", "c") != first(1, 0, "a", "b.c")


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_shorter_horizon_draws_the_beginning_of_a_longer_one(days: int, more: int) -> None:
    short, long = rng.stream(*BASE), rng.stream(*BASE)
    assert np.array_equal(short.random((days, 5)), long.random((days + more, 5))[:days])


def test_streams_of_neighbours_are_not_correlated() -> None:
    """20 streams of 4,096 normals: 190 correlations of sd 1/64; a false alarm in 10,000 would need |r| above 0.083."""
    draws = np.array([rng.stream(0, block, f"actor-{block % 5}", "noise").standard_normal(4096) for block in range(20)])
    off_diagonal = np.corrcoef(draws)[np.triu_indices(20, 1)]
    assert np.abs(off_diagonal).max() < 0.083


def test_normals_are_the_quantiles_at_the_middle_of_equal_steps() -> None:
    table = rng.normal_quantiles()
    assert len(table) == 65536
    places = [0, 16384, 32768, 65535]
    assert table[places] == pytest.approx([NormalDist().inv_cdf((i + 0.5) / 65536) for i in places], rel=1e-6)
    assert np.array_equal(table, -table[::-1])
    steps = np.diff(table)
    assert steps[1:-1].max() < steps[0] < 0.26  # farthest apart at the ends
    assert (steps > 0).all()


def test_normals_have_the_moments_and_tails_of_the_normal_distribution() -> None:
    """Of the table itself, so without noise: what 16 bits a number cost."""
    table = rng.normal_quantiles().astype(np.float64)
    assert np.mean(table) == 0
    assert np.std(table) == pytest.approx(1, abs=2e-5)
    assert np.mean(table**4) == pytest.approx(3, abs=2e-3)
    for bound, beyond in ((1, 0.317311), (2, 0.0455003), (3, 0.0026998), (4, 6.334e-5)):
        assert np.mean(np.abs(table) > bound) == pytest.approx(beyond, abs=2**-16)


def test_normals_drawn_are_normal_and_use_every_bit_of_their_stream() -> None:
    """4 million: mean, variance and fourth moment within 4.5 standard errors; the tail beyond 4 by its count."""
    bits = np.empty((1024, 4096), dtype=np.uint16)
    rng.Bits(rng.source(*BASE)).fill(bits)
    drawn = rng.normal_quantiles()[bits].astype(np.float64)
    size = drawn.size
    assert abs(drawn.mean()) < 4.5 / np.sqrt(size)
    assert abs(drawn.var() - 1) < 4.5 * np.sqrt(2 / size)
    assert abs((drawn**4).mean() - 3) < 4.5 * np.sqrt(96 / size)
    expected = 6.334e-5 * size
    assert abs((np.abs(drawn) > 4).sum() - expected) < 4.5 * np.sqrt(expected)
    of_a_word = drawn.reshape(-1, 4)
    correlations = np.corrcoef(of_a_word.T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(len(of_a_word))
    lagged = np.corrcoef(drawn[1:].ravel(), drawn[:-1].ravel())[0, 1]
    assert abs(lagged) < 4.5 / np.sqrt(size)


@given(st.integers(1, 40))
@pytest.mark.parametrize("kind", KINDS)
def test_bits_are_those_of_the_first_runs_for_any_number_of_runs(kind: type, runs: int) -> None:
    some, all_ = (np.empty((1, n), dtype=kind) for n in (runs, 40))
    for bits in (some, all_):
        rng.Bits(rng.source(*BASE)).fill(bits)
    assert np.array_equal(some, all_[:, :runs])


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_days_taken_at_a_time_are_those_taken_one_by_one(kind: type, runs: int, days: int, first: int) -> None:
    at_once, by_turns = (np.empty((days, runs), dtype=kind) for _ in range(2))
    rng.Bits(rng.source(*BASE)).fill(at_once)
    stream = rng.Bits(rng.source(*BASE))
    for part in (by_turns[:first], by_turns[first:]):
        stream.fill(part)
    assert np.array_equal(at_once, by_turns)


def test_bits_of_a_stream_are_those_that_numpy_makes_its_uniform_numbers_of() -> None:
    bits = np.empty((3, 4096), dtype=np.uint32)
    rng.Bits(rng.source(*BASE)).fill(bits)
    assert np.array_equal(uniform(bits), rng.stream(*BASE).random((3, 4096), dtype=np.float32))


def test_no_other_module_makes_a_generator() -> None:
    here = Path(sim.__file__).parent
    makes = re.compile(
        r"default_rng|RandomState|SeedSequence|\bGenerator\(|np\.random\.(?!Generator)\w|import random|from random"
    )
    guilty = [file.name for file in here.rglob("*.py") if makes.search(file.read_text(encoding="utf-8"))]
    assert guilty == ["rng.py"]


def test_draws_in_a_row_have_one_value_in_each_stratum() -> None:
    quantiles = stratified([stream(1, 0, "attacker", "stance")], 4096)[0]
    strata = np.sort((quantiles * STRATA).astype(int).reshape(-1, STRATA), axis=1)
    assert (strata == np.arange(STRATA)).all()
    assert 0 < quantiles.min() < quantiles.max() < 1


def test_numbers_at_the_edges_of_what_a_stream_gives_are_no_quantiles_of_0_and_1() -> None:
    class Same:
        def __init__(self, number: float) -> None:
            self.number = number

        def random(self, out: np.ndarray) -> None:
            out[:] = self.number

    least, most = stratified([Same(0.0), Same(1 - 2.0**-53)], STRATA)  # type: ignore[list-item]
    assert (least[0], most[-1]) == (2.0**-54, 1 - 2.0**-53)


def test_a_draw_is_uniform_and_its_place_in_the_hypercube_tells_nothing_of_its_stratum() -> None:
    """Of 80 counts of 12,800 draws none is 5 standard errors off: a false alarm in 20,000 (normal tails of 80)."""
    quantiles = stratified([stream(2, 0, "attacker", "stance")], 4 * 12_800)[0].reshape(-1, STRATA)
    counts = np.array([np.histogram(column, 20, (0, 1))[0] for column in quantiles.T])
    assert (np.abs(counts - 640) < 5 * np.sqrt(640 * 0.95)).all()


@given(st.integers(1, 200), st.integers(1, 5), seeds)
def test_quantiles_of_inputs_are_those_of_each_alone_and_strata_come_in_the_order_of_their_numbers(
    draws: int, inputs: int, seed: int
) -> None:
    names = [f"actors.a{k}" for k in range(inputs)]
    together = stratified([stream(seed, 0, name, "stance") for name in names], draws)
    for name, quantiles in zip(names, together, strict=True):
        numbers = stream(seed, 0, name, "stance").random((-(-draws // STRATA), 2, STRATA))
        expected = (np.argsort(numbers[:, 0], axis=1) + numbers[:, 1]) / STRATA
        assert quantiles.tolist() == expected.ravel()[:draws].tolist()


def test_strata_of_two_inputs_are_independent() -> None:
    """Of 16 pairs of strata each has a sixteenth of 51,200 draws, to 5 standard errors: a false alarm in 100,000."""
    pairs = [(stratified([stream(3, 0, name, "stance")], 51_200)[0] * STRATA).astype(int) for name in ("a", "b")]
    counts = np.bincount(pairs[0] * STRATA + pairs[1], minlength=STRATA**2)
    assert (np.abs(counts - 3200) < 5 * np.sqrt(3200)).all()


def test_the_first_draws_do_not_depend_on_how_many_there_are() -> None:
    few, many = (stratified([stream(4, 0, "attacker", "stance")], draws)[0] for draws in (7, 4096))
    assert np.array_equal(few, many[:7])
