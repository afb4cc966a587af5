"""Drivers: which uncertain inputs the forecast rests on, from the counts of a forecast alone.

For each uncertain input: its first-order index of the probability (`first_order`), the probability at its low and its
high end, and the direction; and the same for all inputs of an actor, and for the structural parameters. An index
measures association, not cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UsageError
from sim.estimates import Estimate, estimate, rounded
from sim.forecast.first_order import InputIndices, Part, sum_of
from sim.model.inputs import TOGETHER, can_be_looked_up, tied_inputs
from sim.runs.block.blocks import OUTCOMES
from sim.runs.block.counts import INPUT_BINS, binned_inputs
from sim.scenario.inert import why_inert
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.forecast.first_order import Groups, Interval
    from sim.scenario.scenario import Scenario
    from sim.tallies import Counts, Tally

MOST_SHOWN = 3
"""Number of inputs named in the one-line summary."""
STRUCTURAL, SETTING = "structural", "setting"
LEAST_DRAWS = 256
"""Fewest draws; with fewer, a bin holds too few to say anything."""
CLEAR = 3.0
"""Standard errors from which a slope is reported: of 70 inputs without any, one in five tables shows one."""


@dataclass(frozen=True)
class Driver:
    """One uncertain input, or several that are correlated by rank.

    Shares of correlated inputs do not add up, and none belongs to one input alone. So such inputs have one row: its
    path is their paths joined by `+`, its index is that of all of them at once, and direction, `low` and `high` follow
    the first of them, with the others varying along with it.

    Attributes
    ----------
    index
        Its first-order index of the probability; None if chance hides how much the inputs matter.
    direction
        `rises` or `falls` with the input, `bends` (it matters, but not in one direction), `unclear`, or `no effect`.
    low, high
        The probability when the input is in the lowest and the highest sixteenth of its distribution; None without
        draws there.
    fall
        How much the variance of the probability would fall on average if the input were known.
    no_effect
        Reason why it cannot have an effect within the window; None if it can, or may.
    """

    path: str
    group: str
    index: Interval | None
    direction: str
    low: Estimate | None
    high: Estimate | None
    fall: float
    no_effect: str | None


@dataclass(frozen=True)
class Group:
    """All inputs of an actor, the structural parameters, or the setting.

    The index may be `joint`, that of all of them together, as for a posterior's rows; if not, it is the sum of their
    own indices, which leaves out interactions.
    """

    name: str
    index: Interval | None
    joint: bool
    inputs: int


@dataclass(frozen=True, repr=False)
class Drivers:
    """The drivers of an outcome within `day` days; inputs and groups sorted by index.

    Attributes
    ----------
    p
        The probability.
    variance
        Variance of the probability over draws: the part of the outcome's variance `p * (1 - p)` that is not chance.
    not_chance
        Its share of the variance of the outcome; None with one replicate per draw.
    """

    outcome: str
    day: int
    draws: int
    p: float
    variance: float
    not_chance: Interval | None
    inputs: tuple[Driver, ...]
    groups: tuple[Group, ...]

    def __repr__(self) -> str:
        """Return the probability and the three inputs that it rests on most."""
        first = (f"{one.path} {one.index.value:.2f}" for one in self.inputs[:MOST_SHOWN] if one.index is not None)
        return (
            f"Drivers({self.outcome} within {counted(self.day, 'day')}, p={self.p:.3f}: "
            f"{', '.join(first) or 'unclear'})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per input, sorted by index.

        Columns: path, group, index with index_low and index_high (95%), direction, and the probability p_low and p_high
        when the input is in the lowest and the highest sixteenth of its distribution.
        """
        import pandas as pd

        rows = [
            (
                one.path,
                one.group,
                *((None,) * 3 if one.index is None else (one.index.value, one.index.low, one.index.high)),
                one.direction,
                None if one.low is None else one.low.p,
                None if one.high is None else one.high.p,
            )
            for one in self.inputs
        ]
        names = ["path", "group", "index", "index_low", "index_high", "direction", "p_low", "p_high"]
        return pd.DataFrame(rows, columns=names)

    def plain(self) -> dict[str, Any]:
        """Return it as an entry of a record."""
        return {
            "p": rounded(self.p),
            "variance": {
                "outcome": rounded(self.p * (1 - self.p)),
                "probability": rounded(self.variance),
                "not_chance": plain_interval(self.not_chance),
            },
            "groups": [
                {"group": one.name, "index": plain_interval(one.index), "joint": one.joint, "inputs": one.inputs}
                for one in self.groups
            ],
            "inputs": [self._plain_input(one) for one in self.inputs],
        }

    def _plain_input(self, one: Driver) -> dict[str, Any]:
        left = max(0.0, self.variance - max(0.0, one.fall))
        return {
            "path": one.path,
            "group": one.group,
            "index": plain_interval(one.index),
            "direction": one.direction,
            "at_low": None if one.low is None else one.low.row(),
            "at_high": None if one.high is None else one.high.row(),
            "fall": rounded(one.fall),
            "sd_left": rounded(math.sqrt(left)),
            "no_effect": one.no_effect,
            "can_be_looked_up": can_be_looked_up(one.path),
        }


