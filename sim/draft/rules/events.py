"""Events: from the parse of a paragraph to who did what to whom, and in which mood.

Conditions, questions and what may or might be are no acts. What somebody announces to do is an intention; what
somebody will not do is a refusal or an assurance; what must be done is a demand. "X said that Y bombed" is Y's act as X
tells it, and a statement by X where it is about force or its opposite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import words
from sim.draft.rules.being import of_being
from sim.draft.rules.clause import Clause, Event
from sim.draft.rules.grammar import agents, is_in, is_question, is_verb, subjects
from sim.draft.rules.nouns import of_noun
from sim.draft.rules.verbs import of_verb

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from sim.draft.rules.cast import Ids, Who


def read(who: Who) -> list[Event]:
    """Return the events of a paragraph in the order of its words."""
    found: list[Event] = []
    for sentence in who.doc.sents:
        _hear_speaker(sentence, who)
        asks = is_question(sentence)
        for token in sentence:
            who.hear(token)
            events = [] if asks else _of_token(Clause(token, who))
            for one in events:
                if one.act.way in words("ways-pair"):
                    who.hear_pair(token, (*one.actor, *one.target))
            found += events
    return _without_weaker(found, who)


def _of_token(clause: Clause) -> list[Event]:
    token = clause.token
    if is_verb(token):
        return of_being(clause) if is_in(token, "being") else list(of_verb(clause))
    return of_noun(clause) if token.pos_ in ("NOUN", "PROPN") else []


def _hear_speaker(sentence: Span, who: Who) -> None:
    """Note who speaks in a sentence, for `we` and `I` in what is quoted."""
    opening, colon, _ = sentence.text.partition(': "')
    if speakers := _speakers(sentence):
        who.say(who.parties(speakers))
    elif colon and '"' not in opening:
        who.say(_announced(sentence, sentence.start_char + len(opening), who)[:1] or who.speaker)
    elif sentence.start and who.doc[sentence.start - 1].text == ":" and opening.startswith('"') and who.subjects:
        who.say(who.subjects[-1].ids)


def _speakers(sentence: Span) -> list[Token]:
    """Return the subjects of the first verb of speech that has any but `we` and `I`."""
    verbs = (token for token in sentence if is_in(token, "speech") and is_verb(token))
    own = ([one for one in agents(verb) if one.lower_ not in ("we", "i", "you", "me")] for verb in verbs)
    return next(filter(None, own), [])


def _announced(sentence: Span, end: int, who: Who) -> Ids:
    """Return whom a sentence names before the colon of what it quotes."""
    before = [one for one in sentence if one.idx < end]
    own = subjects(sentence.root) or [one for one in sentence if one.dep_ == "nsubj"][:1]
    first = who.parties([one for one in own if one in before])
    return first or who.parties([one for one in before if one.pos_ in ("NOUN", "PROPN")])


def _is_content(told: Token, tells: Token) -> bool:
    """Whether a word tells what a verb of speech reports first: not what a second clause adds."""
    if told.head == tells:
        return told.dep_ in ("ccomp", "parataxis")
    added = told.dep_ == "conj" and told.pos_ in ("VERB", "AUX")
    return told.head != told and not added and _is_content(told.head, tells)


def _without_weaker(events: list[Event], who: Who) -> list[Event]:
    """Drop statements whose content is told as an act of the same speaker, or as another's that they claim."""
    return [one for one in events if not one.weak or not _is_told_better(one, events, who)]


def _is_told_better(event: Event, events: list[Event], who: Who) -> bool:
    tells = who.doc[event.head]
    inside = [one for one in events if not one.weak and _is_content(who.doc[one.head], tells)]
    if event.act.way == "say" and event.matter > 0 and any(one.told == "claim" for one in inside):
        return True
    return any(set(event.actor) <= set(one.actor) for one in inside)
