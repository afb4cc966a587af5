"""A plain Mesa implementation of the crisis model, for docking.

It was written from the equations of the model page alone and shares no code with `sim`: one `mesa.Model` a
run, one `mesa.Agent` an actor, plain floats, so that agreement between the two is evidence that both follow
the page. It is slow on purpose: where a line could be fast or close to the page, it is close to the page.
Section numbers in the comments are those of the page. Days are t = 0 .. horizon - 1.

Use: `PlainCrisis(draw_world(spec, rng), OwnChance(seed)).play()`. Docking (Axtell et al. 1996) replaces
`OwnChance` by dice that both implementations read.
"""

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

import mesa
import numpy

LEAST_AMBIGUITY = 0.02
LEAST_SD = 0.02

PRIORS: dict[str, Any] = {
    "precision": {"lognormal": [7.0, 0.3]},
    "inertia": {"lognormal": [0.2, 0.5]},
    "launch_rate": {"lognormal": [0.25, 0.6]},
    "agreement_rate": {"lognormal": [0.06, 0.5]},
    "contest": {"lognormal": [2.0, 0.15]},
    "rift_cost": {"lognormal": [0.8, 0.6]},
    "defeat_cost": {"lognormal": [0.3, 0.4]},
    "provocation_pull": {"lognormal": [0.6, 0.6]},
    "humanitarian_cost": {"lognormal": [0.4, 0.6]},
    "clash_cost": {"lognormal": [0.4, 0.6]},
    "agreement_gain": {"lognormal": [0.15, 0.6]},
    "press_effect": {"lognormal": [2.0, 0.5]},
    "condition_effect": {"lognormal": [1.0, 0.5]},
    "incident_rate": {"lognormal": [0.4, 0.4]},
    "strike_rate": {"lognormal": [0.12, 0.4]},
    "restraint": {"lognormal": [0.4, 0.5]},
    "break_rate": {"lognormal": [0.02, 0.6]},
    "troop_weight": {"lognormal": [1.0, 0.5]},
    "commit_effect": {"lognormal": [0.7, 0.5]},
    "terms_rate": {"lognormal": [0.04, 0.7]},
    "frailty": {"lognormal": [0.12, 0.4]},
    "patron_bias": {"normal": [0.0, 0.15]},
    "guarantor_bias": {"normal": [0.0, 0.15]},
    "agreement_position": -0.35,
    "terms_position": 0.7,
}
"""Section 7: the prior of every structural parameter, as `draw_world` reads distributions."""


class Chance(Protocol):
    """The dice of one run, each throw named by what it decides and by its day."""

    def signal(self, actor: str, day: int) -> float:
        """Standard normal noise of the actor's public signal (phase 1)."""

    def deliberation(self, actor: str, day: int) -> float:
        """Standard normal noise of the actor's deliberation (phase 3)."""

    def uniform(self, event: str, day: int) -> float:
        """Uniform on [0, 1) for incident, strike, launch, terms, agreement or breakdown (phase 5)."""

    def once(self, event: str, purpose: str) -> float:
        """Uniform on [0, 1), once a run, for whether a dated event `happens` and on which `day`."""


class OwnChance:
    """Dice of its own: one generator, thrown in the order of the questions."""

    def __init__(self, seed: int) -> None:
        self._generator = numpy.random.default_rng(seed)

    def signal(self, actor: str, day: int) -> float:
        """Standard normal noise of a signal; name and day do not matter here."""
        return float(self._generator.normal())

    def deliberation(self, actor: str, day: int) -> float:
        """Standard normal noise of a deliberation; name and day do not matter here."""
        return float(self._generator.normal())

    def uniform(self, event: str, day: int) -> float:
        """Uniform number for an event; name and day do not matter here."""
        return float(self._generator.random())

    def once(self, event: str, purpose: str) -> float:
        """Uniform number for a dated event; name and purpose do not matter here."""
        return float(self._generator.random())


# --- rules without a state ----------------------------------------------------------------------------------


def clip(number: float, low: float, high: float) -> float:
    """The number, held between low and high."""
    return max(low, min(high, number))


