"""Compiled templates are kept for the next page, and a page does not depend on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.report import document_of, html

RECORD = json.loads(Path(__file__).with_name("forecast.json").read_text(encoding="utf-8"))


def page(monkeypatch: pytest.MonkeyPatch, folder: Path | None) -> str:
    """Return a page of an environment that keeps compiled templates in a folder."""
    kept = None if folder is None else html._Compiled(str(folder), "template-%s")
    with monkeypatch.context() as patch:
        patch.setattr(html, "_compiled", lambda: kept)
        html._environment.cache_clear()
        text = html.to_html(document_of(RECORD))
    html._environment.cache_clear()
    return text


def test_a_page_is_the_same_from_templates_that_were_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = page(monkeypatch, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2, "page.html and blocks.html"
    with monkeypatch.context() as patch:
        patch.setattr("jinja2.Environment.compile", lambda *_: pytest.fail("compiled again"))
        again = page(monkeypatch, tmp_path)
    assert again == first == page(monkeypatch, None)


@pytest.mark.parametrize("content", [b"", b"\0" * 100])
def test_damaged_templates_are_compiled_again(content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = page(monkeypatch, tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(content)
    assert page(monkeypatch, tmp_path) == first


def test_a_folder_that_cannot_be_written_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert page(monkeypatch, tmp_path / "missing") == page(monkeypatch, None)


def test_templates_are_kept_only_where_python_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made: Any = html._compiled()
    assert made is None
