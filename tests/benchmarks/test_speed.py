"""How fast, compared with what can be compared on the same machine in the same run.

Timings are not asserted: machines are noisy. What a benchmark returns is asserted, so that nothing is timed that does
not work.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import sim
from sim.forecast.drivers import drivers_record
from sim.forecast.indicators import indicators_record
from sim.forecast.plan import Plan
from sim.forecast.runner import run
from sim.forecast.storylines import storylines
from sim.model.chance import Daily, Dice
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.theatre import EVENTS
from sim.rng import normal_quantiles
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block, run_blocks
from sim.runs.executors import Local
from sim.runs.groups import MOST_TOGETHER
from sim.scenario.scenario import Scenario
from sim.wording import counted
from tests.benchmarks.casts import cast
from tests.benchmarks.compiled import COMPILER, Compiled, compiled
from tests.docking.fed import FedDice, FedWorlds
from tests.docking.plain import PlainCrisis
from tests.places import IDLIB

PLAIN_RUNS = 40
PAIRS = 5
BLOCKS = 180  # enough for the second that worker processes take to start to weigh little


@pytest.fixture(scope="module")
def idlib() -> Scenario:
    return sim.load(IDLIB / "baseline.yaml")


def draw_only(scenario: Scenario, block: int) -> int:
    """Draw what a block draws and do nothing with it; return how many numbers."""
    owners = [(f"actors.{name}", purpose) for name in scenario.actors for purpose in ("signal", "deliberation")]
    dice = Dice(1, block)
    daily = [Daily(dice.stream(*owner), scenario.horizon, BLOCK_RUNS, normal_quantiles()) for owner in owners]
    daily += [Daily(dice.stream("theatre", event), scenario.horizon, BLOCK_RUNS) for event in EVENTS]
    draws = draw_inputs(inputs_of(scenario), 1, block, BLOCK_RUNS, 2)
    for day in range(scenario.horizon):
        for stream in daily:
            stream.on(day)
    return len(draws.quantiles) * BLOCK_RUNS // 2 + scenario.horizon * len(daily) * BLOCK_RUNS


def fastest(function: Callable[[], object], rounds: int) -> float:
    """Processor seconds, so that other work on the machine counts little."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.benchmark(timer=time.process_time)
