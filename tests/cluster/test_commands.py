"""Commands on a real scheduler and real workers: the bytes of a local run, whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import distributed
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from tests import sizes
from tests.cluster.certificates import certificates
from tests.cluster.processes import Cluster, cluster
from tests.evaluation.backtest.made_up import write_cases
from tests.places import ROOT
from tests.runs.store.storage import BUCKET, storage
from tests.studies.sweep.worlds import write_base, write_sweep

pytestmark = pytest.mark.slow

GRID = """
    base: crisis.yaml
    runs: 8192
    axes:
      pressures.appeal.intensity: {from: 0, to: 1, steps: 9}
      actors.shield.posture: {from: 0.2, to: 0.8, steps: 3}
"""


def offramp(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    given = {"capture_output": True, "text": True, "timeout": 240, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}
    return subprocess.run([sys.executable, "-m", "sim", *map(str, words)], check=False, **{**given, **options})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sweep")
    write_sweep(made, GRID)
    write_base(made, "long.yaml", id="long")
    gate = {"by": "5 days", "below": 0.9}
    write_base(made, "gated.yaml", gates={"rare": gate})
    return made


@pytest.fixture(scope="module")
def local(folder: Path) -> str:
    """The sweep as two local workers give it."""
    done = offramp("sweep", "run", "sweep.yaml", "--no-store", "-q", "--format", "json", "--workers", 2, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sweep_on(machines: Cluster, *words: object) -> list[str]:
    where = ["--executor", "dask", "--address", machines.address, "--workers", 2]
    return ["sweep", "run", "sweep.yaml", "-q", "--format", "json", *map(str, (*where, *words))]


def start(words: list[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def blocks_in(store: Path) -> int:
    return sum(1 for path in store.rglob("*") if path.is_file() and len(path.name) == 64)


def wait_for_blocks(store: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while blocks_in(store) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kill_in_mid_batch(machines: Cluster) -> None:
    """Kill the first worker while it has a batch: it is stopped, and goes on once more where it had none."""
    victim = machines.workers[0]
    with distributed.Client(machines.address, set_as_default=False) as client:
        address = next(where for where, process in client.run(os.getpid).items() if process == victim.pid)
        for _ in range(100):
            victim.send_signal(signal.SIGSTOP)
            time.sleep(0.2)  # for what it sent before to arrive
            if client.processing()[address]:
                break
            victim.send_signal(signal.SIGCONT)
            time.sleep(0.02)
    machines.kill(victim)


def test_a_sweep_with_a_worker_killed_in_mid_run_gives_the_bytes_of_a_local_one(
    machines: Cluster, folder: Path, local: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    process = start(sweep_on(machines, "--store", store), folder)
    wait_for_blocks(store, 2, process)
    kill_in_mid_batch(machines)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert out == local
    assert "was lost; run again elsewhere" in err
    assert blocks_in(store) == 54, "this side keeps what workers that do not see its disk have played"


def test_a_killed_scheduler_is_a_clear_error_and_the_same_command_goes_on(
    machines: Cluster, folder: Path, local: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    with cluster(tmp_path) as others:
        process = start(sweep_on(others, "--store", store), folder)
        wait_for_blocks(store, 2, process)
        others.kill(others.scheduler)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "the connection to the workers was lost" in json.loads(out)["errors"][0]["message"]
    assert err == f"finished blocks are kept in {store}: give the same command again to resume\n"
    assert 2 <= blocks_in(store) < 54
    done = offramp(*sweep_on(machines, "--store", store), cwd=folder)
    assert (done.returncode, done.stdout) == (0, local)
    assert blocks_in(store) == 54


def test_workers_keep_their_blocks_on_object_storage_over_an_encrypted_way(
    folder: Path, local: str, tmp_path: Path
) -> None:
    with storage() as environment:
        ca, cert, key = certificates(tmp_path)
        security = ("--tls-ca-file", str(ca), "--tls-cert", str(cert), "--tls-key", str(key))
        with cluster(tmp_path, 2, security, **environment) as machines:
            assert machines.address.startswith("tls://")
            tls = ("--tls-ca", ca, "--tls-cert", cert, "--tls-key", key)
            words = sweep_on(machines, "--store", f"s3://{BUCKET}/sweep", *tls)
            done = offramp(*words, cwd=folder)
            assert (done.returncode, done.stdout) == (0, local), done.stderr
            (tmp_path / "other").mkdir()
            stranger = certificates(tmp_path / "other")
            refused = offramp(*words[:-6], "--tls-ca", stranger[0], "--tls-cert", stranger[1], "--tls-key", stranger[2],
                              "--no-store", cwd=folder)  # fmt: skip
            assert refused.returncode == 3
            assert "no dask scheduler answers at tls://127.0.0.1" in json.loads(refused.stdout)["errors"][0]["message"]
        from sim.runs.store import Store

        assert len(list(Store(f"s3://{BUCKET}/sweep").shelf.items())) == 54
        again = offramp("sweep", "run", "sweep.yaml", "-q", "--format", "json", "--store", f"s3://{BUCKET}/sweep",
                        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment})  # fmt: skip
        assert again.stdout == local


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "check",
        "diff",
        *(
            pytest.param(one, marks=pytest.mark.skipif(not sizes.full, reason="takes most of a minute: --full"))
            for one in ("calibrate", "backtest")
        ),
    ],
)
def test_other_commands_give_the_bytes_of_local_workers_too(
    machines: Cluster, folder: Path, command: str, tmp_path: Path
) -> None:
    crisis, gated = folder / "crisis.yaml", folder / "gated.yaml"
    cases = write_cases(tmp_path / "cases", count=4) if command in ("calibrate", "backtest") else None
    words = {
        "run": ("run", crisis, "--runs", 9000),
        "check": ("check", gated, "--max-runs", 8192),
        "diff": ("diff", crisis, folder / "long.yaml", "--runs", 8192),
        "calibrate": ("calibrate", cases, "--blocks", 1, "--store"),
        "backtest": ("backtest", cases, "--blocks", 1, "--store"),
    }[command]
    texts = []
    for number, where in enumerate((("--workers", 1), ("--executor", "dask", "--address", machines.address))):
        keep = (tmp_path / f"kept-{number}",) if words[-1] == "--store" else ()
        done = CliRunner().invoke(app, [str(word) for word in (*words, *keep, "-q", "--format", "json", *where)])
        assert done.exit_code in (0, 4), done.stderr
        texts.append(done.stdout)
    assert json.loads(texts[0])
    assert texts[0] == texts[1]