def drivers_record(scenario: Scenario, tally: Tally) -> dict[str, Any] | None:
    """Return the part `drivers` of a record: all milestones of the offensive; None if it cannot be computed."""
    replicates = tally["inputs"].shape[-1] - 1
    draws = int(tally["runs"]) // replicates
    if draws < LEAST_DRAWS or replicates < 2 or not binned_inputs(scenario):
        return None
    by = {str(day): drivers(scenario, tally, "offensive", day).plain() for day in scenario.milestones}
    return {"outcome": "offensive", "draws": draws, "bins": INPUT_BINS, "by": by}


def drivers(scenario: Scenario, tally: Tally, outcome: str, day: int) -> Drivers:
    """Compute the drivers of an outcome within `day` days from the counts of a forecast of the scenario.

    Raises UsageError if there is no such outcome, the day is not a milestone, or there are too few runs.
    """
    place = _place(scenario, outcome, day)
    counts = tally["inputs"][place]
    replicates = counts.shape[-1] - 1
    draws = int(tally["runs"]) // replicates
    if replicates < 2:
        raise UsageError("drivers need two or more replicates a draw: with one, chance cannot be told from the inputs")
    if draws < LEAST_DRAWS:
        least = LEAST_DRAWS * replicates
        raise UsageError(f"drivers need {counted(least, 'run')} or more (got {int(tally['runs']):,})")
    inputs = binned_inputs(scenario)
    if not inputs:
        raise UsageError("the scenario has no uncertain input, so its probability rests on none")
    indices = InputIndices(counts, f"{outcome}.{day}")
    tied = _tied(scenario, tally, place, indices)
    found = _inputs(scenario, counts, indices, tied, day)
    known = "rows" in tally.counts and indices.is_known
    joint = indices.joint(tally["rows"], tally["row_successes"][place]) if known else None
    groups = _groups(scenario, indices, joint, tied)
    p = float(counts[0].sum(axis=0) @ np.arange(replicates + 1)) / replicates / draws
    return Drivers(outcome, day, draws, p, max(0.0, indices.whole), indices.not_chance, found, groups)


def group_of(scenario: Scenario, path: str) -> str:
    """Return the owner of an input: an actor by id, `structural` or `setting`.

    A tie or a pressure belongs to its source, an event to the actor or the tie that it shifts. Correlated inputs with
    different owners form a group of their own, named by their joined paths.
    """
    if TOGETHER in path:
        owners = {group_of(scenario, one) for one in path.split(TOGETHER)}
        return owners.pop() if len(owners) == 1 else path
    kind, _, rest = path.partition(".")
    match kind:
        case "actors" | "ties":
            return rest.partition(".")[0]
        case "pressures":
            return scenario.pressures[rest.rpartition(".")[0]].source
        case "events":
            on = scenario.events[rest.rpartition(".")[0]].target
            return on if isinstance(on, str) else on.source
        case "parameters":
            return STRUCTURAL
    return SETTING


def why_no_effect(scenario: Scenario, path: str, day: int) -> str | None:
    """Return why no input of a path has an effect within `day` days; None if one may."""
    reasons = [why_inert(scenario, one, day) for one in path.split(TOGETHER)]
    return None if None in reasons else reasons[0]


def _place(scenario: Scenario, outcome: str, day: int) -> tuple[int, int]:
    if outcome not in OUTCOMES:
        raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(OUTCOMES)}")
    if day not in scenario.milestones:
        known = ", ".join(map(str, scenario.milestones))
        raise UsageError(f"drivers are known by milestone: expected one of {counted(known, 'day')} (got {day})")
    return OUTCOMES.index(outcome), scenario.milestones.index(day)


