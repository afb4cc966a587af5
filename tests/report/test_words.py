"""Words of probability: every tenth of a point falls where the scale's own text puts it."""

import pytest

from sim.errors import ReportError
from sim.report.words import SCALES, about, phrase

TENTHS = range(1001)


def icd203(tenth: int) -> str:
    """ICD 203 written out as plain comparisons on tenths of a point."""
    if tenth < 10 or tenth > 990:
        return ""
    if tenth < 50:
        return "almost no chance, 01-05%"
    if tenth < 200:
        return "very unlikely, 05-20%"
    if tenth < 450:
        return "unlikely, 20-45%"
    if tenth <= 550:
        return "roughly even chance, 45-55%"
    if tenth <= 800:
        return "likely, 55-80%"
    return "very likely, 80-95%" if tenth <= 950 else "almost certain, 95-99%"


def phia(tenth: int) -> str:
    """The yardstick's bands and its gaps, likewise."""
    rows = (
        (0, 50, "remote chance, 0-5%"),
        (51, 99, "between remote chance and highly unlikely, 5-10%"),
        (100, 200, "highly unlikely, 10-20%"),
        (201, 249, "between highly unlikely and unlikely, 20-25%"),
        (250, 350, "unlikely, 25-35%"),
        (351, 399, "between unlikely and realistic possibility, 35-40%"),
        (400, 499, "realistic possibility, 40-50%"),
        (500, 549, "between realistic possibility and likely, 50-55%"),
        (550, 750, "likely, 55-75%"),
        (751, 799, "between likely and highly likely, 75-80%"),
        (800, 900, "highly likely, 80-90%"),
        (901, 949, "between highly likely and almost certain, 90-95%"),
        (950, 1000, "almost certain, 95-100%"),
    )
    return next(word for low, high, word in rows if low <= tenth <= high)


@pytest.mark.parametrize(("scale", "expected"), [("icd203", icd203), ("phia", phia), ("none", lambda _: "")])
def test_every_tenth_of_a_point_has_the_word_of_its_scale(scale, expected):
    wrong = {tenth: phrase(tenth / 1000, scale) for tenth in TENTHS if phrase(tenth / 1000, scale) != expected(tenth)}
    assert wrong == {}


@pytest.mark.parametrize("scale", SCALES)
def test_a_word_never_comes_without_a_range(scale):
    for tenth in TENTHS:
        word = phrase(tenth / 1000, scale)
        assert word == "" or (word.endswith("%") and ", " in word)


def test_an_unknown_scale_is_named_with_those_there_are():
    with pytest.raises(ReportError, match=r"'kent'.*icd203, phia, none"):
        phrase(0.5, "kent")


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.12, "about 1 in 8"), (0.5, "about 1 in 2"), (0.43, "about 2 in 5"), (0.28, "about 3 in 10"),
        (0.67, "about 2 in 3"), (0.03, "about 1 in 35"), (0.003, "about 1 in 330"), (0.0003, "about 1 in 3,300"),
        (0.93, "about 13 in 14"), (0.97, "about 97 in 100"), (0.99, "about 99 in 100"), (0.999, "more than 99 in 100"),
    ],
)  # fmt: skip
def test_natural_frequencies_read_as_people_say_them(p, expected):
    assert about(p) == expected


def test_natural_frequencies_stay_near_the_number():
    for tenth in range(1, 991):
        some, of = (int(part.replace(",", "")) for part in about(tenth / 1000).removeprefix("about ").split(" in "))
        assert some / of == pytest.approx(tenth / 1000, abs=0.051 if tenth > 50 else 0.0001, rel=0.12)