def logistic(z: float) -> float:
    """1 / (1 + exp(-z)), written so that neither tail overflows."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def contest_success(attack: float, defence: float, contest: float) -> float:
    """Chance that the attack wins (Hirshleifer 1989), 0 where neither side has any strength."""
    if attack == 0 and defence == 0:
        return 0.0
    ours, theirs = math.pow(attack, contest), math.pow(defence, contest)
    return ours / (ours + theirs)


def stake_of(population: float | None) -> float:
    """Humanitarian stake in [0, 1] of a population at risk, 0.5 where it is not given."""
    if population is None:
        return 0.5
    return clip(math.log10(population / 10_000) / 2.5, 0, 1)


def profile(pressure: dict[str, Any], day: float, horizon: int) -> float:
    """Weight in [0, 1] of a scheduled pressure on a day: 0 outside [start, end), ramp up and decay within."""
    start, end = pressure["start"], pressure.get("end")
    ramp, half_life = pressure.get("ramp"), pressure.get("half_life")
    if not start <= day < (horizon if end is None else end):
        return 0.0
    weight = 1.0
    if ramp:
        weight = min(1.0, (day - start + 1) / ramp)
    if half_life is None:
        return weight
    if half_life == 0:  # the limit of ever faster decay
        return weight if day == start else 0.0
    return float(weight * 2.0 ** (-(day - start) / half_life))


def change(pressure: dict[str, Any], day: int, horizon: int) -> float:
    """What the pressure weighs more than on the eve of day 0, which the stances already contain."""
    return profile(pressure, day, horizon) - profile(pressure, -1, horizon)


def day_of_event(event: dict[str, Any], chance: Chance) -> int | None:
    """The day for which a dated event is down, or None where chance has it not happen at all."""
    day = event.get("date")
    if day is None:
        first, last = event["from"], event["until"]
        day = first + math.floor(chance.once(event["id"], "day") * max(last - first + 1, 1))
    probability = event["probability"]
    if probability < 1 and not chance.once(event["id"], "happens") < probability:
        return None
    return max(0, math.ceil(day))


# --- actors -------------------------------------------------------------------------------------------------


class Actor(mesa.Agent):  # type: ignore[misc]  # Mesa is untyped
    """What all roles share: a stance, what the others perceive of it, and one posture (sections 2 and 3)."""

    model: "PlainCrisis"
    pace: ClassVar[float]  # the daily rate k of the role's posture

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model)
        self.name: str = numbers["id"]
        self.conviction: float = numbers["conviction"]
        self.stance: float = numbers["conviction"]
        self.perceived: float = numbers["mean"]
        self.variance: float = max(numbers["sd"], LEAST_SD) ** 2
        self.frailty: float = model.parameters["frailty"] * numbers["frailty_normal"]
        self.resolve: float = numbers["resolve"]
        self.salience: float = numbers["salience"]
        self.ambiguity: float = numbers["ambiguity"]
        self.strength: float = numbers["strength"]
        self.posture: float = numbers["posture"]
        self.signal = self.stance
        self.next_stance = self.stance
        self.next_posture = self.posture

    def be_shifted(self, field: str, add: float) -> None:
        """An event adds to one of the numbers, within its range; the conviction goes with the stance."""
        if field == "stance":
            self.conviction = clip(self.conviction + add, -1, 1)
            self.stance = clip(self.stance + add, -1, 1)
        elif field == "strength":
            self.strength = max(0.0, self.strength + add)
        else:
            setattr(self, field, clip(getattr(self, field) + add, 0, 1))

    def make_signal(self) -> None:
        """Phase 1: show the stance in public, blurred by the actor's ambiguity."""
        self.signal = self.stance + self.ambiguity * self.model.chance.signal(self.name, self.model.day)

    def be_perceived(self) -> None:
        """Phase 2: everyone's common estimate of this actor takes in its signal (Kalman filter)."""
        self.variance += 0.004
        trust = self.variance / (self.variance + max(self.ambiguity, LEAST_AMBIGUITY) ** 2)
        self.perceived += trust * (self.signal - self.perceived)
        self.variance *= 1 - trust

    def decide_stance(self) -> None:
        """Phase 3: weigh conviction, those one listens to and pressure (Friedkin & Johnsen 1990)."""
        ties = [(self.leverage_of(source.name), source.perceived) for source in self.model.actors.values()]
        total = sum(weight for weight, _ in ties)
        heard = sum(weight * perceived for weight, perceived in ties) / total if total > 0 else 0.0
        give = (1 - self.resolve) * min(1.0, total)
        target = (1 - give) * self.conviction + give * heard + self.persuasion()
        noise = 0.02 * self.model.chance.deliberation(self.name, self.model.day)
        self.next_stance = clip(self.stance + 0.08 * (target - self.stance) + noise, -1, 1)

    def commit_stance(self) -> None:
        """Take the stance decided upon, once all have decided."""
        self.stance = self.next_stance

    def decide_posture(self) -> None:
        """Phase 4: move the posture a step towards its target."""
        self.next_posture = self.posture + self.pace * (self.posture_target() - self.posture)

    def commit_posture(self) -> None:
        """Take the posture decided upon, once all have decided."""
        self.posture = self.next_posture

    def posture_target(self) -> float:
        """Where the posture is heading today (section 4); every role has its own."""
        raise NotImplementedError

    def rift(self) -> float:
        """Guarantors that would be lost, by their leverage, deterrence and how much they seem to mind."""
        total: float = sum(
            self.leverage_of(guarantor.name) * guarantor.posture * max(0.0, -guarantor.perceived)
            for guarantor in self.model.guarantors
        )
        return total

    def leverage_of(self, source: str) -> float:
        """Leverage w(self, source) of the named source over this actor."""
        return self.model.leverage(self.name, source)

    def scheduled(self, channel: str) -> float:
        """Signed sum of what has changed in the scheduled pressures on this actor through one channel."""
        model = self.model
        total: float = sum(
            {"restrain": -1, "encourage": 1}[pressure["aim"]]
            * pressure["intensity"]
            * self.leverage_of(pressure["source"])
            * model.change_of(pressure)
            for pressure in model.pressures
            if pressure["target"] == self.name and pressure.get("channel", "persuasion") == channel
        )
        return total

    def persuasion(self) -> float:
        """P of phase 3: persuasion and the mediators at work, against the actor's resolve."""
        mediation = sum(self.leverage_of(m.name) * m.posture * m.stance for m in self.model.mediators)
        effect: float = self.model.parameters["press_effect"] * (1 - self.resolve)
        return effect * (self.scheduled("persuasion") + mediation)

    def condition(self) -> float:
        """C of phase 3: what conditional pressures add to the payoff of acting."""
        return self.model.parameters["condition_effect"] * self.scheduled("conditional")


