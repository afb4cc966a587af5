"""Events that a copula tells: who stands in the way, on whom it depends, what somebody calls a crime or just."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.clause import GUESSED, STANDING, TOLD, How
from sim.draft.rules.grammar import act_of_verb, after, child, is_conditional, is_unsure, negated, subjects
from sim.draft.rules.idioms import SIDE
from sim.draft.rules.matter import judgement, sign
from sim.draft.rules.mood import JUDGE, THREAT, unwilling
from sim.draft.rules.verbs import of_act

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.draft.rules.clause import Clause, Event

RELY = Act("rely", "", "structural")
BARRIER = Act("barrier", "", "structural")
STAND = Act("hold", "074", "deployment")
GUESS = Act("guess", "", "inference")
EXPECTED = How("guess")
EXCLUDE = Act("reject", "0356", "statement")
_SAID = ("attr", "acomp", "prep", "oprd", "advmod")


def of_being(clause: Clause) -> list[Event] | None:
    """Return the events that a copula tells; None where it is a verb like any other."""
    verb = clause.token
    if is_conditional(verb) or clause.is_denied_above():
        return []
    inner = child(verb, "xcomp") if verb.lemma_.lower() != "be" else None
    said = [one for top in (verb, inner) if top is not None for one in top.children if one.dep_ in _SAID]
    for rule in (_barrier, _unwilling, _needed, _warned, _judged, _open):
        found = rule(clause, said)
        if found:
            return found
    if found := _estimated(clause, said):
        return found
    if is_unsure(verb):
        return []
    phrase = act_of_verb(verb)
    if phrase is not None and phrase.rest:
        return list(of_act(clause, phrase))
    return _there(clause, said)


def _barrier(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `the greatest barrier is Turkey`."""
    nouns = [*subjects(clause.token), *(one for one in said if one.dep_ == "attr")]
    if negated(clause.token) or not any(one.lemma_.lower() in words("barrier") for one in nouns):
        return []
    ids = clause.who.parties(nouns)
    return clause.event(ids, BARRIER, "be:barrier", target=(), how=GUESSED)


def _unwilling(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `is not ready to withdraw`, `was not in a position to support it`, `is reluctant to send troops`."""
    verb = clause.token
    for one in (verb, *said, *(part for prep in said for part in prep.children)):
        lemmas = {one.lemma_.lower(), *(other.lemma_.lower() for other in said)}
        inner = child(one, "xcomp", "acl", "relcl", "ccomp")
        phrase = act_of_verb(inner) if inner is not None and child(inner, "aux") is not None else None
        if phrase is None or negated(verb) == bool(lemmas & words("unwilling")):
            continue
        if lemmas & (words("willing") | words("unwilling")):
            matter = next(filter(None, (sign(part) for part in inner.children)), 0) if inner is not None else 0
            meant = unwilling(phrase.act, matter)
            return (
                clause.event(clause.who.parties(subjects(verb)), meant[0], "be:unwilling", matter=meant[1])
                if meant
                else []
            )
    return []


def _needed(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `Russia's help is essential`, `the army is unable to`, `nothing is possible without Kobaru`."""
    about = subjects(clause.token)
    nobody = negated(clause.token) or any(one.lower_ in ("no", "nothing") for token in about
                                          for one in (token, *token.lefts))  # fmt: skip
    without = [one for prep in (clause.token, *said) for one in after(prep, "without")]
    if nobody and without:
        return clause.event(clause.who.parties(without), RELY, "be:without", target=(), how=GUESSED)
    if nobody or not any(one.lemma_.lower() in words("need") for one in said):
        return []
    owner = clause.who.parties(about) or tuple(id_ for one in about for id_ in clause.who.towards(one))
    return clause.event(owner, RELY, "be:need", how=GUESSED)


def _warned(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `an attack on them would be an attack on us`, `a declaration of war`, `a red line`."""
    called = any(one.dep_ == "attr" and one.lemma_.lower() in words("claimed") for one in said)
    about = any(sign(one) > 0 for one in subjects(clause.token))
    speaker = clause.speaker()
    return clause.event(speaker, THREAT, "be:warned", matter=1, how=TOLD) if called and about and speaker else []


def _judged(clause: Clause, said: list[Token]) -> list[Event]:
    """Find what a speaker calls a mistake, a crime, out of the question, or just."""
    speaker = clause.speaker()
    value = judgement(clause.token)
    if not speaker or not value:
        return []
    matter = sign(clause.token)
    if value < 0 and matter < 0:
        out = any(one.dep_ == "prep" and one.lower_ in ("out", "off") for one in said)
        return clause.event(speaker, EXCLUDE if out else JUDGE, "be:excluded" if out else "be:judged",
                            matter=1, how=TOLD)  # fmt: skip
    if (
        value < 0
        and not matter
        and any(one.lower_ in ("this", "that", "it", "these") for one in subjects(clause.token))
    ):
        return clause.event(speaker, JUDGE, "be:judged", how=TOLD)
    about = tuple(id_ for one in subjects(clause.token) for id_ in clause.who.towards(one) if id_ not in speaker)
    if value > 0 and about and matter >= 0 and not negated(clause.token):
        return clause.event(speaker, SIDE, "be:just", target=about, how=TOLD)
    return []


def _estimated(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `an attack is unlikely`, in nobody's word: what the author or outsiders expect of the attacker."""
    lemmas = {one.lemma_.lower() for one in said}
    chance = 1 if lemmas & words("likely") else -1 if lemmas & words("unlikely") else 0
    about = [one for one in subjects(clause.token) if sign(one) > 0]
    if not chance or not about or clause.speaker():
        return []
    named = tuple(id_ for one in about for id_ in clause.who.towards(one)[:1])
    chance = -chance if negated(clause.token) else chance
    return clause.event(named[:1] or clause.who.attacker, GUESS, "be:likely", matter=chance, target=(), how=EXPECTED)


def _open(clause: Clause, said: list[Token]) -> list[Event]:
    """Find `all options are on the table`, `remain open`."""
    options = any(one.lemma_.lower() in ("option", "force") for one in subjects(clause.token))
    table = any(part.lower_ == "table" for one in said if one.lower_ == "on" for part in one.subtree)
    table = table or any(one.dep_ == "acomp" and one.lower_ in ("open", "available") for one in said)
    speaker = clause.speaker()
    return clause.event(speaker, THREAT, "be:on-the-table") if options and table and not negated(clause.token) else []


def _there(clause: Clause, said: list[Token]) -> list[Event]:
    """Find forces that are somewhere."""
    about = subjects(clause.token)
    if any(one.lemma_.lower() in words("@force") for one in about) and any(one.dep_ == "prep" for one in said):
        return clause.event(clause.who.parties(about), STAND, "be:there", how=STANDING)
    return []
