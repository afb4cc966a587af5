"""`init`: files that belong together and run as they are, and a past case as the start of a new question."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import sim
from sim.scenario.doubts import doubts_of
from tests.cli.conftest import Offramp
from tests.places import IDLIB, SCENARIOS

CASES = sorted((SCENARIOS / "cases").glob("*.yaml"))


@pytest.mark.parametrize("name", ["my-crisis.yaml", "my crisis: first.yml", "2026.yaml", "Überfall.yaml"])
def test_scenario_evidence_and_sources_belong_together(offramp: Offramp, tmp_path: Path, name: str) -> None:
    file = tmp_path / "new" / name
    answer = offramp("init", file)
    others = [file.with_name(f"{file.stem}-{kind}{file.suffix}") for kind in ("evidence", "sources")]
    assert (answer.code, answer.out) == (0, "".join(f"wrote {one}\n" for one in (file, *others)))
    assert offramp("validate", file.parent, "--strict").code == 0
    scenario = sim.load(file)
    assert ("great-power", "stance") in scenario.read_fields
    assert scenario.posterior is not None
    assert scenario.document.calibration == scenario.posterior.name
    assert len(scenario.levels) > 15
    assert doubts_of(scenario) == ()


@pytest.mark.parametrize("there", ["crisis.yaml", "crisis-sources.yaml"])
def test_nothing_is_written_over_what_exists(offramp: Offramp, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    answer = offramp("init", tmp_path / "crisis.yaml")
    assert answer.code == 2
    assert f"{there} exists already; name another file, or remove it first" in answer.err
    assert [one.name for one in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_all_files_are_written_or_none(offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sim.wholefiles.os.fsync", full)
    answer = offramp("init", tmp_path / "crisis.yaml")
    assert (answer.code, answer.out, list(tmp_path.iterdir())) == (3, "", [])
    assert "crisis.yaml: no space left on device" in answer.err


@pytest.mark.parametrize("case", CASES[::7], ids=lambda path: path.stem)
def test_a_past_case_starts_a_new_question_without_its_outcome(offramp: Offramp, tmp_path: Path, case: Path) -> None:
    file = tmp_path / "next.yaml"
    assert offramp("init", file, "--from", case).code == 0
    old, new = sim.load(case), sim.load(file)
    assert (new.id, new.as_of, new.actors, new.document.ties) == ("next", old.as_of, old.actors, old.document.ties)
    assert {path: one.word for path, one in new.levels.items()} == {path: one.word for path, one in old.levels.items()}
    assert (new.document.resolution, new.document.case, new.document.hindsight) == (None, None, {})
    assert new.document.calibration is None
    assert offramp("validate", file, "--strict").code == 0


def test_a_scenario_with_evidence_of_its_own_is_no_start(offramp: Offramp, tmp_path: Path) -> None:
    answer = offramp("init", tmp_path / "next.yaml", "--from", IDLIB / "baseline.yaml")
    assert answer.code == 2
    assert "has evidence of its own; write a file next to it with `extends: ./baseline.yaml`" in answer.err


def test_a_case_that_there_is_not_is_a_fault(offramp: Offramp, tmp_path: Path) -> None:
    answer = offramp("init", tmp_path / "next.yaml", "--from", tmp_path / "none.yaml")
    assert (answer.code, list(tmp_path.iterdir())) == (2, [])