def _tied(scenario: Scenario, tally: Tally, place: tuple[int, int], indices: InputIndices) -> Mapping[str, Part]:
    """Return the share of each group of correlated inputs, by their joined paths."""
    groups = tied_inputs(scenario)
    counts = tally["tied"][place] if groups else ()
    return {TOGETHER.join(one): indices.tied(cells, len(one)) for one, cells in zip(groups, counts, strict=True)}


def _inputs(
    scenario: Scenario, counts: Counts, indices: InputIndices, tied: Mapping[str, Part], day: int
) -> tuple[Driver, ...]:
    """Return a row for each input, and one for each group of correlated inputs, at the place of its first."""
    whole = {path.split(TOGETHER)[0]: path for path in tied}
    others = {one for path in tied for one in path.split(TOGETHER)[1:]}
    found = []
    for place, one in enumerate(binned_inputs(scenario)):
        if one.path in others:
            continue
        path = whole.get(one.path, one.path)
        index, fall = _share(indices, place, tied.get(path))
        low, high = _end(counts[place, 0]), _end(counts[place, -1])
        inert = why_no_effect(scenario, path, day)
        direction = _direction(indices.bins, place, index) if inert is None else "no effect"
        found.append(Driver(path, group_of(scenario, path), index, direction, low, high, fall, inert))
    return tuple(sorted(found, key=lambda one: -one.fall))


def _share(indices: InputIndices, place: int, part: Part | None) -> tuple[Interval | None, float]:
    """Return index and variance of an input or, if there is a part, of correlated inputs."""
    if part is None:
        return indices.of([place]), float(indices.own[place])
    return indices.of([], part), part.value * indices.whole


def _end(counts: Counts) -> Estimate | None:
    """Return the probability in a bin; None if it has no draws."""
    return estimate(counts) if counts.any() else None


def _direction(groups: Groups, place: int, index: Interval | None) -> str:
    """Return the direction of the bins' means, by their slope and its standard error."""
    draws, total, squares = groups.draws[place], groups.total[place], groups.squares[place]
    along = np.arange(len(draws)) - draws @ np.arange(len(draws)) / draws.sum()
    inside = (squares - np.divide(total**2, draws, out=np.zeros_like(total), where=draws > 0)).sum()
    sd = math.sqrt(max(float(inside), 0.0) / max(draws.sum() - np.count_nonzero(draws), 1))
    error = sd * math.sqrt(float(draws @ along**2))
    slope = float(total @ along)
    if abs(slope) > CLEAR * error:
        return "rises" if slope > 0 else "falls"
    return "bends" if index is not None and index.low > 0 else "unclear"


def _groups(
    scenario: Scenario, indices: InputIndices, joint: Part | None, tied: Mapping[str, Part]
) -> tuple[Group, ...]:
    """Return the groups of inputs: one per owner, and one per set correlated across owners."""
    whole = {one: path for path in tied for one in path.split(TOGETHER)}
    members: dict[str, list[tuple[int, bool]]] = {}
    for place, one in enumerate(binned_inputs(scenario)):
        is_within = one.path in whole or (joint is not None and bool(one.together))
        members.setdefault(group_of(scenario, whole.get(one.path, one.path)), []).append((place, is_within))
    found = [_group(indices, name, own, _parts_of(scenario, name, joint, tied)) for name, own in members.items()]
    return tuple(sorted(found, key=lambda one: 0.0 if one.index is None else -one.index.value))


def _parts_of(scenario: Scenario, name: str, joint: Part | None, tied: Mapping[str, Part]) -> list[Part]:
    """Return the parts of a group that belong to several inputs at once."""
    own = [part for path, part in tied.items() if group_of(scenario, path) == name]
    return [joint, *own] if joint is not None and name == STRUCTURAL else own


def _group(indices: InputIndices, name: str, members: Sequence[tuple[int, bool]], parts: Sequence[Part]) -> Group:
    """Return a group, given the place of each member and whether it is within one of the parts."""
    alone = [place for place, is_within in members if not is_within]
    index = indices.of(alone, sum_of(parts) if parts else None)
    return Group(name, index, bool(parts) and (name == STRUCTURAL or not alone), len(members))


def plain_interval(one: Interval | None) -> Mapping[str, float] | None:
    """Return an index as an entry of a record."""
    return None if one is None else {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)}
