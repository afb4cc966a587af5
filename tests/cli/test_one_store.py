"""One store for every command: what one of them has played no other plays again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.runs.store import key_of
from tests.cli.conftest import Offramp
from tests.played import count_blocks
from tests.studies.sweep.worlds import write_base, write_sweep

RUNS = ("--runs", 4096)
INPUT = "pressures.appeal.intensity"
SWEEP = f"""
    base: crisis.yaml
    design: one-at-a-time
    axes:
      {INPUT}: [0, 1]
"""
MENU = {"warn": {"by": "shield", "cost": 1, "change": {"actors.shield.posture": 0.5}}}
MORE = {"menu": MENU, "gates": {"rare": {"below": 0.999}}}
AFTER = {
    "run": ("run", "crisis.yaml", *RUNS),
    "tip": ("tip", "crisis.yaml", "--input", INPUT, "--to", "0.5", *RUNS),
    "counterfactuals": ("counterfactuals", "crisis.yaml", *RUNS),
    "advise": ("advise", "crisis.yaml", "--for", "shield", "--goal", "lower offensive by 10 days", *RUNS),
    "diff": ("diff", "crisis.yaml", "crisis.yaml", *RUNS),
    "check": ("check", "crisis.yaml", "--max-runs", 4096),
    "sweep": ("sweep", "run", "sweep.yaml", *RUNS),
    "discover": ("discover", "crisis.yaml", *RUNS),
    "drivers": ("drivers", "crisis.yaml", "--by", "5", *RUNS),
    "history": ("history", "crisis.yaml", "--from", "2020-01-01", *RUNS),
}


@pytest.fixture
def crisis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = write_base(tmp_path, **MORE)
    write_sweep(tmp_path, SWEEP)
    monkeypatch.chdir(tmp_path)
    return file


@pytest.mark.slow
def test_what_one_command_has_played_into_a_store_no_other_plays_again(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = count_blocks(monkeypatch)
    assert offramp("run", crisis, *RUNS, "--store", "S", "--quiet").code == 0
    assert len(played) == 1
    counts = {}
    for name, words in AFTER.items():
        before = len(played)
        answer = offramp(*words, "--store", "S", "--quiet")
        assert answer.code == 0, (name, answer.err)
        counts[name] = len(played) - before
    asks_of_the_base_alone = ("run", "diff", "check", "discover", "drivers")
    assert all(counts[name] == 0 for name in asks_of_the_base_alone), counts
    assert counts["sweep"] == 0, "its cells are the ends of the range of tip"
    keys = list(map(key_of, played))
    assert len(keys) == len(set(keys)), "no block is played twice, whichever command asks for it"
