"""Runs a scenario by its plan (`sim.runs.play`) and makes a forecast of what is merged.

A forecast that was interrupted therefore holds the first blocks of the whole one, and the first 4,096 runs of any
forecast are the runs of a forecast of 4,096.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.errors import TooFewError
from sim.forecast.forecast import Forecast
from sim.forecast.plan import MAX_RUNS, Plan
from sim.runs.block.blocks import sample_block
from sim.runs.block.given import LEAST_DRAWS
from sim.runs.play import complain, play
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.forecast.record import Status
    from sim.runs.executors import Executor
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario


def run(
    scenario: Scenario,
    plan: Plan,
    *,
    executor: Executor | None = None,
    store: Store | None = None,
    finished: Callable[[], None] | None = None,
    with_paths: bool = True,
) -> Forecast:
    """Run a scenario.

    Parameters
    ----------
    executor
        Where blocks are played; this process if not given.
    store
        Where finished blocks are looked for and kept: what was played before an interruption is not played again.
    finished
        Called once for each block merged, and for those that a precision makes needless.
    with_paths
        Whether the paths for storylines are kept; where the store holds the first block, it is played again for them.

    Raises
    ------
    UsageError
        Where the plan is too large.
    ExecutionError
        Where a block failed.
    StoreError
        Where a block cannot be kept.
    TooFewError
        Where fewer than 100 draws have a run that meets what is given.
    KeyboardInterrupt
        Where it came before the first block was done; later, what is done is returned as `interrupted`.
    """
    plan.check(scenario)
    request = plan.request(scenario, milestones=scenario.milestones, with_paths=with_paths)
    status: Status = "complete"
    try:
        play([request], executor=executor, store=store, done=complain, finished=finished)
    except KeyboardInterrupt:
        if not request.taken:
            raise
        status = "interrupted"
    merged = request.merged
    if status == "complete" and not request.is_met:
        status = "imprecise"
    paths = merged.paths
    if with_paths and paths is None and (first := plan.task(scenario, with_paths=True)).sampled:
        paths = sample_block(first)
    forecast = Forecast(scenario, plan, merged.tally, merged.records, status, paths)
    if plan.given:
        _check_enough(forecast)
    return forecast


def _check_enough(forecast: Forecast) -> None:
    """Complain where too few runs meet what is given."""
    kept, made = int(forecast.tally["kept"][1]), forecast.draw_count
    if kept >= LEAST_DRAWS:
        return
    given = "; ".join(one.text(forecast.scenario.as_of) for one in forecast.plan.given)
    said = (
        f"{kept:,} of {counted(made, 'draw')} have a run that meets what is given ({given}), and {LEAST_DRAWS} are "
        "needed"
    )
    wanted = 1000 * math.ceil(1.3e-3 * forecast.runs * LEAST_DRAWS / max(kept, 1))
    more = f"; make about {counted(wanted, 'run')}, or give less" if kept and wanted <= MAX_RUNS else "; give less"
    raise TooFewError(said + more)
