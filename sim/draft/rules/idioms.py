"""Events of verbs that mean more than their act: patience that runs out, a right, no plan, no answer yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import HOLD, JUDGE, NO_FORCE, OMIT, OPEN, REFUSE, RELY, SIDE, THREAT, Act, words
from sim.draft.rules.clause import STANDING, TOLD
from sim.draft.rules.grammar import (
    child,
    children,
    is_future,
    is_passive,
    is_present,
    is_unsure,
    lowered,
    negated,
    patients,
    some_in,
    subjects,
    way_of,
)
from sim.draft.rules.mood import first_sign, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.draft.rules.clause import Clause, Event

MIXED = Act("signal", "", "meta")
DENY = Act("deny", "016", "statement")


def of_idiom(clause: Clause) -> list[Event]:
    """Return the events of the first idiom that a verb is part of."""
    return next(filter(None, (rule(clause) for rule in _IDIOMS)), [])


def _condemns(clause: Clause) -> list[Event]:
    """Find `regards the shelling as unacceptable`, `called it an act of aggression`."""
    verb, actor = clause.token, clause.agents
    if clause.lemma not in words("names") or negated(verb) or not actor:
        return []
    harm = [one.dep_ for one in some_in(verb.subtree, "harm") if one.i > verb.i]
    if not {"oprd", "pobj", "acomp", "attr", "ccomp", "amod"} & set(harm):
        return []
    about = [one for one in children(verb, "dobj", "nsubj", "ccomp") if one.i > verb.i]
    whose = bool(clause.target(actor) or some_in(about, "paper", "deed"))
    if not whose and max(map(sign, about), default=0) <= 0:
        return []
    return clause.event(actor, JUDGE, f"verb:{clause.lemma}-harm", matter=int(not whose))


def _has_cost(clause: Clause) -> list[Event]:
    """Find a speaker's `it will have consequences`."""
    verb = clause.token
    cost = clause.lemma in ("have", "carry", "bring", "face", "pay") and some_in(patients(verb), "cost")
    if cost and is_future(verb) and not negated(verb):
        return clause.event(clause.speaker(), THREAT, f"verb:{clause.lemma}-cost")
    return []


def _loses_patience(clause: Clause) -> list[Event]:
    """Find `its patience is running out`."""
    patience = [one for one in subjects(clause.token) if one.lemma_.lower() == "patience"]
    if patience and clause.lemma in ("run", "wear", "end", "be") and not is_unsure(clause.token):
        return clause.event(clause.who.before_noun(patience[0]) or clause.speaker(), THREAT, "verb:patience")
    return []


def _relies(clause: Clause) -> list[Event]:
    if clause.lemma in ("depend", "rely", "hinge") and is_present(clause.token):
        return clause.event(clause.subjects, RELY, f"verb:{clause.lemma}", how=STANDING)
    return []


def _holds(clause: Clause) -> list[Event]:
    """Find `keeps four posts there`."""
    verb = clause.token
    held = clause.lemma in words("keeping") and some_in(patients(verb), "holding")
    if held and is_present(verb) and not negated(verb):
        return clause.event(clause.subjects, HOLD, f"verb:{clause.lemma}-force", how=STANDING)
    return []


def _mixes(clause: Clause) -> list[Event]:
    """Find `sends conflicting signals`."""
    signals = [one for one in patients(clause.token) if one.lemma_.lower() in ("signal", "message", "statement")]
    if any(lowered(one.lefts) & words("mixed") for one in signals):
        return clause.event(clause.subjects, MIXED, "verb:mixed-signals", target=(), how=STANDING)
    return []


def _defies(clause: Clause) -> list[Event]:
    """Find `we will not be intimidated`."""
    verb = clause.token
    if clause.lemma in words("cow") and is_passive(verb) and negated(verb) and is_future(verb):
        return clause.event(clause.patients, REFUSE, "verb:defies", matter=-1)
    return []


def _awaits(clause: Clause) -> list[Event]:
    """Find `has yet to attack`, `has yet to answer`."""
    if clause.lemma != "have" or "yet" not in lowered(clause.token.children):
        return []
    act = {"force": OMIT, "say": OPEN, "agree": OPEN}.get(way_of(child(clause.token, "xcomp")))
    return clause.event(clause.subjects, act, "verb:yet-to", matter=int(act == OMIT)) if act else []


def _omits(clause: Clause) -> list[Event]:
    if clause.lemma in words("omitting") and not negated(clause.token):
        matter = first_sign(children(clause.token, "dobj", "xcomp")) or 1
        return clause.event(clause.subjects, OMIT, f"verb:{clause.lemma}", matter=matter)
    return []


def _has_no_plan(clause: Clause) -> list[Event]:
    """Find `had no plan to retake it`."""
    verb = clause.token
    plans = some_in(patients(verb), "plans") if clause.lemma == "have" else []
    if plans and (negated(plans[0]) or negated(verb)) and first_sign(plans[0].children) > 0:
        return clause.event(clause.subjects, NO_FORCE, "verb:no-plan", matter=-1)
    return []


def _has_right(clause: Clause) -> list[Event]:
    """Find what a speaker grants another: `Veldania has every right to close it`."""
    right = any(one.lemma_.lower() == "right" for one in patients(clause.token))
    if clause.lemma != "have" or not right or negated(clause.token):
        return []
    speaker, about = clause.speaker(), clause.subjects
    return clause.event(speaker, SIDE, "verb:has-right", target=about, how=TOLD) if set(speaker) - set(about) else []


def _denies(clause: Clause) -> list[Event]:
    """Find the rejection of a charge, which denies it."""
    verb = clause.token
    if clause.lemma in ("reject", "dismiss") and some_in(patients(verb), "@charge") and not negated(verb):
        return clause.event(clause.agents, DENY, f"verb:{clause.lemma}-charge")
    return []


_IDIOMS: tuple[Callable[[Clause], list[Event]], ...] = (
    _condemns, _loses_patience, _has_cost, _relies, _holds, _mixes, _omits, _awaits, _defies, _has_no_plan, _has_right,
    _denies,
)  # fmt: skip
