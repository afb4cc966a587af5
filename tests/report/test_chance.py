"""Probabilities as they are printed: never 0% or 100%, no digits beyond the Monte Carlo error."""

import re

import pytest

from sim.report.chance import Chance, decimal_text, points_text
from tests.places import ROOT

NEVER = re.compile(r"(?<![\d.])(0|0\.0+|100|100\.0+)%")


def chance(p: float, half: float, **more) -> Chance:
    return Chance(p, max(0.0, p - half), min(1.0, p + half), **more)


def test_the_headline_has_number_word_range_and_frequency():
    assert chance(0.1203, 0.005).line("icd203") == "12% (very unlikely, 05-20%): about 1 in 8"
    assert chance(0.1203, 0.005).line("phia") == "12% (highly unlikely, 10-20%): about 1 in 8"
    assert chance(0.1203, 0.005).line("none") == "12%: about 1 in 8"


def test_a_gap_of_the_phia_scale_is_named_by_the_words_around_it():
    assert chance(0.07, 0.005).line("phia") == "7% (between remote chance and highly unlikely, 5-10%): about 1 in 14"


def test_outside_1_to_99_percent_the_number_stands_alone():
    assert chance(0.004, 0.0009).line("icd203") == "0.4%: about 1 in 250"
    assert chance(0.996, 0.0009).line("icd203") == "99.6%: more than 99 in 100"


@pytest.mark.parametrize(
    ("high", "text", "frequency"),
    [
        (0.0003, "less than 0.03%", "fewer than 1 in 3,000"),
        (0.00095, "less than 0.1%", "fewer than 1 in 1,000"),
        (0.0582, "less than 6%", "fewer than 1 in 16"),
        (0.5, "less than 50%", "fewer than 1 in 2"),
        (0.95, "less than 99%", "fewer than 99 in 100"),
    ],
)
def test_none_of_the_runs_shows_the_one_sided_bound(high, text, frequency):
    none = Chance(0.0, 0.0, high)
    assert (none.text, none.frequency, none.word("icd203")) == (text, frequency, "")


def test_all_of_the_runs_show_the_bound_on_the_other_side():
    every = Chance(1.0, 0.9997, 1.0)
    assert every.line("icd203") == "more than 99.97%: more than 2,999 in 3,000"
    assert Chance(1.0, 0.93, 1.0).text == "more than 93%"
    assert Chance(1.0, 0.05, 1.0).line("icd203") == "more than 1%: more than 1 in 100"


@pytest.mark.parametrize(
    ("p", "half", "text"),
    [
        (0.43275, 0.0085, "43%"),
        (0.43275, 0.0001, "43%"),  # between 5 and 95% the whole per cent is the finest
        (0.0187, 0.0022, "1.9%"),
        (0.0187, 0.006, "2%"),
        (0.0187, 0.0002, "1.87%"),
        (0.0024, 0.008, "less than 1%"),
        (0.996, 0.012, "more than 99%"),
        (0.98495, 0.002, "98.5%"),
    ],
)
def test_digits_follow_the_monte_carlo_error(p, half, text):
    assert chance(p, half).text == text


def test_nothing_is_printed_as_0_or_100_percent():
    for tenth in range(10001):
        for half in (0.0001, 0.001, 0.004, 0.03, 0.2):
            one = chance(tenth / 10000, half, input_sd=0.1, input_range=(tenth / 20000, tenth / 10000))
            for text in (one.text, one.interval, one.spread_text):
                assert not NEVER.search(text), (one, text)


def test_a_rounded_number_lies_inside_its_own_interval_or_within_half_a_point():
    for tenth in range(5, 9996):
        for half in (0.0002, 0.002, 0.009, 0.05):
            one = chance(tenth / 10000, half)
            if not one.is_bound:
                assert abs(one.shown - one.p) <= max(half, 0.005) + 1e-9


def test_intervals_show_one_digit_more_than_the_number():
    assert chance(0.43275, 0.0085).interval == "42.4% to 44.1%"
    assert chance(0.0187, 0.0021).interval == "1.7% to 2.1%"
    assert chance(0.48, 0.12).interval == "36% to 60%"
    assert Chance(0.0, 0.0, 0.0003).interval == "less than 0.03%"


def test_the_spread_over_inputs_names_its_shape():
    split = Chance(0.43, 0.42, 0.44, 0.37, (0.004, 0.97))
    assert (split.spread_text, split.spread_shape) == ("less than 1% to 97%", "split")
    lopsided = Chance(0.985, 0.983, 0.987, 0.08, (0.9976, 1.0))
    assert (lopsided.spread_text, lopsided.spread_shape) == ("more than 99%", "lopsided")
    assert Chance(0.2, 0.19, 0.21, 0.1, (0.08, 0.34)).spread_shape == "humped"
    assert Chance(0.2, 0.19, 0.21).spread_text is None


def test_points_are_whole():
    assert [points_text(sd) for sd in (0.001, 0.011, 0.3678)] == ["less than 1 point", "1 point", "37 points"]


def test_a_share_without_an_interval_gets_a_wide_enough_one():
    assert Chance.of_share(0.0, 100).high == pytest.approx(0.037, abs=0.001)  # Wilson at 0 of 100
    assert Chance.of_share(0.5, 100).half_width == pytest.approx(9.6, abs=0.1)


@pytest.mark.parametrize(
    ("p", "written"), [(0.0, "<0.001"), (0.0004, "<0.001"), (0.0006, "0.001"), (0.9996, ">0.999"), (1.0, ">0.999")]
)
def test_no_estimate_is_0_or_1_in_a_table_of_the_terminal(p, written):
    assert decimal_text(p) == written


def test_the_terminal_writes_probabilities_in_one_way():
    """No command formats one by itself, so none can print 0.000 or 100%."""
    for path in (ROOT / "sim" / "cli").glob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = re.search(r"\{[^{}]*(\.p\b|\['p'\]|mc_low|mc_high)[^{}]*:[<>]?\d*\.\d[f%]\}", line)
            assert not found, f"{path.name}:{number}: {line.strip()}"
