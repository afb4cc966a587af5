"""Inputs by names for readers: actors as the scenario names them, the rest by its id, never a dotted path."""

from __future__ import annotations

import pytest

from sim.report.reading import in_sentence, input_name
from sim.wording import heading

RECORD = {"actors": {"turkey": {"name": "Türkiye"}}}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("pressures.moratorium-offer.intensity", "Intensity of Moratorium Offer"),
        ("actors.turkey.posture", "Initial posture of Türkiye"),
        ("actors.us-navy.stance", "Stance of US Navy"),
        ("ties.turkey.russia", "Leverage of Türkiye over Russia"),
        ("talks.summit-track.start", "Start of Summit Track"),
        ("pressures.us-warning", "US Warning"),
        ("question.horizon", "Question horizon"),
        ("parameters.launch_rate", "Launch rate (parameter)"),
    ],
)
def test_an_input_is_named_and_not_called_by_its_path(path: str, name: str) -> None:
    assert input_name(RECORD, path) == name
    assert input_name({}, path) == name.replace("Türkiye", "Turkey"), "a record without actors names them by ids"


def test_a_sentence_has_the_article() -> None:
    assert in_sentence(RECORD, "pressures.moratorium-offer.intensity") == "the intensity of Moratorium Offer"
    assert in_sentence(RECORD, "sample").startswith("the sample of past cases")


def test_a_name_stands_in_a_sentence_as_it_is_written() -> None:
    names = {
        "schedule": [{"id": "offer", "kind": "pressure", "name": "the German offer"}],
        "names": {"ties.a.b": "EU aid"},
    }
    assert in_sentence(names, "pressures.offer.half_life") == "the half-life of the German offer"
    assert (in_sentence(names, "pressures.offer"), input_name(names, "pressures.offer")) == (
        "the German offer",
        "The German offer",
    )
    assert in_sentence(names, "ties.a.b") == input_name(names, "ties.a.b") == "EU aid"
    assert input_name(names, "actors.x.stance+actors.y.posture").startswith("Stance of X and initial posture of Y")


def test_abbreviations_of_states_stay_in_capitals() -> None:
    assert heading("us-warning") == "US Warning"
    assert heading("eu-and-nato") == "EU and NATO"
