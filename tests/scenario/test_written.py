"""YAML as offramp writes it: whatever a text holds, the loader reads it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.scenario.written import overlay_yaml, yaml_of
from sim.scenario.yamltree import read_tree

LONG = 'The minister wrote: "C:\\temp" '
PARTS = [*"ab1.,:;?-#'\"\\{}[]&*!|>% \n\u2028é😀", "e5", "null", LONG]
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=40).map("".join)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written") / "file.yaml"


@given(TEXTS)
@example(".5e3")
@example(":x")
@example("? x")
@example("a\u2028b")
@example(LONG * 9)
@example("key: " + "\\ " * 80)
@settings(max_examples=60, deadline=None)
def test_a_text_is_read_back_as_it_was_written(file: Path, text: str) -> None:
    document = {"says": text, "items": {"one": {"says": text, "aliases": [text, "x"], "deep": {"says": text}}}}
    for levels in (1, 3):
        file.write_bytes(yaml_of(document, levels=levels).encode("utf-8"))
        assert read_tree(file, "file").value == document
    file.write_bytes(overlay_yaml("./base.yaml", {"title": text, "notes.one": text}, "Head.").encode("utf-8"))
    assert read_tree(file, "file").value["notes"] == {"one": text}
