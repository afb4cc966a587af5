"""Articles: paragraphs of text files and of pages, their heads, hashes, and what is refused."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.articles.article import MOST_BYTES, MOST_PARAGRAPHS, Article, read_article
from sim.articles.html import read_page
from sim.articles.paragraphs import copies, normalise, paragraph_hash, shared_words, split
from sim.errors import ArticleError

PAGE = """<html><head><title>Talks &amp; threats</title>
<meta property="article:published_time" content="2031-05-04T10:00Z"><meta property="og:site_name" content="The Ledger">
<script>var p = "<p>not text</p>";</script></head>
<body><nav><ul><li>Home<li>World</ul></nav>
<article><header><h1>Talks and threats</h1></header>
<p>The army of <b>Veldania</b> moved.<p>It stopped<br>at the river.
<aside><p>Read more</p></aside></article>
<footer><p>All rights reserved</p></footer></body></html>"""


def written(folder: Path, text: str | bytes, name: str = "article.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_blank_lines_part_paragraphs_however_lines_end() -> None:
    assert split("One\nline.\r\n\r\n  Two. \n \t\n\n\nThree.\r\rFour.") == ("One line.", "Two.", "Three.", "Four.")


@given(st.text(max_size=200))
def test_normalised_text_is_normal_already_and_shows_all_its_signs(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once == once.strip()
    assert "  " not in once
    assert all(sign == " " or not unicodedata.category(sign).startswith(("C", "Z")) for sign in once)


def test_direction_marks_and_control_signs_are_dropped() -> None:
    assert normalise("a\u202eb\u200b\x00c\u00a0d") == "abc d"


def test_hashes_are_of_the_text_and_not_of_its_layout() -> None:
    assert paragraph_hash(normalise(" One \n line.")) == paragraph_hash("One line.") == "7e0ad9aeaa9c1b79"
    assert Article(split("A\n\nB")).sha256 == Article(split("A\r\n\r\n\r\n B ")).sha256


def test_a_head_is_told_from_the_text(tmp_path: Path) -> None:
    text = "Title: Talks: stalled\ndate: 2031-05-04\nPublisher: The Ledger\nurl: https://example.org/a\n\nFirst.\n\nSecond."
    article = read_article(written(tmp_path, text))
    assert article.paragraphs == ("First.", "Second.")
    assert article.title == "Talks: stalled"
    assert article.date == datetime.date(2031, 5, 4)
    assert (article.publisher, article.url) == ("The Ledger", "https://example.org/a")


def test_a_first_paragraph_that_only_looks_like_a_head_stays(tmp_path: Path) -> None:
    article = read_article(written(tmp_path, "Date: 2031-05-04 was the day\nwhen it began.\n\nSecond."))
    assert article.paragraphs == ("Date: 2031-05-04 was the day when it began.", "Second.")
    assert article.date is None


@pytest.mark.parametrize(
    "byline",
    [
        "By our correspondent, 4 May 2031",
        "4 May 2031",
        "May 4, 2031",
        "2031-05-04",
        "Sunday, May 4, 2031",
        "Published: 4 May 2031, 16:20 GMT",
        "Posted on May 4, 2031 at 9.05 am",
        "BY THE DESK | PORT ANSELM, 4 May 2031",
        "Port Anselm, 4 May 2031",
    ],
)
def test_a_byline_dates_a_text_without_a_head(tmp_path: Path, byline: str) -> None:
    article = read_article(written(tmp_path, f"Talks stall\n\n{byline}\n\nThe army moved on 1 May 2031."))
    assert article.date == datetime.date(2031, 5, 4)
    assert len(article.paragraphs) == 3


@pytest.mark.parametrize(
    "top",
    [
        "Deadline set for 4 May 2031",
        "The truce of 4 May 2031 has ended.",
        "By 4 May 2031 the army has to leave.",
        "4 May 2031 was the day",
        "31 February 2031",
        "Published 4 May 2031\n\nUpdated 5 May 2031",
        "One\n\nTwo\n\nThree\n\nFour\n\n4 May 2031",
    ],
)
def test_other_dates_near_the_top_are_not_taken_for_the_articles(tmp_path: Path, top: str) -> None:
    assert read_article(written(tmp_path, f"{top}\n\nIt moved.")).date is None


def test_the_head_goes_before_a_byline_and_may_write_the_date_in_words(tmp_path: Path) -> None:
    text = "title: Talks stall\ndate: 5 May 2031\n\nBy our correspondent, 4 May 2031\n\nIt moved."
    assert read_article(written(tmp_path, text)).date == datetime.date(2031, 5, 5)


def test_a_page_gives_its_article_and_nothing_around_it(tmp_path: Path) -> None:
    article = read_article(written(tmp_path, PAGE, "page.html"))
    assert article.paragraphs == ("Talks and threats", "The army of Veldania moved.", "It stopped at the river.")
    assert (article.title, article.publisher) == ("Talks & threats", "The Ledger")
    assert article.date == datetime.date(2031, 5, 4)


def test_a_page_without_a_marked_article_gives_all_its_paragraphs() -> None:
    assert read_page("<title>T</title><body><div>One<p>Two</div></ul></article>Three") == (
        ("One", "Two", "Three"),
        {"title": "T"},
    )


WRAPPED = "<p>The army of Veldania moved.<p>It stopped at the river."
TEXTS = ("The army of Veldania moved.", "It stopped at the river.")
ASK = "<form><p>Your address</p><label>Post</label><input name=q><button>Send</button></form>"


@pytest.mark.parametrize(
    "body",
    [
        f"<form>{WRAPPED}</form>",
        f"<form>{WRAPPED}",  # never closed
        f"<p>Cookies</p><form>{WRAPPED}<select><option>English</select></form>",
        f"<form><nav><p>Home</p></nav><article>{WRAPPED}</article></form><p>Other news",
        f"<form><main>{WRAPPED}{ASK}</main></form>",
        f"<main><form>{WRAPPED}</form></main>",
        f"<article>{ASK}{WRAPPED}</article>",
        f"<article><form><p>Post</article>{ASK}<main>{WRAPPED}</main>",
        f"{ASK}{WRAPPED}",
    ],
)
def test_a_form_is_left_out_unless_it_holds_the_text(body: str) -> None:
    blocks, _ = read_page(f"<html><head><title>T</title></head><body>{body}</body></html>")
    assert tuple(one for one in blocks if one != "Cookies") == TEXTS


def test_what_a_drawing_or_a_list_of_other_articles_says_of_itself_is_not_the_article_s() -> None:
    other = "<time datetime=2020-01-01>Then</time><meta itemprop=datePublished content=2020-01-01>"
    drawing = "<svg><title>Open the menu</title><path/></svg>"
    page = f"<body>{drawing}<nav>{other}</nav><aside>{other}</aside><h1>Talks</h1>"
    assert read_page(f"{page}<p>One.<p>Two.")[1] == {}
    assert read_page(f"{page}<time datetime=2031-05-04>Today</time><p>One.<footer>{other}")[1] == {"date": "2031-05-04"}
    assert read_page(f"<title>Talks</title>{page}<p>One.")[1] == {"title": "Talks"}


def test_the_head_of_a_page_says_its_date_and_no_comment_below_it() -> None:
    head = "<head><meta property=article:published_time content=2031-05-04></head>"
    comment = "<div>I agree.<meta itemprop=datePublished content=2031-05-09></div>"
    assert read_page(f"{head}<body><p>One.<p>Two.{comment}")[1] == {"date": "2031-05-04"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", "text", "expected an article as text or as a page"),
        ("a.txt", b"\xff\xfe\x00", "not UTF-8 text"),
        ("a.txt", "one\ntwo \udc80".encode("utf-8", "surrogateescape"), ":2: the article is not UTF-8"),
        ("a.txt", " \n\u200b\n", "there is no paragraph of text"),
        ("a.html", "<script>1</script><nav>Home</nav>", "there is no paragraph of text"),
        ("a.txt", "x\n\n" * (MOST_PARAGRAPHS + 1), "expected at most 2,000 paragraphs (got 2,001)"),
        ("a.txt", b"x" * (MOST_BYTES + 1), "cannot read the article: it is larger"),
    ],
)
def test_what_is_no_article_is_refused_by_name(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    path = written(tmp_path, content, name)
    with pytest.raises(ArticleError) as refused:
        read_article(path)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


def test_a_missing_article_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="cannot read the article: no such file"):
        read_article(tmp_path / "none.txt")


def test_words_in_a_row_are_counted_without_case_and_signs() -> None:
    paragraph = "The minister said, “we will not accept an attack” on Friday."
    assert shared_words("He says we will NOT accept, an attack ever", paragraph) == "we will not accept an attack"
    assert copies("He says we will NOT accept, an attack ever", paragraph) == "we will not accept an attack"
    assert copies("He says we will not accept an assault", paragraph) is None
    assert shared_words("", paragraph) == ""
