"""The theatre: incidents, strikes, and the phase of the crisis, in every run of a block (section 5).

It keeps the state of the ground (`attacks`, `bombing`, `displacement`) and the phase: standoff, agreement, or ended, by
an offensive or by terms of surrender, which is final. Nothing more is recorded for a run that has ended.

"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled.rule import rule
from sim.model.over_runs import OverRuns
from sim.model.utility import quantal_response

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Days, Floats, Number

EVENTS = ("incident", "strike", "launch", "terms", "agreement", "breakdown")
FULL_IMMINENCE = 0.3  # an offensive launched at this imminence or more is full, else limited
CALM = 0.25  # factor on strikes under an agreement


@rule
def calm(calm: float, provocation: float) -> float:
    """Share of days without an incident after one more defender: times 1 - its provocation."""
    return calm * (1 - provocation)


@rule
def incident_probability(rate: float, calm: float) -> float:
    """Incident by any defender: min(1, rate * (1 - product of (1 - provocation)))."""
    return min(rate * (1 - calm), 1)


@rule
def strike_probability(rate: float, incident: bool, support: float, stance: float, agreement: bool) -> float:
    """Day of heavy bombing: min(1, rate * (0.2 + 1.5 incident + support) * (1 + x) / 2), x the initiator's stance.

    A quarter of it under an agreement.
    """
    chance = min(rate * (0.2 + support + (1.5 if incident else 0.0)) * (0.5 * (1 + stance)), 1)
    return CALM * chance if agreement else chance


@rule
def launch_probability(
    rate: float, imminence: float, will: float, disposition: float, agreement: bool, held_back: float
) -> float:
    """Offensive: min(1, rate * imminence) if the initiator is willing, else 0; times `held_back` under an agreement.

    The rate is `launch_rate`. The initiator is willing if its will is above its disposition.
    """
    chance = min(rate * imminence, 1) if will > disposition else 0.0
    return chance * held_back if agreement else chance


@rule
def terms_probability(
    rate: float, talks: float, imminence: float, bombing: float, yielding: float, stance: float
) -> float:
    """Terms of surrender: min(1, rate * min(1, imminence + bombing) * yielding), 0 if the initiator's x <= 0.

    The rate is `terms_rate` times the talks of the day; `yielding` is the will of the defender that yields last.
    """
    return min(rate * talks * min(imminence + bombing, 1) * yielding, 1) if stance > 0 else 0.0


@rule
def breakdown_probability(rate: float, attacks: float, bombing: float, argument: float, precision: float) -> float:
    """End of an agreement: min(1, rate * (attacks + bombing) * will of its principal to break it)."""
    return min(rate * (attacks + bombing) * quantal_response(argument, precision), 1)


@rule
def felt(level: float, kept: float, happened: bool, adds: float) -> float:
    """State of the ground after a day: min(1, kept * level, plus what is added if something happened)."""
    return min(kept * level + adds * happened, 1)


@rule
def phases(
    launch: bool, terms: bool, agree: bool, end: bool, agreement: bool, ended: bool
) -> tuple[bool, bool, bool, bool, bool, bool]:
    """Apply at most one change of phase in an ongoing run: an offensive, else terms, else an agreement or its end.

    Returns the results for launch, terms, agreement and its end, and whether an agreement is in force and the run over.
    """
    launched = launch and not ended
    surrendered = terms and not ended and not launch
    stays = not (ended or launch or terms)
    concluded = agree and stays and not agreement
    broken = end and stays and agreement
    agreement = not broken if agreement else concluded
    return launched, surrendered, concluded, broken, agreement, not stays


@rule
def first_day(first: np.int16, happened: bool, day: float, never: float) -> np.int16:
    """First day on which something happened, the horizon if never: today if it happens for the first time."""
    return day if happened and first >= never else first  # type: ignore[return-value]


@rule
def still(happened: bool, ended: bool) -> bool:
    """Whether something happened in a run that has not ended."""
    return happened and not ended


@rule
def launched(launch: bool, imminence: float, agreement: bool, full: bool, broke: bool) -> tuple[bool, bool]:
    """Whether there was a full offensive, and one that broke an agreement, after the launches of the day."""
    return full or (launch and imminence >= FULL_IMMINENCE), broke or (launch and agreement)


@rule
def once_more(count: np.int16, happened: bool) -> np.int16:
    """Count something that happened."""
    return count + happened


@rule
def ever(before: bool, happened: bool) -> bool:
    """Whether something has happened by now."""
    return before or happened


def held_back(credibility: Number, restraint: Number) -> Number:
    """Share of the launch probability left under an agreement: 1 - credibility (1 - min(1, restraint))."""
    return 1 - credibility * (1 - np.minimum(restraint, np.float32(1)))


class Theatre(OverRuns):
    """State of the ground and of the phase, and the record of first events.

    Attributes
    ----------
    attacks, bombing, displacement
        Float32 in [0, 1], one per run.
    agreement, ended, yielded
        Whether an agreement is in force; whether the run has ended, by an offensive or by terms; whether by terms.
    offensive, terms
        Day of the event, int16; the horizon if it has not happened.
    full, broke_agreement
        For the offensive: whether it was full; whether an agreement was in force.
    breakdowns
        Number of agreements broken, int16.
    events
        Ids of the events of the scenario, in file order.
    firsts
        First day of each event that pressures and events may wait for, int16; the horizon if it has not happened. Keyed
        by `strikes`, `agreement`, `breakdown` and the events of the scenario.
    """

    def __init__(self, runs: int, horizon: int, *, under_agreement: bool, events: Iterable[str] = ()) -> None:
        self.attacks: Floats = np.full(runs, 0.1, dtype=np.float32)
        self.bombing: Floats = np.full(runs, 0.1, dtype=np.float32)
        self.displacement: Floats = np.zeros(runs, dtype=np.float32)
        self.agreement: Bools = np.full(runs, under_agreement)
        self.ended: Bools = np.zeros(runs, dtype=np.bool_)
        self.yielded: Bools = np.zeros(runs, dtype=np.bool_)
        self.offensive: Days = np.full(runs, horizon, dtype=np.int16)
        self.terms: Days = np.full(runs, horizon, dtype=np.int16)
        self.full: Bools = np.zeros(runs, dtype=np.bool_)
        self.broke_agreement: Bools = np.zeros(runs, dtype=np.bool_)
        self.breakdowns: Days = np.zeros(runs, dtype=np.int16)
        self._never = np.float32(horizon)
        self.events = tuple(events)
        named = ("strikes", "agreement", "breakdown", *self.events)
        self.firsts: dict[str, Days] = {name: np.full(runs, horizon, dtype=np.int16) for name in named}

    @property
    def first_strike(self) -> Days:
        """Day of the first strike in each run, the horizon if there was none."""
        return self.firsts["strikes"]

    @property
    def first_agreement(self) -> Days:
        """Day of the first agreement concluded in each run, the horizon if there was none."""
        return self.firsts["agreement"]

    def part(self, runs: slice) -> Theatre:
        """Return what has happened in some runs, as views."""
        cut = copy(self)
        arrays = {name: value[runs] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        vars(cut).update(arrays, firsts={name: days[runs] for name, days in self.firsts.items()})
        return cut

    def take_event(self, day: int, name: str, hit: Bools) -> None:
        """Record an event of the scenario in the runs that it hits."""
        self._record(name, hit, day)

    def take_incidents(self, incident: Bools) -> None:
        """Update the rebels' attacks by the incidents of the day."""
        self.attacks = felt(self.attacks, 0.9, incident, 0.25)

    def take_strikes(self, day: int, strike: Bools) -> None:
        """Update bombing and displacement by the strikes of the day; record the first in runs that have not ended."""
        self.bombing = felt(self.bombing, 0.9, strike, 0.15)
        self.displacement = felt(self.displacement, 0.98, strike, 0.03)
        self._record("strikes", still(strike, self.ended), day)

    def change_phase(self, day: int, happened: Mapping[str, Bools], imminence: Floats) -> None:
        """Apply at most one change of phase in each run that has not ended, and record it.

        Parameters
        ----------
        happened
            By event, the raw result of chance on the day: launch, terms, agreement, breakdown.
        """
        before, chance = self.agreement, [happened[name] for name in ("launch", "terms", "agreement", "breakdown")]
        launch, terms, concluded, broken, self.agreement, self.ended = phases(*chance, before, self.ended)
        self.offensive = first_day(self.offensive, launch, day, self._never)
        self.full, self.broke_agreement = launched(launch, imminence, before, self.full, self.broke_agreement)
        self.terms = first_day(self.terms, terms, day, self._never)
        self.yielded = ever(self.yielded, terms)
        self._record("agreement", concluded, day)
        self._record("breakdown", broken, day)
        self.breakdowns = once_more(self.breakdowns, broken)

    def _record(self, name: str, happened: Bools, day: int) -> None:
        """Write the day if the event happened for the first time."""
        self.firsts[name] = first_day(self.firsts[name], happened, day, self._never)
