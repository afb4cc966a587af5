"""offramp: a scenario file in, a probability report out.

    import sim

    scenario = sim.load("scenarios/idlib-2018/baseline.yaml")
    forecast = sim.run(scenario, runs=20_000, seed=1)
    forecast.probability("offensive", by="90 days")
    forecast.write_report("reports/mine")

`import sim` alone is fast: NumPy and everything else is imported on first use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim import errors
    from sim.estimates import Estimate
    from sim.face import Forecast, Place, Progress, SweepResult
    from sim.scenario.face import Scenario

    __version__: str

__all__ = ["Estimate", "Forecast", "Scenario", "__version__", "errors", "load", "run", "sweep"]

_HOMES = {"Estimate": "sim.estimates", "Forecast": "sim.face", "Scenario": "sim.scenario.face"}


def __getattr__(name: str) -> Any:
    """Import a public name on first access."""
    from importlib import import_module

    if name == "__version__":
        return import_module("sim.environment").version()
    if name == "errors":
        return import_module("sim.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load(path: str | PathLike[str]) -> Scenario:
    """Load a scenario file with the files it extends and the evidence it names.

    Raises
    ------
    sim.errors.ScenarioError
        If anything is wrong; its `faults` list all problems. It is also a ValueError.
    sim.errors.UsageError
        If `path` is not a path. It is also a ValueError.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("scenarios/idlib-2018/baseline.yaml")
    >>> scenario.as_of, scenario.horizon
    (datetime.date(2018, 8, 19), 180)
    """
    from sim.errors import UsageError
    from sim.scenario.face import of
    from sim.scenario.load import load as load_scenario

    if not isinstance(path, str | PathLike):
        raise UsageError(f"expected the path of a scenario file (got {path!r})")
    return of(load_scenario(path))


def run(  # noqa: PLR0913 - one parameter an option
    scenario: Scenario | str | PathLike[str],
    *,
    runs: int | None = None,
    seed: int = 0,
    replicates: int = 2,
    precision: float | None = None,
    workers: int | Executor = 1,
    given: str | Sequence[str] = (),
    store: Place = None,
    progress: Progress = False,
) -> Forecast:
    """Run a scenario and return its forecast.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file.
    runs
        Number of runs, 20,000 by default. With a precision, the upper limit of runs, 1,000,000 by default.
    seed
        A whole number from 0. The same seed gives the same forecast, whatever the number of workers.
    replicates
        Runs per draw of the uncertain inputs: 1, 2, 4, 8, 16, 32 or 64.
    precision
        Stop when the 95% Monte Carlo interval of every probability of an offensive has at most this half-width.
    workers
        Number of processes, or any `concurrent.futures.Executor`, such as the `get_executor()` of a dask client. In a
        script with processes, call this under `if __name__ == "__main__":`.
    given
        A condition seen since, such as `strikes by 2018-09-04`, or several; only runs that meet all of them count.
    store
        A folder, or an address such as s3://bucket/prefix, in which finished blocks of runs are kept, so that none is
        played twice.
    progress
        True for a bar on stderr, or a function that is called after each block with the blocks done and the total.

    Raises
    ------
    sim.errors.UsageError
        If an argument is out of range. It is also a ValueError.
    sim.errors.ScenarioError
        If the file is invalid. It is also a ValueError.
    sim.errors.TooFewError
        If too few runs meet the conditions.
    sim.errors.StoreError
        If the store cannot be used.

    Examples
    --------
    >>> import sim
    >>> forecast = sim.run("scenarios/idlib-2018/baseline.yaml", runs=1024, seed=1)
    >>> forecast.probability("offensive", by="90 days").draws
    512
    >>> sim.run("scenarios/idlib-2018/baseline.yaml", runs=0)
    Traceback (most recent call last):
    sim.errors.UsageError: expected 1 to 10,000,000 runs (got 0)
    """
    from sim.face import run as run_plan
    from sim.forecast.plan import Plan
    from sim.runs.block.given import read_given

    scenario = _loaded(scenario)
    plan = Plan(runs, seed, replicates, precision, read_given(given, scenario))
    return run_plan(scenario, plan, workers=workers, store=store, progress=progress)


def sweep(  # noqa: PLR0913 - one parameter an option
    scenario: Scenario | str | PathLike[str],
    axes: Mapping[str, Any] | str,
    *,
    design: str | Mapping[str, int] | None = None,
    runs: int | None = None,
    seed: int = 0,
    replicates: int = 2,
    precision: float | None = None,
    workers: int | Executor = 1,
    store: Place = None,
    progress: Progress = False,
) -> SweepResult:
    """Run a scenario over values of some of its inputs, with the same draws and random numbers in all cells.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file.
    axes
        For each dotted path a list of values, `{"from": 0, "to": 1, "steps": 5}`, a distribution, or `prior` for the
        scenario's own prior; or `uncertain` for every uncertain input with its own distribution.
    design
        `grid` (the default), `one-at-a-time`, `{"latin-hypercube": 200}` or `{"sobol": 256}`.
    runs, precision
        For each cell: the number of runs, 4,096 by default, or their upper limit with a precision.

    Raises
    ------
    sim.errors.ScenarioError
        If an axis, a setting or a cell is wrong. It is also a ValueError.
    sim.errors.UsageError
        If the sweep would take days.

    Examples
    --------
    >>> import sim
    >>> axes = {"actors.turkey.posture": [0.2, 0.8]}
    >>> found = sim.sweep("scenarios/idlib-2018/baseline.yaml", axes, runs=512)
    >>> found.to_frame()["actors.turkey.posture"].tolist()
    [0.2, 0.8]
    """
    from sim.face import sweep as run_sweep

    settings = {"design": design, "runs": runs, "seed": seed, "replicates": replicates, "precision": precision}
    return run_sweep(_loaded(scenario), axes, settings, workers=workers, store=store, progress=progress)


def _loaded(scenario: Scenario | str | PathLike[str]) -> Scenario:
    from sim.errors import UsageError
    from sim.scenario.scenario import Scenario

    if isinstance(scenario, str | PathLike):
        return load(scenario)
    if not isinstance(scenario, Scenario):
        raise UsageError(f"expected a scenario, or the path of its file (got {scenario!r})")
    return scenario
