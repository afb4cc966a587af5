"""Packages that are put off are whole once something is asked of them, and the same as imported at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import scipy.special

import sim.special
from sim.later import put_off
from tests.places import ROOT


def said(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_agents_and_models_bring_in_no_grids_and_no_networks() -> None:
    assert (
        said("import sys, sim.model.crisis; print([m for m in ('mesa.space', 'networkx') if m in sys.modules])")
        == "[]\n"
    )


@pytest.mark.parametrize(
    "asked",
    [
        "import mesa; print(mesa.Agent is Agent, mesa.Model is Model, mesa.agent.Agent is Agent)",
        "import mesa; mesa.DataCollector; print(mesa.Agent is Agent, mesa.Model is Model, mesa.space is not None)",
        "import mesa.experimental as more; from mesa import Agent as A, Model as M; "
        "print(A is Agent, M is Model, hasattr(more, 'devs'))",
    ],
)
def test_the_rest_of_mesa_is_there_when_it_is_asked_for(asked: str) -> None:
    ignored = "import warnings; warnings.simplefilter('ignore')"  # Mesa's own
    assert said(f"{ignored}; from sim.model.framework import Agent, Model; {asked}") == "True True True\n"


def test_a_program_that_has_imported_mesa_keeps_it() -> None:
    ignored = "import warnings; warnings.simplefilter('ignore')"
    code = "import sys, mesa; from sim.model.framework import Agent"
    asked = "sys.modules['mesa'] is mesa, mesa.Agent is Agent"
    assert said(f"{ignored}; {code}; print({asked})") == "True True\n"


def test_special_functions_are_those_of_scipy() -> None:
    for name in sim.special.__all__:
        assert getattr(sim.special, name) is getattr(scipy.special, name)


def test_scipy_is_whole_after_its_special_functions() -> None:
    code = "import sys, sim.special; print('scipy.linalg' in sys.modules); import scipy.stats, scipy.special"
    assert (
        said(f"{code}; print(scipy.special.ndtri is sim.special.ndtri, scipy.special.roots_legendre(1)[1])")
        == "False\nTrue [2.]\n"
    )


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package that takes a while to run, and is interrupted the first time if a file says so."""
    (tmp_path / "slow_package").mkdir()
    (tmp_path / "slow_package" / "__init__.py").write_text(
        "import pathlib, time\n"
        "time.sleep(0.02)\n"
        "once = pathlib.Path(__file__).with_name('once')\n"
        "if once.exists():\n"
        "    once.unlink()\n"
        "    raise KeyboardInterrupt\n"
        "answer = 42\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    put_off("slow_package")
    yield sys.modules["slow_package"]
    del sys.modules["slow_package"]


def test_threads_that_ask_at_once_all_get_an_answer(slow: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: slow.answer, range(8))) == [42] * 8
    with pytest.raises(AttributeError, match="module 'slow_package' has no attribute 'question'"):
        _ = slow.question


def test_a_package_that_was_interrupted_is_run_again(slow: Any) -> None:
    Path(slow.__file__).with_name("once").touch()
    with pytest.raises(KeyboardInterrupt):
        _ = slow.answer
    assert slow.answer == 42


def test_a_package_that_does_not_exist_is_missing_at_once() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'mesa_of_tomorrow'") as caught:
        put_off("mesa_of_tomorrow")
    assert caught.value.name == "mesa_of_tomorrow"
