"""What a statement is about: force (+1), its opposite (-1), or neither (0).

"Rule out an operation" is against force and "rule out talks" against its opposite, so a phrase has the sign of its
nearest word that has one, turned by every no, not, avoid, prevent or halt in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import words
from sim.draft.rules.grammar import act_of_verb, is_verb, negated

if TYPE_CHECKING:
    from spacy.tokens import Token

_TO_FORCE = frozenset(["force", "coerce", "kill", "abduct", "violate", "move", "drill", "threaten", "sanction"])
_TO_PEACE = frozenset([
    "withdraw", "truce", "release", "admit", "talk", "negotiate", "mediate", "sign", "relief", "visit", "host", "yield",
    "phone",
])  # fmt: skip
_TURNS = frozenset(["reject", "deny", "fear", "criticize", "breakoff", "cutaid"])
_SUBJECTS = ("nsubj", "nsubjpass")
_DEEPEST = 7
_SKIPPED = ("mark", "punct", "cc", "det", "poss", "nsubj", "aux", "auxpass", "neg", "advcl", "nummod", "npadvmod",
            "parataxis")  # fmt: skip


def sign(token: Token, depth: int = 0) -> int:
    """Return +1 where a phrase or clause is about force, -1 where about its opposite, 0 where about neither."""
    if depth > _DEEPEST:
        return 0
    found = _of_clause(token, depth) if is_verb(token) else _of_noun(token, depth)
    nobody = any(one.lower_ in ("nobody", "none", "neither") for one in token.children if one.dep_ in _SUBJECTS)
    return -found if negated(token) != nobody else found


def _of_clause(verb: Token, depth: int) -> int:
    lemma = verb.lemma_.lower()
    if lemma == "be":
        return _of_being(verb, depth)
    if lemma in words("ending"):
        return -next(filter(None, (sign(one, depth + 1) for one in verb.children if one.dep_ in _SUBJECTS)), 0)
    if lemma in words("stopper"):
        inner = _of_children(verb, depth)
        return -inner if inner else (-1 if lemma in ("halt", "stop", "cease", "refrain", "desist") else 0)
    phrase = act_of_verb(verb)
    way = phrase.act.way if phrase is not None else ""
    if way in _TURNS:
        return -_of_children(verb, depth)
    if way in _TO_FORCE:
        return 1
    if phrase is not None and way == "truce":
        inner = 0 if phrase.rest else _of_children(verb, depth)
        return -inner or -1
    if way in _TO_PEACE:
        return -1
    return _of_children(verb, depth)


def _of_being(verb: Token, depth: int) -> int:
    """Return the sign of `it would be a mistake to attack`, `there will be no attack`, `no attack is planned`."""
    said = [one for one in verb.children if one.dep_ in ("attr", "acomp", "prep", "advmod", "oprd")]
    about = [one for one in verb.children if one.dep_ in ("nsubj", "csubj", "xcomp", "ccomp", "advcl", "nsubjpass")]
    value = judgement(verb)
    inner = next(filter(None, (sign(one, depth + 1) for one in about)), 0)
    outer = next(filter(None, (sign(one, depth + 1) for one in said)), 0)
    if value:
        return value * (inner or outer)
    return outer or inner


def judgement(verb: Token) -> int:
    """Return -1 where a copula calls its subject harmful or excluded, +1 where it calls it fit, 0 otherwise."""
    for one in verb.children:
        if one.dep_ in ("attr", "acomp", "oprd"):
            lemma = one.lemma_.lower()
            if lemma in words("harm"):
                return -1
            if lemma in words("fitting"):
                return 1
            if any(part.lemma_.lower() in words("harm") for part in one.children if part.dep_ in ("amod", "compound")):
                return -1
        if one.dep_ == "prep" and one.lower_ in ("out", "off", "against"):
            phrase = {part.lower_ for part in one.subtree}
            if phrase & {"question", "table", "law", "interest", "interests"}:
                return -1
    return 0


def _of_noun(token: Token, depth: int) -> int:
    lemma = token.lemma_.lower()
    near = {one.lower_ for one in token.lefts}
    if lemma == "use" and any(part.lemma_.lower() in words("@force") | {"force"} for part in token.subtree):
        return 1
    if token.lower_ == "talk":  # talk of war, not talks
        return _of_children(token, depth)
    if token.lower_ == "force" and not any(one.dep_ == "compound" for one in token.lefts):
        return 1
    if lemma == "deployment" and any(one.lemma_.lower() in words("watcher") for one in token.subtree):
        return -1
    if lemma in words("neutral") and near & words("armed"):
        return 1
    if lemma in ("action", "measure", "step") and any(one.lower_ == "against" for one in token.rights):
        return 1
    if lemma in ("step", "measure", "means", "way", "option", "path", "action", "response"):
        return -1 if near & {"peaceful", "diplomatic", "political"} else _of_children(token, depth)
    if lemma in ("end", "halt", "stop", "pause", "suspension", "cessation", "prevention", "avoidance", "postponement"):
        inner = _of_children(token, depth)
        return -inner if inner else -1
    if lemma in ("opposition", "rejection", "resistance", "objection", "alternative", "warning", "defence", "defense"):
        return -_of_children(token, depth)
    if lemma in words("force") or lemma in words("enemy"):
        return 1
    if lemma in words("peace"):
        return -1
    return _of_children(token, depth)


def _of_children(token: Token, depth: int) -> int:
    """Return the sign of the nearest child that has one; what follows `against` is turned unless it is an enemy."""
    ranked = [one for one in token.children if one.dep_ not in _SKIPPED]
    for one in sorted(ranked, key=lambda part: part.dep_ not in ("dobj", "xcomp", "ccomp", "attr", "pobj", "pcomp")):
        found = sign(one, depth + 1)
        if found:
            return -found if _turns(one) else found
    return 0


def _turns(prep: Token) -> bool:
    """Whether a preposition turns what follows it: against an attack, but not against terrorists."""
    if prep.dep_ != "prep" or prep.lower_ not in ("against", "without", "from"):
        return False
    inner = [one.lemma_.lower() for one in prep.children if one.dep_ == "pobj"]
    return not (prep.lower_ == "against" and any(lemma in words("enemy") for lemma in inner))
