"""Check: judge trials on ever more blocks until each is decided or the allowed runs are used up.

All trials of a check share its alpha evenly (Bonferroni), and a trial's contrasts share its part, so the chance that
any verdict of the whole check is false is at most alpha, whatever the truth and however many looks it takes. A trial
stops at the first block that decides it, so the number of workers changes no verdict. Trials are judged in batches of
few scenarios, so memory does not grow with their number.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask
from sim.runs.groups import Failure
from sim.runs.play import Records, results
from sim.studies.bench import HERE, Site

if TYPE_CHECKING:
    from sim.studies.gates.contrasts import Interval, Source, Verdict
    from sim.studies.gates.sequences import ConfidenceSequence
    from sim.studies.gates.trials import Trial

ALPHA = 0.05
MAX_RUNS = 200_000
Played = BlockResult | Failure
BATCH = 64
"""Scenarios judged side by side; a trial that needs more is a batch of its own."""


@dataclass(frozen=True)
class Budget:
    """Settings of a check: the largest chance that any of its verdicts is false, and the most runs of each scenario.

    The runs are rounded down to whole blocks, at least one block.
    """

    alpha: float = ALPHA
    max_runs: int = MAX_RUNS
    seed: int = 0
    replicates: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 0.5:
            raise UsageError(f"expected an alpha above 0 and up to 0.5 (got {self.alpha:g})")
        Plan(runs=self.max_runs, seed=self.seed, replicates=self.replicates)  # checks the rest

    @property
    def plan(self) -> Plan:
        """The plan of each scenario, in whole blocks."""
        runs = max(1, self.max_runs // BLOCK_RUNS) * BLOCK_RUNS
        return Plan(runs=runs, seed=self.seed, replicates=self.replicates)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


@dataclass(frozen=True)
class Checked:
    """The results of a check in the order of its trials."""

    results: tuple[dict[str, Any], ...]
    budget: Budget
    interrupted: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst of all: error, then fail, then undecided."""
        verdicts = {result["verdict"] for result in self.results}
        order: tuple[Verdict, ...] = ("error", "fail", "undecided")
        return next((one for one in order if one in verdicts), "pass")


def check(trials: Sequence[Trial], budget: Budget, site: Site = HERE, *, of: int | None = None) -> Checked:
    """Judge trials; blocks are played and kept at a site, whose `finished` is called once a trial needs no more runs.

    They share alpha with those judged elsewhere, `of` in all; by default there are no others. Raises UsageError if the
    allowed runs would take hours, ExecutionError if no workers are left.
    """
    judges = [_Judge(trial, budget.alpha / (of or len(trials))) for trial in trials]
    queue = _Queue(judges, budget)
    supply = results(queue.rounds(), executor=site.executor, store=site.store)
    advance = site.finished or (lambda: None)
    interrupted = False
    try:
        for _ in queue.judged(supply):
            advance()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        supply.close()  # type: ignore[attr-defined]
    return Checked(tuple(judge.record(budget.seed) for judge in judges), budget, interrupted)


class _Queue:
    """Names the blocks that are needed, one after another, and collects them block by block."""

    def __init__(self, judges: Sequence[_Judge], budget: Budget) -> None:
        self._judges, self._budget = judges, budget
        self._named: deque[tuple[Sequence[_Judge], tuple[str, ...]]] = deque()  # but not yet collected

    def rounds(self) -> Iterator[list[BlockTask]]:
        """Yield, batch by batch, the next block of every scenario that an undecided trial needs."""
        for batch in _batches(self._judges):
            for block in range(self._budget.plan.blocks):
                needed = _needed(batch)
                if not needed:
                    break
                self._named.append((batch, tuple(needed)))
                yield [self._task(source, block) for source in needed.values()]

    def _task(self, source: Source, block: int) -> BlockTask:
        scenario = source.build()
        if block == 0:
            self._budget.plan.check(scenario)
        return self._budget.plan.task(scenario, block)

    def judged(self, supply: Iterator[Played]) -> Iterator[None]:
        """Judge block after block while any trial is undecided; yield once for each that is decided."""
        while any(judge.is_open for judge in self._judges) and (first := next(supply, None)) is not None:
            batch, keys = self._named.popleft()
            group = dict(zip(keys, [first, *islice(supply, len(keys) - 1)], strict=True))
            for judge in batch:
                if judge.is_open:
                    judge.take(group, self._budget.replicates)
                    if not judge.is_open:
                        yield


