"""Events of verbs that mean more than their act: patience that runs out, a right, no plan, no answer yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.clause import STANDING, TOLD
from sim.draft.rules.grammar import (
    act_of_verb,
    agents,
    child,
    is_future,
    is_passive,
    is_unsure,
    negated,
    patients,
    subjects,
)
from sim.draft.rules.matter import sign
from sim.draft.rules.mood import (
    JUDGE,
    NO_FORCE,
    OMIT,
    OPEN,
    REFUSE,
    THREAT,
)

if TYPE_CHECKING:
    from sim.draft.rules.clause import Clause, Event

HOLD = Act("hold", "074", "deployment")
RELY = Act("rely", "", "structural")
MIXED = Act("signal", "", "meta")
SIDE = Act("support", "051", "statement")
DENY = Act("deny", "016", "statement")
_MIXED = frozenset(["mixed", "different", "conflicting", "contradictory", "inconsistent", "ambiguous"])


def of_idiom(clause: Clause) -> list[Event]:
    """Return the events of the first idiom that a verb is part of."""
    for rule in (
        _condemns,
        _loses_patience,
        _has_cost,
        _relies,
        _holds,
        _mixes,
        _omits,
        _awaits,
        _defies,
        _has_no_plan,
        _has_right,
        _denies,
    ):
        found = rule(clause)
        if found:
            return found
    return []


def _condemns(clause: Clause) -> list[Event]:
    """Find `regards the shelling as unacceptable`, `called it an act of aggression`."""
    verb = clause.token
    if clause.lemma not in words("names") or negated(verb):
        return []
    called = [
        one for one in verb.subtree if one.i > verb.i and one.dep_ in ("oprd", "pobj", "acomp", "attr", "ccomp", "amod")
    ]
    harmful = any(one.lemma_.lower() in words("harm") for one in called)
    actor = clause.who.parties(agents(verb))
    if not harmful or not actor:
        return []
    about = [one for one in verb.children if one.dep_ in ("dobj", "nsubj", "ccomp") and one.i > verb.i]
    speech = any(one.lemma_.lower() in words("paper") | {"remark", "decision", "move", "step", "plan"} for one in about)
    whose = clause.target(actor)
    if not whose and not speech and not any(sign(one) > 0 for one in about):
        return []
    return clause.event(actor, JUDGE, f"verb:{clause.lemma}-harm", matter=0 if whose or speech else 1)


def _has_cost(clause: Clause) -> list[Event]:
    """Find a speaker's `it will have consequences`."""
    verb = clause.token
    cost = any(one.lemma_.lower() in ("consequence", "price", "cost", "repercussion") for one in patients(verb))
    if cost and clause.lemma in ("have", "carry", "bring", "face", "pay") and is_future(verb) and not negated(verb):
        return clause.event(clause.speaker(), THREAT, f"verb:{clause.lemma}-cost")
    return []


def _loses_patience(clause: Clause) -> list[Event]:
    """Find `its patience is running out`."""
    verb = clause.token
    patience = [one for one in subjects(verb) if one.lemma_.lower() == "patience"]
    if patience and clause.lemma in ("run", "wear", "end", "be") and not is_unsure(verb):
        return clause.event(clause.who.before_noun(patience[0]) or clause.speaker(), THREAT, "verb:patience")
    return []


def _relies(clause: Clause) -> list[Event]:
    if clause.lemma in ("depend", "rely", "hinge") and clause.token.tag_ in ("VBZ", "VBP"):
        ids = clause.who.parties(subjects(clause.token))
        return clause.event(ids, RELY, f"verb:{clause.lemma}", how=STANDING)
    return []


def _holds(clause: Clause) -> list[Event]:
    verb = clause.token
    if clause.lemma in ("have", "keep", "maintain", "station", "hold", "operate", "run") and verb.tag_ in (
        "VBZ",
        "VBP",
    ):
        held = [one for one in patients(verb) if one.lemma_.lower() in words("holding")]
        if held and not negated(verb):
            ids = clause.who.parties(subjects(verb))
            return clause.event(ids, HOLD, f"verb:{clause.lemma}-force", how=STANDING)
    return []


def _mixes(clause: Clause) -> list[Event]:
    objects = patients(clause.token)
    near = {one.lower_ for token in objects for one in token.lefts}
    if any(one.lemma_.lower() in ("signal", "message", "statement") for one in objects) and near & _MIXED:
        ids = clause.who.parties(subjects(clause.token))
        return clause.event(ids, MIXED, "verb:mixed-signals", target=(), how=STANDING)
    return []


def _defies(clause: Clause) -> list[Event]:
    """Find `we will not be intimidated`."""
    verb = clause.token
    if clause.lemma in words("cow") and is_passive(verb) and negated(verb) and is_future(verb):
        return clause.event(clause.who.parties(patients(verb)), REFUSE, "verb:defies", matter=-1)
    return []


def _awaits(clause: Clause) -> list[Event]:
    """Find `has yet to attack`, `has yet to answer`."""
    verb, inner = clause.token, child(clause.token, "xcomp")
    if clause.lemma != "have" or inner is None or not any(one.lower_ == "yet" for one in verb.children):
        return []
    phrase = act_of_verb(inner)
    act = {"force": OMIT, "say": OPEN, "agree": OPEN}.get(phrase.act.way) if phrase is not None else None
    return clause.event(clause.who.parties(subjects(verb)), act, "verb:yet-to", matter=int(act == OMIT)) if act else []


def _omits(clause: Clause) -> list[Event]:
    if clause.lemma in ("avoid", "omit", "sidestep", "evade", "skirt") and not negated(clause.token):
        matter = next(filter(None, (sign(one) for one in clause.token.children if one.dep_ in ("dobj", "xcomp"))), 1)
        return clause.event(clause.who.parties(subjects(clause.token)), OMIT, f"verb:{clause.lemma}", matter=matter)
    return []


def _has_no_plan(clause: Clause) -> list[Event]:
    """Find `had no plan to retake it`."""
    verb = clause.token
    plans = [one for one in patients(verb) if one.lemma_.lower() in ("plan", "intention", "wish", "desire", "interest")]
    if clause.lemma == "have" and plans and (negated(plans[0]) or negated(verb)):
        matter = next(filter(None, (sign(one) for one in plans[0].children)), 0)
        if matter > 0:
            return clause.event(clause.who.parties(subjects(verb)), NO_FORCE, "verb:no-plan", matter=-1)
    return []


def _has_right(clause: Clause) -> list[Event]:
    """Find what a speaker grants another: `Veldania has every right to close it`."""
    verb = clause.token
    right = any(one.lemma_.lower() == "right" for one in patients(verb))
    if clause.lemma != "have" or not right or negated(verb):
        return []
    speaker, about = clause.speaker(), clause.who.parties(subjects(verb))
    return clause.event(speaker, SIDE, "verb:has-right", target=about, how=TOLD) if set(speaker) - set(about) else []


def _denies(clause: Clause) -> list[Event]:
    """Find the rejection of a charge, which denies it."""
    charged = any(one.lemma_.lower() in words("@charge") for one in patients(clause.token))
    if clause.lemma in ("reject", "dismiss") and charged and not negated(clause.token):
        return clause.event(clause.who.parties(agents(clause.token)), DENY, f"verb:{clause.lemma}-charge")
    return []
