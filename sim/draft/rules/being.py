"""Events that a copula tells: who stands in the way, on whom it depends, what somebody calls a crime or just."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import HOLD, JUDGE, RELY, SIDE, THREAT, Act
from sim.draft.rules.clause import GUESSED, STANDING, TOLD, How
from sim.draft.rules.grammar import (
    act_of_verb,
    after,
    child,
    children,
    is_conditional,
    is_unsure,
    lowered,
    negated,
    some_in,
    subjects,
)
from sim.draft.rules.mood import first_sign, judgement, sign, unwilling
from sim.draft.rules.verbs import of_act

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Token

    from sim.draft.rules.clause import Clause, Event

BARRIER = Act("barrier", "", "structural")
GUESS = Act("guess", "", "inference")
EXCLUDE = Act("reject", "0356", "statement")


def of_being(clause: Clause) -> list[Event]:
    """Return the events that a copula tells."""
    verb = clause.token
    if is_conditional(verb) or clause.is_denied_above():
        return []
    said = _said(verb)
    if found := next(filter(None, (rule(clause, said) for rule in _RULES)), []):
        return found
    if is_unsure(verb):
        return []
    phrase = act_of_verb(verb)
    return list(of_act(clause, phrase)) if phrase is not None and phrase.rest else _there(clause, said)


def _said(verb: Token) -> list[Token]:
    """Return what a copula says of its subject; of `seems to be` both say it."""
    inner = children(verb, "xcomp")[:1] if verb.lemma_.lower() != "be" else []
    return [one for top in (verb, *inner) for one in children(top, "attr", "acomp", "prep", "oprd", "advmod")]


def _barrier(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `the greatest barrier is Turkey`."""
    nouns = [*subjects(clause.token), *(one for one in said if one.dep_ == "attr")]
    if negated(clause.token) or not some_in(nouns, "barrier"):
        return []
    return clause.event(clause.who.parties(nouns), BARRIER, "be:barrier", target=(), how=GUESSED)


def _unwilling(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `is not ready to withdraw`, `was not in a position to support it`, `is reluctant to send troops`."""
    verb = clause.token
    for one in (verb, *said, *(part for prep in said for part in prep.children)):
        inner = child(one, "xcomp", "acl", "relcl", "ccomp")
        phrase = act_of_verb(inner) if inner is not None and child(inner, "aux") is not None else None
        loath = some_in((one, *said), "unwilling")
        if inner is None or phrase is None or negated(verb) == bool(loath):
            continue
        if loath or some_in((one, *said), "willing"):
            meant = unwilling(phrase.act, first_sign(inner.children))
            return clause.event(clause.subjects, meant[0], "be:unwilling", matter=meant[1]) if meant else []
    return []


def _needed(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `Russia's help is essential`, `the army is unable to`, `nothing is possible without Kobaru`."""
    about = subjects(clause.token)
    nobody = negated(clause.token) or lowered(part for one in about for part in (one, *one.lefts)) & {"no", "nothing"}
    if nobody:
        without = [one for prep in (clause.token, *said) for one in after(prep, "without")]
        return clause.event(clause.who.parties(without), RELY, "be:without", target=(), how=GUESSED)
    if not some_in(said, "need"):
        return []
    owner = clause.subjects or tuple(id_ for one in about for id_ in clause.who.towards(one))
    return clause.event(owner, RELY, "be:need", how=GUESSED)


def _warned(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `an attack on them would be an attack on us`, `a declaration of war`, `a red line`."""
    called = some_in((one for one in said if one.dep_ == "attr"), "claimed")
    if called and any(sign(one) > 0 for one in subjects(clause.token)):
        return clause.event(clause.speaker(), THREAT, "be:warned", matter=1, how=TOLD)
    return []


def _excluded(clause: Clause, said: list[Token]) -> list[Event]:
    """Find what a speaker calls out of the question."""
    out = any(one.dep_ == "prep" and one.lower_ in ("out", "off") for one in said)
    if out and judgement(clause.token) < 0 and sign(clause.token) < 0:
        return clause.event(clause.speaker(), EXCLUDE, "be:excluded", matter=1, how=TOLD)
    return []


def _judged(clause: Clause, _: list[Token]) -> list[Event]:
    """Find what a speaker calls a mistake, a crime, or just."""
    verb, speaker, matter, value = clause.token, clause.speaker(), sign(clause.token), judgement(clause.token)
    if value < 0:
        this = not matter and lowered(subjects(verb)) & {"this", "that", "it", "these"}
        return clause.event(speaker, JUDGE, "be:judged", matter=-matter, how=TOLD) if matter < 0 or this else []
    about = tuple(id_ for one in subjects(verb) for id_ in clause.who.towards(one) if id_ not in speaker)
    if value and about and matter >= 0 and not negated(verb):
        return clause.event(speaker, SIDE, "be:just", target=about, how=TOLD)
    return []


def _open(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `all options are on the table`, `remain open`."""
    options = any(one.lemma_.lower() in ("option", "force") for one in subjects(clause.token))
    table = any("table" in lowered(one.subtree) for one in said if one.lower_ == "on")
    table = table or bool(lowered(one for one in said if one.dep_ == "acomp") & {"open", "available"})
    if options and table and not negated(clause.token):
        return clause.event(clause.speaker(), THREAT, "be:on-the-table")
    return []


def _estimated(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `an attack is unlikely`, in nobody's word: what the author or outsiders expect of the attacker."""
    chance = 1 if some_in(said, "likely") else -1 if some_in(said, "unlikely") else 0
    about = [one for one in subjects(clause.token) if sign(one) > 0]
    if not chance or not about or clause.speaker():
        return []
    named = tuple(id_ for one in about for id_ in clause.who.towards(one)[:1])[:1] or clause.who.known.attacker
    chance = -chance if negated(clause.token) else chance
    return clause.event(named, GUESS, "be:likely", matter=chance, target=(), how=How("guess"))


def _there(clause: Clause, said: list[Token]) -> list[Event]:
    """Find forces that are somewhere."""
    if some_in(subjects(clause.token), "@force") and any(one.dep_ == "prep" for one in said):
        return clause.event(clause.subjects, HOLD, "be:there", how=STANDING)
    return []


_RULES: tuple[Callable[[Clause, list[Token]], list[Event]], ...] = (
    _barrier, _unwilling, _needed, _warned, _excluded, _judged, _open, _estimated,
)  # fmt: skip
