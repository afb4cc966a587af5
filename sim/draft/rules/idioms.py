"""Events of verbs in idioms, and of copulas.

A verb may be part of an idiom: patience that runs out, a right, no plan, no answer yet. A copula may express who stands
in the way, on whom something depends, or what somebody calls a crime or just.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sim.draft.rules.acts import HOLD, JUDGE, NO_FORCE, OMIT, OPEN, REFUSE, RELY, SIDE, THREAT, Act, words
from sim.draft.rules.clause import GUESSED, STANDING, TOLD, Clause, Event, How
from sim.draft.rules.grammar import (
    act_of_verb,
    after,
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
from sim.draft.rules.mood import first_sign, judgement, sign, unwilling

if TYPE_CHECKING:
    from spacy.tokens import Token


MIXED = Act("signal", "", "meta")
DENY = Act("deny", "016", "statement")


def of_idiom(clause: Clause) -> list[Event]:
    """Return the events of the first matching idiom of a verb."""
    return next(filter(None, (list(rule(clause)) for rule in _IDIOMS)), [])


def _condemns(clause: Clause) -> Iterator[Event]:
    """Find `regards the shelling as unacceptable`, `called it an act of aggression`."""
    verb, actor = clause.token, clause.agents
    if clause.lemma not in words("names") or negated(verb) or not actor:
        return
    harm = [one.dep_ for one in some_in(verb.subtree, "harm") if one.i > verb.i]
    if not {"oprd", "pobj", "acomp", "attr", "ccomp", "amod"} & set(harm):
        return
    about = [one for one in children(verb, "dobj", "nsubj", "ccomp") if one.i > verb.i]
    whose = bool(clause.target(actor) or some_in(about, "paper", "deed"))
    if not whose and max(map(sign, about), default=0) <= 0:
        return
    yield from clause.event(actor, JUDGE, f"verb:{clause.lemma}-harm", matter=int(not whose))


def _has_cost(clause: Clause) -> Iterator[Event]:
    """Find a speaker's `it will have consequences`."""
    verb = clause.token
    cost = clause.lemma in ("have", "carry", "bring", "face", "pay") and some_in(patients(verb), "cost")
    if cost and is_future(verb) and not negated(verb):
        yield from clause.event(clause.speaker(), THREAT, f"verb:{clause.lemma}-cost")


def _loses_patience(clause: Clause) -> Iterator[Event]:
    """Find `its patience is running out`."""
    patience = [one for one in subjects(clause.token) if one.lemma_.lower() == "patience"]
    if patience and clause.lemma in ("run", "wear", "end", "be") and not is_unsure(clause.token):
        yield from clause.event(clause.who.before_noun(patience[0]) or clause.speaker(), THREAT, "verb:patience")


def _relies(clause: Clause) -> Iterator[Event]:
    if clause.lemma in ("depend", "rely", "hinge") and is_present(clause.token):
        yield from clause.event(clause.subjects, RELY, f"verb:{clause.lemma}", how=STANDING)


def _holds(clause: Clause) -> Iterator[Event]:
    """Find `keeps four posts there`."""
    verb = clause.token
    held = clause.lemma in words("keeping") and some_in(patients(verb), "holding")
    if held and is_present(verb) and not negated(verb):
        yield from clause.event(clause.subjects, HOLD, f"verb:{clause.lemma}-force", how=STANDING)


def _mixes(clause: Clause) -> Iterator[Event]:
    """Find `sends conflicting signals`."""
    signals = [one for one in patients(clause.token) if one.lemma_.lower() in ("signal", "message", "statement")]
    if any(lowered(one.lefts) & words("mixed") for one in signals):
        yield from clause.event(clause.subjects, MIXED, "verb:mixed-signals", target=(), how=STANDING)


def _defies(clause: Clause) -> Iterator[Event]:
    """Find `we will not be intimidated`."""
    verb = clause.token
    if clause.lemma in words("cow") and is_passive(verb) and negated(verb) and is_future(verb):
        yield from clause.event(clause.patients, REFUSE, "verb:defies", matter=-1)


def _awaits(clause: Clause) -> Iterator[Event]:
    """Find `has yet to attack`, `has yet to answer`."""
    if clause.lemma == "have" and "yet" in lowered(clause.token.children):
        act = {"force": OMIT, "say": OPEN, "agree": OPEN}.get(way_of(child(clause.token, "xcomp")))
        yield from clause.event(clause.subjects, act, "verb:yet-to", matter=int(act == OMIT)) if act else ()


def _omits(clause: Clause) -> Iterator[Event]:
    if clause.lemma in words("omitting") and not negated(clause.token):
        matter = first_sign(children(clause.token, "dobj", "xcomp")) or 1
        yield from clause.event(clause.subjects, OMIT, f"verb:{clause.lemma}", matter=matter)


def _has_no_plan(clause: Clause) -> Iterator[Event]:
    """Find `had no plan to retake it`."""
    verb = clause.token
    plans = some_in(patients(verb), "plans") if clause.lemma == "have" else []
    if plans and (negated(plans[0]) or negated(verb)) and first_sign(plans[0].children) > 0:
        yield from clause.event(clause.subjects, NO_FORCE, "verb:no-plan", matter=-1)


def _has_right(clause: Clause) -> Iterator[Event]:
    """Find a right that a speaker grants another: `Veldania has every right to close it`."""
    right = any(one.lemma_.lower() == "right" for one in patients(clause.token))
    if clause.lemma == "have" and right and not negated(clause.token):
        speaker, about = clause.speaker(), clause.subjects
        yield from (
            clause.event(speaker, SIDE, "verb:has-right", target=about, how=TOLD) if set(speaker) - set(about) else ()
        )


