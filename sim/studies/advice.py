"""Advice: which of an actor's options moves a probability most for its cost.

Every mix of options from the scenario's menu is played on the base's draws and random numbers. How far to trust a
ranking has two sides, and both are reported: in how many draws of the uncertain inputs a mix is the best one, and in
how many resamples of the draws it comes first, which depends on the number of runs alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import environment, rng
from sim.errors import UsageError
from sim.estimates import Estimate, cube_means, mean_of_draws, share
from sim.forecast.record import head_of
from sim.scenario.edit import over_days, with_document
from sim.scenario.numbers import with_number
from sim.scenario.windows import day_of
from sim.studies.bench import Values, draw_shares, happened
from sim.studies.goals import read_goal

if TYPE_CHECKING:
    from sim.runs.play import Records
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench

FORMAT = "offramp/advice/1"
DEFAULT_RUNS, REPLICATES = 16_384, 8
"""Eight runs per draw: with two, luck would decide which mix is best in a draw."""
FEW = 5
"""Up to this many options, every mix is played; with more, each alone and each pair."""
MOST_MIXES = 128
RESAMPLES = 1000
DIGITS = 12
"""Significant digits of the cost of a mix."""


@dataclass(frozen=True)
class Goal:
    """The goal of an actor: a probability lowered or raised."""

    lower: bool
    outcome: str
    day: int

    @property
    def sign(self) -> int:
        """Sign of a change that serves the goal."""
        return -1 if self.lower else 1

    def shares(self, records: Records, replicates: int) -> Values:
        """Return the share of each draw's runs with the outcome in time, shape (draws,)."""
        return draw_shares(records, self.outcome, self.day, replicates)

    def probability(self, records: Records, replicates: int) -> Estimate:
        """Estimate the probability of the outcome in time."""
        return share(happened(records, self.outcome, self.day), replicates)


def goal_of(text: str, scenario: Scenario) -> Goal:
    """Read a goal such as `lower offensive by 90 days`; UsageError if it is none, or beyond the scenario's horizon."""
    lower, outcome, by = read_goal(text)
    return Goal(lower, outcome, day_of(by, scenario.as_of, scenario.horizon, "the goal"))


@dataclass(frozen=True)
class Mix:
    """A combination of options, its cost, and the scenario with it."""

    options: tuple[str, ...]
    cost: float
    scenario: Scenario


def options_of(scenario: Scenario, actor: str) -> list[str]:
    """Return the options of an actor, by id; UsageError if there is no such actor, or the menu has nothing for it."""
    if actor not in scenario.actors:
        raise UsageError(f"there is no actor {actor!r}; expected one of {', '.join(scenario.actors)}")
    names = [name for name, option in scenario.document.menu.items() if option.by == actor]
    if not names:
        raise UsageError(
            f"the menu of {scenario.id} has nothing that {actor} could do; docs/scenario.md says how to write one"
        )
    return names


def mixes_of(scenario: Scenario, actor: str, goal: Goal, budget: float | None) -> list[Mix]:
    """Return the mixes to compare: all of up to five options; with more options, each alone and each pair.

    Two options that change the same number cannot be mixed, and no mix may cost more than the budget. Raises UsageError
    if there are none, or too many to play.
    """
    names = options_of(scenario, actor)
    chosen = _affordable(scenario, names, math.inf if budget is None else budget)
    if not chosen:
        least = min(_cost(scenario, [name]) for name in names)
        raise UsageError(f"nothing on the menu costs {budget:g} or less; the cheapest costs {least:g}")
    if len(chosen) > MOST_MIXES:
        raise UsageError(f"{len(chosen)} mixes are more than {MOST_MIXES}; set a --budget or shorten the menu")
    return [Mix(mix, _cost(scenario, mix), _with_options(scenario, mix, goal.day)) for mix in chosen]


def _affordable(scenario: Scenario, names: Sequence[str], budget: float) -> list[tuple[str, ...]]:
    most = len(names) if len(names) <= FEW else 2
    mixes = chain.from_iterable(combinations(names, size) for size in range(1, most + 1))
    return [mix for mix in mixes if _cost(scenario, mix) <= budget and _go_together(scenario, mix)]


def _cost(scenario: Scenario, mix: Sequence[str]) -> float:
    """Return the cost of a mix, without the last digits that adding leaves: 0.1 and 0.2 cost no more than 0.3."""
    return float(f"{sum(scenario.document.menu[name].cost for name in mix):.{DIGITS}g}")


def _go_together(scenario: Scenario, mix: Sequence[str]) -> bool:
    changed = [path for name in mix for path in scenario.document.menu[name].change or ()]
    return len(changed) == len(set(changed))