def test_block_against_the_plain_model_and_against_its_random_numbers(
    benchmark: BenchmarkFixture, idlib: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    result = benchmark.pedantic(run_block, args=(BlockTask(idlib, 1, 0, 2),), rounds=10, warmup_rounds=2)
    assert len(result.records) == BLOCK_RUNS
    block = benchmark.stats.stats.min
    drawing = fastest(lambda: draw_only(idlib, 0), 10)
    worlds, dice = FedWorlds(idlib, 1, PLAIN_RUNS), FedDice(idlib, 1, PLAIN_RUNS)
    crises = [PlainCrisis(worlds.world(number), dice.of(number)) for number in range(PLAIN_RUNS)]
    plain = fastest(lambda: [crisis.play() for crisis in crises], 1) / PLAIN_RUNS
    with capsys.disabled():
        print()
        speed = BLOCK_RUNS / block
        print(f"{'block of 4,096 runs, 180 days, 6 actors':<48}{block * 1e3:>10.0f} ms{speed:>12,.0f} runs/s")
        print(f"{'  its random numbers alone':<48}{drawing * 1e3:>10.0f} ms{block / drawing:>11.2f} x")
        print(f"{'  plain Mesa, one model a run':<48}{plain * 1e3:>10.1f} ms a run{plain * BLOCK_RUNS / block:>6.0f} x")


@pytest.mark.skipif(COMPILER is None, reason="no compiler of C++ here")
@pytest.mark.parametrize("actors", [None, 3, 12, 30], ids=lambda actors: "idlib" if actors is None else f"{actors}")
def test_block_against_compiled_code(
    benchmark: BenchmarkFixture,
    idlib: Scenario,
    actors: int | None,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """By pairs, one after the other, in processor seconds: blocks, as commands play them, and runs by hand in C++."""
    scenario = idlib if actors is None else cast(actors, tmp_path)
    program = compiled(scenario, tmp_path)
    assert_same_probabilities(scenario, program)
    benchmark.pedantic(block_speed, args=(scenario, 1, 1), rounds=1, warmup_rounds=1)
    for together in (1, MOST_TOGETHER // BLOCK_RUNS):
        pairs = [
            (block_speed(scenario, pair, together), speed_of(program.play(4 * BLOCK_RUNS, pair)))
            for pair in range(PAIRS)
        ]
        ours, theirs = (statistics.median(speeds) for speeds in zip(*pairs, strict=True))
        ratio = statistics.median(block / by_hand for block, by_hand in pairs)
        with capsys.disabled():
            title = f"{scenario.id}: {counted(together, 'block')} together, C++ by hand"
            print(f"\n{title:<48}{ours:>10,.0f} runs/s{theirs:>9,.0f} runs/s{ratio:>7.2f} x", end="")


def block_speed(scenario: Scenario, seed: int, together: int) -> float:
    """Runs a processor second of so many blocks that are played together."""
    start = time.process_time()
    run_blocks([BlockTask(scenario, seed, block, 2) for block in range(together)])
    return together * BLOCK_RUNS / (time.process_time() - start)


def speed_of(played: dict[str, Any]) -> float:
    return float(played["runs"] / played["seconds"])


def assert_same_probabilities(scenario: Scenario, program: Compiled) -> None:
    """At |z| < 4.8 in 16 comparisons a false alarm has a chance below 1 in 30,000."""
    forecast = run(scenario, Plan(runs=5 * BLOCK_RUNS, seed=2))
    played = program.play(10 * BLOCK_RUNS, 2)
    for outcome in ("strikes", "agreement", "terms", "offensive"):
        for day, count in zip(scenario.milestones, played[outcome], strict=True):
            ours, theirs = forecast.probability(outcome, day), count / played["runs"]
            se = math.hypot(ours.se, math.sqrt(2 * theirs * (1 - theirs) / played["runs"]))  # two runs a draw
            assert abs(ours.p - theirs) <= 4.8 * se + 1e-4, (outcome, day, ours.p, theirs, se)


def test_two_workers_against_one(
    benchmark: BenchmarkFixture, idlib: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(runs=BLOCKS * BLOCK_RUNS, seed=1)
    start = time.perf_counter()
    one = run(idlib, plan)
    alone = time.perf_counter() - start
    two = benchmark.pedantic(run, args=(idlib, plan), kwargs={"executor": Local(2)}, rounds=1)
    assert one.record(None) == two.record(None)
    both = benchmark.stats.stats.min
    with capsys.disabled():
        print(f"\n{f'{BLOCKS} blocks, one process':<48}{alone:>10.1f} s{one.runs / alone:>13,.0f} runs/s")
        print(f"{f'{BLOCKS} blocks, two workers, their start included':<48}{both:>10.1f} s{alone / both:>11.2f} x")


@pytest.mark.benchmark(timer=time.process_time)
def test_what_is_read_from_an_ensemble_against_its_run(
    benchmark: BenchmarkFixture, idlib: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drivers, indicators and storylines: what they cost beside the runs, at the default number of runs."""
    run(idlib, Plan(runs=BLOCK_RUNS)).record()  # imports and tables that are read once
    forecast = benchmark.pedantic(run, args=(idlib, Plan()), rounds=3)
    assert 3 <= len(forecast.storylines) <= 5
    parts = {
        "drivers": lambda: drivers_record(idlib, forecast.tally),
        "indicators": lambda: indicators_record(idlib, forecast.tally),
        "storylines": lambda: storylines(idlib, forecast.paths, forecast.records, 2),
    }
    whole = benchmark.stats.stats.min
    with capsys.disabled():
        print(f"\n{'20,000 runs, one process':<48}{whole * 1e3:>10.0f} ms")
        for name, part in parts.items():
            spent = fastest(part, 3)
            print(f"{f'  {name}':<48}{spent * 1e3:>10.0f} ms{spent / whole:>11.1%} of it")


MEMORY = """
import resource, sys
import sim
if __name__ == "__main__":
    forecast = sim.run(sim.load(sys.argv[1]), runs=int(sys.argv[2]), seed=1, workers=2)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(forecast.runs, own, worker)
"""


def test_memory_of_a_million_runs(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = tmp_path_factory.mktemp("memory") / "memory.py"
    script.write_text(MEMORY)

    def measure(runs: int) -> tuple[int, ...]:
        words = [sys.executable, str(script), str(IDLIB / "baseline.yaml"), str(runs)]
        return tuple(map(int, subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()))

    few = measure(50_000)
    many = benchmark.pedantic(measure, args=(1_000_000,), rounds=1)
    assert many[0] == 1_000_000
    with capsys.disabled():
        for runs, own, worker in (few, many):
            title = f"{runs:,} runs, two workers: peak memory"
            print(f"\n{title:<48}{own / 1024:>10.0f} MB parent{worker / 1024:>7.0f} MB a worker", end="")
        print(
            f"\n{'  growth of the parent a run kept':<48}{(many[1] - few[1]) * 1024 / (many[0] - few[0]):>10.1f} bytes"
        )


@pytest.mark.parametrize("words", [("--help",), ("validate", str(IDLIB / "baseline.yaml"))], ids=["help", "validate"])
def test_start_up(benchmark: BenchmarkFixture, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    def call() -> int:
        return subprocess.run([sys.executable, "-m", "sim", *words], capture_output=True, check=True).returncode

    assert benchmark.pedantic(call, rounds=7, warmup_rounds=1) == 0
    with capsys.disabled():
        print(f"\n{f'offramp {words[0]}':<48}{benchmark.stats.stats.median:>10.2f} s")