def _needed(batch: Sequence[_Judge]) -> dict[str, Source]:
    """Return the scenarios of the undecided trials, by hash."""
    return {source.hash: source for judge in batch if judge.is_open for source in judge.trial.sources}


def _batches(judges: Sequence[_Judge]) -> Iterator[list[_Judge]]:
    """Split trials, in their order, so that the trials of a batch need few scenarios together."""
    batch: list[_Judge] = []
    needed: set[str] = set()
    for judge in judges:
        own = {source.hash for source in judge.trial.sources}
        if batch and len(needed | own) > BATCH:
            yield batch
            batch, needed = [], set()
        batch.append(judge)
        needed |= own
    if batch:
        yield batch


@dataclass
class _Judge:
    """Judges one trial as blocks come in."""

    trial: Trial
    alpha: float
    runs: int = 0
    verdict: Verdict = "undecided"
    message: str = ""
    sequences: list[ConfidenceSequence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sequences = [contrast.sequence(self._share) for contrast in self.trial.contrasts]

    @property
    def is_open(self) -> bool:
        """Whether more runs could decide it."""
        return self.verdict == "undecided"

    @property
    def _share(self) -> float:
        return self.alpha / len(self.trial.contrasts)

    def take(self, group: Mapping[str, Played], replicates: int) -> None:
        """Take one block of all scenarios that the trial needs."""
        records: dict[str, Records] = {}
        for source in self.trial.sources:
            one = group[source.hash]
            if isinstance(one, Failure):
                self.verdict, self.message = "error", one.message
                return
            records[source.hash] = one.records
        self.sequences = [
            sequence.after(contrast.values(records, replicates))
            for sequence, contrast in zip(self.sequences, self.trial.contrasts, strict=True)
        ]
        self.runs += len(next(iter(records.values())))
        self.verdict = self.trial.claim.judge(self._intervals())

    def _intervals(self) -> list[Interval]:
        return [
            contrast.interval(sequence, self._share)
            for sequence, contrast in zip(self.sequences, self.trial.contrasts, strict=True)
        ]

    def record(self, seed: int) -> dict[str, Any]:
        """Return the outcome for the trial as plain values, shown on the contrast that decided it or lies furthest out.

        The interval is null if no run was made; `between` says which contrast it is, if there are several; `runs` are
        those of each scenario up to the verdict; the message says why there is no verdict, for an `error`.
        """
        trial, claim, intervals = self.trial, self.trial.claim, self._intervals()
        offending = [place for place, one in enumerate(intervals) if claim.judge([one]) == "fail"]
        worst = max(offending or range(len(intervals)), key=lambda place: claim.strain(intervals[place]))
        one = intervals[worst]
        return {
            "suite": trial.suite,
            "cell": trial.cell,
            "gate": trial.gate,
            "verdict": self.verdict,
            "says": trial.says,
            "above": _finite(claim.low),
            "below": _finite(claim.high),
            **{key: round(getattr(one, key), 6) if self.runs else None for key in ("estimate", "low", "high")},
            "between": trial.contrasts[worst].label,
            "runs": self.runs,
            "seed": seed,
            "alpha": self.alpha,
            "how": trial.how,
            "message": self.message,
            "file": trial.place.file,
            "line": trial.place.line,
            "column": trial.place.column,
        }
