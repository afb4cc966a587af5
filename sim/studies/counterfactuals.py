"""Counterfactuals: the forecast if one thing changed, compared with the base run by run.

Each world of `worlds_of` is played on the base's draws and random numbers. The change of a probability is a difference
of means over draws and does not depend on how the two are paired; the shares of runs in which a change averts or brings
about an offensive do depend on the pairing, which here is the same chance in both worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim import environment
from sim.distributions import Fixed
from sim.estimates import LEVEL, cube_means, difference, mean_of_draws, share
from sim.forecast.record import head_of
from sim.runs.block.blocks import OUTCOMES
from sim.scenario.edit import with_document
from sim.scenario.quantities import day_count
from sim.studies.bench import Values, draw_shares, happened
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.forecast.plan import Plan
    from sim.runs.play import Records
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Pressure
    from sim.studies.bench import Bench
    from sim.studies.records import Row


Kind = Literal["withdrawn", "full", "removed", "certain", "held"]


@dataclass(frozen=True)
class World:
    """A scenario with one thing changed; the subject is the id of a pressure, talks, an event or an actor.

    Its kind is `withdrawn` or `full` of a pressure, `removed` of talks or an event, `certain` of an event that may not
    happen, or `held` of the posture of an actor.
    """

    kind: Kind
    subject: str
    scenario: Scenario


def worlds_of(scenario: Scenario) -> list[World]:
    """Return every world that counterfactuals ask for, in file order.

    Pressures that have ended by the as-of date and postures that are already held are left out.
    """
    live = _live(scenario)
    return [
        *(World("withdrawn", name, withdrawn(scenario, [name])) for name in live),
        *(World("full", name, at_full_strength(scenario, name)) for name in live),
        *(World("removed", name, without_talks(scenario, name)) for name in scenario.talks),
        *_with_events(scenario, "removed", 0.0),
        *_with_events(scenario, "certain", 1.0),
        *(World("held", name, held(scenario, name)) for name, actor in scenario.actors.items() if not actor.held),
    ]


def _live(scenario: Scenario) -> list[str]:
    """Return the pressures that have not ended."""
    return [
        name
        for name, pressure in scenario.pressures.items()
        if pressure.end is None or day_count(pressure.end, scenario.as_of).median > 0
    ]


def _with_events(scenario: Scenario, kind: Kind, chance: float) -> Iterator[World]:
    """Yield a world for each event whose probability would change to `chance`; with 0 it stays for others to await."""
    for name, event in scenario.events.items():
        if event.probability.mean != chance:
            changed = event.model_copy(update={"probability": Fixed(chance)})
            yield World(kind, name, _with(scenario, events={**scenario.events, name: changed}))


def withdrawn(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """Return a scenario in which some pressures are withdrawn on the as-of date, or never come if they begin later."""
    changed = {name: scenario.pressures[name].model_copy(update={"end": scenario.as_of}) for name in names}
    return _with_pressures(scenario, changed)


def at_full_strength(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which a pressure has intensity 1 from the as-of date on.

    The stances already include the full effect of a pressure in force, so a higher intensity alone would only
    increase its fading. It is withdrawn and renewed instead: on the as-of date, at once and with intensity 1, fading
    and ending as written.
    """
    pressure = scenario.pressures[name]
    if day_count(pressure.start, scenario.as_of).median >= 0:
        return _with_pressures(scenario, {name: pressure.model_copy(update={"intensity": Fixed(1.0)})})
    renewed = pressure.model_copy(update={"intensity": Fixed(1.0), "start": scenario.as_of, "ramp": None})
    stopped = pressure.model_copy(update={"end": scenario.as_of})
    return _with_pressures(scenario, {name: stopped, renewed_id(scenario, name): renewed})


