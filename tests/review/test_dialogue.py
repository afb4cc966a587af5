"""The review in a terminal gives the same answers as the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.draft.files import read_draft
from sim.draft.schema import DraftFile
from tests.review.drafts import PARAGRAPHS, write

KEEP = [""] * 14


def talked(folder: Path, *lines: str) -> tuple[str, DraftFile]:
    """Type lines; return what was said and the draft afterwards."""
    done = CliRunner().invoke(app, ["review", str(folder), "--cli"], input="\n".join(lines) + "\n")
    assert done.exit_code == 0, done.output
    return done.stdout, read_draft(folder / "evidence.draft.yaml")


def statuses(draft: DraftFile) -> list[str]:
    return [item.status for item in draft.items.values()]


def test_items_and_paragraphs_are_gone_through_in_order(tmp_path: Path) -> None:
    said, draft = talked(write(tmp_path), "a", "x", "r", "x", "x", "a", "x")
    assert statuses(draft) == ["accepted", "rejected", "accepted"]
    assert draft.done == {"ledger": (1, 2, 3, 4)}
    assert "Tarvos >>sent two brigades to the Ilmen pass<< on Monday" in said
    assert "Nothing is left." in said
    assert "false sentence" in " ".join(said.split())


def test_a_letter_that_means_nothing_here_is_told_and_asked_again(tmp_path: Path) -> None:
    said, draft = talked(write(tmp_path), "?", "x", "a", "a", "x", "q")
    assert said.count("Type one of these letters.") == 3
    assert statuses(draft)[0] == "accepted"
    assert draft.done == {"ledger": (1,)}


def test_leaving_keeps_what_was_answered(tmp_path: Path) -> None:
    folder = write(tmp_path)
    said, draft = talked(folder, "a", "q")
    assert statuses(draft) == ["accepted", "proposed", "proposed"]
    assert "2 items without an answer: D02, D03." in said
    _, draft = talked(folder, "s", "r")  # the input ends here
    assert statuses(draft) == ["accepted", "rejected", "proposed"]


def test_an_edit_is_asked_again_where_it_does_not_hold(tmp_path: Path) -> None:
    fields = ["tarvos oraia", "-", "", "", "", "", "", "5", *KEEP[:6]]
    said, draft = talked(write(tmp_path), "e", *fields, "y", "?", "0.5", "y", "q")
    item = draft.items["D01"]
    assert (item.status, item.actor, item.target, item.bearing) == ("edited", ("tarvos", "oraia"), None, 0.5)
    assert "Not saved: expected a number of 1 or less" in said
    assert "-0.75" in said, "what may be typed"


def test_an_edit_may_be_left(tmp_path: Path) -> None:
    _, draft = talked(write(tmp_path), "e", "oraia", *KEEP[:13], "n", "q")
    assert statuses(draft) == ["proposed"] * 3
    assert draft.items["D01"].actor == ("tarvos",)


def test_an_item_is_added_from_words_of_the_paragraph(tmp_path: Path) -> None:
    new = ["oraia", "", "", "", "", "visit", "", "-0.5", "", "", "It asked for help.", "", "", ""]
    said, draft = talked(write(tmp_path), "s", "s", "n", "not there", "asked  Oraia for help", *new, "y", "q")
    item = draft.items["D04"]
    assert item.anchor is not None
    assert PARAGRAPHS[1][slice(*item.anchor.span)] == "asked Oraia for help"
    assert (item.status, item.kind, item.bearing) == ("added", "visit", -0.5)
    assert "These words are not in the paragraph." in said


def test_the_last_answer_is_taken_back(tmp_path: Path) -> None:
    said, draft = talked(write(tmp_path), "a", "u", "u", "q")
    assert statuses(draft) == ["proposed"] * 3
    assert "Taken back: D01 accepted." in said
    assert "there is no answer to take back" in said


@pytest.mark.parametrize("sign", ["\x1b[2J", "\u202e"])
def test_signs_that_drive_a_terminal_are_made_visible(tmp_path: Path, sign: str) -> None:
    said, _ = talked(write(tmp_path, says=f"Gone {sign} away.", rule=f"a{sign}b"), "e", *KEEP, "n", "q")
    assert sign not in said
