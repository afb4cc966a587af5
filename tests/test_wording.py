"""Counts meet their nouns in one function, and foreign text is text, everywhere."""

from __future__ import annotations

import ast
from itertools import pairwise
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.html import _environment, embedded
from sim.report.markdown import escape
from sim.report.svg import text as svg_text
from sim.wording import all_seen, counted, noun, seen, slug
from tests.places import ROOT, syntax

NOUNS = (  # noqa: SIM905 - read as words
    "actors areas blocks boxes bytes calibrations cases cells changes classes columns cores crises dates days draws "
    "entries events faults files forecasts futures gates inputs items lines minutes occasions others pairs parameters "
    "particles processes questions records repeats rows runs scenarios scores shards sources stages states steps "
    "threats times values variants weeks windows workers worlds years"
).split()
ADJECTIVES = ("", "as-of ", "base ", "more ", "other ", "past ", "resolved ", "simulated ", "worker ")
LIMITS = (
    "MAX",
    "MOST",
    "LEAST",
    "FEWEST",
    "FARTHEST",
    "WINDOW",
    "SHOWN",
    "GRID",
    "_speed()",
    "_SMALL[",
    "subject",
    "columns",
    "p.shape",
)


def test_a_count_of_one_takes_the_singular() -> None:
    assert counted(1, "day") == "1 day"
    assert counted(0, "run") == "0 runs"
    assert counted(10_000, "run") == "10,000 runs"
    assert counted("1", "day") == "1 day", "keys of a record are text"
    assert counted("30, 90", "day") == "30, 90 days"
    assert counted(2, "entry", "entries") == "2 entries"
    assert [noun(text, "point") for text in ("+1", "−1", "+1.0", "+11")] == ["point", "point", "points", "points"]


def test_no_message_puts_a_plural_after_a_number_by_itself() -> None:
    found = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(syntax(path)):
            if not isinstance(node, ast.JoinedStr):
                continue
            for one, after in pairwise(node.values):
                if not isinstance(one, ast.FormattedValue) or not isinstance(after, ast.Constant):
                    continue
                written = ast.unparse(one.value)
                if one.format_spec is not None and "f" in ast.unparse(one.format_spec)[2:-1]:
                    continue  # decimals take the plural
                text = str(after.value)
                plural = any(
                    text.startswith(f" {adjective}{word}") and not text[len(adjective) + len(word) + 1 :][:1].isalpha()
                    for word in NOUNS
                    for adjective in ADJECTIVES
                )
                if plural and not any(limit in written for limit in LIMITS):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {{{written}}}{text[:20]}")
    assert not found, "use sim.wording.counted:\n" + "\n".join(found)


TURNS = [chr(code) for code in (0x1B, 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x9B)]


@given(st.text())
def test_what_is_seen_holds_no_control_and_encodes(text: str) -> None:
    shown = seen(text)
    assert not [sign for sign in shown if category(sign) in ("Cc", "Cs")]
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert seen(text) == text


def test_joiners_that_scripts_need_stay() -> None:
    assert seen("می\u200cخواهم") == "می\u200cخواهم"


def test_labels_of_two_lines_keep_them() -> None:
    assert all_seen({"tickformat": ["%-d %b\n%Y"]}) == {"tickformat": ["%-d %b\n%Y"]}


@pytest.mark.parametrize("sign", TURNS, ids=[f"{ord(sign):x}" for sign in TURNS])
def test_no_renderer_lets_a_sign_through_that_turns_or_drives(sign: str) -> None:
    text, escape_of_it = f"a{sign}b", sign.encode("unicode_escape").decode()
    page = _environment().from_string("<p title='{{ text }}'>{{ text }}</p>").render(text=text)
    rendered = (
        page, embedded({"text": [text], text: 1}), escape(text), svg_text((0, 0), text), seen(text),
        str(all_seen({text: text})),
    )  # fmt: skip
    for one in rendered:
        assert sign not in one
        assert "a" + escape_of_it in one.replace("\\\\", "\\"), one


def test_an_id_keeps_letters_without_their_accents() -> None:
    assert slug("Überfall auf Kyjiw: Vučić & İzmir") == "uberfall-auf-kyjiw-vucic-izmir"
