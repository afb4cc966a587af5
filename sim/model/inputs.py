"""The inputs of a scenario: every number a run needs, keyed by dotted path, and their draws for one block.

An input that is a distribution is epistemic: drawn once per draw, and shared by the draw's replicates. Each has its own
random stream, named by its path, so changing or adding one leaves the draws of all others unchanged. Draws come in
Latin hypercubes (`rng.stratified`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.distributions import Distribution, Fixed, Normal, Uniform
from sim.distributions.families import Measured, Moments
from sim.scenario.posterior import SAMPLE, SAMPLED_COLUMNS, SAMPLES
from sim.scenario.quantities import day_count
from sim.scenario.schema import Part, field_range
from sim.scenario.together import Group, groups_of
from sim.special import ndtr, ndtri

if TYPE_CHECKING:
    from sim.model.arrays import Number
    from sim.scenario.posterior import Posterior
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import AnyActor, Pressure

POSTERIOR_STREAM = "parameters.posterior"
TOGETHER = "+"
"""Separator between the paths of correlated inputs in the name that stands for all of them."""


UNSEEN = ("frailty", "disposition")
"""Inputs of an actor that represent what nobody can look up; no file can set them."""


def is_unseen(path: str) -> bool:
    """Whether an input represents something about an actor that nobody can look up."""
    return path.startswith("actors.") and path.rpartition(".")[2] in UNSEEN


def can_be_looked_up(path: str) -> bool:
    """Whether an input can be looked up: it is neither a structural parameter nor unobservable."""
    return not any(is_unseen(one) or one == SAMPLE or one.startswith("parameters.") for one in path.split(TOGETHER))


def is_key(path: str) -> bool:
    """Whether a file can set an input: it is neither unobservable nor given by a posterior for each sample."""
    return not is_unseen(path) and path != SAMPLE and path.removeprefix("parameters.") not in SAMPLED_COLUMNS


@dataclass(frozen=True)
class Input:
    """One number of a scenario, or its prior, with the range that draws are clipped to.

    Attributes
    ----------
    together
        The stream shared with other inputs; they are then drawn together, row by row of a table.
    group
        The inputs it is correlated with by rank, each with its own stream.
    """

    path: str
    distribution: Distribution
    low: float = -np.inf
    high: float = np.inf
    together: str | None = None
    group: Group | None = None

    @property
    def stream(self) -> str:
        """Name of the random stream of its quantiles; inputs that are drawn together share one."""
        return self.together or self.path

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams that determine its values: its own, and those of inputs correlated with it by rank."""
        return (self.stream, *(() if self.group is None else self.group.members))

    def draw(self, quantiles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the value at each quantile, clipped to the range."""
        return np.clip(self.distribution.ppf(quantiles), self.low, self.high)

    def place(self, quantiles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the rank of the value at each quantile among all values, from 0 (lowest) to 1 (never reached)."""
        column = self.distribution
        return column.place(quantiles) if isinstance(column, PosteriorColumn) else quantiles


@dataclass(frozen=True)
class PosteriorColumn(Distribution):
    """One parameter of a posterior: its draws in the order of the table, so that a quantile selects a row."""

    values: npt.NDArray[np.float64] = field(compare=False, repr=False)
    kind: ClassVar[str] = "posterior"

    @property
    def mean(self) -> float:
        """Mean of the draws."""
        return float(np.mean(self.values))

    @property
    def sd(self) -> float:
        """Standard deviation of the draws."""
        return float(np.std(self.values))

    @property
    def median(self) -> float:
        """Median of the draws."""
        return float(np.median(self.values))

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest draw."""
        return float(np.min(self.values)), float(np.max(self.values))

    def ppf(self, quantile: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the draw in the row that each quantile selects."""
        return self.values[self._rows(quantile)]

    def cdf(self, value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the share of draws up to each value."""
        return np.searchsorted(np.sort(self.values), value, side="right") / len(self.values)

    def place(self, quantile: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the rank, among all draws, of the draw that each quantile selects, as a share from 0 to 1."""
        return self._places[self._rows(quantile)]

    @cached_property
    def _places(self) -> npt.NDArray[np.float64]:
        """Rank of each row's draw among all draws, as a share from 0 to 1."""
        ranks = np.argsort(np.argsort(self.values, kind="stable"), kind="stable")
        return (ranks + 0.5) / len(self.values)

    def _rows(self, quantile: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        return np.minimum((quantile * len(self.values)).astype(np.int64), len(self.values) - 1)

    def to_plain(self) -> dict[str, list[float]]:
        """Return the 5%, 50% and 95% quantiles of the draws, for reports."""
        return {self.kind: [round(float(q), 4) for q in np.quantile(self.values, (0.05, 0.5, 0.95))]}


@dataclass(frozen=True)
class SampleChoice(Measured):
    """The sample of past cases that the question belongs to: 0, crises, or 1, threats, with probability `threats`."""

    threats: float
    kind: ClassVar[str] = "sample"

    @property
    def moments(self) -> Moments:
        """Those of a coin; the median is the more probable value, and the support may be the only possible one."""
        sd = float(np.sqrt(self.threats * (1 - self.threats)))
        support = float(self.threats == 1), float(self.threats > 0)
        return Moments(self.threats, sd, float(self.threats > 0.5), support)

    def ppf(self, quantile: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return 1 for the upper quantiles, `threats` of them."""
        return np.asarray(quantile >= 1 - self.threats, dtype=np.float64)

    def cdf(self, value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the weight of crises from 0 on, and 1 from 1 on."""
        return np.where(value >= 1, 1.0, np.where(value >= 0, 1 - self.threats, 0.0))

    def to_plain(self) -> dict[str, list[float]]:
        """Return the weights of crises and threats, for reports."""
        return {self.kind: [round(1 - self.threats, 4), round(self.threats, 4)]}


_inputs: WeakKeyDictionary[Scenario, tuple[Input, ...]] = WeakKeyDictionary()
"""Inputs of the scenarios in use."""


def inputs_of(scenario: Scenario) -> tuple[Input, ...]:
    """Return every input of a scenario in file order.

    Frailties are standard normal, scaled in the model; the initiator's disposition is uniform on [0, 1].
    """
    found = _inputs.get(scenario)
    if found is None:
        groups = {path: group for group in groups_of(scenario.document.together) for path in group.members}
        found = tuple(replace(one, group=groups[one.path]) if one.path in groups else one for one in _walk(scenario))
        _inputs[scenario] = found
    return found


def uncertain_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return the inputs that are distributions; of inputs drawn together, only the first."""
    uncertain = [one for one in inputs_of(scenario) if not one.distribution.is_fixed]
    return tuple({one.stream: one for one in reversed(uncertain)}.values())[::-1]


def names_of_streams(scenario: Scenario) -> dict[str, str]:
    """Return the streams that decide the uncertain inputs, each with the name its effect is reported under.

    The streams of correlated inputs share one name, the paths of the uncertain ones joined by `+`, because their
    effects cannot be separated. A member that a study has fixed still lends its stream to the others.
    """
    names = {one.stream: one.stream for one in uncertain_inputs(scenario)}
    for group in groups_of(scenario.document.together):
        uncertain = [path for path in group.members if path in names]
        if uncertain:
            names |= dict.fromkeys(group.members, TOGETHER.join(uncertain))
    return names


def tied_inputs(scenario: Scenario) -> tuple[tuple[str, ...], ...]:
    """Return the groups of correlated uncertain inputs, each as two or more paths."""
    uncertain = {one.path for one in uncertain_inputs(scenario)}
    groups = (tuple(path for path in one.members if path in uncertain) for one in groups_of(scenario.document.together))
    return tuple(group for group in groups if len(group) > 1)


def _walk(scenario: Scenario) -> Iterator[Input]:
    document = scenario.document
    yield from _fields(document, "", document.question.as_of, only=("population", "credibility"))
    for name, actor in document.actors.items():
        yield from _of_actor(actor, f"actors.{name}.", scenario.as_of)
    for source, targets in document.ties.items():
        for target, leverage in targets.items():
            yield Input(f"ties.{source}.{target}", leverage, 0.0, 1.0)
    for name, pressure in document.pressures.items():
        yield from _of_pressure(pressure, f"pressures.{name}.", scenario.as_of)
    for name, talks in document.talks.items():
        yield from _fields(talks, f"talks.{name}.", scenario.as_of)
    for name, event in document.events.items():
        yield from _fields(event, f"events.{name}.", scenario.as_of)
    yield from _parameters(scenario)


def _of_actor(actor: AnyActor, prefix: str, as_of: datetime.date) -> Iterator[Input]:
    yield from _fields(actor, prefix, as_of)
    yield Input(f"{prefix}frailty", Normal(0.0, 1.0))
    if actor.role == "initiator":
        yield Input(f"{prefix}disposition", Uniform(0.0, 1.0), 0.0, 1.0)


def _of_pressure(pressure: Pressure, prefix: str, as_of: datetime.date) -> Iterator[Input]:
    """Yield the fields of a pressure; a pressure that answers something has no start of its own."""
    fields = _fields(pressure, prefix, as_of)
    yield from (one for one in fields if pressure.after is None or one.path != f"{prefix}start")


@lru_cache(maxsize=256)
def _column(digest: str, posterior: Posterior, parameter: str) -> PosteriorColumn:
    """Return a column of a posterior, the same for all scenarios; posteriors are equal only if their digests are."""
    del digest
    return PosteriorColumn(posterior.column(parameter))


def _by_sample(scenario: Scenario, posterior: Posterior, names: Sequence[str]) -> Iterator[Input]:
    """Yield the choice of the sample of past cases for the question, and the parameters that depend on it."""
    threats = scenario.threats_weight
    mixed = 0 < threats < 1
    yield Input(SAMPLE, SampleChoice(threats) if mixed else Fixed(threats), 0.0, 1.0)
    for name, sample in product(names, SAMPLES if mixed else (SAMPLES[int(threats)],)):
        column = _column(posterior.digest, posterior, f"{name}_{sample}")
        low, high = field_range(type(scenario.parameters), name)
        yield Input(f"parameters.{name}_{sample}", column, low, high, together=POSTERIOR_STREAM)


def _parameters(scenario: Scenario) -> Iterator[Input]:
    """Yield the structural parameters; those given by a posterior are drawn together, row by row of its table."""
    posterior, written, sampled = scenario.posterior, scenario.written_parameters, scenario.sampled_parameters
    if posterior is not None and sampled:
        yield from _by_sample(scenario, posterior, sampled)
    for one in _fields(scenario.parameters, "parameters.", scenario.as_of):
        name = one.path.removeprefix("parameters.")
        if name in sampled:
            continue
        if posterior is None or name in written or name not in posterior.parameters:
            yield one
        else:
            column = _column(posterior.digest, posterior, name)
            yield Input(one.path, column, one.low, one.high, together=POSTERIOR_STREAM)


def _fields(part: Part, prefix: str, as_of: datetime.date, only: tuple[str, ...] | None = None) -> Iterator[Input]:
    """Yield the numeric fields of a part; points in time become numbers of days."""
    for name, field_ in type(part).model_fields.items():
        value = getattr(part, name)
        if only is not None and name not in only:
            continue
        if isinstance(value, datetime.date):
            value = day_count(value, as_of)
        if isinstance(value, Distribution):
            yield Input(f"{prefix}{field_.alias or name}", value, *field_range(type(part), name))


@dataclass(frozen=True)
class Draws:
    """The inputs of one block.

    Attributes
    ----------
    values
        By path, float32: a single number for a fixed input, else an array of shape (runs,).
    quantiles
        By stream of uncertain inputs and of those correlated with them: the quantile drawn, float64, shape (draws,).
    tied
        By path of correlated inputs: the quantile after combining the drawn one with those of the others.
    runs, replicates
        Runs of the block; runs that share a draw, which are adjacent.
    """

    values: Mapping[str, Number]
    quantiles: Mapping[str, npt.NDArray[np.float64]]
    runs: int
    replicates: int
    tied: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)

    def of(self, one: Input) -> npt.NDArray[np.float64]:
        """Return the quantiles that give the values of an uncertain input, shape (draws,)."""
        return self.tied[one.path] if one.path in self.tied else self.quantiles[one.stream]

    def part(self, runs: slice) -> Draws:
        """Return the draws of some runs, which must be whole draws."""
        draws = slice(runs.start // self.replicates, runs.stop // self.replicates)
        values = {path: value[runs] if isinstance(value, np.ndarray) else value for path, value in self.values.items()}
        quantiles = {name: column[draws] for name, column in self.quantiles.items()}
        tied = {path: column[draws] for path, column in self.tied.items()}
        return Draws(values, quantiles, runs.stop - runs.start, self.replicates, tied)


def draw_inputs(
    inputs: tuple[Input, ...],
    seed: int,
    block: int,
    runs: int,
    replicates: int,
    *,
    given: Mapping[str, npt.NDArray[np.float64]] | None = None,
) -> Draws:
    """Draw the inputs of one block; run r of the block belongs to draw r // replicates.

    Parameters
    ----------
    given
        Quantiles in (0, 1) used in place of drawn ones, by stream, shape (draws,): a design over some inputs. For
        correlated inputs, these are the independent quantiles that their ranks are made from.
    """
    draws = runs // replicates
    values: dict[str, Number] = {}
    tied: dict[str, npt.NDArray[np.float64]] = {}
    quantiles = dict(given or {})
    streams = (stream for one in inputs if not one.distribution.is_fixed for stream in one.streams)
    quantiles |= _drawn((stream for stream in streams if stream not in quantiles), seed, block, draws)
    for one in inputs:
        if one.distribution.is_fixed:
            values[one.path] = np.float32(np.clip(one.distribution.mean, one.low, one.high))
            continue
        if one.group is not None and one.path not in tied:
            tied |= _tied(one.group, quantiles)
        at = tied[one.path] if one.path in tied else quantiles[one.stream]
        values[one.path] = np.repeat(one.draw(at).astype(np.float32), replicates)
    return Draws(values, quantiles, runs, replicates, tied)


def _drawn(streams: Iterable[str], seed: int, block: int, draws: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the stratified quantiles of streams, keyed by name."""
    kept, names = _kept_quantiles(seed, block, draws), [*dict.fromkeys(streams)]
    new = [name for name in names if name not in kept]
    if new:
        owners = [name.rpartition(".") for name in new]
        quantiles = rng.stratified([rng.stream(seed, block, owner, purpose) for owner, _, purpose in owners], draws)
        quantiles.flags.writeable = False
        kept.update(zip(new, quantiles, strict=True))
    return {name: kept[name] for name in names}


@lru_cache(maxsize=4)
def _kept_quantiles(seed: int, block: int, draws: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the cache for the quantiles of a block: scenarios that are compared ask for the same ones."""
    return {}


def _tied(group: Group, own: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, npt.NDArray[np.float64]]:
    """Return the quantiles of correlated inputs, keyed by path: a Gaussian copula over their own streams.

    The normals behind the members are multiplied by the lower triangular factor of their correlations, so the first
    keeps its own draws. A member that a study has fixed or removed still lends its stream: the others of the group draw
    the same values, run by run, with and without the change.
    """
    normals = np.stack([ndtri(own[path]) for path in group.members])
    first, *others = group.members
    rows = zip(others, group.factor()[1:], strict=True)
    tied = {path: np.clip(ndtr((row[:, None] * normals).sum(axis=0)), 2.0**-54, 1 - 2.0**-53) for path, row in rows}
    return {first: own[first], **tied}
