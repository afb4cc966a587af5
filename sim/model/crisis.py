"""The crisis: a Mesa model whose agents each represent one actor in all runs of a block.

A day is an explicit list of five phases (section 3), and `Crisis.play` runs through the days. An observer may inspect
the state before the first day and at the end of each; the model itself records only first events (`Theatre`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from sim.model.actors import ROLES, Actor, Defender, Guarantor, Initiator, Patron, View
from sim.model.arrays import Bools, Floats, Number, Places, is_zero, number, total
from sim.model.bargaining import Bargain
from sim.model.chance import Bits, Daily
from sim.model.events import Coming
from sim.model.framework import Agent, Model
from sim.model.influence import plus
from sim.model.leaving import Leaving, OverRuns
from sim.model.numbers import happens
from sim.model.theatre import (
    EVENTS,
    Theatre,
    breakdown_probability,
    calm,
    held_back,
    incident_probability,
    launch_probability,
    strike_probability,
    terms_probability,
)
from sim.model.utility import resistance, restraint

if TYPE_CHECKING:
    from sim.model.setting import Setting

A = TypeVar("A", bound=Actor)
OF_SUPPORT = ("posture", "self_reliance", "air_denial")
"""Fields of actors that determine support and imminence."""
NEVER = np.float32(0)  # the probability of what cannot happen
LEAVE_TOGETHER = 0.3
"""Share of the runs played that must have ended before those runs leave together."""
OFF = "off"  # what a scenario says of a kind of event that it does without


class Observer(Protocol):
    """Observes a crisis as it is played."""

    def start(self, crisis: Crisis) -> None:
        """Observe the state before day 0."""

    def day_end(self, crisis: Crisis) -> None:
        """Observe the state at the end of `crisis.day`."""


class Unseen:
    """An observer that does nothing."""

    def start(self, crisis: Crisis) -> None:
        """Do nothing."""

    def day_end(self, crisis: Crisis) -> None:
        """Do nothing."""


class Crisis(OverRuns, Model):  # type: ignore[misc]
    """All runs of one setting, usually a block of one scenario.

    Attributes
    ----------
    day
        The day being played; -1 before the first.
    actors
        All actors in file order.
    theatre
        What has happened.
    rows
        Places in the block of the runs that are played: all, until some have left.
    support, imminence
        From today's postures once they are set, from yesterday's before that (section 4).
    chances, happened
        By event: its probability today, and the raw result of chance, before checking that it can happen (an agreement
        only if there is none, its breakdown only if there is one, anything only in runs that have not ended).
    will
        Share of the initiator's dispositions that would attack today.
    """

    PHASES = ("happen", "signal", "perceive", "deliberate", "posture", "resolve")

    def __init__(self, setting: Setting) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used
        self.day = -1
        self.rows: Places = np.arange(setting.runs)
        scenario = setting.scenario
        self.horizon = scenario.horizon
        under_agreement = scenario.document.start.phase == "agreement"
        self.theatre = Theatre(setting.runs, scenario.horizon, under_agreement=under_agreement, events=scenario.events)
        self._values = dict(setting.draws.values)  # a copy: events shift ties
        draws = replace(setting.draws, values=self._values)
        setting = self._setting = replace(setting, draws=draws, firsts=self.theatre.firsts)
        self.actors: list[Actor] = [ROLES[a.role](self, setting, name) for name, a in scenario.actors.items()]
        self._cast()
        self._constants()
        self._events = [Coming(setting, name) for name in scenario.events]
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
        self._principal = self._by_name[self._setting.scenario.principal]
        self._bargain = self._bargaining()

    def _of(self, role: type[A]) -> list[A]:
        """Return the actors of a role, in file order."""
        return [actor for actor in self.actors if isinstance(actor, role)]

    def _bargaining(self) -> Bargain | None:
        """Return the bargain of the two parties under the current ties; None without a counterpart."""
        counterpart = self._setting.scenario.counterpart
        return None if counterpart is None else Bargain(self._setting, self._principal, self._by_name[counterpart])

    def _constants(self) -> None:
        """Compute the constants of the theatre and open its streams."""
        setting = self._setting
        self._rolls = {
            event: Daily(setting.dice.stream("theatre", event), setting.horizon, setting.runs) for event in EVENTS
        }
        self._today: dict[str, Bits] = {}
        self.chances: dict[str, Number] = {}
        self.happened: dict[str, Bools] = {}
        self._held_back = held_back(setting.value("credibility"), setting.parameter("restraint"))
        self._talks = setting.talk_boosts()
        document = setting.scenario.document
        self._strike_rate = 0.0 if document.strikes == OFF else setting.parameter("strike_rate")
        self._terms_rate = 0.0 if document.terms == OFF else setting.parameter("terms_rate")
        self._incident_rate, self._launch_rate = setting.parameter("incident_rate"), setting.parameter("launch_rate")
        self._break_rate, self._precision = setting.parameter("break_rate"), setting.parameter("precision")
        self._half_stake = number(0.5 * _stake(setting.optional("population")))

    def play(self, observer: Observer | None = None, days: int | None = None, *, leaving: bool = False) -> Theatre:
        """Play all days, or the first `days`; return the theatre with its record.

        Parameters
        ----------
        leaving
            Whether runs leave from time to time after they have ended, which makes days faster; the observer no longer
            sees these runs, and the theatre keeps only their record.
        """
        whole, watch = self.theatre.whole(), observer or Unseen()
        phases: list[Callable[[], None]] = [getattr(self, name) for name in self.PHASES]
        with np.errstate(over="ignore", under="ignore"):  # exp of a certain no is infinite: its reciprocal is 0
            watch.start(self)
            for day in range(self.horizon if days is None else days):
                self.day = day
                for phase in phases:
                    phase()
                watch.day_end(self)
                if leaving and self._many_have_ended():
                    whole.take(self.rows, self.theatre)
                    Leaving(~self.theatre.ended).leave(self)
                if not len(self.rows):
                    break
        whole.take(self.rows, self.theatre)
        self.theatre = whole
        return whole

    def _many_have_ended(self) -> bool:
        """Whether enough runs have ended that days without them save more than their leaving costs."""
        return int(np.count_nonzero(self.theatre.ended)) > LEAVE_TOGETHER * len(self.rows)

    def happen(self) -> None:
        """Before all phases: the events of the day, each judged on the state after the day before (section 3)."""
        hits = [(one, hit) for one in self._events if (hit := one.hits(self.theatre, self.day)) is not None]
        for one, hit in hits:
            self.theatre.take_event(self.day, one.name, hit)
            if one.tie is None:
                self._by_name[one.target].shift(one.field, one.shift(hit))
            else:
                self._values[one.tie] = one.shift(hit)(self._values[one.tie])
                self._by_name[one.target].connect(self.actors)
                self._bargain = self._bargaining()
        if any(one.field in OF_SUPPORT for one, _ in hits):
            self._survey()

    def signal(self) -> None:
        """Phase 1: every actor states its stance."""
        self.agents.do("signal")

    def perceive(self) -> None:
        """Phase 2: everyone updates their beliefs about the others' stances."""
        self.agents.do("perceive")

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
        self._today = {event: rolls.numbers() for event, rolls in self._rolls.items()}
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

    def _roll(self, event: str, chance: Number) -> Bools:
        """Let the day's random draws decide on an event; keep its probability and the result."""
        self.chances[event] = chance
        self.happened[event] = happens(self._today[event], chance)
        return self.happened[event]

    def _survey(self) -> None:
        """Compute support and imminence from the current postures."""
        let_through: Number = 1.0
        for guarantor in self._guarantors:
            let_through = restraint(let_through, guarantor.air_denial, guarantor.posture)
        backing = total(share * patron.posture for patron, share in self._shares)
        self.support: Floats = self._initiator.supported_by(backing, let_through)
        self.imminence: Floats = self._initiator.posture * self.support

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
        weight: Floats = np.zeros(self._setting.runs, dtype=np.float32)
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
        if is_zero(self._strike_rate):
            return NEVER
        stance, agreement = self._initiator.stance, self.theatre.agreement
        return strike_probability(self._strike_rate, incident, self.support, stance, agreement)

    def _launch_probability(self) -> Floats:
        """Return the probability of an offensive today (section 5.3)."""
        willing = self.will, self._initiator.disposition
        return launch_probability(self._launch_rate, self.imminence, *willing, self.theatre.agreement, self._held_back)

    def _terms_probability(self, win: Floats) -> Number:
        """Return the probability of terms of surrender today, which all defenders must accept (section 5.6)."""
        if is_zero(self._terms_rate):
            return NEVER
        yielding = reduce(np.minimum, (defender.yields(win) for defender in self._defenders))
        rate, talks, bombing = self._terms_rate, self._talks[self.day], self.theatre.bombing
        return terms_probability(rate, talks, self.imminence, bombing, yielding, self._initiator.stance)

    def _agreement_probability(self) -> Number:
        """Return the probability of an agreement today (section 5.4)."""
        return NEVER if self._bargain is None else self._bargain.probability(self._talks[self.day], self.imminence)

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
