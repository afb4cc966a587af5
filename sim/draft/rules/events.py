"""Events: from the parse of a paragraph to who did what to whom, and in which mood.

Conditions, questions and mere possibilities are not acts. An announced act is an intention; what somebody will not do
is a refusal or an assurance; what must be done is a demand. "X said that Y bombed" is Y's act according to X, and also
a statement by X if it is about force or its opposite. This module also reads events expressed by nouns: the bombing
by X of Y, talks between X and Y, X's refusal; `verbs` and `idioms` read those expressed by verbs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.clause import TOWARDS, Clause, Event
from sim.draft.rules.grammar import (
    act_of_noun,
    act_of_verb,
    after,
    agents,
    children,
    is_conditional,
    is_future,
    is_in,
    is_question,
    is_unsure,
    is_verb,
    light_noun,
    lowered,
    negated,
    subjects,
    way_of,
)
from sim.draft.rules.idioms import of_being, of_place
from sim.draft.rules.mood import first_sign
from sim.draft.rules.verbs import of_act, of_verb

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from sim.draft.rules.cast import Ids, Who


def read(who: Who) -> list[Event]:
    """Return the events of a paragraph in text order."""
    found: list[Event] = []
    for sentence in who.doc.sents:
        _hear_speaker(sentence, who)
        asks = is_question(sentence)
        for token in sentence:
            who.hear(token)
            events = [] if asks else list(_of_token(Clause(token, who)))
            for one in events:
                if one.act.way in words("ways-pair"):
                    who.hear_pair(token, (*one.actor, *one.target))
            found += events
    return _without_weaker(found, who)


def _of_token(clause: Clause) -> Iterator[Event]:
    if is_verb(clause.token):
        return _of_copula(clause) if is_in(clause.token, "being") else of_verb(clause)
    return of_noun(clause) if clause.token.pos_ in ("NOUN", "PROPN") else iter(())


def _of_copula(clause: Clause) -> Iterator[Event]:
    verb = clause.token
    if is_conditional(verb) or clause.is_denied_above():
        return
    if (found := of_being(clause)) or is_unsure(verb):
        yield from found
        return
    phrase = act_of_verb(verb)
    yield from of_act(clause, phrase) if phrase is not None and phrase.rest else of_place(clause)


def _hear_speaker(sentence: Span, who: Who) -> None:
    """Note the speaker of a sentence, to resolve `we` and `I` in quotations."""
    opening, colon, _ = sentence.text.partition(': "')
    if speakers := _speakers(sentence):
        who.say(who.parties(speakers))
    elif colon and '"' not in opening:
        who.say(_announced(sentence, sentence.start_char + len(opening), who)[:1] or who.speaker)
    elif sentence.start and who.doc[sentence.start - 1].text == ":" and opening.startswith('"') and who.subjects:
        who.say(who.subjects[-1].ids)


def _speakers(sentence: Span) -> list[Token]:
    """Return the subjects of the first verb of speech that has any other than `we`, `I`, `you` and `me`."""
    verbs = (token for token in sentence if is_in(token, "speech") and is_verb(token))
    own = ([one for one in agents(verb) if one.lower_ not in ("we", "i", "you", "me")] for verb in verbs)
    return next(filter(None, own), [])


def _announced(sentence: Span, end: int, who: Who) -> Ids:
    """Return the parties that a sentence names before the colon of a quotation."""
    before = [one for one in sentence if one.idx < end]
    own = subjects(sentence.root) or [one for one in sentence if one.dep_ == "nsubj"][:1]
    first = who.parties([one for one in own if one in before])
    return first or who.parties([one for one in before if one.pos_ in ("NOUN", "PROPN")])


def _is_content(told: Token, tells: Token) -> bool:
    """Return whether a word is in the main content that a verb of speech reports, not in a clause added to it."""
    if told.head == tells:
        return told.dep_ in ("ccomp", "parataxis")
    added = told.dep_ == "conj" and told.pos_ in ("VERB", "AUX")
    return told.head != told and not added and _is_content(told.head, tells)


def _without_weaker(events: list[Event], who: Who) -> list[Event]:
    """Drop statements whose content is also an act of the same speaker, or an act of another that they claim."""
    return [one for one in events if not one.weak or not _is_told_better(one, events, who)]


def _is_told_better(event: Event, events: list[Event], who: Who) -> bool:
    inside = _inside(event, events, who)
    if event.act.way == "say" and event.matter > 0 and any(one.told == "claim" for one in inside):
        return True
    return any(set(event.actor) <= set(one.actor) for one in inside)


def _inside(event: Event, events: list[Event], who: Who) -> list[Event]:
    """Return those events that are acts within the content of a statement."""
    tells = who.doc[event.head]
    return [one for one in events if not one.weak and _is_content(who.doc[one.head], tells)]


_ASIDE = frozenset(["after", "during", "before", "amid", "following", "despite", "since", "in", "at"])


def of_noun(clause: Clause) -> Iterator[Event]:
    """Yield the events that a noun expresses."""
    noun = clause.token
    phrase = act_of_noun(noun)
    if phrase is None or phrase.act.way not in words("ways-noun") or _is_unreal(noun, phrase.act):
        return
    rule, is_mutual = f"noun:{clause.lemma}", phrase.act.way in words("ways-mutual")
    both, others = _both(clause) if is_mutual else ((), ())
    if both and (others or len(both) > 1):
        yield from clause.event(both, phrase.act, rule, target=others)
        return
    actor = _doers(clause, phrase.act)
    target = _targets(clause, actor)
    if target or not is_mutual:
        matter = first_sign(children(noun, "prep", "acl"))
        yield from clause.event(actor, phrase.act, rule, matter=matter, target=target)


def _targets(clause: Clause, actor: Ids) -> Ids:
    named = (id_ for one in after(clause.token, *TOWARDS[:9]) for id_ in clause.who.towards(one))
    return tuple(dict.fromkeys(id_ for id_ in named if id_ not in actor))


def _doers(clause: Clause, act: Act) -> Ids:
    noun, who = clause.token, clause.who
    found = who.parties(after(noun, "by")) or who.before_noun(noun)
    if not found and act.way in ("move", "withdraw", "drill", "visit"):
        found = who.parties(after(noun, "of"))
    return found or who.parties(_agents_of_noun(noun))


def _agents_of_noun(noun: Token) -> list[Token]:
    """Return the agents of a participle after a noun that is not an act itself: `strikes carried out by Israel`."""
    participle = next((one for one in children(noun, "acl") if one.tag_ == "VBN"), None)
    return agents(participle) if participle is not None and act_of_verb(participle) is None else []


def _is_bare(noun: Token) -> bool:
    """Return whether a noun for talks names no party: `the talks`."""
    return not after(noun, "with", "between") and lowered(noun.lefts) <= words("reply")


def _both(clause: Clause) -> tuple[Ids, Ids]:
    """Return who held talks, a call or made an agreement, and with whom; all in the first part if none comes first."""
    noun, who = clause.token, clause.who
    between = who.parties(after(noun, "between", "among"))
    if len(between) > 1:
        return between, ()
    others, owners = who.parties(after(noun, "with")), who.before_noun(noun)
    if not others and _is_bare(noun):
        return who.last_pair(noun), ()
    verb = _verb_of(noun)
    if others and not owners and verb is not None:
        owners = who.parties(subjects(verb))
    return owners, others


def _verb_of(noun: Token) -> Token | None:
    return next(filter(is_verb, noun.ancestors), None)


def _is_unreal(noun: Token, act: Act) -> bool:
    """Return whether a noun names something that did not happen, or that its verb already expresses."""
    before = noun.doc[noun.left_edge.i - 1].lower_ if noun.left_edge.i else ""
    doubted = before in ("if", "unless", "whether", "should") or is_conditional(noun)
    if doubted or lowered(noun.lefts) & words("unreal") or negated(noun) or noun.dep_ in ("compound", "amod"):
        return True
    verb = _verb_of(noun)
    if verb is None:
        return act.way not in words("ways-mutual")
    return light_noun(verb) == noun or is_unsure(verb) or negated(verb) or _is_spoken_for(noun, verb, act)


def _is_spoken_for(noun: Token, verb: Token, act: Act) -> bool:
    called = verb.lemma_ in ("call", "label", "brand", "term", "dub", "describe")  # what it called an aggression
    if (is_future(verb) or called) and noun.dep_ != "nsubj":
        return True
    way, below = way_of(verb), noun.dep_ == "pobj" and noun.head.head == verb
    if noun.dep_ == "nsubj":
        return act.way == "force" and way in ("force", "kill")  # the verb expresses it
    if not below and noun.dep_ not in ("dobj", "nsubjpass", "attr", "conj", "xcomp"):
        return False
    aside = below and noun.head.lower_ in _ASIDE
    return is_in(verb, "plan", "stopper") or (not aside and way in words("ways-governing"))