def _denies(clause: Clause) -> Iterator[Event]:
    """Find the rejection of a charge, which is a denial."""
    verb = clause.token
    if clause.lemma in ("reject", "dismiss") and some_in(patients(verb), "@charge") and not negated(verb):
        yield from clause.event(clause.agents, DENY, f"verb:{clause.lemma}-charge")


_IDIOMS: tuple[Callable[[Clause], Iterator[Event]], ...] = (
    _condemns, _loses_patience, _has_cost, _relies, _holds, _mixes, _omits, _awaits, _defies, _has_no_plan, _has_right,
    _denies,
)  # fmt: skip


BARRIER = Act("barrier", "", "structural")
GUESS = Act("guess", "", "inference")
EXCLUDE = Act("reject", "0356", "statement")


def of_being(clause: Clause) -> list[Event]:
    """Return the events of a copula beyond those of its act: who stands in the way, what is called just."""
    said = _said(clause.token)
    return next(filter(None, (list(rule(clause, said)) for rule in _RULES)), [])


def _said(verb: Token) -> list[Token]:
    """Return what a copula says about its subject; for `seems to be`, both verbs count."""
    inner = children(verb, "xcomp")[:1] if verb.lemma_.lower() != "be" else []
    return [one for top in (verb, *inner) for one in children(top, "attr", "acomp", "prep", "oprd", "advmod")]


def _barrier(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find `the greatest barrier is Turkey`."""
    nouns = [*subjects(clause.token), *(one for one in said if one.dep_ == "attr")]
    if some_in(nouns, "barrier") and not negated(clause.token):
        yield from clause.event(clause.who.parties(nouns), BARRIER, "be:barrier", target=(), how=GUESSED)


def _unwilling(clause: Clause, said: list[Token]) -> Iterator[Event]:
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
            yield from clause.event(clause.subjects, meant[0], "be:unwilling", matter=meant[1]) if meant else ()
            return


def _needed(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find `Russia's help is essential`, `the army is unable to`, `nothing is possible without Kobaru`."""
    about = subjects(clause.token)
    nobody = negated(clause.token) or lowered(part for one in about for part in (one, *one.lefts)) & {"no", "nothing"}
    if nobody:
        without = [one for prep in (clause.token, *said) for one in after(prep, "without")]
        yield from clause.event(clause.who.parties(without), RELY, "be:without", target=(), how=GUESSED)
    elif some_in(said, "need"):
        owner = clause.subjects or tuple(id_ for one in about for id_ in clause.who.towards(one))
        yield from clause.event(owner, RELY, "be:need", how=GUESSED)


def _warned(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find `an attack on them would be an attack on us`, `a declaration of war`, `a red line`."""
    called = some_in((one for one in said if one.dep_ == "attr"), "claimed")
    if called and any(sign(one) > 0 for one in subjects(clause.token)):
        yield from clause.event(clause.speaker(), THREAT, "be:warned", matter=1, how=TOLD)


def _excluded(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find something that a speaker calls out of the question."""
    out = any(one.dep_ == "prep" and one.lower_ in ("out", "off") for one in said)
    if out and judgement(clause.token) < 0 and sign(clause.token) < 0:
        yield from clause.event(clause.speaker(), EXCLUDE, "be:excluded", matter=1, how=TOLD)


def _judged(clause: Clause, _: list[Token]) -> Iterator[Event]:
    """Find something that a speaker calls a mistake, a crime, or just."""
    verb, speaker, matter, value = clause.token, clause.speaker(), sign(clause.token), judgement(clause.token)
    if value < 0:
        this = not matter and lowered(subjects(verb)) & {"this", "that", "it", "these"}
        yield from clause.event(speaker, JUDGE, "be:judged", matter=-matter, how=TOLD) if matter < 0 or this else ()
        return
    about = tuple(id_ for one in subjects(verb) for id_ in clause.who.towards(one) if id_ not in speaker)
    if value and about and matter >= 0 and not negated(verb):
        yield from clause.event(speaker, SIDE, "be:just", target=about, how=TOLD)


def _open(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find `all options are on the table`, `remain open`."""
    options = any(one.lemma_.lower() in ("option", "force") for one in subjects(clause.token))
    table = any("table" in lowered(one.subtree) for one in said if one.lower_ == "on")
    table = table or bool(lowered(one for one in said if one.dep_ == "acomp") & {"open", "available"})
    if options and table and not negated(clause.token):
        yield from clause.event(clause.speaker(), THREAT, "be:on-the-table")


def _estimated(clause: Clause, said: list[Token]) -> Iterator[Event]:
    """Find `an attack is unlikely` without a speaker: what the author or outsiders expect of the attacker."""
    chance = 1 if some_in(said, "likely") else -1 if some_in(said, "unlikely") else 0
    about = [one for one in subjects(clause.token) if sign(one) > 0]
    if not chance or not about or clause.speaker():
        return
    named = tuple(id_ for one in about for id_ in clause.who.towards(one)[:1])[:1] or clause.who.known.attacker
    chance = -chance if negated(clause.token) else chance
    yield from clause.event(named, GUESS, "be:likely", matter=chance, target=(), how=How("guess"))


def of_place(clause: Clause) -> Iterator[Event]:
    """Find forces that are somewhere."""
    if some_in(subjects(clause.token), "@force") and any(one.dep_ == "prep" for one in _said(clause.token)):
        yield from clause.event(clause.subjects, HOLD, "be:there", how=STANDING)


_RULES: tuple[Callable[[Clause, list[Token]], Iterator[Event]], ...] = (
    _barrier, _unwilling, _needed, _warned, _excluded, _judged, _open, _estimated,
)  # fmt: skip