def _with_options(scenario: Scenario, mix: Sequence[str], day: int) -> Scenario:
    document = scenario.document
    for name in mix:
        option = document.menu[name]
        for path, number in (option.change or {}).items():
            document = with_number(document, path, number)
        if option.pressure is not None:
            document = document.model_copy(update={"pressures": {**document.pressures, name: option.pressure}})
        if option.talks is not None:
            document = document.model_copy(update={"talks": {**document.talks, name: option.talks}})
    return over_days(with_document(scenario, document), day)


def advise(
    scenario: Scenario,
    actor: str,
    goal: Goal,
    bench: Bench,
    *,
    budget: float | None = None,
    command: str | None = None,
) -> dict[str, Any]:
    """Compare the options of an actor; return the content of advice.json (docs/what-if.md).

    The bench plays the base and every mix that costs the budget or less, None for no limit; `REPLICATES` of its
    replicates show which mix is best in a draw. The mixes are sorted by gain for their cost. Raises UsageError as
    `options_of` and `mixes_of` do, or if there are fewer than two draws.
    """
    plan, replicates = bench.plan, bench.plan.replicates
    plan.check_pairs()
    mixes = mixes_of(scenario, actor, goal, budget)
    base, *records = bench.records([_with_options(scenario, (), goal.day), *(mix.scenario for mix in mixes)])
    moved = np.stack([goal.shares(one, replicates) for one in records]) - goal.shares(base, replicates)
    gains, costs = goal.sign * moved, np.array([mix.cost for mix in mixes])
    each = gains / costs[:, None]
    leads, helped = best_in_draws(each)
    first, efficient = first_in_resamples(each, plan.seed), efficient_mixes(gains, costs, replicates)
    rows = [
        {
            "options": list(mixes[place].options),
            "cost": mixes[place].cost,
            "hash": mixes[place].scenario.hash,
            "probability": goal.probability(records[place], replicates).row(),
            "change": mean_of_draws(moved[place], replicates).row(),
            "gain_per_cost": mean_of_draws(each[place], replicates, 1 / mixes[place].cost).row(),
            "best_in_draws": round(float(leads[place]), 4),
            "first_in_resamples": round(float(first[place]), 4),
            "efficient": place in efficient,
        }
        for place in np.argsort(-each.mean(axis=1), kind="stable").tolist()
    ]
    return {
        **head_of(FORMAT, scenario),
        "actor": {"id": actor, "name": scenario.name_of(actor)},
        "goal": {"direction": "lower" if goal.lower else "raise", "outcome": goal.outcome, "within": goal.day},
        "budget": budget,
        "options": {
            name: scenario.document.menu[name].model_dump(mode="json", by_alias=True, exclude_none=True)
            for name in options_of(scenario, actor)
        },
        **plan.record(),
        "base": goal.probability(base, replicates).row(),
        "helped": round(helped, 4),
        "mixes": rows,
        "environment": environment.stamp(),
        "command": command,
    }


def best_in_draws(gains: Values) -> tuple[Values, float]:
    """Return the share of draws in which each mix has the largest gain, and the share in which any mix gains.

    Draws in which nothing moves towards the goal count for no mix; ties are split. The gains have the shape (mixes,
    draws).
    """
    helped = gains.max(axis=0) > 0
    if not helped.any():
        return np.zeros(len(gains)), 0.0
    return _leads(gains[:, helped]), float(helped.mean())


def first_in_resamples(gains: Values, seed: int) -> Values:
    """Return the share of bootstrap resamples of the hypercubes in which each mix has the largest mean (Efron 1979).

    Ties are split, so mixes that do the same come first equally often.
    """
    means = cube_means(gains)
    cubes = means.shape[1]
    counts = rng.stream(seed, 0, "advice", "resamples").multinomial(cubes, np.full(cubes, 1 / cubes), size=RESAMPLES)
    return _leads(means @ counts.T)


def _leads(gains: Values) -> Values:
    """Return the share of columns in which each row is the largest; ties are split."""
    ahead = np.isclose(gains, gains.max(axis=0), rtol=1e-12, atol=0)
    return np.asarray((ahead / ahead.sum(axis=0)).mean(axis=1))


def efficient_mixes(gains: Values, costs: Values, replicates: int) -> set[int]:
    """Return the mixes worth their cost: each gains clearly more than nothing and than every cheaper mix.

    Among mixes of equal cost, none may be clearly better. A difference is clear if its 95% interval, paired draw by
    draw, lies above 0. The gains have the shape (mixes, draws), the costs (mixes,).
    """

    def is_clear(more: Values) -> bool:
        return mean_of_draws(more, replicates).low > 0

    def is_efficient(place: int) -> bool:
        gain, cost = gains[place], costs[place]
        cheaper, same = gains[costs < cost], gains[costs == cost]
        return (
            is_clear(gain)
            and all(is_clear(gain - other) for other in cheaper)
            and not any(is_clear(other - gain) for other in same)
        )

    return {place for place in range(len(costs)) if is_efficient(place)}
