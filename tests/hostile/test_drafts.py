"""Hostile drafts: each ends in a message or in evidence that loads, and nothing of a person's is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.draft.files import NAME
from sim.scenario.evidence_files import read_evidence
from tests import sizes
from tests.draft.sheet import drafted, judged

COUNT = 300 if sizes.full else 40
SLIPS: dict[str, tuple[str, str, str]] = {
    "no such status": ("status: accepted", "status: maybe", "status"),
    "proposed again": ("status: accepted", "status: proposed", "without an answer"),
    "path upwards as a source": ("source: ledger", "source: ../../etc/passwd", "source"),
    "path upwards as an article": ("file: ../texts/ledger.txt", "file: /dev/zero", ""),
    "article a folder": ("file: ../texts/ledger.txt", "file: /", ""),
    "null in a path": ("file: ../texts/ledger.txt", 'file: "a\\0b.txt"', ""),
    "duplicate of itself": ("duplicate_of: D01", "duplicate_of: D04", "no other item"),
    "duplicate of nobody": ("duplicate_of: D01", "duplicate_of: D99", "there is no item"),
    "anchor elsewhere": ("paragraph: 1\n", "paragraph: 2\n", "anchor"),
    "anchor beyond": ("span: [0, 12]", "span: [0, 99999]", "the span ends at 99999"),
    "anchor of another text": ("sha256: ", "sha256: 0000000000000000 # ", ""),
    "adopted as a path": ("status: accepted", "status: accepted\n    adopted: ../x", "adopted"),
    "bearing of nan": ("bearing: 0.5", "bearing: .nan", "bearing"),
    "date of no calendar": ("date: '2031-05-05'", "date: 2031-02-31", "date"),
    "late": ("date: '2031-05-05'", "date: 2031-05-31", "after the as-of date"),
    "text of tags": ("says: Something was done.", "says: !!python/object/apply:os.system [x]", "tags"),
    "alias": ("says: Something was done.", "says: *x", ""),
    "key twice": ("    kind: deployment\n", "    kind: deployment\n    kind: strike\n", "appears twice"),
    "no cast": ("cast:\n", "caste:\n", "cast"),
    "other schema": ("offramp/draft/1", "offramp/draft/2", "schema"),
    "counts of a person": ("as_of:", "before: {proposed: -1}\nas_of:", "proposed"),
    "counts that do not add up": ("as_of:", "before: {proposed: 9}\nas_of:", "proposed"),
    "endless ticks": ("ledger: [1, 2, 3]", "ledger: [1, 1e9]", "done"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a judged draft."""
    folder = tmp_path / "scenarios" / "river-towns"
    drafted(folder)
    judged(folder)
    return folder


def adopted(folder: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["adopt", str(folder)])
    return result.exit_code, result.stderr


def held(folder: Path, code: int, said: str, before: bytes) -> None:
    """Check that there was a message and nothing written, or evidence that loads."""
    assert code in (0, 2), said
    assert "Traceback" not in said
    assert "internal error" not in said
    written = {path.name for path in folder.iterdir()}
    if code:
        assert said.strip()
        assert written == {NAME}
        assert (folder / NAME).read_bytes() == before
    else:
        assert written == {NAME, "evidence.yaml", "sources.yaml", "baseline.yaml"}
        assert read_evidence(folder / "evidence.yaml").items


@pytest.mark.parametrize("name", SLIPS)
def test_a_hostile_draft_ends_in_a_message_or_in_evidence_that_loads(folder: Path, name: str) -> None:
    old, new, said = SLIPS[name]
    text = (folder / NAME).read_text(encoding="utf-8")
    assert old in text
    (folder / NAME).write_text(text.replace(old, new, 1), encoding="utf-8")
    before = (folder / NAME).read_bytes()
    code, told = adopted(folder)
    held(folder, code, told, before)
    assert said in told
    assert not said or code == 2


@pytest.mark.slow
def test_drafts_with_bytes_changed_anywhere_end_likewise(folder: Path) -> None:
    whole = (folder / NAME).read_bytes()
    dice = random.Random(17)
    codes = set()
    for _ in range(COUNT):
        text = bytearray(whole)
        for _ in range(dice.choice([1, 1, 2, 8])):
            at = dice.randrange(len(text))
            text[at : at + dice.choice([0, 1, 5])] = dice.choice(
                [b"", b"\n", b":", b"'", b"\xff", b"9", b"  ", b"#", b"["]
            )
        (folder / NAME).write_bytes(text)
        code, said = adopted(folder)
        held(folder, code, said, bytes(text))
        codes.add(code)
        for path in folder.iterdir():
            path.unlink()
    assert codes == {0, 2}
