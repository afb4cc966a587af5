"""`run --given`: what remains is said, what is refused has its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import sim
from tests import worlds
from tests.cli.conftest import Offramp

SEEN = "strikes by 2020-01-14"


def test_it_says_what_was_given_and_how_many_runs_remain(offramp: Offramp, tmp_path: Path) -> None:
    file = worlds.write(tmp_path, worlds.crisis())
    answer = offramp("run", file, "--runs", 4096, "--given", SEEN, "--quiet")
    forecast = sim.run(sim.load(file), runs=4096, given=[SEEN])
    kept, draws = (int(count) for count in forecast.tally["kept"][:2])
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert lines[1] == f"as of 2020-01-01; {kept:,} runs of {draws:,} draws, seed 0"
    assert lines[lines.index(SEEN) + 1] == "neither an offensive nor a surrender by 14 January 2020"
    kept_line = f"Of 4,096 runs made, {kept:,} ({kept / 4096:.0%}) meet all conditions and are counted."
    assert kept_line in " ".join(answer.out.split())
    windows = [line.split()[0] for line in lines if re.match(r"\d+ days  ", line)]
    assert windows == ["30", "60"]  # 14 days are settled
    assert f"--given '{SEEN}'" in answer.err


def test_the_record_says_it_and_is_not_compared_or_entered(offramp: Offramp, tmp_path: Path) -> None:
    file = worlds.write(tmp_path, worlds.crisis())
    answer = offramp("run", file, "--runs", 4096, "--given", SEEN, "--quiet", "--format", "json")
    record = json.loads(answer.out)
    assert record["given"]["conditions"] == [SEEN]
    assert record["command"].endswith(f"--given '{SEEN}'")
    stored = tmp_path / "forecast.json"
    stored.write_text(answer.out, encoding="utf-8")
    for command in (
        ("run", file, "--runs", 64, "--since", stored),
        ("record", stored, "--ledger", tmp_path / "l.jsonl"),
    ):
        refused = offramp(*command)
        assert refused.code == 2
        assert "answers another question" in refused.err


def test_too_few_runs_are_incomplete(offramp: Offramp, tmp_path: Path) -> None:
    file = worlds.write(tmp_path, worlds.crisis())
    answer = offramp("run", file, "--runs", 256, "--given", "agreement by 2020-01-10", "--quiet")
    assert answer.code == 4
    assert "100 are needed" in answer.err
    assert answer.out == ""


def test_what_cannot_be_given_is_a_fault_of_usage(offramp: Offramp, tmp_path: Path) -> None:
    file = worlds.write(tmp_path, worlds.crisis())
    answer = offramp("run", file, "--given", "peace by 2020-01-10", "--format", "json")
    assert answer.code == 2
    assert "expected" in json.loads(answer.out)["errors"][0]["message"]
    assert offramp("run", file, "--given", SEEN, "--counterfactuals").code == 2


def test_a_look_without_a_run_that_counts_is_no_fault(offramp: Offramp, tmp_path: Path) -> None:
    """A precision looks after every block, and none of its runs may meet the condition."""
    file = worlds.write(tmp_path, worlds.crisis())
    given = ("--given", "strikes by 2020-01-10", "--given", "no strikes by 2020-01-10")
    answer = offramp("run", file, "--runs", 256, "--precision", 0.1, *given, "--quiet")
    assert answer.code == 4
    assert "0 of 128 draws" in answer.err


def test_strikes_cannot_be_given_where_there_are_none(offramp: Offramp, tmp_path: Path) -> None:
    file = worlds.write(tmp_path, worlds.crisis(strikes="off"))
    answer = offramp("run", file, "--runs", 256, "--given", SEEN)
    assert answer.code == 2
    assert "the scenario has no strikes (`strikes: off`)" in answer.err
