"""A plan: how many runs of a scenario, from which seed, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.estimates import LEVEL
from sim.forecast.probability import is_precise
from sim.forecast.storylines import sampled_runs
from sim.rng import STRATA
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask
from sim.runs.play import RECORD_CAP, Request
from sim.scenario.edit import bare
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.runs.block.conditions import Condition
    from sim.scenario.scenario import Scenario

DEFAULT_RUNS = 20_000
MAX_RUNS = 10_000_000
PRECISION_RUNS = 1_000_000  # most runs for a precision if no number of runs is given
MAX_WORK = 100e9  # runs * days * actors: about an hour on two cores of 2026


def whole_number(name: str, value: object) -> int:
    """Return a whole number, NumPy's too, as Python's own, which JSON and the random generators need."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise UsageError(f"expected a whole number for {name} (got {value!r})")
    return int(value)


def _half_width(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0.0005 <= float(value) < 0.5:
        got = f"{float(value):g}" if isinstance(value, Real) else repr(value)
        raise UsageError(f"expected a precision of 0.0005 or more and below 0.5 (got {got})")
    return float(value)


@dataclass(frozen=True)
class Plan:
    """How many runs to make, and from which draws.

    Attributes
    ----------
    runs
        Number of runs, an upper limit with a precision; None: 20,000, or 1,000,000 with a precision.
    seed
        Seed of all streams, at least 0.
    replicates
        Runs per draw of the uncertain inputs; a power of two up to 64.
    precision
        Stop at the first look at which the interval of every probability of an offensive extends at most this far to
        either side.
    given
        Conditions observed since; only runs that meet all of them count (`given.read_given`).
    """

    runs: int | None = None
    seed: int = 0
    replicates: int = 2
    precision: float | None = None
    given: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        for name in ("seed", "replicates", *(["runs"] if self.runs is not None else [])):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.precision is not None:
            object.__setattr__(self, "precision", _half_width(self.precision))
        if self.replicates not in (1, 2, 4, 8, 16, 32, 64):
            raise UsageError(f"expected replicates of 1, 2, 4, 8, 16, 32 or 64 (got {self.replicates})")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"expected a seed from 0 to 2**63 - 1 (got {self.seed})")
        if self.runs is not None and not 1 <= self.runs <= MAX_RUNS:
            raise UsageError(f"expected 1 to {MAX_RUNS:,} runs (got {self.runs:,})")

    def check_pairs(self) -> None:
        """Raise UsageError for fewer than two hypercubes of draws: paired differences would have no interval."""
        if self.most_runs <= self.replicates * STRATA:
            raise UsageError(
                f"expected more than {counted(self.replicates * STRATA, 'run')} for a difference (got {self.runs})"
            )

    @property
    def most_runs(self) -> int:
        """Largest number of runs, rounded up to whole draws."""
        default = DEFAULT_RUNS if self.precision is None else PRECISION_RUNS
        runs = default if self.runs is None else self.runs
        return -(-runs // self.replicates) * self.replicates

    @property
    def blocks(self) -> int:
        """Largest number of blocks to play."""
        return -(-self.most_runs // BLOCK_RUNS)

    def check(self, scenario: Scenario) -> None:
        """Check before the start that a plan can be completed in reasonable time.

        Memory needs no check: a block takes the same amount for any number of runs, and 10 bytes are kept per run, up
        to a million runs. Raises UsageError if runs, days and actors together are more than any machine should be given
        by mistake.
        """
        work = self.most_runs * scenario.horizon * len(scenario.actors)
        if work > MAX_WORK:
            most = int(MAX_WORK / scenario.horizon / len(scenario.actors))
            raise UsageError(
                f"{counted(self.most_runs, 'run')} of {counted(scenario.horizon, 'day')} with "
                f"{counted(len(scenario.actors), 'actor')} would take "
                f"hours; make {counted(most, 'run')} at most, or shorten the horizon"
            )

    def record(self) -> dict[str, Any]:
        """Return the plan as recorded in a study."""
        runs = self.most_runs
        return {
            "seed": self.seed, "runs": runs, "draws": runs // self.replicates, "replicates": self.replicates,
            "level": LEVEL,
        }  # fmt: skip

    def task(self, scenario: Scenario, block: int = 0, *, with_paths: bool = False) -> BlockTask:
        """Return one of the blocks; `with_paths`, block 0 keeps the paths for storylines."""
        runs = min(BLOCK_RUNS, self.most_runs - block * BLOCK_RUNS)
        with_them = with_paths and block == 0 and not self.given
        sampled = sampled_runs(scenario, runs, self.replicates) if with_them else 0
        return BlockTask(scenario, self.seed, block, self.replicates, runs, sampled, self.given)

    def request(
        self,
        scenario: Scenario,
        *,
        milestones: Sequence[int] | None = None,
        with_paths: bool = False,
        name: str = "",
        cap: int = RECORD_CAP,
    ) -> Request:
        """Return the request for the blocks of a scenario, named in messages by its id unless there is another name.

        A precision, if there is one, is checked at the milestones; without these, all blocks are wanted. The records of
        `cap` runs are kept.
        """
        request = Request(partial(self.task, bare(scenario), with_paths=with_paths), self.blocks, name=name, cap=cap)
        if milestones is not None and self.precision is not None:
            request.is_enough = partial(is_precise, milestones=milestones, precision=self.precision)
        return request
