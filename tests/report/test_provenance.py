"""Where items were coded from and how they were drafted, as reports say it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.report.document import Linked
from sim.report.record_parts import ItemRecord
from sim.report.sections.provenance import drafted_sentence, evidence_table, occasions_table, section_of
from tests.report.said import markdown_of

ANCHOR = {"paragraph": 6, "span": [57, 189], "sha256": "0123456789abcdef"}


def test_an_anchored_item_names_paragraph_and_characters_and_leads_to_its_source(record):
    provenance = record["provenance"]
    provenance["items"]["E21"]["anchor"] = ANCHOR
    provenance["items"]["E22"].pop("paragraph")
    cells = {row[0]: row[2] for row in evidence_table(record).rows}
    assert cells["E20"] == "ea-2018-08-19, paragraph 6"
    assert cells["E21"] == "ea-2018-08-19, paragraph 6, characters 57 to 189"
    assert cells["E22"] == "ea-2018-08-19"
    assert isinstance(cells["E21"], Linked)
    assert cells["E21"].url == provenance["sources"]["ea-2018-08-19"]["url"]
    assert "E21 (paragraph 6, characters 57 to 189)" in {row[2] for row in occasions_table(record).rows}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "//example.org", "data:text/html,x"])
def test_an_item_leads_nowhere_but_to_the_web(record, url):
    for source in record["provenance"]["sources"].values():
        source["url"] = url
    assert not [cell for row in evidence_table(record).rows for cell in row if isinstance(cell, Linked)]


def test_a_link_of_an_item_is_escaped_on_the_page(record, written):
    for source in record["provenance"]["sources"].values():
        source["url"] = 'https://example.org/"><b>x'
    page = next(path for path in written(record) if path.suffix == ".html").read_text(encoding="utf-8")
    assert "<b>x" not in page
    assert page.count('href="https://example.org/&#34;&gt;&lt;b&gt;x"') == 1 + len(record["provenance"]["items"])


def test_the_record_holds_anchors_to_their_form(record):
    form = TypeAdapter(ItemRecord)
    item = record["provenance"]["items"]["E21"] | {"anchor": ANCHOR}
    assert form.validate_python(item)["anchor"]["span"] == (57, 189)
    with pytest.raises(ValidationError, match="sha256"):
        form.validate_python(item | {"anchor": ANCHOR | {"sha256": "none"}})


def test_what_became_of_proposals_is_one_sentence_where_there_were_any(record):
    assert drafted_sentence(record) == ""
    drafted = {"proposed": 31, "accepted": 20, "edited": 5, "rejected": 6, "added": 1}
    record["provenance"]["drafted"] = drafted
    said = (
        "Drafted from articles by a program, then judged by a person: of 31 proposals, 20 accepted, 5 edited, "
        "6 rejected; 1 item added in review."
    )
    assert drafted_sentence(record) == f"{said} Coded without a draft: 15 items."
    assert said in markdown_of(record)
    drafted["accepted"] = 35
    assert drafted_sentence(record).endswith("1 item added in review.")


def test_the_section_says_it_above_the_items(record):
    record["provenance"]["drafted"] = {"proposed": 1, "accepted": 1, "edited": 0, "rejected": 0, "added": 0}
    (group,) = [part for part in section_of(record).parts if part is not None and part.title == "Evidence"]
    assert group.parts[0].text.startswith("Drafted from articles by a program")
