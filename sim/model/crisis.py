"""The crisis: a Mesa model whose agents each represent one actor in all runs of a block.

A day is an explicit list of five phases (section 3), and `Crisis.play` runs through the days. An observer may inspect
the state before the first day and at the end of each; the model itself records only first events (`Theatre`).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from sim.model.actors import ROLES, Actor, Defender, Guarantor, Initiator, Patron, View
from sim.model.arrays import Bools, Floats, Number, is_zero, number
from sim.model.bargaining import Bargain
from sim.model.chance import Daily
from sim.model.events import Coming, targets
from sim.model.framework import Agent, Model
from sim.model.numbers import happens
from sim.model.over_runs import OverRuns
from sim.model.schedule import Talks
from sim.model.sums import least, plus, total
from sim.model.theatre import (
    EVENTS,
    Theatre,
    breakdown_probability,
    calm,
    held_back,
    incident_probability,
    launch_probability,
    still,
    strike_probability,
    terms_probability,
)
from sim.model.utility import imminence, resistance, restraint

if TYPE_CHECKING:
    from sim.model.setting import Setting

A = TypeVar("A", bound=Actor)
OF_SUPPORT = ("posture", "self_reliance", "air_denial")
"""Fields of actors that determine support and imminence."""
NEVER = np.float32(0)  # the probability of what cannot happen
OFF = "off"  # what a scenario says of a kind of event that it does without


class Observer(Protocol):
    """Observes a crisis as it is played."""

    def start(self, crisis: Crisis) -> None:
        """Observe the state before day 0."""

    def day_end(self, crisis: Crisis) -> None:
        """Observe the state at the end of `crisis.day`."""

    def next_look(self, day: int) -> int:
        """Return the first day, this one or later, whose end it must observe; any, if it need not observe more."""


class Unseen:
    """An observer that does nothing."""

    def start(self, crisis: Crisis) -> None:
        """Do nothing."""

    def day_end(self, crisis: Crisis) -> None:
        """Do nothing."""

    def next_look(self, day: int) -> int:
        """Return a day that never comes."""
        return sys.maxsize


class Crisis(OverRuns, Model):  # type: ignore[misc]
    """All runs of one setting, usually a block of one scenario.

    Attributes
    ----------
    setting
        All that stays the same.
    day
        The day being played; -1 before the first.
    actors
        All actors in file order.
    theatre
        What has happened.
    support, imminence
        From today's postures once they are set, from yesterday's before that (section 4).
    chances, happened
        By event: its probability today, and the raw result of chance, before checking that it can happen (an agreement
        only if there is none, its breakdown only if there is one, anything only in runs that have not ended).
    in_force
        Whether an agreement is in force in a run that has not ended, today, or on each of the days that the observer
        has not looked at, shape (days, runs).
    will
        Share of the initiator's dispositions that would attack today.
    """

    KEPT = ("in_force",)  # of each day that is played from a recording
    BEFORE = ("happen",)
    PHASES = ("reconnect", "signal", "perceive", "deliberate", "posture", "resolve")

    def __init__(self, setting: Setting) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used
        self.day = -1
        scenario = setting.scenario
        self.runs, self.horizon = setting.runs, scenario.horizon
        under_agreement = scenario.document.start.phase == "agreement"
        self.theatre = Theatre(setting.runs, scenario.horizon, under_agreement=under_agreement, events=scenario.events)
        self._values = dict(setting.draws.values)  # a copy: events shift ties
        self._values |= {path: setting.whole(self._values[path]) for path in targets(scenario)}
        draws = replace(setting.draws, values=self._values)
        setting = self.setting = replace(setting, draws=draws, firsts=self.theatre.firsts)
        self.actors: list[Actor] = [ROLES[a.role](self, setting, name) for name, a in scenario.actors.items()]
        self._cast()
        self._constants()
        self._events = [Coming(setting, name) for name in scenario.events]
        self._tied = list(dict.fromkeys(one.target for one in self._events if one.tie is not None))
        self._shifts_support = any(one.field in OF_SUPPORT for one in self._events)
        self._own_what_events_shift()
        self._survey()

    def _cast(self) -> None:
        """Sort the actors by role and connect them."""
        self._initiator = self._of(Initiator)[0]
        self._guarantors, self._defenders = self._of(Guarantor), self._of(Defender)
        patrons = self._of(Patron)
        whole = total(patron.field("share") for patron in patrons)
        self._shares = [(patron, number(patron.field("share") / whole)) for patron in patrons]
        for actor in self.actors:
            actor.connect(self.actors)
        self._initiator.lean_on(self._shares)
        self._by_name = {actor.name: actor for actor in self.actors}
        self._principal = self._by_name[self.setting.scenario.principal]
        self._bargain = self._bargaining()

    def _own_what_events_shift(self) -> None:
        """Keep what events shift in arrays of their own, as `Days` asks of everything that changes."""
        for one in self._events:
            if one.tie is not None:
                self._values[one.tie] = np.copy(self._values[one.tie])
            else:
                actor = self._by_name[one.target]
                setattr(actor, one.field, getattr(actor, one.field).copy())

    def _of(self, role: type[A]) -> list[A]:
        """Return the actors of a role, in file order."""
        return [actor for actor in self.actors if isinstance(actor, role)]

    def _bargaining(self) -> Bargain | None:
        """Return the bargain of the two parties under the current ties; None without a counterpart."""
        counterpart = self.setting.scenario.counterpart
        return None if counterpart is None else Bargain(self.setting, self._principal, self._by_name[counterpart])

    def _constants(self) -> None:
        """Compute the constants of the theatre and open its streams."""
        setting = self.setting
        self._rolls = {
            event: Daily(setting.dice.stream("theatre", event), setting.horizon, setting.runs) for event in EVENTS
        }
        self.chances: dict[str, Number] = {}
        self.happened: dict[str, Bools] = {event: np.zeros(setting.runs, dtype=np.bool_) for event in EVENTS}
        self.in_force: Bools = self.theatre.agreement.copy()
        self._held_back = held_back(setting.value("credibility"), setting.parameter("restraint"))
        self._talks = Talks(setting.talk_boosts())
        document = setting.scenario.document
        self._strike_rate = 0.0 if document.strikes == OFF else setting.parameter("strike_rate")
        self._terms_rate = 0.0 if document.terms == OFF else setting.parameter("terms_rate")
        self._strikes, self._offers_terms = not is_zero(self._strike_rate), not is_zero(self._terms_rate)
        self._incident_rate, self._launch_rate = setting.parameter("incident_rate"), setting.parameter("launch_rate")
        self._break_rate, self._precision = setting.parameter("break_rate"), setting.parameter("precision")
        self._half_stake = number(0.5 * _stake(setting.optional("population")))

    def play(self, observer: Observer | None = None, days: int | None = None) -> Theatre:
        """Play all days, or the first `days`, until all runs have ended; return the theatre with its record.

        The agents act on each day, and the observer sees each; `sim.model.days.play` takes a fraction of the time.
        """
        watch = observer or Unseen()
        with np.errstate(over="ignore", under="ignore"):  # exp of a certain no is infinite: its reciprocal is 0
            watch.start(self)
            for day in range(self.horizon if days is None else days):
                self.day = day
                self.play_day()
                watch.day_end(self)
                if self.is_over:
                    break
        return self.theatre

    @property
    def is_over(self) -> bool:
        """Whether all runs have ended."""
        return np.count_nonzero(self.theatre.ended) == self.runs

    def play_day(self) -> None:
        """Play all phases of a day."""
        for phases in self.stages:
            for phase in phases:
                getattr(self, phase)()

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """The phases of a day, in order; numbers given by day may depend on what has happened in earlier stages."""
        return (self.BEFORE, self.PHASES) if self._events else (self.PHASES,)

    def happen(self) -> None:
        """Before all phases: the events of the day, each judged on the state after the day before (section 3)."""
        hits = [(one, one.hits(self.theatre, self.day)) for one in self._events]
        for one, hit in hits:
            self.theatre.take_event(self.day, one.name, hit)
            if one.tie is None:
                self._by_name[one.target].shift(one.field, one.shift(hit))
            else:
                self._values[one.tie] = one.shift(hit)(self._values[one.tie])
        if self._shifts_support:
            self._survey()

    def reconnect(self) -> None:
        """Before all phases, after events: connect anew the actors whose ties events shift."""
        for name in self._tied:
            self._by_name[name].connect(self.actors)
        if self._tied:
            self._bargain = self._bargaining()

    def signal(self) -> None:
        """Phase 1: every actor states its stance."""
        self.agents.do("signal", self.day)

    def perceive(self) -> None:
        """Phase 2: everyone updates their beliefs about the others' stances."""
        self.agents.do("perceive", self.day)

    def deliberate(self) -> None:
        """Phase 3: stances move."""
        self.agents.do("deliberate", self.day)
        self.agents.do("commit_stance")

    def posture(self) -> None:
        """Phase 4: postures move."""
        theatre = self.theatre
        self._resistance = self._resist()
        view = View(theatre.attacks, theatre.bombing, self.imminence, self._looming(), self._defence())
        self.agents.do("adjust", view)
        self.agents.do("commit_posture")
        self._survey()

    def resolve(self) -> None:
        """Phase 5: chance decides in the theatre, in the order of section 5."""
        theatre = self.theatre
        incident = self._roll("incident", self._incident_probability())
        strike = self._roll("strike", self._strike_probability(incident))
        theatre.take_incidents(incident)
        theatre.take_strikes(self.day, strike)
        win, gain, self.will = self._initiator.weigh(self.support, self._defence())
        self._roll("launch", self._launch_probability())
        self._roll("terms", self._terms_probability(win))
        self._roll("agreement", self._agreement_probability())
        self._roll("breakdown", self._breakdown_probability(gain))
        theatre.change_phase(self.day, self.happened, self.imminence)
        self.in_force = still(theatre.agreement, theatre.ended)

    def _roll(self, event: str, chance: Number) -> Bools:
        """Let the day's random draws decide on an event; keep its probability and the result."""
        self.chances[event] = chance
        self.happened[event] = happens(self._rolls[event].on(self.day), chance)
        return self.happened[event]

    def _survey(self) -> None:
        """Compute support and imminence from the current postures."""
        let_through: Number = 1.0
        for guarantor in self._guarantors:
            let_through = restraint(let_through, guarantor.air_denial, guarantor.posture)
        backing: Number = 0.0
        for patron, share in self._shares:
            backing = plus(backing, share, patron.posture)
        self.support: Floats = self._initiator.supported_by(backing, let_through)
        self.imminence: Floats = imminence(self._initiator.posture, self.support)

    def _looming(self) -> Floats:
        """Return the displacement so far, plus half the stake times the imminence of more."""
        return plus(self.theatre.displacement, self._half_stake, self.imminence)

    def _defence(self) -> Floats:
        """Return the weight of the defence: defenders that still resist, and guarantors' troops by their deterrence."""
        defence = self._resistance
        for guarantor in self._guarantors:
            defence = plus(defence, guarantor.troops, guarantor.posture)
        return defence

    def _resist(self) -> Floats:
        """Return the weight of the defenders that still resist, as determined by their stances of the day."""
        weight: Any = 0.0
        for defender in self._defenders:
            weight = resistance(weight, defender.strength, defender.stance)
        return weight

    def _incident_probability(self) -> Floats:
        """Return the probability of an incident today (section 5.1)."""
        calm_days: Number = 1.0
        for defender in self._defenders:
            calm_days = calm(calm_days, defender.posture)
        return incident_probability(self._incident_rate, calm_days)

    def _strike_probability(self, incident: Bools) -> Number:
        """Return the probability of a day of heavy bombing (section 5.2)."""
        if not self._strikes:
            return NEVER
        stance, agreement = self._initiator.stance, self.theatre.agreement
        return strike_probability(self._strike_rate, incident, self.support, stance, agreement)

    def _launch_probability(self) -> Floats:
        """Return the probability of an offensive today (section 5.3)."""
        willing = self.will, self._initiator.disposition
        return launch_probability(self._launch_rate, self.imminence, *willing, self.theatre.agreement, self._held_back)

    def _terms_probability(self, win: Floats) -> Number:
        """Return the probability of terms of surrender today, which all defenders must accept (section 5.6)."""
        if not self._offers_terms:
            return NEVER
        yielding = reduce(least, (defender.yields(win) for defender in self._defenders))
        rate, talks, bombing = self._terms_rate, self._talks.on(self.day), self.theatre.bombing
        return terms_probability(rate, talks, self.imminence, bombing, yielding, self._initiator.stance)

    def _agreement_probability(self) -> Number:
        """Return the probability of an agreement today (section 5.4)."""
        return NEVER if self._bargain is None else self._bargain.probability(self._talks.on(self.day), self.imminence)

    def _breakdown_probability(self, launch_gain: Floats) -> Floats:
        """Return the probability that an agreement breaks today (section 5.5)."""
        principal = self._principal
        argument = principal.argument if isinstance(principal, Patron) else launch_gain
        theatre, rate, precision = self.theatre, self._break_rate, self._precision
        return breakdown_probability(rate, theatre.attacks, theatre.bombing, argument, precision)

    def close(self) -> None:
        """Release all but the theatre: actors and model refer to each other, and would wait for a search for cycles.

        Mesa before 3.4 also keeps a reference to every model that ever had agents.
        """
        counters = getattr(Agent, "_ids", None)
        if isinstance(counters, dict):
            counters.pop(self, None)
        self.remove_all_agents()
        for actor in self.actors:
            actor.__dict__.clear()
        kept = self.theatre
        self.__dict__.clear()
        self.theatre = kept


def _stake(population: Number | None) -> Number:
    """Return the stake: clip(log10(population / 10,000) / 2.5, 0, 1), or 0.5 if no population is given."""
    if population is None:
        return 0.5
    return number(np.clip(np.log10(np.asarray(population) / 1e4) / 2.5, 0, 1))
