"""What a statement is about: force (+1), its opposite (-1), or neither (0).

"Rule out an operation" is against force and "rule out talks" against its opposite, so a phrase has the sign of its
nearest word that has one, turned by every no, not, avoid, prevent or halt in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.draft.rules.acts import words
from sim.draft.rules.grammar import act_of_verb, children, is_in, is_verb, lowered, negated, some_in

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.draft.rules.acts import Phrase

_SUBJECTS = ("nsubj", "nsubjpass")
_DEEPEST = 7
_FIRST = ("dobj", "xcomp", "ccomp", "attr", "pobj", "pcomp")
_SKIPPED = ("mark", "punct", "cc", "det", "poss", "nsubj", "aux", "auxpass", "neg", "advcl", "nummod", "npadvmod",
            "parataxis")  # fmt: skip


def sign(token: Token, depth: int = 0) -> int:
    """Return +1 where a phrase or clause is about force, -1 where about its opposite, 0 where about neither."""
    if depth > _DEEPEST:
        return 0
    found = _of_clause(token, depth) if is_verb(token) else _of_noun(token, depth)
    nobody = bool(lowered(children(token, *_SUBJECTS)) & {"nobody", "none", "neither"})
    return -found if negated(token) != nobody else found


def first_sign(tokens: Iterable[Token], depth: int = 0) -> int:
    """Return the sign of the first of several phrases that has one."""
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
    """Return the sign of an act whose objects have the inner sign."""
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
    """Return -1 where a copula calls its subject harmful or excluded, +1 where it calls it fit, 0 otherwise."""
    return next(filter(None, map(_judged, children(verb, "attr", "acomp", "oprd", "prep"))), 0)


def _judged(one: Token) -> int:
    if one.dep_ == "prep":
        out = one.lower_ in ("out", "off", "against")
        return -1 if out and lowered(one.subtree) & {"question", "table", "law", "interest", "interests"} else 0
    if is_in(one, "fitting") and not is_in(one, "harm"):
        return 1
    return -1 if is_in(one, "harm") or some_in(children(one, "amod", "compound"), "harm") else 0


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
    """Whether a noun of many meanings is about force: `the use of force`, `military action`, `steps against it`."""
    if lemma == "use":
        return any(part.lemma_.lower() in words("@force") | {"force"} for part in token.subtree)
    if token.lower_ == "force" and not any(one.dep_ == "compound" for one in token.lefts):
        return True
    against = lemma in ("action", "measure", "step") and "against" in lowered(token.rights)
    return against or (lemma in words("neutral") and bool(near & words("armed")))


def _of_children(token: Token, depth: int) -> int:
    """Return the sign of the nearest child that has one; what follows `against` is turned unless it is an enemy."""
    ranked = [one for one in token.children if one.dep_ not in _SKIPPED]
    for one in sorted(ranked, key=lambda part: part.dep_ not in _FIRST):
        found = sign(one, depth + 1)
        if found:
            return -found if _turns(one) else found
    return 0


def _turns(prep: Token) -> bool:
    """Whether a preposition turns what follows it: against an attack, but not against terrorists."""
    if prep.dep_ != "prep" or prep.lower_ not in ("against", "without", "from"):
        return False
    return prep.lower_ != "against" or not some_in(children(prep, "pobj"), "enemy")
