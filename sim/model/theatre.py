"""The theatre: incidents, strikes, and the phase of the crisis, in every run of a block (section 5).

It keeps what has happened on the ground (`attacks`, `bombing`, `displacement`) and the phase: standoff, agreement, or
ended, by an offensive or by terms of surrender, which are absorbing. A run that has ended goes on drawing, so that no
run's chance depends on another's fate, but nothing of it is recorded any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

import numpy as np

from sim.model.arrays import Bools, Days, Floats, Number, at_most

EVENTS = ("incident", "strike", "launch", "terms", "agreement", "breakdown")
FULL_IMMINENCE = 0.3  # an offensive launched at this imminence or more is full, else limited
CALM = 0.25  # factor on strikes under an agreement


def incident_probability(rate: Number, provocations: list[Floats]) -> Floats:
    """Incident by any defender: min(1, rate * (1 - product of (1 - provocation)))."""
    none: Number = 1.0
    for provocation in provocations:
        none = none * (1 - provocation)
    return at_most(rate * (1 - none), 1)


def strike_probability(rate: Number, incident: Bools, support: Floats, stance: Floats, agreement: Bools) -> Floats:
    """Day of heavy bombing: min(1, rate * (0.2 + 1.5 incident + support) * (1 + x) / 2), x the initiator's stance.

    A quarter of it under an agreement.
    """
    chance = rate * (0.2 + np.float32(1.5) * incident + support)
    chance *= 0.5 * (1 + stance)
    capped = at_most(chance, 1)
    return np.where(agreement, np.float32(CALM) * capped, capped)


def launch_probability(rate: Floats, willing: Bools, agreement: Bools, held_back: Number) -> Floats:
    """Offensive: min(1, rate) where the initiator is willing, else 0; times `held_back` under an agreement.

    The rate is `launch_rate` * imminence.
    """
    capped = at_most(rate, 1) * willing
    return np.where(agreement, capped * held_back, capped)


def terms_probability(rate: Number, imminence: Floats, bombing: Floats, yielding: Floats, stance: Floats) -> Floats:
    """Terms of surrender: min(1, rate * min(1, imminence + bombing) * yielding), 0 where the initiator's x <= 0.

    The rate is `terms_rate` times the talks of the day; `yielding` is the will of the defender that yields last.
    """
    chance = at_most(imminence + bombing, 1)
    chance *= rate
    chance *= yielding
    return at_most(chance, 1) * (stance > 0)


def held_back(credibility: Number, restraint: Number) -> Number:
    """Share of the launch probability left under an agreement: 1 - credibility (1 - min(1, restraint))."""
    return 1 - credibility * (1 - np.minimum(restraint, np.float32(1)))


class Theatre:
    """State of the ground and of the phase, and the record of first events.

    Attributes
    ----------
    attacks, bombing, displacement
        Float32 in [0, 1], one a run.
    agreement, ended, yielded
        Whether an agreement is in force; whether the run is over, by an offensive or by terms of surrender; by terms.
    first_strike, first_agreement, offensive, terms
        Day of the event, int16; the horizon where it has not happened.
    full, broke_agreement
        Of the offensive: whether it was full; whether an agreement was in force.
    breakdowns
        Number of agreements broken, int16.
    events
        Ids of the events of the scenario, in file order.
    firsts
        Day of what pressures and events may wait for, int16, the horizon where it has not happened: by name `strikes`,
        `agreement`, `breakdown` and the events of the scenario.
    """

    def __init__(self, runs: int, horizon: int, *, under_agreement: bool, events: Iterable[str] = ()) -> None:
        self.attacks: Floats = np.full(runs, 0.1, dtype=np.float32)
        self.bombing: Floats = np.full(runs, 0.1, dtype=np.float32)
        self.displacement: Floats = np.zeros(runs, dtype=np.float32)
        self.agreement: Bools = np.full(runs, under_agreement)
        self.ended: Bools = np.zeros(runs, dtype=np.bool_)
        self.yielded: Bools = np.zeros(runs, dtype=np.bool_)
        self.first_strike: Days = np.full(runs, horizon, dtype=np.int16)
        self.first_agreement: Days = np.full(runs, horizon, dtype=np.int16)
        self.offensive: Days = np.full(runs, horizon, dtype=np.int16)
        self.terms: Days = np.full(runs, horizon, dtype=np.int16)
        self.full: Bools = np.zeros(runs, dtype=np.bool_)
        self.broke_agreement: Bools = np.zeros(runs, dtype=np.bool_)
        self.breakdowns: Days = np.zeros(runs, dtype=np.int16)
        self._never = horizon
        self.events = tuple(events)
        self.firsts: dict[str, Days] = {"strikes": self.first_strike, "agreement": self.first_agreement}
        self.firsts |= {name: np.full(runs, horizon, dtype=np.int16) for name in ("breakdown", *self.events)}

    def part(self, runs: slice) -> Theatre:
        """Return what has happened in some runs, as views."""
        cut = copy(self)
        arrays = {name: value[runs] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        vars(cut).update(arrays, firsts={name: days[runs] for name, days in self.firsts.items()})
        return cut

    def take_event(self, day: int, name: str, hit: Bools) -> None:
        """Record an event of the scenario in the runs that it hits."""
        self._record(self.firsts[name], hit, day)

    def take_incidents(self, incident: Bools) -> None:
        """Rebels' attacks follow the incidents of the day."""
        self.attacks = at_most(np.float32(0.9) * self.attacks + np.float32(0.25) * incident, 1)

    def take_strikes(self, day: int, strike: Bools) -> None:
        """Bombing and displacement follow the strikes of the day; the first is recorded in runs that go on."""
        self.bombing = at_most(np.float32(0.9) * self.bombing + np.float32(0.15) * strike, 1)
        self.displacement = at_most(np.float32(0.98) * self.displacement + np.float32(0.03) * strike, 1)
        self._record(self.first_strike, strike & ~self.ended, day)

    def change_phase(self, day: int, happened: Mapping[str, Bools], imminence: Floats) -> None:
        """Apply at most one change of phase in each run that goes on.

        An offensive, else terms of surrender, else an agreement or its end.

        Parameters
        ----------
        happened
            By event, what chance gave on the day: launch, terms, agreement, breakdown.
        """
        going = ~self.ended
        launch = happened["launch"] & going
        terms = happened["terms"] & going & ~launch
        stays = going & ~launch & ~terms
        concluded = happened["agreement"] & stays & ~self.agreement
        broken = happened["breakdown"] & stays & self.agreement
        if launch.any():
            self.offensive[launch] = day
            self.full[launch] = imminence[launch] >= FULL_IMMINENCE
            self.broke_agreement[launch] = self.agreement[launch]
            self.ended |= launch
        if terms.any():
            self.terms[terms] = day
            self.yielded |= terms
            self.ended |= terms
        self._record(self.first_agreement, concluded, day)
        self._record(self.firsts["breakdown"], broken, day)
        self.breakdowns += broken
        self.agreement ^= concluded | broken

    def _record(self, first: Days, happened: Bools, day: int) -> None:
        """Write the day where the event happened for the first time."""
        if happened.any():
            np.putmask(first, happened & (first == self._never), day)
