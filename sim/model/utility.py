"""What actors want: payoffs on the axis of support, and the choices they lead to (sections 1 and 4).

Values are directional (Rabinowitz & Macdonald 1989): an outcome o is worth x * o to an actor at x. Choices are logit
quantal responses (McKelvey & Palfrey 1995).
"""

from __future__ import annotations

import numpy as np

from sim.model.arrays import Floats, Number, at_least, at_most

LEAST = 1e-30  # in place of an attack of 0, whose chance is 0 in any case


def quantal_response(argument: Number, precision: Number) -> Floats:
    """Probability of acting, 1 / (1 + exp(-precision * argument)) (McKelvey & Palfrey 1995)."""
    odds = np.multiply(argument, precision, dtype=np.float32)
    np.negative(odds, out=odds)
    np.exp(odds, out=odds)
    odds += 1
    return np.reciprocal(odds, out=odds)


def contest_success(attack: Floats, defence: Floats, decisiveness: Number) -> Floats:
    """Chance that the attack wins, A**c / (A**c + D**c), 0 where both are 0 (Hirshleifer 1989).

    Computed as 1 / (1 + (D / A)**c), which no strength can turn into infinity over infinity.
    """
    odds = defence / at_least(attack, LEAST)
    np.power(odds, decisiveness, out=odds)
    odds += 1
    np.reciprocal(odds, out=odds)
    odds *= attack > 0
    return odds


def fear_of_defeat(defeat_cost: Number, momentum: Number) -> Number:
    """Return what a failed attack costs: defeat_cost * (1 - momentum / 2)."""
    return defeat_cost * (1 - momentum / 2)


def initiator_gain(win: Floats, stance: Floats, salience: Number, fear: Number) -> Floats:
    """Worth of attacking at a chance to win: salience * [p x - (1 - p) fear], rearranged."""
    return salience * (win * (stance + fear) - fear)


def commitment_problem(effect: Number, credibility: Number) -> Number:
    """Return what waiting is worth less where nobody keeps agreements: effect * (0.5 - credibility).

    The commitment problem (Fearon 1995; Powell 2006).
    """
    return effect * (0.5 - credibility)


def terms_gain(stance: Floats, salience: Number, win: Floats, position: Number) -> Floats:
    """Worth to a defender of terms over a fight that is lost with chance `win`: salience * max(0, -x) * (win - d).

    The terms are worth x * position to it, the fight x * win.
    """
    return salience * at_least(-stance, 0) * (win - position)


def expected_backing(perceived: Floats) -> Floats:
    """Backing that a patron's perceived stance promises: clip((b + 1) / 2, 0, 1)."""
    return at_most(at_least((perceived + 1) * 0.5, 0), 1)


def patron_gain(stance: Floats, salience: Number, provocation: Number, rift: Number, humanitarian: Number) -> Floats:
    """Worth of backing: salience * x, plus the pull of attacks, less the costs of a rift and of displacement."""
    return salience * stance + provocation - rift - humanitarian


def guarantor_gain(stance: Floats, imminence: Floats, clash: Number) -> Floats:
    """Worth of deterring: -x (0.4 + imminence), less the cost of a clash with the patrons."""
    return -stance * (0.4 + imminence) - clash


def provocation(militancy: Number, bombing: Floats, restrained: Number) -> Floats:
    """Target of a defender: clip(militancy (0.2 + 0.6 bombing) * restrained, 0, 1)."""
    return at_most(at_least(militancy * (0.2 + 0.6 * bombing) * restrained, 0), 1)


def engagement(salience: Number, attention: Number, bombing: Floats, looming: Floats) -> Floats:
    """Target of a mediator: attention at rest, rising by a logistic in bombing and looming displacement."""
    alarm = quantal_response(bombing + looming - 0.5, 4.0)
    return salience * (attention + (1 - attention) * alarm)
