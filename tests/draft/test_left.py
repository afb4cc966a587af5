"""What is left to do in a draft is counted and named."""

from __future__ import annotations

from pathlib import Path

from sim.draft.files import NAME, read_draft
from sim.draft.schema import DraftFile, left, listed
from tests.review.drafts import write


def changed(draft: DraftFile, done: tuple[int, ...] = (), **statuses: str) -> DraftFile:
    items = {
        name: item.model_copy(update={"status": statuses.get(name, item.status)}) for name, item in draft.items.items()
    }
    return draft.model_copy(update={"items": items, "done": {"ledger": done} if done else {}})


def test_items_without_an_answer_and_paragraphs_without_a_tick_are_left(tmp_path: Path) -> None:
    draft = changed(read_draft(write(tmp_path) / NAME), done=(1, 3), D01="accepted", D02="rejected")
    todo = left(draft)
    assert todo
    assert todo.proposed == ("D03",)
    assert todo.unread == {"ledger": (2, 4)}
    assert todo.sentences == (
        "1 item without an answer: D03.", "2 paragraphs of ledger not ticked as having nothing more: 2, 4.",
    )  # fmt: skip


def test_nothing_is_left_of_a_draft_that_was_gone_through(tmp_path: Path) -> None:
    draft = changed(read_draft(write(tmp_path) / NAME), done=(1, 2, 3, 4), D01="accepted", D02="rejected", D03="edited")
    assert not left(draft)
    assert left(draft).sentences == ()


def test_a_kept_duplicate_of_a_rejected_item_is_left(tmp_path: Path) -> None:
    draft = changed(read_draft(write(tmp_path) / NAME), done=(1, 2, 3, 4), D01="accepted", D02="rejected", D03="added")
    items = {**draft.items, "D03": draft.items["D03"].model_copy(update={"duplicate_of": "D02"})}
    assert left(draft.model_copy(update={"items": items})).stray == {"D03": "D02"}


def test_long_lists_are_cut() -> None:
    assert listed(str(n) for n in range(14)).endswith("10, 11 and 2 more")
