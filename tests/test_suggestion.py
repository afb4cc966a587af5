"""Did you mean."""

from __future__ import annotations

import pytest

from sim.wording import MOST_WORDS, suggestion


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("rusia", ["turkey", "russia"], "; did you mean russia?"),
        ("Russia", ["turkey", "russia"], "; did you mean russia?"),
        ("germany", ["turkey", "russia"], ""),
        ("russia", [], ""),
        ("", ["russia"], ""),
    ],
)
def test_the_closest_word_is_meant_where_one_is_close(word: str, known: list[str], expected: str) -> None:
    assert suggestion(word, known) == expected


def test_among_too_many_words_none_is_meant() -> None:
    many = [f"actor-{number}" for number in range(MOST_WORDS)]
    assert suggestion("actor-7x", many) == "; did you mean actor-7?"
    assert suggestion("actor-7x", [*many, "one-more"]) == ""


def test_an_endless_word_is_compared_by_its_beginning() -> None:
    assert suggestion("x" * 100_000, ["russia"]) == ""
