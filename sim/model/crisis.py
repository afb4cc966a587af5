"""The crisis: a Mesa model whose agents each stand for one actor in all runs of a block.

A day is a visible list of five phases (section 3), and `Crisis.play` runs through the days. An observer may look at
the state before the first day and at the end of each; the model itself records only first events (`Theatre`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

import mesa
import numpy as np

from sim import rng
from sim.model.actors import ROLES, Actor, Defender, Guarantor, Initiator, Mediator, Patron
from sim.model.arrays import Floats, Number
from sim.model.bargaining import agreement_rate, party_gain
from sim.model.influence import Schedule
from sim.model.inputs import Draws
from sim.model.theatre import (
    Theatre,
    held_back,
    incident_probability,
    launch_probability,
    strike_probability,
)
from sim.model.utility import quantal_response
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Actor as ActorFields

EVENTS = ("incident", "strike", "launch", "agreement", "breakdown")


class Observer(Protocol):
    """Looks at a crisis as it goes."""

    def start(self, crisis: Crisis) -> None:
        """Look at the state before day 0."""

    def day_end(self, crisis: Crisis) -> None:
        """Look at the state at the end of `crisis.day`."""


class Dice:
    """The chance of one block: a stream for each owner and purpose, float32 draws for all runs each day."""

    def __init__(self, seed: int, block: int) -> None:
        self._seed = seed
        self._block = block

    def stream(self, owner: str, purpose: str) -> np.random.Generator:
        """Return the stream of one purpose."""
        return rng.stream(self._seed, self._block, owner, purpose)


class Crisis(mesa.Model):  # type: ignore[misc]
    """One block of runs of one scenario.

    Attributes
    ----------
    day
        The day being played.
    actors
        All actors in file order; `initiator`, `patrons`, `guarantors`, `defenders`, `mediators` by role.
    theatre
        What has happened.
    backing, support, imminence
        Of today's postures once they are set, of yesterday's before (section 4).
    """

    PHASES = ("signal", "perceive", "deliberate", "posture", "resolve")

    def __init__(self, scenario: Scenario, draws: Draws, dice: Dice) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used
        self.values = draws.values
        self.runs = draws.runs
        self.dice = dice
        self.day = -1
        self.horizon = scenario.horizon
        self._scenario = scenario
        under_agreement = scenario.document.start.phase == "agreement"
        self.theatre = Theatre(draws.runs, scenario.horizon, under_agreement=under_agreement)
        self.actors: list[Actor] = [ROLES[fields.role](self, name) for name, fields in scenario.actors.items()]  # type: ignore[attr-defined]
        self._prepare()
        for actor in self.actors:
            actor.connect()
        self._survey()

    # -- what stays the same all through ------------------------------------------------------------------

    def _prepare(self) -> None:
        """Compute the constants of the theatre and of the bargaining, and open its streams."""
        self._by_name = {actor.name: actor for actor in self.actors}
        total = sum((self.values[f"actors.{p.name}.share"] for p in self.patrons), start=0.0)
        self.shares = [(p, self.number(self.values[f"actors.{p.name}.share"] / total)) for p in self.patrons]
        self._streams = {event: self.dice.stream("theatre", event) for event in EVENTS}
        self._rolls = {event: np.empty(self.runs, dtype=np.float32) for event in EVENTS}
        self._held_back = held_back(self.values["credibility"], self.parameter("restraint"))
        self._talks = self._talk_table()
        scenario = self._scenario
        self._principal = self.actor(scenario.principal)
        self._counterpart = None if scenario.counterpart is None else self.actor(scenario.counterpart)
        population = self.values.get("population")
        stake = 0.5 if population is None else np.clip(np.log10(np.asarray(population) / 1e4) / 2.5, 0, 1)
        self._half_stake = self.number(0.5 * np.asarray(stake))

    def _talk_table(self) -> list[Number]:
        """Factor on the agreement probability by day: 1 plus the boosts of the talks of that day."""
        table: list[Number] = [1.0] * self.horizon
        for name in self._scenario.talks:
            start, boost = self.values[f"talks.{name}.start"], self.values[f"talks.{name}.boost"]
            end = self.values.get(f"talks.{name}.end", start + 1)
            for day in range(self.horizon):
                held = np.logical_and(day >= np.asarray(start), day < np.asarray(end))
                table[day] = table[day] + self.number(boost * held)
        return table

    @cached_property
    def initiator(self) -> Initiator:
        """Who would launch the offensive."""
        return next(actor for actor in self.actors if isinstance(actor, Initiator))

    @cached_property
    def patrons(self) -> list[Patron]:
        """Who back it."""
        return [actor for actor in self.actors if isinstance(actor, Patron)]

    @cached_property
    def guarantors(self) -> list[Guarantor]:
        """Who deter it."""
        return [actor for actor in self.actors if isinstance(actor, Guarantor)]

    @cached_property
    def defenders(self) -> list[Defender]:
        """Who hold the ground."""
        return [actor for actor in self.actors if isinstance(actor, Defender)]

    @cached_property
    def mediators(self) -> list[Mediator]:
        """Who mediate."""
        return [actor for actor in self.actors if isinstance(actor, Mediator)]

    def actor(self, name: str) -> Actor:
        """Return an actor by id."""
        return self._by_name[name]

    def scenario_actor(self, name: str) -> ActorFields:
        """Return an actor's fields in the scenario."""
        return self._scenario.actors[name]

    def parameter(self, name: str) -> Number:
        """Return a structural parameter."""
        return self.values[f"parameters.{name}"]

    def leverage(self, target: str, source: str) -> Number:
        """Return w[target, source], the leverage of `source` over `target`; 0 without a tie."""
        return self.values.get(f"ties.{source}.{target}", 0.0)

    def whole(self, value: Number) -> Floats:
        """Return a float32 array over the runs, its own copy."""
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.float32), (self.runs,)))

    def number(self, value: Any) -> Number:
        """Return a float where the value is one number, else float32, so that arithmetic stays in float32."""
        array = np.asarray(value)
        return float(array) if array.ndim == 0 else array.astype(np.float32)

    def pressures_on(self, target: str, channel: str, effect: Number) -> list[tuple[Number, list[Number]]]:
        """Return, for each scheduled pressure on an actor, its weight and its change by day."""
        found = []
        for name, pressure in self._scenario.pressures.items():
            if pressure.target == target and pressure.channel == channel:
                aim = -1.0 if pressure.aim == "restrain" else 1.0
                leverage = self.leverage(target, pressure.source)
                weight = self.number(aim * effect * self.values[f"pressures.{name}.intensity"] * leverage)
                written = {key: self.values.get(f"pressures.{name}.{key}") for key in ("start", "end", "ramp", "half_life")}
                schedule = Schedule(**{key: value for key, value in written.items() if value is not None})
                found.append((weight, schedule.changes(self.horizon)))
        return found

    # -- the day ------------------------------------------------------------------------------------------

    def play(self, observer: Observer | None = None) -> Theatre:
        """Play all days; return the theatre with its record."""
        phases: list[Callable[[], None]] = [getattr(self, name) for name in self.PHASES]
        with np.errstate(over="ignore", under="ignore"):  # exp of a sure no is infinite: its reciprocal is 0
            if observer is not None:
                observer.start(self)
            for self.day in range(self.horizon):
                for phase in phases:
                    phase()
                if observer is not None:
                    observer.day_end(self)
        return self.theatre

    def signal(self) -> None:
        """Phase 1: every actor says where it stands."""
        self.agents.do("signal")

    def perceive(self) -> None:
        """Phase 2: everyone updates what they take the others to want."""
        self.agents.do("perceive")

    def deliberate(self) -> None:
        """Phase 3: stances move."""
        self.agents.do("deliberate")
        self.agents.do("commit_stance")

    def posture(self) -> None:
        """Phase 4: postures move."""
        self.agents.do("adjust")
        self.agents.do("commit_posture")
        self._survey()

    def resolve(self) -> None:
        """Phase 5: the dice of the theatre, in the order of section 5."""
        for event, stream in self._streams.items():
            stream.random(out=self._rolls[event], dtype=np.float32)
        theatre, rolls, agreement = self.theatre, self._rolls, self.theatre.agreement
        incident = rolls["incident"] < incident_probability(
            self.parameter("incident_rate"), [d.posture for d in self.defenders]
        )
        strike = rolls["strike"] < strike_probability(
            self.parameter("strike_rate"), incident, self.support, agreement
        )
        theatre.take_incidents(incident)
        theatre.take_strikes(self.day, strike)
        argument = self.initiator.gain(self.support, self.defence())
        will = self._response(argument)
        launch = rolls["launch"] < launch_probability(
            self.parameter("launch_rate"), self.imminence, will, agreement, self._held_back
        )
        concluded = rolls["agreement"] < self._agreement_probability()
        broken = rolls["breakdown"] < self._breakdown_probability(argument)
        theatre.change_phase(self.day, launch, concluded, broken, self.imminence)

    def _survey(self) -> None:
        """Compute backing, support and imminence from today's postures."""
        self.backing: Number = sum((share * patron.posture for patron, share in self.shares), start=0.0)
        let_through: Number = 1.0
        for guarantor in self.guarantors:
            let_through = let_through * (1 - guarantor.air_denial * guarantor.posture)
        self.support: Floats = self.whole(self.initiator.supported_by(self.backing * let_through))
        self.imminence: Floats = self.initiator.posture * self.support

    def looming(self) -> Floats:
        """Displacement there is, and half the stake times the imminence of more."""
        return self.theatre.displacement + self._half_stake * self.imminence

    def defence(self) -> Floats:
        """Weight of the defence: defenders that still resist, and guarantors' troops by their deterrence."""
        defence = np.zeros(self.runs, dtype=np.float32)
        for defender in self.defenders:
            defence += defender.strength * np.maximum(-defender.stance, 0)
        for guarantor in self.guarantors:
            defence += guarantor.troops * guarantor.posture
        return defence

    def _response(self, argument: Number) -> Floats:
        return quantal_response(argument, self.parameter("precision"))

    def _agreement_probability(self) -> Number:
        """Probability of an agreement today (section 5.4)."""
        principal, counterpart = self._principal, self._counterpart
        if counterpart is None:
            return 0.0
        position, worth = self.parameter("agreement_position"), self.parameter("agreement_gain")
        first, second = (
            party_gain(party.stance, party.salience, position, self.imminence, party.condition, worth)
            for party in (principal, counterpart)
        )
        leverage = self.leverage(principal.name, counterpart.name)
        if isinstance(counterpart, Guarantor):
            first += self.parameter("rift_cost") * leverage * self.imminence * counterpart.posture
        rate = self.parameter("agreement_rate") * self._talks[self.day]
        return np.minimum(rate * agreement_rate(first, second, self.imminence, leverage), 1)

    def _breakdown_probability(self, launch_argument: Floats) -> Number:
        """Probability that an agreement breaks today (section 5.5)."""
        principal = self._principal
        argument = principal.argument if isinstance(principal, Patron) else launch_argument
        violence = self.theatre.attacks + self.theatre.bombing
        return np.minimum(self.parameter("break_rate") * violence * self._response(argument), 1)

    def close(self) -> None:
        """Let go of the arrays: Mesa before 3.4 keeps every model that ever had agents."""
        counters = getattr(mesa.Agent, "_ids", None)
        if isinstance(counters, dict):
            counters.pop(self, None)
        self.remove_all_agents()
