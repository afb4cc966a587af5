"""The scores of drafts: known answers of matching and intervals, and the sheets that were coded by hand."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest

from sim.articles.article import read_article
from sim.articles.paragraphs import copies
from sim.draft.files import read_cast
from sim.scenario.evidence import Item
from tests.draft.matching import interval, loose, match, same_date, score, strict
from tests.draft.scoring import Case, cases, stance_table, table

ARTICLES = Path(__file__).parent / "articles"
CASES = [case for half in ("seen", "heldback") for case in cases(ARTICLES / half)]
LATER = ("agency", "analysis", "meeting", "radio", "communique", "answers")
DAY = datetime.date(2023, 5, 19)


def item(**fields: object) -> Item:
    given = {
        "actor": ["veldania"], "target": ["orsa"], "date": DAY, "source": "wire", "paragraph": 1, "says": "It moved.",
        "kind": "deployment", "informs": "stance", "bearing": 0.75, "reliability": 0.8, "occasion": "o", "cameo": "154",
    }  # fmt: skip
    return Item.model_validate(given | fields)


def test_an_item_matches_itself():
    assert strict(item(), item())


@pytest.mark.parametrize(
    "other",
    [
        {"paragraph": 2},
        {"actor": ["merovia"]},
        {"bearing": -0.75},
        {"bearing": 0.0},
        {"kind": "threat", "cameo": "138"},
    ],
)
def test_another_paragraph_actor_sign_or_act_is_no_strict_match(other: dict[str, object]):
    assert not strict(item(), item(**other))


@pytest.mark.parametrize(
    "other",
    [{"bearing": 0.25}, {"kind": "threat", "cameo": "15"}, {"cameo": None}, {"actor": ["merovia", "veldania"]}],
)
def test_root_or_kind_and_one_of_the_actors_will_do(other: dict[str, object]):
    assert strict(item(), item(**other))


def test_two_items_without_a_root_do_not_share_one():
    assert not strict(item(cameo=None), item(cameo=None, kind="threat"))


def test_items_without_a_bearing_match_each_other():
    assert strict(item(bearing=0.0), item(bearing=0.0))


def test_each_item_is_matched_once():
    assert len(match([item()], [item(), item()], strict)) == 1
    assert len(match([item(), item()], [item()], strict)) == 1


def test_the_matching_takes_as_many_pairs_as_there_can_be():
    both, first = item(actor=["veldania", "merovia"]), item()
    drafted = [item(), item(actor=["merovia"], kind="threat", cameo="138", bearing=-1.0, target=None)]
    assert match([both, first], drafted, loose) == [(0, 1), (1, 0)], "taking the best pair first would leave one over"


def test_of_equal_numbers_of_pairs_the_one_with_most_right_fields_is_taken():
    threat, move = item(kind="threat", cameo="138"), item()
    assert sorted(match([threat, move], [move, threat], loose)) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("gold", "drafted", "right"),
    [
        ({}, {}, True),
        ({}, {"date": DAY + datetime.timedelta(days=1)}, False),
        ({"start": DAY - datetime.timedelta(days=6)}, {"date": DAY - datetime.timedelta(days=3)}, True),
        ({"start": DAY - datetime.timedelta(days=60)}, {"date": DAY - datetime.timedelta(days=30)}, False),
        ({"standing": True}, {"standing": True, "date": datetime.date(2001, 1, 1)}, True),
    ],
)
def test_dates_are_the_same_where_the_periods_meet_and_end_within_a_week(
    gold: dict[str, object], drafted: dict[str, object], right: bool
):
    assert same_date(item(**gold), item(**drafted)) is right


def test_a_score_counts_by_hand():
    gold = [item(), item(paragraph=2, target=None), item(paragraph=3, bearing=-0.5), item(paragraph=4)]
    drafted = [
        item(bearing=0.5),
        item(paragraph=2, cameo="138"),
        item(paragraph=3),
        item(paragraph=9),
        item(paragraph=9),
    ]
    result = score("wire", gold, drafted)
    assert result.shares["recall"] == (2, 4)
    assert result.shares["precision"] == (2, 5)
    assert result.shares["to reject"] == (2, 5)
    assert result.shares["all fields right"] == (1, 5)
    assert result.shares["right root"] == (2, 3)
    assert result.shares["right target"] == (2, 2), "where the coder names no target there is nothing to get right"
    assert result.shares["right sign"] == (2, 3)
    assert result.shares["right bearing"] == (2, 3)


def test_an_empty_draft_has_no_precision():
    result = score("wire", [item()], [])
    assert result.shares["recall"] == (0, 1)
    assert result.shares["precision"] == (0, 0)
    assert "nan" in table([result])


def test_the_interval_of_one_article_is_wilson_with_students_t():
    p, low, high = interval([(8, 10)])
    assert p == 0.8
    z = 2.262157  # Student's t with 9 degrees of freedom, 97.5%
    for bound in (low, high):
        assert abs(bound - p) == pytest.approx(z * math.sqrt(bound * (1 - bound) / 10), abs=1e-6)


def test_articles_that_agree_give_the_interval_of_their_items_pooled():
    assert interval([(5, 10)] * 4) == interval([(20, 40)])


def test_articles_that_differ_give_a_wider_interval():
    _, low, high = interval([(10, 10), (0, 10), (10, 10), (0, 10)])
    _, least, most = interval([(20, 40)])
    assert low < least
    assert high > most


@pytest.mark.parametrize("clusters", [[(0, 7), (0, 5)], [(7, 7), (5, 5)], [(0, 1)], [(1, 2), (0, 0)]])
def test_an_interval_stays_between_0_and_1(clusters: list[tuple[int, int]]):
    p, low, high = interval(clusters)
    assert 0 <= low <= p <= high <= 1


def test_without_items_nothing_is_known():
    assert interval([])[1:] == (0.0, 1.0)


def test_there_are_two_articles_of_each_style():
    """The styles that came later widen the half seen only."""
    styles = [case.name.rsplit("-", 1)[1] for case in CASES]
    assert sorted(style for style in styles if style not in LATER) == sorted(2 * ["local", "note", "speech", "wire"])
    assert sorted(style for style in styles if style in LATER) == sorted(LATER)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sheet_fits_its_article(case: Case):
    article, cast = read_article(case.article), read_cast(case.cast)
    assert article.date is not None
    for key, one in case.items.items():
        paragraph = article.paragraph(one.paragraph or 0)
        assert paragraph is not None, key
        assert copies(one.says, paragraph) is None, f"{key} copies the article"
        assert one.date <= article.date, key
        assert one.bearing * 4 == int(one.bearing * 4), f"{key} is off the grid"
        assert set(one.actor) <= {*cast, "civilians"}, key
        assert one.duplicate_of is None or case.items[one.duplicate_of].duplicate_of is None, key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_draft_of_what_the_coder_coded_is_perfect(case: Case):
    items = list(case.items.values())
    perfect = score(case.name, items, items[::-1])
    assert all(x == n for name, (x, n) in perfect.shares.items() if name != "to reject")
    assert perfect.rejected == 0
    assert all(one.drafted == one.coded for one in case.stances(items).values())


def test_an_empty_draft_reads_the_priors_of_the_roles():
    stances = CASES[0].stances([])
    assert all(one.drafted == one.prior for one in stances.values())
    last = stance_table({"wire": stances}).splitlines()[-1]
    draft, prior = last.split("draft ")[1].split(", prior of the role ")
    assert draft == prior


def test_paragraphs_of_the_page_are_numbered_as_they_were_coded():
    (page,) = (case for case in CASES if case.article.suffix == ".html")
    article = read_article(page.article)
    assert article.paragraphs[3].startswith("Three weeks after")
    assert article.paragraphs[15].startswith("If the Union were to act")
