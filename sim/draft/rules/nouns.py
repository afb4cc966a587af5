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
    is_conditional,
    is_future,
    is_unsure,
    is_verb,
    light_noun,
    negated,
    subjects,
)
from sim.draft.rules.matter import sign

if TYPE_CHECKING:
    from sim.draft.rules.cast import Ids
    from sim.draft.rules.clause import Clause, Event

_TOLD = frozenset([
    "force", "move", "drill", "talk", "phone", "visit", "negotiate", "mediate", "reject", "withdraw", "coerce", "aid",
    "criticize", "breakoff", "sign",
])  # fmt: skip
"""Ways of acts that a noun tells by itself."""
_MUTUAL = frozenset(["talk", "phone", "negotiate", "sign", "visit"])
_ASIDE = frozenset(["after", "during", "before", "amid", "following", "despite", "since", "in", "at"])
_SPEAKING_FOR = frozenset([
    "say", "deny", "fear", "demand", "urge", "propose", "promise", "want", "reject", "agree", "support", "threaten",
    "mediate", "truce", "sign", "talk", "negotiate", "host", "visit", "phone",
])  # fmt: skip
"""Ways of verbs that tell what becomes of the noun they govern."""


def of_noun(clause: Clause) -> list[Event]:
    """Return the events that a noun tells."""
    noun = clause.token
    phrase = act_of_noun(noun)
    if phrase is None or phrase.act.way not in _TOLD or _is_unreal(clause, phrase.act):
        return []
    rule = f"noun:{clause.lemma}"
    both, others = _both(clause, phrase.act)
    if both and (others or len(both) > 1):
        return clause.event(both, phrase.act, rule, target=others)
    actor = _doers(clause)
    target = tuple(id_ for one in after(noun, *TOWARDS[:9]) for id_ in clause.who.towards(one) if id_ not in actor)
    if phrase.act.way in _MUTUAL and not target:
        return []
    matter = next(filter(None, (sign(one) for one in noun.children if one.dep_ in ("prep", "acl"))), 0)
    return clause.event(actor, phrase.act, rule, matter=matter, target=tuple(dict.fromkeys(target)))


def _doers(clause: Clause) -> Ids:
    noun = clause.token
    found = clause.who.parties(after(noun, "by")) or clause.who.before_noun(noun)
    if found:
        return found
    act = act_of_noun(noun)
    if act is not None and act.act.way in ("move", "withdraw", "drill", "visit"):
        found = clause.who.parties(after(noun, "of"))
    if found:
        return found
    participle = next((one for one in noun.children if one.dep_ == "acl" and one.tag_ == "VBN"), None)
    if participle is None or act_of_verb(participle) is not None:
        return ()
    return clause.who.parties(agents(participle))


def _both(clause: Clause, act: Act) -> tuple[Ids, Ids]:
    """Return who held talks, a call, an agreement, and with whom; both together where neither comes first."""
    if act.way not in _MUTUAL:
        return (), ()
    noun, who = clause.token, clause.who
    between = who.parties(after(noun, "between", "among"))
    if len(between) > 1:
        return between, ()
    others = who.parties(after(noun, "with"))
    owners = who.before_noun(noun)
    if not others and not after(noun, "with", "between") and all(one.lower_ in words("reply") for one in noun.lefts):
        return who.last_pair(noun), ()
    if others and not owners:
        verb = next((one for one in noun.ancestors if is_verb(one)), None)
        owners = who.parties(subjects(verb)) if verb is not None else ()
    return owners, others


def _is_unreal(clause: Clause, act: Act) -> bool:
    """Whether a noun names what did not happen, or what its verb speaks for."""
    noun = clause.token
    lefts = {one.lower_ for one in noun.lefts}
    before = noun.doc[noun.left_edge.i - 1].lower_ if noun.left_edge.i else ""
    if (
        before in ("if", "unless", "whether", "should")
        or is_conditional(noun)
        or lefts & words("unreal")
        or negated(noun)
    ):
        return True
    if noun.dep_ in ("compound", "amod"):
        return True
    verb = next((one for one in noun.ancestors if is_verb(one)), None)
    if verb is None:
        return act.way not in _MUTUAL
    if light_noun(verb) == noun or is_unsure(verb) or negated(verb):
        return True
    return _is_spoken_for(clause, act)


def _is_spoken_for(clause: Clause, act: Act) -> bool:
    noun = clause.token
    verb = next(one for one in noun.ancestors if is_verb(one))
    if is_future(verb) and noun.dep_ != "nsubj":
        return True
    lemma = verb.lemma_.lower()
    close = noun.dep_ in ("dobj", "nsubjpass", "attr", "conj", "xcomp") or (
        noun.dep_ == "pobj" and noun.head.head == verb
    )
    if close and lemma in words("plan") | words("stopper"):
        return True
    phrase = act_of_verb(verb)
    if phrase is None:
        return False
    if noun.dep_ == "nsubj" and act.way == "force" and phrase.act.way in ("force", "kill"):
        return True  # the verb tells it
    aside = noun.dep_ == "pobj" and noun.head.lower_ in _ASIDE
    return close and not aside and phrase.act.way in _SPEAKING_FOR
