"""Executors map a function over tasks, here or on workers; they know nothing of scenarios.

`Pool` takes the workers of any `concurrent.futures.Executor`; `Local` starts processes on this machine, and
`sim.runs.executors.dask.Dask` connects to a scheduler. Results come in the order of the tasks, wherever they are run.
"""

from sim.runs.executors.pool import Executor, Pool, Serial
from sim.runs.executors.processes import Local

__all__ = ["Executor", "Local", "Pool", "Serial"]