class Initiator(Actor):
    """The actor that may launch the offensive; its posture is readiness."""

    pace = 0.05

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model, numbers)
        self.self_reliance: float = numbers["self_reliance"]
        self.momentum: float = numbers["momentum"]
        self.disposition: float = numbers["disposition"]

    def posture_target(self) -> float:
        """Mobilise on the backing it expects."""
        return self.model.choice(self.gain(self.win_chance(self.relying_on(self.model.expected_backing()))))

    def gain(self, chance_of_winning: float) -> float:
        """Payoff of the offensive at a chance p of winning it, all told (section 4)."""
        p, parameters = chance_of_winning, self.model.parameters
        defeat = parameters["defeat_cost"] * (1 - self.momentum / 2)
        prize = self.salience * (p * self.stance - (1 - p) * defeat)
        distrust = parameters["commit_effect"] * (0.5 - self.model.credibility)
        rift = parameters["rift_cost"] * self.rift()
        return prize + distrust + self.condition() + self.frailty - parameters["inertia"] - rift

    def relying_on(self, backing: float) -> float:
        """Share of its strength it can use with so much backing."""
        return self.self_reliance + (1 - self.self_reliance) * backing

    def win_chance(self, support: float) -> float:
        """Chance of winning with so much support against today's defence."""
        return contest_success(self.strength * support, self.model.defence(), self.model.parameters["contest"])


class Patron(Actor):
    """Backs the initiator; its posture is backing (air support)."""

    pace = 0.08

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model, numbers)
        self.share: float = numbers["share"]
        self.exposure: float = numbers["exposure"]
        self.drive = 0.0  # D_P of the latest posture phase, which an agreement's breakdown reads too

    def posture_target(self) -> float:
        """Back as far as wanting it and provocation outweigh the rift and the displaced."""
        parameters = self.model.parameters
        self.drive = (
            self.salience * self.stance
            + self.condition()
            + parameters["patron_bias"]
            + self.frailty
            - parameters["inertia"]
            + parameters["provocation_pull"] * self.model.attacks
            - parameters["rift_cost"] * self.rift()
            - parameters["humanitarian_cost"] * self.exposure * self.model.looming()
        )
        return self.model.choice(self.drive)


