"""From articles to evidence with the real rules: drafted, judged, adopted, held to the articles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sim.cli.app import app
from sim.draft.files import NAME, read_draft
from tests.draft.sheet import judged
from tests.places import ROOT

SEEN = sorted(path for path in (ROOT / "tests/draft/articles/seen").iterdir() if path.is_dir())


def offramp(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.mark.slow
@pytest.mark.parametrize("crisis", SEEN, ids=lambda path: path.name)
def test_an_article_becomes_evidence_that_holds(crisis: Path, tmp_path: Path) -> None:
    article = next(path for path in crisis.iterdir() if path.name.startswith("article."))
    out = tmp_path / "scenarios" / "crisis"
    words = ("--cast", crisis / "cast.yaml", "--as-of", "2040-01-01", "--out", out)
    first = offramp("draft", article, *words)
    assert first.exit_code == 0, first.stderr
    drafted = (out / NAME).read_bytes()
    assert len(read_draft(out / NAME).items) > 3
    assert offramp("draft", article, *words).stdout.splitlines()[1].split()[-1] == "0"
    assert (out / NAME).read_bytes() == drafted
    judged(out, D02="rejected")
    adopted = offramp("adopt", out)
    assert adopted.exit_code == 0, adopted.stderr
    held = offramp("check", "--articles", crisis, out, "--format", "json")
    assert held.exit_code == 0, held.stderr
    (file,) = json.loads(held.stdout)["files"]
    assert file["held"] == file["items"] == len(read_draft(out / NAME).items) - 1
    again = offramp("draft", article, *words)
    assert again.stdout.splitlines()[1].split()[-1] == "0"
