"""Events expressed by verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sim.draft.rules.acts import DEMAND, HOLD, STAY_OUT, THREAT, Act, Phrase, words
from sim.draft.rules.cast import Ids, is_count
from sim.draft.rules.clause import STANDING, Clause, Event, How
from sim.draft.rules.grammar import (
    act_of_noun,
    act_of_verb,
    after,
    agents,
    auxiliaries,
    child,
    children,
    is_conditional,
    is_future,
    is_in,
    is_obliged,
    is_passive,
    is_unsure,
    is_verb,
    joined_by_nor,
    light_noun,
    lowered,
    negated,
    patients,
    reporting,
    some_in,
    subjects,
    way_of,
)
from sim.draft.rules.idioms import of_idiom
from sim.draft.rules.mood import denied, first_sign, intended, said, sign

if TYPE_CHECKING:
    from spacy.tokens import Token


MOVE = Act("move", "154", "deployment")
UNSAID = Act("omit", "120", "refusal")
MEET = Act("peaceful", "036", "statement")
_HELP = ("protect", "aid", "support", "move")
_ORDER = ("ccomp", "xcomp", "acomp", "acl", "dobj", "oprd", "attr", "prep", "parataxis", "advcl")


def of_verb(clause: Clause) -> Iterator[Event]:
    """Yield the events that a verb expresses."""
    verb = clause.token
    if is_conditional(verb) or clause.is_denied_above() or (_is_spoken_for(verb) and not _is_ordered(clause)):
        return
    phrase = act_of_verb(verb)
    if special := of_idiom(clause) or ([*_stands(clause), *_guards(clause)] if _is_plain(verb, phrase) else []):
        yield from special
    elif phrase is not None:
        yield from of_act(clause, phrase)
        yield from _accused(clause) if phrase.act.way == "accuse" else ()


def _is_plain(verb: Token, phrase: Phrase | None) -> bool:
    """Return whether a verb is no part of a phrase, or of one that means something else of soldiers: `arrive in`."""
    if phrase is None or not phrase.rest:
        return True
    return phrase.act.way == "visit" and any(map(_is_force, subjects(verb)))


def _is_spoken_for(verb: Token) -> bool:
    """Return whether another verb governs this one so that it is not done: wanted, refused, demanded or feared."""
    if {"to", "have"} <= auxiliaries(verb) and not negated(verb.head):
        return verb.head.lemma_ in ("want", "like", "hope", "wish")  # a perfect infinitive is done unless merely wished
    governs = _GOVERNED.get(verb.dep_)
    return governs is not None and governs(verb)


def _is_bare(verb: Token) -> bool:
    """Return whether a verb is an infinitive or in the subjunctive: allowed to leave, a demand that it leave."""
    return "to" in auxiliaries(verb) or (verb.tag_ == "VB" and not auxiliaries(verb))


def _is_purpose(verb: Token) -> bool:
    """Return whether a verb is an open purpose, unlike `flew there to counsel patience`, which counts as done."""
    to, head = child(verb, "aux"), verb.head
    if to is None or to.lower_ != "to" or (verb.dep_ == "acl" and is_in(head, "decided") and not negated(head)):
        return False
    done = way_of(head) in ("visit", "talk", "phone") or is_in(verb, "telling")
    return verb.dep_ != "advcl" or not done


def _is_of_any(verb: Token) -> bool:
    """Return whether a clause describes no particular thing: `any ship that approaches`."""
    return "any" in lowered(verb.head.lefts)


_GOVERNED: Mapping[str, Callable[[Token], bool]] = {
    "xcomp": lambda verb: negated(verb.head) or not is_in(verb.head, "aspect", "reported"),
    "ccomp": lambda verb: _is_bare(verb) or verb.head.lemma_ == "let" or way_of(verb.head) in words("ways-speaking"),
    "pcomp": lambda verb: verb.head.lower_ in words("undone"),
    "conj": lambda verb: verb.tag_ == verb.head.tag_ and _is_spoken_for(verb.head),
    "acl": lambda verb: (_is_bare(verb) and child(verb, "mark") is not None) or _is_purpose(verb) or _is_of_any(verb),
    "advcl": _is_purpose,
    "relcl": lambda verb: _is_purpose(verb) or _is_of_any(verb),
}
"""By its relation to the governing verb, whether a verb is not done."""


def _is_ordered(clause: Clause) -> bool:
    """Return whether a verb is an order to one's own side: `instructed the chief of staff to bring two battalions`."""
    verb, head = clause.token, clause.token.head
    if not is_in(head, "orders") or negated(head) or way_of(verb) not in words("ways-ordered"):
        return False
    own, above = clause.subjects, clause.who.parties(agents(head))
    return bool(above) and (not own or own == above)