class Guarantor(Actor):
    """Protects the defenders; its posture is deterrence."""

    pace = 0.08

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model, numbers)
        self.air_denial: float = numbers["air_denial"]

    def posture_target(self) -> float:
        """Deter the nearer the offensive looks, but for the fear of a clash with a patron who wants it."""
        parameters = self.model.parameters
        clash = sum(self.leverage_of(patron.name) * max(0.0, patron.perceived) for patron in self.model.patrons)
        drive = (
            -self.stance * (0.4 + self.model.imminence())
            - self.condition()
            + parameters["guarantor_bias"]
            + self.frailty
            - parameters["inertia"]
            - parameters["clash_cost"] * clash
        )
        return self.salience * self.model.choice(drive)


class Defender(Actor):
    """Holds the ground; its posture is provocation."""

    pace = 0.2

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model, numbers)
        self.militancy: float = numbers["militancy"]

    def yields(self, chance_of_losing: float) -> float:
        """Will to give the ground up on terms, at a chance that a fight would be lost (5.6)."""
        worth = chance_of_losing - self.model.parameters["terms_position"]
        return self.model.choice(self.salience * max(0.0, -self.stance) * worth)

    def posture_target(self) -> float:
        """Answer bombing with attacks, as far as the guarantors allow."""
        free = math.prod(max(0.0, 1 - self.leverage_of(g.name) * g.posture) for g in self.model.guarantors)
        return clip(self.militancy * (0.2 + 0.6 * self.model.bombing) * free, 0, 1)


class Mediator(Actor):
    """Talks to everyone; its posture is engagement."""

    pace = 0.1

    def __init__(self, model: "PlainCrisis", numbers: dict[str, Any]) -> None:
        super().__init__(model, numbers)
        self.attention: float = numbers["attention"]

    def posture_target(self) -> float:
        """Engage as bombing and displacement draw attention."""
        alarm = logistic(4 * (self.model.bombing + self.model.looming() - 0.5))
        return self.salience * (self.attention + (1 - self.attention) * alarm)


ROLES: dict[str, type[Actor]] = {
    "initiator": Initiator,
    "patron": Patron,
    "guarantor": Guarantor,
    "defender": Defender,
    "mediator": Mediator,
}


# --- the run ------------------------------------------------------------------------------------------------


