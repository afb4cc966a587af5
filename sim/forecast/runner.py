"""Runs a scenario by its plan (`sim.runs.play`) and makes a forecast of what is merged.

A forecast that was interrupted therefore holds the first blocks of the whole one, and the first 4,096 runs of any
forecast are the runs of a forecast of 4,096.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sim import environment
from sim.errors import StoreError, TooFewError
from sim.forecast.forecast import Forecast
from sim.forecast.plan import MAX_RUNS, Plan
from sim.runs.block.blocks import sample_block
from sim.runs.block.given import LEAST_DRAWS
from sim.runs.play import complain, play
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.forecast.record import Status
    from sim.runs.block.blocks import BlockTask
    from sim.runs.executors import Executor
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

STORYLINE_SOURCES = ("forecast", "estimates.py")
"""What decides, besides the model, which storylines a block has."""


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
        Whether storylines are wanted: the paths they are made from are kept, or a store gives the storylines.

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
    forecast = Forecast(scenario, plan, merged.tally, merged.records, status, merged.paths)
    if plan.given:
        _check_enough(forecast)
    first = plan.task(scenario, with_paths=with_paths)
    return _with_storylines(forecast, first, store) if first.sampled else forecast


def _with_storylines(forecast: Forecast, first: BlockTask, store: Store | None) -> Forecast:
    """Give a forecast what its storylines are made from, or those that a store keeps of its first block.

    A store keeps the storylines, about a kilobyte: the paths they are made from take thousands of times as much.
    """
    if store is None:
        return forecast
    kind = f"storylines {environment.digest_of(STORYLINE_SOURCES)}"
    if forecast.paths is None:
        kept = store.get_note(first, kind)
        if kept is not None:
            return replace(forecast, kept_storylines=kept)
        forecast = replace(forecast, paths=sample_block(first))
    with suppress(StoreError):  # they can be made again, and a full store that is read-only will do
        store.put_note(first, kind, forecast.storylines)
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
