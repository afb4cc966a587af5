"""Events that nouns tell: the bombing by X of Y, talks between X and Y, X's refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.clause import TOWARDS
from sim.draft.rules.grammar import (
    act_of_noun,
    act_of_verb,
    after,
    agents,
    children,
    is_conditional,
    is_future,
    is_in,
    is_unsure,
    is_verb,
    light_noun,
    lowered,
    negated,
    subjects,
    way_of,
)
from sim.draft.rules.matter import first_sign

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.draft.rules.cast import Ids
    from sim.draft.rules.clause import Clause, Event

_ASIDE = frozenset(["after", "during", "before", "amid", "following", "despite", "since", "in", "at"])


def of_noun(clause: Clause) -> list[Event]:
    """Return the events that a noun tells."""
    noun = clause.token
    phrase = act_of_noun(noun)
    if phrase is None or phrase.act.way not in words("ways-noun") or _is_unreal(noun, phrase.act):
        return []
    rule, is_mutual = f"noun:{clause.lemma}", phrase.act.way in words("ways-mutual")
    both, others = _both(clause) if is_mutual else ((), ())
    if both and (others or len(both) > 1):
        return clause.event(both, phrase.act, rule, target=others)
    actor = _doers(clause, phrase.act)
    target = tuple(id_ for id_ in _towards(clause) if id_ not in actor)
    if is_mutual and not target:
        return []
    return clause.event(actor, phrase.act, rule, matter=first_sign(children(noun, "prep", "acl")), target=target)


def _towards(clause: Clause) -> dict[str, None]:
    named = (id_ for one in after(clause.token, *TOWARDS[:9]) for id_ in clause.who.towards(one))
    return dict.fromkeys(named)


def _doers(clause: Clause, act: Act) -> Ids:
    noun, who = clause.token, clause.who
    found = who.parties(after(noun, "by")) or who.before_noun(noun)
    if not found and act.way in ("move", "withdraw", "drill", "visit"):
        found = who.parties(after(noun, "of"))
    participle = next((one for one in children(noun, "acl") if one.tag_ == "VBN"), None)
    if found or participle is None or act_of_verb(participle) is not None:
        return found
    return who.parties(agents(participle))


def _both(clause: Clause) -> tuple[Ids, Ids]:
    """Return who held talks, a call, an agreement, and with whom; both together where neither comes first."""
    noun, who = clause.token, clause.who
    between = who.parties(after(noun, "between", "among"))
    if len(between) > 1:
        return between, ()
    others, owners = who.parties(after(noun, "with")), who.before_noun(noun)
    if not others and not after(noun, "with", "between") and lowered(noun.lefts) <= words("reply"):
        return who.last_pair(noun), ()
    verb = _verb_of(noun)
    if others and not owners and verb is not None:
        owners = who.parties(subjects(verb))
    return owners, others


def _verb_of(noun: Token) -> Token | None:
    return next(filter(is_verb, noun.ancestors), None)


def _is_unreal(noun: Token, act: Act) -> bool:
    """Whether a noun names what did not happen, or what its verb speaks for."""
    before = noun.doc[noun.left_edge.i - 1].lower_ if noun.left_edge.i else ""
    doubted = before in ("if", "unless", "whether", "should") or is_conditional(noun)
    if doubted or lowered(noun.lefts) & words("unreal") or negated(noun) or noun.dep_ in ("compound", "amod"):
        return True
    verb = _verb_of(noun)
    if verb is None:
        return act.way not in words("ways-mutual")
    return light_noun(verb) == noun or is_unsure(verb) or negated(verb) or _is_spoken_for(noun, verb, act)


def _is_spoken_for(noun: Token, verb: Token, act: Act) -> bool:
    if is_future(verb) and noun.dep_ != "nsubj":
        return True
    way, below = way_of(verb), noun.dep_ == "pobj" and noun.head.head == verb
    if noun.dep_ == "nsubj":
        return act.way == "force" and way in ("force", "kill")  # the verb tells it
    if not below and noun.dep_ not in ("dobj", "nsubjpass", "attr", "conj", "xcomp"):
        return False
    aside = below and noun.head.lower_ in _ASIDE
    return is_in(verb, "plan", "stopper") or (not aside and way in words("ways-governing"))