class PlainCrisis(mesa.Model):  # type: ignore[misc]  # Mesa is untyped
    """One run: the actors of a drawn world and the theatre between them (sections 3 to 6)."""

    def __init__(self, world: dict[str, Any], chance: Chance, *, trace: bool = False) -> None:
        super().__init__(rng=0)  # Mesa's own dice are never thrown
        self.chance = chance
        self.horizon: int = world["horizon"]
        self.parameters: dict[str, float] = world["parameters"]
        self.ties: dict[str, dict[str, float]] = {source: dict(row) for source, row in world["ties"].items()}
        self.pressures: list[dict[str, Any]] = world["pressures"]
        self.talks: list[dict[str, Any]] = world["talks"]
        self.credibility: float = world["credibility"]
        self.stake = stake_of(world["population"])
        self.phase: str = world["phase"]
        self.strikes_on: bool = world["strikes"] != "off"
        self.terms_on: bool = world["terms"] == "on"
        self.day = 0
        self.attacks = 0.1
        self.bombing = 0.1
        self.displacement = 0.0
        self._seat(world["actors"])
        principal, counterpart = bargaining_parties(world)
        self.principal = self.actors.get(principal or "")
        self.counterpart = self.actors.get(counterpart or "")
        self.outcome: dict[str, Any] = {"strike": None, "agreement": None, "offensive": None, "terms": None}
        self.outcome |= {"full": False, "under_agreement": False, "breakdowns": 0}
        self.history: list[dict[str, Any]] | None = [] if trace else None
        self.events: list[dict[str, Any]] = world.get("events", [])
        self.due = {event["id"]: day_of_event(event, chance) for event in self.events}
        self.came: dict[str, int] = {}  # on which day the first strike, agreement, breakdown, and each dated event came

    def _seat(self, actors: list[dict[str, Any]]) -> None:
        """Make the agents, in the order given, and sort them by role."""
        seated = [ROLES[numbers["role"]](self, numbers) for numbers in actors]
        self.actors = {actor.name: actor for actor in seated}
        initiators = [actor for actor in seated if isinstance(actor, Initiator)]
        if len(initiators) != 1:
            raise ValueError(f"actors: expected exactly one initiator, got {len(initiators)}")
        self.initiator = initiators[0]
        self.patrons = [actor for actor in seated if isinstance(actor, Patron)]
        self.guarantors = [actor for actor in seated if isinstance(actor, Guarantor)]
        self.defenders = [actor for actor in seated if isinstance(actor, Defender)]
        self.mediators = [actor for actor in seated if isinstance(actor, Mediator)]

    def play(self) -> dict[str, Any]:
        """Play the days up to the horizon, the offensive or terms; returns the outcome of section 6."""
        while self.day < self.horizon and self.phase not in ("offensive", "terms"):
            self.step()
        end = self.phase
        if end == "offensive":
            end = "full" if self.outcome["full"] else "limited"
        outcome = self.outcome | {"end": end, "came": self.came}
        return outcome if self.history is None else outcome | {"trace": self.history}

    def step(self) -> None:
        """One day in five phases, after its dated events; within a phase all decide before anyone commits."""
        self.bring_events()
        self.agents.do("make_signal")
        self.agents.do("be_perceived")
        self.agents.do("decide_stance").do("commit_stance")
        self.agents.do("decide_posture").do("commit_posture")
        self.resolve_day()
        self._record()
        self.day += 1

    def bring_events(self) -> None:
        """The dated events of this day happen where what they wait for came on an earlier one, or did not."""
        for event in [event for event in self.events if self.due[event["id"]] == self.day and self.is_met(event)]:
            self.came[event["id"]] = self.day
            if event["field"] == "leverage":
                row = self.ties[event["source"]]
                row[event["target"]] = clip(row[event["target"]] + event["add"], 0, 1)
            else:
                self.actors[event["target"]].be_shifted(event["field"], event["add"])

    def is_met(self, event: dict[str, Any]) -> bool:
        """Whether what the event waits for came before today; with `no`, whether it did not."""
        words = (event.get("if") or "").split()
        if not words:
            return True
        came = self.came.get(words[-1], self.day) < self.day
        return came if words[0] != "no" else not came

    def change_of(self, pressure: dict[str, Any]) -> float:
        """Today's change of a scheduled pressure; one that answers something has only begun where that came."""
        trigger = pressure.get("after")
        if trigger is None:
            return change(pressure, self.day, self.horizon)
        if trigger not in self.came:
            return 0.0
        start = self.came[trigger] + (pressure.get("delay") or 0)
        return profile({**pressure, "start": start}, self.day, self.horizon)

    def resolve_day(self) -> None:
        """Phase 5 (section 5): the theatre throws its dice; at most one change of phase."""
        self._fight()
        morning = self.phase
        if self._happens("launch", self.launch_probability()):
            self.phase = "offensive"
            self.outcome["offensive"] = self.day
            self.outcome["full"] = self.imminence() >= 0.3
            self.outcome["under_agreement"] = morning == "agreement"
        elif self._happens("terms", self.terms_probability()):
            self.phase = "terms"
            self.outcome["terms"] = self.day
        elif morning == "standoff":
            self._negotiate()
        else:
            self._hold()

    def _fight(self) -> None:
        """Incident and strike, and what they leave behind (5.1, 5.2)."""
        parameters = self.parameters
        quiet = math.prod(1 - defender.posture for defender in self.defenders)
        incident = self._happens("incident", min(1.0, parameters["incident_rate"] * (1 - quiet)))
        rate = parameters["strike_rate"] if self.strikes_on else 0.0
        will = (1 + self.initiator.stance) / 2
        probability = min(1.0, rate * (0.2 + 1.5 * incident + self.support()) * will)
        strike = self._happens("strike", probability * (0.25 if self.phase == "agreement" else 1.0))
        self.attacks = min(1.0, 0.9 * self.attacks + 0.25 * incident)
        self.bombing = min(1.0, 0.9 * self.bombing + 0.15 * strike)
        self.displacement = min(1.0, 0.98 * self.displacement + 0.03 * strike)
        if strike and self.outcome["strike"] is None:
            self.outcome["strike"] = self.came["strikes"] = self.day

    def _negotiate(self) -> None:
        """In a standoff the parties may conclude an agreement (5.4)."""
        if self._happens("agreement", self.agreement_probability()):
            self.phase = "agreement"
            if self.outcome["agreement"] is None:
                self.outcome["agreement"] = self.came["agreement"] = self.day

    def _hold(self) -> None:
        """Under an agreement it may break down (5.5)."""
        probability = self.parameters["break_rate"] * (self.attacks + self.bombing) * self.choice(self.restlessness())
        if self._happens("breakdown", min(1.0, probability)):
            self.phase = "standoff"
            self.outcome["breakdowns"] += 1
            self.came.setdefault("breakdown", self.day)

    def _happens(self, event: str, probability: float) -> bool:
        """Throw the dice of one event."""
        return self.chance.uniform(event, self.day) < probability

    def _record(self) -> None:
        """Note the end of the day, where a trace is wanted."""
        if self.history is not None:
            self.history.append(
                {
                    "stance": {name: actor.stance for name, actor in self.actors.items()},
                    "posture": {name: actor.posture for name, actor in self.actors.items()},
                    "attacks": self.attacks,
                    "bombing": self.bombing,
                    "displacement": self.displacement,
                    "phase": self.phase,
                }
            )

    # Probabilities of section 5.

    def launch_probability(self) -> float:
        """Chance of an offensive today (5.3), from the phase at the start of the day."""
        if not self.choice(self.launch_argument()) > self.initiator.disposition:
            return 0.0
        probability = min(1.0, self.parameters["launch_rate"] * self.imminence())
        if self.phase != "agreement":
            return probability
        return probability * (1 - self.credibility * (1 - min(1.0, self.parameters["restraint"])))

    def launch_argument(self) -> float:
        """The initiator's payoff of launching with the support it has."""
        return self.initiator.gain(self.initiator.win_chance(self.support()))

    def terms_probability(self) -> float:
        """Chance that the defenders give the ground up today (5.6); the last of them to yield decides."""
        if self.initiator.stance <= 0 or not self.terms_on:
            return 0.0
        lost = self.initiator.win_chance(self.support())
        yielding = min(defender.yields(lost) for defender in self.defenders)
        threat = min(1.0, self.imminence() + self.bombing)
        return min(1.0, self.parameters["terms_rate"] * self.talking() * threat * yielding)

    def talking(self) -> float:
        """talks(t): 1, and the boosts of the talks scheduled today."""
        boosts: float = sum(talk["boost"] for talk in self.talks if talk["start"] <= self.day < talk["end"])
        return 1 + boosts

    def restlessness(self) -> float:
        """z of the breakdown: the principal's wish for an offensive (5.5)."""
        return self.principal.drive if isinstance(self.principal, Patron) else self.launch_argument()

    def agreement_probability(self) -> float:
        """Chance of an agreement today (5.4), 0 where there is nobody to conclude it."""
        if self.principal is None or self.counterpart is None:
            return 0.0
        first = self.bargaining_gain(self.principal) + self.rift_avoided()
        second = self.bargaining_gain(self.counterpart)
        bargain = math.sqrt(max(first, 0.0) * max(second, 0.0))
        leverage = self.principal.leverage_of(self.counterpart.name)
        probability = self.parameters["agreement_rate"] * self.talking() * leverage * bargain * (0.3 + self.imminence())
        return min(1.0, probability)

    def bargaining_gain(self, party: Actor) -> float:
        """What the agreement is worth to a party, against the lottery of offensive and standoff."""
        imminence = self.imminence()
        prize = party.salience * party.stance * (self.parameters["agreement_position"] - imminence)
        return prize - party.condition() * imminence + self.parameters["agreement_gain"]

    def rift_avoided(self) -> float:
        """What the agreement spares a principal that faces a guarantor."""
        if self.principal is None or not isinstance(self.counterpart, Guarantor):
            return 0.0
        leverage = self.principal.leverage_of(self.counterpart.name)
        return self.parameters["rift_cost"] * leverage * self.imminence() * self.counterpart.posture

    # Shorthand of section 4. In the posture phase nobody has committed yet, so these read yesterday's
    # postures and theatre; in the resolve phase they read today's postures.

    def choice(self, z: float) -> float:
        """S(z), a logit quantal response (McKelvey & Palfrey 1995)."""
        return logistic(self.parameters["precision"] * z)

    def leverage(self, target: str, source: str) -> float:
        """w(target, source), 0 where there is no tie or either is not in the run."""
        if target not in self.actors or source not in self.actors:
            return 0.0
        return self.ties.get(source, {}).get(target, 0.0)

    def backing(self) -> float:
        """The patrons' postures, by their shares."""
        return self._by_share((patron.share, patron.posture) for patron in self.patrons)

    def expected_backing(self) -> float:
        """The backing to be expected of the patrons as they are perceived."""
        return self._by_share((patron.share, clip((patron.perceived + 1) / 2, 0, 1)) for patron in self.patrons)

    @staticmethod
    def _by_share(pairs: Iterable[tuple[float, float]]) -> float:
        """Mean of values with shares as weights, 0 where there are no shares."""
        listed = list(pairs)
        total = sum(share for share, _ in listed)
        return sum(share / total * number for share, number in listed) if total > 0 else 0.0

    def support(self) -> float:
        """What the initiator can rely on once air defences have blunted the backing."""
        blunted = math.prod(1 - guarantor.air_denial * guarantor.posture for guarantor in self.guarantors)
        return self.initiator.relying_on(self.backing() * blunted)

    def imminence(self) -> float:
        """How near the offensive is: readiness times support."""
        return self.initiator.posture * self.support()

    def looming(self) -> float:
        """Displacement, past and to come."""
        return self.displacement + 0.5 * self.stake * self.imminence()

    def defence(self) -> float:
        """D: the defenders' will and strength and the guarantors' troops."""
        held = sum(defender.strength * max(0.0, -defender.stance) for defender in self.defenders)
        troops = sum(guarantor.strength * guarantor.posture for guarantor in self.guarantors)
        return held + self.parameters["troop_weight"] * troops


