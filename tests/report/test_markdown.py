"""report.md: text of a scenario is text, and tables are tables."""

import re

import pytest

from sim.report.markdown import escape, paragraph
from tests.report.conftest import PAYLOAD
from tests.report.said import markdown_of

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py, which Rich brings, is not installed")


def rendered(text: str) -> list:
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(text)
    return [*tokens, *(child for token in tokens for child in token.children or ())]


def test_a_line_of_signs_reads_as_it_was_written():
    for text in (
        PAYLOAD,
        "a | b",
        "# no heading",
        "*a* _b_ ~~c~~ `d`",
        "<https://x.org>",
        "&amp; &lt;",
        "back\\slash",
        "[x]: y",
    ):
        tokens = rendered(f"- {escape(text)}")
        assert "".join(token.content for token in tokens if token.type in ("text", "text_special")) == text


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "23) a", "---", "= b", "-", "−0.5 is a number", "1.5 times"])
def test_a_paragraph_is_no_list_however_it_begins(text):
    tokens = rendered(paragraph(text))
    assert [token.type for token in tokens if token.type.endswith("_open")] == ["paragraph_open"]
    assert "".join(token.content for token in tokens if token.type in ("text", "text_special")) == text


def test_line_breaks_do_not_leave_their_line():
    assert escape("one\n\n# two\r\n| three") == "one \\# two \\| three"


def test_hostile_text_makes_no_html_and_no_links(hostile):
    tokens = rendered(markdown_of(hostile))
    assert [token.content for token in tokens if token.type.startswith("html")] == []
    assert [token.attrs for token in tokens if token.type in ("link_open", "image")] == []


def test_hostile_text_keeps_tables_in_shape(hostile):
    blocks = re.findall(r"(?:^\|.*\n?)+", markdown_of(hostile), flags=re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}
        assert len(cells) == 1, block.splitlines()[0]


def test_a_source_is_linked_only_by_a_web_address(record):
    links = [token.attrs["href"] for token in rendered(markdown_of(record)) if token.type == "link_open"]
    address = "https://eaworldview.com/2018/08/syria-daily-russia-backing-away-pro-assad-offensive-idlib/"
    assert links == [address] * (1 + len(record["provenance"]["items"]))
    for source in record["provenance"]["sources"].values():
        source["url"] = "javascript:window.hit=6"
    assert "hit=6" not in markdown_of(record)


def test_it_has_every_section_of_the_page(record):
    text = markdown_of(record)
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert headings == [
        "Probability of an offensive", "Analyst’s confidence", "Track record", "Since the forecast of 12 August 2018",
        "What this scenario assumes", "When", "100 futures",
        "Actors", "Drivers", "What to watch for", "Storylines", "Provenance", "Rerun",
    ]  # fmt: skip
