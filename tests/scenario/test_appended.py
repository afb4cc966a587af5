"""Entries added to files that a person keeps: what was there stays letter for letter."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError, UsageError
from sim.scenario.written import Kept
from sim.scenario.yamltree import read_tree
from tests.places import IDLIB

TEXT = """# A head.
schema: x/1   # of the language
items:

  # The first
  E1:
    says: >-
      Folded text.

      # no comment: it is text
    date: 2031-05-04
# Of what follows
half_life: 21
"""
ENTRY = {"E2": {"actor": "orsk", "date": datetime.date(2031, 5, 5), "span": [1, 2]}}
ADDED = "  E2:\n    actor: orsk\n    date: 2031-05-05\n    span: [1, 2]\n"


def kept(folder: Path, text: str) -> Kept:
    path = folder / "file.yaml"
    path.write_bytes(text.encode("utf-8"))
    return Kept.read(path, "x/1")


def test_entries_stand_after_the_last_and_before_the_comments_of_what_follows(tmp_path: Path) -> None:
    file = kept(tmp_path, TEXT)
    before, after = TEXT.split("# Of what")
    assert file.edited(file.entries("items", ENTRY)) == f"{before}{ADDED}# Of what{after}"


def test_a_text_at_the_end_that_looks_like_a_comment_is_not_broken(tmp_path: Path) -> None:
    text = "items:\n  E1:\n    says: |\n      words\n      # text\n\n\n"
    file = kept(tmp_path, text)
    made = file.edited(file.entries("items", ENTRY))
    assert made == f"items:\n  E1:\n    says: |\n      words\n      # text\n{ADDED}\n\n"


def test_a_key_is_written_before_another_and_again_in_its_place(tmp_path: Path) -> None:
    file = kept(tmp_path, TEXT)
    once = file.edited(file.key("drafted", {"added": 1}, before="items"))
    assert once == TEXT.replace("items:", "drafted: {added: 1}\nitems:")
    again = kept(tmp_path, once)
    assert again.edited(again.key("drafted", {"added": 2}, before="items")) == once.replace("added: 1", "added: 2")


def test_a_key_on_several_lines_is_replaced_whole(tmp_path: Path) -> None:
    file = kept(tmp_path, "drafted:\n  added: 1\n  edited: 0\n\n# of items\nitems:\n  E1: {a: 1}\n")
    made = file.edited(file.key("drafted", {"added": 2}, before="items"), file.entries("items", ENTRY))
    assert made == f"drafted: {{added: 2}}\n\n# of items\nitems:\n  E1: {{a: 1}}\n{ADDED}"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [1, 2, 4])
def test_line_ends_and_indents_are_those_of_the_file(tmp_path: Path, ending: str, indent: int) -> None:
    text = f"items:{ending}{' ' * indent}E1:{ending}{' ' * indent}  a: 1"  # and no end of the last line
    file = kept(tmp_path, text)
    made = file.edited(file.entries("items", ENTRY))
    assert made.startswith(text + ending)
    assert made.count("\n") == made.count(ending) == 7
    assert kept(tmp_path, made).tree.value["items"]["E2"]["actor"] == "orsk"


@pytest.mark.parametrize("text", ["items: {E1: {a: 1}}\n", "{items: {E1: {a: 1}}}\n", "items: {}\n", "items: 3\n"])
def test_a_map_on_one_line_is_not_added_to(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="expected `items` as a map with each entry on lines of its own"):
        kept(tmp_path, text).entries("items", ENTRY)


def test_lines_that_end_with_a_return_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises((UsageError, ScenarioError)):
        kept(tmp_path, "items:\r  E1:\r    a: 1\r")


@pytest.mark.parametrize("name", ["evidence.yaml", "sources.yaml"])
def test_no_byte_of_the_idlib_evidence_changes_but_for_what_is_added(name: str) -> None:
    text = (IDLIB / name).read_text(encoding="utf-8")
    file = Kept.read(IDLIB / name, "x")
    key = "items" if name == "evidence.yaml" else "sources"
    made = file.edited(file.entries(key, ENTRY), file.key("drafted", {"added": 1}, before=key))
    assert made == text.replace(f"{key}:\n", f"drafted: {{added: 1}}\n{key}:\n", 1) + ADDED


@given(
    st.lists(st.sampled_from(["", "# margin", "  # inner", "   "]), max_size=4),
    st.lists(st.sampled_from(["", "# margin", "other: 1", "more:\n  deep: 2"]), max_size=3, unique=True),
)
def test_whatever_stands_around_the_result_has_both_and_all_old_lines(before: list[str], after: list[str]) -> None:
    import tempfile

    text = "\n".join([*before, "items:", *before, "  E1:", "    a: 1", *before, *after]) + "\n"
    with tempfile.TemporaryDirectory() as name:
        file = kept(Path(name), text)
        made = file.edited(file.entries("items", ENTRY))
        (Path(name) / "made.yaml").write_text(made, encoding="utf-8")
        value = read_tree(Path(name) / "made.yaml", "made.yaml").value
    assert value == file.tree.value | {"items": file.tree.value["items"] | value["items"]}
    assert list(value["items"]) == ["E1", "E2"]
    assert made.replace(ADDED, "") == text