def of_act(clause: Clause, phrase: Phrase) -> Iterator[Event]:
    """Yield the event of a verb's act, adjusted for mood."""
    actor = _actor(clause, phrase.act.way)
    found = _in_mood(clause, phrase.act, actor)
    if found is None or _strikes_itself(clause, actor):
        return
    act, matter, other = found
    helps = act == THREAT and phrase.act.way in _HELP  # a threat to those against whom it would help
    how = How("article" if other else clause.told(actor), weak=phrase.act.way in ("say", "promise"))
    rule = "-".join((f"verb:{clause.lemma}", *phrase.rest))
    yield from clause.event(other or actor, act, rule, matter=matter, target=() if helps else None, how=how)


def _strikes_itself(clause: Clause, actor: Ids) -> bool:
    """Return whether nameless weapons come down on the party that they would be ascribed to: `in its waters`."""
    verb, who = clause.token, clause.who
    nameless = any(_is_force(one) and not who.before_noun(one) for one in subjects(verb) if one.i not in who.mentioned)
    owners = who.parties([one for top in after(verb, "in", "on", "into") for one in children(top, "poss")])
    return nameless and not patients(verb) and bool(owners) and set(owners) <= set(actor)


def _actor(clause: Clause, way: str) -> Ids:
    verb, who = clause.token, clause.who
    weapons = some_in(agents(verb), "weapon") if way not in words("ways-violent") else []
    found = who.parties([one for one in agents(verb) if one not in weapons])
    if not found and is_in(verb.head, "orders"):
        found = who.parties(agents(verb.head))
    if not found and verb.dep_ == "acl" and is_in(verb.head, "decided"):
        found = who.before_noun(verb.head)
    return found if found or not is_passive(verb) else _unnamed(clause, way)


def _unnamed(clause: Clause, way: str) -> Ids:
    """Return the actor of a passive without an agent: `troops were deployed`, `a truce was called`."""
    verb, who, told_by = clause.token, clause.who, reporting(clause.token)
    noun = light_noun(verb)
    owned = [*(patients(verb) if way in ("truce", "drill") else ()), *((noun,) if noun is not None else ())]
    found = clause.patients if way in words("ways-own") else ()
    found = found or next(filter(None, map(who.before_noun, owned)), ())
    said_by = who.parties(agents(told_by)) if told_by is not None else ()
    if not found and (is_future(verb) or is_obliged(verb)):
        found = said_by
    return found or (_unsaid(clause, said_by) if way in words("ways-unsaid") else ())


def _unsaid(clause: Clause, said_by: Ids) -> Ids:
    """Return who reports an act of their own, as in `a complaint was lodged`, or else the last subject."""
    verb, done_to = clause.token, clause.patients
    if verb.dep_ not in ("ROOT", "ccomp") or is_unsure(verb):
        return ()
    return said_by if said_by and not set(said_by) & set(done_to) else clause.who.spoken_of(verb, done_to)


def _in_mood(clause: Clause, act: Act, actor: Ids) -> tuple[Act, int, Ids] | None:
    """Return the act adjusted for mood, its matter, and the speaker if the act is theirs; None if it is not an act."""
    verb, matter = clause.token, _matter(clause.token, act)
    if negated(verb) or (act.way != "say" and _nobody(verb)):
        changed = _denied(clause, act, matter)
        return (*changed, ()) if changed is not None else None
    if is_obliged(verb):
        return _obliged(clause, act)
    provided = bool(lowered(verb.sent) & {"if", "unless", "should", "case"})
    if _is_announced(verb, act) or (is_unsure(verb) and provided and act.way in words("ways-deterrent")):
        act = _announced(verb, act, matter, provided=provided)
    elif is_unsure(verb):
        return None
    act, matter = _weighed(verb, act, matter)
    return (act, matter, ()) if _counts(clause, act, matter, actor) else None


