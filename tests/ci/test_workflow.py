"""The workflow, run: every job in a folder of its own, every step a process, artifacts carried from one to the next."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from tests.ci.workflow import ACTION, WORKFLOW, Ran, evaluated, read, run_step, steps_that_call_offramp
from tests.studies.sweep.worlds import GRID, write_sweep

SWEEP = "scenarios/sweep.yaml"
GATES = """
    gates:
      bombing: {outcome: strikes, above: 0.05}
      never: {outcome: strikes, below: 0.01}
"""
OFFRAMP = Path(sys.executable).parent / "offramp"


class Service:
    """Runs the jobs of the workflow on a repository, each from a fresh checkout."""

    def __init__(self, folder: Path, gates: str = GATES) -> None:
        self._folder = folder
        self.repository = folder / "repository"
        (self.repository / "scenarios").mkdir(parents=True)
        write_sweep(self.repository / "scenarios", GRID + gates)
        self._jobs = read(WORKFLOW)["jobs"]
        self.artifacts = folder / "artifacts"

    def checkout(self, job: str) -> Path:
        """Return a fresh folder for a job."""
        return Path(shutil.copytree(self.repository, self._folder / job))

    def plan(self, shards: int) -> list[dict[str, Any]]:
        """Run the job that plans; return the matrix."""
        (step,) = steps_that_call_offramp(self._jobs["plan"]["steps"])
        ran = run_step(step, self.checkout("plan"), {"inputs.sweep": SWEEP, "inputs.shards": str(shards)})
        assert ran.code == 0, ran.err
        jobs: list[dict[str, Any]] = json.loads(ran.outputs["matrix"])["include"]
        return jobs

    def shard(self, job: dict[str, Any]) -> Ran:
        """Run the job of a shard and keep its artifact."""
        call = next(step for step in self._jobs["shard"]["steps"] if str(step.get("uses")).startswith("./"))
        matrix = {f"matrix.{name}": str(value) for name, value in job.items()}
        values = {"inputs.sweep": SWEEP, "inputs.runs": "", "inputs.python-version": "3.13", **matrix}
        given = {f"inputs.{name}": evaluated(str(value), values) for name, value in call["with"].items()}
        steps = read(ACTION)["runs"]["steps"]
        (step,) = steps_that_call_offramp(steps)
        folder = self.checkout(f"shard-{job['shard']}-{job['total']}")
        ran = run_step(step, folder, given)
        upload = next(step for step in steps if "upload-artifact" in str(step.get("uses")))["with"]
        shutil.copytree(folder / upload["path"], self.artifacts / evaluated(upload["name"], given))
        return ran

    def merge(self) -> tuple[Ran, Path]:
        """Run the job that merges what artifacts there are."""
        steps = self._jobs["merge"]["steps"]
        (step,) = steps_that_call_offramp(steps)
        folder = self.checkout("merge")
        download = next(step for step in steps if "download-artifact" in str(step.get("uses")))["with"]
        for artifact in self.artifacts.glob(download["pattern"]):
            shutil.copytree(artifact, folder / download["path"] / artifact.name)
        ran = run_step(step, folder, {})
        upload = next(step for step in steps if "upload-artifact" in str(step.get("uses")))["with"]
        return ran, folder / upload["path"]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


@pytest.mark.slow
def test_the_workflow_ends_with_the_bytes_of_one_run_and_marks_the_missed_gate(service: Service) -> None:
    jobs = service.plan(3)
    assert [job["name"] for job in jobs] == ["1/3", "2/3", "3/3"]
    for job in jobs:
        ran = service.shard(job)
        assert ran.code == 0, ran.err
        assert ran.outputs == {"partial": "offramp-partial"}
    merged, report = service.merge()
    assert merged.code == 1, merged.err
    assert "6 failed, 6 passed" in merged.out
    assert "**6 failed, 6 passed**" in merged.summary
    marks = [line for line in merged.err.splitlines() if line.startswith("::")]
    assert len(marks) == 1
    assert marks[0].startswith(f"::error file={SWEEP},line=12,title=gate never failed in cell ")
    assert "and in 5 more cells" in marks[0]
    root = parse(report / "junit.xml").getroot()  # noqa: S314 - our own
    assert [root.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["12", "6", "0", "0"]

    alone = service.checkout("alone")
    command = [str(OFFRAMP), "sweep", "run", SWEEP, "--out", "report", "--quiet"]
    assert subprocess.run(command, cwd=alone, capture_output=True, check=False).returncode == 1
    for name in ("sweep.json", "sweep.csv"):
        assert (report / name).read_bytes() == (alone / "report" / name).read_bytes(), name


@pytest.mark.slow
def test_a_missing_shard_is_named_by_the_job_that_merges(service: Service) -> None:
    for job in service.plan(3):
        if job["shard"] != 2:
            service.shard(job)
    merged, _ = service.merge()
    assert merged.code == 2
    assert "missing: shard 2/3 of sweep" in merged.err


@pytest.mark.slow
def test_a_sweep_whose_gates_hold_passes(tmp_path: Path) -> None:
    service = Service(tmp_path, GATES.replace("below: 0.01", "below: 0.999"))
    for job in service.plan(1):
        assert service.shard(job).code == 0
    merged, report = service.merge()
    assert merged.code == 0, merged.err
    assert "**12 passed**" in merged.summary
    assert (report / "sweep.html").is_file()
