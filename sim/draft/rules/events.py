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
from sim.draft.rules.grammar import agents, is_question, is_verb, subjects
from sim.draft.rules.nouns import of_noun
from sim.draft.rules.verbs import of_verb

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from sim.draft.rules.cast import Who

_BEINGS = frozenset(["be", "appear", "seem", "remain", "become", "prove"])


def read(who: Who) -> list[Event]:
    """Return the events of a paragraph in the order of its words."""
    found: list[Event] = []
    for sentence in who.doc.sents:
        _hear_speaker(sentence, who)
        asks = is_question(sentence)
        for token in sentence:
            who.hear(token)
            if not asks:
                events = list(_of_token(Clause(token, who)))
                for one in events:
                    if one.act.way in ("talk", "phone", "visit", "host", "negotiate", "sign"):
                        who.hear_pair(token, (*one.actor, *one.target))
                found += events
    return _without_weaker(found, who)


def _of_token(clause: Clause) -> list[Event]:
    token = clause.token
    if is_verb(token):
        found = of_being(clause) if token.lemma_.lower() in _BEINGS else None
        return list(of_verb(clause)) if found is None else found
    return list(of_noun(clause)) if token.pos_ in ("NOUN", "PROPN") else []


def _hear_speaker(sentence: Span, who: Who) -> None:
    """Note who speaks in a sentence, for `we` and `I` in what is quoted."""
    for token in sentence:
        if token.lemma_.lower() in words("speech") and is_verb(token):
            own = [one for one in agents(token) if one.lower_ not in ("we", "i", "you", "me")]
            if own and not token.i > sentence.end:
                who.say(who.parties(own))
                return
    text = sentence.text
    if ': "' in text and '"' not in text[: text.index(': "')]:
        own = subjects(sentence.root) or [one for one in sentence if one.dep_ == "nsubj"][:1]
        first = who.parties([one for one in own if one.idx < sentence.start_char + text.index(': "')])
        end = sentence.start_char + text.index(': "')
        first = first or who.parties([one for one in sentence if one.pos_ in ("NOUN", "PROPN") and one.idx < end])
        who.say(first[:1] or who.speaker)
    elif sentence.start and who.doc[sentence.start - 1].text == ":" and text.startswith('"') and who.subjects:
        who.say(who.subjects[-1].ids)


def _is_content(told: Token, tells: Token) -> bool:
    """Whether a word tells what a verb of speech reports first: not what a second clause adds."""
    one = told
    while one.head != one and one.head != tells:
        if one.dep_ == "conj" and one.pos_ in ("VERB", "AUX"):
            return False
        one = one.head
    return one.head == tells and one.dep_ in ("ccomp", "parataxis")


def _without_weaker(events: list[Event], who: Who) -> list[Event]:
    """Drop statements whose content is told as an act of the same speaker, or as another's that they claim."""
    doc, kept = who.doc, []
    for one in events:
        inside = [other for other in events if not other.weak and _is_content(doc[other.head], doc[one.head])]
        own = any(set(one.actor) <= set(other.actor) for other in inside)
        claimed = one.act.way == "say" and one.matter > 0 and any(other.told == "claim" for other in inside)
        if not one.weak or not (own or claimed):
            kept.append(one)
    return kept