def _is_announced(verb: Token, act: Act) -> bool:
    """Return whether an act is still to come: `will attack`, `announced air strikes`."""
    return is_future(verb) or (verb.lemma_ == "announce" and act.way in words("ways-violent"))


def _denied(clause: Clause, act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what an act becomes that is denied by its verb, its subject or its object; None if it is not an act."""
    if _is_balanced(clause):
        return None
    of_object = lowered(_determiners(patients(clause.token))) & {"no", "neither"}
    return denied(clause.token, act, -matter if of_object else matter)


def _counts(clause: Clause, act: Act, matter: int, actor: Ids) -> bool:
    """Return whether an act is informative: a wish or statement about some matter, or talks with somebody."""
    if act.way in ("say", "want"):
        return matter != 0
    return act.way != "idle" and (act.way != "talk" or _has_counterpart(clause, actor))


def _has_counterpart(clause: Clause, actor: Ids) -> bool:
    """Return whether talks have a counterpart that counts: a member of the cast, or somebody named."""
    verb = clause.token
    others = [*patients(verb), *after(verb, "with", "to")]
    others += [one for token in patients(verb) for one in after(token, "with")]
    return len(actor) > 1 or bool(clause.target(actor)) or any(one.pos_ == "PROPN" for one in others)


def _announced(verb: Token, act: Act, matter: int, *, provided: bool) -> Act:
    """Return an announced act; resistance to possible force, and conditional help, are threats."""
    if act.way == "reject" and matter >= 0 and verb.lemma_ in ("resist", "oppose", "stand"):
        return THREAT
    return THREAT if provided and act.way in (*_HELP, "force") else intended(act)


def _weighed(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Adjust an act to what it is about: a statement by its content, a wish for talks, a warning against force."""
    if act.way == "say":
        return said(verb, act, matter)
    if act.way == "reject":
        return _refused(verb, act, matter)
    if act.way == "urge" and (patients(verb) or after(verb, "on", "upon", "to")):
        return act._replace(kind="demand"), matter
    return _by_matter(verb, act, matter), matter


def _by_matter(verb: Token, act: Act, matter: int) -> Act:
    if act.way == "want" and matter < 0:
        return MEET
    if act.way == "threaten" and matter < 0 and "against" in lowered(verb.children):
        return act._replace(way="warn")
    if act.way == "promise" and matter > 0 and _own_act(verb) in ("force", "threaten", "reject", "coerce"):
        return THREAT  # to fight or to resist
    return act


def _refused(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Return a refusal; refusing to act oneself is staying out, to condemn silence; a bare `is opposed` means force."""
    if _own_act(verb) in ("criticize", "accuse"):
        return UNSAID, -1
    if _own_act(verb) in ("move", "force", "aid", "protect", "drill", "promise"):
        return STAY_OUT, -1
    return act, matter or int(verb.lemma_ == "be" and not after(verb))


def _own_act(verb: Token) -> str:
    """Return the way of the act that a verb promises or refuses: `to send troops`, `sending troops`."""
    for one in verb.subtree:
        if one.i > verb.i and one.dep_ in ("xcomp", "pcomp", "ccomp") and not _is_nested(one, verb):
            return way_of(one) if child(one, "nsubj") is None else ""
    return ""


def _is_nested(one: Token, verb: Token) -> bool:
    """Return whether there is another verb between a word and the verb that it depends on."""
    return any(is_verb(top) for top in one.ancestors if verb.is_ancestor(top))


def _obliged(clause: Clause, act: Act) -> tuple[Act, int, Ids] | None:
    """Return the demand expressed by `must`, with the speaker as its actor; None if it is not one."""
    speaker = clause.speaker()
    if not speaker or act.way not in words("ways-obliging"):
        return None
    matter = sign(clause.token)
    if act.way in ("force", "coerce"):
        return THREAT, matter, speaker
    if act.way == "withdraw":
        return DEMAND, 0, speaker
    return (DEMAND if matter > 0 else Act("urge", "0256", "demand")), matter, speaker


def _nobody(verb: Token) -> bool:
    """Return whether a verb has an empty subject or object: `no attack took place`."""
    tokens = (*subjects(verb), *patients(verb))
    before = lowered(_determiners(tokens))
    return bool(lowered(tokens) & {"nobody", "none", "nothing"} or before & {"no", "neither"})


def _determiners(tokens: Iterable[Token]) -> list[Token]:
    return [one for token in tokens for one in token.lefts]


def _is_balanced(clause: Clause) -> bool:
    """Return whether `neither ... nor` keeps out of two sides: `neither approved nor condemned`, `backs neither`."""
    verb = clause.token
    nouns = [one for one in patients(verb) if joined_by_nor(one)]
    if len(clause.who.parties(nouns)) > 1:
        return True
    ways = [(one, way_of(one)) for one in (verb, *joined_by_nor(verb))]
    ways += [(one, phrase.act.way) for one in nouns if (phrase := act_of_noun(one)) is not None]
    return all(any(way in words(group) for _, way in ways) for group in ("ways-for", "ways-against"))


def _matter(verb: Token, act: Act) -> int:
    """Return what an act is about, from its objects and clauses; `which` counts as its antecedent."""
    if act.way not in words("ways-about"):
        return 0
    turning = ("against", "from") if act.way not in ("reject", "criticize", "fear") else ()
    for one in sorted(_parts(verb, act), key=lambda part: _ORDER.index(part.dep_)):
        if one.lower_ in ("which", "that") and verb.dep_ == "relcl":
            one = verb.head
        if found := sign(one):
            return -found if one.dep_ == "prep" and one.lower_ in turning else found
    return first_sign(subjects(verb)) if is_passive(verb) else 0


def _parts(verb: Token, act: Act) -> list[Token]:
    """Return the objects and clauses of a verb, including those of a light verb's noun."""
    noun = light_noun(verb)
    parts = [*children(verb, *_ORDER), *(children(noun, *_ORDER) if noun is not None else ())]
    return [one for one in parts if (one != noun or act.way == "want") and _tells_matter(one, act)]


def _tells_matter(part: Token, act: Act) -> bool:
    if part.dep_ == "prep" and act.way in ("reject", "agree"):
        return part.lower_ in ("to", "on", "against", "out", "of", "with")
    return part.dep_ != "advcl" or act.way == "say"


def _accused(clause: Clause) -> Iterator[Event]:
    """Yield what somebody is accused of, as a claim by the accuser."""
    for prep in clause.token.children:
        done = child(prep, "pcomp") if prep.lower_ in ("of", "for") and not negated(clause.token) else None
        inner = act_of_verb(done) if done is not None else None
        if done is not None and inner is not None and inner.act.way in words("ways-violent"):
            of_done = Clause(done, clause.who)
            rule = f"accused:{of_done.lemma}"
            how = How("claim")
            yield from of_done.event(clause.patients, inner.act, rule, matter=1, target=clause.agents, how=how)


def _guards(clause: Clause) -> Iterator[Event]:
    """Find `the truce is watched by Belmarkian peacekeepers`."""
    guards = some_in(agents(clause.token), "guard")
    if guards and is_passive(clause.token) and not negated(clause.token):
        yield from clause.event(clause.who.parties(guards), HOLD, f"guard:{clause.lemma}", how=STANDING)


def _stands(clause: Clause) -> Iterator[Event]:
    """Find forces that arrive, gather or are stationed somewhere."""
    verb = clause.token
    if clause.lemma in words("stands") and not negated(verb) and not is_unsure(verb):
        moved = filter(_is_force, patients(verb) if is_passive(verb) else subjects(verb))
        yield from clause.event(clause.who.parties(list(moved)), MOVE, f"force:{clause.lemma}")


def _is_force(token: Token) -> bool:
    """Return whether a phrase means troops, ships or weapons, including `eleven of its ships`."""
    return is_in(token, "@force") or (is_count(token) and any(map(_is_force, after(token, "of"))))
