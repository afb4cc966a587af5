"""Drafts and casts as files: read with all faults, written whole, equal bytes for equal drafts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.draft.files import draft_yaml, read_cast, read_draft, write_draft
from sim.draft.schema import DraftFile
from sim.errors import ScenarioError

CAST = """schema: offramp/cast/1
cast:
  veldania: {role: initiator, name: Veldania, aliases: [the Veldanian army]}
  orsk: {role: defender, name: Orsk}
"""
DRAFT = f"""schema: offramp/draft/1
as_of: 2031-05-05
made_with: {{offramp: 0.1.0}}
cast:
  veldania: {{role: initiator, name: Veldania}}
  orsk: {{role: defender, name: Orsk}}
articles:
  ledger: {{file: article.txt, date: 2031-05-04, sha256: {"f" * 64}, paragraphs: 3}}
done:
  ledger: [2]
items:
  D01:
    status: proposed
    confidence: 0.6
    rule: move
    date_from: stated
    actor: veldania
    target: [orsk]
    date: 2031-05-03
    source: ledger
    paragraph: 2
    anchor: {{paragraph: 2, span: [4, 9], sha256: 0123456789abcdef}}
    says: Veldania moved troops to the border.
    kind: deployment
    informs: stance
    bearing: 0.75
    reliability: 0.8
    occasion: move
    cameo: "15"
"""


def saved(folder: Path, text: str, name: str = "evidence.draft.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_draft_survives_being_written_and_read(tmp_path: Path) -> None:
    draft = read_draft(saved(tmp_path, DRAFT))
    again = tmp_path / "again.yaml"
    write_draft(again, draft)
    assert read_draft(again) == draft
    assert draft_yaml(read_draft(again)) == draft_yaml(draft) == again.read_text(encoding="utf-8")


@pytest.mark.parametrize("hash_", ["0123456789012345", "1234567890123e45", "0000000000000000", "12345678e9012345"])
def test_a_hash_that_looks_like_a_number_stays_a_hash(tmp_path: Path, hash_: str) -> None:
    draft = read_draft(saved(tmp_path, DRAFT.replace("0123456789abcdef", f'"{hash_}"')))
    write_draft(tmp_path / "again.yaml", draft)
    anchor = read_draft(tmp_path / "again.yaml").items["D01"].anchor
    assert anchor is not None
    assert anchor.sha256 == hash_


def test_a_draft_without_items_is_written_and_read(tmp_path: Path) -> None:
    draft = read_draft(saved(tmp_path, DRAFT[: DRAFT.index("items:")]))
    write_draft(tmp_path / "again.yaml", draft)
    assert read_draft(tmp_path / "again.yaml") == draft


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: proposed", "status: maybe", "items.D01.status: expected"),
        ("source: ledger", "source: lodger", "there is no article 'lodger' in this draft (ledger)"),
        ("paragraph: 2\n", "paragraph: 4\n", "the article has 3 paragraphs (got 4)"),
        ("actor: veldania", "actor: vendalia", "'vendalia' is not in the cast (veldania, orsk)"),
        ("span: [4, 9]", "span: [9, 4]", "expected a span of at least one character"),
        ("  ledger: [2]", "  lodger: [2]", "there is no article 'lodger'"),
        ("    rule: move\n", "", "items.D01.rule: this key is required"),
        ("    rule: move\n", "    rool: move\n", "items.D01.rool: there is no such key"),
    ],
)
def test_a_fault_of_a_draft_names_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in DRAFT
    path = saved(tmp_path, DRAFT.replace(old, new))
    with pytest.raises(ScenarioError) as refused:
        read_draft(path)
    assert said in str(refused.value)
    assert f"{path}:" in str(refused.value)


def test_a_cast_gives_members_by_id(tmp_path: Path) -> None:
    cast = read_cast(saved(tmp_path, CAST, "cast.yaml"))
    assert list(cast) == ["veldania", "orsk"]
    assert cast["veldania"].aliases == ("the Veldanian army",)


def test_two_actors_do_not_share_a_name(tmp_path: Path) -> None:
    path = saved(tmp_path, CAST.replace("name: Orsk", "name: Orsk, aliases: [VELDANIA]"), "cast.yaml")
    with pytest.raises(ScenarioError, match="'veldania' is a name of 'veldania' too"):
        read_cast(path)


def test_what_a_draft_does_not_say_is_as_in_the_model() -> None:
    fields = DraftFile.model_fields
    assert not fields["items"].is_required()
    assert fields["articles"].is_required()