def bargaining_parties(world: dict[str, Any]) -> tuple[str | None, str | None]:
    """The ids of principal and counterpart: those the world names, else the default rule of 5.4."""
    principal = world["bargaining"]["principal"] or _default_principal(world["actors"])
    counterpart = world["bargaining"]["counterpart"] or _default_counterpart(world, principal)
    return principal, counterpart


def _default_principal(actors: list[dict[str, Any]]) -> str:
    """The patron with the largest share, by medians, the initiator where there is none; of equals the first."""
    patrons = [actor for actor in actors if actor["role"] == "patron"]
    if patrons:
        return str(max(patrons, key=lambda actor: actor["share_median"])["id"])
    return next(str(actor["id"]) for actor in actors if actor["role"] == "initiator")


def _default_counterpart(world: dict[str, Any], principal: str) -> str | None:
    """The strongest guarantor, else the mediator with most leverage, else nobody; by medians."""
    guarantors = [actor for actor in world["actors"] if actor["role"] == "guarantor"]
    if guarantors:
        return str(max(guarantors, key=lambda actor: actor["strength_median"])["id"])
    reach = {
        actor["id"]: world["ties_median"].get(actor["id"], {}).get(principal, 0.0)
        for actor in world["actors"]
        if actor["role"] == "mediator"
    }
    best = max(reach, key=lambda name: reach[name], default=None)
    return best if best is not None and reach[best] > 0 else None


