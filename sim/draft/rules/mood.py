"""What a statement is about, and what an act becomes when it is announced, refused or stated.

A statement is about force (+1), its opposite (-1), or neither (0). "Rule out an operation" is against force and "rule
out talks" against its opposite, so a phrase has the sign of its nearest word that has one, reversed by every no, not,
avoid, prevent or halt in between. An act may become a threat, an assurance, a refusal or a demand: the columns
`announced` and `refused` of `ways.csv` say so by its way, and this module handles what depends on the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.draft.rules.acts import APPEAL, ASSURE, DEMAND, OMIT, OPEN, REFUSE, THREAT, Act, Phrase, ways, words
from sim.draft.rules.grammar import (
    act_of_verb,
    after,
    auxiliaries,
    child,
    children,
    is_future,
    is_in,
    is_obliged,
    is_passive,
    is_present,
    is_unsure,
    is_verb,
    lowered,
    negated,
    patients,
    some_in,
    way_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Token


_SUBJECTS = ("nsubj", "nsubjpass")
_DEEPEST = 7
_FIRST = ("dobj", "xcomp", "ccomp", "attr", "pobj", "pcomp")
_SKIPPED = ("mark", "punct", "cc", "det", "poss", "nsubj", "aux", "auxpass", "neg", "advcl", "nummod", "npadvmod",
            "parataxis")  # fmt: skip


def sign(token: Token, depth: int = 0) -> int:
    """Return +1 if a phrase or clause is about force, -1 if about its opposite, 0 if about neither."""
    if depth > _DEEPEST:
        return 0
    found = _of_clause(token, depth) if is_verb(token) else _of_noun(token, depth)
    nobody = bool(lowered(children(token, *_SUBJECTS)) & {"nobody", "none", "neither"})
    return -found if negated(token) != nobody else found


def first_sign(tokens: Iterable[Token], depth: int = 0) -> int:
    """Return the first nonzero sign among several phrases, or 0."""
    return next(filter(None, (sign(one, depth) for one in tokens)), 0)


def _of_clause(verb: Token, depth: int) -> int:
    lemma = verb.lemma_.lower()
    if lemma == "be":
        return _of_being(verb, depth)
    if lemma in words("ending"):
        return -first_sign(children(verb, *_SUBJECTS), depth + 1)
    inner = _of_children(verb, depth)
    if lemma in words("stopper"):
        return -inner if inner or lemma not in ("halt", "stop", "cease", "refrain", "desist") else -1
    phrase = act_of_verb(verb)
    return _of_act(phrase, inner) if phrase is not None else inner


def _of_act(phrase: Phrase, inner: int) -> int:
    """Return the sign of an act whose objects have the sign `inner`."""
    way = phrase.act.way
    if way == "truce":
        return -inner if inner and not phrase.rest else -1
    if way in words("ways-turning"):
        return -inner
    return 1 if way in words("ways-to-force") else -1 if way in words("ways-to-peace") else inner


def _of_being(verb: Token, depth: int) -> int:
    """Return the sign of `it would be a mistake to attack`, `there will be no attack`, `no attack is planned`."""
    about = children(verb, "nsubj", "csubj", "xcomp", "ccomp", "advcl", "nsubjpass")
    inner = first_sign(about, depth + 1)
    outer = first_sign(children(verb, "attr", "acomp", "prep", "advmod", "oprd"), depth + 1)
    value = judgement(verb)
    return value * (inner or outer) if value else outer or inner


def judgement(verb: Token) -> int:
    """Return -1 if a copula calls its subject harmful or excluded, +1 if it calls it fitting, else 0."""
    return next(filter(None, map(_judged, children(verb, "attr", "acomp", "oprd", "prep"))), 0)


def _judged(one: Token) -> int:
    if one.dep_ == "prep":
        out = one.lower_ in ("out", "off", "against")
        return -1 if out and lowered(one.subtree) & {"question", "table", "law", "interest", "interests"} else 0
    if is_in(one, "harm"):
        return -1
    if is_in(one, "fitting"):
        return 1
    return -1 if some_in(children(one, "amod", "compound"), "harm") else 0


def _of_noun(token: Token, depth: int) -> int:
    lemma, near = token.lemma_.lower(), lowered(token.lefts)
    inner = _of_children(token, depth)
    if _is_force(token, lemma, near):
        return 1
    if token.lower_ == "talk":  # talk of war, not talks
        return inner
    if lemma == "deployment" and some_in(token.subtree, "watcher"):
        return -1
    if lemma in words("measure"):
        return -1 if near & words("peaceful") else inner
    if lemma in words("halt"):
        return -inner or -1
    if lemma in words("opposition"):
        return -inner
    return 1 if lemma in words("force", "enemy") else -1 if lemma in words("peace") else inner


def _is_force(token: Token, lemma: str, near: set[str]) -> bool:
    """Return whether an ambiguous noun is about force: `the use of force`, `military action`, `steps against it`."""
    if lemma == "use":
        return any(part.lemma_.lower() in words("@force") | {"force"} for part in token.subtree)
    if token.lower_ == "force" and not any(one.dep_ == "compound" for one in token.lefts):
        return True
    against = lemma in ("action", "measure", "step") and "against" in lowered(token.rights)
    return against or (lemma in words("neutral") and bool(near & words("armed")))


def _of_children(token: Token, depth: int) -> int:
    """Return the sign of the nearest child that has one; `against` reverses it unless an enemy follows."""
    ranked = [one for one in token.children if one.dep_ not in _SKIPPED]
    for one in sorted(ranked, key=lambda part: part.dep_ not in _FIRST):
        found = sign(one, depth + 1)
        if found:
            return -found if _turns(one) else found
    return 0


def _turns(prep: Token) -> bool:
    """Return whether a preposition reverses the sign of its object: against an attack, but not against terrorists."""
    if prep.dep_ != "prep" or prep.lower_ not in ("against", "without", "from"):
        return False
    return prep.lower_ != "against" or not some_in(children(prep, "pobj"), "enemy")


CUT = Act("cutaid", "1312", "threat")
_WILL = frozenset(["will", "wo", "would", "shall", "must", "can", "ca", "do", "does"])


def intended(act: Act) -> Act:
    """Return what an announced act becomes: force a threat, help a promise."""
    way, cameo, kind = (*ways()[act.way]["announced"].split(), "", "", "")[:3]
    return Act(way, cameo, kind or act.kind) if way else act


def _is_meant(verb: Token) -> bool:
    """Return whether a negated verb says what somebody will not do, rather than what merely did not happen."""
    return is_future(verb) or is_present(verb) or bool(lowered(verb.children) & _WILL)


def _is_awaited(verb: Token) -> bool:
    """Return whether something has not happened so far: `has not attacked yet`."""
    has = lowered(verb.children) & {"has", "have", "'ve"}
    return bool(has and lowered(verb.sent) & {"far", "yet", "still", "now"})


def denied(verb: Token, act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what a negated act becomes: an assurance, a refusal, a silence, or nothing."""
    if act.way == "reject":
        return OPEN, matter or 1
    if act.way in words("ways-violent") and _is_awaited(verb):
        return OMIT, 1
    meant = _is_meant(verb)
    if act.way == "idle" or (verb.lemma_ == "stand" and act.way == "support" and not after(verb, "by")):
        return (THREAT, 1) if meant else None
    return unwilling(act, matter) if meant else _undone(act, matter)


