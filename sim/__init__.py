"""offramp: scenario files in, probability reports out.

import sim
scenario = sim.load("scenarios/idlib-2018/baseline.yaml")
forecast = sim.run(scenario, runs=20_000, seed=1)
print(forecast.probability("offensive", by=90))
forecast.write_report("reports/idlib")
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.forecast.forecast import Forecast
    from sim.scenario.scenario import Scenario

__all__ = ["load", "run"]


def load(path: str | PathLike[str]) -> Scenario:
    """Load a scenario file with all it extends and the evidence it names.

    Raises
    ------
    sim.errors.ScenarioError
        Where anything is wrong; its `faults` list all of it.
    """
    from sim.scenario.load import load as load_scenario

    return load_scenario(path)


def run(  # noqa: PLR0913 - one parameter an option
    scenario: Scenario | str | PathLike[str],
    *,
    runs: int | None = None,
    seed: int = 0,
    replicates: int = 2,
    precision: float | None = None,
    workers: int | Executor = 1,
    given: Sequence[str] = (),
) -> Forecast:
    """Run a scenario and return its forecast.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file.
    runs
        Number of runs; 20,000 where not given. With a precision, the most runs to make (1,000,000 where not given).
    seed
        Same seed, same forecast, whatever the number of workers.
    replicates
        Runs that share one draw of what is not known.
    precision
        Stop when the 95% Monte Carlo interval of every probability of an offensive is this much or less either side.
    workers
        Processes to use, or an executor of your own: any `concurrent.futures.Executor`, such as the `get_executor()`
        of a dask client. With processes, call from under `if __name__ == "__main__":` in a script.

    given
        What has been seen since, such as `strikes by 2018-09-04`: only runs that meet all of it count.

    Raises
    ------
    sim.errors.UsageError
        Where an argument is out of range.
    sim.errors.ScenarioError
        Where the file is faulty.
    sim.errors.TooFewError
        Where too few runs meet what is given.
    """
    from sim.ensemble.given import read_given
    from sim.executors import Local, Pool, Serial
    from sim.forecast.plan import Plan
    from sim.forecast.runner import run as run_plan

    if isinstance(scenario, str | PathLike):
        scenario = load(scenario)
    plan = Plan(runs, seed, replicates, precision, read_given(given, scenario))
    if not isinstance(workers, int):
        return run_plan(scenario, plan, executor=Pool(workers))
    return run_plan(scenario, plan, executor=Serial() if workers == 1 else Local(workers))
