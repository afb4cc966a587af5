"""`check`: lines, exit codes, files for CI, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from sim.cli.check import with_more
from sim.cli.machines import Machines
from sim.forecast.plan import MAX_RUNS
from tests.cli.conftest import Offramp
from tests.places import IDLIB
from tests.scenario.files import Folder, edit
from tests.studies.gates.conftest import QUICK
from tests.studies.gates.stand_in import StandIn

Gated = Callable[..., Path]


@pytest.fixture
def gated(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Gated:
    """Write gates into a scenario, judged on a stand-in with a chance of 0.3; run from the scenario folder."""
    monkeypatch.chdir(folder.path)
    monkeypatch.setattr(Machines, "make", lambda self, blocks=None: StandIn({"crisis": 0.3, "variant": 0.3}))

    def write(*gates: str, name: str = "crisis.yaml") -> Path:
        lines = "".join(f"  {gate}\n" for gate in gates)
        folder.write(QUICK + (f"gates:\n{lines}" if gates else ""), name)
        return Path(name)

    return write


def test_gates_that_pass_leave_with_0_and_a_line_each(offramp: Offramp, gated: Gated) -> None:
    answer = offramp("check", gated("low: {below: 0.5}", "high: {above: 0.1, by: 5}"), "--quiet")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "crisis.yaml"
    assert lines[1].split() == ["gate", "verdict", "interval", "held", "to", "runs"]
    assert lines[2].split()[:2] == ["low", "passed"]
    assert lines[2].endswith("below 0.5  4,096")
    assert answer.err == "2 passed; the chance that any verdict is false is at most 5%, shared by 2 gates\n"


def test_more_runs_are_suggested_only_where_a_check_can_make_them() -> None:
    assert with_more(2_000_000) == "allow more runs, as in --max-runs 10000000, or loosen the gate"
    assert with_more(MAX_RUNS) == "loosen the gate: a check can make no more runs"


@pytest.mark.parametrize(
    ("gates", "code", "told", "following"),
    [
        (("low: {below: 0.2}", "edge: {below: 0.3}"), 1, "1 failed, 1 undecided",
         "next: offramp show crisis.yaml, and correct the scenario or the gate on crisis.yaml:19"),
        (("edge: {below: 0.3}", "low: {below: 0.5}"), 4, "1 undecided, 1 passed",
         "next: allow more runs, as in --max-runs 80000, or loosen the gate"),
    ],
)  # fmt: skip
def test_a_miss_leaves_with_1_and_doubt_with_4(
    offramp: Offramp, gated: Gated, gates: tuple[str, ...], code: int, told: str, following: str
) -> None:
    answer = offramp("check", gated(*gates), "--max-runs", 8000, "--quiet")
    assert answer.code == code
    assert answer.err.startswith(f"{told}; ")
    assert answer.err.splitlines()[-1] == following


def test_the_next_step_names_a_file_of_another_folder_so_that_it_is_found(
    offramp: Offramp, gated: Gated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(gated("low: {below: 0.2}")).resolve()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    answer = offramp("check", file, "--quiet")
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith(f"next: offramp show {file}, and correct ")
    assert str(file.parent) not in answer.out


def test_a_crash_leaves_with_3_and_the_rest_is_judged(
    offramp: Offramp, gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = gated("low: {below: 0.2}")
    gated("low: {below: 0.5}", name="variant.yaml")
    Path("variant.yaml").write_text(
        edit(Path("variant.yaml").read_text(encoding="utf-8"), ("id: crisis", "id: variant")), encoding="utf-8"
    )
    stand_in = StandIn({"crisis": 0.3}, broken=["variant"])
    monkeypatch.setattr(Machines, "make", lambda self, blocks=None: stand_in)
    answer = offramp("check", file, "variant.yaml", "--quiet")
    assert answer.code == 3
    assert "low: block 0 of variant failed" in answer.out
    assert "low   failed   " in answer.out
    assert answer.err.splitlines()[-1] == "next: offramp run variant.yaml shows the crash alone"


def test_an_interruption_leaves_with_130_and_what_is_decided(
    offramp: Offramp, gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.studies.gates.test_check import Interrupted

    monkeypatch.setattr(Machines, "make", lambda self, blocks=None: Interrupted({"crisis": 0.3}))
    answer = offramp("check", gated("low: {below: 0.5}", "edge: {below: 0.3}"), "--quiet")
    assert answer.code == 130
    assert "1 undecided, 1 passed" in answer.err


def test_a_folder_stands_for_the_scenarios_in_it(offramp: Offramp, gated: Gated, folder: Folder) -> None:
    gated("low: {below: 0.5}", name="deep/down/crisis.yaml")
    gated(name="without.yaml")
    gated("hidden: {below: 0.2}", name=".hidden/crisis.yaml")
    folder.evidence()
    answer = offramp("check", ".", "--quiet")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "deep/down/crisis.yaml")
    assert offramp("validate", folder.path).out.count(": valid") == 4  # with evidence and sources


def test_a_sweep_is_sent_to_its_own_command_and_validated_with_the_rest(
    offramp: Offramp, gated: Gated, folder: Folder
) -> None:
    gated("low: {below: 0.5}")
    head = "schema: offramp/sweep/1\nid: sweep\ntitle: Across?\nbase: crisis.yaml\n"
    folder.write(head + "axes: {pressures.push.intensity: [0, 1]}\n", "sweep.yaml")
    answer = offramp("check", "sweep.yaml", "--quiet")
    assert (answer.code, answer.out) == (2, "")
    assert "offramp sweep run sweep.yaml" in answer.err
    assert offramp("check", ".", "--quiet").code == 0, "a folder's sweeps are left aside"
    assert offramp("validate", ".").out.splitlines() == [
        "crisis.yaml: valid",
        "sweep.yaml: valid",
        "1 scenario, 1 sweep: all valid",
    ]


def test_a_base_that_others_complete_has_no_gates_and_no_fault(offramp: Offramp, gated: Gated, folder: Folder) -> None:
    folder.write("schema: offramp/scenario/1\nid: part\npopulation: 1000\n", "part.yaml")
    file = gated("low: {below: 0.5}")
    file.write_text(file.read_text(encoding="utf-8") + "extends: ./part.yaml\n", encoding="utf-8")
    assert offramp("check", ".", "--quiet").code == 0
    folder.write("schema: offramp/scenario/1\nid: part\npopulation: -1\n", "part.yaml")
    assert "population: expected" in offramp("check", ".", "--quiet").err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["without.yaml"], "there is nothing to check: no gates in without.yaml"),
        (["empty"], "there is no scenario file in the folder empty"),
        (["none.yaml"], "none.yaml: cannot read the file: no such file or directory"),
        (["crisis.yaml", "--alpha", "0"], "expected an alpha above 0"),
        (["crisis.yaml", "--max-runs", "0"], "expected 1 to 10,000,000 runs"),
        (["crisis.yaml", "--junit", "empty"], "empty is a folder; name a file in it"),
        (["crisis.yaml", "--junit", "a", "--summary", "./a"], "--junit and --summary both name a; write them to two"),
        (["crisis.yaml", "--summary", "crisis.yaml/x.md"], "cannot make the folder crisis.yaml"),
    ],
)
def test_what_cannot_be_checked_leaves_with_2(offramp: Offramp, gated: Gated, paths: list[str], said: str) -> None:
    gated("low: {below: 0.5}")
    gated(name="without.yaml")
    Path("empty").mkdir()
    answer = offramp("check", *paths, "--quiet")
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_the_faults_of_all_files_are_told_at_once_before_any_run(
    offramp: Offramp, gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.studies.gates.check.check", lambda *_: pytest.fail("ran"))
    gated("low: {below: 5}")
    gated("low: {by: 11, below: 0.5}", name="b.yaml")
    answer = offramp("check", ".", "--quiet")
    assert answer.code == 2
    assert [line.split(":")[0] for line in answer.err.splitlines()] == ["b.yaml", "crisis.yaml", "2 faults found"]


def test_json_holds_every_number(offramp: Offramp, gated: Gated) -> None:
    answer = offramp("check", gated("low: {below: 0.2, basis: Why.}"), "--format", "json", "--quiet", "--seed", 7)
    assert answer.code == 1
    told: dict[str, Any] = answer.json
    assert {key: told[key] for key in ("verdict", "alpha", "max_runs", "seed", "replicates", "interrupted")} == {
        "verdict": "fail", "alpha": 0.05, "max_runs": 200_000, "seed": 7, "replicates": 2, "interrupted": False,
    }  # fmt: skip
    (gate,) = told["gates"]
    assert {key: gate[key] for key in ("suite", "gate", "verdict", "above", "below", "runs", "file", "line")} == {
        "suite": "crisis", "gate": "low", "verdict": "fail", "above": None, "below": 0.2, "runs": 4096,
        "file": "crisis.yaml", "line": 19,
    }  # fmt: skip
    assert 0.2 < gate["low"] < gate["estimate"] < gate["high"] < 0.4


def test_files_for_ci_are_written_and_annotations_go_to_stderr(offramp: Offramp, gated: Gated) -> None:
    file = gated("low: {below: 0.2}", "high: {above: 0.1}")
    answer = offramp("check", file, "--quiet", "--junit", "out/gates.xml", "--summary", "out/gates.md", "--annotations")
    assert answer.code == 1
    root = parse("out/gates.xml").getroot()  # noqa: S314 - our own
    assert [root.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["2", "1", "0", "0"]
    assert "**1 failed, 1 passed**" in Path("out/gates.md").read_text(encoding="utf-8")
    assert "at most 5%, shared by 2 gates" in Path("out/gates.md").read_text(encoding="utf-8")
    lines = answer.err.splitlines()
    assert lines[:2] == [f"wrote {Path('out/gates.xml')}", f"wrote {Path('out/gates.md')}"]
    assert lines[2].startswith("::error file=crisis.yaml,line=19,title=gate low failed::P(offensive within 10 days)")
    assert "::" not in answer.out


def test_the_summary_is_added_to_the_file_of_a_step(
    offramp: Offramp, gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Path("step.md")
    step.write_text("# Before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step.resolve()))
    offramp("check", gated("low: {below: 0.5}"), "--quiet", "--summary", step)
    assert step.read_text(encoding="utf-8").startswith("# Before\n## Gates\n")


def test_progress_counts_gates_that_are_decided(offramp: Offramp, gated: Gated) -> None:
    answer = offramp("check", gated("low: {below: 0.5}", "high: {above: 0.1}"))
    assert answer.err.splitlines()[:2] == ["check: 1 of 2 gates", "check: 2 of 2 gates"]


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(offramp: Offramp, gated: Gated) -> None:
    file = gated("low: {below: 0.2}", name="c\x1b[31m.yaml")
    answer = offramp("check", file, "--quiet", "--annotations")
    assert answer.code == 1
    assert "\x1b" not in answer.out + answer.err


def test_the_same_check_writes_the_same_bytes(offramp: Offramp, gated: Gated) -> None:
    file = gated("low: {below: 0.5}", "edge: {below: 0.3}")
    texts = []
    for name in ("a", "b"):
        offramp("check", file, "--quiet", "--max-runs", 9000, "--junit", f"{name}.xml", "--summary", f"{name}.md")
        texts.append(Path(f"{name}.xml").read_bytes() + Path(f"{name}.md").read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "german-offer"])
def test_the_gates_of_the_idlib_scenarios_hold(offramp: Offramp, name: str) -> None:
    answer = offramp("check", IDLIB / f"{name}.yaml", "--quiet", "--seed", 11, "--format", "json")
    assert answer.code == 0, json.dumps(answer.json, indent=1)
    assert all(gate["runs"] <= 20_480 for gate in answer.json["gates"]), "they hold with room to spare"