# --- drawing a world ----------------------------------------------------------------------------------------

_INFINITE = math.inf
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(["resolve", "salience", "posture", "self_reliance", "momentum", "air_denial"], (0.0, 1.0)),
    **dict.fromkeys(["attention", "leverage", "intensity", "credibility"], (0.0, 1.0)),
    **dict.fromkeys(["ambiguity", "strength", "share", "exposure", "militancy"], (0.0, _INFINITE)),
    **dict.fromkeys(["ramp", "half_life", "delay"], (0.0, _INFINITE)),
    **dict.fromkeys(PRIORS, (0.0, _INFINITE)),
    **dict.fromkeys(["patron_bias", "guarantor_bias"], (-_INFINITE, _INFINITE)),
    "agreement_position": (-1.0, 1.0),
    "terms_position": (0.0, 1.0),
    "population": (1.0, _INFINITE),
}
"""Where a drawn number is clipped to; a name not listed is not clipped."""


def draw_world(spec: dict[str, Any], rng: numpy.random.Generator) -> dict[str, Any]:
    """Draw one run's world from a spec of the same shape in which any number may be a distribution.

    Actors have a `stance` (number or distribution) in place of mean, sd, conviction and frailty_normal;
    a parameter the spec does not name is drawn from `PRIORS`. The spec is left as it is.
    """
    ties = spec["ties"]
    return {
        **spec,
        "population": _draw("population", spec["population"], rng),
        "credibility": _draw("credibility", spec["credibility"], rng),
        "parameters": _draw_all(PRIORS | spec.get("parameters", {}), rng),
        "actors": [_draw_actor(actor, rng) for actor in spec["actors"]],
        "ties": {
            source: {target: _draw("leverage", tie, rng) for target, tie in row.items()} for source, row in ties.items()
        },
        "ties_median": {
            source: {target: _median("leverage", tie) for target, tie in row.items()} for source, row in ties.items()
        },
        "pressures": [_draw_all(pressure, rng) for pressure in spec["pressures"]],
        "talks": [_draw_all(talk, rng) for talk in spec["talks"]],
        "events": [_draw_all(event, rng) for event in spec["events"]],
    }