def _undone(act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what an act becomes if it was not done, such as not having said or agreed to something."""
    if act.way == "say":
        return (OMIT, matter) if matter else None
    return (REFUSE, matter or -1) if act.way in words("ways-refusable") else None


def unwilling(act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what unwillingness to do something amounts to: an assurance, a refusal, or nothing."""
    refused = ways()[act.way]["refused"].split()
    if not refused or (act.way == "want" and matter <= 0):
        return None
    return Act(*refused[:3]), int(refused[3]) if refused[3:] else matter


def said(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Return what a statement amounts to by its content: a threat, an assurance, a judgement, or a statement."""
    content = child(verb, "ccomp", "parataxis")
    if content is None:
        return _told_to(verb) or (act, matter)
    if not is_verb(content):
        return act, matter
    judged = judgement(content)
    if judged < 0 or (is_unsure(content) and matter > 0 and not judged):
        return act, 0  # the copula expresses it, or it is uncertain
    return _of_content(verb, content, matter) or (act, matter)


def _of_content(verb: Token, content: Token, matter: int) -> tuple[Act, int] | None:
    """Return the demand or announcement that a clause expresses; None if it is neither."""
    if is_obliged(content) or (verb.lemma_ == "insist" and content.tag_ == "VB" and not auxiliaries(content)):
        return _obliged(content, matter)
    return _announced(content, matter) if is_future(content) else None


def _told_to(verb: Token) -> tuple[Act, int] | None:
    """Return the demand or appeal expressed by `told them to leave`; None if there is none."""
    wish = next((one for one in children(verb, "xcomp", "advcl") if one.tag_ == "VB"), None)
    if wish is None or verb.lemma_ != "tell" or not patients(verb) or is_passive(verb):
        return None
    matter = sign(wish)
    return (APPEAL, matter) if matter < 0 else (DEMAND, matter)


def _obliged(content: Token, matter: int) -> tuple[Act, int]:
    """Return the demand or appeal expressed by a statement of what somebody must do."""
    if way_of(content) == "withdraw":
        return DEMAND, 0  # a withdrawal of the other side's forces is not about restraint
    return (DEMAND, matter) if matter >= 0 else (APPEAL, matter)


def _announced(content: Token, matter: int) -> tuple[Act, int] | None:
    """Return what a statement about the future amounts to: a refusal, a threat, an assurance, or nothing."""
    there = child(content, "expl") is not None  # there will be no talks
    if there and matter and any(map(negated, (content, *children(content, "attr")))):
        return (REFUSE if matter > 0 else ASSURE), -1
    about = children(content, "nsubj", "nsubjpass")
    if about and _answers_force(content, about[0]):
        return THREAT, 1
    if is_in(content, "stopper") and some_in(about, "@help"):
        return CUT, 0
    return ((THREAT if matter > 0 else ASSURE), matter) if matter else None


def _answers_force(content: Token, subject: Token) -> bool:
    """Return whether a clause says what an attack would cause: `any attack would end all trade`."""
    begins = content.lemma_ in ("begin", "start", "come", "happen", "take", "be", "follow")
    return bool(lowered(subject.lefts) & {"any", "an", "a", "such"}) and not begins and sign(subject) > 0
