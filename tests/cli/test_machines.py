"""Where blocks are played: which executor the options mean, and which ways to a scheduler are refused."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.cli.machines import LONG, SPAWNING_PAYS, Kind, Machines
from sim.environment import difference
from sim.errors import UsageError
from sim.runs.block.blocks import BLOCK_RUNS
from sim.runs.executors import Local, Serial
from sim.runs.executors.address import Address, Tls, loopback
from sim.runs.executors.dask import Dask
from tests.cli.conftest import Offramp

COMMANDS = [
    ("run", "crisis.yaml"),
    ("check", "crisis.yaml"),
    ("diff", "crisis.yaml", "crisis.yaml"),
    ("sweep", "run", "sweep.yaml"),
    ("calibrate", "cases"),
    ("backtest", "cases"),
]


@pytest.mark.parametrize(
    ("workers", "blocks", "expected"), [(1, 100, 1), (None, 1, 1), (None, 23, 1), (3, 1, 3), (None, 24, None)]
)
def test_worker_processes_are_used_where_they_pay(
    workers: int | None, blocks: int, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    executor = Machines(workers=workers).make(blocks)
    assert (executor.number if isinstance(executor, Local) else 1) == (5 if expected is None else expected)


def test_workers_start_late_where_nobody_knows_how_many_blocks_there_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    for workers, here in ((None, 12), (3, 0)):
        executor = Machines(workers=workers).make()
        assert isinstance(executor, Local)
        assert executor.here == here
    assert isinstance(Machines(workers=1).make(), Serial)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert isinstance(Machines().make(), Serial)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_every_command_that_plays_blocks_takes_the_same_options(offramp: Offramp, words: tuple[str, ...]) -> None:
    shown = offramp(*words, "--help").out
    for option in ("--executor", "--address", "--workers", "--tls-ca", "--tls-cert", "--tls-key", "--insecure"):
        assert option in shown


def test_a_scheduler_on_this_machine_is_taken() -> None:
    executor = Machines(executor=Kind.DASK, address="tcp://127.0.0.1:8786", workers=3).make(1)
    assert isinstance(executor, Dask)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"executor": Kind.DASK}, "--executor dask needs the address of a scheduler, as in --address tcp://127"),
        ({"address": "tcp://127.0.0.1:8786"}, "--address says how to reach a scheduler; it needs --executor dask"),
        ({"insecure": True}, "--insecure says how to reach a scheduler"),
        ({"executor": Kind.DASK, "address": "tls://127.0.0.1:8786", "tls_ca": Path("ca")}, "TLS needs all three of"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Machines(**given).make(1)


def test_without_dask_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "sim.runs.executors.dask")  # as if it had not been loaded
    with pytest.raises(UsageError, match=r"python -m pip install 'offramp\[dask\]'"):
        Machines(executor=Kind.DASK, address="tcp://127.0.0.1:8786").make(1)


# -- which way to a scheduler is safe ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://127.9.8.7:1", "tcp://127.9.8.7:1"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tcp://localhost:8786", "tcp://127.0.0.1:8786"),
    ],
)
def test_an_unencrypted_way_within_this_machine_is_fine(text: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **more: Any) -> Any:
        return resolve("127.0.0.1" if host == "localhost" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert Address.parse(text).url == url


@pytest.mark.parametrize(
    "text", ["tcp://192.0.2.7:8786", "tcp://0.0.0.0:8786", "tcp://[2001:db8::1]:8786", "tcp://[::ffff:192.0.2.7]:8786"]
)
def test_an_unencrypted_way_to_another_machine_is_refused_unless_the_user_insists(text: str) -> None:
    with pytest.raises(UsageError, match=r"not on this machine and the way to it is not encrypted.*--insecure"):
        Address.parse(text)
    assert Address.parse(text, insecure=True).url == text


def test_a_name_counts_as_this_machine_only_where_all_its_addresses_do(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", (one, 0)) for one in found])
    found[:] = ["127.0.0.1", "192.0.2.7"]
    assert loopback("tricky.example") is None
    with pytest.raises(UsageError, match="not on this machine"):
        Address.parse("tcp://tricky.example:8786")
    found[:] = ["127.0.0.2"]
    assert Address.parse("tcp://tricky.example:8786").url == "tcp://127.0.0.2:8786", "no later look-up can differ"
    found[:] = []
    assert loopback("tricky.example") is None


@pytest.mark.parametrize(
    "text",
    ["", "tcp://", "tcp://127.0.0.1", "http://127.0.0.1:8786", "tcp://127.0.0.1:8786/x", "tcp://a@127.0.0.1:8786",
     "inproc://1", "tcp://127.0.0.1:99999999"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected the address of a dask scheduler"):
        Address.parse(text, insecure=True)


def test_tls_needs_files_that_can_be_read(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    with pytest.raises(UsageError, match="needs --tls-ca, --tls-cert and --tls-key"):
        Address.parse("tls://192.0.2.7:8786", insecure=True)
    with pytest.raises(UsageError, match=r"cannot read the file after --tls-ca, .*ca.pem: no such file"):
        Address.parse("tls://192.0.2.7:8786", Tls(*files))
    for file in files:
        file.touch()
    assert Address.parse("tls://scheduler.example:8786", Tls(*files)).url == "tls://scheduler.example:8786"
    with pytest.raises(UsageError, match="begins with tls://"):
        Address.parse("tcp://127.0.0.1:8786", Tls(*files))


# -- as the command line tells it ----------------------------------------------------------------------------------


def test_a_refusal_is_a_fault_of_usage(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--executor", "dask", "--address", "tcp://192.0.2.7:8786", "--format", "json")
    assert answer.code == 2
    assert "not encrypted" in json.loads(answer.out)["errors"][0]["message"]


# -- workers that differ -------------------------------------------------------------------------------------------

HERE = {"offramp": "1", "model": "a", "python": "3.11", "numpy": "2.1", "cpu": "x86_64-AVX2"}


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (HERE, ""),
        ({**HERE, "numpy": "2.2"}, "numpy 2.2 there, 2.1 here; install the same versions on both sides"),
        (
            {**HERE, "cpu": "x86_64-AVX512_SKX"},
            "cpu x86_64-AVX512_SKX there, x86_64-AVX2 here; use one type of machine, or start all with the same "
            "NPY_DISABLE_CPU_FEATURES",
        ),
    ],
)
def test_what_differs_on_a_worker_is_named_with_what_to_do(there: Any, told: str) -> None:
    found = difference(HERE, there)
    assert found.startswith(told)
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("machines", "is_long", "is_started"),
    [
        (Machines(workers=2), False, True),
        (Machines(workers=1), True, False),
        (Machines(), False, False),
        (Machines(), True, True),
        (Machines(executor=Kind.DASK), True, False),
    ],
)
def test_workers_begin_to_import_only_if_they_are_sure_to_be_wanted(
    monkeypatch: pytest.MonkeyPatch, machines: Machines, is_long: bool, is_started: bool
) -> None:
    started: list[bool] = []
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("sim.runs.executors.processes.start_server", lambda: started.append(True))
    machines.warm_up(is_long=is_long)
    assert bool(started) is is_started


def test_a_long_run_is_as_many_blocks_as_workers_need() -> None:
    assert LONG // BLOCK_RUNS >= SPAWNING_PAYS
