"""Answers change the draft as they say, are on disk when given, and never overwrite what somebody else wrote."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.articles.paragraphs import paragraph_hash
from sim.draft.files import NAME, read_draft, write_draft
from sim.errors import OfframpError, ReportError, ScenarioError, StaleError, UsageError
from sim.review.answers import answered
from sim.review.form import BLANK, FIELDS, values_of
from sim.review.sheet import Sheet
from sim.review.shown import state
from tests.hostile.strings import INJECTIONS
from tests.places import ROOT
from tests.review.drafts import PARAGRAPHS, write


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(write(tmp_path))


def give(sheet: Sheet, do: str, **asked: Any) -> dict[str, str]:
    return answered(sheet, {"do": do, "revision": sheet.revision, **asked})


def typed(sheet: Sheet, name: str = "D01", **values: Any) -> dict[str, Any]:
    return {**values_of(sheet.draft.items[name]), **values}


NEW = {**BLANK, "actor": ["oraia"], "date": "2031-05-06", "says": "An envoy travelled.", "kind": "visit"}


def faults(sheet: Sheet, do: str, **asked: Any) -> dict[str, str]:
    """Give an answer that is refused; return what is wrong by field, and see that nothing was written."""
    before = sheet.path.read_bytes()
    with pytest.raises(ScenarioError) as refused:
        give(sheet, do, **asked)
    assert sheet.path.read_bytes() == before
    return {fault.key.split(".")[2]: fault.message for fault in refused.value.faults}


def test_every_answer_is_on_disk_when_it_is_given(sheet: Sheet) -> None:
    give(sheet, "accept", item="D01")
    give(sheet, "reject", item="D02")
    give(sheet, "edit", item="D03", values=typed(sheet, "D03", bearing="-1"))
    give(sheet, "add", source="ledger", paragraph=4, span=[82, 108], values=NEW)
    give(sheet, "tick", source="ledger", paragraph=3, on=True)
    on_disk = read_draft(sheet.path)
    assert on_disk == sheet.draft
    assert {name: item.status for name, item in on_disk.items.items()} == {
        "D01": "accepted", "D02": "rejected", "D03": "edited", "D04": "added",
    }  # fmt: skip
    assert on_disk.items["D03"].bearing == -1
    assert on_disk.done == {"ledger": (3,)}


def test_a_draft_that_is_opened_again_is_as_it_was_left(sheet: Sheet) -> None:
    give(sheet, "edit", item="D01", values=typed(sheet, reliability="0.55"))
    again = Sheet(sheet.path.parent)
    assert (again.draft, again.revision) == (sheet.draft, sheet.revision)
    assert again.last == ""


def test_a_form_that_was_not_changed_accepts(sheet: Sheet) -> None:
    give(sheet, "edit", item="D01", values=typed(sheet))
    give(sheet, "edit", item="D02", values=typed(sheet, "D02", says="  Lissen accused\n Tarvos. "))
    assert [sheet.draft.items[name].status for name in ("D01", "D02")] == ["accepted", "accepted"]
    give(sheet, "edit", item="D01", values=typed(sheet, kind="strike"))
    give(sheet, "accept", item="D01")
    assert sheet.draft.items["D01"].status == "edited"


def test_an_act_of_another_kind_takes_its_own_score(sheet: Sheet) -> None:
    give(sheet, "edit", item="D01", values=typed(sheet, says="Brigades went to the border."))
    assert sheet.draft.items["D01"].goldstein == -7.2
    for code, score in (("04", 1.0), ("99", None), ("", None)):
        give(sheet, "edit", item="D01", values=typed(sheet, cameo=code))
        assert sheet.draft.items["D01"].goldstein == score
    name = give(sheet, "add", source="ledger", paragraph=3, span=None, values={**NEW, "cameo": "13"})["item"]
    assert sheet.draft.items[name].goldstein == -6.0


def test_a_date_that_is_typed_says_where_it_is_from(sheet: Sheet) -> None:
    give(sheet, "edit", item="D01", values=typed(sheet, date="2031-05-06"))
    give(sheet, "edit", item="D02", values=typed(sheet, "D02", standing=True))
    give(sheet, "edit", item="D03", values=typed(sheet, "D03", date="2031-05-04"))
    assert [item.date_from for item in sheet.draft.items.values()] == ["article", "standing", "stated"]


def test_an_item_that_is_added_is_anchored_to_its_words(sheet: Sheet) -> None:
    """An emoji of two code points stands before the words; a span counts characters as Python does."""
    start = PARAGRAPHS[1].index("asked Oraia")
    done = give(sheet, "add", source="ledger", paragraph=2, span=[start, start + 20], values=NEW)
    item = sheet.draft.items[done["item"]]
    assert (item.status, item.found_by, item.rule, item.confidence) == ("added", "analyst", "analyst", 1.0)
    assert item.anchor is not None
    assert item.anchor.sha256 == paragraph_hash(PARAGRAPHS[1])
    assert PARAGRAPHS[1][slice(*item.anchor.span)] == "asked Oraia for help"
    assert (item.occasion, item.date_from) == ("oraia-2031-05-06", "article")


def test_an_item_without_selected_words_cites_its_paragraph(sheet: Sheet) -> None:
    done = give(sheet, "add", source="ledger", paragraph=3, span=None, values=NEW)
    anchor = sheet.draft.items[done["item"]].anchor
    assert anchor is not None
    assert anchor.span == (0, len(PARAGRAPHS[2]))


def test_an_item_that_is_in_the_evidence_already_is_not_changed_here(tmp_path: Path) -> None:
    sheet = Sheet(write(tmp_path, status="accepted", adopted="E07"))
    for asked in ({"do": "reject"}, {"do": "accept"}, {"do": "edit", "values": {}}):
        with pytest.raises(UsageError, match="D01 is in the evidence already, as E07"):
            give(sheet, item="D01", **asked)
    assert "as E07" in state(sheet)["items"][0]["small"]


def test_an_added_item_stays_added(sheet: Sheet) -> None:
    name = give(sheet, "add", source="ledger", paragraph=3, span=None, values=NEW)["item"]
    for do, status in (("reject", "rejected"), ("accept", "added")):
        give(sheet, do, item=name)
        assert sheet.draft.items[name].status == status
    give(sheet, "edit", item=name, values=typed(sheet, name, kind="meta"))
    assert sheet.draft.items[name].status == "added"


def test_a_tick_can_be_taken_off(sheet: Sheet) -> None:
    for on, done in ((True, {"ledger": (2,)}), (True, {"ledger": (2,)}), (False, {})):
        give(sheet, "tick", source="ledger", paragraph=2, on=on)
        assert sheet.draft.done == done


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("bearing", "0.6", "expected one of -1, -0.75"),
        ("bearing", "much", 'expected a number (got "much")'),
        ("bearing", "nan", "finite"),
        ("reliability", "0", "expected a number above 0"),
        ("reliability", "", "this key is required"),
        ("actor", [], "this key is required"),
        ("kind", "rumour", "expected 'strike'"),
        ("informs", "", "this key is required"),
        ("date", "2031-05-08", "dated 2031-05-08, after the as-of date 2031-05-07"),
        ("date", "2031-02-30", "2031-02-30"),
        ("start", "2031-05-06", "expected a day on or before `date`"),
        ("says", "", "this key is required"),
        ("says", "Sources say Tarvos sent two brigades to the pass.", "at most five in a row"),
        ("occasion", "Two Words", "expected text like assad-regime"),
        ("cameo", "1b", 'expected text like a CAMEO code such as "195"'),
        ("duplicate_of", "D09", "there is no item 'D09'"),
        ("duplicate_of", "D01", "there is no other item 'D01'"),
        ("conflicts", "?", "expected text like assad-regime"),
        ("actor", [7], "expected text"),
        ("says", {"a": 1}, "expected text"),
    ],
)
def test_what_does_not_hold_as_evidence_is_refused_by_field(sheet: Sheet, field: str, value: Any, said: str) -> None:
    found = faults(sheet, "edit", item="D01", values=typed(sheet, **{field: value}))
    assert list(found) == [field]
    assert said in found[field]


def test_copied_words_are_named(sheet: Sheet) -> None:
    found = faults(
        sheet, "edit", item="D02", values=typed(sheet, "D02", says="It sent two brigades to the Ilmen pass.")
    )
    assert '"sent two brigades to the ilmen pass"' in found["says"], "from another paragraph of the article too"
    give(sheet, "edit", item="D02", values=typed(sheet, "D02", says="It sent two brigades to the north."))


def test_a_proposal_that_does_not_hold_cannot_be_accepted(tmp_path: Path) -> None:
    sheet = Sheet(write(tmp_path, date="2031-05-09"))
    assert "after the as-of date" in faults(sheet, "accept", item="D01")["date"]
    give(sheet, "reject", item="D01")


def test_a_bearing_off_the_grid_may_be_accepted_as_proposed(tmp_path: Path) -> None:
    sheet = Sheet(write(tmp_path, bearing=0.6))
    give(sheet, "accept", item="D01")
    give(sheet, "edit", item="D02", values=typed(sheet, "D02", kind="meta"))
    assert [sheet.draft.items[name].bearing for name in ("D01", "D02")] == [0.6, 0.6]


def test_an_actor_who_is_not_of_the_cast_is_refused(sheet: Sheet) -> None:
    with pytest.raises(ScenarioError, match="'moria' is not in the cast"):
        give(sheet, "edit", item="D01", values=typed(sheet, actor=["moria"]))


def test_a_duplicate_points_at_an_item_that_counts(sheet: Sheet) -> None:
    give(sheet, "reject", item="D03")
    found = faults(sheet, "edit", item="D02", values=typed(sheet, "D02", duplicate_of="D03"))
    assert "D03 was rejected" in found["duplicate_of"]
    give(sheet, "edit", item="D02", values=typed(sheet, "D02", duplicate_of="D01"))
    found = faults(sheet, "edit", item="D01", values=typed(sheet, duplicate_of="D02"))
    assert found["duplicate_of"], "in a circle"
    give(sheet, "reject", item="D01")
    assert "D02 is a duplicate of D01, which was rejected" in " ".join(state(sheet)["left"])


AT = {"do": "add", "source": "ledger", "paragraph": 1, "values": NEW}
TICK = {"do": "tick", "source": "ledger", "paragraph": 1, "on": True}
NONSENSE: tuple[Any, ...] = (
    None, [], {}, {"do": "accept"}, {"do": "shell"}, {"do": "accept", "item": "D99"}, {"do": "accept", "item": 1},
    {"do": "edit", "item": "D01"}, {"do": "edit", "item": "D01", "values": {"status": "accepted"}},
    TICK | {"source": "nobody"}, TICK | {"paragraph": 5}, TICK | {"paragraph": True}, {"do": "undo"},
    AT | {"span": [5, 5]}, AT | {"span": [-4, 5]}, AT | {"span": [0, 10_000]}, AT | {"span": [0, 1, 2]},
    AT | {"paragraph": 0},
)  # fmt: skip


@pytest.mark.parametrize("asked", NONSENSE, ids=str)
def test_an_answer_that_makes_no_sense_changes_nothing(sheet: Sheet, asked: Any) -> None:
    before = sheet.path.read_bytes()
    with pytest.raises(UsageError):
        answered(sheet, {"revision": sheet.revision, **asked} if isinstance(asked, dict) else asked)
    assert sheet.path.read_bytes() == before


def test_answers_are_taken_back_one_by_one(sheet: Sheet) -> None:
    states = [sheet.draft]
    for do, asked in (("accept", {"item": "D01"}), ("tick", {"source": "ledger", "paragraph": 1, "on": True})):
        give(sheet, do, **asked)
        states.append(sheet.draft)
    assert sheet.last == "paragraph 1 has nothing more"
    assert give(sheet, "undo")["said"] == "Taken back: paragraph 1 has nothing more."
    assert read_draft(sheet.path) == states[1]
    give(sheet, "undo")
    assert read_draft(sheet.path) == states[0]
    with pytest.raises(UsageError, match="no answer to take back"):
        give(sheet, "undo")


@pytest.mark.parametrize("do", ["accept", "undo"])
def test_a_file_that_was_edited_meanwhile_is_read_and_not_overwritten(sheet: Sheet, do: str) -> None:
    give(sheet, "reject", item="D02")
    seen = sheet.revision
    by_hand = sheet.path.read_text(encoding="utf-8").replace("troops towards", "soldiers to") + "# a comment\n"
    sheet.path.write_text(by_hand, encoding="utf-8")
    with pytest.raises(StaleError, match="changed meanwhile"):
        answered(sheet, {"do": do, "revision": seen, "item": "D01"})
    assert sheet.path.read_text(encoding="utf-8") == by_hand
    assert sheet.draft.items["D01"].says == "Tarvos moved soldiers to the border."
    give(sheet, "accept", item="D01")
    assert read_draft(sheet.path).items["D01"].says == "Tarvos moved soldiers to the border."


def test_a_page_that_is_behind_is_refused(sheet: Sheet) -> None:
    seen = sheet.revision
    give(sheet, "accept", item="D01")
    with pytest.raises(StaleError):
        answered(sheet, {"do": "reject", "revision": seen, "item": "D01"})
    assert read_draft(sheet.path).items["D01"].status == "accepted"


def test_a_change_at_the_last_moment_is_not_overwritten(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saves in an editor while the answer is being worked out."""
    other = sheet.draft.model_copy(update={"done": {"ledger": (4,)}})
    late = sheet.draft.model_copy(update={"done": {"ledger": (1,)}})
    sheet.check(sheet.revision)
    write_draft(sheet.path, other)
    with pytest.raises(StaleError):
        sheet.take(late, "late")
    assert read_draft(sheet.path) == other == sheet.draft