def without_talks(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which talks do not take place."""
    return _with(scenario, talks={key: one for key, one in scenario.talks.items() if key != name})


def held(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which the posture of an actor is held at its initial value."""
    return _with(scenario, actors={**scenario.actors, name: scenario.actors[name].model_copy(update={"held": True})})


def _with_pressures(scenario: Scenario, changed: dict[str, Pressure]) -> Scenario:
    return _with(scenario, pressures={**scenario.pressures, **changed})


def _with(scenario: Scenario, **parts: Any) -> Scenario:
    """Return a scenario with parts of its document replaced."""
    return with_document(scenario, scenario.document.model_copy(update=parts))


def renewed_id(scenario: Scenario, name: str) -> str:
    """Return an unused id for a pressure that is renewed."""
    names = chain([f"{name}-renewed"], (f"renewed-{number}" for number in count()))
    return next(one for one in names if one not in scenario.pressures)


FORMAT = "offramp/counterfactuals/1"
DEFAULT_RUNS = 8192


@dataclass(frozen=True, eq=False, repr=False)
class Counterfactuals:
    """All counterfactuals of a scenario. Results are compared by identity.

    `base` and `records` are the records of the scenario as it is, and of each world: of the same runs. The interaction
    of the two withdrawn pressures that move the headline most is None if fewer than two can be withdrawn.
    """

    scenario: Scenario
    plan: Plan
    base: Records
    worlds: tuple[World, ...]
    records: tuple[Records, ...]
    interaction: dict[str, Any] | None

    def __repr__(self) -> str:
        """Return the number of worlds played, in one line."""
        return (
            f"Counterfactuals({self.scenario.id!r}, {counted(len(self.worlds), 'world')} of "
            f"{counted(len(self.base), 'run')} each)"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each world, outcome and milestone.

        Columns: kind (`withdrawn`, `full`, `removed`, `certain` or `held`), subject, outcome, day, p there, and the
        change of the probability from the forecast with its 95% interval, change_low and change_high.
        """
        import pandas as pd

        rows = [
            (world["kind"], world["subject"], outcome, int(day), world["outcomes"][outcome][day]["p"],
             change["p"], change["mc_low"], change["mc_high"])
            for world in self.part()["worlds"]
            for outcome, days in world["changes"].items()
            for day, change in days.items()
        ]  # fmt: skip
        names = ["kind", "subject", "outcome", "day", "p", "change", "change_low", "change_high"]
        return pd.DataFrame(rows, columns=names)

    def part(self) -> dict[str, Any]:
        """Return the part `counterfactuals` of a forecast's record."""
        return {
            "runs": len(self.base),
            "draws": len(self.base) // self.plan.replicates,
            "level": LEVEL,
            "base": self._levels(self.base),
            "worlds": list(map(self._world, self.worlds, self.records)),
            "interaction": self.interaction,
        }

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return the content of counterfactuals.json (docs/what-if.md)."""
        return {
            **head_of(FORMAT, self.scenario),
            "milestones": list(self.scenario.milestones),
            **self.plan.record(),
            "counterfactuals": self.part(),
            "environment": environment.stamp(),
            "command": command,
        }

    def _by_outcome(self, row: Callable[[str, int], Row]) -> dict[str, dict[str, Row]]:
        days = self.scenario.milestones
        return {outcome: {str(day): row(outcome, day) for day in days} for outcome in reversed(OUTCOMES)}

    def _levels(self, records: Records) -> dict[str, dict[str, Row]]:
        return self._by_outcome(lambda outcome, day: self._share(happened(records, outcome, day)))

    def _share(self, event: Any) -> Row:
        return share(event, self.plan.replicates).row()

    def _world(self, world: World, records: Records) -> dict[str, Any]:
        """Return the changes in one world: of probabilities and, for the offensive, of single runs."""

        def change(outcome: str, day: int) -> Row:
            before, after = (happened(one, outcome, day) for one in (self.base, records))
            return difference(before, after, self.plan.replicates).row()

        days = self.scenario.milestones
        before = {day: happened(self.base, "offensive", day) for day in days}
        after = {day: happened(records, "offensive", day) for day in days}
        return {
            "kind": world.kind,
            "subject": world.subject,
            "hash": world.scenario.hash,
            "outcomes": self._levels(records),
            "changes": self._by_outcome(change),
            "averts": {str(day): self._share(before[day] & ~after[day]) for day in days},
            "brings_about": {str(day): self._share(~before[day] & after[day]) for day in days},
            "differing_runs": int(np.count_nonzero(self.base != records)),
            "variance_ratio": {str(day): self._variance_ratio(records, day) for day in days},
        }

    def _variance_ratio(self, records: Records, day: int) -> float | None:
        """Return the variance of the change with independent runs as a multiple of its own; None if no run differs."""
        both = (draw_shares(one, "offensive", day, self.plan.replicates) for one in (self.base, records))
        before, after = map(cube_means, both)
        paired = float(np.var(after - before, ddof=1))
        if paired == 0:
            return None
        return round(float(np.var(before, ddof=1) + np.var(after, ddof=1)) / paired, 3)


def counterfactuals(scenario: Scenario, bench: Bench) -> Counterfactuals:
    """Play every counterfactual of a scenario on a bench, `blocks_of` blocks in all.

    Raises UsageError if there are too few runs to pair, ExecutionError if a block failed.
    """
    bench.plan.check_pairs()
    worlds = worlds_of(scenario)
    own, *others = bench.records([scenario, *(one.scenario for one in worlds)])
    apart = {one.subject: records for one, records in zip(worlds, others, strict=True) if one.kind == "withdrawn"}
    interaction = _interaction(scenario, own, apart, bench)
    return Counterfactuals(scenario, bench.plan, own, tuple(worlds), tuple(others), interaction)


def blocks_of(scenario: Scenario, plan: Plan, *, with_base: bool = True) -> int:
    """Return the number of blocks that counterfactuals take."""
    worlds = worlds_of(scenario)
    joint = sum(one.kind == "withdrawn" for one in worlds) > 1
    hashes = {one.scenario.hash for one in worlds} - {scenario.hash}
    return (len(hashes) + joint + with_base) * plan.blocks


def _interaction(
    scenario: Scenario, base: Records, apart: Mapping[str, Records], bench: Bench
) -> dict[str, Any] | None:
    """Withdraw together the two pressures that move the probability within the horizon most; None if there is no pair.

    Returns the change of both together, the sum of their separate changes, and the difference of the two, by milestone.
    """

    def values(records: Records, day: int) -> Values:
        return draw_shares(records, "offensive", day, bench.plan.replicates)

    if len(apart) < 2:
        return None
    before = values(base, scenario.horizon).mean()
    moved = {name: abs(values(records, scenario.horizon).mean() - before) for name, records in apart.items()}
    pair = sorted(moved, key=lambda name: -moved[name])[:2]
    both = withdrawn(scenario, pair)
    (together,) = bench.records([both])
    days: dict[str, dict[str, Row]] = {"together": {}, "sum": {}, "interaction": {}}
    for day in scenario.milestones:
        none, first, second, all_ = (values(one, day) for one in (base, *(apart[name] for name in pair), together))
        changes = {"together": all_ - none, "sum": first + second - 2 * none}
        changes["interaction"] = changes["together"] - changes["sum"]
        for name, one in changes.items():
            days[name][str(day)] = mean_of_draws(one, bench.plan.replicates).row()
    return {"subjects": pair, "hash": both.hash, **days}
