"""Runs a scenario by its plan (`sim.runs.play`) and makes a forecast of the merged result.

So an interrupted forecast holds the first blocks of the whole one, and the first 4,096 runs of any forecast are the
runs of a forecast of 4,096.
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
"""Sources that decide, together with the model, which storylines a block has."""


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
        Where blocks are played; this process by default.
    store
        Where finished blocks are looked up and kept: blocks played before an interruption are not played again.
    finished
        Called once for each block that is merged or that a precision makes unnecessary.
    with_paths
        Whether storylines are wanted: the paths they are made from are kept, unless a store has the storylines.

    Raises
    ------
    UsageError
        If the plan is too large.
    ExecutionError
        If a block failed.
    StoreError
        If a block cannot be kept.
    TooFewError
        If fewer than 100 draws have a run that meets the conditions given.
    KeyboardInterrupt
        If it came before the first block was done; later, the finished part is returned as `interrupted`.
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
    """Give a forecast the paths its storylines are made from, or the storylines that a store keeps of its first block.

    A store keeps storylines, about a kilobyte, because the paths they are made from take thousands of times as much.
    """
    if store is None:
        return forecast
    kind = f"storylines {environment.digest_of(STORYLINE_SOURCES)}"
    if forecast.paths is None:
        kept = store.get_note(first, kind)
        if kept is not None:
            return replace(forecast, kept_storylines=kept)
        forecast = replace(forecast, paths=sample_block(first))
    with suppress(StoreError):  # they can be made again, and the store may be read-only
        store.put_note(first, kind, forecast.storylines)
    return forecast


def _check_enough(forecast: Forecast) -> None:
    """Raise an error if too few runs meet the conditions given."""
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