def test_a_file_that_was_broken_by_hand_is_left_as_it_is(sheet: Sheet) -> None:
    broken = sheet.path.read_text(encoding="utf-8").replace("status: proposed", "status: maybe", 1)
    sheet.path.write_text(broken, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"evidence.draft.yaml:\d+:\d+: items.D01.status: expected"):
        give(sheet, "accept", item="D02")
    assert sheet.path.read_text(encoding="utf-8") == broken


def test_a_file_that_is_gone_is_not_made_anew(sheet: Sheet) -> None:
    sheet.path.unlink()
    with pytest.raises(ScenarioError, match="cannot read"):
        give(sheet, "accept", item="D01")
    assert not sheet.path.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_an_answer_that_cannot_be_written_is_not_taken_for_given(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise ReportError("cannot write the draft: no space left on device")

    monkeypatch.setattr("sim.review.sheet.write_draft", full)
    before = sheet.draft
    with pytest.raises(ReportError):
        give(sheet, "accept", item="D01")
    assert (sheet.draft, sheet.last) == (before, "")
    monkeypatch.undo()
    give(sheet, "accept", item="D01")
    assert read_draft(sheet.path).items["D01"].status == "accepted"


KILLED = """
import os, signal, sys
from pathlib import Path
from sim.review.answers import answered
from sim.review.sheet import Sheet
sheet = Sheet(Path(sys.argv[1]))
for name in ("D01", "D02"):
    answered(sheet, {"do": "accept", "item": name, "revision": sheet.revision})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    folder = write(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [item.status for item in Sheet(folder).draft.items.values()] == ["accepted", "accepted", "proposed"]
    assert sorted(path.name for path in folder.iterdir()) == [NAME, "ledger.txt"]


@pytest.mark.parametrize("key", [one.key for one in FIELDS if one.widget not in ("flag", "cast")])
def test_hostile_text_in_a_field_is_kept_as_text_or_refused(sheet: Sheet, key: str) -> None:
    for text in (
        *INJECTIONS[::5],
        "\u202eturned\x1b[31m",
        "\U0001f6f0" * 10,
        "x" * 5000,
        "a: b\n- c # d",
        "!!python/x",
    ):
        try:
            give(sheet, "edit", item="D01", values=typed(sheet, **{key: text}))
        except OfframpError:
            continue
        assert read_draft(sheet.path) == sheet.draft
        assert "\x1b" not in str(state(sheet))
        assert "\u202e" not in str(state(sheet))


def test_an_article_that_is_missing_or_changed_is_said_and_its_items_are_reviewed(sheet: Sheet) -> None:
    article = sheet.path.parent / "ledger.txt"
    changed = article.read_text(encoding="utf-8").replace("two brigades", "ten brigades")
    for there in (changed, None):
        article.unlink()
        if there is not None:
            article.write_text(there, encoding="utf-8")
        text = sheet.text("ledger")
        assert text.article is None
        assert "ledger.txt" in text.missing
        assert all(item["span"] is None for item in state(sheet)["items"])
        give(sheet, "accept", item="D01")
        name = give(sheet, "add", source="ledger", paragraph=2, span=None, values=NEW)["item"]
        assert (sheet.draft.items[name].anchor, sheet.draft.items[name].paragraph) == (None, 2)
        give(sheet, "undo")


def test_an_article_that_comes_back_is_shown_again(sheet: Sheet) -> None:
    article = sheet.path.parent / "ledger.txt"
    kept = article.read_bytes()
    article.unlink()
    assert sheet.text("ledger").article is None
    article.write_bytes(kept)
    assert sheet.text("ledger").paragraph(3) == PARAGRAPHS[2]


FIRST = paragraph_hash(PARAGRAPHS[0])


@pytest.mark.parametrize(("paragraph", "end", "sha256"), [(1, 5, "0" * 16), (2, 5, FIRST), (1, 9_999, FIRST)])
def test_words_that_are_not_where_an_anchor_says_are_not_marked(
    tmp_path: Path, paragraph: int, end: int, sha256: str
) -> None:
    sheet = Sheet(write(tmp_path, anchor={"paragraph": paragraph, "span": (0, end), "sha256": sha256}))
    shown = state(sheet)["items"][0]
    assert shown["span"] is None
    assert shown["unmarked"]
    give(sheet, "reject", item="D01")


def test_a_folder_without_a_draft_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"there is no evidence\.draft\.yaml in .*nowhere; write it with offramp draft"
    ):
        Sheet(tmp_path / "nowhere")


def test_a_draft_that_is_full_takes_no_more(sheet: Sheet) -> None:
    items = {f"D{n:03}": sheet.draft.items["D01"] for n in range(1000)}
    sheet.draft = sheet.draft.model_copy(update={"items": items})
    with pytest.raises(UsageError, match="at most 1,000 items"):
        give(sheet, "add", source="ledger", paragraph=1, span=None, values=NEW)
