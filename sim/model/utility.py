"""What actors want: payoffs on the axis of support, and the choices they lead to (sections 1 and 4).

Values are directional (Rabinowitz & Macdonald 1989): an outcome o is worth x * o to an actor at x. Choices are logit
quantal responses (McKelvey & Palfrey 1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled.functions import clip, exp, power
from sim.compiled.rule import rule

if TYPE_CHECKING:
    from sim.model.arrays import Number

LEAST = 1e-30  # in place of an attack of 0, whose chance is 0 in any case


@rule
def quantal_response(argument: float, precision: float) -> float:
    """Probability of acting, 1 / (1 + exp(-precision * argument)) (McKelvey & Palfrey 1995)."""
    return 1 / (1 + exp(-precision * argument))


@rule
def contest_success(attack: float, defence: float, decisiveness: float) -> float:
    """Chance that the attack wins, A**c / (A**c + D**c), 0 if there is none (Hirshleifer 1989).

    Computed as 1 / (1 + (D / A)**c), so that no strength can produce infinity over infinity.
    """
    return 1 / (1 + power(defence / max(attack, LEAST), decisiveness)) if attack > 0 else 0.0


def fear_of_defeat(defeat_cost: Number, momentum: Number) -> Number:
    """Return the cost of a failed attack: defeat_cost * (1 - momentum / 2)."""
    return defeat_cost * (1 - momentum / 2)


@rule
def initiator_gain(win: float, stance: float, salience: float, fear: float) -> float:
    """Worth of attacking with win probability p: salience * [p x - (1 - p) fear], rearranged."""
    return salience * (win * (stance + fear) - fear)


def commitment_problem(effect: Number, credibility: Number) -> Number:
    """Return how much less waiting is worth if nobody keeps agreements: effect * (0.5 - credibility).

    The commitment problem (Fearon 1995; Powell 2006).
    """
    return effect * (0.5 - credibility)


@rule
def terms_gain(stance: float, salience: float, win: float, position: float) -> float:
    """Worth to a defender of terms over a fight lost with probability `win`: salience * max(0, -x) * (win - d).

    To the defender, the terms are worth x * position and the fight x * win.
    """
    return salience * max(-stance, 0) * (win - position)


@rule
def expected_backing(perceived: float) -> float:
    """Backing that a patron's perceived stance promises: clip((b + 1) / 2, 0, 1)."""
    return clip((perceived + 1) * 0.5, 0, 1)


@rule
def promise(others: float, share: float, perceived: float) -> float:
    """Backing that the patrons promise, after one more with this share of it."""
    return others + share * expected_backing(perceived)


@rule
def rift_cost(others: float, cost: float, deterrence: float, perceived: float) -> float:
    """Cost of rifts with guarantors, after one more: others + cost * deterrence * max(0, -its perceived stance)."""
    return others + cost * deterrence * max(-perceived, 0)


@rule
def clash_cost(others: float, cost: float, perceived: float) -> float:
    """Cost of clashes with patrons, after one more: others + cost * max(0, its perceived stance)."""
    return others + cost * max(perceived, 0)


@rule
def patron_gain(stance: float, salience: float, provocation: float, rift: float, humanitarian: float) -> float:
    """Worth of backing: salience * x, plus the pull of attacks, less the costs of a rift and of displacement."""
    return salience * stance + provocation - rift - humanitarian


@rule
def guarantor_gain(stance: float, imminence: float, clash: float) -> float:
    """Worth of deterring: -x (0.4 + imminence), less the cost of a clash with the patrons."""
    return -stance * (0.4 + imminence) - clash


@rule
def provocation(militancy: float, bombing: float, restrained: float) -> float:
    """Target of a defender: clip(militancy (0.2 + 0.6 bombing) * restrained, 0, 1)."""
    return clip(militancy * (0.2 + 0.6 * bombing) * restrained, 0, 1)


@rule
def restraint(left: float, share: float, deterrence: float) -> float:
    """Return the share that remains after one more guarantor: times max(0, 1 - share * deterrence)."""
    return left * max(1 - share * deterrence, 0)


@rule
def resistance(others: float, strength: float, stance: float) -> float:
    """Weight of the defenders that still resist, after one more: others + strength * max(0, -x)."""
    return others + strength * max(-stance, 0)


@rule
def engagement(salience: float, attention: float, bombing: float, looming: float) -> float:
    """Target of a mediator: attention at rest, rising by a logistic in bombing and looming displacement."""
    alarm = quantal_response(bombing + looming - 0.5, 4.0)
    return salience * (attention + (1 - attention) * alarm)


@rule
def imminence(readiness: float, support: float) -> float:
    """How near an offensive is: the initiator's readiness times the support it can muster."""
    return readiness * support
