"""What moved since an earlier forecast, in page and Markdown."""

import re

import pytest

from sim.report.chance import Chance, Shift
from sim.report.document import List, walk
from tests.places import ROOT
from tests.report.said import markdown_of, section, tables, texts
from tests.report.test_report import Text


def since(record):
    return section(record, "since")


def stances_of(record):
    (found,) = (one for one in walk(since(record)) if isinstance(one, List) and one.role == "notes")
    return found.items


@pytest.fixture
def both(record, written):
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in written(record))
    return Text(page).text, markdown.replace("**", "")


def test_the_change_stands_near_the_top_of_both(both):
    for text in both:
        section = text.index("Since the forecast of 12 August 2018")
        assert text.index("conditional on this model") < section < text.index("A strike is a day of heavy bombing")


def test_the_lead_tells_the_last_window_then_and_now(record, both):
    row = record["since"]["outcomes"]["offensive"]["63"]
    then, now = Chance.of(row["old"]).text, Chance.of(row["new"]).text
    lead = f"An offensive within 63 days: {then} then, {now} now, {Shift.of(row['change']).line}."
    assert all(lead in text for text in both)


def test_every_row_of_the_record_is_a_row_of_the_table(record):
    (table,) = (one for caption, one in tables(since(record)).items() if caption.startswith("Then and now"))
    names = {
        "Offensive": "offensive",
        "Agreement": "agreement",
        "First strike": "strikes",
        "Terms of surrender": "terms",
    }
    assert len(table.rows) == 8
    assert table.rows[0][0] == "Offensive"
    for outcome, window, then, now, change, interval, remark in table.rows:
        row = record["since"]["outcomes"][names[outcome]][re.search(r"\d+", window)[0]]
        shift = Shift.of(row["change"])
        assert (then, now) == (Chance.of(row["old"]).text, Chance.of(row["new"]).text)
        assert (change, interval, remark) == (shift.number, shift.interval, "" if shift.is_clear else "no clear change")


def test_paired_and_unpaired_changes_say_which_they_are(record):
    assert "12,000 runs were compared one by one" in texts(since(record))[1]
    record["since"] |= {"paired_runs": None, "unpaired": "the earlier file does not hold its scenario"}
    basis = texts(since(record))[1]
    assert "not paired: the earlier file does not hold its scenario." in basis
    assert "combines the Monte Carlo errors of both" in basis


def test_another_scenario_is_named_in_the_title(record):
    record["since"]["forecast"]["id"] = "idlib-2018-german-offer"
    title = since(record).title
    assert title == "Since the forecast of 12 August 2018, idlib-2018-german-offer"


def test_another_as_of_date_is_another_window(record):
    assert "12 August 2018 then, 19 August 2018 now" in texts(since(record))[1]
    record["since"]["forecast"]["as_of"] = record["as_of"]
    assert "The windows are not the same" not in texts(since(record))[1]


def test_stances_name_the_items_that_came_went_and_were_coded_anew(record):
    russia = next(one for one in record["since"]["stances"] if one["actor"] == "russia")
    russia |= {"items_removed": [{"id": "E99", "says": "Old."}], "items_recoded": [{"id": "E23", "says": "Struck."}]}
    stances = {one.name: one for one in stances_of(record)}
    assert stances["Stance of Russia"].lines[0].startswith("New: E01. The author sees")
    assert stances["Stance of Russia"].lines[-2:] == ("Gone: E99. Old.", "Recoded: E23. Struck.")
    assert re.fullmatch(r"\S+ give or take \S+ then, \S+ give or take \S+ now", stances["Stance of Russia"].text)


def test_new_articles_are_named_with_their_items(record, written):
    article = {"id": "gazette", "title": "Talks fail", "publisher": "The Gazette", "date": "2018-08-18"}
    article["items"] = ["E42", "E43"]
    record["since"]["articles"] = [article, article | {"publisher": None, "items": ["E44"]}]
    lists = [one for one in walk(since(record)) if isinstance(one, List)]
    (found,) = (one for one in lists if one.items[0].name == "New article")
    assert [(one.name, one.text) for one in found.items] == [
        ("New article", "Talks fail (The Gazette, 18 August 2018): 2 items of evidence: E42, E43"),
        ("New article", "Talks fail (18 August 2018): 1 item of evidence: E44"),
    ]
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in written(record))
    for text in (Text(page).text, markdown.replace("**", "")):
        assert "Talks fail (The Gazette, 18 August 2018)" in text


def test_stances_that_only_aged_say_so_and_actors_that_came_or_went_too(record):
    nothing = {"items_added": [], "items_removed": [], "items_recoded": []}
    read, written = ({"from": way, "mean": 0.1, "sd": 0.2} for way in ("evidence", "assumption"))
    record["since"]["stances"] = [
        {"actor": "russia", "old": read, "new": read | {"mean": 0.15}, **nothing},
        {"actor": "turkey", "old": read, "new": written, **nothing},
        {"actor": "germany", "old": None, "new": written, **nothing},
        {"actor": "iran", "old": written, "new": None, **nothing},
    ]
    russia, turkey, germany, iran = stances_of(record)
    assert "aged" in russia.lines[0]
    assert turkey.text.endswith("from evidence then and assumption now")
    assert (germany.name, germany.text) == ("Stance of Germany", "new in this forecast")
    assert (iran.name, iran.text) == ("Stance of Iran", "no longer in this forecast")


def test_inputs_are_shown_with_a_dash_on_the_side_that_lacks_them(record):
    record["since"]["inputs"] = [
        {"path": "pressures.offer.start", "old": None, "new": "2018-08-24"},
        {"path": "actors.russia.resolve", "old": {"uniform": [0.1, 0.2]}, "new": 0.4},
        {"path": "actors.iran.role", "old": "patron", "new": None},
    ]
    assert tables(since(record))["Inputs that have changed"].rows == (
        ("Start of Offer", "–", "24 Aug 2018"),
        ("Resolve of Russia", "uniform 0.1, 0.2", "0.4"),
        ("Role of Iran", "patron", "–"),
    )


def test_texts_that_were_reworded_are_not_quoted(record):
    record["since"]["settings"] = [{"name": "resolves", "old": "A", "new": "B"}, {"name": "seed", "old": 0, "new": 1}]
    assert tables(since(record))["What else differs"].rows == (("resolves", "", "reworded"), ("seed", "0", "1"))


def test_where_nothing_differs_it_is_said(record):
    record["since"] |= {"inputs": [], "stances": [], "settings": []}
    assert "No input, evidence or setting has changed." in texts(since(record))
    assert "No input, evidence or setting has changed." in markdown_of(record)


def test_forecasts_without_a_common_window_say_so(record):
    record["since"]["outcomes"] = {name: {} for name in record["since"]["outcomes"]}
    assert "share no window" in texts(since(record))[0]
    assert not [caption for caption in tables(since(record)) if caption.startswith("Then and now")]


@pytest.mark.slow
def test_without_an_earlier_forecast_there_is_no_section(record, written):
    record["since"] = None
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in written(record))
    assert 'id="since"' not in page
    assert "Since the forecast" not in markdown


def test_the_format_reference_names_every_key(record):
    text = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
    section = text.split("### `since`")[1].split("\n### ")[0]
    since = record["since"]
    assert re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) == list(since)
    named = set(re.findall(r"`(\w+)`", section))
    samples = [since["forecast"], since["inputs"][0], since["stances"][0], since["settings"][0]]
    samples += [since["outcomes"]["offensive"]["30"], since["stances"][0]["new"], since["stances"][0]["items_added"][0]]
    for sample in samples:
        assert set(sample) <= named