def _draw_actor(actor: dict[str, Any], rng: numpy.random.Generator) -> dict[str, Any]:
    """One actor's numbers, its conviction and its frailty among them."""
    mean, sd = _moments(actor["stance"])
    drawn = _draw_all({name: value for name, value in actor.items() if name != "stance"}, rng)
    shares = {"share_median": _median("share", actor["share"])} if actor["role"] == "patron" else {}
    return (
        drawn
        | shares
        | {
            "strength_median": _median("strength", actor["strength"]),
            "mean": mean,
            "sd": sd,
            "conviction": clip(float(rng.normal(mean, sd)), -1, 1),
            "frailty_normal": float(rng.normal()),
            "disposition": float(rng.random()),
        }
    )


def _draw_all(values: dict[str, Any], rng: numpy.random.Generator) -> dict[str, Any]:
    """Draw every value of a mapping."""
    return {name: _draw(name, value, rng) for name, value in values.items()}


def _draw(name: str, value: Any, rng: numpy.random.Generator) -> Any:
    """Draw a value and clip it to the range its name has; what is not a number stays as it is."""
    if isinstance(value, dict):
        return _bounded(name, _sample(value, rng))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _bounded(name, value)
    return value


def _bounded(name: str, number: float) -> float:
    """The number within the range of its name; untouched (an integer stays one) where there is none."""
    if name not in RANGES:
        return number
    return float(clip(number, *RANGES[name]))


def _kind(distribution: dict[str, Any]) -> tuple[str, list[float]]:
    """Name and parameters of a distribution written as a mapping with one key."""
    ((kind, numbers),) = distribution.items()
    if kind not in ("normal", "uniform", "triangular", "lognormal", "beta"):
        raise ValueError(f"expected normal, uniform, triangular, lognormal or beta, got {kind!r}")
    return kind, [float(number) for number in numbers]


def _sample(distribution: dict[str, Any], rng: numpy.random.Generator) -> float:
    """One draw."""
    kind, numbers = _kind(distribution)
    if kind == "lognormal":  # median and log-sd
        return numbers[0] * math.exp(numbers[1] * float(rng.normal()))
    return float(getattr(rng, kind)(*numbers))


def _moments(value: Any) -> tuple[float, float]:
    """Mean and sd of a number or a distribution."""
    if not isinstance(value, dict):
        return float(value), 0.0
    kind, n = _kind(value)
    if kind == "uniform":
        return (n[0] + n[1]) / 2, (n[1] - n[0]) / math.sqrt(12)
    if kind == "triangular":
        products = n[0] * n[1] + n[0] * n[2] + n[1] * n[2]
        return sum(n) / 3, math.sqrt((sum(edge**2 for edge in n) - products) / 18)
    if kind == "lognormal":
        mean = n[0] * math.exp(n[1] ** 2 / 2)
        return mean, mean * math.sqrt(math.expm1(n[1] ** 2))
    if kind == "beta":
        total = n[0] + n[1]
        return n[0] / total, math.sqrt(n[0] * n[1] / (total**2 * (total + 1)))
    return n[0], n[1]


def _median(name: str, value: Any) -> float:
    """Median of a number or a distribution, clipped to the range of its name."""
    if not isinstance(value, dict):
        return _bounded(name, float(value))
    kind, n = _kind(value)
    if kind == "uniform":
        return _bounded(name, (n[0] + n[1]) / 2)
    if kind == "triangular":
        low, mode, high = n
        half = (high - low) / 2
        if mode - low >= half:
            return _bounded(name, low + math.sqrt(half * (mode - low)))
        return _bounded(name, high - math.sqrt(half * (high - mode)))
    if kind == "beta":  # no closed form; it only ranks candidates, so a large fixed sample will do
        return _bounded(name, float(numpy.median(numpy.random.default_rng(0).beta(n[0], n[1], 100_001))))
    return _bounded(name, n[0])
