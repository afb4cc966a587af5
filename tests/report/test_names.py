"""Ids and stances in a reader's words."""

from __future__ import annotations

import pytest

from sim.report.pages.forecast import leaning
from sim.wording import heading


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("credibility", "Credibility"),
        ("air-power", "Air Power"),
        ("the-aim-of-the-regime", "The Aim of the Regime"),
        ("strikes-2018-08-10", "Strikes, 10 August 2018"),
        ("strikes-2018-08", "Strikes, August 2018"),
        ("strikes-2018-13", "Strikes 2018 13"),
        ("deal-2018-02-30", "Deal 2018 02 30"),
        ("2018-08-10", "2018 08 10"),
        ("a", "A"),
    ],
)
def test_an_id_reads_as_a_heading(id_: str, words: str) -> None:
    assert heading(id_) == words


@pytest.mark.parametrize(
    ("stance", "words"),
    [
        *((-1.0, "against it"), (-0.606, "against it"), (-0.604, "leaning against it"), (-0.6, "leaning against it")),
        *((-0.21, "leaning against it"), (-0.2, "undecided"), (0.0, "undecided"), (0.2049, "undecided")),
        *((0.21, "leaning for it"), (0.6, "leaning for it"), (0.61, "for it"), (1.0, "for it")),
    ],
)
def test_words_of_a_stance_fit_the_number_that_is_printed(stance: float, words: str) -> None:
    assert leaning(stance) == words
